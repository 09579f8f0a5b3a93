# SPDX-License-Identifier: MIT
"""The journal of an account: hash-chained events in SQLite, checked, exported, set aside."""
