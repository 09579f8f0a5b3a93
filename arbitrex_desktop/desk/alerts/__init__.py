# SPDX-License-Identifier: MIT
"""Alerts that call: rules, their states, and messages that leave the computer; none of it runs in the window."""
