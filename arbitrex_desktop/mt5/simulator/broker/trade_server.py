# SPDX-License-Identifier: MIT
"""The broker's trade server: judges a request, and carries it out if nothing speaks against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from arbitrex_desktop.mt5.constants import (
    OrderFilling,
    OrderState,
    OrderTime,
    OrderType,
    TradeAction,
    TradeRetcode,
)
from arbitrex_desktop.mt5.results import TradeRequest
from arbitrex_desktop.mt5.simulator.broker.books import Books
from arbitrex_desktop.mt5.simulator.broker.execution import Execution, FillPlan
from arbitrex_desktop.mt5.simulator.broker.liquidity import Demand, Liquidity
from arbitrex_desktop.mt5.simulator.broker.records import BrokerPosition, Order, units
from arbitrex_desktop.mt5.simulator.broker.request_checks import (
    check_market_filling,
    check_pending_filling,
    check_price,
    check_waiting,
    checked_volume,
    lifetime,
)
from arbitrex_desktop.mt5.simulator.broker.rules import BrokerRules, RequestRefused
from arbitrex_desktop.mt5.simulator.broker.stops import PENDING, frozen, stops_fit
from arbitrex_desktop.mt5.simulator.broker.valuation import BrokerQuote, NoQuote, Valuation, order_side
from arbitrex_desktop.mt5.simulator.market.market_feed import MarketFeed
from arbitrex_desktop.mt5.simulator.market.server_clock import DAY_MSC, SimulatedServerClock
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec

_BY_ORDER: Final = frozenset({TradeAction.MODIFY, TradeAction.REMOVE})
_MARKET: Final = frozenset({OrderType.BUY, OrderType.SELL})


@dataclass(frozen=True, slots=True)
class TradeResult:
    """What became of a request: tickets of the deal and order made, and volume (of 1e-8 lot) and price of the fill."""

    retcode: TradeRetcode = TradeRetcode.DONE
    deal: int = 0
    order: int = 0
    volume: int = 0
    price: float = 0.0


Action = Callable[[], TradeResult]


class TradeServer:
    """Judges and carries out trade requests.  Nothing is committed here.  For one thread."""

    def __init__(
        self,
        books: Books,
        feed: MarketFeed,
        valuation: Valuation,
        execution: Execution,
        *,
        clock: SimulatedServerClock,
        rules: BrokerRules,
        liquidity: Liquidity,
    ) -> None:
        self._liquidity = liquidity
        self._books = books
        self._feed = feed
        self._valuation = valuation
        self._execution = execution
        self._clock = clock
        self._rules = rules
        self._judges: dict[int, Callable[[TradeRequest, SymbolSpec, BrokerQuote, int], Action]] = {
            TradeAction.DEAL: self._deal,
            TradeAction.PENDING: self._pending,
            TradeAction.SLTP: self._stops,
            TradeAction.MODIFY: self._modify,
            TradeAction.REMOVE: self._remove,
            TradeAction.CLOSE_BY: self._close_by,
        }

    def judge(self, request: TradeRequest, at_msc: int) -> Action:
        """Return what carries the request out at a moment of market time; raise `RequestRefused` if it may not be."""
        judge = self._judges.get(request.action)
        if judge is None:
            raise RequestRefused(TradeRetcode.INVALID)
        request = self._with_symbol(request)
        spec = self._feed.symbols.get(request.symbol)
        if spec is None:
            raise RequestRefused(TradeRetcode.INVALID)
        if not self._feed.is_open(spec.name, at_msc):
            raise RequestRefused(TradeRetcode.MARKET_CLOSED)
        try:
            quote = self._valuation.quote(spec.name, at_msc)
        except NoQuote:
            raise RequestRefused(TradeRetcode.PRICE_OFF) from None
        return judge(request, spec, quote, at_msc)

    def _with_symbol(self, request: TradeRequest) -> TradeRequest:
        """Return the request with its symbol, which changes of an order or of positions need not name."""
        if request.symbol:
            return request
        if request.action in _BY_ORDER:
            order = self._books.orders.get(request.order)
            if order is None:
                raise RequestRefused(TradeRetcode.INVALID_ORDER)
            return request.changed(symbol=order.symbol)
        position = self._books.positions.get(request.position)
        if position is None and request.position:
            raise RequestRefused(TradeRetcode.POSITION_CLOSED)
        return request.changed(symbol=position.symbol) if position else request

    def _deal(self, request: TradeRequest, spec: SymbolSpec, quote: BrokerQuote, at_msc: int) -> Action:
        """Judge a market order: opens a position, or closes the one it names."""
        if request.type not in _MARKET:
            raise RequestRefused(TradeRetcode.INVALID)
        volume = checked_volume(request, spec)
        check_market_filling(request, spec)
        side = order_side(request.type)
        offer = self._liquidity.offer(Demand(spec, side, volume, OrderFilling(request.type_filling)), quote, at_msc)
        check_price(request, spec, offer.price)
        fill = FillPlan(offer.volume, offer.price, at_msc)
        position = self._check_target(request, spec, quote, fill)
        if position is None and not stops_fit(spec, side, quote.closing(side), request.sl, request.tp):
            raise RequestRefused(TradeRetcode.INVALID_STOPS)
        return lambda: self._fill(self._market_order(request, spec, volume, at_msc), fill)

    def _fill(self, order: Order, fill: FillPlan) -> TradeResult:
        deal = self._execution.fill(order, fill)
        retcode = TradeRetcode.DONE if fill.volume == order.volume_initial else TradeRetcode.DONE_PARTIAL
        return TradeResult(retcode, deal=deal.ticket, order=order.ticket, volume=fill.volume, price=fill.price)

    def _check_target(
        self, request: TradeRequest, spec: SymbolSpec, quote: BrokerQuote, fill: FillPlan
    ) -> BrokerPosition | None:
        """Check the position that a market order closes, or the money for the one that it opens."""
        side = order_side(request.type)
        if not request.position:
            self._check_room(spec, side, fill)
            return None
        position = self._books.positions.get(request.position)
        if position is None:
            raise RequestRefused(TradeRetcode.POSITION_CLOSED)
        if position.symbol != spec.name or position.side == side:
            raise RequestRefused(TradeRetcode.INVALID)
        if units(request.volume) > position.volume:
            raise RequestRefused(TradeRetcode.INVALID_CLOSE_VOLUME)
        if frozen(spec, quote.closing(position.side), position.sl, position.tp):
            raise RequestRefused(TradeRetcode.FROZEN)
        return position

    def _check_room(self, spec: SymbolSpec, side: int, fill: FillPlan) -> None:
        """Check volume limit and money for what a market order adds; reducing a netting position needs neither."""
        held = [item for item in self._books.positions.values() if item.symbol == spec.name]
        net = None if self._execution.hedging else next(iter(held), None)
        if net is not None and net.side != side:
            fill = replace(fill, volume=fill.volume - net.volume)
            if fill.volume <= 0:
                return
        self._check_volume_limit(spec, side, fill.volume)
        self._execution.afford(spec.name, side, fill, without=net if net and net.side != side else None)

    def _check_volume_limit(self, spec: SymbolSpec, side: int, volume: int) -> None:
        """Check that positions and pending orders of one side, with so much more, keep within the symbol's limit."""
        positions = (item for item in self._books.positions.values() if item.symbol == spec.name)
        orders = (item for item in self._books.orders.values() if item.symbol == spec.name)
        held = sum(item.volume for item in positions if item.side == side)
        waiting = sum(item.volume for item in orders if order_side(item.type) == side)
        if spec.volume_limit and held + waiting + volume > units(spec.volume_limit):
            raise RequestRefused(TradeRetcode.LIMIT_VOLUME)

    def _market_order(self, request: TradeRequest, spec: SymbolSpec, volume: int, at_msc: int) -> Order:
        return Order(
            ticket=self._books.take_ticket(),
            symbol=spec.name,
            type=OrderType(request.type),
            volume_initial=volume,
            volume=volume,
            time_msc=at_msc,
            price=request.price,
            sl=spec.rounded(request.sl),
            tp=spec.rounded(request.tp),
            filling=OrderFilling(request.type_filling),
            magic=request.magic,
            comment=request.comment,
            position=request.position,
        )

    def _pending(self, request: TradeRequest, spec: SymbolSpec, quote: BrokerQuote, at_msc: int) -> Action:
        """Judge a pending order."""
        if request.type not in PENDING:
            raise RequestRefused(TradeRetcode.INVALID)
        volume = checked_volume(request, spec)
        check_pending_filling(request, spec)
        if len(self._books.orders) >= self._rules.max_orders:
            raise RequestRefused(TradeRetcode.LIMIT_ORDERS)
        self._check_volume_limit(spec, order_side(request.type), volume)
        plain = self._market_order(request.changed(position=0), spec, volume, at_msc)
        order = self._with_terms(plain, request, spec, at_msc)
        check_waiting(spec, order, quote)
        return lambda: self._place(order)

    def _with_terms(self, order: Order, request: TradeRequest, spec: SymbolSpec, at_msc: int) -> Order:
        """Return a pending order with prices and lifetime from the request."""
        return replace(
            order,
            price=spec.rounded(request.price),
            stoplimit=spec.rounded(request.stoplimit),
            sl=spec.rounded(request.sl),
            tp=spec.rounded(request.tp),
            lifetime=lifetime(request),
            expiration_msc=self._expiration(request, at_msc),
        )

    def _place(self, order: Order) -> TradeResult:
        self._books.put_order(order)
        return TradeResult(order=order.ticket)

    def _expiration(self, request: TradeRequest, at_msc: int) -> int:
        """Return the moment of UTC at which a pending order ends, 0 for never."""
        kind = lifetime(request)
        if kind == OrderTime.GTC:
            return 0
        server = self._clock.to_server(at_msc) if kind == OrderTime.DAY else request.expiration * 1000
        if kind in {OrderTime.DAY, OrderTime.SPECIFIED_DAY}:
            server = (server // DAY_MSC + 1) * DAY_MSC
        moment = self._clock.to_utc(server)
        if moment <= at_msc:
            raise RequestRefused(TradeRetcode.INVALID_EXPIRATION)
        return moment

    def _stops(self, request: TradeRequest, spec: SymbolSpec, quote: BrokerQuote, at_msc: int) -> Action:
        """Judge a change of a position's stop and target."""
        position = self._books.positions.get(request.position)
        if position is None and not request.position and not self._execution.hedging:
            position = next((item for item in self._books.positions.values() if item.symbol == spec.name), None)
        if position is None:
            raise RequestRefused(TradeRetcode.POSITION_CLOSED if request.position else TradeRetcode.INVALID)
        if position.symbol != spec.name:
            raise RequestRefused(TradeRetcode.INVALID)
        price = quote.closing(position.side)
        if not stops_fit(spec, position.side, price, request.sl, request.tp):
            raise RequestRefused(TradeRetcode.INVALID_STOPS)
        sl, tp = spec.rounded(request.sl), spec.rounded(request.tp)
        if (sl, tp) == (position.sl, position.tp):
            raise RequestRefused(TradeRetcode.NO_CHANGES)
        if frozen(spec, price, position.sl, position.tp):
            raise RequestRefused(TradeRetcode.FROZEN)
        changed = replace(position, sl=sl, tp=tp, update_msc=at_msc)
        return lambda: self._changed(changed)

    def _changed(self, position: BrokerPosition) -> TradeResult:
        self._books.put_position(position)
        return TradeResult()

    def _active_order(self, request: TradeRequest, spec: SymbolSpec, quote: BrokerQuote) -> Order:
        """Return the pending order that a request names; raise `RequestRefused` if there is none or it is frozen."""
        order = self._books.orders.get(request.order)
        if order is None or order.symbol != spec.name:
            raise RequestRefused(TradeRetcode.INVALID_ORDER)
        if frozen(spec, quote.opening(order_side(order.type)), order.price):
            raise RequestRefused(TradeRetcode.FROZEN)
        return order

    def _modify(self, request: TradeRequest, spec: SymbolSpec, quote: BrokerQuote, at_msc: int) -> Action:
        """Judge a change of a pending order's prices and lifetime."""
        order = self._active_order(request, spec, quote)
        changed = self._with_terms(order, request, spec, at_msc)
        known = self._clock.to_server(order.expiration_msc) // 1000 if order.expiration_msc else 0
        if (changed.lifetime, request.expiration) == (order.lifetime, known):
            # The end of a day, said again as it is shown, is not the end of the next one.
            changed = replace(changed, expiration_msc=order.expiration_msc)
        if changed == order:
            raise RequestRefused(TradeRetcode.NO_CHANGES)
        check_waiting(spec, changed, quote)
        return lambda: self._place(changed)

    def _remove(self, request: TradeRequest, spec: SymbolSpec, quote: BrokerQuote, at_msc: int) -> Action:
        """Judge the removal of a pending order."""
        order = self._active_order(request, spec, quote)
        price = quote.opening(order_side(order.type))
        done = replace(order, state=OrderState.CANCELED, time_done_msc=at_msc, price_done=price)

        def remove() -> TradeResult:
            self._books.close_order(done)
            return TradeResult(order=order.ticket)

        return remove

    def _close_by(self, request: TradeRequest, spec: SymbolSpec, quote: BrokerQuote, at_msc: int) -> Action:
        """Judge the closing of a position by an opposite one."""
        del quote
        position = self._books.positions.get(request.position)
        other = self._books.positions.get(request.position_by)
        if position is None or other is None:
            raise RequestRefused(TradeRetcode.POSITION_CLOSED)
        opposite = position.symbol == other.symbol == spec.name and position.side == -other.side
        if not (self._execution.hedging and opposite):
            raise RequestRefused(TradeRetcode.INVALID)

        def close() -> TradeResult:
            order = Order(
                ticket=self._books.take_ticket(),
                symbol=spec.name,
                type=OrderType.CLOSE_BY,
                volume_initial=0,
                volume=0,
                time_msc=at_msc,
                magic=request.magic,
                comment=request.comment,
                position=position.ticket,
                position_by=other.ticket,
            )
            deal = self._execution.close_by(order, position, other, at_msc)
            return TradeResult(deal=deal.ticket, order=order.ticket, volume=deal.volume, price=deal.price)

        return close
