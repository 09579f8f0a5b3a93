# SPDX-License-Identifier: MIT
"""How often a generated symbol ticks and how wide its quote is, by the hour of the trading day."""

from __future__ import annotations

from typing import Final

import numpy as np

from arbitrex_desktop.mt5.simulator.market.price_paths import VOLATILITY
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec

LEAST_SPREAD: Final = 0.75
"""A minute's least spread is at least this part of the hour's usual one."""

SPREAD_VARIES: Final = 0.25
"""By how much a minute's least spread may be more than that, likewise."""

SPREAD_SWINGS: Final = 0.3
"""By how much the spread rises above the least within a minute, likewise."""

_SLOWEST: Final = 0.8
"""No symbol ticks less often a second; arrivals are spread evenly enough that no pause exceeds twice the mean."""

_NIGHT: Final = (2.5, *([1.3] * 7), *([1.0] * 14), 1.4, 2.5)


def ticks_a_second(spec: SymbolSpec, hour: int) -> float:
    """Return how many ticks arrive each second of an hour; some repeat the quote before and are not sent."""
    return max(spec.ticks_per_second * float(np.sqrt(VOLATILITY[hour])), _SLOWEST)


def usual_spread(spec: SymbolSpec, hour: int) -> float:
    """Return the usual spread of an hour of the trading day in points: wider at night."""
    return spec.spread * _NIGHT[hour]


def below_middle(spec: SymbolSpec, hour: int) -> float:
    """Return how many points the bid lies below the middle of the usual quote."""
    return max(round(usual_spread(spec, hour)), 1) / 2.0
