# SPDX-License-Identifier: MIT
"""When the faults of a plan strike.

A fault strikes at its time after the plan's zero, which lies on the wall clock, or at its call of the host.  Those that
strike once are written down with the account's books, so that a host that takes the place of a crashed one does not
crash in turn; without a store, a host that starts after a one-shot fault's time is spared as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from arbitrex_desktop.mt5.fault_plan import ONE_SHOT, Fault, FaultKind, FaultPlan

_AT_SENDING: Final = frozenset({"order_send"})
_AT_CONNECTING: Final = frozenset({"initialize", "login"})
_NEVER: Final = frozenset({"shutdown"})
"""Closing one's end of a pipe cannot fail."""

HOME_FUNCTIONS: Final[Mapping[FaultKind, frozenset[str]]] = {
    FaultKind.INITIALIZE_BLOCKS: frozenset({"initialize"}),
    FaultKind.TIMEOUT: _AT_CONNECTING,
    FaultKind.AUTH_FAILED: _AT_CONNECTING,
    FaultKind.REQUOTE: _AT_SENDING,
    FaultKind.PRICE_CHANGED: _AT_SENDING,
    FaultKind.PARTIAL_FILL: _AT_SENDING,
    FaultKind.NO_MONEY: _AT_SENDING,
    FaultKind.REPLY_LOST: _AT_SENDING,
    FaultKind.MARKET_CLOSED: _AT_SENDING,
    FaultKind.TRADE_DISABLED: _AT_SENDING,
    FaultKind.AUTOTRADING_OFF: _AT_SENDING,
    FaultKind.API_OFF: _AT_SENDING,
    FaultKind.TOO_MANY_REQUESTS: _AT_SENDING,
}
"""Where a kind strikes unless its fault names a function; the others strike anywhere."""


class StrikeBook(Protocol):
    """Where strikes are written down."""

    def struck_at(self, number: int) -> float | None:
        """Return the seconds after the plan's zero at which a fault struck, None if it has not yet."""

    def strike(self, number: int, seconds: float) -> None:
        """Write a strike down for good."""


class FaultSchedule:
    """Tells which faults are at work in a call.  `built_at`: seconds after the plan's zero at which the host began."""

    def __init__(self, plan: FaultPlan, strikes: StrikeBook, built_at: float) -> None:
        self._plan = plan
        self._strikes = strikes
        self._built_at = built_at
        self._calls = dict.fromkeys(range(len(plan.faults)), 0)

    def enter(self, function: str, now: float) -> list[Fault]:
        """Count a call and return the faults that strike it; `now` in seconds after the plan's zero."""
        return [
            fault
            for number, fault in enumerate(self._plan.faults)
            if self._concerns(fault, function) and self._strikes_call(number, fault, now)
        ]

    def lasting(self, kind: FaultKind, now: float) -> list[Fault]:
        """Return the faults of a kind whose time it is, whatever call is made."""
        return [
            fault
            for number, fault in enumerate(self._plan.faults)
            if fault.kind == kind and fault.duration and self._span(number, fault, now)
        ]

    def begun(self, kind: FaultKind, symbol: str, now: float) -> list[Fault]:
        """Return the lasting faults of a kind that concern a symbol and have begun, those that are over included."""
        return [
            fault
            for fault in self._plan.faults
            if fault.kind == kind and fault.duration and symbol in (fault.symbols or (symbol,))
            if (fault.call is None or self._strikes.struck_at(self._plan.faults.index(fault)) is not None)
            and self.begin(fault) <= now
        ]

    def begin(self, fault: Fault) -> float:
        """Return the seconds after the plan's zero at which a fault began, or is to begin."""
        struck = self._strikes.struck_at(self._plan.faults.index(fault))
        return fault.start if fault.call is None or struck is None else struck

    def _concerns(self, fault: Fault, function: str) -> bool:
        if function in _NEVER:
            return False
        if fault.function:
            return fault.function == function
        home = HOME_FUNCTIONS.get(fault.kind)
        return home is None or function in home

    def _strikes_call(self, number: int, fault: Fault, now: float) -> bool:
        """Return whether a fault strikes the present call; a first strike is written down before it acts."""
        self._calls[number] += 1
        if fault.kind in ONE_SHOT or not fault.duration:
            due = self._strikes.struck_at(number) is None and self._due(number, fault, now)
            if due:
                self._strikes.strike(number, now)
            return due
        if fault.call is not None and self._strikes.struck_at(number) is None and self._due(number, fault, now):
            self._strikes.strike(number, now)
        return self._span(number, fault, now)

    def _due(self, number: int, fault: Fault, now: float) -> bool:
        """Return whether the first strike's time or call has come."""
        if fault.call is not None:
            return self._calls[number] >= fault.call
        spared = fault.kind in ONE_SHOT and self._built_at > fault.start
        over = bool(fault.duration) and now >= fault.end
        return fault.start <= now and not spared and not over

    def _span(self, number: int, fault: Fault, now: float) -> bool:
        """Return whether a lasting fault is at work."""
        begin: float | None = fault.start
        if fault.call is not None:
            begin = self._strikes.struck_at(number)
        return begin is not None and begin <= now < begin + fault.duration
