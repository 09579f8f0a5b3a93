# SPDX-License-Identifier: MIT
"""Builds what the rules look at: from the state, from the pool's memory, or from what the program gave.  Only reads."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from arbitrex_desktop.raw_layer.views import AccountReading
from arbitrex_desktop.risk_portfolio_manager.decision.context import (
    AccountView,
    ExposureView,
    MarketView,
    RuleContext,
)
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.market.portfolio_risk import JointRisk
from arbitrex_desktop.risk_portfolio_manager.parameters import RuleSettings
from arbitrex_desktop.risk_portfolio_manager.pipeline.quotes import entry_price, latest_quote, newer_account
from arbitrex_desktop.risk_portfolio_manager.portfolio.exposure_book import Exposures
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import as_utc
from arbitrex_desktop.risk_portfolio_manager.state.risk_state import RiskState
from arbitrex_desktop.risk_portfolio_manager.state.sources import Sources, closing_instrument, is_same_account

_RELATIVE_TOLERANCE: Final = 1e-9


def build_context(state: RiskState, intent: TradeIntent, config: RuleSettings, wall: datetime) -> RuleContext:
    """Return everything about an intent, once `RiskState.refresh` has brought the sums up to date.

    `wall` is this computer's time, UTC.
    """
    now, moment = state.sources.market_now(), state.sources.clock.monotonic()
    instrument = state.instrument(intent.symbol, config, intent)
    reducible = state.book.reducible(intent.symbol, intent.direction, intent.intent_id)
    if instrument is None and reducible > 0.0:
        instrument = closing_instrument(intent.symbol, state.portfolio.positions())
    return RuleContext(
        config,
        intent,
        _market(state, intent, config, (now, moment, instrument)),
        _account(state, config, (now, wall, moment)),
        _exposure(state, intent, config, instrument, reducible),
        state.activity,
        state.switches.covering(intent.symbol, intent.strategy_id),
        moment,
    )


def _market(
    state: RiskState, intent: TradeIntent, config: RuleSettings, at: tuple[datetime, float, Instrument | None]
) -> MarketView:
    """Read what the pool has in memory of the symbol; without a pool, the last price given."""
    sources, symbol, (now, moment, instrument) = state.sources, intent.symbol, at
    pool, calendar = sources.pool, sources.calendar
    if pool is None:
        price = intent.current_price or sources.prices.get(symbol)
        return MarketView(now, False, False, instrument, price, None, None, None, None, None, calendar)
    measured = state.stats.returns(symbol)
    shock, margin = measured.shock if measured is not None else None, pool.margin_per_lot(symbol, intent.direction)
    connected, price, quote = pool.is_connected(), intent.current_price, latest_quote(pool, symbol, moment)
    if quote is None:
        return MarketView(now, True, connected, instrument, price, None, None, None, margin, shock, calendar)
    mid, spread = quote.mid, quote.ask - quote.bid
    near = 0.1 * intent.atr * config.atr_multiplier
    return MarketView(
        now,
        True,
        connected,
        instrument,
        entry_price(quote, intent, near),
        mid,
        spread / mid * 10_000.0,
        quote.age(moment),
        margin,
        shock,
        calendar,
    )


def _account(state: RiskState, config: RuleSettings, at: tuple[datetime, datetime, float]) -> AccountView:
    """Read the account; figures of a day or week that has ended are those of the new one."""
    portfolio, sources, (now, wall, moment) = state.portfolio, state.sources, at
    day, week = state.resets(now, config)
    new_day = state.day_start is not None and day > state.day_start
    new_week = state.week_start is not None and week > state.week_start
    until = portfolio.reducing_until
    reducing = portfolio.reducing_reason if until is None or wall < as_utc(until) else ""
    polled = None if sources.pool is None else sources.pool.latest_account()
    return AccountView(
        state.capital(config),
        portfolio.equity,
        state.drawdown(),
        0.0 if new_day else portfolio.daily_pnl,
        0.0 if new_week else portfolio.weekly_pnl,
        day,
        state.fresh_anchor(config) if new_day else portfolio.day_anchor,
        state.fresh_anchor(config) if new_week else portfolio.week_anchor,
        portfolio.consecutive_losses,
        portfolio.trading_halted,
        portfolio.halt_reason,
        reducing or "",
        sources.syncs,
        _sync_age(sources, polled, moment),
        newer_account(polled, sources.reading),
    )


def _sync_age(sources: Sources, polled: AccountReading | None, moment: float) -> float | None:
    """Return how long ago the account was synced; None before, and while the terminal is on another account."""
    if sources.synced_at is None or sources.reading is None:
        return None
    if polled is not None and not is_same_account(polled, sources.reading):
        return None
    return moment - sources.synced_at


def _exposure(
    state: RiskState, intent: TradeIntent, config: RuleSettings, instrument: Instrument | None, reducible: float
) -> ExposureView:
    """Read the sums as they bear on the intent, its own trade in flight left out."""
    book, symbol, side, name = state.book, intent.symbol, intent.direction, intent.intent_id
    sums = book.without(name)
    asked, contract = intent.requested_volume, instrument.contract if instrument else 0.0
    reducing = reducible > 0.0 and (asked is None or asked * contract <= reducible * (1.0 + _RELATIVE_TOLERANCE))
    reused = name in book.traded or (name in book.reserved and book.belongs_to_other(name, symbol, side))
    held, in_flight = sums.held, sums.in_flight
    return ExposureView(
        sums.units_towards(symbol, side),
        sums.notional_towards(symbol, side),
        symbol in held.manual_units,
        sums.currency_towards(instrument.base, side) if instrument else 0.0,
        sums.currency_towards(instrument.profit, -side) if instrument else 0.0,
        sums.net_towards(side),
        sums.gross,
        in_flight.margin,
        sums.count,
        sums.count_in(symbol),
        sums.count_of(intent.strategy_id),
        held.opened + in_flight.opened,
        held.unknown,
        held.unpriced,
        reducible,
        reducing,
        reused,
        not reused and state.activity.admits(name),
        None if reducing or instrument is None or held.unknown else _joint(state, intent, sums, config),
    )


def _joint(state: RiskState, intent: TradeIntent, sums: Exposures, config: RuleSettings) -> JointRisk:
    """Return how the symbol moves with the portfolio."""
    floor = config.correlation_floors[intent.regime]
    notional = sums.held.notional, sums.in_flight.notional
    return state.risk.of(*notional, intent.symbol, intent.direction, floor, config)
