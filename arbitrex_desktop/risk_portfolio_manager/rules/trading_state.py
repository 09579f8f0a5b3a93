# SPDX-License-Identifier: MIT
"""Nothing that adds risk passes while trading is halted or reducing."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.parameters import lower_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import (
    AccountRule,
    AccountView,
    RejectionReason,
    RuleResult,
    RuleSettings,
    Stage,
)
from arbitrex_desktop.texts import N_

_HALTED: Final = N_("halted ({reason})")
_NO_REASON: Final = N_("no reason was given")
_REDUCING: Final = N_("only trades that reduce risk pass ({reason})")


class TradingHalted(AccountRule):
    """A halt, latched by a limit or manually, refuses until a person resumes."""

    code = RejectionReason(
        "TRADING_HALTED",
        "Trading is halted, by a person or by a limit.",
        "Find out why, then resume with a reason.",
    )
    stage, order = Stage.KILL_SWITCH, 10
    subject = "trading state"
    nothing_amiss = "not halted"

    def judge(self, account: AccountView, config: RuleSettings) -> RuleResult:  # noqa: ARG002 - no limit bears on it
        """Look at the portfolio's own flag."""
        if account.halted:
            return self.failed(note=Phrase(_HALTED, {"reason": Phrase(str(account.halt_reason or _NO_REASON))}))
        return self.in_order


class TradingReducing(AccountRule):
    """While the state is REDUCING, only trades that reduce risk pass."""

    code = RejectionReason(
        "TRADING_REDUCING",
        "Only trades that reduce risk are let through now.",
        "Wait for the cool-down to end, or resume manually.",
    )
    stage, order = Stage.KILL_SWITCH, 20
    subject = "trading state"
    nothing_amiss = "not reducing"
    parameters = (lower_limit("halt_cooldown_seconds", 3600, "Reducing only, after an automatic halt, for", "s"),)

    def judge(self, account: AccountView, config: RuleSettings) -> RuleResult:  # noqa: ARG002 - no limit bears on it
        """Look whether reducing is in force now."""
        if account.reducing:
            return self.failed(note=Phrase(_REDUCING, {"reason": Phrase(str(account.reducing))}))
        return self.in_order
