# SPDX-License-Identifier: MIT
"""What was lost since the day's and the week's reset."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from arbitrex_desktop.risk_portfolio_manager.parameters import Choice, Flag, Looser, Text, number, upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import (
    AccountRule,
    AccountView,
    RejectionReason,
    RuleResult,
    RuleSettings,
    Stage,
)
from arbitrex_desktop.texts import N_


def is_time_zone(name: str) -> bool:
    """Return True for a name of the time zone database."""
    try:
        ZoneInfo(name)
    except (OSError, KeyError, ValueError):
        return False
    return True


WARNING_SHARE: Final = number("warning_share", 0.8, "Warn from this share of a limit on", "share")
_RESETS: Final = (
    Choice(
        "loss_anchor",
        "balance",
        "Losses are measured from",
        help="The balance at the reset, the equity, or the higher of both.",
        options=("balance", "equity", "higher"),
    ),
    number("reset_hour", 0, "Hour at which a trading day begins", "h", high=23, whole=True),
    Text("reset_timezone", "UTC", "Time zone of that hour", check=is_time_zone, what="a known time zone"),
    WARNING_SHARE,
    Flag(
        "unlock_at_reset",
        False,
        "A halt by a limit of the day ends with the day",
        help="Otherwise a person resumes.",
        looser=Looser.HIGHER,
    ),
)


class LossRule(AccountRule):
    """A loss as a share of what it is measured from; at its limit trading halts."""

    stage = Stage.KILL_SWITCH
    unit = "share"
    latches = True

    in_use = AccountRule.check

    def realised(self, config: RuleSettings, result: float, start: float, limit: float) -> RuleResult:
        """Compare a realised loss with its limit, as a share of what it is measured from."""
        return self.with_warning(config, -result / start, limit) if start > 0.0 else self.unknown("there is no capital")

    def with_warning(self, config: RuleSettings, observed: float, limit: float) -> RuleResult:
        """Compare, and say so when the limit is close; a profit is no loss below zero."""
        if observed < limit:
            near = observed >= limit * config.warning_share
            return self.passed(max(0.0, observed), limit, N_("warning: close to the limit") if near else "")
        return self.below(observed, limit)


class DailyLoss(LossRule):
    """Realised loss since the day's reset, as a share of the day's anchor (of capital before one is known)."""

    code = RejectionReason(
        "DAILY_LOSS_LIMIT", "Today's realised loss reached its limit. Halts trading.", "Stop for the day."
    )
    order = 50
    daily = True
    subject = "daily loss"
    of = "the day's anchor"
    parameters = (upper_limit("daily_loss_limit", 0.02, "Greatest realised loss of a day", "share"), *_RESETS)

    def judge(self, account: AccountView, config: RuleSettings) -> RuleResult:
        """Compare the realised loss with its limit."""
        return self.realised(config, account.daily_pnl, account.day_anchor or account.capital, config.daily_loss_limit)


class WeeklyLoss(LossRule):
    """Realised loss since the week's reset, as a share of the week's anchor (of capital before one is known)."""

    code = RejectionReason(
        "WEEKLY_LOSS_LIMIT", "This week's realised loss reached its limit. Halts trading.", "Stop for the week."
    )
    order = 60
    subject = "weekly loss"
    of = "the week's anchor"
    parameters = (upper_limit("weekly_loss_limit", 0.05, "Greatest realised loss of a week", "share"), *_RESETS)

    def judge(self, account: AccountView, config: RuleSettings) -> RuleResult:
        """Compare the realised loss with its limit."""
        start = account.week_anchor or account.capital
        return self.realised(config, account.weekly_pnl, start, config.weekly_loss_limit)


class DailyDrawdown(LossRule):
    """(day's anchor - equity) / day's anchor, floating loss included; not known before a reset was seen."""

    code = RejectionReason(
        "DAILY_DRAWDOWN_LIMIT", "Equity fell too far below today's anchor. Halts trading.", "Stop for the day."
    )
    order = 70
    daily = True
    subject = "daily drawdown"
    of = "the day's anchor"
    parameters = (
        upper_limit("max_daily_drawdown", 0.03, "Greatest fall of equity below the day's anchor", "share"),
        *_RESETS,
    )

    def judge(self, account: AccountView, config: RuleSettings) -> RuleResult:
        """Compare the fall below the day's anchor with its limit."""
        anchor = account.day_anchor
        if not anchor:
            return self.skipped("no daily reset has been seen yet")
        return self.with_warning(config, (anchor - account.equity) / anchor, config.max_daily_drawdown)
