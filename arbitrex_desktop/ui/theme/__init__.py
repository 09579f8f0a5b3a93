# SPDX-License-Identifier: MIT
"""Theme of the window."""
