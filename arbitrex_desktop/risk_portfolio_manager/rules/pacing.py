# SPDX-License-Identifier: MIT
"""How fast intents may come and trades may follow one another."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage
from arbitrex_desktop.risk_portfolio_manager.state.activity import Asked

_OFF = "switched off"


class DuplicateIntent(Rule):
    """The same strategy, symbol, direction and volume again within `duplicate_window_seconds`; 0 switches it off.

    One whose `intent_id` has become a position is a duplicate at any time; one that is judged again under its own
    `intent_id` before that is none.
    """

    code = RejectionReason.DUPLICATE_INTENT
    stage = Stage.FINAL
    subject = "time since the same trade was asked for"
    unit = "s"
    paces = True
    parameters = ("duplicate_window_seconds",)
    minimum = True

    def check(self, case: RuleContext) -> Found:
        """Look for it among the latest intents; an intent that has become a position is never traded again.

        Nor is one with the name of another trade under way, which would no longer be counted.
        """
        if case.traded:
            return self.failed(note="this intent has been traded already, or its name is that of another trade")
        window = case.cfg.duplicate_window_seconds
        if window <= 0.0:
            return self.skipped(_OFF)
        intent = case.intent
        trade = (intent.strategy_id or "", intent.symbol, intent.direction, intent.requested_volume)
        before = case.activity.same_before(trade, intent.intent_id)
        if before is None or not case.moment - before < window:
            return self.fine("it was not asked for lately")
        return self.at_least(case.moment - before, window)


class IntentRate(Rule):
    """Intents judged within the last minute < `max_intents_per_minute`; 0 switches it off."""

    code = RejectionReason.INTENT_RATE
    stage = Stage.FINAL
    subject = "intents in the last minute"
    unit = "count"
    paces = True
    parameters = ("max_intents_per_minute",)

    def check(self, case: RuleContext) -> Found:
        """Count them."""
        limit = case.cfg.max_intents_per_minute
        return self.below(case.activity.intents.count(case.moment), limit) if limit else self.skipped(_OFF)


class OrderRate(Rule):
    """Trades approved within the last minute < `max_orders_per_minute`; 0 switches it off."""

    code = RejectionReason.ORDER_RATE
    stage = Stage.FINAL
    subject = "trades approved in the last minute"
    unit = "count"
    paces = True
    parameters = ("max_orders_per_minute",)

    def check(self, case: RuleContext) -> Found:
        """Count them."""
        limit = case.cfg.max_orders_per_minute
        return self.below(case.activity.orders.count(case.moment), limit) if limit else self.skipped(_OFF)


class RejectionVelocity(Rule):
    """A strategy's refused intents within the window < `rejection_velocity_count`; reaching it throttles."""

    code = RejectionReason.REJECTION_VELOCITY
    stage = Stage.FINAL
    subject = "refusals of the strategy lately"
    unit = "count"
    parameters = ("rejection_velocity_count", "rejection_velocity_window_seconds")

    def check(self, case: RuleContext) -> Found:
        """Count them; the throttle itself is another rule."""
        limit, strategy = case.cfg.rejection_velocity_count, case.intent.strategy_id
        if not limit or strategy is None:
            return self.skipped(_OFF if not limit else "the intent names no strategy")
        since = case.moment - case.cfg.rejection_velocity_window_seconds
        count = case.activity.refused_since(strategy, since, limit)
        return self.passed(count, limit, "the strategy is throttled" if count >= limit else "")


class TradeSpacing(Rule):
    """Time since the last approved trade >= `min_time_between_trades_seconds`."""

    code = RejectionReason.TRADE_SPACING
    stage = Stage.FINAL
    subject = "time since the last approval"
    unit = "s"
    paces = True
    parameters = ("enforce_time_spacing", "min_time_between_trades_seconds")
    minimum = True

    def check(self, case: RuleContext) -> Found:
        """Measure it."""
        if not case.cfg.enforce_time_spacing:
            return self.skipped(_OFF)
        if not case.activity.approvals:
            return self.fine("there was none")
        return self.at_least(case.moment - case.activity.approvals[-1], case.cfg.min_time_between_trades_seconds)


class SymbolSpacing(Rule):
    """Time since the symbol's last approved trade >= `min_time_between_same_symbol_seconds`."""

    code = RejectionReason.SYMBOL_SPACING
    stage = Stage.FINAL
    subject = "time since the last approval in the symbol"
    unit = "s"
    paces = True
    parameters = ("enforce_time_spacing", "min_time_between_same_symbol_seconds")
    minimum = True

    def check(self, case: RuleContext) -> Found:
        """Measure it."""
        if not case.cfg.enforce_time_spacing:
            return self.skipped(_OFF)
        last = case.activity.last_by_symbol.get(case.intent.symbol)
        if last is None:
            return self.fine("there was none")
        return self.at_least(case.moment - last, case.cfg.min_time_between_same_symbol_seconds)


def asked(case: RuleContext) -> Asked:
    """Return the intent as the memory of the pacing rules keeps it."""
    intent = case.intent
    return Asked(
        case.moment,
        intent.strategy_id or "",
        intent.symbol,
        intent.direction,
        intent.requested_volume,
        intent.intent_id or "",
    )
