# SPDX-License-Identifier: MIT
"""A pool without a terminal: everything it answers is set by the test, and everything asked of it is counted."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows
from arbitrex_desktop.mt5.commands import History, ListedSymbol, ReplayStatus
from arbitrex_desktop.mt5.constants import TradeRetcode
from arbitrex_desktop.mt5.errors import DeadlineExceeded
from arbitrex_desktop.mt5.replay_control import SteerReplay
from arbitrex_desktop.mt5.results import (
    AccountInfo,
    OrderCheckResult,
    OrderSendResult,
    SymbolInfo,
    TradeDeal,
    TradeOrder,
    TradePosition,
)
from arbitrex_desktop.mt5.transport import Permit
from arbitrex_desktop.raw_layer.errors import PoolUnavailable
from arbitrex_desktop.raw_layer.events import PoolEvent, StateChanged, Trigger
from arbitrex_desktop.raw_layer.server_zone import ServerZone
from arbitrex_desktop.raw_layer.symbols import SymbolBook, SymbolChoice
from arbitrex_desktop.raw_layer.views import AccountMode, AccountReading, ConnectionState, PoolStats, PricePace, Quote
from tests.fakes.broker_data import make, make_account, make_position, make_request, make_symbol, price_of
from tests.fakes.clock import ManualClock

DEFAULT_SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "EURJPY", "EURGBP", "AUDUSD", "USDCHF", "USDCAD", "NZDUSD", "XAUUSD")


class FakePool:
    """Implements `PoolView`.

    Set `account`, `positions`, `orders`, `deals`, `history_orders`, `infos`, `margins` (by symbol and direction),
    `rates` (by symbol), `connected`, `account_mode`, `last_error` at will; `poll()` makes account and positions the
    latest reading.  `fail(method, error)` makes a method raise until `recover()`; `calls` counts calls by method;
    `sent` has every request sent.  Requests are filled at the quote, unless `answers` has results or exceptions
    waiting; after `lose_next_reply()` the next one is filled and its reply lost.
    """

    def __init__(
        self,
        clock: ManualClock | None = None,
        *,
        symbols: Sequence[str] = DEFAULT_SYMBOLS,
        account: AccountInfo | None = None,
    ) -> None:
        self.clock = clock or ManualClock()
        self.account = account or make_account()
        self.pace = PricePace.LIVE
        self.positions: tuple[TradePosition, ...] = ()
        self.orders: tuple[TradeOrder, ...] = ()
        self.deals: list[TradeDeal] = []
        self.history_orders: list[TradeOrder] = []
        self.infos: dict[str, SymbolInfo] = {name: make_symbol(name, self.account.currency) for name in symbols}
        self.quotes: dict[str, Quote] = {}
        self.margins: dict[tuple[str, int], float] = {}
        self.rates: dict[str, Rows] = {}
        self.choice = SymbolChoice()
        self.listed: tuple[str, ...] = tuple(symbols)
        self.connected = True
        self.account_mode: AccountMode | None = AccountMode.SIMULATED
        self.state = ConnectionState.CONNECTED
        self.server_offset = 0
        self.server_rule = self.learns = ""
        self.clock_known = True
        self.last_error = ""
        self.calls: Counter[str] = Counter()
        self.sent: list[dict[str, Any]] = []
        self.steered: list[SteerReplay] = []
        self.answers: deque[OrderSendResult | Exception] = deque()
        self.check_answers: deque[OrderCheckResult | Exception] = deque()
        self._failures: dict[str, Exception] = {}
        self._listeners: list[Callable[[PoolEvent], None]] = []
        self._lose_reply = False
        self._next_ticket = 1_000
        self._latest: AccountReading | None = None
        for name in symbols:
            self.set_quote(name, price_of(name))
            self.margins[name, 1] = self.margins[name, -1] = 1_000.0

    def set_quote(self, symbol: str, mid: float, *, spread: float | None = None, age: float = 0.0) -> Quote:
        """Put a quote on the board, `age` seconds old; the spread is one hundredth of a percent unless given."""
        half = (mid * 1e-4 if spread is None else spread) / 2.0
        known = self.quotes.get(symbol)
        quote = Quote(
            symbol=symbol,
            bid=mid - half,
            ask=mid + half,
            last=0.0,
            time=self.clock.now(),
            received=self.clock.monotonic(),
            direction=0,
            ticks=known.ticks + 1 if known else 1,
            age_at_receipt=age,
        )
        self.quotes[symbol] = quote
        return quote

    def refresh_quotes(self) -> None:
        """Let every quote tick once more at its present price, so that all of them are fresh."""
        for name, quote in list(self.quotes.items()):
            self.set_quote(name, quote.mid, spread=quote.spread)

    def poll(self) -> AccountReading:
        """Make account, positions and orders the latest reading, as the pool's own poll does."""
        self._latest = AccountReading(
            self.account, self.positions, self.orders, self.clock.now(), self.clock.monotonic(), self.market_now()
        )
        return self._latest

    def fail(self, method: str, error: Exception | None = None) -> None:
        """Let a method raise, `PoolUnavailable` unless another error is given."""
        self._failures[method] = error or PoolUnavailable("the fake pool was told to fail")

    def recover(self, method: str | None = None) -> None:
        """Let a method, or all of them, answer again."""
        if method is None:
            self._failures.clear()
        else:
            self._failures.pop(method, None)

    def lose_next_reply(self) -> None:
        """Let the broker fill the next request and its reply be lost on the way."""
        self._lose_reply = True

    def start_tick_collection(self, wait: float = 20.0) -> None:
        """Count the call; a fake needs no start."""
        del wait
        self._enter("start_tick_collection")

    def set_pace(self, pace: PricePace) -> None:
        """Note the pace."""
        self.pace = pace

    def choose_symbols(self, choice: SymbolChoice) -> None:
        """Note what is to be watched."""
        self.choice = choice

    def subscribe(self, listener: Callable[[PoolEvent], None]) -> Callable[[], None]:
        """Call back with what `change_state` brings."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def change_state(self, state: ConnectionState, trigger: Trigger, reason: str = "") -> None:
        """Let the connection go to a state, and tell who listens."""
        change = StateChanged(self.state, state, trigger, reason, self.clock.now(), 0.0)
        self.state, self.connected = state, state is ConnectionState.CONNECTED
        for listener in self._listeners:
            listener(change)

    def stop(self) -> None:
        """Count the call and drop the connection."""
        self._enter("stop")
        self.connected = False
        self.state = ConnectionState.STOPPED

    def is_connected(self) -> bool:
        """Return `connected`."""
        self._enter("is_connected")
        return self.connected

    @property
    def mode(self) -> AccountMode | None:
        """Return `account_mode`."""
        return self.account_mode

    def quote(self, symbol: str) -> Quote | None:
        """Return the quote that was set."""
        self._enter("quote")
        return self.quotes.get(symbol)

    def steer_replay(self, command: SteerReplay) -> ReplayStatus:
        """Note the command and answer with a replay that stands at its beginning."""
        self.steered.append(command)
        return ReplayStatus(0, 1, 0, 1.0, 0, 1.0, ())

    def resolve(self, name: str) -> str:
        """Return the symbol of `infos` that a name means."""
        listed = (
            ListedSymbol(name, info.currency_base, info.currency_profit, info.visible, tradable=True)
            for name, info in self.infos.items()
        )
        return SymbolBook(tuple(listed)).resolve(name)

    def symbol_info(self, symbol: str) -> SymbolInfo | None:
        """Return the symbol's properties from `infos`."""
        self._enter("symbol_info")
        return self.infos.get(symbol)

    def margin_per_lot(self, symbol: str, direction: int) -> float | None:
        """Return the margin from `margins`."""
        self._enter("margin_per_lot")
        return self.margins.get((symbol, direction))

    def latest_account(self) -> AccountReading | None:
        """Return what `poll()` or `read_account()` read last."""
        self._enter("latest_account")
        return self._latest

    def read_account(self) -> AccountReading:
        """Read account, positions and orders as they are set now."""
        self._ask("read_account")
        return self.poll()

    def read_history(self, since: datetime, until: datetime) -> History:
        """Return the deals and orders between two moments in UTC."""
        self._ask("read_history")
        first, last = since.timestamp() + self.server_offset, until.timestamp() + self.server_offset
        return History(
            account=self.account.key,
            orders=tuple(order for order in self.history_orders if first <= order.time_done <= last),
            deals=tuple(deal for deal in self.deals if first <= deal.time <= last),
        )

    def read_rates(self, symbol: str, timeframe: int, count: int, start: int = 0) -> Rows:
        """Return the last bars but `start` from `rates`."""
        self._ask("read_rates")
        known = self.rates.get(symbol, np.zeros(0, dtype=RATE_DTYPE))
        rows: Rows = known[: max(0, len(known) - start)][-count:]
        return rows

    def check_order(self, request: Mapping[str, Any]) -> OrderCheckResult:
        """Answer the next of `check_answers`, or that the request passes."""
        self._ask("check_order")
        if self.check_answers:
            answer = self.check_answers.popleft()
            if isinstance(answer, Exception):
                raise answer
            return answer
        return make(
            OrderCheckResult,
            balance=self.account.balance,
            equity=self.account.equity,
            margin=self.account.margin,
            margin_free=self.account.margin_free,
            comment="Done",
            request=make_request(**request),
        )

    def send_order(self, request: Mapping[str, Any], permit: Permit | None = None) -> OrderSendResult:
        """Record the request, then answer the next of `answers` or fill it at the quote."""
        self._ask("send_order")
        if permit is not None:
            permit()
        self.sent.append(dict(request))
        if self.answers:
            answer = self.answers.popleft()
            if isinstance(answer, Exception):
                raise answer
            return answer
        result = self._fill(request)
        if self._lose_reply:
            self._lose_reply = False
            raise DeadlineExceeded("the reply was lost")
        return result

    def server_time_to_utc(self, seconds: float) -> datetime:
        """Take `server_offset` off."""
        return self.server_zone.to_utc(seconds)

    @property
    def server_zone(self) -> ServerZone:
        """Return `server_offset` outside of summer time, which follows `server_rule`."""
        return ServerZone(self.server_offset, self.server_rule, self.clock_known)

    def learn_summer_time(self) -> None:
        """Learn `learns`: by itself that no summer time is followed."""
        self._ask("learn_summer_time")
        self.server_rule = self.learns

    def market_now(self) -> datetime:
        """Return the clock's moment."""
        return self.clock.now()

    def stats(self) -> PoolStats:
        """Return figures that fit what is set."""
        return PoolStats(
            state=self.state,
            since=self.clock.now(),
            reason="",
            session="main",
            mode=self.account_mode,
            login=self.account.login,
            server=self.account.server,
            initialize_calls=1,
            connections=1,
            symbols=tuple(self.infos),
            listed=self.listed,
            last_error=self.last_error,
            server_offset_seconds=self.server_offset if self.clock_known else None,
        )

    def _fill(self, request: Mapping[str, Any]) -> OrderSendResult:
        """Open the position that the request asks for, or close the one that it names."""
        symbol, direction = str(request["symbol"]), 1 if int(request["type"]) == 0 else -1
        quote = self.quotes[symbol]
        price = quote.ask if direction > 0 else quote.bid
        self._next_ticket += 1
        ticket = self._next_ticket
        if request.get("position"):
            self.positions = tuple(each for each in self.positions if each.ticket != request["position"])
        else:
            position = make_position(
                symbol,
                direction,
                float(request["volume"]),
                ticket=ticket,
                price_open=price,
                sl=float(request.get("sl", 0.0)),
                tp=float(request.get("tp", 0.0)),
                magic=int(request.get("magic", 0)),
                comment=str(request.get("comment", "")),
                time=int(self.clock.now().timestamp()) + self.server_offset,
            )
            self.positions = (*self.positions, position)
        return make(
            OrderSendResult,
            retcode=TradeRetcode.DONE,
            deal=ticket,
            order=ticket,
            volume=float(request["volume"]),
            price=price,
            bid=quote.bid,
            ask=quote.ask,
            comment="Request executed",
            request=make_request(**request),
        )

    def _enter(self, method: str) -> None:
        """Count a call, and raise what it was told to."""
        self.calls[method] += 1
        if method in self._failures:
            raise self._failures[method]

    def _ask(self, method: str) -> None:
        """Count a call that needs the terminal; without a connection there is no answer."""
        self._enter(method)
        if not self.connected:
            raise PoolUnavailable(f"not connected ({self.state})")
