# SPDX-License-Identifier: MIT
"""Widgets of the window."""
