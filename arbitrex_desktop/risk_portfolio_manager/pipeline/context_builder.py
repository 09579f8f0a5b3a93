# SPDX-License-Identifier: MIT
"""Builds what the rules look at: from the state, from the pool's memory, or from what the program gave.

Changes nothing that a decision is about; what is looked up for it, as an instrument, is kept where it belongs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from arbitrex_desktop.mt5.constants import AccountMarginMode
from arbitrex_desktop.mt5.results import AccountInfo
from arbitrex_desktop.raw_layer.amounts import currency_digits
from arbitrex_desktop.risk_portfolio_manager.decision.context import (
    AccountView,
    ExposureView,
    Joined,
    MarketView,
    RuleContext,
)
from arbitrex_desktop.risk_portfolio_manager.decision.intent import IntentSource, TradeIntent
from arbitrex_desktop.risk_portfolio_manager.market.portfolio_risk import JointRisk
from arbitrex_desktop.risk_portfolio_manager.parameters import RuleSettings
from arbitrex_desktop.risk_portfolio_manager.pipeline.quotes import entry_price, latest_quote
from arbitrex_desktop.risk_portfolio_manager.portfolio.exposures import (
    Exposures,
    closable_units,
    closing_instrument,
    towards,
)
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import Position, as_utc, real_positions
from arbitrex_desktop.risk_portfolio_manager.rules.registry import halt_is_over
from arbitrex_desktop.risk_portfolio_manager.state.risk_state import RiskState
from arbitrex_desktop.risk_portfolio_manager.state.sources import Sources, is_same_account

_RELATIVE_TOLERANCE: Final = 1e-9
_NETTING: Final = frozenset({AccountMarginMode.RETAIL_NETTING, AccountMarginMode.EXCHANGE})


class _Closable(msgspec.Struct, frozen=True):
    """What a trade could close: units, the position's number (0 for none), and the units that others are closing."""

    units: float = 0.0
    ticket: int = 0
    leaving: float = 0.0


def build_context(
    state: RiskState, intent: TradeIntent, config: RuleSettings, wall: datetime, *, record: bool = False
) -> RuleContext:
    """Return everything about an intent, once `RiskState.refresh` has brought the sums up to date.

    `wall` is this computer's time, UTC.  With `record` the intent is meant to be sent: a name that was approved
    before is a second trade then, and not the same one that is looked at again.
    """
    now, moment = state.sources.market_now(), state.sources.clock.monotonic()
    instrument = state.instrument(intent.symbol, config, intent)
    closable = _closable_position(state, intent, None if record else intent.intent_id)
    if instrument is None and closable.units > 0.0:
        instrument = closing_instrument(intent.symbol, state.portfolio.positions())
    return RuleContext(
        config,
        intent,
        _market_view(state, intent, config, (now, moment, instrument)),
        account_view(state, config, now, wall),
        _exposure_view(state, intent, config, (instrument, closable, record)),
        state.activity,
        state.switches.covering(intent.symbol, intent.strategy_id, instrument),
        moment,
    )


def _market_view(
    state: RiskState, intent: TradeIntent, config: RuleSettings, at: tuple[datetime, float, Instrument | None]
) -> MarketView:
    """Read what the pool has in memory of the symbol; without a pool, the last price given."""
    sources, symbol, (now, moment, instrument) = state.sources, intent.symbol, at
    pool, price = sources.pool, intent.order_price or intent.current_price
    if pool is None:
        price = price or sources.prices.get(symbol)
        return MarketView(now, False, False, instrument, price, price, calendar=sources.calendar)
    measured = state.stats.returns(symbol)
    shock, margin = measured.shock if measured is not None else None, pool.margin_per_lot(symbol, intent.direction)
    connected, quote = pool.is_connected(), latest_quote(pool, symbol, moment)
    if quote is None:
        return MarketView(now, True, connected, instrument, price, price, margin, shock, sources.calendar)
    mid, spread = quote.mid, quote.ask - quote.bid
    entry = intent.order_price or entry_price(quote, intent, 0.1 * intent.atr * config.atr_multiplier)
    closing, bps, age = entry - intent.direction * spread, spread / mid * 10_000.0, quote.age(moment)
    return MarketView(now, True, connected, instrument, entry, closing, margin, shock, sources.calendar, mid, bps, age)


def account_view(state: RiskState, config: RuleSettings, now: datetime, wall: datetime) -> AccountView:
    """Read the account; figures of a day or week that has ended are those of the new one."""
    portfolio, sources = state.portfolio, state.sources
    starts = state.resets(now, config)
    day, week = state.results(starts, config)
    until = portfolio.reducing_until
    reducing = portfolio.reducing_reason if until is None or wall < as_utc(until) else ""
    latest = _latest_account(sources)
    return AccountView(
        state.capital(config),
        portfolio.equity,
        state.drawdown(),
        day.pnl,
        week.pnl,
        starts[0],
        day.anchor,
        week.anchor,
        day.losses,
        portfolio.trading_halted and not halt_is_over(portfolio, starts[0], config),
        portfolio.halt_reason,
        reducing or "",
        sources.syncs,
        _synced_at(sources),
        latest,
        state.ledger.record,
        currency_digits(config.account_currency) if latest is None else latest.currency_digits,
        config.account_currency if latest is None else latest.currency,
        state.figures.day_balance if state.day.start == starts[0] else None,
        state.figures.day_flow,
    )


def _latest_account(sources: Sources) -> AccountInfo | None:
    """Return the account as last synced, or as polled since; before the first sync as polled."""
    reading = sources.newest or sources.polled
    return None if reading is None else reading.account


def _synced_at(sources: Sources) -> float | None:
    """Return when the account was synced; None before, and while the terminal is on another account."""
    synced, polled = sources.reading, sources.polled
    if synced is None or (polled is not None and not is_same_account(polled, synced)):
        return None
    return sources.synced_at


def _exposure_view(
    state: RiskState, intent: TradeIntent, config: RuleSettings, of: tuple[Instrument | None, _Closable, bool]
) -> ExposureView:
    """Read the sums as they bear on the intent, its own trade in flight left out."""
    (instrument, closable, record), reducible = of, of[1].units
    book, symbol, side, name = state.book, intent.symbol, intent.direction, intent.intent_id
    sums = book.without((name, *intent.instead_of))
    reducing, leaving = _as_exit(intent, closable, instrument.contract if instrument else 0.0)
    other = book.belongs_to_other(name, symbol, side)
    reused = name in book.traded or other or (record and (name in book.reserved or name in state.activity.admitted))
    held, flying, counter = sums.held, sums.in_flight, instrument.counter if instrument else ""
    strategy = intent.strategy_id or ""
    netting = _margin_mode(state) in _NETTING
    reverses = netting and reducible > 0.0 and not reducing
    return ExposureView(
        towards(held.manual_units if symbol in held.manual_units else held.units, flying.units, symbol, side),
        towards(held.notional, flying.notional, symbol, side),
        symbol in held.manual_units,
        towards(held.currency, flying.currency, instrument.base, side) if instrument else 0.0,
        towards(held.currency, flying.currency, counter, -side) if counter else 0.0,
        max(0.0, side * held.net) + flying.net.get(side, 0.0),
        held.gross + flying.gross,
        flying.margin,
        held.count + len(flying.opened) - reverses,
        held.by_symbol.get(symbol, 0) + flying.by_symbol.get(symbol, 0) - reverses,
        held.by_strategy.get(strategy, 0) + flying.by_strategy.get(strategy, 0),
        held.opened + flying.opened if flying.opened else held.opened,
        held.unknown,
        held.unpriced,
        reducible,
        reducing,
        reused,
        not reused and (name in state.activity.admitted or book.flies(intent.instead_of)),
        None if reducing or instrument is None or held.unknown else _joint_risk(state, intent, sums, config),
        closable.ticket if reducing else 0,
        leaving,
        record and name in book.reserved and not other,
        held.lots + flying.lots,
        held.open_risk + flying.risk,
        held.entry_risk + flying.risk,
        held.without_stop,
        reducible if reverses else 0.0,
        _position_to_enlarge(state, intent) if netting and book.holds(symbol, side) else None,
    )


def _as_exit(intent: TradeIntent, closable: _Closable, contract: float) -> tuple[bool, bool]:
    """Return whether a trade only takes off what it could close, and whether others are taking off what it would.

    More than is held at all is no exit, unless it says that it is one.
    """
    asked = intent.requested_volume
    units = 0.0 if asked is None else asked * contract * (1.0 - _RELATIVE_TOLERANCE)
    if closable.units > 0.0 and units <= closable.units:
        return True, False
    declared = intent.reduce_only or intent.position_ticket is not None
    return False, closable.leaving > 0.0 and (declared or units <= closable.units + closable.leaving)


def _margin_mode(state: RiskState) -> int | None:
    """Return how the account keeps positions; None where that is not known."""
    account = _latest_account(state.sources)
    return None if account is None else account.margin_mode


def _position_to_enlarge(state: RiskState, intent: TradeIntent) -> Joined | None:
    """Return the position that a trade enlarges, which the broker keeps as one under the last trade's stop."""
    held = (each for each in real_positions(state.portfolio) if each.symbol == intent.symbol)
    own = next((each for each in held if each.direction == intent.direction), None)
    return None if own is None else Joined(closable_units(own), own.entry_price, own.stop_loss)


def _closable_position(state: RiskState, intent: TradeIntent, own: str | None) -> _Closable:
    """Return what a trade could close: the position that it names, its strategy's own, or the oldest.

    On a hedging account, and where it is not known how the account keeps positions, a trade opens one unless it says
    that it only reduces; and a strategy closes no position that is known to be another's.  An order that rests is
    judged as one that opens: what
    is held when it is filled is not known.  `own`, an intent whose trade in flight is left out.
    """
    book, symbol, side = state.book, intent.symbol, intent.direction
    if not book.holds(symbol, -side) or intent.rests:
        return _Closable()
    mode = _margin_mode(state)
    hedging = mode not in _NETTING and state.sources.pool is not None
    if hedging and not intent.reduce_only and intent.position_ticket is None:
        return _Closable()
    against = [each for each in real_positions(state.portfolio) if (each.symbol, each.direction) == (symbol, -side)]
    if intent.position_ticket is not None:
        against = [each for each in against if each.ticket == intent.position_ticket]
    if hedging and intent.source is IntentSource.STRATEGY and intent.strategy_id is not None:
        against = [each for each in against if each.strategy_id in ("", intent.strategy_id)]
    if against and not (hedging and all(each.ticket for each in against)):
        return _Closable(book.reducible(symbol, side, own), against[0].ticket, book.leaving(symbol, side, own))
    return _first_left(state, intent, own, against)


def _first_left(state: RiskState, intent: TradeIntent, own: str | None, against: list[Position]) -> _Closable:
    """Return the first position of which something is left; the strategy's own come first, then the oldest."""
    against.sort(
        key=lambda each: (each.strategy_id != (intent.strategy_id or ""), as_utc(each.entry_time), each.ticket)
    )
    leaving = 0.0
    for each in against:
        going = state.book.leaving(intent.symbol, intent.direction, own, each.ticket)
        leaving += going
        left = closable_units(each) - going
        if left > _RELATIVE_TOLERANCE * closable_units(each):
            return _Closable(left, each.ticket, leaving)
    return _Closable(leaving=leaving)


def _joint_risk(state: RiskState, intent: TradeIntent, sums: Exposures, config: RuleSettings) -> JointRisk:
    """Return how the symbol moves with the portfolio."""
    floors = config.correlation_floors
    floor = min(floors.values()) if intent.regime is None else floors[intent.regime]
    held, flying = sums.held.notional, sums.in_flight.notional
    return state.risk.of(held, flying, intent.symbol, intent.direction, floor, config)
