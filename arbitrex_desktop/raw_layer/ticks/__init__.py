# SPDX-License-Identifier: MIT
"""Ticks on their way from the terminal to whoever looks."""
