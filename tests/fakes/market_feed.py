# SPDX-License-Identifier: MIT
"""A market whose every tick is written by the test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from arbitrex_desktop.mt5.arrays import TICK_DTYPE, Rows
from arbitrex_desktop.mt5.simulator.market.market_feed import Extremes, bids_of_ticks, extremes_of
from arbitrex_desktop.mt5.simulator.market.server_clock import HOUR_MSC
from arbitrex_desktop.mt5.simulator.symbols.specs import SYMBOLS, SymbolSpec


class ScriptedFeed:
    """Implements `MarketFeed` and `HourlyTicks` for a few symbols.

    Attributes:
        open: whether the market trades; it is always or never, as the test says
    """

    def __init__(self, *names: str) -> None:
        self._symbols = {name: SYMBOLS[name] for name in names}
        self._ticks: dict[str, list[tuple[int, float, float]]] = {name: [] for name in names}
        self.open = True

    def quote(self, symbol: str, bid: float, ask: float, at_msc: int) -> None:
        """Add a tick; ticks of a symbol are added in the order of their times."""
        self._ticks[symbol].append((at_msc, bid, ask))

    @property
    def symbols(self) -> Mapping[str, SymbolSpec]:
        """Return the symbols with the conditions of the simulated broker."""
        return self._symbols

    def ticks(self, symbol: str, from_msc: int, to_msc: int) -> Iterator[Rows]:
        """Yield the ticks within two moments, in one piece."""
        rows = self._rows(symbol)
        yield rows[(rows["time_msc"] >= from_msc) & (rows["time_msc"] <= to_msc)]

    def last_tick(self, symbol: str, at_msc: int) -> Rows | None:
        """Return the newest tick at or before a moment."""
        rows = self._rows(symbol)
        known = rows[rows["time_msc"] <= at_msc]
        return known[-1:] if len(known) else None

    def hours_back(self, symbol: str, at_msc: int) -> Iterator[int]:
        """Yield the hours that have ticks, newest first."""
        hours = sorted({moment // HOUR_MSC * HOUR_MSC for moment, _, _ in self._ticks[symbol]}, reverse=True)
        return (hour for hour in hours if hour <= at_msc)

    def extremes(self, symbol: str, from_msc: int, to_msc: int) -> Extremes | None:
        """Return the least and greatest prices within two moments."""
        return extremes_of(next(self.ticks(symbol, from_msc, to_msc)))

    def bids_around(self, symbol: str, at_msc: int, until_msc: int) -> tuple[float, float]:
        """Return the last bid before a full hour and the first one from it until a moment."""
        return bids_of_ticks(self, symbol, at_msc, until_msc)

    def is_open(self, symbol: str, at_msc: int) -> bool:
        """Return what the test has said."""
        del symbol, at_msc
        return self.open

    def _rows(self, symbol: str) -> Rows:
        quotes = self._ticks[symbol]
        rows = np.zeros(len(quotes), dtype=TICK_DTYPE)
        if quotes:
            rows["time_msc"], rows["bid"], rows["ask"] = (list(column) for column in zip(*quotes, strict=True))
        rows["time"] = rows["time_msc"] // 1000
        rows["flags"] = 6
        return rows
