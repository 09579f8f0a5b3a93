# SPDX-License-Identifier: MIT
"""What a trader chooses about a chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from arbitrex_desktop.texts import N_


class BarStyle(StrEnum):
    """How bars are drawn."""

    CANDLES = N_("Candles")
    BARS = N_("Bars")
    LINE = N_("Line")


class TimeZone(StrEnum):
    """Which clock the time axis shows."""

    LOCAL = N_("Local time")
    UTC = "UTC"
    BROKER = N_("Broker time")


class Indicator(StrEnum):
    """Indicators that can be switched on; the last two have a pane of their own."""

    SMA20 = "SMA 20"
    SMA50 = "SMA 50"
    SMA200 = "SMA 200"
    EMA20 = "EMA 20"
    VWAP = N_("VWAP (day)")
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

    def kept(self) -> dict[str, object]:
        """Return the look as it is kept in a file, for `of`."""
        return {
            "style": self.style.value,
            "zone": self.zone.value,
            "indicators": sorted(self.indicators),
            "shows_volume": self.shows_volume,
            "shows_sessions": self.shows_sessions,
        }

    @classmethod
    def of(cls, kept: Mapping[str, object]) -> Self:
        """Return a look that was kept; what is missing or means nothing is as in a new chart."""
        new = cls()
        listed = kept.get("indicators")
        shown = listed if isinstance(listed, list) else []
        return cls(
            style=next((one for one in BarStyle if one == kept.get("style")), new.style),
            zone=next((one for one in TimeZone if one == kept.get("zone")), new.zone),
            indicators=frozenset(one for one in Indicator if one in shown),
            shows_volume=kept.get("shows_volume", new.shows_volume) is True,
            shows_sessions=kept.get("shows_sessions", new.shows_sessions) is True,
        )
