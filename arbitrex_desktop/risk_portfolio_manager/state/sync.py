# SPDX-License-Identifier: MIT
"""Takes a synced account over into the state."""

from __future__ import annotations

import math
from datetime import datetime

import msgspec

from arbitrex_desktop.mt5.constants import OrderType, PositionType
from arbitrex_desktop.mt5.results import TradeOrder, TradePosition
from arbitrex_desktop.paths import account_file_stem
from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import AccountReading
from arbitrex_desktop.risk_portfolio_manager.decision.decision import RiskMetrics
from arbitrex_desktop.risk_portfolio_manager.parameters import RuleSettings
from arbitrex_desktop.risk_portfolio_manager.portfolio.account_sync import SyncedAccount
from arbitrex_desktop.risk_portfolio_manager.portfolio.balance_changes import of_credit, smallest_amount
from arbitrex_desktop.risk_portfolio_manager.portfolio.fills import OrderOwners, orders_in, side_of
from arbitrex_desktop.risk_portfolio_manager.portfolio.pnl_ledger import PnlFigures, PnlLedger
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import (
    OpenPositions,
    Position,
    real_positions,
)
from arbitrex_desktop.risk_portfolio_manager.portfolio.trading_days import trading_day
from arbitrex_desktop.risk_portfolio_manager.portfolio.working_orders import Reservation, WorkingOrders, working_name
from arbitrex_desktop.risk_portfolio_manager.state.periods import Period
from arbitrex_desktop.risk_portfolio_manager.state.repository import Loaded
from arbitrex_desktop.risk_portfolio_manager.state.risk_state import RiskState
from arbitrex_desktop.risk_portfolio_manager.state.saved_state import SavedState
from arbitrex_desktop.risk_portfolio_manager.state.sources import is_same_account
from arbitrex_desktop.texts import N_


def account_name(reading: AccountReading) -> str:
    """Return the name under which an account's state is kept."""
    return account_file_stem(*reading.account.key)


def ledger_of(loaded: Loaded) -> PnlLedger:
    """Return the ledger that was kept; a new one when there is none."""
    return loaded.state.ledger if isinstance(loaded.state, SavedState) else PnlLedger()


def forget_account(state: RiskState) -> None:
    """Clear what belonged to another account; a halt and switches stay, which only a person lifts."""
    for each in state.book.reservations:
        state.book.release(each.intent_id)
    state.book.working = WorkingOrders()
    state.book.owners, state.portfolio.open_positions = OrderOwners(), OpenPositions()
    state.activity.last_by_symbol.clear()
    state.day, state.week = Period(), Period()
    state.figures, state.provisional, state.metrics = PnlFigures(), None, RiskMetrics()
    state.begins_anew = False


def take_over(state: RiskState, synced: SyncedAccount, pool: PoolReader, config: RuleSettings, started: float) -> bool:
    """Take a reading over; `started`, when the sync began, in monotonic seconds.

    Return whether the account's peak rose, which no deal tells later.
    """
    reading, portfolio, peak = synced.reading, state.portfolio, state.figures.peak
    starts = state.resets(synced.read_at, config)
    _take_figures(state, synced, pool, starts)
    sources = state.sources
    sources.reading, sources.synced_at, sources.newest, sources.polled = reading, started, reading, reading
    state.roll_over(starts, config)
    if synced.knows_clock and config.initial_balance > 0.0:
        _take_days(state, synced, pool, config)
    _write_figures(state, reading, config.loss_anchor)
    state.book.seen_from = started
    if state.book.reserved:
        state.book.take_orders(orders_in(reading, synced.deals, synced.orders, pool))
    _show_positions(reading, pool, state)
    _show_orders(reading, pool, state, config)
    state.refresh(config)
    state.book.publish(portfolio)
    return state.figures.peak > peak


def _take_figures(state: RiskState, synced: SyncedAccount, pool: PoolReader, starts: tuple[datetime, datetime]) -> None:
    """Compute peak, anchors and profit.

    An account that is seen for the first time begins anew until the server's clock is known, but for its peak: what its
    day and week began with is reckoned from their deals.
    """
    ledger, before = state.ledger, state.ledger.closing
    if state.begins_anew:
        ledger.closing = None
    state.figures = ledger.update(synced.reading.account, synced.deals, pool.server_time_to_utc, synced.read_at, starts)
    if state.begins_anew and before is not None and ledger.closing is not None:
        peak = max(before.peak, ledger.closing.peak)
        ledger.closing = msgspec.structs.replace(ledger.closing, peak=peak)
        state.figures = msgspec.structs.replace(state.figures, peak=peak)
    state.knows_clock = synced.knows_clock
    state.begins_anew = not synced.knows_clock and (before is None or state.begins_anew)


def _take_days(state: RiskState, synced: SyncedAccount, pool: PoolReader, config: RuleSettings) -> None:
    """Bring the record of the account's days up to date, by the firm's clock."""

    def day_of(moment: datetime) -> str:
        return trading_day(moment, config.reset_hour, config.reset_timezone).isoformat()

    figures, (day_start, _) = state.figures, state.resets(synced.read_at, config)
    balance = (figures.day_balance or 0.0) + figures.rise.before(day_start)
    deals = [(day_of(pool.server_time_to_utc(each.time)), each) for each in synced.deals]
    state.ledger.record = state.ledger.record.after(synced.reading.account, balance, deals, day_of(synced.read_at))


def take_polled(state: RiskState, config: RuleSettings) -> None:
    """Let the portfolio show the account as the pool polled it since the last sync; reads memory only.

    Deals are not known before the next sync: what the balance fell by counts as a loss until then, and what it rose
    by as no profit.  What the credit changed by came or went.
    """
    pool, known = state.sources.pool, state.sources.newest
    polled = state.sources.polled = None if pool is None else pool.latest_account()
    if pool is None or known is None or polled is None or polled is known:
        return
    if polled.monotonic < known.monotonic or not is_same_account(polled, known):
        return
    portfolio, account, before = state.portfolio, polled.account, known.account
    changed = account.balance + account.credit - before.balance - before.credit
    credit = of_credit(changed, account.credit - before.credit, smallest_amount(account))
    fall = min(0.0, changed - credit)
    portfolio.total_capital, portfolio.equity = account.balance, account.equity
    portfolio.unrealized_pnl, portfolio.last_update = account.profit, polled.observed_at
    portfolio.daily_pnl += fall
    portfolio.weekly_pnl += fall
    state.figures.unexplained += fall
    if credit and account.equity > max(0.0, credit):
        _scale_peak_and_anchors(state, account.equity / (account.equity - credit))
        state.figures.day_flow += credit
    portfolio.current_drawdown = state.own_drawdown = state.plain_drawdown()
    state.sources.newest, state.book.seen_from = polled, polled.monotonic
    if state.book.reserved and (polled.positions, polled.orders) != (known.positions, known.orders):
        state.book.take_orders(orders_in(polled, (), (), pool))
    if polled.orders != known.orders:
        _show_orders(polled, pool, state, config)
    if polled.positions != known.positions:
        _show_positions(polled, pool, state)


def _scale_peak_and_anchors(state: RiskState, factor: float) -> None:
    """Scale peak and anchors by what money that came or went has left of the equity."""
    portfolio = state.portfolio
    portfolio.peak_equity *= factor
    portfolio.day_anchor = None if portfolio.day_anchor is None else portfolio.day_anchor * factor
    portfolio.week_anchor = None if portfolio.week_anchor is None else portfolio.week_anchor * factor


def _show_positions(reading: AccountReading, pool: PoolReader, state: RiskState) -> None:
    """Put the broker's positions into the portfolio, in place of all that was set up there."""
    known = {position.ticket: position.strategy_id for position in real_positions(state.portfolio)}
    found = [_portfolio_position(each, pool, state, known.get(each.ticket)) for each in reading.positions]
    state.portfolio.open_positions = OpenPositions.of(found)
    state.book.forget_manual_values()


def _show_orders(reading: AccountReading, pool: PoolReader, state: RiskState, config: RuleSettings) -> None:
    """Count the orders that work at the broker, whoever placed them, as what they would become."""
    found: list[Reservation] = []
    unknown: str | Phrase = ""
    for order in reading.orders:
        direction = side_of(order) if order.type > OrderType.SELL else 0  # one at the market does not rest
        working = _working_order(order, direction, pool, state, config) if direction else None
        if working is not None:
            found.append(working)
        elif direction:
            unknown = Phrase(
                N_("what order #{ticket} in {symbol} would do cannot be valued"),
                {"ticket": str(order.ticket), "symbol": order.symbol},
            )
    state.book.take_working(found, unknown)


def _working_order(
    order: TradeOrder, direction: int, pool: PoolReader, state: RiskState, config: RuleSettings
) -> Reservation | None:
    """Return an order as a trade in flight; None where a figure of its symbol is not known."""
    instrument, margin = state.instrument(order.symbol, config), pool.margin_per_lot(order.symbol, direction)
    if instrument is None or margin is None or not math.isfinite(instrument.value):
        return None
    units, price = order.volume_current * instrument.contract, order.price_stoplimit or order.price_open
    at_stop = (price - order.sl) * direction / price if order.sl and price else config.loss_without_stop
    notional = units * price * instrument.value
    return Reservation(
        intent_id=working_name(order.ticket),
        symbol=order.symbol,
        direction=direction,
        units=units,
        notional=notional,
        base=instrument.base,
        profit=instrument.counter,
        margin=margin * order.volume_current,
        strategy_id="",
        approved_at=pool.server_time_to_utc(order.time_setup),
        expires=math.inf,
        ticket=order.ticket,
        risk=max(0.0, at_stop) * notional,
        lots=order.volume_current,
    )


def _write_figures(state: RiskState, reading: AccountReading, anchor: str) -> None:
    """Write a reading's figures to the portfolio."""
    account, portfolio, figures = reading.account, state.portfolio, state.figures
    portfolio.total_capital, portfolio.equity = account.balance, account.equity
    portfolio.unrealized_pnl, portfolio.peak_equity = account.profit, figures.peak
    portfolio.realized_pnl, portfolio.daily_pnl = figures.realized, figures.daily_pnl
    portfolio.weekly_pnl, portfolio.consecutive_losses = figures.weekly_pnl, figures.consecutive_losses
    portfolio.day_anchor, portfolio.week_anchor = figures.day.by(anchor), figures.week.by(anchor)
    portfolio.current_drawdown = state.own_drawdown = state.plain_drawdown()
    portfolio.last_update = reading.observed_at


def _portfolio_position(raw: TradePosition, pool: PoolReader, state: RiskState, strategy: str | None) -> Position:
    """Return a broker's position as the portfolio keeps it; its strategy, if not known, that of its trade."""
    info = pool.symbol_info(raw.symbol)
    direction = 1 if raw.type == PositionType.BUY else -1
    entered: datetime = pool.server_time_to_utc(raw.time)
    return Position(
        symbol=raw.symbol,
        direction=direction,
        units=math.nan if info is None else raw.volume * info.trade_contract_size,
        entry_price=raw.price_open,
        entry_time=entered,
        unrealized_pnl=raw.profit,
        ticket=raw.ticket,
        lots=raw.volume,
        current_price=raw.price_current or None,
        stop_loss=raw.sl or None,
        take_profit=raw.tp or None,
        strategy_id=strategy or _strategy_of_position(raw, direction, state),
    )


def _strategy_of_position(raw: TradePosition, direction: int, state: RiskState) -> str:
    """Return whose position it is: that of the trade its order came of, or, of one without marks, that it fits."""
    known = state.book.owners.strategy_of(raw.identifier or raw.ticket)
    if known or raw.magic or raw.comment:
        return known
    fitting = (each for each in state.book.reservations if not each.reducing)
    own = (each.strategy_id for each in fitting if (each.symbol, each.direction) == (raw.symbol, direction))
    return next(own, "")
