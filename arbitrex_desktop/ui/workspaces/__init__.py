# SPDX-License-Identifier: MIT
"""Workspaces: named arrangements of the panels, the program's and the trader's own."""
