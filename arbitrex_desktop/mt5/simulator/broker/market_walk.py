# SPDX-License-Identifier: MIT
"""What happens to an account while nobody asks: stops, targets, pending orders, swaps, stop-out, in order of time.

The walk goes from the last processed moment to now, over every tick in between, whenever the account is looked at; so
a host that was down for hours finds the account as if it had been up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.constants import DealReason, OrderReason, OrderState, OrderType, SymbolSwapMode
from arbitrex_desktop.mt5.simulator.broker.books import Books
from arbitrex_desktop.mt5.simulator.broker.execution import Execution, FillPlan
from arbitrex_desktop.mt5.simulator.broker.records import BrokerPosition, Order, lots
from arbitrex_desktop.mt5.simulator.broker.rules import BrokerRules, RequestRefused
from arbitrex_desktop.mt5.simulator.broker.stops import STOP_LIMITS, first_exit, first_trigger, stop_was_hit
from arbitrex_desktop.mt5.simulator.broker.valuation import BrokerQuote, NoQuote, Valuation, order_side, quote_of
from arbitrex_desktop.mt5.simulator.market.market_feed import MarketFeed
from arbitrex_desktop.mt5.simulator.market.server_clock import DAY_MSC, HOUR_MSC, SimulatedServerClock

_CAREFUL_STEP_MSC: Final = 60_000
_CAREFUL_LEVEL: Final = 300.0
_ROLLED: Final = "mark:rolled over"
_THURSDAY: Final = 3
_DAYS_OPEN: Final = 5
_SWAP_DAYS_A_YEAR: Final = 360


@dataclass(frozen=True, slots=True)
class _Hit:
    """A tick that sets something off: its time and price, and the position or order concerned."""

    at_msc: int
    quote: BrokerQuote
    ticket: int


class MarketWalk:
    """Brings the books forward in time.  Nothing is committed here.  For one thread."""

    def __init__(
        self,
        books: Books,
        feed: MarketFeed,
        valuation: Valuation,
        execution: Execution,
        *,
        clock: SimulatedServerClock,
        rules: BrokerRules,
    ) -> None:
        self._books = books
        self._feed = feed
        self._valuation = valuation
        self._execution = execution
        self._clock = clock
        self._rules = rules

    def advance(self, to_msc: int) -> None:
        """Let everything happen up to a moment of market time; a moment before the last one changes nothing."""
        books = self._books
        # The computer's clock may have been set back, or a weekend's demo start on an earlier day: go on from there.
        books.processed_msc = min(books.processed_msc, to_msc)
        while books.processed_msc < to_msc and (books.positions or books.orders):
            midnight = self._next_midnight(books.processed_msc)
            self._step(min(to_msc, midnight, books.processed_msc + self._stride(to_msc)))
            if books.processed_msc == midnight:
                self._roll_over(midnight)
        books.processed_msc = to_msc

    def _stride(self, to_msc: int) -> int:
        """Return how far to go to a moment between two looks at the margin level: less when it is low."""
        if to_msc - self._books.processed_msc <= _CAREFUL_STEP_MSC:
            return _CAREFUL_STEP_MSC
        try:
            level = self._valuation.figures(self._books, self._books.processed_msc).level
        except NoQuote:
            return HOUR_MSC
        return _CAREFUL_STEP_MSC if 0 < level < _CAREFUL_LEVEL else HOUR_MSC

    def _next_midnight(self, after_msc: int) -> int:
        """Return the next midnight of the server's clock, in UTC."""
        day = self._clock.to_server(after_msc) // DAY_MSC
        return self._clock.to_utc((day + 1) * DAY_MSC)

    def _step(self, to_msc: int) -> None:
        """Walk to a moment, stopping wherever a tick sets something off."""
        while hits := self._first_hits(to_msc):
            for hit in hits:
                self._apply(hit)
            self._books.processed_msc = hits[0].at_msc
        self._books.processed_msc = to_msc
        self._expire(to_msc)
        self._stop_out(to_msc)

    def _first_hits(self, to_msc: int) -> list[_Hit]:
        """Return all that is set off at the earliest moment at which anything is, until a given one."""
        ticks: dict[str, Rows] = {}
        hits: list[_Hit] = []
        watched: list[BrokerPosition | Order] = [*self._books.positions.values(), *self._books.orders.values()]
        for record in watched:
            if isinstance(record, BrokerPosition) and not (record.sl or record.tp):
                continue
            if record.symbol not in ticks:
                ticks[record.symbol] = self._ticks(record.symbol, to_msc)
            rows = ticks[record.symbol]
            index = (
                first_exit(record, rows) if isinstance(record, BrokerPosition) else _first_live_trigger(record, rows)
            )
            if index is not None:
                quote = quote_of(rows[index : index + 1])
                hits.append(_Hit(quote.time_msc, quote, record.ticket))
        first = min((hit.at_msc for hit in hits), default=0)
        return [hit for hit in hits if hit.at_msc == first]

    def _ticks(self, symbol: str, to_msc: int) -> Rows:
        """Return the ticks after the last processed moment, until a given one."""
        pieces = [*self._feed.ticks(symbol, self._books.processed_msc + 1, to_msc)]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def _apply(self, hit: _Hit) -> None:
        """Carry out what a tick set off; what an earlier one at the same moment has closed is gone."""
        position, order = self._books.positions.get(hit.ticket), self._books.orders.get(hit.ticket)
        if order is not None:
            self._trigger(order, hit)
        elif position is not None:
            self._exit(position, hit)

    def _exit(self, position: BrokerPosition, hit: _Hit) -> None:
        """Close a position at its stop or target, at the price of the tick that hit it."""
        price = hit.quote.closing(position.side)
        stopped = stop_was_hit(position, price)
        digits = self._feed.symbols[position.symbol].digits
        label = f"[sl {position.sl:.{digits}f}]" if stopped else f"[tp {position.tp:.{digits}f}]"
        reason = DealReason.SL if stopped else DealReason.TP
        fill = FillPlan(position.volume, price, hit.at_msc, reason, label)
        self._execution.close(position, fill, OrderReason.SL if stopped else OrderReason.TP)

    def _trigger(self, order: Order, hit: _Hit) -> None:
        """Fill a pending order; a stop-limit becomes a limit order, and one without money is rejected."""
        if order.type in STOP_LIMITS:
            kind = OrderType.BUY_LIMIT if order.type == OrderType.BUY_STOP_LIMIT else OrderType.SELL_LIMIT
            self._books.put_order(replace(order, type=kind, price=order.stoplimit, stoplimit=0.0))
            return
        price = hit.quote.opening(order_side(order.type))
        try:
            self._execution.fill(order, FillPlan(order.volume, price, hit.at_msc))
        except RequestRefused:
            rejected = replace(order, state=OrderState.REJECTED, time_done_msc=hit.at_msc, price_done=price)
            self._books.close_order(rejected)

    def _expire(self, at_msc: int) -> None:
        """Remove the orders whose time is up."""
        for order in [*self._books.orders.values()]:
            if 0 < order.expiration_msc <= at_msc:
                expired = replace(order, state=OrderState.EXPIRED, time_done_msc=order.expiration_msc)
                price = self._valuation.price_or_none(order.symbol, order_side(order.type), order.expiration_msc)
                self._books.close_order(replace(expired, price_done=price or 0.0))

    def _stop_out(self, at_msc: int) -> None:
        """Close the worst position while equity is too small a part of the margin and the market is open."""
        while (worst := self._worst_if_under(at_msc)) is not None:
            position, level = worst
            quote = self._valuation.quote(position.symbol, at_msc)
            label = f"[so {level:.1f}%]"
            fill = FillPlan(position.volume, quote.closing(position.side), at_msc, DealReason.SO, label)
            self._execution.close(position, fill, OrderReason.SO)

    def _worst_if_under(self, at_msc: int) -> tuple[BrokerPosition, float] | None:
        """Return the tradable position with the greatest loss and the margin level, if that is at the stop-out."""
        try:
            figures = self._valuation.figures(self._books, at_msc)
        except NoQuote:
            return None
        if not figures.margin or figures.level > self._rules.stop_out:
            return None
        tradable = [item for item in self._books.positions.values() if self._feed.is_open(item.symbol, at_msc)]
        if not tradable:
            return None
        return min(tradable, key=lambda item: self._valuation.floating(item, at_msc)), figures.level

    def _roll_over(self, midnight_msc: int) -> None:
        """Book the swaps of a night, once: three on each symbol's triple day, none on the nights of the weekend."""
        if midnight_msc <= self._books.marks.get(_ROLLED, 0):
            return  # the clock was set back over a midnight that has had its swaps
        self._books.marks[_ROLLED] = midnight_msc
        weekday = (self._clock.to_server(midnight_msc) // DAY_MSC - 1 + _THURSDAY) % 7
        if weekday >= _DAYS_OPEN:
            return
        for position, swap in list(self._swaps(midnight_msc)):
            triple = self._feed.symbols[position.symbol].triple_swap_day
            nights = 3 if triple == weekday + 1 else 1
            self._books.put_position(replace(position, swap=position.swap + swap * nights))

    def _swaps(self, at_msc: int) -> Iterator[tuple[BrokerPosition, int]]:
        """Yield each position with its swap of one night in minor units."""
        for position in self._books.positions.values():
            spec = self._feed.symbols[position.symbol]
            rate = spec.swap_long if position.side > 0 else spec.swap_short
            size = lots(position.volume) * spec.contract_size
            if spec.swap_mode == SymbolSwapMode.POINTS:
                raw = size * rate * spec.point
            else:
                price = self._valuation.quote(position.symbol, at_msc).closing(position.side)
                raw = size * price * rate / 100.0 / _SWAP_DAYS_A_YEAR
            yield position, self._valuation.minor(raw * self._valuation.rate(spec.profit, at_msc, gain=raw > 0))


def _first_live_trigger(order: Order, ticks: Rows) -> int | None:
    """Return the index of the first tick that sets a pending order off before it expires."""
    index = first_trigger(order, ticks)
    if index is not None and 0 < order.expiration_msc <= ticks["time_msc"][index]:
        return None
    return index
