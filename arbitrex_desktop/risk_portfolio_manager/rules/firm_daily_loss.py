# SPDX-License-Identifier: MIT
"""What a firm that lends the account allows to be lost in a day."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.risk_portfolio_manager.parameters import Choice, share
from arbitrex_desktop.risk_portfolio_manager.rules.account_floor import BUFFER, INITIAL_BALANCE
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage

_NOTE: Final = "the firm's limit of the day, and its buffer"


class FirmDailyLoss(Rule):
    """Equity > what it was at the day's reset - `firm_daily_loss`, which is an amount, + buffer.

    What it was is the balance, the equity or the higher of both, as losses are measured from; the amount is a share of
    the initial balance, or of what it was.
    """

    code = RejectionReason(
        "FIRM_DAILY_LOSS",
        "Equity came too close to what the firm allows to be lost in a day. Halts trading.",
        "Stop for the day.",
    )
    stage, order = Stage.KILL_SWITCH, 55
    subject = "equity today"
    unit = "money"
    minimum = True
    latches = True
    daily = True
    parameters = (
        INITIAL_BALANCE,
        BUFFER,
        share("firm_daily_loss", 0.0, "Loss of a day that the firm allows", low_open=False, help="0 is off."),
        Choice(
            name="firm_daily_loss_of",
            default="initial balance",
            label="That loss is a share of",
            help="The initial balance, or what the account had at the day's reset.",
            options=("initial balance", "day"),
        ),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Hold the equity against the day's floor and its buffer."""
        if not context.config.firm_daily_loss:
            return self.off()
        if not context.config.initial_balance:
            return self.unknown("the balance that the account began with is not set")
        floor = guarded_day_floor(context)
        if floor is None:
            return self.unknown("no daily reset has been seen yet")
        equity = context.account.equity
        if equity > floor:
            return self.passed(equity, floor, _NOTE)
        return self.failed(equity, floor, _NOTE) if equity <= floor else self.unknown("equity is no number")

    in_use = check


def daily_amount(context: RuleContext, start: float) -> float:
    """Return what may be lost in a day that began with `start`, less the buffer, in account currency."""
    config = context.config
    of = start if config.firm_daily_loss_of == "day" else config.initial_balance
    return float(config.firm_daily_loss * of * (1.0 - config.firm_buffer))


def guarded_day_floor(context: RuleContext) -> float | None:
    """Return what equity may not fall to today; None before a reset was seen."""
    start = context.account.day_anchor
    return None if start is None else start - daily_amount(context, start)
