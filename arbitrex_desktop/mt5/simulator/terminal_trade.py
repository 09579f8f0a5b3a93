# SPDX-License-Identifier: MIT
"""The simulated terminal's calls about orders, positions, history and trade requests.

Not proven against a real terminal: that orders of the history are picked by the time at which they were placed, not
done; what `order_calc_margin` says of a volume or price that is 0 or negative (the formula's result); and that
`order_check` without enough money gives the present margin.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from math import isfinite
from typing import Final

from arbitrex_desktop.mt5 import results
from arbitrex_desktop.mt5.constants import OrderType, ResultCode, TradeAction, TradeRetcode
from arbitrex_desktop.mt5.simulator import presentation
from arbitrex_desktop.mt5.simulator.broker.records import BrokerPosition, Deal, Order, lots, units
from arbitrex_desktop.mt5.simulator.broker.rules import RequestRefused, retcode_comment
from arbitrex_desktop.mt5.simulator.broker.trade_server import TradeResult
from arbitrex_desktop.mt5.simulator.broker.valuation import AccountFigures, NoQuote, held_margin, order_side
from arbitrex_desktop.mt5.simulator.module.backend import BackendError
from arbitrex_desktop.mt5.simulator.module.groups import in_group
from arbitrex_desktop.mt5.simulator.terminal_core import TerminalCore, TerminalParts

_SECOND: Final = 1.0


class TradeCalls(TerminalCore):
    """Implements `TradeBackend`; every call first brings the account up to the present."""

    def __init__(self, parts: TerminalParts) -> None:
        super().__init__(parts)
        self._request_id = 0
        self._requests: deque[float] = deque()

    def orders_total(self) -> int:
        """Return how many orders are active."""
        self._settle()
        return len(self.books.orders)

    def orders_get(
        self, *, symbol: str | None = None, group: str | None = None, ticket: int | None = None
    ) -> Sequence[results.TradeOrder]:
        """Return the active orders that pass the filter."""
        now = self._settle()
        wanted = self._filter(symbol, group, ticket)
        return tuple(self._shown_order(item, now) for item in [*self.books.orders.values()] if wanted(item))

    def _shown_order(self, order: Order, now: int) -> results.TradeOrder:
        quote = self._quote(order.symbol, now)
        price = 0.0 if quote is None else quote.opening(order_side(order.type))
        return presentation.order(order, self.time, price=price)

    def positions_total(self) -> int:
        """Return how many positions are open."""
        self._settle()
        return len(self.books.positions)

    def positions_get(
        self, *, symbol: str | None = None, group: str | None = None, ticket: int | None = None
    ) -> Sequence[results.TradePosition]:
        """Return the open positions that pass the filter."""
        self._settle()
        seen = self._newest()
        wanted = self._filter(symbol, group, ticket)
        return tuple(self._shown_position(item, seen) for item in self.books.positions.values() if wanted(item))

    def _shown_position(self, position: BrokerPosition, now: int) -> results.TradePosition:
        return presentation.position(
            position,
            self.time,
            price=self._valuation.quote(position.symbol, now).closing(position.side),
            profit=self._valuation.money(self._valuation.floating(position, now)),
            swap=self._valuation.money(position.swap),
        )

    def _filter(
        self, symbol: str | None, group: str | None, ticket: int | None
    ) -> Callable[[BrokerPosition | Order], bool]:
        """Return the test for the one filter that is given; nothing passes an unknown symbol or ticket."""
        if symbol is not None:
            return lambda item: item.symbol == symbol
        if ticket is not None:
            return lambda item: item.ticket == ticket
        return lambda item: in_group(item.symbol, group)

    def history_orders_total(self, date_from: int, date_to: int) -> int:
        """Return how many orders of the history were set up within the two moments."""
        self._settle()
        within = self._window(date_from, date_to)
        return sum(within(item.time_msc) for item in self.books.closed_orders)

    def history_orders_get(
        self,
        *,
        date_from: int | None = None,
        date_to: int | None = None,
        group: str | None = None,
        ticket: int | None = None,
        position: int | None = None,
    ) -> Sequence[results.TradeOrder]:
        """Return orders that are no longer active: of a ticket, of a position, or between two dates."""
        self._settle()
        within = self._window(date_from, date_to)

        def wanted(item: Order) -> bool:
            if ticket is not None:
                return item.ticket == ticket
            if position is not None:
                return position in {item.position, item.position_by}
            return within(item.time_msc) and in_group(item.symbol, group)

        return tuple(
            presentation.order(item, self.time, price=item.price_done)
            for item in self.books.closed_orders
            if wanted(item)
        )

    def history_deals_total(self, date_from: int, date_to: int) -> int:
        """Return how many deals were made within the two moments."""
        within = self._window(date_from, date_to)
        return sum(within(item.time_msc) for item in self._deals_seen())

    def history_deals_get(
        self,
        *,
        date_from: int | None = None,
        date_to: int | None = None,
        group: str | None = None,
        ticket: int | None = None,
        position: int | None = None,
    ) -> Sequence[results.TradeDeal]:
        """Return deals: of an order, of a position, or between two dates; those of exits come a little late."""
        within = self._window(date_from, date_to)

        def wanted(item: Deal) -> bool:
            if ticket is not None:
                return item.order == ticket
            if position is not None:
                return item.position == position
            return within(item.time_msc) and in_group(item.symbol, group)

        scale = self._valuation.scale
        return tuple(presentation.deal(item, self.time, scale) for item in self._deals_seen() if wanted(item))

    def _deals_seen(self) -> Iterator[Deal]:
        """Yield the deals that have come by now."""
        now = self._settle()
        return (item for item in self.books.deals if item.visible_msc <= now or item.time_msc > now)

    def _window(self, date_from: int | None, date_to: int | None) -> Callable[[int], bool]:
        """Return the test whether a moment of UTC lies between two seconds of the server's clock, both included."""
        first = 0 if date_from is None else date_from
        last = first if date_to is None else date_to
        return lambda moment: first <= self.time.shown(moment) // 1000 <= last

    def order_calc_margin(self, action: int, symbol: str, volume: float, price: float) -> float:
        """Return the margin of a deal in account currency."""
        spec = self._spec(symbol)
        self._check_side(action)
        return self._sum(lambda: self._valuation.margin(spec, volume, price, self.market_time_msc()))

    def order_calc_profit(
        self, action: int, symbol: str, volume: float, price_open: float, price_close: float
    ) -> float:
        """Return the profit of a round trip in account currency, at the present rates of conversion."""
        spec = self._spec(symbol)
        side = self._check_side(action)
        now = self.market_time_msc()
        return self._sum(
            lambda: self._valuation.profit(spec, side, volume, opened=price_open, closed=price_close, at_msc=now)
        )

    def _sum(self, figure: Callable[[], int]) -> float:
        """Return an amount in account currency; raise BackendError where the arguments make no number."""
        try:
            return self._valuation.money(figure())
        except (ValueError, OverflowError):
            raise BackendError.of(ResultCode.E_INVALID_PARAMS) from None

    def _check_side(self, action: int) -> int:
        """Return 1 or -1 for an order type; raise BackendError unless it buys or sells."""
        if not OrderType.BUY <= action <= OrderType.SELL_STOP_LIMIT:
            raise BackendError.of(ResultCode.E_INVALID_PARAMS)
        return order_side(action)

    def order_check(self, request: results.TradeRequest) -> results.OrderCheckResult:
        """Judge the request and return what the account would look like after it; the money is the present one's."""
        now = self._settle()
        retcode = 0
        try:
            self._server.judge(self._on_true_clock(request), now)
        except RequestRefused as refusal:
            retcode = int(refusal.retcode)
        figures = self._valuation.figures(self.books, now)
        if retcode == 0 and request.action == TradeAction.DEAL:
            figures = self._after(request, figures, now)
        money = self._valuation.money
        return results.OrderCheckResult(
            retcode=retcode,
            balance=money(figures.balance),
            equity=money(figures.equity),
            profit=money(figures.profit),
            margin=money(figures.margin),
            margin_free=money(figures.free),
            margin_level=round(figures.level, 2),
            comment=retcode_comment(retcode),
            request=request,
        )

    def _on_true_clock(self, request: results.TradeRequest) -> results.TradeRequest:
        """Return a request with its expiry, given by the clock that is shown, on the one that the broker goes by."""
        jump = self.time.jump_msc // 1000
        return request.changed(expiration=request.expiration - jump) if jump and request.expiration else request

    def _after(self, request: results.TradeRequest, figures: AccountFigures, now: int) -> AccountFigures:
        """Return the account's sums with the margin as it would be after a market order."""
        side = order_side(request.type)
        positions = [*_reduced(self.books.positions.values(), request, hedging=self.spec.hedging)]
        taken = sum(item.volume for item in self.books.positions.values()) - sum(item.volume for item in positions)
        left = units(request.volume) - taken
        if left > 0:
            price = self._valuation.quote(request.symbol, now).opening(side)
            margin = self._valuation.margin(self._spec(request.symbol), lots(left), price, now)
            positions.append(BrokerPosition(0, request.symbol, side, left, price, now, now, margin))
        return AccountFigures(figures.balance, figures.credit, figures.profit, held_margin(positions))

    def order_send(self, request: results.TradeRequest) -> results.OrderSendResult:
        """Carry the request out; what it did is committed before this returns."""
        now = self._settle()
        self._request_id += 1
        if self._too_many():
            return self._answer(request, TradeResult(TradeRetcode.TOO_MANY_REQUESTS), now)
        try:
            outcome = self._server.judge(self._on_true_clock(request), now)()
        except RequestRefused as refusal:
            return self._answer(request, TradeResult(refusal.retcode), now)
        self._commit()
        self.selected.add(request.symbol)
        return self._answer(request, outcome, now)

    def _too_many(self) -> bool:
        """Count a trade request; return whether there were too many within a second of real time."""
        now = self._wall_clock.monotonic()
        while self._requests and now - self._requests[0] >= _SECOND:
            self._requests.popleft()
        if len(self._requests) >= self._rules.requests_per_second:
            return True
        self._requests.append(now)
        return False

    def refusal(self, request: results.TradeRequest, retcode: TradeRetcode) -> results.OrderSendResult:
        """Return the answer that refuses a request, which is not looked at."""
        self._request_id += 1
        return self._answer(request, TradeResult(retcode), self.market_time_msc())

    def part_of_volume(self, request: results.TradeRequest, share: float) -> float | None:
        """Return a share of a request's volume on the symbol's steps, None where that leaves nothing or all of it."""
        spec = self._feed.symbols.get(request.symbol)
        if spec is None or not isfinite(request.volume):
            return None
        step = units(spec.volume_step)
        part = int(units(request.volume) * share) // step * step
        return lots(part) if units(spec.volume_min) <= part < units(request.volume) else None

    def _answer(self, request: results.TradeRequest, outcome: TradeResult, now: int) -> results.OrderSendResult:
        try:
            quote = self._valuation.quote(request.symbol, now)
            bid, ask = quote.bid, quote.ask
        except (NoQuote, KeyError):
            bid, ask = 0.0, 0.0
        return results.OrderSendResult(
            retcode=int(outcome.retcode),
            deal=outcome.deal,
            order=outcome.order,
            volume=lots(outcome.volume),
            price=outcome.price,
            bid=bid,
            ask=ask,
            comment=retcode_comment(outcome.retcode),
            request_id=self._request_id,
            retcode_external=0,
            request=request,
        )


def _reduced(
    positions: Iterable[BrokerPosition], request: results.TradeRequest, *, hedging: bool
) -> Iterator[BrokerPosition]:
    """Yield positions as they would be after a market order has taken its volume off the one it acts against."""
    side = order_side(request.type)
    for item in positions:
        netted = not hedging and item.symbol == request.symbol and item.side != side
        if item.ticket != request.position and not (netted and not request.position):
            yield item
        elif (left := item.volume - units(request.volume)) > 0:
            yield replace(item, volume=left, margin=item.margin * left // item.volume)
