# SPDX-License-Identifier: MIT
"""Making faults happen, in one place: in front of the simulated terminal, around every call of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf
from typing import Any, Final

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.constants import ResultCode, TradeRetcode
from arbitrex_desktop.mt5.fault_plan import Fault, FaultKind, FaultPlan
from arbitrex_desktop.mt5.results import AccountInfo, OrderSendResult, TerminalInfo, Tick, TradeRequest
from arbitrex_desktop.mt5.simulator.broker.rules import retcode_comment
from arbitrex_desktop.mt5.simulator.faults import tick_faults
from arbitrex_desktop.mt5.simulator.faults.fault_schedule import FaultSchedule
from arbitrex_desktop.mt5.simulator.faults.hazards import Hazards
from arbitrex_desktop.mt5.simulator.faults.tick_faults import TickWindow
from arbitrex_desktop.mt5.simulator.module.backend import BackendError
from arbitrex_desktop.mt5.simulator.terminal import SimulatedTerminal

_REFUSALS: Final[dict[FaultKind, TradeRetcode]] = {
    FaultKind.REQUOTE: TradeRetcode.REQUOTE,
    FaultKind.PRICE_CHANGED: TradeRetcode.PRICE_CHANGED,
    FaultKind.NO_MONEY: TradeRetcode.NO_MONEY,
    FaultKind.MARKET_CLOSED: TradeRetcode.MARKET_CLOSED,
    FaultKind.TRADE_DISABLED: TradeRetcode.TRADE_DISABLED,
    FaultKind.AUTOTRADING_OFF: TradeRetcode.CLIENT_DISABLES_AT,
    FaultKind.TOO_MANY_REQUESTS: TradeRetcode.TOO_MANY_REQUESTS,
}
_RAISED: Final[dict[FaultKind, ResultCode]] = {
    FaultKind.TIMEOUT: ResultCode.E_INTERNAL_FAIL_TIMEOUT,
    FaultKind.AUTH_FAILED: ResultCode.E_AUTH_FAILED,
    FaultKind.API_OFF: ResultCode.E_AUTO_TRADING_DISABLED,
}
_OTHER_ACCOUNTS: Final = frozenset({"positions_get", "orders_get", "history_deals_get", "history_orders_get"})
_TICK_CALLS: Final = frozenset({"copy_ticks_from", "copy_ticks_range"})


class FaultyTerminal:
    """A `TerminalBackend` in front of a simulated terminal, whose calls go wrong as the plan says.

    Every public method of the terminal is reached through `__getattr__`, so that none can be left out.  One thread.
    """

    def __init__(self, terminal: SimulatedTerminal, plan: FaultPlan, hazards: Hazards) -> None:
        self._terminal = terminal
        self._hazards = hazards
        self._schedule = FaultSchedule(plan, terminal, terminal.elapsed())
        self._lost: int | None = None
        self._first_loss = True

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._enter, name, getattr(self._terminal, name))

    def _enter(self, name: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Make one call: what strikes before it, the call itself, what spoils its result."""
        struck = self._schedule.enter(name, self._terminal.elapsed())
        self._hold_up(struck)
        self._fail(name, struck)
        now = self._terminal.elapsed()
        self._bend_time(now)
        if name == "order_send":
            return self._send(struck, call, args[0], now)
        return self._spoilt(name, args, call(*args, **kwargs), now)

    def _hold_up(self, struck: list[Fault]) -> None:
        """Crash, hang or dawdle, and empty Market Watch."""
        for fault in struck:
            if fault.kind == FaultKind.CRASH:
                self._hazards.crash()
            elif fault.kind in {FaultKind.HANG, FaultKind.INITIALIZE_BLOCKS}:
                self._hazards.hold(fault.seconds or self._left(fault))
            elif fault.kind == FaultKind.SLOW:
                self._hazards.pause(fault.seconds or self._left(fault))
            elif fault.kind == FaultKind.SYMBOLS_VANISHED:
                self._vanish(fault)

    def _left(self, fault: Fault) -> float:
        """Return the seconds until a fault ends."""
        return max(0.0, self._schedule.begin(fault) + fault.duration - self._terminal.elapsed())

    def _vanish(self, fault: Fault) -> None:
        gone = set(fault.symbols) or set(self._terminal.selected)
        self._terminal.selected -= gone

    def _fail(self, name: str, struck: list[Fault]) -> None:
        """Raise BackendError where a fault or a broken pipe makes the call fail."""
        for fault in struck:
            if fault.kind in _RAISED:
                raise BackendError.of(_RAISED[fault.kind])
            if fault.kind == FaultKind.IPC_LOST:
                self._lost = fault.code
                if name == "initialize":
                    raise BackendError.of(ResultCode.E_INTERNAL_FAIL_INIT)
        if name == "initialize":
            self._lost, self._first_loss = None, True
        if self._lost is not None and name != "shutdown":
            code = ResultCode.E_INTERNAL_FAIL_RECEIVE if self._first_loss else ResultCode(self._lost)
            self._first_loss = False
            raise BackendError.of(code)

    def _bend_time(self, now: float) -> None:
        """Move the server's clock, and hold ticks back, as the faults of the moment say."""
        jumps = self._schedule.lasting(FaultKind.CLOCK_JUMP, now)
        self._terminal.time.jump_msc = round(sum(fault.value for fault in jumps) * 1000)
        held: dict[str, int] = {}
        for kind in (FaultKind.FROZEN_TICKS, FaultKind.BROKER_LINK_LOST):
            for fault in self._schedule.lasting(kind, now):
                since = self._terminal.market_time_at(self._schedule.begin(fault))
                symbols = fault.symbols if kind == FaultKind.FROZEN_TICKS else ()
                held |= {symbol: min(since, held.get(symbol, since)) for symbol in symbols or ("",)}
        self._terminal.held_ticks = held

    def _send(
        self, struck: list[Fault], call: Callable[..., Any], request: TradeRequest, now: float
    ) -> OrderSendResult:
        """Send an order on, refuse it, fill it in part, or lose the answer."""
        if self._schedule.lasting(FaultKind.BROKER_LINK_LOST, now):
            return self._terminal.refusal(request, TradeRetcode.CONNECTION)
        for fault in struck:
            if fault.kind in _REFUSALS:
                return self._terminal.refusal(request, _REFUSALS[fault.kind])
        kinds = {fault.kind: fault for fault in struck}
        partial_fill = kinds.get(FaultKind.PARTIAL_FILL)
        result = self._filled(call, request, partial_fill.share if partial_fill else None)
        lost = kinds.get(FaultKind.REPLY_LOST)
        if lost is not None:
            self._hazards.hold(lost.seconds)
            raise BackendError.of(ResultCode.E_INTERNAL_FAIL_RECEIVE)
        return result

    def _filled(self, call: Callable[..., Any], request: TradeRequest, share: float | None) -> OrderSendResult:
        """Send an order on, for a share of its volume if one is given and the symbol's steps allow it."""
        volume = None if share is None else self._terminal.part_of_volume(request, share)
        if volume is None:
            result: OrderSendResult = call(request)
            return result
        filled: OrderSendResult = call(request.changed(volume=volume))
        if filled.retcode != TradeRetcode.DONE:
            return filled.changed(request=request)
        code = TradeRetcode.DONE_PARTIAL
        return filled.changed(retcode=int(code), comment=retcode_comment(code), request=request)

    def _spoilt(self, name: str, args: tuple[Any, ...], result: Any, now: float) -> Any:
        """Return a result as the faults of the moment leave it."""
        if isinstance(result, TerminalInfo):
            return self._spoilt_terminal(result, now)
        switched = self._schedule.lasting(FaultKind.ACCOUNT_SWITCHED, now)
        if switched and isinstance(result, AccountInfo):
            return result.changed(login=switched[0].login)
        if switched and name in _OTHER_ACCOUNTS:
            return ()
        if name in _TICK_CALLS:
            return self._spoilt_ticks(args[0], result, now)
        return self._spoilt_tick(args[0], result, now) if isinstance(result, Tick) else result

    def _spoilt_terminal(self, info: TerminalInfo, now: float) -> TerminalInfo:
        return info.changed(
            connected=info.connected and not self._schedule.lasting(FaultKind.BROKER_LINK_LOST, now),
            trade_allowed=info.trade_allowed and not self._schedule.lasting(FaultKind.AUTOTRADING_OFF, now),
            tradeapi_disabled=bool(self._schedule.lasting(FaultKind.API_OFF, now)),
        )

    def _spoilt_ticks(self, symbol: str, rows: Rows, now: float) -> Rows:
        """Return ticks made crazy, doubled or thinned out; ticks of a fault that is over stay as they were seen."""
        for fault in self._schedule.begun(FaultKind.CRAZY_PRICES, symbol, now):
            rows = tick_faults.crazy(rows, self._window(fault))
        for fault in self._schedule.begun(FaultKind.DUPLICATED_TICKS, symbol, now):
            rows = tick_faults.duplicated(rows, self._window(fault))
        present = self._terminal.server_time_msc()
        for fault in self._schedule.begun(FaultKind.LATE_TICKS, symbol, now):
            rows = tick_faults.late(rows, self._window(fault), present, fault.seconds * 1000.0)
        return rows

    def _spoilt_tick(self, symbol: str, tick: Tick, now: float) -> Tick:
        for fault in self._schedule.begun(FaultKind.CRAZY_PRICES, symbol, now):
            tick = tick_faults.crazy_tick(tick, self._window(fault))
        return tick

    def _window(self, fault: Fault) -> TickWindow:
        """Return a fault's stretch of the server's clock."""
        begin = self._schedule.begin(fault)
        shown = self._terminal.time.shown
        end = begin + fault.duration
        end_msc = inf if end == inf else shown(self._terminal.market_time_at(end))
        first_msc = shown(self._terminal.market_time_at(begin))
        return TickWindow(first_msc, end_msc, fault.share, self._terminal.time.jump_msc)
