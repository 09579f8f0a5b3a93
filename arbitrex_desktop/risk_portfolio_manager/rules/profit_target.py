# SPDX-License-Identifier: MIT
"""What is won is not put at risk again, and no day brings too much of it."""

from __future__ import annotations

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.parameters import number
from arbitrex_desktop.risk_portfolio_manager.rules.account_floor import INITIAL_BALANCE
from arbitrex_desktop.risk_portfolio_manager.rules.base import (
    AccountRule,
    AccountView,
    RejectionReason,
    RuleResult,
    RuleSettings,
    Stage,
)
from arbitrex_desktop.texts import N_


class ProfitTarget(AccountRule):
    """Balance - initial balance < `profit_target` of it, unless trading days are still missing."""

    code = RejectionReason(
        "PROFIT_TARGET",
        "The profit that was asked for is made.",
        "Stop, and tell the firm; or set the target to 0.",
    )
    stage, order = Stage.PORTFOLIO, 22
    subject = "profit since the account began"
    unit = "money"
    switches = ("profit_target", "initial_balance")
    parameters = (
        INITIAL_BALANCE,
        number("profit_target", 0.0, "Profit at which trading ends", "share", low_open=False, help="0 is off."),
        number("min_trading_days", 0, "Trading days that the firm asks for", "count", help="0 is off."),
        number(
            "trading_day_profit",
            0.0,
            "A day counts only with a profit of",
            "share",
            low_open=False,
            help="Share of the initial balance; 0: a day counts when a position was opened in it.",
        ),
    )

    def judge(self, account: AccountView, config: RuleSettings) -> RuleResult:
        """Compare the profit with the target, and the days with those asked for."""
        initial: float = config.initial_balance
        profit, target = account.capital - initial, config.profit_target * initial
        if config.min_trading_days:
            missing = config.min_trading_days - account.record.trading_days(config.trading_day_profit * initial)
            if missing > 0:
                note = Phrase(N_("{count} more trading days are asked for"), {"count": str(missing)})
                return self.passed(profit, target, note)
        return self.below(profit, target)

    in_use = AccountRule.check


class BestDay(AccountRule):
    """Today's realised profit < `best_day_share` of the profit target, or of all profit where that is more."""

    code = RejectionReason("BEST_DAY", "Today would bring too large a share of the whole profit.", "Go on tomorrow.")
    stage, order = Stage.PORTFOLIO, 24
    subject = "today's profit"
    unit = "money"
    switches = ("best_day_share", "initial_balance")
    parameters = (
        INITIAL_BALANCE,
        number(
            "best_day_share",
            0.0,
            "Share of the profit that one day may bring",
            "share",
            low_open=False,
            help="0 is off.",
        ),
    )

    def judge(self, account: AccountView, config: RuleSettings) -> RuleResult:
        """Compare what today brought with what it may."""
        initial: float = config.initial_balance
        whole = max(config.profit_target * initial, account.capital - initial)
        if not whole > 0.0:
            return self.skipped("there is no profit yet")
        return self.below(max(0.0, account.daily_pnl), config.best_day_share * whole)

    in_use = AccountRule.check
