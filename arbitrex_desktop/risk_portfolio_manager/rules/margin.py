# SPDX-License-Identifier: MIT
"""What the account's margin looks like after the trade, trades under way included."""

from __future__ import annotations

import math

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage
from arbitrex_desktop.risk_portfolio_manager.rules.sources import NO_POOL


def _missing(rule: Rule, case: RuleContext) -> Found | None:
    """Return the finding of a rule whose numbers are not all there, None when they are."""
    if not case.market.has_pool:
        return rule.skipped(NO_POOL)
    if case.market.account is None or case.instrument is None:
        return rule.unknown("the account or the symbol is not known")
    margin = case.market.margin_per_lot
    if margin is None or not math.isfinite(margin) or margin < 0.0:
        return rule.unknown("the terminal has not yet said what margin a lot needs")
    return None


class MarginLevel(Rule):
    """equity / margin after the trade >= `min_margin_level_pct` percent; margin of a lot by `order_calc_margin`."""

    code = RejectionReason.MARGIN_LEVEL_LIMIT
    stage = Stage.PORTFOLIO
    subject = "margin level after the trade"
    unit = "%"
    parameters = ("min_margin_level_pct",)
    minimum = True

    def check(self, case: RuleContext) -> Found:
        """Measure how much margin may be used."""
        missing, account = _missing(self, case), case.market.account
        if missing is not None or account is None or case.instrument is None:
            return missing or self.unknown("the account is not known")
        per_unit = (case.market.margin_per_lot or 0.0) / case.instrument.contract
        used = account.margin + case.sums.margin
        least = case.cfg.min_margin_level_pct
        after = used + case.units * per_unit
        level = account.equity / after * 100.0 if after > 0.0 else math.inf
        if not per_unit > 0.0:
            return self.at_least(level, least)
        room = (account.equity / (least / 100.0) - used) / per_unit if least > 0.0 else math.inf
        return self.fits(case, room, level, least)


class FreeMargin(Rule):
    """Free margin after the trade >= `min_free_margin_pct` of equity."""

    code = RejectionReason.FREE_MARGIN_LIMIT
    stage = Stage.PORTFOLIO
    subject = "free margin after the trade"
    unit = "money"
    parameters = ("min_free_margin_pct",)
    minimum = True

    def check(self, case: RuleContext) -> Found:
        """Measure what is left above the least free margin."""
        missing, account = _missing(self, case), case.market.account
        if missing is not None or account is None or case.instrument is None:
            return missing or self.unknown("the account is not known")
        per_unit = (case.market.margin_per_lot or 0.0) / case.instrument.contract
        free = account.margin_free - case.sums.margin
        least = case.cfg.min_free_margin_pct * account.equity
        left = free - case.units * per_unit
        if not per_unit > 0.0:
            return self.at_least(left, least)
        return self.fits(case, (free - least) / per_unit, left, least)
