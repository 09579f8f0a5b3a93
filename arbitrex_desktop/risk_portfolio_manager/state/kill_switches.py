# SPDX-License-Identifier: MIT
"""Halts and kill switches: latched, set by limits or by people, lifted only by people."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from threading import RLock
from typing import Any, Final

import msgspec

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.raw_layer.symbols import is_called
from arbitrex_desktop.risk_portfolio_manager.decision.kill_switch import (
    KillSwitch,
    SwitchAction,
    SwitchLevel,
    scopes_of,
)
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState, as_utc
from arbitrex_desktop.texts import N_

MANUAL: Final = "MANUAL"
STATE_DAMAGED: Final = "STATE_DAMAGED"
OF_ALL_ACCOUNTS: Final = (MANUAL, STATE_DAMAGED)
"""Codes of halts that stand whichever account is traded."""
_WIDEST_FIRST: Final = (SwitchLevel.GLOBAL, SwitchLevel.SYMBOL, SwitchLevel.STRATEGY)
_log = logging.getLogger(__name__)


class KillSwitches:
    """What people switch, and what limits latch; the halt itself is held by the portfolio state.

    Safe to call from any thread.  `on_change` is called after each change that a person made, without the lock, so
    that it may save; `cooldown` says for how many seconds an automatic halt leaves only reducing trades after it was
    resumed.
    """

    def __init__(
        self, clock: Clock, lock: RLock, on_change: Callable[[], object], cooldown: Callable[[], float]
    ) -> None:
        self._clock = clock
        self._lock: Any = lock
        self._on_change = on_change
        self._cooldown = cooldown
        # By level, name and whether a limit has set it: a person's throttle must not hide a limit's suspension.
        self._switches: dict[tuple[SwitchLevel, str, bool], KillSwitch] = {}

    def manual_halt(self, portfolio_state: PortfolioState, reason: str) -> None:
        """Halt trading; only risk-reducing trades pass until `manual_resume`."""
        with self._lock:
            self._latch_halt(portfolio_state, reason or "halted manually", MANUAL)
        self._on_change()

    def latch(self, portfolio_state: PortfolioState, code: str, reason: str) -> None:
        """Halt trading because a limit was broken; a halt that stands already keeps its own reason.

        Does not call `on_change`: who finds a broken limit holds the engine's lock, and saves when it is free.
        """
        if not portfolio_state.trading_halted:
            self._latch_halt(portfolio_state, reason, code)

    def manual_resume(self, portfolio_state: PortfolioState, reason: str = "resumed manually") -> None:
        """Let trading go on, and lift the switches that limits have set.

        After an automatic halt the state is REDUCING until the cool-down, counted from the halt, has passed.
        """
        with self._lock:
            halted, code = portfolio_state.halt_timestamp, portfolio_state.halt_code
            end_halt(portfolio_state)
            portfolio_state.reducing_reason = portfolio_state.reducing_until = None
            self._switches = {key: each for key, each in self._switches.items() if not each.until_resumed}
            cooldown = self._cooldown()
            if halted is not None and cooldown > 0.0 and code not in ("", MANUAL):
                until = as_utc(halted) + timedelta(seconds=cooldown)
                if until > self._clock.now():
                    portfolio_state.reducing_reason = N_("cooling down after an automatic halt")
                    portfolio_state.reducing_until = until
            _log.warning("trading resumed: %s", reason)
        self._on_change()

    def end_cool_down(self, portfolio_state: PortfolioState) -> bool:
        """Let trading go on when a cool-down has passed; return whether one did.  Does not call `on_change`."""
        until = portfolio_state.reducing_until
        if until is None or self._clock.now() < as_utc(until):
            return False
        portfolio_state.reducing_reason = portfolio_state.reducing_until = None
        _log.warning("the cool-down has ended")
        return True

    def end_halt(self, portfolio_state: PortfolioState, why: str) -> None:
        """Let trading go on after a limit's halt, for a reason; what a person has set stays.

        Does not call `on_change`.
        """
        _log.warning("%s, the halt has ended: %s", why, portfolio_state.halt_reason)
        end_halt(portfolio_state)

    def suspend_strategy(self, strategy_id: str, reason: str) -> None:
        """Suspend a strategy until a person resumes trading.  Does not call `on_change`."""
        switch = KillSwitch(
            SwitchLevel.STRATEGY, strategy_id, SwitchAction.SUSPEND, reason, self._clock.now(), until_resumed=True
        )
        self._switches = {_key(switch): switch, **self._switches}
        _log.warning("kill switch set: %s", switch.message)

    def reduce_only(self, portfolio_state: PortfolioState, reason: str) -> None:
        """Let only risk-reducing trades pass until `manual_resume`."""
        with self._lock:
            portfolio_state.reducing_reason = reason or N_("reducing, set manually")
            portfolio_state.reducing_until = None
            _log.warning("reducing only: %s", portfolio_state.reducing_reason)
        self._on_change()

    def set(self, level: SwitchLevel | str, name: str, action: SwitchAction | str, reason: str) -> KillSwitch:
        """Set a switch; another that a person has set on the same thing is replaced, one of a limit's stays beside it.

        Raises ValueError for an unknown level or action.
        """
        level, action = SwitchLevel(level), SwitchAction(action)
        if (level is SwitchLevel.GLOBAL) != (name == ""):
            raise ValueError("a global switch has no name, every other has one")
        switch = KillSwitch(level, name, action, reason, self._clock.now())
        with self._lock:
            self._switches = {**self._switches, _key(switch): switch}
            _log.warning("kill switch set: %s", switch.message)
        self._on_change()
        return switch

    def lift(self, level: SwitchLevel | str, name: str, reason: str) -> bool:
        """Lift a switch that a person has set; return whether there was one.  A limit's is lifted by resuming."""
        key = (SwitchLevel(level), name, False)
        with self._lock:
            switch = self._switches.get(key)
            if switch is None:
                return False
            self._switches = {other: each for other, each in self._switches.items() if other != key}
            _log.warning("kill switch lifted: %s; %s", switch.message, reason)
        self._on_change()
        return True

    def active(self) -> tuple[KillSwitch, ...]:
        """Return every switch that is set."""
        return tuple(self._switches.values())

    def covering(self, symbol: str, strategy_id: str | None, instrument: Instrument | None = None) -> list[KillSwitch]:
        """Return the switches that bear on a symbol and a strategy, the widest first.

        A switch on a plain name (`EURUSD`) bears on every symbol that it may mean (`EURUSDm`), where `instrument`
        says what the symbol's currencies are.
        """
        if not self._switches:
            return []
        scopes = scopes_of(symbol, strategy_id)
        found = (
            each
            for each in self._switches.values()
            if (each.level, each.name) in scopes or _covers_instrument((each.level, each.name), instrument)
        )
        return sorted(found, key=lambda each: _WIDEST_FIRST.index(each.level))

    def get_status(self) -> dict[str, Any]:
        """Return every switch, as JSON-safe values."""
        return {"switches": msgspec.to_builtins(self.active())}

    def restore(self, saved: Iterable[KillSwitch]) -> None:
        """Take up switches that were saved; those that are set now stay."""
        for switch in saved:
            self._switches.setdefault(_key(switch), switch)

    def _latch_halt(self, state: PortfolioState, reason: str, code: str) -> None:
        """Latch the halt."""
        state.trading_halted = True
        state.halt_reason, state.halt_code = reason, code
        state.halt_timestamp = self._clock.now()
        _log.warning("trading halted: %s", reason)


def _key(switch: KillSwitch) -> tuple[SwitchLevel, str, bool]:
    """Return by what a switch is kept."""
    return switch.level, switch.name, switch.until_resumed


def _covers_instrument(scope: tuple[SwitchLevel, str], instrument: Instrument | None) -> bool:
    """Return whether what a switch is set on is the instrument under another name."""
    level, name = scope
    if level is not SwitchLevel.SYMBOL or instrument is None:
        return False
    return is_called(instrument.symbol, instrument.base, instrument.profit, name)


def end_halt(state: PortfolioState) -> None:
    """Take the halt off a portfolio, and leave it reducing if it was."""
    state.trading_halted, state.halt_reason, state.halt_timestamp, state.halt_code = False, None, None, ""
