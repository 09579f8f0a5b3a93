# SPDX-License-Identifier: MIT
"""From a context to an answer: rules, sizing, rules, and a last look at the size that is left."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import msgspec

from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.context import AccountLimits, RuleContext
from arbitrex_desktop.risk_portfolio_manager.decision.decision import ApprovedTrade, TradeApprovalStatus, TradeDecision
from arbitrex_desktop.risk_portfolio_manager.decision.result import PlainCheck, RuleResult, Stage
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.pipeline.decided_size import SizeDecided, as_approved
from arbitrex_desktop.risk_portfolio_manager.pipeline.refusal import rejected_trade
from arbitrex_desktop.risk_portfolio_manager.pipeline.sizing import (
    SIZE_CODE,
    on_price_step,
    resized,
    round_lots,
    size_reduction,
    size_trade,
    units_of,
)
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument, without_residue
from arbitrex_desktop.risk_portfolio_manager.rules.base import ONLY_REDUCES, Rule
from arbitrex_desktop.risk_portfolio_manager.rules.registry import RiskPlan
from arbitrex_desktop.texts import N_

_RELATIVE_TOLERANCE = 1e-9
_NOTHING_LEFT = N_("nothing is left: {left} lots, the smallest volume is {least}")
_PASS, _SKIPPED = Outcome.PASS, Outcome.SKIPPED
_LEFT = PlainCheck(Stage.PORTFOLIO, SIZE_CODE, "position size", order=Rule.order)


def decide(
    context: RuleContext, order_id: str, plan: RiskPlan, limits: AccountLimits
) -> tuple[TradeDecision, RuleContext]:
    """Run every rule that is on, and the sizing; return the answer, and the context with the size that was judged.

    `limits`, how the account stands to its own.  All rules are run even when one has refused, so that all can be shown.
    """
    reducing = context.exposure.reducing
    checks = plan.reducing if reducing else plan.approved if context.exposure.admitted else plan.adding
    results = [check(context) for check in checks.before]
    size = size_reduction(context) if reducing else size_trade(context)
    results += size.results
    context = msgspec.structs.replace(context, size=size, limits=limits)
    results += [check(context) for check in checks.after]
    refusal, cuts = _refusal_and_cuts(results, limits.broken)
    # No limit of the account holds up a trade that only reduces.
    results += [rule.ok(ONLY_REDUCES) for rule in plan.of_account] if reducing else limits.results
    lots = size.lots
    if refusal is None:
        if cuts or reducing:
            lots = _final_lots(context, min([size.units, *cuts]), cut=bool(cuts))
        refusal, again = _last_look(context, lots, plan.cutting if cuts else ())
        if refusal is not None:
            results.append(refusal)
        elif again:
            results = as_approved(results, again, lots, context.decimals)
    if not reducing and size.allowed > 0.0:
        results.append(RuleResult(SizeDecided(context, tuple(results), lots if refusal is None else 0.0), _PASS))
    if refusal is not None:
        return _rejected_decision(context, refusal, [*results, *plan.off], order_id), context
    decision = TradeDecision(
        TradeApprovalStatus.ADJUSTED if cuts else TradeApprovalStatus.APPROVED,
        _approved_trade(context, lots),
        order_id=order_id,
        portfolio_constraint_violations=_violation_messages(context, results) if cuts else (),
        position_sizing_applied=not reducing,
        sizing_adjustments=size.factors,
        results=(*results, *plan.off),
        decimals=context.decimals,
    )
    return decision, context


def _refusal_and_cuts(results: list[RuleResult], broken: Sequence[RuleResult]) -> tuple[RuleResult | None, list[float]]:
    """Return the first refusal, by the account's `broken` limits or others, and every headroom to cut the size to."""
    limiting = [each for each in results if each.outcome is not _PASS and each.outcome is not _SKIPPED]
    if not limiting and not broken:
        return None, []
    cuts = [each.headroom or 0.0 for each in limiting if each.outcome is Outcome.ADJUST]
    refusals = [*broken, *(each for each in limiting if each.blocks)]
    return min(refusals, key=attrgetter("place"), default=None), cuts


def _final_lots(context: RuleContext, units: float, *, cut: bool) -> float:
    """Round down to the volume step; what a limit cut to never passes it, not even by the last bit of a float."""
    instrument = context.market.instrument
    if instrument is None:
        return 0.0
    lots = round_lots(units, instrument.contract, instrument.volume_step)
    if cut and units_of(lots, instrument.contract) > units:
        return without_residue(lots - instrument.volume_step)
    return lots


def _last_look(
    context: RuleContext, lots: float, cutting: Sequence[Rule]
) -> tuple[RuleResult | None, Sequence[RuleResult]]:
    """Return why the size that is left cannot be, and what the `cutting` rules say of a size that was cut."""
    instrument = context.market.instrument
    least = instrument.volume_min if instrument is not None else 0.0
    if not lots > 0.0 or (lots < least * (1.0 - _RELATIVE_TOLERANCE) and not context.exposure.reducing):
        left, smallest = (amounts.lots(each, context.decimals.lots) for each in (lots, least))
        return _LEFT.failed(note=Phrase(_NOTHING_LEFT, {"left": left, "least": smallest})), ()
    if not cutting or instrument is None:
        return None, ()
    smaller = resized(context, units_of(lots, instrument.contract))
    again = [rule.check(smaller) for rule in cutting]
    return next((each for each in again if each.blocks or each.outcome is Outcome.ADJUST), None), again


def _rejected_decision(
    context: RuleContext, refusal: RuleResult, results: Sequence[RuleResult], order_id: str
) -> TradeDecision:
    """Return the decision for a refusal."""
    message, factors = refusal.message(context.decimals), context.size.factors
    killed = refusal.check.stage is Stage.KILL_SWITCH
    return TradeDecision(
        TradeApprovalStatus.REJECTED,
        rejected_trade=rejected_trade(context.intent, refusal.check.code, message),
        order_id=order_id,
        kill_switch_triggered=killed,
        kill_switch_reason=message if killed else None,
        portfolio_constraints_passed=not any(each.blocks and _limits_portfolio(each) for each in results),
        portfolio_constraint_violations=_violation_messages(context, results),
        position_sizing_applied=bool(factors),
        sizing_adjustments=factors,
        results=tuple(results),
        decimals=context.decimals,
    )


def _approved_trade(context: RuleContext, lots: float) -> ApprovedTrade:
    """Return the trade that may live."""
    intent, instrument, size = context.intent, context.market.instrument, context.size
    reducing, reversing = context.exposure.reducing, context.exposure.reversing
    units = units_of(lots, instrument.contract) if instrument is not None else 0.0
    return ApprovedTrade(
        intent.symbol,
        intent.direction,
        units,
        lots,
        intent.confidence_score,
        intent.regime,
        size.base_units,
        size.factors.get("confidence", 1.0),
        size.factors.get("regime", 1.0),
        size.factors.get("correlation", 1.0),
        intent.atr,
        intent.vol_percentile,
        context.config.risk_per_trade,
        context.market.price,
        None if reducing else size.stop,
        None if reducing else _take_profit(context, instrument),
        _expected_loss(context, units),
        reducing,
        intent.strategy_id,
        intent.intent_id,
        context.exposure.closes or None,
        without_residue(min(units, reversing) / instrument.contract) if reversing and instrument is not None else 0.0,
    )


def _expected_loss(context: RuleContext, units: float) -> float | None:
    """Return the loss at the stop of what will be open; None for an exit.

    What closes a position first loses nothing more; a position that the trade enlarges gets its stop as well.
    """
    size = context.size
    if size.unit_loss is None:
        return None
    return max(0.0, units - context.exposure.reversing) * size.unit_loss + size.joined_loss


def _take_profit(context: RuleContext, instrument: Instrument | None) -> float | None:
    """Return the take-profit: as given, else at the configured multiple of the stop's distance."""
    intent, price = context.intent, context.market.price
    ratio: float = context.config.take_profit_ratio
    if intent.take_profit is not None:
        return on_price_step(intent.take_profit, instrument)
    if price is None or not ratio > 0.0:
        return None
    digits = instrument.digits if instrument is not None else 8
    return on_price_step(round(price + intent.direction * ratio * context.size.stop_distance, digits), instrument)


def _limits_portfolio(result: RuleResult) -> bool:
    """Return whether a result is a portfolio rule's."""
    return result.check.stage is Stage.PORTFOLIO or result.check.stage is Stage.CORRELATION


def _violation_messages(context: RuleContext, results: Sequence[RuleResult]) -> tuple[str, ...]:
    """Return the sentences of the portfolio rules that cut or refused."""
    found = [each for each in results if (each.outcome is Outcome.ADJUST or each.blocks) and _limits_portfolio(each)]
    return tuple(each.message(context.decimals) for each in sorted(found, key=attrgetter("place")))
