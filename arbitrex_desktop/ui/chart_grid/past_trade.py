# SPDX-License-Identifier: MIT
"""A closed trade on a chart: which bars show it."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Final

from arbitrex_desktop.desk.review.trades import ClosedTrade
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.ui.chart.timeframes import seconds_of

_MOST_BARS: Final = 20_000
_BEFORE: Final = 200
"""Bars shown before the entry."""


def bars_back(trade: ClosedTrade, now: datetime, timeframe: Timeframe) -> int:
    """Return how many of the newest bars reach back before a trade, at most."""
    seconds = max(0.0, (now - (trade.opened_at or trade.closed_at)).total_seconds())
    return math.ceil(seconds / seconds_of(timeframe)) + _BEFORE


def timeframe_for(trade: ClosedTrade, now: datetime, present: Timeframe) -> Timeframe:
    """Return the present timeframe, or the next longer one whose bars reach back to the trade."""
    longer = sorted((each for each in Timeframe if seconds_of(each) >= seconds_of(present)), key=seconds_of)
    return next((each for each in longer if bars_back(trade, now, each) <= _MOST_BARS), longer[-1])
