# SPDX-License-Identifier: MIT
"""Alerts in the window: their list, their editor, sound, balloons and the tray."""
