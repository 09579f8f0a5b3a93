# SPDX-License-Identifier: MIT
"""What a trader chooses about a chart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BarStyle(StrEnum):
    """How bars are drawn."""

    CANDLES = "Candles"
    BARS = "Bars"
    LINE = "Line"


class TimeZone(StrEnum):
    """Which clock the time axis shows."""

    LOCAL = "Local time"
    UTC = "UTC"
    BROKER = "Broker time"


class Indicator(StrEnum):
    """Indicators that can be switched on; the last two have a pane of their own."""

    SMA20 = "SMA 20"
    SMA50 = "SMA 50"
    SMA200 = "SMA 200"
    EMA20 = "EMA 20"
    VWAP = "VWAP (day)"
    RSI = "RSI 14"
    ATR = "ATR 14"


PANES = (Indicator.RSI, Indicator.ATR)
"""Indicators with a scale of their own."""


@dataclass(frozen=True, slots=True)
class ChartOptions:
    """How a chart looks.

    Attributes:
        style: candles, bars or a line of closes.
        zone: clock of the time axis.
        indicators: those shown.
        shows_volume: tick volume along the lower edge.
        shows_sessions: London and New York shaded, below four hours a bar.
    """

    style: BarStyle = BarStyle.CANDLES
    zone: TimeZone = TimeZone.LOCAL
    indicators: frozenset[Indicator] = frozenset()
    shows_volume: bool = True
    shows_sessions: bool = False
