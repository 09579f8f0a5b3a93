# SPDX-License-Identifier: MIT
"""The simulated broker: books, matching, margin, stops."""
