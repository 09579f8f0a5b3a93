# SPDX-License-Identifier: MIT
"""What the desk does by itself when a limit is reached, the session ends or the connection was lost: exits only.

All of it is off until the trader names it in the settings, which authorises these exits beforehand: they need neither
a click nor arming.  They take the desk's ordinary path, and each is journalled as the limits' own.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Final

from arbitrex_desktop.desk.account_desk import AccountDesk
from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.gate import LIMITS
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.intents.intent import Which
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.market.session import session_over
from arbitrex_desktop.risk_portfolio_manager.portfolio.trading_days import TradingDays
from arbitrex_desktop.risk_portfolio_manager.rules.registry import LATCHING

_RANK: Final = ("alert", "cancel", "close", "lock")
_DAILY: Final = frozenset(rule.code.value for rule in LATCHING if rule.daily)
_SESSION: Final = "SESSION_END"
_CONNECTION: Final = "CONNECTION_LOST"
_AGAIN_SECONDS: Final = 2.0
_LONGEST_WAIT: Final = 300.0


class LimitActions:
    """Looks at the limits at every step.  Called on the worker's thread, while nothing else is being sent."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._days = TradingDays()
        self._posted: set[str] = set()
        self._locked: dict[str, datetime] = {}
        self._next = -math.inf
        self._wait = _AGAIN_SECONDS
        self._lost = False
        self._halted_at: datetime | None = None

    def step(self, desk: AccountDesk) -> None:
        """Do what is due; raises `CommandRefused` when it could not be done, to be tried again a little later."""
        self._note_reset(desk)
        due = self._due()
        for code in due.keys() - self._posted:
            self._post_action(desk, code, *due[code])
        self._posted = set(due)
        actions = [_RANK.index(action) for action, _ in due.values()]
        strongest = max(actions, default=0)
        if not strongest or self._context.clock.monotonic() < self._next:
            return
        why = next(message for action, message in due.values() if _RANK.index(action) == strongest)
        desk.pending.cancel_all(why)
        if self._context.pool.is_connected():
            self._leave(desk, why, close=strongest >= _RANK.index("close"))
            self._lost = False

    def lock_reason(self) -> str:
        """Return why trading may not be resumed manually before the day's reset, empty when it may."""
        rpm = self._context.risk.rpm
        if rpm is None:
            return ""
        state, start = rpm.portfolio_state, self._day_start()
        locks = {code for code, action in self._actions().items() if action == "lock"}
        halted = state.halt_timestamp
        latched = state.trading_halted and state.halt_code in locks and halted is not None and halted >= start
        if latched or any(since >= start for code, since in self._locked.items() if code in locks):
            return "a limit has locked trading until the day's reset, as the settings ask for"
        return ""

    def _note_reset(self, desk: AccountDesk) -> None:
        """Journal, and tell, that a halt by a limit of the day has ended with its day."""
        rpm = self._context.risk.rpm
        state = rpm.portfolio_state if rpm is not None else None
        daily = state is not None and state.halt_code in _DAILY
        since, self._halted_at = self._halted_at, state.halt_timestamp if state is not None and daily else None
        if since is None or rpm is None or rpm.portfolio_state.trading_halted or not rpm.config.unlock_at_reset:
            return
        if since < self._day_start():
            message = "a new day has begun: the halt by a limit of the day before has ended"
            desk.book.note(EventKind.RESUMED, actor=LIMITS, reason=message)
            self._context.post("info", NoticeSubject.HALT.of(), message, replace=True)

    def _due(self) -> dict[str, tuple[str, str]]:
        """Return what is to be done by what was reached: the action, and why in words."""
        settings, rpm, pool = self._context.settings, self._context.risk.rpm, self._context.pool
        due: dict[str, tuple[str, str]] = {}
        self._lost = settings.cancel_on_disconnect and (self._lost or not pool.is_connected())
        if self._lost:
            due[_CONNECTION] = ("cancel", "the connection to the broker was lost")
        if rpm is None:
            return due
        config = rpm.config
        now = pool.market_now()
        if settings.flat_at_session_end and config.session_end and session_over(now, config, config.flat_minutes):
            due[_SESSION] = ("close", f"the session ends at {config.session_end} {config.session_timezone}")
        for code, message in self._reached().items():
            due[code] = (self._actions()[code], message)
        return due

    def _actions(self) -> dict[str, str]:
        """Return what the settings ask for, by limit."""
        return {str(code): str(action) for code, action in self._context.settings.at_limit.items()}

    def _reached(self) -> dict[str, str]:
        """Return the limits that are reached, and have an action, with their words."""
        actions, rpm = self._actions(), self._context.risk.rpm
        if not actions or rpm is None:
            return {}
        broken = {each.code: each.message for each in rpm.limits_in_use() if each.outcome is Outcome.FAIL}
        state = rpm.portfolio_state
        if state.trading_halted:
            broken.setdefault(state.halt_code, state.halt_reason or "")
        return {code: text for code, text in broken.items() if code in actions}

    def _post_action(self, desk: AccountDesk, code: str, action: str, message: str) -> None:
        """Journal once that something was reached, and tell the trader."""
        if action == "lock":
            self._locked[code] = self._context.clock.now()
        desk.book.note(EventKind.LIMIT_REACHED, actor=LIMITS, reason=f"{code}: {action}: {message}")
        self._context.post("error", NoticeSubject.LIMIT.of(code), f"LIMIT {message}: {action}")

    def _leave(self, desk: AccountDesk, why: str, *, close: bool) -> None:
        """Cancel what waits, close what is open if that was asked for; after a failure wait longer each time."""
        reading = self._context.latest_account()
        if reading is None or not (reading.orders or (close and reading.positions)):
            self._wait = _AGAIN_SECONDS
            return
        failures = [self._cancel(desk, order.ticket, why) for order in reading.orders]
        if close:
            failures.append(self._close_all(desk))
        failed = [each for each in failures if each]
        self._wait = min(_LONGEST_WAIT, self._wait * 2.0) if failed else _AGAIN_SECONDS
        self._next = self._context.clock.monotonic() + self._wait
        if failed:
            raise CommandRefused("; ".join(failed))

    def _cancel(self, desk: AccountDesk, ticket: int, why: str) -> str:
        """Cancel an order; return what kept it from being cancelled, empty for nothing."""
        try:
            desk.positions.cancel(ticket, actor=LIMITS, reason=why)
        except CommandRefused as refusal:
            return str(refusal)
        return ""

    def _close_all(self, desk: AccountDesk) -> str:
        """Close every position; return what kept one from being closed, empty for nothing."""
        try:
            desk.positions.close_many(Which.ALL, actor=LIMITS)
        except CommandRefused as refusal:
            return str(refusal)
        return ""

    def _day_start(self) -> datetime:
        """Return the day's reset, by the clock of the limits."""
        config = self._context.risk.rpm.config if self._context.risk.rpm is not None else None
        if config is None:
            return self._context.clock.now()
        return self._days.starts(self._context.pool.market_now(), config.reset_hour, config.reset_timezone)[0]
