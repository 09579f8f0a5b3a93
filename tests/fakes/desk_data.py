# SPDX-License-Identifier: MIT
"""Builders of what the core shows: a quiet, healthy demo account unless a test says otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.snapshot import (
    AccountRow,
    DeskSnapshot,
    EquityPoint,
    IntentRow,
    OrderRow,
    PositionRow,
    RiskRow,
    SwitchRow,
)
from arbitrex_desktop.raw_layer.views import AccountMode, ConnectionState, PoolStats, Quote
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from tests.fakes.clock import START
from tests.fakes.records import replace

CHECKS = (
    Verdict("TRADING_HALTED", Outcome.PASS, None, None, "", "Trading is active"),
    Verdict("MAX_DRAWDOWN", Outcome.PASS, 0.012, 0.10, "fraction", "Drawdown is within its limit"),
    Verdict("MAX_SYMBOL_EXPOSURE", Outcome.ADJUST, 90_000.0, 60_000.0, "units", "Cut to the limit for one symbol"),
    Verdict("MAX_CORRELATION", Outcome.SKIPPED, None, None, "", "No correlation source was given"),
)


def quote(symbol: str = "EURUSD", bid: float = 1.1, **changes: Any) -> Quote:
    """Return a quote received at the manual clock's start."""
    base = Quote(symbol, bid, bid + 0.0001, bid, START, 1_000.0, direction=1, ticks=7)
    return replace(base, **changes)


def pool_stats(**changes: Any) -> PoolStats:
    """Return the figures of a connected pool."""
    base = PoolStats(
        ConnectionState.CONNECTED, START - timedelta(minutes=5), "connected", "main", AccountMode.SIMULATED,
        login=5001234, server="Simulated-Demo", terminal="simulated", attempts=1, initialize_calls=1, connections=1,
        host_pid=4242, symbols=("EURUSD", "USDJPY", "XAUUSD"), ticks_total=12_345, ticks_per_second=205.4,
        symbols_with_ticks=3, server_offset_seconds=7_200, last_poll_at=START,
    )  # fmt: skip
    return replace(base, **changes)


def account_row(**changes: Any) -> AccountRow:
    """Return an account with three positions' worth of margin."""
    base = AccountRow(
        5001234, "Simulated-Demo", "Arbitrex Simulator", "EUR", 100, 100_000.0, 100_412.35, 2_345.6, 98_066.75,
        4_280.88, 412.35, START,
    )  # fmt: skip
    return replace(base, **changes)


SWITCH = SwitchRow("SYMBOL", "EURUSD", "SUSPEND", "odd fills", START)
"""A kill switch that was set by hand."""


def risk_row(**changes: Any) -> RiskRow:
    """Return an active portfolio within its limits."""
    base = RiskRow(
        "ACTIVE", "", None, 101_000.0, 0.0058, 0.10, -312.5, 2_000.0, 812.25, 5_000.0,
        {"USD": -61_000.0, "EUR": 58_000.0}, {"EURUSD": 50_000.0}, 0.0031, 0.03, 100_724.0,
    )  # fmt: skip
    return replace(base, **changes)


def position_row(ticket: int = 1, **changes: Any) -> PositionRow:
    """Return a winning EURUSD position."""
    base = PositionRow(
        ticket, "EURUSD", 1, 0.5, 1.1, 1.1021, 5, 1.095, 1.11, 105.0, -0.8, START - timedelta(hours=2), 0, "", "",
        currency="EUR",
    )  # fmt: skip
    return replace(base, **changes)


def order_row(ticket: int = 31, **changes: Any) -> OrderRow:
    """Return an order of the trader's own to buy EURUSD lower."""
    base = OrderRow(
        ticket, "EURUSD", "BUY LIMIT", 1, 0.3, 1.09, 5, 1.085, 1.1, START - timedelta(hours=1), 0, "",
    )  # fmt: skip
    return replace(base, **changes)


def intent_row(intent_id: str = "aaaa1111", **changes: Any) -> IntentRow:
    """Return an intent that may be approved for 100 more seconds."""
    base = IntentRow(
        intent_id, "manual", "EURUSD", 1, IntentState.PENDING, START - timedelta(seconds=20),
        START + timedelta(seconds=100), START - timedelta(seconds=20), decision="ADJUSTED", lots=0.6, price=1.1,
        stop_loss=1.095, take_profit=1.11, risk_amount=300.0, risk_pct=0.003, confidence=0.7, regime="TRENDING",
        checks=CHECKS, can_approve=True,
    )  # fmt: skip
    return replace(base, **changes)


def desk_snapshot(**changes: Any) -> DeskSnapshot:
    """Return a synced, connected desk with one position and one pending intent, taken at the manual clock's start."""
    sync = {
        "using_mt5_pool": True,
        "initialized_by_sync": False,
        "mt5_initialized": True,
        "mt5_available": True,
        "last_sync_time": START.isoformat(),
        "sync_count": 42,
        "sync_failures": 0,
    }
    points = tuple(
        EquityPoint(START - timedelta(seconds=60 - second), 100_000.0 + second, 100_000.0) for second in range(60)
    )
    base = DeskSnapshot(
        START, pool_stats(), sync, account_row(), risk_row(), (position_row(),), (), (intent_row(),), points
    )
    return replace(base, **{"takes_intents": True, **changes})
