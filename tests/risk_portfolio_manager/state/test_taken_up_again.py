# SPDX-License-Identifier: MIT
"""What was kept is taken up once: over a locked file, another account, and figures that nobody can use."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from arbitrex_desktop.risk_portfolio_manager.state import persistence
from arbitrex_desktop.risk_portfolio_manager.state.approval_log import checksum_of
from arbitrex_desktop.risk_portfolio_manager.state.persistence import FILE_NAME
from tests.fakes.clock import START, ManualClock
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import intent, pooled, reason, static, wide


@pytest.mark.expects_log_errors("could not be read")
def test_the_halt_for_a_locked_file_ends_with_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was damaged: once the file could be read, nobody has to resume."""
    monkeypatch.setattr(persistence, "BUSY_SECONDS", 0.05)
    clock = ManualClock()
    with static(wide(), clock, enable_persistence=True, data_dir=tmp_path) as rpm:
        assert rpm.save_state()
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with static(wide(), clock, enable_persistence=True, data_dir=tmp_path) as rpm:
        assert reason(rpm.process_trade_intent(**intent())) == "TRADING_HALTED"
        other.execute("ROLLBACK")
        other.close()
        clock.advance(6.0)
        assert rpm.process_trade_intent(**intent()).decision.approved_trade is not None


@pytest.mark.parametrize("known", [True, False])
def test_decisions_are_counted_by_account(tmp_path: Path, *, known: bool) -> None:
    """Another account in the terminal begins with its own figures, and the first goes on with its own."""
    pool = FakePool()
    if known:
        pooled(pool, wide(), enable_persistence=True, data_dir=tmp_path).close()
    with pooled(pool, wide(), enable_persistence=True, data_dir=tmp_path) as rpm:
        first, other = pool.account, replace(pool.account, login=9)
        for account, before in ((first, 0), (other, 0), (first, 1), (other, 1), (first, 2)):
            pool.account = account
            assert rpm.sync_with_mt5_account(measure=False)
            assert rpm.risk_metrics.total_decisions == before
            rpm.process_trade_intent(**intent())


@pytest.mark.expects_log_errors("not being kept")
def test_a_portfolio_that_cannot_be_saved_fails_a_save_and_nothing_else(tmp_path: Path) -> None:
    """A program may put anything into the portfolio's fields; several truth values are none."""
    with static(wide(), enable_persistence=True, data_dir=tmp_path) as rpm:
        flags: Any = np.array([True, False])
        rpm.portfolio_state.trading_halted = flags
        assert not rpm.save_state()
        assert "ambiguous" in rpm._repository.error
        rpm.portfolio_state.trading_halted = False
        assert rpm.save_state()


@pytest.mark.expects_log_errors("wrong form")
def test_a_saved_capital_of_nothing_halts(tmp_path: Path) -> None:
    """What was measured against it can be scaled to no other capital."""
    with static(wide(), enable_persistence=True, data_dir=tmp_path) as rpm:
        assert rpm.save_state()
    with sqlite3.connect(tmp_path / FILE_NAME) as file:
        saved = msgspec.json.decode(file.execute("SELECT body FROM state WHERE account = 'static'").fetchone()[0])
        body = msgspec.json.encode({**saved, "settings_capital": 0.0})
        file.execute(
            "UPDATE state SET body = ?, checksum = ?, saved_at = ? WHERE account = 'static'",
            (body.decode(), checksum_of(body), START.isoformat()),
        )
    file.close()
    with static(wide(), enable_persistence=True, data_dir=tmp_path) as rpm:
        assert rpm.portfolio_state.trading_halted
        assert "wrong form" in str(rpm.portfolio_state.halt_reason)
