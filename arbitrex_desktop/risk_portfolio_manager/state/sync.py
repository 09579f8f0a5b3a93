# SPDX-License-Identifier: MIT
"""Takes a synced account over into the state."""

from __future__ import annotations

import math
from datetime import datetime

from arbitrex_desktop.mt5.constants import PositionType
from arbitrex_desktop.mt5.results import TradePosition
from arbitrex_desktop.paths import account_file_stem
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import AccountReading
from arbitrex_desktop.risk_portfolio_manager.parameters import RuleSettings
from arbitrex_desktop.risk_portfolio_manager.portfolio.account_sync import SyncedAccount
from arbitrex_desktop.risk_portfolio_manager.portfolio.pnl_ledger import PnlFigures, PnlLedger
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import (
    OpenPositions,
    Position,
    real_positions,
)
from arbitrex_desktop.risk_portfolio_manager.state.repository import Loaded
from arbitrex_desktop.risk_portfolio_manager.state.risk_state import RiskState
from arbitrex_desktop.risk_portfolio_manager.state.sources import is_same_account


def account_name(reading: AccountReading) -> str:
    """Return the name under which an account's state is kept."""
    return account_file_stem(reading.account.server, reading.account.login)


def ledger_of(loaded: Loaded) -> PnlLedger:
    """Return the ledger that was kept; a new one when there is none."""
    return PnlLedger() if loaded.state is None else loaded.state.ledger


def forget_account(state: RiskState) -> None:
    """Clear what belonged to another account; a halt and switches stay, which only a person lifts."""
    for each in state.book.reservations:
        state.book.release(each.intent_id)
    state.activity.last_by_symbol.clear()


def take_over(state: RiskState, synced: SyncedAccount, pool: PoolReader, config: RuleSettings, started: float) -> None:
    """Take a reading over; `started`, when the sync began, in monotonic seconds."""
    reading, portfolio = synced.reading, state.portfolio
    starts = state.resets(synced.read_at, config)
    figures = state.ledger.update(reading.account, synced.deals, pool.server_time_to_utc, synced.read_at, starts)
    state.sources.reading, state.sources.synced_at, state.sources.newest = reading, started, reading
    state.day_start, state.week_start = starts
    _write(state, synced, figures, config.loss_anchor)
    _show_positions(reading, pool, state)
    state.refresh(config)
    state.book.publish(portfolio)


def take_polled(state: RiskState) -> None:
    """Let the portfolio show the account as the pool polled it since the last sync; reads memory only.

    Deals are not known before the next sync: what the balance fell by counts as a loss until then, and what it rose
    by as no profit.
    """
    pool, known = state.sources.pool, state.sources.newest
    polled = None if pool is None or known is None else pool.latest_account()
    if pool is None or known is None or polled is None or polled is known:
        return
    if polled.monotonic < known.monotonic or not is_same_account(polled, known):
        return
    portfolio, account, before = state.portfolio, polled.account, known.account
    fall = min(0.0, account.balance + account.credit - before.balance - before.credit)
    portfolio.total_capital, portfolio.equity = account.balance, account.equity
    portfolio.unrealized_pnl, portfolio.last_update = account.profit, polled.observed_at
    portfolio.daily_pnl += fall
    portfolio.weekly_pnl += fall
    portfolio.current_drawdown = state.own_drawdown = state.plain_drawdown()
    state.sources.newest = polled
    if polled.positions != known.positions:
        _show_positions(polled, pool, state)


def _show_positions(reading: AccountReading, pool: PoolReader, state: RiskState) -> None:
    """Put the broker's positions into the portfolio, in place of all that was set up there."""
    known = {position.ticket: position.strategy_id for position in real_positions(state.portfolio)}
    found = [_position(each, pool, state, known.get(each.ticket)) for each in reading.positions]
    state.portfolio.open_positions = OpenPositions.of(found)
    state.book.forget_manual_values()


def _write(state: RiskState, synced: SyncedAccount, figures: PnlFigures, anchor: str) -> None:
    """Write a reading's figures to the portfolio."""
    account, portfolio = synced.reading.account, state.portfolio
    portfolio.total_capital, portfolio.equity = account.balance, account.equity
    portfolio.unrealized_pnl, portfolio.peak_equity = account.profit, figures.peak
    portfolio.realized_pnl, portfolio.daily_pnl = figures.realized, figures.daily_pnl
    portfolio.weekly_pnl, portfolio.consecutive_losses = figures.weekly_pnl, figures.consecutive_losses
    portfolio.day_anchor, portfolio.week_anchor = figures.day.by(anchor), figures.week.by(anchor)
    portfolio.current_drawdown = state.own_drawdown = state.plain_drawdown()
    portfolio.last_update = synced.reading.observed_at


def _position(raw: TradePosition, pool: PoolReader, state: RiskState, strategy: str | None) -> Position:
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
        strategy_id=_strategy(raw.symbol, direction, state) if strategy is None else strategy,
    )


def _strategy(symbol: str, direction: int, state: RiskState) -> str:
    """Return whose position it is: that of a trade in flight that it fits."""
    for each in state.book.reservations:
        if (each.symbol, each.direction, each.reducing) == (symbol, direction, False):
            return each.strategy_id
    return ""
