# SPDX-License-Identifier: MIT
"""The user's guide, step by step on the simulated terminal, ends in a trade that is approved."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.raw_layer.config import TRADING_UNIVERSE
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager


@pytest.mark.slow
def test_the_guides_loop_trades(tmp_path: Path) -> None:
    """Pool, manager without settings, a signal at the price of the moment: APPROVED, with a trade to execute."""
    sessions = {"main": {"terminal_path": "simulated", "login": 1, "password": "x", "server": "s"}}
    symbols = [name for group in TRADING_UNIVERSE.values() for name in group]
    pool = MT5ConnectionPool(sessions, symbols=symbols, session_logs_dir=str(tmp_path / "logs"))
    pool.start_tick_collection()
    try:
        with RiskPortfolioManager(mt5_pool=pool, sync_with_mt5=True, data_dir=tmp_path) as rpm:
            quote, rows = pool.quote("EURUSD"), pool.read_rates("EURUSD", 15, 15)
            assert quote is not None
            assert rows is not None
            output = rpm.process_trade_intent(
                symbol="EURUSD",
                direction=1,
                confidence_score=0.75,
                regime="TRENDING",
                atr=float((rows["high"] - rows["low"]).mean()),
                vol_percentile=0.45,
                current_price=quote.ask,
            )
            assert output.decision.status == "APPROVED", [
                each.message for each in output.decision.checks if each.blocks
            ]
            assert output.decision.approved_trade is not None
            assert rpm.get_mt5_sync_stats()["using_mt5_pool"] is True
    finally:
        pool.stop()
