# SPDX-License-Identifier: MIT
"""Nothing that adds risk passes while trading is halted or reducing."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import Looser, seconds
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage


class TradingHalted(Rule):
    """A halt, latched by a limit or manually, refuses until a person resumes."""

    code = RejectionReason(
        "TRADING_HALTED",
        "Trading is halted, by a person or by a limit.",
        "Find out why, then resume with a reason.",
    )
    stage, order = Stage.KILL_SWITCH, 10
    subject = "trading state"
    fine = "not halted"

    def check(self, context: RuleContext) -> RuleResult:
        """Look at the portfolio's own flag."""
        account = context.account
        if account.halted:
            return self.failed(note=f"trading is halted: {account.halt_reason or 'no reason was given'}")
        return self.in_order


class TradingReducing(Rule):
    """While the state is REDUCING, only trades that reduce risk pass."""

    code = RejectionReason(
        "TRADING_REDUCING",
        "Only trades that reduce risk are let through now.",
        "Wait for the cool-down to end, or resume manually.",
    )
    stage, order = Stage.KILL_SWITCH, 20
    subject = "trading state"
    fine = "not reducing"
    parameters = (
        seconds("halt_cooldown_seconds", 3600, "Reducing only, after an automatic halt, for", looser=Looser.LOWER),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Look whether reducing is in force now."""
        if context.account.reducing:
            return self.failed(note=f"only trades that reduce risk pass: {context.account.reducing}")
        return self.in_order
