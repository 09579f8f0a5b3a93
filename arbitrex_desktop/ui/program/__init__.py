# SPDX-License-Identifier: MIT
"""What the program has besides the desk: errors that nobody caught, tray, questions at closing, reports."""
