# SPDX-License-Identifier: MIT
"""How many positions may be open, trades in flight included."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage


class PositionCount(Rule):
    """Positions before the trade < `max_concurrent_positions`."""

    code = RejectionReason("MAX_POSITIONS_REACHED", "Too many positions are open or in flight.", "Close one first.")
    stage, order = Stage.PORTFOLIO, 10
    subject = "position count"
    unit = "count"
    parameters = (upper_limit("max_concurrent_positions", 8, "Most positions", "count"),)

    def check(self, context: RuleContext) -> RuleResult:
        """Count all."""
        return self.below(context.exposure.count, context.config.max_concurrent_positions)

    def in_use(self, context: RuleContext) -> RuleResult:
        """Return the count; all places taken is no limit broken."""
        return self.at_most(context.exposure.count, context.config.max_concurrent_positions)


class SymbolPositions(Rule):
    """Positions in the symbol before the trade < `max_positions_per_symbol`."""

    code = RejectionReason(
        "SYMBOL_POSITIONS_REACHED", "Too many positions in the symbol are open or in flight.", "Close one first."
    )
    stage, order = Stage.PORTFOLIO, 60
    subject = "position count in the symbol"
    unit = "count"
    parameters = (upper_limit("max_positions_per_symbol", 1, "Most positions per symbol", "count"),)

    def check(self, context: RuleContext) -> RuleResult:
        """Count those of the symbol."""
        return self.below(context.exposure.in_symbol, context.config.max_positions_per_symbol)


class StrategyPositions(Rule):
    """Positions of the strategy before the trade < `max_positions_per_strategy`."""

    code = RejectionReason(
        "STRATEGY_POSITIONS_REACHED", "The strategy has too many positions open or in flight.", "Close one first."
    )
    stage, order = Stage.PORTFOLIO, 70
    subject = "position count of the strategy"
    unit = "count"
    parameters = (upper_limit("max_positions_per_strategy", 8, "Most positions per strategy", "count"),)

    def check(self, context: RuleContext) -> RuleResult:
        """Count those of the strategy; all that name none are one, so that no limit is evaded by giving no name."""
        if context.intent.is_person_s:
            return self.skipped("a person asks, who names no strategy")
        return self.below(context.exposure.of_strategy, context.config.max_positions_per_strategy)
