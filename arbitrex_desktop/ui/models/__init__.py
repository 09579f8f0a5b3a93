# SPDX-License-Identifier: MIT
"""Models of the window."""
