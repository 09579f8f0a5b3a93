# SPDX-License-Identifier: MIT
"""How fast intents may come and trades may follow one another."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Final

from arbitrex_desktop.risk_portfolio_manager.decision.intent import IntentSource
from arbitrex_desktop.risk_portfolio_manager.parameters import Flag, Looser, lower_limit, number, optional_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import (
    ONLY_REDUCES,
    RejectionReason,
    Rule,
    RuleContext,
    RuleResult,
    Stage,
)
from arbitrex_desktop.texts import N_

_SPACING: Final = Flag(
    "enforce_time_spacing",
    False,
    "Time between trades is enforced",
    help="Between trades, in a symbol, and after an automatic halt.",
    looser=Looser.LOWER,
)


class DuplicateIntent(Rule):
    """The same strategy, symbol, direction and volume again within `duplicate_window_seconds`; 0 switches it off.

    One whose `intent_id` has become a position, is the name of another trade in flight, or was approved before and is
    handed in again, is a duplicate at any time; one that is only looked at again before it is sent is none.  A
    reduction is refused for nothing but being in flight already under the same name.
    """

    code = RejectionReason("DUPLICATE_INTENT", "The same trade was asked for a moment ago.", "Wait, if it is meant.")
    stage, order = Stage.FINAL, 60
    subject = "time since the same trade was asked for"
    nothing_amiss = "it was not asked for lately"
    unit = "s"
    minimum = True
    paces = True
    guards_adding = False
    parameters = (lower_limit("duplicate_window_seconds", 0.0, "Same trade refused within", "s"),)

    def check(self, context: RuleContext) -> RuleResult:
        """Look for it among the latest intents."""
        exposure = context.exposure
        if exposure.repeated:
            return self.failed(note="this intent was approved before, and is in flight")
        if exposure.reducing:
            return self.ok(ONLY_REDUCES)
        if exposure.reused:
            return self.failed(note="this intent was traded or approved before, or its name is that of another trade")
        window = context.config.duplicate_window_seconds
        if window <= 0.0:
            return self.off()
        intent = context.intent
        trade = (intent.strategy_id or "", intent.symbol, intent.direction, intent.requested_volume)
        before = context.activity.same_before(trade, intent.intent_id)
        if before is None or not context.moment - before < window:
            return self.in_order
        return self.at_least(context.moment - before, window)


class IntentRate(Rule):
    """Intents of the same source judged within the last minute < `max_intents_per_minute`; 0 switches it off.

    A source is a strategy by its name, or the trader: what one sends never counts against another.
    """

    code = RejectionReason("INTENT_RATE", "Too many intents of one source came within a minute.", "Send fewer.")
    stage, order = Stage.FINAL, 70
    subject = "intents of this source in the last minute"
    unit = "count"
    paces = True
    switches = ("max_intents_per_minute",)
    parameters = (optional_limit("max_intents_per_minute", 0, "Most intents of one source per minute", "count"),)

    def check(self, context: RuleContext) -> RuleResult:
        """Count them."""
        limit = context.config.max_intents_per_minute
        asked = context.activity.asked_by(context.intent.strategy_id, context.moment)
        return self.below(asked, limit)


class OrderRate(Rule):
    """Trades approved within the last minute < `max_orders_per_minute`; 0 switches it off."""

    code = RejectionReason("ORDER_RATE", "Too many trades were approved within a minute.", "Wait a minute.")
    stage, order = Stage.FINAL, 80
    subject = "trades that the risk manager passed in the last minute"
    unit = "count"
    paces = True
    switches = ("max_orders_per_minute",)
    parameters = (optional_limit("max_orders_per_minute", 0, "Most approvals per minute", "count"),)

    def check(self, context: RuleContext) -> RuleResult:
        """Count them."""
        limit = context.config.max_orders_per_minute
        return self.below(context.activity.orders.count(context.moment), limit)


class ExecutionThrottle(Rule):
    """A strategy's trades approved within the window; the one that makes `max_executions` suspends it until resumed."""

    code = RejectionReason(
        "EXECUTION_THROTTLE",
        "The strategy has traded too often in a short time, and is suspended.",
        "Look at it, then resume trading with a reason.",
    )
    stage, order = Stage.FINAL, 95
    subject = "trades of the strategy lately"
    unit = "count"
    switches = ("max_executions",)
    parameters = (
        optional_limit("max_executions", 0, "Trades that suspend a strategy until a person resumes", "count"),
        number("executions_window_seconds", 3600.0, "Window of these trades", "s"),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Count them; the suspension itself is a kill switch."""
        limit = context.config.max_executions
        if context.intent.source is IntentSource.TRADER:
            return self.skipped("a person asks")
        since = context.moment - context.config.executions_window_seconds
        return self.passed(context.activity.executed_since(context.intent.strategy_id or "", since), limit)


class RejectionVelocity(Rule):
    """A strategy's refused intents within the window < `rejection_velocity_count`; reaching it throttles.

    Programs that name no strategy are one together.
    """

    code = RejectionReason(
        "REJECTION_VELOCITY",
        "Too many of the strategy's intents were refused in a short time.",
        "Find out why; the throttle ends by itself.",
    )
    stage, order = Stage.FINAL, 90
    subject = "refusals of the strategy lately"
    unit = "count"
    switches = ("rejection_velocity_count",)
    parameters = (
        optional_limit("rejection_velocity_count", 10, "Refusals that throttle a strategy", "count"),
        number("rejection_velocity_window_seconds", 300.0, "Window of refusals", "s"),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Count them; the throttle itself is another rule."""
        limit, strategy = context.config.rejection_velocity_count, context.intent.strategy_id or ""
        if context.intent.is_person_s:
            return self.skipped("a person asks, who names no strategy")
        since = context.moment - context.config.rejection_velocity_window_seconds
        refused = context.activity.refused_since(strategy, since, limit)
        return self.passed(refused, limit, N_("the strategy is throttled") if refused >= limit else "")


class _Spacing(Rule):
    """Time since the last approved trade of a kind >= a setting.

    Attributes:
        least: the setting.
    """

    stage = Stage.FINAL
    unit = "s"
    minimum = True
    paces = True
    switches = ("enforce_time_spacing",)
    nothing_amiss = "there was none"
    least: ClassVar[str]

    @abstractmethod
    def last(self, context: RuleContext) -> float | None:
        """Return when the last one was approved, in monotonic seconds; None when there was none."""

    def check(self, context: RuleContext) -> RuleResult:
        """Measure it."""
        last = self.last(context)
        if last is None:
            return self.in_order
        return self.at_least(context.moment - last, getattr(context.config, self.least))


class TradeSpacing(_Spacing):
    """Time since the last approved trade >= `min_time_between_trades_seconds`."""

    code = RejectionReason("TRADE_SPACING", "The last trade was approved too recently.", "Wait.")
    order = 100
    subject = "time since the risk manager last passed a trade"
    least = "min_time_between_trades_seconds"
    parameters = (
        _SPACING,
        lower_limit("min_time_between_trades_seconds", 300, "Least time between trades", "s"),
    )

    def last(self, context: RuleContext) -> float | None:
        """Return when any was."""
        approvals = context.activity.approvals
        return approvals[-1] if approvals else None


class SymbolSpacing(_Spacing):
    """Time since the symbol's last approved trade >= `min_time_between_same_symbol_seconds`."""

    code = RejectionReason("SYMBOL_SPACING", "The last trade in this symbol was approved too recently.", "Wait.")
    order = 110
    subject = "time since the risk manager last passed a trade in the symbol"
    least = "min_time_between_same_symbol_seconds"
    parameters = (
        _SPACING,
        lower_limit("min_time_between_same_symbol_seconds", 3600, "Least time between trades in a symbol", "s"),
    )

    def last(self, context: RuleContext) -> float | None:
        """Return when one in the intent's symbol was."""
        return context.activity.last_by_symbol.get(context.intent.symbol)
