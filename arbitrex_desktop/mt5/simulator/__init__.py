# SPDX-License-Identifier: MIT
"""A terminal with a broker and a market behind it, for machines without MetaTrader 5."""

from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5

__all__ = ["SimulatedMetaTrader5"]
