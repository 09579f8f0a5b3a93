# SPDX-License-Identifier: MIT
"""Panels of the window."""
