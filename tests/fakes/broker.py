# SPDX-License-Identifier: MIT
"""A broker that keeps books of what it executed, answers as it is told, and survives the program that asks it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import numpy as np

from arbitrex_desktop.mt5.arrays import RATE_DTYPE
from arbitrex_desktop.mt5.constants import (
    DealEntry,
    DealReason,
    OrderState,
    OrderType,
    PositionType,
    TradeAction,
    TradeRetcode,
)
from arbitrex_desktop.mt5.errors import DeadlineExceeded
from arbitrex_desktop.mt5.results import OrderSendResult, TradeDeal, TradeOrder, TradePosition
from arbitrex_desktop.mt5.transport import Permit
from arbitrex_desktop.raw_layer.ticks.latest_quotes import LatestQuotes
from tests.fakes.broker_data import make, make_position, make_request
from tests.fakes.clock import ManualClock
from tests.fakes.pool import DEFAULT_SYMBOLS, FakePool
from tests.fakes.records import replace


class Mood(StrEnum):
    """What the broker makes of the next order.

    FILL it; PART of it; REQUOTE, nothing done; REJECT, nothing done; FILL_LOST and PART_LOST, done but the reply is
    lost; LOST, the order itself is lost on the way; PLACED, accepted and filled only by `fill_placed()`; SHORT, half
    of it is done and called done; UNTOLD, done without a word on price and volume.
    """

    FILL = "FILL"
    PART = "PART"
    REQUOTE = "REQUOTE"
    REJECT = "REJECT"
    FILL_LOST = "FILL_LOST"
    PART_LOST = "PART_LOST"
    LOST = "LOST"
    PLACED = "PLACED"
    SHORT = "SHORT"
    UNTOLD = "UNTOLD"


class FakeBroker(FakePool):
    """A `RunningPool` whose orders leave positions, history orders and deals behind.

    `moods` are taken for one order each, then every order is filled; `slip` is added to buying prices and taken off
    selling ones; `keep_comments` False overwrites comments as some brokers do; `step` is called before and after
    each order is executed, so that a test may crash the program there; `queueing` while one waits for its turn.
    """

    def __init__(self, clock: ManualClock | None = None, *, symbols: Sequence[str] = DEFAULT_SYMBOLS) -> None:
        super().__init__(clock, symbols=symbols)
        self.board = LatestQuotes()
        self.board.select({name: info.digits for name, info in self.infos.items()})
        self.moods: deque[Mood] = deque()
        self.slip = 0.0
        self.keep_comments = True
        self.step: Callable[[str], None] = lambda _: None
        self.queueing: Callable[[], None] = lambda: None
        self._placed: list[Mapping[str, Any]] = []
        for name, quote in self.quotes.items():
            self.rates[name] = _bars(quote.mid)
        self.poll()

    @property
    def opening_deals(self) -> list[TradeDeal]:
        """Return the deals that opened positions."""
        return [deal for deal in self.deals if deal.entry == DealEntry.IN]

    def send_order(self, request: Mapping[str, Any], permit: Permit | None = None) -> OrderSendResult:
        """Execute a request in the mood of the moment."""
        self._ask("send_order")
        self.queueing()
        if permit is not None:
            permit()
        self.step("before the broker has it")
        self.sent.append(dict(request))
        mood = self.moods.popleft() if self.moods else Mood.FILL
        result = self._execute(request, mood)
        self.step("after the broker had it")
        if mood in (Mood.FILL_LOST, Mood.PART_LOST, Mood.LOST):
            raise DeadlineExceeded("the reply was lost")
        return result

    def fill_placed(self) -> None:
        """Fill what was only placed so far."""
        placed, self._placed, self.orders = self._placed, [], ()
        for request in placed:
            self._deal(request, float(request["volume"]))

    def trigger(self, ticket: int, volume: float | None = None) -> None:
        """Fill a resting order at its own price, or `volume` of it while the rest waits on."""
        (order,) = (each for each in self.orders if each.ticket == ticket)
        done = order.volume_current if volume is None else volume
        names = ("symbol", "magic", "comment", "sl", "tp")
        request = {"type": order.type % 2, "volume": done, **{name: getattr(order, name) for name in names}}
        left = replace(order, volume_current=round(order.volume_current - done, 8))
        self.orders = tuple(left if each is order else each for each in self.orders)
        if left.volume_current <= 0.0:
            self.end_order(ticket, OrderState.PARTIAL)
            self.history_orders[-1] = replace(self.history_orders[-1], state=OrderState.FILLED)
        self._deal(request, done, ticket=ticket, price=order.price_open)

    def end_order(self, ticket: int, state: OrderState) -> None:
        """Move a waiting order to the history, in the state in which it ended; a filled one gets its deal."""
        seconds = int(self.clock.now().timestamp()) + self.server_offset
        (order,) = (each for each in self.orders if each.ticket == ticket)
        self.orders = tuple(each for each in self.orders if each is not order)
        self.history_orders.append(replace(order, state=state, time_done=seconds, volume_current=0.0))
        if state is OrderState.FILLED:
            ids = {"ticket": self._ticket(), "order": ticket, "position_id": ticket, "entry": DealEntry.IN}
            what = {"symbol": order.symbol, "type": order.type % 2, "volume": order.volume_initial, "time": seconds}
            self.deals.append(make(TradeDeal, **ids, **what, price=order.price_open, magic=order.magic))

    def close_by_stop(self, ticket: int) -> None:
        """Close a position as its stop does, without any order of ours."""
        (position,) = (each for each in self.positions if each.ticket == ticket)
        seconds = int(self.clock.now().timestamp()) + self.server_offset
        ids = {"ticket": self._ticket(), "order": self._ticket(), "position_id": ticket, "entry": DealEntry.OUT}
        what = {"symbol": position.symbol, "type": 1 - position.type, "volume": position.volume, "time": seconds}
        self.deals.append(make(TradeDeal, **ids, **what, price=position.sl, reason=DealReason.SL))
        self._shrink(ticket, position.volume)

    def _execute(self, request: Mapping[str, Any], mood: Mood) -> OrderSendResult:
        """Do what the mood says and return the answer."""
        volume = float(request.get("volume", 0.0))
        if mood is Mood.LOST:
            return self._answer(request, TradeRetcode.TIMEOUT)
        if mood in (Mood.REQUOTE, Mood.REJECT):
            return self._answer(request, TradeRetcode.REQUOTE if mood is Mood.REQUOTE else TradeRetcode.REJECT)
        if request["action"] != TradeAction.DEAL:
            return self._manage(request)
        if mood is Mood.PLACED:
            return self._place(request)
        part = mood in (Mood.PART, Mood.PART_LOST, Mood.SHORT)
        deal = self._deal(request, round(volume / 2.0, 2) if part else volume)
        code = TradeRetcode.DONE_PARTIAL if part and mood is not Mood.SHORT else TradeRetcode.DONE
        answer = self._answer(request, code, deal)
        return replace(answer, price=0.0, volume=0.0) if mood is Mood.UNTOLD else answer

    def _manage(self, request: Mapping[str, Any]) -> OrderSendResult:
        """Do what is no deal."""
        action, number = request["action"], request.get("order")
        if action == TradeAction.PENDING:
            return self._rest(request)
        if action == TradeAction.SLTP:
            self._change(request)
        elif not any(order.ticket == number for order in self.orders):
            return self._answer(request, TradeRetcode.INVALID_ORDER)
        elif action == TradeAction.REMOVE:
            self.end_order(int(request["order"]), OrderState.CANCELED)
        else:
            moved = {"price_open": request["price"], "sl": request["sl"], "tp": request["tp"]}
            self.orders = tuple(replace(each, **moved) if each.ticket == number else each for each in self.orders)
        return self._answer(request, TradeRetcode.DONE)

    def _rest(self, request: Mapping[str, Any]) -> OrderSendResult:
        """Take an order that rests."""
        order = make(
            TradeOrder,
            ticket=self._ticket(),
            time_setup=int(self.clock.now().timestamp()) + self.server_offset,
            volume_initial=request["volume"],
            volume_current=request["volume"],
            price_open=request["price"],
            time_expiration=request["expiration"],
            state=OrderState.PLACED,
            comment=request["comment"] if self.keep_comments else "broker's own words",
            **{name: request[name] for name in ("symbol", "type", "magic", "sl", "tp", "type_time")},
        )
        self.orders = (*self.orders, order)
        return replace(self._answer(request, TradeRetcode.DONE), order=order.ticket)

    def _deal(
        self, request: Mapping[str, Any], volume: float, *, ticket: int = 0, price: float | None = None
    ) -> TradeDeal:
        """Book a deal with its order (`ticket`, that of one that rested), and open or close the position."""
        order, number = ticket or self._ticket(), self._ticket()
        buying = request["type"] == OrderType.BUY
        quote = self.quotes[str(request["symbol"])]
        if price is None:
            price = quote.ask + self.slip if buying else quote.bid - self.slip
        seconds = int(self.clock.now().timestamp()) + self.server_offset
        common: dict[str, Any] = {
            "symbol": request["symbol"],
            "type": request["type"],
            "magic": request.get("magic", 0),
            "comment": request.get("comment", "") if self.keep_comments else "broker's own words",
            "reason": DealReason.EXPERT,
        }
        closing = int(request.get("position", 0))
        times = {"time_setup": seconds, "time_done": seconds}
        if not ticket:
            self.history_orders.append(
                make(
                    TradeOrder,
                    ticket=order,
                    state=OrderState.FILLED,
                    volume_initial=request["volume"],
                    position_id=closing or order,
                    **times,
                    **common,
                )
            )
        entry = DealEntry.OUT if closing else DealEntry.IN
        ids = {"ticket": number, "order": order, "position_id": closing or order}
        deal = make(TradeDeal, **ids, **common, entry=entry, volume=volume, price=price, time=seconds)
        self.deals.append(deal)
        if closing:
            self._shrink(closing, volume)
        else:
            self._open(deal, request, seconds)
        return deal

    def _open(self, deal: TradeDeal, request: Mapping[str, Any], seconds: int) -> None:
        """Add the position that a deal opened."""
        position = make_position(
            deal.symbol,
            1 if deal.type == PositionType.BUY else -1,
            deal.volume,
            ticket=deal.order,
            price_open=deal.price,
            sl=float(request.get("sl", 0.0)),
            tp=float(request.get("tp", 0.0)),
            magic=deal.magic,
            comment=deal.comment,
            time=seconds,
        )
        self.positions = (*self.positions, position)

    def _shrink(self, ticket: int, volume: float) -> None:
        """Take volume off a position."""
        kept: list[TradePosition] = []
        for position in self.positions:
            left = round(position.volume - volume, 8) if position.ticket == ticket else position.volume
            if left > 0.0:
                kept.append(replace(position, volume=left))
        self.positions = tuple(kept)

    def _change(self, request: Mapping[str, Any]) -> None:
        """Set a position's stop and target."""
        self.positions = tuple(
            replace(each, sl=request["sl"], tp=request["tp"]) if each.ticket == request["position"] else each
            for each in self.positions
        )

    def _place(self, request: Mapping[str, Any]) -> OrderSendResult:
        """Accept an order without filling it."""
        order = self._ticket()
        names = ("symbol", "type", "magic", "comment")
        placed = make(
            TradeOrder, ticket=order, volume_initial=request["volume"], **{name: request[name] for name in names}
        )
        self.orders = (*self.orders, placed)
        self._placed.append(request)
        return replace(self._answer(request, TradeRetcode.PLACED), order=order)

    def _answer(self, request: Mapping[str, Any], code: int, deal: TradeDeal | None = None) -> OrderSendResult:
        """Return an answer to a request."""
        done: dict[str, Any] = {}
        if deal is not None:
            done = {"deal": deal.ticket, "order": deal.order, "volume": deal.volume, "price": deal.price}
        return make(OrderSendResult, retcode=int(code), comment="", request=make_request(**request), **done)

    def _ticket(self) -> int:
        """Return a new ticket."""
        self._next_ticket += 1
        return self._next_ticket


def _bars(mid: float) -> Any:
    """Return a hundred bars of a quiet market, oldest first."""
    bars = np.zeros(100, dtype=RATE_DTYPE)
    for name, value in (("open", mid), ("close", mid), ("high", mid * 1.001), ("low", mid * 0.999)):
        bars[name] = value
    return bars
