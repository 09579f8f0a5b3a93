# SPDX-License-Identifier: MIT
"""The Market Watch's rows: the newest quote of every symbol, and how old it is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Final

from PySide6.QtCore import QObject

from arbitrex_desktop.raw_layer.views import Quote
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.freshness import QUOTE_STALE_S
from arbitrex_desktop.ui.models.table import Column, RowTableModel
from arbitrex_desktop.ui.theme.colours import Tone


@dataclass(frozen=True)
class QuoteRow:
    """A symbol with its last quote, None before the first.

    `age` in seconds; `live` while connected; `closed` when it is old because nobody trades now.
    """

    symbol: str
    digits: int
    quote: Quote | None = None
    age: float | None = None
    live: bool = False
    closed: bool = False

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The cells' texts."""
        return tuple(column.text(self) for column in COLUMNS)

    @cached_property
    def tones(self) -> tuple[Tone, ...]:
        """The cells' tones."""
        return tuple(column.tone(self) for column in COLUMNS)

    @cached_property
    def is_fresh(self) -> bool:
        """Whether the price may be taken for the present one."""
        return self.live and self.age is not None and self.age <= QUOTE_STALE_S

    @property
    def spread_points(self) -> float | None:
        """The spread in points, units of the price's last decimal."""
        return None if self.quote is None else self.quote.spread * 10.0**self.digits


def _tone(row: QuoteRow) -> Tone:
    return Tone.TEXT if row.is_fresh else Tone.MUTED


def _price_tone(row: QuoteRow) -> Tone:
    if not row.is_fresh or row.quote is None or row.quote.direction == 0:
        return _tone(row)
    return Tone.UP if row.quote.direction > 0 else Tone.DOWN


def _arrow(row: QuoteRow) -> str:
    if not row.is_fresh or row.quote is None or row.quote.direction == 0:
        return ""
    return formats.UP_ARROW if row.quote.direction > 0 else formats.DOWN_ARROW


def _tip(row: QuoteRow) -> str:
    if row.quote is None:
        return f"{row.symbol}: no price yet"
    word = "last tick" if row.is_fresh else "market closed, last tick" if row.closed else "STALE, last tick"
    return f"{row.symbol}: {word} {formats.day_and_time(row.quote.time)} local, {formats.utc_tip(row.quote.time)}"


def _tick_time(row: QuoteRow) -> float | None:
    return None if row.quote is None else row.quote.time.timestamp()


COLUMNS: Final[tuple[Column[QuoteRow], ...]] = (
    Column("Symbol", lambda row: row.symbol, lambda row: row.symbol, "XAUUSDm", number=False, tone=_tone, tip=_tip),
    Column("", _arrow, lambda row: row.quote.direction if row.quote else None, formats.UP_ARROW, number=False,
           tone=_price_tone, tip=_tip, hint="Which way the bid last moved"),
    Column("Bid", lambda row: formats.price(row.quote.bid if row.quote else None, row.digits),
           lambda row: row.quote.bid if row.quote else None, "18888.88", tone=_price_tone, tip=_tip),
    Column("Ask", lambda row: formats.price(row.quote.ask if row.quote else None, row.digits),
           lambda row: row.quote.ask if row.quote else None, "18888.88", tone=_price_tone, tip=_tip),
    Column("Spread", lambda row: formats.whole(row.spread_points), lambda row: row.spread_points, "Spread", tone=_tone,
           tip=_tip, hint="Ask minus bid in points, units of the price's last decimal", spare=1),
    Column("Time", lambda row: formats.clock_time(row.quote.time if row.quote else None), _tick_time, "88:88:88",
           tone=_tone, tip=_tip, hint="Local time of the last tick", spare=3),
    Column("Age", lambda row: "closed" if row.closed else formats.age(row.age),
           lambda row: row.age, "88 min", tone=_tone, tip=_tip,
           hint="How long ago the last tick was; grey when it is stale or its market is closed", spare=2),
    Column("Ticks", lambda row: formats.whole(row.quote.ticks if row.quote else None),
           lambda row: row.quote.ticks if row.quote else None, "888,888", tone=_tone, tip=_tip,
           hint="Ticks received since the start", spare=4),
)  # fmt: skip
"""The Market Watch's columns."""

AGE_COLUMN: Final = 6


class QuoteModel(RowTableModel[QuoteRow]):
    """Merges changed quotes into the rows; a cell that reads as before is not reported."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, lambda row: row.symbol, parent)
        self._all: dict[str, QuoteRow] = {}
        self._filter = ""

    @property
    def quoted(self) -> int:
        """How many symbols have a quote."""
        return sum(row.quote is not None for row in self._all.values())

    @property
    def listed(self) -> list[tuple[str, int]]:
        """The symbols with their digits, in the order in which they were set."""
        return [(row.symbol, row.digits) for row in self._all.values()]

    def quote_of(self, symbol: str) -> QuoteRow | None:
        """Return a symbol's row, shown or filtered out."""
        return self._all.get(symbol)

    def newest_age(self, monotonic: float) -> float:
        """Return the seconds since the latest quote of any symbol arrived, infinite before the first."""
        received = [row.quote.received for row in self._all.values() if row.quote is not None]
        return monotonic - max(received) if received else math.inf

    def set_symbols(self, symbols: Iterable[tuple[str, int]]) -> None:
        """Show these symbols, given with their digits, in this order; quotes already known are kept."""
        old = self._all
        self._all = {
            symbol: replace(old[symbol], digits=digits) if symbol in old else QuoteRow(symbol, digits)
            for symbol, digits in symbols
        }
        self.refresh_order()

    def set_filter(self, text: str) -> None:
        """Show only symbols that contain a text, in any case."""
        self._filter = text.strip().casefold()
        self.refresh_order()

    def merge(self, quotes: Iterable[Quote], monotonic: float, *, live: bool) -> None:
        """Take quotes that changed; reports the cells that show something else now, and no others."""
        places = {row.symbol: place for place, row in enumerate(self._rows)}
        for quote in quotes:
            known = self._all.get(quote.symbol)
            if known is None:
                continue
            row = QuoteRow(quote.symbol, known.digits, quote, quote.age(monotonic), live)
            self._all[quote.symbol] = row
            self._replace(places.get(quote.symbol), row)

    def age_all(self, monotonic: float, *, live: bool, market_open: bool = True) -> None:
        """Count the quotes' ages up; reports ages that read differently, and rows that turned grey or fresh."""
        places = {row.symbol: place for place, row in enumerate(self._rows)}
        for symbol, row in self._all.items():
            if row.quote is None:
                continue
            age = row.quote.age(monotonic)
            closed = not market_open and live and age > QUOTE_STALE_S
            aged = QuoteRow(symbol, row.digits, row.quote, age, live, closed)
            self._all[symbol] = aged
            self._replace(places.get(symbol), aged)

    def refresh_order(self) -> None:
        """Sort and filter again; called once a second, not on each tick, so that rows can be read and clicked."""
        self.set_rows(row for row in self._all.values() if self._filter in row.symbol.casefold())

    def _replace(self, place: int | None, row: QuoteRow) -> None:
        if place is None:
            return
        old, self._rows[place] = self._rows[place], row
        differs = [
            text != old_text or tone is not old_tone
            for text, old_text, tone, old_tone in zip(row.texts, old.texts, row.tones, old.tones, strict=True)
        ]
        for is_other, group in groupby(range(len(differs)), differs.__getitem__):
            if is_other:
                columns = list(group)
                self.changed(place, columns[0], columns[-1])
