# SPDX-License-Identifier: MIT
"""A simulated broker whose names carry suffixes, from the start to a filled order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.journal import journal_opener
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager, RPMConfig
from tests.desk.conftest import intent

pytestmark = pytest.mark.slow

HEADER = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>\n"


def export(folder: Path, symbol: str, bid: float) -> Path:
    """Write an hour of a symbol's ticks as MetaTrader exports them, one a second."""
    rows = (
        f"2026.03.11\t10:{second // 60:02}:{second % 60:02}.000\t{bid + second % 7 * 1e-5:.5f}"
        f"\t{bid + 1e-4 + second % 7 * 1e-5:.5f}\t\t\t6\n"
        for second in range(3600)
    )
    path = folder / f"{symbol}.csv"
    path.write_text(HEADER + "".join(rows))
    return path


def step_until(core: TradingCore, condition: Callable[[DeskSnapshot], bool]) -> None:
    """Let the core work until its snapshot shows something."""
    clock, pause = SystemClock(), threading.Event()
    deadline = clock.monotonic() + 20.0
    while not condition(core.snapshot()):
        assert clock.monotonic() < deadline, core.snapshot().pool
        core.step()
        pause.wait(0.05)


def test_plain_names_go_from_the_start_to_a_filled_order(tmp_path: Path) -> None:
    """The usual names are found as EURUSDm and GBPUSDm, and an order in EURUSD is filled in EURUSDm."""
    files = (export(tmp_path, "EURUSDm", 1.1), export(tmp_path, "GBPUSDm", 1.3))
    clock = SystemClock()
    spec = SimulationSpec(replay=files, demo_positions=False)
    pool = MT5ConnectionPool({"main": {"terminal_path": "simulated"}}, simulation=spec, clock=clock)
    core = TradingCore(
        pool,
        lambda shared: RiskPortfolioManager(RPMConfig(), False, True, shared, clock=clock, data_dir=tmp_path),
        clock=clock,
        journal=journal_opener(tmp_path),
    )
    core.start()
    try:
        step_until(core, lambda shown: core.desk is not None and shown.pool.symbols_with_ticks == 2)
        stats = core.snapshot().pool
        assert set(stats.symbols) == {"EURUSDm", "GBPUSDm"}
        assert stats.resolved_symbols == {"EURUSD": "EURUSDm", "GBPUSD": "GBPUSDm"}
        intent_id = core.submit(intent(symbol="EURUSD", atr=0.002))
        step_until(core, lambda shown: any(row.can_approve for row in shown.intents))
        core.approve(intent_id)
        (row,) = core.snapshot().intents
        assert (row.symbol, row.state) == ("EURUSDm", IntentState.FILLED)
        step_until(core, lambda shown: [position.symbol for position in shown.positions] == ["EURUSDm"])
    finally:
        core.stop()
