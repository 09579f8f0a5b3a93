# SPDX-License-Identifier: MIT
"""Review in the window: closed trades, statistics, and what reads and exports them beside the GUI thread."""
