# SPDX-License-Identifier: MIT
"""The one connection: pool, sessions, connection state, ticks."""
