# SPDX-License-Identifier: MIT
"""What a firm that lends the account allows to be lost in a day."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import Choice, optional_limit
from arbitrex_desktop.risk_portfolio_manager.rules.account_floor import BUFFER, INITIAL_BALANCE, FirmFloor
from arbitrex_desktop.risk_portfolio_manager.rules.base import AccountView, RejectionReason, RuleSettings


class FirmDailyLoss(FirmFloor):
    """Equity > what it was at the day's reset - `firm_daily_loss`, which is an amount, + buffer.

    What it was is the balance, the equity or the higher of both, as losses are measured from; the amount is a share of
    the initial balance, or of what it was.
    """

    code = RejectionReason(
        "FIRM_DAILY_LOSS",
        "Equity came too close to what the firm allows to be lost in a day. Halts trading.",
        "Stop for the day.",
    )
    order = 55
    subject = "equity today"
    daily = True
    switches = ("firm_daily_loss",)
    floor_name = "the firm's limit of the day, and its buffer"
    not_known = "no daily reset has been seen yet"
    parameters = (
        INITIAL_BALANCE,
        BUFFER,
        optional_limit("firm_daily_loss", 0.0, "Loss of a day that the firm allows", "share"),
        Choice(
            "firm_daily_loss_of",
            "initial balance",
            "That loss is a share of",
            help="The initial balance, or what the account had at the day's reset.",
            options=("initial balance", "day"),
        ),
    )

    def floor(self, account: AccountView, config: RuleSettings) -> float | None:
        """Return what the day began with, less its loss; None before a reset was seen."""
        start = firm_day_start(account, config)
        return None if start is None else start - daily_amount(config, start)


def firm_day_start(account: AccountView, config: RuleSettings) -> float | None:
    """Return what the day began with for the firm, with the money that came or went since; None where not known.

    Money moves it by its amount, where anchors of shares are scaled.
    """
    anchor, balance = account.day_anchor, account.day_balance
    if anchor is None or balance is None:
        return anchor
    money = balance + account.day_flow
    return money if config.loss_anchor == "balance" else max(anchor, money)


def daily_amount(config: RuleSettings, start: float) -> float:
    """Return what may be lost in a day that began with `start`, less the buffer, in account currency."""
    of = start if config.firm_daily_loss_of == "day" else config.initial_balance
    return float(config.firm_daily_loss * of * (1.0 - config.firm_buffer))
