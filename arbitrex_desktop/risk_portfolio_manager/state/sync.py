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
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import OpenPositions, Position
from arbitrex_desktop.risk_portfolio_manager.state.kill_switches import lift_halt
from arbitrex_desktop.risk_portfolio_manager.state.repository import Loaded
from arbitrex_desktop.risk_portfolio_manager.state.risk_state import RiskState


def account_name(reading: AccountReading) -> str:
    """Return the name under which an account's state is kept."""
    return account_file_stem(reading.account.server, reading.account.login)


def ledger_of(loaded: Loaded) -> PnlLedger:
    """Return the ledger that was kept; a new one when there is none."""
    return PnlLedger() if loaded.state is None else loaded.state.ledger


def forget_account(state: RiskState) -> None:
    """Clear what belonged to another account."""
    lift_halt(state.portfolio)
    state.switches.clear()
    for each in state.book.reservations:
        state.book.release(each.intent_id)
    state.activity.last_by_symbol.clear()


def take_over(state: RiskState, synced: SyncedAccount, pool: PoolReader, config: RuleSettings, started: float) -> None:
    """Take a reading over; `started`, when the sync began, in monotonic seconds."""
    reading, portfolio = synced.reading, state.portfolio
    starts = state.resets(synced.read_at, config)
    figures = state.ledger.update(reading.account, synced.deals, pool.server_time_to_utc, synced.read_at, starts)
    state.sources.reading, state.sources.synced_at = reading, started
    state.day_start, state.week_start = starts
    _write(state, synced, figures, config.loss_anchor)
    portfolio.open_positions = OpenPositions.of(_position(each, pool, state) for each in reading.positions)
    state.book.forget_manual_values()
    state.refresh(config)
    state.book.publish(portfolio)


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


def _position(raw: TradePosition, pool: PoolReader, state: RiskState) -> Position:
    """Return a broker's position as the portfolio keeps it; its strategy is that of the trade it came from."""
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
        strategy_id=_strategy(raw.ticket, raw.symbol, direction, state),
    )


def _strategy(ticket: int, symbol: str, direction: int, state: RiskState) -> str:
    """Return whose position it is: as known before, else that of a trade in flight that it fits."""
    for known in state.portfolio.positions():
        if known.ticket == ticket:
            return known.strategy_id
    for each in state.book.reservations:
        if (each.symbol, each.direction, each.reducing) == (symbol, direction, False):
            return each.strategy_id
    return ""
