# SPDX-License-Identifier: MIT
"""The connection to the terminal: sessions, state machine, the loop that keeps it."""
