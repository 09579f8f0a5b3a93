# SPDX-License-Identifier: MIT
"""The window by keyboard: every action with its keys, the palette that finds it, the sheet that changes them."""
