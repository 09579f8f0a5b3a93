# SPDX-License-Identifier: MIT
"""What would be lost if every stop were hit, against what the loss limits leave."""

from __future__ import annotations

import math
from typing import Final

from arbitrex_desktop.risk_portfolio_manager.decision.context import LossHeadroom
from arbitrex_desktop.risk_portfolio_manager.parameters import Flag, Looser, number
from arbitrex_desktop.risk_portfolio_manager.rules.account_floor import guarded_floor
from arbitrex_desktop.risk_portfolio_manager.rules.base import (
    AccountView,
    RejectionReason,
    Rule,
    RuleContext,
    RuleResult,
    RuleSettings,
    Stage,
)
from arbitrex_desktop.risk_portfolio_manager.rules.firm_daily_loss import daily_amount, firm_day_start
from arbitrex_desktop.texts import N_

_TODAY: Final = N_("left of today's loss limit")
_WEEK: Final = N_("left of this week's loss limit")
_DAY_FALL: Final = N_("left of today's greatest fall")
_DRAWDOWN: Final = N_("left of the greatest drawdown")
_FIRM_LOSS: Final = N_("left of the firm's greatest loss")
_FIRM_DAY: Final = N_("left of the firm's loss of a day")
_FIRM_NEXT_DAY: Final = N_("left of the firm's loss of a day, should it last into the next")


class OpenRisk(Rule):
    """Loss at the stops of all positions, of what is in flight and of the trade <= what the loss limits leave.

    What they leave is the least of: today's loss, this week's loss, the fall below the day's anchor and the fall from
    the peak, each to its limit from the equity of now, and a firm's floors where it lends the account.  A position
    without a stop counts with `loss_without_stop`.
    """

    code = RejectionReason(
        "OPEN_RISK_LIMIT",
        "If every stop were hit, a loss limit would be broken.",
        "Trade smaller, or move stops nearer.",
    )
    stage, order = Stage.PORTFOLIO, 35
    subject = "loss if every stop is hit"
    unit = "money"
    switches = ("look_ahead",)
    parameters = (
        Flag(
            "look_ahead",
            True,
            "Losses at the stops count before they happen",
            help="A trade passes only if the loss limits hold when every stop is hit.",
            looser=Looser.LOWER,
        ),
        number(
            "loss_without_stop",
            0.0,
            "A position without a stop may lose",
            "share",
            low_open=False,
            help="Share of its size; 0 leaves it out of the loss at the stops.",
        ),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Measure what the tightest of the limits leaves."""
        size, loss = context.size, context.size.unit_loss
        if loss is None:
            return self.unpriced(context)
        left, at_risk, note = _tightest_headroom(context)
        observed, limit = at_risk + size.units * loss + size.moved_loss, max(0.0, at_risk + left)
        return self.check_headroom(context, (left - size.moved_loss) / loss, observed, limit, note)

    def in_use(self, context: RuleContext) -> RuleResult | None:
        """Return what would be lost as things stand."""
        left, at_risk, note = _tightest_headroom(context)
        return self.passed(at_risk, max(0.0, at_risk + left), note)


def _tightest_headroom(context: RuleContext) -> tuple[float, float, str]:
    """Return what the tightest limit leaves besides what is at risk, what is at risk, and which it is."""
    exposure, left = context.exposure, context.limits.headroom
    without_stop: float = context.config.loss_without_stop * exposure.without_stop
    realised, fallen = exposure.entry_risk + without_stop, exposure.open_risk + without_stop
    if left.realised - realised <= left.equity - fallen:
        return left.realised - realised, realised, left.realised_note
    return left.equity - fallen, fallen, left.equity_note


def loss_headroom(account: AccountView, config: RuleSettings) -> LossHeadroom:
    """Return what the loss limits leave: what is realised counts from the entry on, equity from the price of now on."""
    equity, start, capital = account.equity, account.day_anchor, account.capital
    today = config.daily_loss_limit * (start or capital) + account.daily_pnl
    week = config.weekly_loss_limit * (account.week_anchor or capital) + account.weekly_pnl
    realised, fallen = (
        [(today, _TODAY), (week, _WEEK)],
        [(math.inf, "")],
    )
    if start is not None:
        fallen.append((equity - (start or capital) * (1.0 - config.max_daily_drawdown), _DAY_FALL))
    if account.drawdown < 1.0:
        peak = equity / (1.0 - account.drawdown)
        fallen.append((equity - peak * (1.0 - config.max_drawdown), _DRAWDOWN))
    if config.firm_max_loss:
        fallen.append((equity - guarded_floor(account, config), _FIRM_LOSS))
    day = firm_day_start(account, config) if config.firm_daily_loss else None
    if day is not None:
        amount = daily_amount(config, day)
        fallen.append((equity - day + amount, _FIRM_DAY))
        realised.append((amount, _FIRM_NEXT_DAY))
    (left_realised, of_realised), (left_equity, of_equity) = min(realised), min(fallen)
    return LossHeadroom(left_realised, of_realised, left_equity, of_equity)
