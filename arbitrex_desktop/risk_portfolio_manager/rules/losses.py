# SPDX-License-Identifier: MIT
"""What was lost since the day's and the week's reset."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class DailyLoss(Rule):
    """Realised loss since the day's reset, as a share of the day's anchor (of capital before one is known)."""

    code = RejectionReason.DAILY_LOSS_LIMIT
    stage = Stage.KILL_SWITCH
    subject = "daily loss"
    standing = True
    unit = "share"
    parameters = ("daily_loss_limit", "loss_anchor", "reset_hour", "reset_timezone", "warning_share")
    latches = True

    def check(self, case: RuleContext) -> Found:
        """Compare the realised loss with its limit."""
        loss = -case.daily_pnl / (case.day_anchor or case.capital)
        return _warned(self, case, loss, case.cfg.daily_loss_limit)


class DailyDrawdown(Rule):
    """(day's anchor - equity) / day's anchor, floating loss included; not known before a reset was seen."""

    code = RejectionReason.DAILY_DRAWDOWN_LIMIT
    stage = Stage.KILL_SWITCH
    subject = "daily drawdown"
    standing = True
    unit = "share"
    parameters = ("max_daily_drawdown", "loss_anchor", "reset_hour", "reset_timezone", "warning_share")
    latches = True

    def check(self, case: RuleContext) -> Found:
        """Compare the fall below the day's anchor with its limit."""
        if case.day_anchor is None:
            return self.skipped("no daily reset has been seen yet")
        fall = (case.day_anchor - case.state.equity) / case.day_anchor
        return _warned(self, case, fall, case.cfg.max_daily_drawdown)


class WeeklyLoss(Rule):
    """Realised loss since the week's reset, as a share of the week's anchor (of capital before one is known)."""

    code = RejectionReason.WEEKLY_LOSS_LIMIT
    stage = Stage.KILL_SWITCH
    subject = "weekly loss"
    standing = True
    unit = "share"
    parameters = ("weekly_loss_limit", "loss_anchor", "reset_hour", "reset_timezone", "warning_share")
    latches = True

    def check(self, case: RuleContext) -> Found:
        """Compare the realised loss with its limit."""
        loss = -case.weekly_pnl / (case.week_anchor or case.capital)
        return _warned(self, case, loss, case.cfg.weekly_loss_limit)


def _warned(rule: Rule, case: RuleContext, observed: float, limit: float) -> Found:
    """Compare, and say so when the limit is close; a profit is no loss below zero."""
    if limit * case.cfg.warning_share <= observed < limit:
        return rule.passed(observed, limit, "warning: close to the limit")
    return rule.below(max(0.0, observed), limit)
