# SPDX-License-Identifier: MIT
"""Everything that knows the MetaTrader 5 API: its types, the host process that holds it, the simulated terminal."""
