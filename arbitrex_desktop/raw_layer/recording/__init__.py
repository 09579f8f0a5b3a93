# SPDX-License-Identifier: MIT
"""Ticks kept for good."""
