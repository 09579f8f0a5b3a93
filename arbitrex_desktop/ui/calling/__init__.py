# SPDX-License-Identifier: MIT
"""Alerts in the window: their list, their editor, the ways in which they call, and the calls themselves."""
