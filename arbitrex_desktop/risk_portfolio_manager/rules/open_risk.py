# SPDX-License-Identifier: MIT
"""What would be lost if every stop were hit, against what the loss limits leave."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import Flag, Looser, share
from arbitrex_desktop.risk_portfolio_manager.rules.account_floor import guarded_floor
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.risk_portfolio_manager.rules.firm_daily_loss import daily_amount, firm_day_start


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
    parameters = (
        Flag(
            name="look_ahead",
            default=True,
            label="Losses at the stops count before they happen",
            help="A trade passes only if the loss limits hold when every stop is hit.",
            looser=Looser.LOWER,
        ),
        share(
            "loss_without_stop",
            0.0,
            "A position without a stop may lose",
            low_open=False,
            help="Share of its size; 0 leaves it out of the loss at the stops.",
        ),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Measure what the tightest of the limits leaves."""
        loss = context.size.unit_loss
        if not context.config.look_ahead:
            return self.off()
        if loss is None:
            return self.unpriced(context)
        left, at_risk, what = min(_rooms(context))
        moved = context.size.moved_loss
        at_risk, wanted = max(0.0, at_risk), context.size.units * loss + moved
        return self.check_headroom(
            context, (left - moved) / loss, at_risk + wanted, max(0.0, at_risk + left), f"left of {what}"
        )

    def in_use(self, context: RuleContext) -> RuleResult | None:
        """Return what would be lost as things stand."""
        left, at_risk, what = min(_rooms(context))
        return self.passed(at_risk, max(0.0, at_risk + left), f"left of {what}")


def _rooms(context: RuleContext) -> list[tuple[float, float, str]]:
    """Return for each loss limit what it leaves besides what is at risk, and what is at risk, in account currency.

    What is realised is lost from the entry on, what equity loses from the price of now on.
    """
    account, config, exposure = context.account, context.config, context.exposure
    equity, start, capital = account.equity, account.day_anchor, account.capital
    without_stop: float = config.loss_without_stop * exposure.without_stop
    realised, fallen = exposure.entry_risk + without_stop, exposure.open_risk + without_stop
    today = config.daily_loss_limit * (start or capital) + account.daily_pnl - realised
    week = config.weekly_loss_limit * (account.week_anchor or capital) + account.weekly_pnl - realised
    rooms = [(today, realised, "today's loss limit"), (week, realised, "this week's loss limit")]
    if start is not None:
        floor = (start or capital) * (1.0 - config.max_daily_drawdown)
        rooms.append((equity - floor - fallen, fallen, "today's greatest fall"))
    if account.drawdown < 1.0:
        peak = equity / (1.0 - account.drawdown)
        rooms.append((equity - peak * (1.0 - config.max_drawdown) - fallen, fallen, "the greatest drawdown"))
    if config.firm_max_loss:
        rooms.append((equity - guarded_floor(context) - fallen, fallen, "the firm's greatest loss"))
    day = firm_day_start(context) if config.firm_daily_loss else None
    if day is not None:
        amount = daily_amount(context, day)
        rooms.append((equity - day + amount - fallen, fallen, "the firm's loss of a day"))
        rooms.append((amount - realised, realised, "the firm's loss of a day, should it last into the next"))
    return rooms
