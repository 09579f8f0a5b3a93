# SPDX-License-Identifier: MIT
"""What the account's margin looks like after the trade, trades in flight included."""

from __future__ import annotations

import math
from abc import abstractmethod

from arbitrex_desktop.mt5.results import AccountInfo
from arbitrex_desktop.risk_portfolio_manager.parameters import lower_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage


class _MarginRule(Rule):
    stage = Stage.PORTFOLIO
    minimum = True

    def check(self, context: RuleContext) -> RuleResult:
        """Make sure that all numbers are there, and measure."""
        if not context.market.has_pool:
            return self.no_pool()
        account, instrument = context.account.latest, context.market.instrument
        if account is None or instrument is None:
            return self.unknown("the account or the symbol is not known")
        margin = context.market.margin_per_lot
        if margin is None or not 0.0 < margin < math.inf:
            return self.unknown("the terminal has not yet said what margin a lot needs")
        if not math.isfinite(account.equity + account.margin + account.margin_free):
            return self.unknown("the account's margin is no number")
        return self.measure(context, account, margin / instrument.contract)

    @abstractmethod
    def measure(self, context: RuleContext, account: AccountInfo, per_unit: float) -> RuleResult:
        """Measure what the minimum leaves, with `per_unit` margin of a unit in account currency."""


class MarginLevel(_MarginRule):
    """equity / margin after the trade >= `min_margin_level_pct` percent; margin of a lot by `order_calc_margin`."""

    code = RejectionReason(
        "MARGIN_LEVEL_LIMIT",
        "The margin level after the trade would be too low.",
        "Reduce positions, or trade smaller.",
    )
    order = 110
    subject = "margin level after the trade"
    unit = "%"
    parameters = (lower_limit("min_margin_level_pct", 200.0, "Least margin level after a trade", "%"),)

    def measure(self, context: RuleContext, account: AccountInfo, per_unit: float) -> RuleResult:
        """Measure how much margin may be used."""
        used = account.margin + context.exposure.margin
        least = context.config.min_margin_level_pct
        after = used + context.size.units * per_unit
        level = account.equity / after * 100.0 if after > 0.0 else math.inf
        headroom = (account.equity / (least / 100.0) - used) / per_unit if least > 0.0 else math.inf
        return self.check_headroom(context, headroom, level, least)

    def in_use(self, context: RuleContext) -> RuleResult | None:
        """Return the margin level now; None without margin in use."""
        account = context.account.latest
        used = context.exposure.margin + (account.margin if account is not None else 0.0)
        if account is None or not used > 0.0:
            return None
        return self.at_least(account.equity / used * 100.0, context.config.min_margin_level_pct)


class FreeMargin(_MarginRule):
    """Free margin after the trade >= `min_free_margin_pct` of equity."""

    code = RejectionReason(
        "FREE_MARGIN_LIMIT",
        "The free margin after the trade would be too small.",
        "Reduce positions, or trade smaller.",
    )
    order = 120
    subject = "free margin after the trade"
    unit = "money"
    parameters = (
        lower_limit("min_free_margin_pct", 0.1, "Least free margin after a trade, of equity", "share", low_open=False),
    )

    def measure(self, context: RuleContext, account: AccountInfo, per_unit: float) -> RuleResult:
        """Measure what is left above the least free margin."""
        free = account.margin_free - context.exposure.margin
        least = context.config.min_free_margin_pct * account.equity
        left = free - context.size.units * per_unit
        return self.check_headroom(context, (free - least) / per_unit, left, least)
