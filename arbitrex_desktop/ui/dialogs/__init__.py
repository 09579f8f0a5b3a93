# SPDX-License-Identifier: MIT
"""Windows beside the main window; none of them blocks it."""
