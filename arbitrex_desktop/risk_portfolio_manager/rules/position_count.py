# SPDX-License-Identifier: MIT
"""How many positions may be open, trades under way included."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class PositionCount(Rule):
    """Positions before the trade < `max_concurrent_positions`."""

    code = RejectionReason.MAX_POSITIONS_REACHED
    stage = Stage.PORTFOLIO
    subject = "position count"
    standing = True
    counts = True
    unit = "count"
    parameters = ("max_concurrent_positions",)

    def check(self, case: RuleContext) -> Found:
        """Count all."""
        return self.below(case.sums.count, case.cfg.max_concurrent_positions)


class SymbolPositions(Rule):
    """Positions in the symbol before the trade < `max_positions_per_symbol`."""

    code = RejectionReason.SYMBOL_POSITIONS_REACHED
    stage = Stage.PORTFOLIO
    subject = "position count in the symbol"
    standing = True
    counts = True
    unit = "count"
    parameters = ("max_positions_per_symbol",)

    def check(self, case: RuleContext) -> Found:
        """Count those of the symbol."""
        return self.below(case.sums.by_symbol.get(case.intent.symbol, 0), case.cfg.max_positions_per_symbol)


class StrategyPositions(Rule):
    """Positions of the strategy before the trade < `max_positions_per_strategy`."""

    code = RejectionReason.STRATEGY_POSITIONS_REACHED
    stage = Stage.PORTFOLIO
    subject = "position count of the strategy"
    standing = True
    counts = True
    unit = "count"
    parameters = ("max_positions_per_strategy",)

    def check(self, case: RuleContext) -> Found:
        """Count those of the strategy, if one is named."""
        strategy = case.intent.strategy_id
        if strategy is None:
            return self.skipped("the intent names no strategy")
        return self.below(case.sums.by_strategy.get(strategy, 0), case.cfg.max_positions_per_strategy)
