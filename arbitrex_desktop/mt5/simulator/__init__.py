# SPDX-License-Identifier: MIT
"""The simulated terminal: the MetaTrader5 module's own face, with a deterministic broker behind it."""
