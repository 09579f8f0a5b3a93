# SPDX-License-Identifier: MIT
"""From a case to an answer: rules, sizing, rules, and a last look at the size that is left."""

from __future__ import annotations

from dataclasses import dataclass

from arbitrex_desktop.risk_portfolio_manager.decision.decision import (
    ApprovedTrade,
    RejectedTrade,
    TradeApprovalStatus,
    TradeDecision,
    made,
)
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.result import Evidence, Finding, Found, Size, Stage
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext, Template
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.pipeline.sizing import (
    Sizing,
    on_price_step,
    round_lots,
    size_reduction,
    size_trade,
    units_of,
)
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import COUNTED_BEFORE, ONLY_REDUCES, Measure, Rule
from arbitrex_desktop.risk_portfolio_manager.rules.registry import AFTER_SIZING, BEFORE_SIZING, CUTTING

_PASS, _SKIPPED = Outcome.PASS, Outcome.SKIPPED
_CUTTING_STAGES = (Stage.PORTFOLIO, Stage.CORRELATION)


class _SizeLeft(Measure):
    code = RejectionReason.ZERO_POSITION_SIZE
    stage = Stage.PORTFOLIO
    subject = "position size"


_LEFT = _SizeLeft()


@dataclass(slots=True)
class Judgement:
    """What came of a case: findings, the size that was judged and how it came about, lots left, the first refusal."""

    findings: list[Found]
    size: Size
    sizing: Sizing
    lots: float
    adjusted: bool
    refusal: Finding | None


def judge(case: RuleContext) -> Judgement:
    """Run every rule on a case; all are run even when one has refused, so that all can be shown."""
    standing = case.standing
    findings = _run(BEFORE_SIZING, case, standing and standing.before)
    sizing = size_reduction(case) if case.reducing else size_trade(case)
    findings += sizing.findings
    size = Size(case.units, case.unit_notional or 0.0, case.capital)
    findings += _run(AFTER_SIZING, case, standing and standing.after)
    refusal, cuts = _weigh(findings)
    if refusal is not None:
        return Judgement(findings, size, sizing, 0.0, bool(cuts), refusal)
    lots = sizing.lots
    if cuts or case.reducing:
        lots = _final_lots(case, min([case.units, *cuts]), cut=bool(cuts))
    refusal = _last_look(case, lots, adjusted=bool(cuts))
    if refusal is not None:
        findings.append(refusal)
    return Judgement(findings, size, sizing, lots, bool(cuts), refusal)


def _weigh(findings: list[Found]) -> tuple[Finding | None, list[float]]:
    """Return the first refusal and every room that the size must be cut to."""
    refusal, cuts = None, []
    for finding in findings:
        outcome = finding[1]
        if outcome is _PASS or outcome is _SKIPPED:
            continue
        if outcome is Outcome.ADJUST:
            cuts.append(finding[4] or 0.0)
        elif refusal is None:
            refusal = Finding(*finding)
    return refusal, cuts


def _run(rules: tuple[Rule, ...], case: RuleContext, template: Template | None) -> list[Found]:
    """Run rules, except those whose finding stands in the template.

    Those that guard against adding risk let a reducing trade through unchecked.
    An intent that was approved and is judged again passes the rules of pacing: they looked at it then, and would
    now find itself.
    """
    if not case.reducing:
        if not case.traded and case.activity.admits(case.intent.intent_id):
            return [rule.fine(COUNTED_BEFORE) if rule.paces else rule.check(case) for rule in rules]
        if template is None:
            return [rule.check(case) for rule in rules]
        findings = template.findings.copy()
        for place, check in template.timely:
            findings[place] = check(case)
        if template.rooms and not template.has_room_for(case):
            for place, rule in template.rooms:
                findings[place] = rule.check(case)
        return findings
    return [rule.fine(ONLY_REDUCES) if rule.guards_adding else rule.check(case) for rule in rules]


def _final_lots(case: RuleContext, units: float, *, cut: bool) -> float:
    """Round down to the volume step; what a limit cut to never passes it, not even by the last bit of a float."""
    instrument = case.instrument
    if instrument is None:
        return 0.0
    lots = round_lots(units, instrument.contract, instrument.volume_step)
    if cut and units_of(lots, instrument.contract) > units:
        return round(lots - instrument.volume_step, 8)
    return lots


def _last_look(case: RuleContext, lots: float, *, adjusted: bool) -> Finding | None:
    """Return why the size that is left cannot be; a size that was cut is held against every cutting rule again."""
    instrument = case.instrument
    least = instrument.volume_min if instrument is not None and not case.reducing else 0.0
    if not (lots > 0.0 and lots >= least * (1.0 - 1e-9)):
        note = f"nothing is left: {lots:g} lots, the smallest volume is {least:g}"
        return Finding(*_LEFT.failed(note=note))
    if not adjusted or instrument is None:
        return None
    case.units = units_of(lots, instrument.contract)
    again = (Finding(*rule.check(case)) for rule in CUTTING if rule.code is not RejectionReason.REQUESTED_VOLUME)
    return next((each for each in again if each.blocks or each.outcome is Outcome.ADJUST), None)


def decide(case: RuleContext, judgement: Judgement, order_id: str, milliseconds: float) -> TradeDecision:
    """Put a judgement into words."""
    refusal = judgement.refusal
    if refusal is not None:
        return refused(case.intent, refusal, judgement, order_id, milliseconds)
    violations = _violations(judgement.findings) if judgement.adjusted else ()
    return made(
        TradeDecision,
        {
            "status": TradeApprovalStatus.ADJUSTED if judgement.adjusted else TradeApprovalStatus.APPROVED,
            "approved_trade": _approved(case, judgement),
            "rejected_trade": None,
            "order_id": order_id,
            "kill_switch_triggered": False,
            "kill_switch_reason": None,
            "portfolio_constraints_passed": True,
            "portfolio_constraint_violations": violations,
            "position_sizing_applied": not case.reducing,
            "sizing_adjustments": judgement.sizing.factors,
            "processing_time_ms": milliseconds,
            "evidence": Evidence(tuple(judgement.findings), judgement.size),
        },
    )


def refused(
    intent: TradeIntent, refusal: Finding, judgement: Judgement, order_id: str, milliseconds: float
) -> TradeDecision:
    """Return the decision for a refusal."""
    words = refusal.words()
    killed = refusal.rule.stage is Stage.KILL_SWITCH
    violations = _violations(judgement.findings)
    return TradeDecision(
        status=TradeApprovalStatus.REJECTED,
        rejected_trade=RejectedTrade(
            symbol=intent.symbol,
            direction=intent.direction,
            rejection_reason=refusal.code,
            rejection_details=words,
            confidence_score=intent.confidence_score,
            regime=intent.regime,
            atr=intent.atr,
            vol_percentile=intent.vol_percentile,
            current_price=intent.current_price,
            strategy_id=intent.strategy_id,
            intent_id=intent.intent_id,
        ),
        order_id=order_id,
        kill_switch_triggered=killed,
        kill_switch_reason=words if killed else None,
        portfolio_constraints_passed=not _blocked(judgement.findings),
        portfolio_constraint_violations=violations,
        position_sizing_applied=bool(judgement.sizing.factors),
        sizing_adjustments=judgement.sizing.factors,
        processing_time_ms=milliseconds,
        evidence=Evidence(tuple(judgement.findings), judgement.size),
    )


def _approved(case: RuleContext, judgement: Judgement) -> ApprovedTrade:
    """Return the trade that may live."""
    intent, instrument, factors = case.intent, case.instrument, judgement.sizing.factors
    units = units_of(judgement.lots, instrument.contract) if instrument is not None else 0.0
    target = None if intent.take_profit is None else on_price_step(intent.take_profit, instrument)
    price, cfg = case.market.price, case.cfg
    if target is None and price is not None and cfg.take_profit_ratio > 0.0 and not case.reducing:
        digits = instrument.digits if instrument is not None else 8
        target = round(price + intent.direction * cfg.take_profit_ratio * case.stop_distance, digits)
    return made(
        ApprovedTrade,
        {
            "symbol": intent.symbol,
            "direction": intent.direction,
            "position_units": units,
            "lots": judgement.lots,
            "confidence_score": intent.confidence_score,
            "regime": intent.regime,
            "base_units": judgement.sizing.base_units,
            "confidence_adjustment": factors.get("confidence", 1.0),
            "regime_adjustment": factors.get("regime", 1.0),
            "correlation_adjustment": factors.get("correlation", 1.0),
            "atr": intent.atr,
            "vol_percentile": intent.vol_percentile,
            "risk_per_trade": cfg.risk_per_trade,
            "entry_price": price,
            "stop_loss": None if case.reducing else case.stop,
            "take_profit": None if case.reducing else target,
            "expected_loss": None if case.unit_loss is None else units * case.unit_loss,
            "reducing": case.reducing,
            "strategy_id": intent.strategy_id,
            "intent_id": intent.intent_id,
        },
    )


def _violations(findings: list[Found]) -> tuple[str, ...]:
    """Return in words what portfolio rules cut or refused."""
    return tuple(
        each.words()
        for each in map(Finding._make, findings)
        if each.rule.stage in _CUTTING_STAGES and (each.outcome is Outcome.ADJUST or each.blocks)
    )


def _blocked(findings: list[Found]) -> bool:
    """Tell whether a portfolio rule refused."""
    return any(each.blocks and each.rule.stage in _CUTTING_STAGES for each in map(Finding._make, findings))
