# SPDX-License-Identifier: MIT
"""What a recorded decision leaves behind: figures, latched halts, trades under way, throttles."""

from __future__ import annotations

from collections.abc import Sequence

from arbitrex_desktop.risk_portfolio_manager.decision.decision import ApprovedTrade, RiskMetrics, TradeDecision
from arbitrex_desktop.risk_portfolio_manager.decision.result import Finding, Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.pipeline.context_builder import ContextBuilder
from arbitrex_desktop.risk_portfolio_manager.portfolio.exposure_book import Reservation
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule
from arbitrex_desktop.risk_portfolio_manager.rules.pacing import asked
from arbitrex_desktop.risk_portfolio_manager.state.kill_switches import KillSwitches, scopes_of


class DecisionRecorder:
    """Takes decisions down.  Not safe for threads; the engine locks."""

    def __init__(self, finder: ContextBuilder, switches: KillSwitches) -> None:
        self.metrics = RiskMetrics()
        self._finder = finder
        self._switches = switches

    def count(self, decision: TradeDecision) -> None:
        """Count a decision."""
        self.metrics = self.metrics.counting(decision)

    def record(self, case: RuleContext, decision: TradeDecision, order_id: str) -> bool:
        """Take a decision down; tell whether something changed that must outlive the program."""
        self.count(decision)
        self._switches.end_cool_down(case.state)
        self._roll_over(case)
        self._mark_equity(case)
        activity = self._finder.activity
        activity.note_asked(asked(case))
        if case.intent.current_price is not None and not case.market.has_pool:
            self._finder.sources.prices[case.intent.symbol] = case.intent.current_price
        latched = decision.kill_switch_triggered and self.latch(case, decision.evidence.found)
        if decision.approved_trade is not None:
            self._reserve(case, decision.approved_trade, order_id)
        throttled = self._pace_strategy(case, decision)
        self._finder.book.publish(case.state)
        return latched or throttled or decision.approved_trade is not None

    def latch(self, case: RuleContext, findings: Sequence[Found]) -> bool:
        """Halt trading for the first broken limit that latches; tell whether one did."""
        for finding in (Finding(*each) for each in findings):
            if finding.outcome is Outcome.FAIL and _latches(finding):
                self._switches.latch(case.state, finding.code.value, finding.words())
                return True
        return False

    def _roll_over(self, case: RuleContext) -> None:
        """Begin a new day or week in the state, when one has begun."""
        days, state = self._finder.days, case.state
        day, week = self._finder.resets(case.now, case.cfg)
        if days.day_start is not None and day > days.day_start:
            state.daily_pnl, state.day_anchor, state.consecutive_losses = 0.0, case.day_anchor, 0
        if days.week_start is not None and week > days.week_start:
            state.weekly_pnl, state.week_anchor = 0.0, case.week_anchor
        days.day_start, days.week_start = day, week

    def _mark_equity(self, case: RuleContext) -> None:
        """Write peak and drawdown to the state."""
        state = case.state
        peak = max(state.peak_equity, state.equity)
        if peak != state.peak_equity:
            state.peak_equity = peak
        if state.current_drawdown != case.drawdown:
            state.current_drawdown = case.drawdown
        if case.drawdown == self._finder.plain_drawdown(state):
            self._finder.written_drawdown = case.drawdown

    def _reserve(self, case: RuleContext, trade: ApprovedTrade, order_id: str) -> None:
        """Count an approved trade as under way until it appears among the positions."""
        instrument, worth = case.instrument, case.unit_notional or 0.0
        notional = trade.position_units * worth
        book, intent_id = self._finder.book, case.intent.intent_id or order_id
        if book.is_anothers(intent_id, trade.symbol, trade.direction):
            intent_id = order_id
        margin = (case.market.margin_per_lot or 0.0) * trade.lots
        book.reserve(
            Reservation(
                intent_id=intent_id,
                symbol=trade.symbol,
                direction=trade.direction,
                units=trade.position_units,
                notional=notional,
                base=instrument.base if instrument is not None else trade.symbol,
                profit=instrument.profit if instrument is not None else "",
                margin=margin,
                strategy_id=case.intent.strategy_id or "",
                approved_at=case.now,
                expires=case.moment + case.cfg.pending_ttl_seconds,
                reducing=case.reducing,
            )
        )
        if not case.reducing:
            self._finder.activity.note_approval(trade.symbol, notional, case.moment, case.intent.intent_id)

    def _pace_strategy(self, case: RuleContext, decision: TradeDecision) -> bool:
        """Keep count of a strategy's refusals, and throttle one that has too many; tell whether that was done."""
        strategy, activity, cfg = case.intent.strategy_id, self._finder.activity, case.cfg
        refused = decision.rejected_trade
        throttled = refused is not None and refused.rejection_reason is RejectionReason.STRATEGY_THROTTLED
        if not throttled and not case.reducing:
            for scope in scopes_of(case.intent.symbol, strategy):
                activity.heard[scope] = case.moment
        if strategy is None or refused is None or not cfg.rejection_velocity_count:
            return False
        activity.note_refusal(strategy, case.moment)
        since = case.moment - cfg.rejection_velocity_window_seconds
        if activity.refused_since(strategy, since, cfg.rejection_velocity_count) < cfg.rejection_velocity_count:
            return False
        activity.throttled[strategy] = case.moment + cfg.throttle_duration_seconds
        return True


def _latches(finding: Finding) -> bool:
    """Tell whether a refusal by this rule halts trading."""
    return isinstance(finding.rule, Rule) and finding.rule.latches
