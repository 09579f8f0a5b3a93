# SPDX-License-Identifier: MIT
"""What a recorded decision leaves behind: figures, latched halts, trades in flight, throttles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from arbitrex_desktop.risk_portfolio_manager.decision.context import AccountView, RuleContext
from arbitrex_desktop.risk_portfolio_manager.decision.decision import (
    ApprovedTrade,
    RiskMetrics,
    TradeDecision,
    metrics_of,
)
from arbitrex_desktop.risk_portfolio_manager.decision.format import Decimals
from arbitrex_desktop.risk_portfolio_manager.decision.intent import IntentSource
from arbitrex_desktop.risk_portfolio_manager.decision.kill_switch import scopes_of
from arbitrex_desktop.risk_portfolio_manager.decision.result import RuleResult
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.parameters import RuleSettings
from arbitrex_desktop.risk_portfolio_manager.portfolio.activity import Asked, put_last
from arbitrex_desktop.risk_portfolio_manager.portfolio.working_orders import Reservation
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule
from arbitrex_desktop.risk_portfolio_manager.rules.registry import halt_is_over
from arbitrex_desktop.risk_portfolio_manager.rules.scoped_switches import Throttle
from arbitrex_desktop.risk_portfolio_manager.state.risk_state import ProvisionalHalt, RiskState

_RELATIVE_TOLERANCE: Final = 1e-9


class Effect(msgspec.Struct, frozen=True):
    """What a decision changed that must outlive the program.

    Attributes:
        metrics: what it counts for.
        reservation: the trade that came into flight by it; None for a refusal.
        urgent: whether something else changed that must be on disk before the decision is given.
    """

    metrics: RiskMetrics
    reservation: Reservation | None = None
    urgent: bool = False


def record(state: RiskState, context: RuleContext, decision: TradeDecision, order_id: str) -> Effect:
    """Take a decision down."""
    metrics = metrics_of(decision)
    state.metrics = state.metrics.plus(metrics)
    cooled = end_what_has_passed(state, context.config, context.account.day_start)
    state.roll_over(state.resets(context.market.now, context.config), context.config)
    _mark_equity(state, context)
    _note_intent(state, context)
    latched = decision.kill_switch_triggered and latch(state, context.config, context.account, decision.results)
    trade = decision.approved_trade
    reservation = None if trade is None else _reserve_trade(state, context, trade, order_id)
    throttled = _pace_strategy(state, context, decision)
    suspended = trade is not None and not trade.reducing and _count_execution(state, context)
    state.book.publish(state.portfolio)
    return Effect(metrics, reservation, latched or throttled or cooled or suspended)


def end_what_has_passed(state: RiskState, config: RuleSettings, day_start: datetime) -> bool:
    """End a cool-down that has passed, and a halt that ends with its day; return whether something ended."""
    cooled = state.switches.end_cool_down(state.portfolio)
    over = state.portfolio.trading_halted and halt_is_over(state.portfolio, day_start, config)
    if over:
        state.switches.end_halt(state.portfolio, "a new day has begun")
    return cooled or over


def latch(state: RiskState, config: RuleSettings, account: AccountView, results: Iterable[RuleResult]) -> bool:
    """Halt trading for the first broken limit that latches; return whether one did.

    What is broken only as long as a rise of the balance counts as a deposit refuses, and does not halt; nor does a
    limit of the day while yesterday's deals may count as today's.
    """
    broken, risen = _broken_limit(results, of_days=state.knows_clock), state.figures.rise.amount
    if broken is None or (risen and _holds_limits(state, config, with_rise_as_profit(state, account))):
        return False
    if not state.portfolio.trading_halted:
        why = broken.message(Decimals(account.digits, currency=account.currency))
        state.switches.latch(state.portfolio, broken.check.code.value, why)
        at, fall = state.portfolio.halt_timestamp, state.figures.unexplained
        explained = at is not None and fall < 0.0 and _holds_as_withdrawal(state, config, account, fall)
        state.provisional = (
            ProvisionalHalt(at, state.portfolio.halt_code, fall) if at is not None and explained else None
        )
    return True


def may_be_explained(state: RiskState) -> bool:
    """Return whether trading is halted for a fall of the balance that was unexplained, and nothing is any more."""
    halt, portfolio = state.provisional, state.portfolio
    if halt is not None and (portfolio.halt_timestamp, portfolio.halt_code) != (halt.at, halt.code):
        state.provisional = None  # a person has resumed, or halted
    return state.provisional is not None and state.ledger.open_since is None


def lift_explained(state: RiskState, results: Iterable[RuleResult]) -> bool:
    """Lift such a halt if balance deals named the fall a withdrawal and no limit is broken; return whether it was."""
    halt, state.provisional = state.provisional, None
    withdrawn = state.figures.withdrawn
    if halt is None or withdrawn > halt.fall * (1.0 - _RELATIVE_TOLERANCE) or _broken_limit(results) is not None:
        return False
    state.switches.end_halt(state.portfolio, "the fall of the balance was a withdrawal")
    return True


def _broken_limit(results: Iterable[RuleResult], *, of_days: bool = True) -> RuleResult | None:
    """Return the first result that halts trading, `of_days`, also by a limit of the day."""
    failed = (each for each in results if each.outcome is Outcome.FAIL)
    latching = (each for each in failed if isinstance(each.check, Rule) and each.check.latches)
    return next((each for each in latching if of_days or not getattr(each.check, "daily", False)), None)


def _holds_as_withdrawal(state: RiskState, config: RuleSettings, account: AccountView, fall: float) -> bool:
    """Return whether no limit would be broken if an unexplained fall were a withdrawal."""
    before = account.equity - fall
    if not account.equity > 0.0:
        return False
    peak, factor = max(state.portfolio.peak_equity, before), account.equity / before
    return _holds_limits(state, config, _with_changes(account, (peak - before) / peak, -fall, factor, came=fall))


def with_rise_as_profit(state: RiskState, account: AccountView) -> AccountView:
    """Return the account as it would be if an unexplained rise of the balance were a profit; as it is without one."""
    equity, rise = account.equity, state.figures.rise
    peak = max(state.portfolio.peak_equity / rise.factor, equity)
    if not (rise.amount and peak > 0.0):
        return account
    return _with_changes(account, (peak - equity) / peak, rise.amount, 1.0 / rise.factor, came=-rise.amount)


def _holds_limits(state: RiskState, config: RuleSettings, account: AccountView) -> bool:
    """Return whether no limit that halts is broken."""
    return _broken_limit(state.plan.limits_of(account, config).results) is None


def _with_changes(
    account: AccountView, drawdown: float, made: float, factor: float, *, came: float = 0.0
) -> AccountView:
    """Return the account with another drawdown, more made, other anchors by a factor, and money that came besides."""
    return msgspec.structs.replace(
        account,
        drawdown=drawdown,
        daily_pnl=account.daily_pnl + made,
        weekly_pnl=account.weekly_pnl + made,
        day_anchor=None if account.day_anchor is None else account.day_anchor * factor,
        week_anchor=None if account.week_anchor is None else account.week_anchor * factor,
        day_flow=account.day_flow + came,
    )


def withdraw(state: RiskState, effect: Effect, refusal: TradeDecision) -> None:
    """Undo an approval that could not be written: it is in flight no longer, and was refused."""
    reservation = effect.reservation
    if reservation is not None:
        state.book.release(reservation.intent_id)
        state.activity.admitted.pop(reservation.intent_id, None)
    state.metrics = state.metrics.plus(effect.metrics, -1).plus(metrics_of(refusal))


def _mark_equity(state: RiskState, context: RuleContext) -> None:
    """Write peak and drawdown to the portfolio."""
    portfolio, drawdown = state.portfolio, context.account.drawdown
    peak = max(portfolio.peak_equity, portfolio.equity)
    if peak != portfolio.peak_equity:
        portfolio.peak_equity = peak
    if portfolio.current_drawdown != drawdown:
        portfolio.current_drawdown = drawdown
    if drawdown == state.plain_drawdown():
        state.own_drawdown = drawdown


def _note_intent(state: RiskState, context: RuleContext) -> None:
    """Remember what was asked for."""
    intent = context.intent
    names = (intent.strategy_id or "", intent.symbol, intent.direction, intent.requested_volume, intent.intent_id or "")
    state.activity.note_asked(Asked(context.moment, *names))
    if intent.current_price is not None and not context.market.has_pool:
        state.sources.prices[intent.symbol] = intent.current_price


def _reserve_trade(state: RiskState, context: RuleContext, trade: ApprovedTrade, order_id: str) -> Reservation:
    """Count an approved trade as in flight until it appears among the positions."""
    instrument, intent, size = context.market.instrument, context.intent, context.size
    name = intent.intent_id or order_id
    if state.book.belongs_to_other(name, trade.symbol, trade.direction):
        name = order_id
    reservation = Reservation(
        intent_id=name,
        symbol=trade.symbol,
        direction=trade.direction,
        units=trade.position_units,
        notional=trade.position_units * (context.size.unit_notional or 0.0),
        base=instrument.base if instrument is not None else trade.symbol,
        profit=instrument.counter if instrument is not None else "",
        margin=(context.market.margin_per_lot or 0.0) * trade.lots,
        strategy_id=intent.strategy_id or "",
        approved_at=context.market.now,
        expires=context.moment + context.config.pending_ttl_seconds,
        reducing=trade.reducing,
        ticket=trade.position_ticket or 0,
        risk=0.0 if trade.reducing else trade.position_units * (size.unit_loss or 0.0) + size.moved_loss,
        lots=trade.lots,
        since=context.moment,
        order_id=order_id,
        magic=intent.magic or 0,
        closing=min(trade.position_units, context.exposure.reversing),
    )
    state.book.reserve(reservation)
    if not trade.reducing:
        state.activity.note_approval(trade.symbol, reservation.notional, context.moment, intent.intent_id)
    return reservation


def _count_execution(state: RiskState, context: RuleContext) -> bool:
    """Count an approved trade of a strategy; return whether it was the last before a person has to look."""
    strategy, config, moment = context.intent.strategy_id or "", context.config, context.moment
    if context.intent.source is IntentSource.TRADER or not config.max_executions:
        return False
    state.activity.note_execution(strategy, moment)
    done = state.activity.executed_since(strategy, moment - config.executions_window_seconds)
    if done < config.max_executions:
        return False
    del state.activity.executions[strategy]
    state.switches.suspend_strategy(strategy, f"{done} trades in a short time; look at it, then resume trading")
    return True


def _pace_strategy(state: RiskState, context: RuleContext, decision: TradeDecision) -> bool:
    """Keep count of a strategy's refusals, and throttle one that has too many; return whether that was done."""
    strategy, activity, config = context.intent.strategy_id or "", state.activity, context.config
    refused, moment = decision.rejected_trade, context.moment
    throttled = refused is not None and refused.rejection_reason is Throttle.code
    if not throttled and not context.exposure.reducing:
        named = ((each.level, each.name) for each in context.switches)
        for scope in {*scopes_of(context.intent.symbol, strategy), *named}:
            put_last(activity.heard, scope, moment)
    limit = config.rejection_velocity_count
    if context.intent.is_person_s or refused is None or not limit:
        return False
    activity.note_refusal(strategy, moment)
    if activity.refused_since(strategy, moment - config.rejection_velocity_window_seconds, limit) < limit:
        return False
    put_last(activity.throttled, strategy, moment + config.throttle_duration_seconds)
    return True
