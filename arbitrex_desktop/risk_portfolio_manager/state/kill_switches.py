# SPDX-License-Identifier: MIT
"""Halts and kill switches: latched, set by limits or by hand, lifted only by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import RLock
from typing import Any

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState, as_utc


class SwitchLevel(StrEnum):
    """What a kill switch covers."""

    GLOBAL = "GLOBAL"
    SYMBOL = "SYMBOL"
    STRATEGY = "STRATEGY"


class SwitchAction(StrEnum):
    """THROTTLE: one intent per interval. SUSPEND: reducing only. SHUTDOWN: only what a person reduces by hand."""

    THROTTLE = "THROTTLE"
    SUSPEND = "SUSPEND"
    SHUTDOWN = "SHUTDOWN"


@dataclass(frozen=True, slots=True)
class KillSwitch:
    """One switch that is set; `name` is the symbol or strategy, empty for everything; `since` in UTC."""

    level: SwitchLevel
    name: str
    action: SwitchAction
    reason: str
    since: datetime

    def words(self) -> str:
        """Return what it is and why, in one phrase."""
        over = f"{self.level.lower()} {self.name}" if self.name else "everything"
        return f"{self.action} of {over}: {self.reason}"


class KillSwitches:
    """All halts and switches.  Safe to call from any thread; `on_change` is told of each change, after it.

    `cooldown` says for how many seconds an automatic halt leaves only reducing trades after it was resumed.
    """

    def __init__(
        self, clock: Clock, lock: RLock, on_change: Callable[[str], None], cooldown: Callable[[], float]
    ) -> None:
        self._clock = clock
        self._lock: Any = lock
        self._on_change = on_change
        self._cooldown = cooldown
        self._switches: dict[tuple[SwitchLevel, str], KillSwitch] = {}
        self.halt_code = ""

    def manual_halt(self, portfolio_state: PortfolioState, reason: str) -> None:
        """Halt trading by hand; only risk-reducing trades pass until `manual_resume`."""
        self._halt(portfolio_state, reason or "halted by hand", "MANUAL")

    def latch(self, portfolio_state: PortfolioState, code: str, reason: str) -> None:
        """Halt trading because a limit was broken; a halt that stands already keeps its own reason."""
        if not portfolio_state.trading_halted:
            self._halt(portfolio_state, reason, code)

    def manual_resume(self, portfolio_state: PortfolioState, reason: str = "resumed by hand") -> None:
        """Let trading go on, by hand.

        After an automatic halt the state is REDUCING until the cool-down, counted from the halt, has passed.
        """
        with self._lock:
            halted, code = portfolio_state.halt_timestamp, self.halt_code
            portfolio_state.trading_halted = False
            portfolio_state.halt_reason = None
            portfolio_state.halt_timestamp = None
            portfolio_state.reducing_reason = portfolio_state.reducing_until = None
            self.halt_code = ""
            cooldown = self._cooldown()
            if halted is not None and cooldown > 0.0 and code not in ("", "MANUAL"):
                self._cool_down(portfolio_state, as_utc(halted) + timedelta(seconds=cooldown))
            self._on_change(f"trading resumed: {reason}")

    def end_cool_down(self, portfolio_state: PortfolioState) -> None:
        """Let trading go on when a cool-down has passed."""
        until = portfolio_state.reducing_until
        if until is not None and self._clock.now() >= as_utc(until):
            with self._lock:
                portfolio_state.reducing_reason = portfolio_state.reducing_until = None
                self._on_change("the cool-down has ended")

    def reduce_only(self, portfolio_state: PortfolioState, reason: str) -> None:
        """Let only risk-reducing trades pass until `manual_resume`."""
        with self._lock:
            portfolio_state.reducing_reason = reason or "reducing by hand"
            portfolio_state.reducing_until = None
            self._on_change(f"reducing only: {portfolio_state.reducing_reason}")

    def set(self, level: SwitchLevel | str, name: str, action: SwitchAction | str, reason: str) -> KillSwitch:
        """Set a switch; another on the same thing is replaced.  Raise ValueError for an unknown level or action."""
        level, action = SwitchLevel(level), SwitchAction(action)
        if (level is SwitchLevel.GLOBAL) != (name == ""):
            raise ValueError("a global switch has no name, every other has one")
        switch = KillSwitch(level, name, action, reason, self._clock.now())
        with self._lock:
            self._switches = {**self._switches, (level, name): switch}
            self._on_change(f"kill switch set: {switch.words()}")
        return switch

    def lift(self, level: SwitchLevel | str, name: str, reason: str) -> bool:
        """Lift a switch by hand; tell whether there was one."""
        key = (SwitchLevel(level), name)
        with self._lock:
            switch = self._switches.get(key)
            if switch is None:
                return False
            self._switches = {other: each for other, each in self._switches.items() if other != key}
            self._on_change(f"kill switch lifted: {switch.words()}; {reason}")
        return True

    def active(self) -> tuple[KillSwitch, ...]:
        """Return every switch that is set."""
        return tuple(self._switches.values())

    def covering(self, symbol: str, strategy_id: str | None) -> list[KillSwitch]:
        """Return the switches that bear on a symbol and a strategy, the widest first."""
        if not self._switches:
            return []
        return [self._switches[key] for key in scopes_of(symbol, strategy_id) if key in self._switches]

    def get_status(self) -> dict[str, Any]:
        """Return the halt's code and every switch, as JSON-safe values."""
        switches = [
            {
                "level": each.level.value,
                "name": each.name,
                "action": each.action.value,
                "reason": each.reason,
                "since": each.since.isoformat(),
            }
            for each in self._switches.values()
        ]
        return {"halt_code": self.halt_code, "switches": switches}

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up what `get_status` gave; switches that are set now stay."""
        self.halt_code = self.halt_code or str(saved.get("halt_code", ""))
        for each in saved.get("switches", ()):
            switch = KillSwitch(
                SwitchLevel(each["level"]),
                str(each["name"]),
                SwitchAction(each["action"]),
                str(each["reason"]),
                datetime.fromisoformat(each["since"]),
            )
            self._switches.setdefault((switch.level, switch.name), switch)

    def clear(self) -> None:
        """Forget everything: another account is looked at now, which has its own."""
        self._switches = {}
        self.halt_code = ""

    def _halt(self, state: PortfolioState, reason: str, code: str) -> None:
        """Latch the halt."""
        with self._lock:
            state.trading_halted = True
            state.halt_reason = reason
            state.halt_timestamp = self._clock.now()
            self.halt_code = code
            self._on_change(f"trading halted: {reason}")

    def _cool_down(self, state: PortfolioState, until: datetime) -> None:
        """Reduce only, until a moment that still lies ahead."""
        if until > self._clock.now():
            state.reducing_reason = "cooling down after an automatic halt"
            state.reducing_until = until


def scopes_of(symbol: str, strategy_id: str | None) -> tuple[tuple[SwitchLevel, str], ...]:
    """Return what a switch may be set on that bears on a symbol and a strategy, the widest first."""
    scopes = ((SwitchLevel.GLOBAL, ""), (SwitchLevel.SYMBOL, symbol))
    return (*scopes, (SwitchLevel.STRATEGY, strategy_id)) if strategy_id else scopes
