# SPDX-License-Identifier: MIT
"""The symbols that the program trades by default."""

from __future__ import annotations

from typing import Final

# fmt: off
TRADING_UNIVERSE: Final[dict[str, list[str]]] = {
    "FX": [
        "AUDCAD", "AUDCHF", "AUDJPY", "AUDNZD", "AUDUSD", "CADCHF", "CADJPY", "CHFJPY", "EURAUD",
        "EURCAD", "EURCHF", "EURGBP", "EURJPY", "EURNZD", "EURUSD", "GBPAUD", "GBPCAD", "GBPCHF",
        "GBPJPY", "GBPUSD", "NZDCAD", "NZDCHF", "NZDJPY", "NZDUSD", "USDCAD", "USDCHF", "USDJPY",
    ],
    "Metals": ["XAUUSD", "XAUEUR", "XAUAUD", "XAGUSD", "XAGEUR", "XAUCHF", "XAUGBP", "XPDUSD", "XPTUSD", "XAGAUD"],
    "ETFs_Indices": ["MAYM", "GDAXIm", "MXSHAR", "CHINAH"],
}
# fmt: on
"""Symbols by group, as brokers list them; one that a broker does not have is reported by the pool and skipped."""
