# SPDX-License-Identifier: MIT
"""Live charts side by side: each with its symbol and bars, one of them chosen, and the levels that a trader notes."""
