# SPDX-License-Identifier: MIT
"""The Market Watch's rows: the newest quote of every symbol, and how old it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from PySide6.QtCore import QObject, Signal

from arbitrex_desktop.desk.presentation.snapshot import SymbolDay
from arbitrex_desktop.raw_layer.views import Quote
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.freshness import QUOTE_STALE_S
from arbitrex_desktop.ui.models.table import Column, RowTableModel
from arbitrex_desktop.ui.models.ticket import pip_size
from arbitrex_desktop.ui.theme.colours import Tone


@dataclass(frozen=True)
class QuoteRow:
    """A symbol with its last quote, None before the first.

    Attributes:
        symbol: its name
        digits: decimals of its prices
        quote: the last one
        age: of it, in seconds
        live: whether it comes from a sound connection
        closed: whether it is old because nobody trades now
        day: what the broker tells of its trading day, None while that is not known
        closes: of its latest bars, oldest first; empty while they are not known
    """

    symbol: str
    digits: int
    quote: Quote | None = None
    age: float | None = None
    live: bool = False
    closed: bool = False
    day: SymbolDay | None = None
    closes: tuple[float, ...] = ()
    _cells: dict[int, tuple[str, Tone]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def cell(self, place: int) -> tuple[str, Tone]:
        """Return a column's text and tone; made once, to be compared and then painted, and only where it is seen."""
        cell = self._cells.get(place)
        if cell is None:
            column = COLUMNS[place]
            cell = self._cells[place] = column.text(self), column.tone(self)
        return cell

    @cached_property
    def is_fresh(self) -> bool:
        """Whether the price may be taken for the present one."""
        return self.live and self.age is not None and self.age <= QUOTE_STALE_S

    def reads_like(self, before: QuoteRow) -> bool:
        """Whether nothing but the age differs, and that reads as before: in a closed market for days."""
        return (
            self.quote is before.quote
            and self.day is before.day
            and self.closes is before.closes
            and self.is_fresh == before.is_fresh
            and self.closed == before.closed
            and (self.closed or formats.age(self.age) == formats.age(before.age))
        )

    @property
    def bid(self) -> float | None:
        """The bid, None before the first quote."""
        return None if self.quote is None else self.quote.bid

    @property
    def spread_pips(self) -> float | None:
        """The spread in pips."""
        return None if self.quote is None else self.quote.spread / pip_size(self.digits)

    @property
    def change(self) -> float | None:
        """The bid's change since the trading day before, as a share."""
        before = self.day.before if self.day else None
        return self.bid / before - 1.0 if self.bid is not None and before else None

    @property
    def high(self) -> float | None:
        """The day's highest bid; what the broker told last, or the present one beyond it."""
        known = [each for each in (self.day.high if self.day else None, self.bid) if each is not None]
        return max(known) if self.day is not None and self.day.high is not None else None

    @property
    def low(self) -> float | None:
        """The day's lowest bid, likewise."""
        known = [each for each in (self.day.low if self.day else None, self.bid) if each is not None]
        return min(known) if self.day is not None and self.day.low is not None else None

    @property
    def market(self) -> str:
        """What may be done in the symbol now, in a word or two."""
        if self.day is not None and self.day.restriction:
            return self.day.restriction
        if self.quote is None:
            return _("no price")
        return _("closed") if self.closed else _("open") if self.is_fresh else _("stale")


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
        return _("{symbol}: no price yet").format(symbol=row.symbol)
    word = _("last tick") if row.is_fresh else _("market closed, last tick") if row.closed else _("STALE, last tick")
    return _("{symbol}: {word} {time} local, {utc}").format(
        symbol=row.symbol, word=word, time=formats.day_and_time(row.quote.time), utc=formats.utc_tip(row.quote.time)
    )


def _tick_time(row: QuoteRow) -> float | None:
    return None if row.quote is None else row.quote.time.timestamp()


def _change_tone(row: QuoteRow) -> Tone:
    change = round(row.change or 0.0, 4)
    if not row.is_fresh or not change:
        return _tone(row)
    return Tone.UP if change > 0.0 else Tone.DOWN


def _market_tone(row: QuoteRow) -> Tone:
    return Tone.WARN if row.is_fresh and row.day is not None and row.day.restriction else _tone(row)


def _trend(row: QuoteRow) -> str:
    """Return where the bid stands between the lowest and the highest of the curve, in steps of a twentieth."""
    if not row.closes or row.bid is None:
        return ""
    low, high = min(*row.closes, row.bid), max(*row.closes, row.bid)
    return f"{round((row.bid - low) / (high - low) * 20) * 5} %" if high > low else "50 %"


def _day_tip(row: QuoteRow) -> str:
    lines = [_tip(row)]
    if row.day is not None:
        lines += [each for each in (row.day.description, row.day.group, row.day.restriction) if each]
        lines.append(_("Day before: {price}").format(price=formats.price(row.day.before, row.digits)))
        lines.append(
            _("Day: {price} to {high}").format(
                price=formats.price(row.low, row.digits), high=formats.price(row.high, row.digits)
            )
        )
    return "\n".join(lines)


COLUMNS: Final[tuple[Column[QuoteRow], ...]] = (
    Column(N_("Symbol"), lambda row: row.symbol, lambda row: row.symbol, "XAUUSDm", number=False, tone=_tone,
           tip=_day_tip),
    Column("", _arrow, lambda row: row.quote.direction if row.quote else None, formats.UP_ARROW, number=False,
           tone=_price_tone, tip=_tip, hint=N_("Which way the bid last moved")),
    Column(N_("Bid"), lambda row: formats.price(row.bid, row.digits), lambda row: row.bid, "188888.88",
           tone=_price_tone,
           tip=_tip),
    Column(N_("Ask"), lambda row: formats.price(row.quote.ask if row.quote else None, row.digits),
           lambda row: row.quote.ask if row.quote else None, "188888.88", tone=_price_tone, tip=_tip),
    Column(N_("Spread"), lambda row: formats.number(row.spread_pips, 1), lambda row: row.spread_pips, "888.8",
           tone=_tone,
           tip=_tip, hint=N_("Ask minus bid in pips"), spare=2),
    Column(N_("Day"), lambda row: formats.percent(row.change, signed=True), lambda row: row.change, "+18.88 %",
           tone=_change_tone, tip=_day_tip, hint=N_("Change of the bid since the trading day before"), spare=1),
    Column(N_("Trend"), _trend, _trend, "x" * 6, number=False, tone=_change_tone, tip=_day_tip, spare=3,
           hint=N_("The last 24 hours, in bars of half an hour")),
    Column(N_("Market"), lambda row: row.market, lambda row: row.market, "buy only", number=False, tone=_market_tone,
           tip=_day_tip, spare=5, hint=N_("Open, closed, stale, or what the broker allows")),
    Column(N_("Low"), lambda row: formats.price(row.low, row.digits), lambda row: row.low, "18888.88", tone=_tone,
           tip=_day_tip, hint=N_("Lowest bid of the trading day"), spare=6),
    Column(N_("High"), lambda row: formats.price(row.high, row.digits), lambda row: row.high, "18888.88", tone=_tone,
           tip=_day_tip, hint=N_("Highest bid of the trading day"), spare=6),
    Column(N_("Time"), lambda row: formats.clock_time(row.quote.time if row.quote else None), _tick_time, "88:88:88",
           tone=_tone, tip=_tip, hint=N_("Local time of the last tick"), spare=8),
    Column(N_("Age"), lambda row: _("closed") if row.closed else formats.age(row.age),
           lambda row: row.age, "88 min", tone=_tone, tip=_tip,
           hint=N_("How long ago the last tick was; grey when it is stale or its market is closed"), spare=7),
    Column(N_("Group"), lambda row: row.day.group if row.day else "", lambda row: row.day.group if row.day else None,
           "Indices ", number=False, tone=lambda _row: Tone.MUTED, tip=_day_tip, spare=9,
           hint=N_("The first part of the broker's path")),
)  # fmt: skip
"""The Market Watch's columns."""

PRICES: Final = frozenset({2, 3})
"""The columns whose pips are set off."""
TREND: Final = 6
"""The column of the curve."""
AGE_COLUMN: Final = 11


class QuoteModel(RowTableModel[QuoteRow]):
    """Merges changed quotes into the rows.

    Signals: `rows_changed`, once for all quotes that were merged, with a list of (place, row before, row now) of those
    shown.  Which of their cells read differently is for the view to find, which alone knows what can be seen.
    """

    rows_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, lambda row: row.symbol, parent)
        self._all: dict[str, QuoteRow] = {}
        self._parts: tuple[str, ...] = ()
        self._group = ""

    @property
    def groups(self) -> list[str]:
        """The groups that there are, sorted."""
        return sorted({row.day.group for row in self._all.values() if row.day is not None and row.day.group})

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
        """Show only symbols whose name or description has every part of a text, in any case and order."""
        self._parts = tuple(text.casefold().split())
        self.refresh_order()

    def set_group(self, group: str) -> None:
        """Show only a group's symbols, all for an empty name."""
        self._group = group
        self.refresh_order()

    def set_days(self, days: Iterable[SymbolDay]) -> None:
        """Take what the broker tells of the symbols' days; reports the rows of those that differ."""
        known = [(self._all.get(day.symbol), day) for day in days]
        self._update([replace(row, day=day) for row, day in known if row is not None and row.day != day])

    def set_closes(self, symbol: str, closes: tuple[float, ...]) -> None:
        """Take the closes of a symbol's latest bars."""
        known = self._all.get(symbol)
        if known is not None and known.closes != closes:
            self._update([replace(known, closes=closes)])

    def merge(self, quotes: Iterable[Quote], monotonic: float, *, live: bool) -> None:
        """Take quotes that changed."""
        merged = []
        for quote in quotes:
            known = self._all.get(quote.symbol)
            if known is None:
                continue
            age = quote.age(monotonic)
            merged.append(QuoteRow(quote.symbol, known.digits, quote, age, live, day=known.day, closes=known.closes))
        self._update(merged)

    def age_all(self, monotonic: float, *, live: bool, market_open: bool = True) -> None:
        """Count the quotes' ages up; reports rows whose age reads differently, or that turned grey or fresh."""
        aged = []
        for symbol, row in self._all.items():
            if row.quote is None:
                continue
            age = row.quote.age(monotonic)
            closed = not market_open and live and age > QUOTE_STALE_S
            aged.append(QuoteRow(symbol, row.digits, row.quote, age, live, closed, row.day, row.closes))
        self._update(aged)

    def refresh_order(self) -> None:
        """Sort and filter again; called once a second, not on each tick, so that rows can be read and clicked."""
        self.set_rows(row for row in self._all.values() if self._fits(row))

    def _fits(self, row: QuoteRow) -> bool:
        """Return whether group and filter let a symbol be shown."""
        day = row.day
        if self._group and (day is None or day.group != self._group):
            return False
        message = f"{row.symbol} {day.description if day else ''}".casefold()
        return all(part in message for part in self._parts)

    def _update(self, rows: Sequence[QuoteRow]) -> None:
        """Take the rows' new figures; report those shown that may read differently."""
        if not rows:
            return
        places = {row.symbol: place for place, row in enumerate(self._rows)}
        changes = []
        for row in rows:
            before = self._all[row.symbol]
            self._all[row.symbol] = row
            place = places.get(row.symbol)
            if place is not None:
                self._rows[place] = row
                if not row.reads_like(before):
                    changes.append((place, before, row))
        if changes:
            self.rows_changed.emit(changes)
