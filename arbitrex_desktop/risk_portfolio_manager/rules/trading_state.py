# SPDX-License-Identifier: MIT
"""Nothing that adds risk passes while trading is halted or reducing."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import as_utc
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class TradingHalted(Rule):
    """A halt, latched by a limit or by hand, refuses until a person resumes."""

    code = RejectionReason.TRADING_HALTED
    stage = Stage.KILL_SWITCH
    subject = "trading state"
    standing = True

    def check(self, case: RuleContext) -> Found:
        """Look at the portfolio's own flag."""
        if case.state.trading_halted:
            return self.failed(note=f"trading is halted: {case.state.halt_reason or 'no reason was given'}")
        return self.fine("not halted")


class TradingReducing(Rule):
    """While the state is REDUCING, only trades that reduce risk pass."""

    code = RejectionReason.TRADING_REDUCING
    stage = Stage.KILL_SWITCH
    subject = "trading state"
    parameters = ("halt_cooldown_seconds",)

    def check(self, case: RuleContext) -> Found:
        """Look whether reducing is in force, and not over by now."""
        state = case.state
        if state.reducing_reason and (state.reducing_until is None or case.wall < as_utc(state.reducing_until)):
            return self.failed(note=f"only trades that reduce risk pass: {state.reducing_reason}")
        return self.fine("not reducing")

    def stands(self, case: RuleContext) -> bool:
        """Only what is in force ends with time."""
        return not case.state.reducing_reason
