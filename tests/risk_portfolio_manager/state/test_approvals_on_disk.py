# SPDX-License-Identifier: MIT
"""The log of approvals: on disk before they are given, without the engine's lock, and found again after a crash."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.state.persistence import LOG_NAME, SqliteStateStore, Stored
from tests.fakes.clock import START, ManualClock
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import intent, pooled, reason, static, wide


def kept(folder: Path, clock: ManualClock | None = None, **more: Any) -> RiskPortfolioManager:
    """Return a manager without a pool that keeps its state in a folder."""
    return static(wide(), clock, enable_persistence=True, data_dir=folder, **more)


class WatchedStore(SqliteStateStore):
    """Remembers what was written, and whether another thread could have decided meanwhile."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.rpm: RiskPortfolioManager | None = None
        self.written: list[str] = []
        self.decided: list[bool] = []

    def _watch(self, what: str) -> None:
        """Let another thread ask for a decision while this one writes."""
        self.written.append(what)
        if self.rpm is not None:
            thread = threading.Thread(target=self.rpm.evaluate, kwargs=intent(), daemon=True)
            thread.start()
            thread.join(5.0)
            self.decided.append(not thread.is_alive())

    def save(self, account: str, body: bytes, number: int, moment: datetime) -> None:
        """Watch, then save."""
        self._watch("state")
        super().save(account, body, number, moment)

    def append(self, account: str, body: bytes, number: int) -> None:
        """Watch, then append."""
        self._watch("approval")
        super().append(account, body, number)


def test_nothing_is_written_while_the_engine_is_locked(tmp_path: Path) -> None:
    """While approvals, halts, switches, resets and backups are written, other threads decide."""
    store = WatchedStore(tmp_path)
    rpm = static(wide(max_positions_per_symbol=9), store=store)
    store.rpm = rpm
    rpm.process_trade_intent(**intent())
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "x")
    rpm.kill_switches.manual_resume(rpm.portfolio_state)
    rpm.kill_switches.set("SYMBOL", "GBPUSD", "SUSPEND", "x")
    rpm.kill_switches.lift("SYMBOL", "GBPUSD", "x")
    rpm.reset_daily_metrics()
    rpm.create_backup()
    rpm.portfolio_state.equity = 1.0
    rpm.process_trade_intent(**intent())
    rpm.close()
    assert store.written.count("approval") == 1
    assert len(store.decided) == len(store.written) > 8
    assert all(store.decided)


def test_an_approval_is_one_small_write_before_it_is_given(tmp_path: Path) -> None:
    """After the first, only the approval itself is written; a later save drops what is in it."""
    clock, store = ManualClock(), WatchedStore(tmp_path)
    rpm = static(wide(max_positions_per_symbol=99, max_concurrent_positions=99), clock, store=store)
    for number in range(5):
        rpm.process_trade_intent(**intent(intent_id=f"i{number}", atr=0.1 + number / 100))
    assert store.written == ["approval", "state", *["approval"] * 4]
    assert len(SqliteStateStore(tmp_path).load("static").approvals) == 4
    clock.advance(6.0)
    rpm.process_trade_intent(**intent(confidence_score=0.0))
    assert SqliteStateStore(tmp_path).load("static").approvals == ()


def test_a_new_peak_is_on_disk_with_the_sync_that_saw_it(tmp_path: Path) -> None:
    """No deal tells what the equity once was; all else that a sync brings is written within seconds."""
    pool = FakePool()
    store = WatchedStore(tmp_path)
    rpm = pooled(pool, store=store)
    for equity, writes in ((100_500.0, 1), (100_400.0, 0), (100_450.0, 0), (100_501.0, 1)):
        store.written.clear()
        pool.clock.advance(1.0)
        pool.account = replace(pool.account, equity=equity)
        assert rpm.sync_with_mt5_account()
        assert store.written == ["state"] * writes
    pool.clock.advance(3.0)
    assert rpm.sync_with_mt5_account()
    assert store.written == ["state"], "the last peak's"
    pool.clock.advance(2.0)
    assert rpm.sync_with_mt5_account()
    assert store.written == ["state"] * 2


def test_approvals_since_the_last_save_are_found_after_a_kill(tmp_path: Path) -> None:
    """Trades in flight, pacing and figures are what they were, however often the program starts."""
    clock = ManualClock()
    settings = wide(max_positions_per_symbol=99, max_concurrent_positions=3, max_orders_per_minute=9)
    first = static(settings, clock, enable_persistence=True, data_dir=tmp_path)
    for number in range(3):
        trade = first.process_trade_intent(**intent(intent_id=f"i{number}", atr=0.1 + number / 100))
        assert trade.decision.status == "APPROVED"
    for _ in range(2):
        clock.advance(1.0)
        again = static(settings, clock, enable_persistence=True, data_dir=tmp_path)
        assert [each.intent_id for each in again._state.book.reservations] == ["i0", "i1", "i2"]
        assert again._state.activity.orders.count(clock.monotonic()) == 3
        assert again.risk_metrics.trades_approved == 3
        assert reason(again.evaluate(**intent(intent_id="i9"))) == "MAX_POSITIONS_REACHED"
        again.save_state()


def test_an_approval_that_was_cut_off_by_a_crash_is_passed_over(tmp_path: Path) -> None:
    """It was never given; the whole ones before it and the next one are there."""
    store = SqliteStateStore(tmp_path)
    store.append("static", b'{"a": 1}', 1)
    store.close()
    with (tmp_path / LOG_NAME).open("ab") as log:
        log.write(b"0123 2 static {")
    store = SqliteStateStore(tmp_path)
    assert store.load("static").approvals == (b'{"a": 1}',)
    store.append("static", b'{"a": 2}', 2)
    assert store.load("static") == Stored(None, (b'{"a": 1}', b'{"a": 2}'), 2)
    store.save("static", b"{}", 1, START)
    assert store.load("static") == Stored(b"{}", (b'{"a": 2}',), 2)
    store.save("static", b"{}", 2, START)
    assert store.load("static") == Stored(b"{}", (), 2)
    store.close()


@pytest.mark.expects_log_errors("changed or damaged")
def test_an_approval_that_was_edited_halts(tmp_path: Path) -> None:
    """A trade in flight that somebody edited is not believed."""
    clock = ManualClock()
    with kept(tmp_path, clock) as rpm:
        rpm.save_state()
        rpm.process_trade_intent(**intent())
        log = tmp_path / LOG_NAME
        edited = log.read_bytes().replace(b"EURUSD", b"GBPUSD")
        log.write_bytes(edited)
        assert static(wide(), clock, enable_persistence=True, data_dir=tmp_path).portfolio_state.trading_halted
        log.write_bytes(b"")


def test_an_approval_goes_to_the_file_that_is_found_under_the_name(tmp_path: Path) -> None:
    """The log is kept open, and opened anew when another program replaced or removed the file meanwhile."""
    ours, theirs = SqliteStateStore(tmp_path), SqliteStateStore(tmp_path)
    ours.append("static", b"1", 1)
    theirs.take("static", over=True)
    theirs.save("static", b"{}", 1, START)
    ours.take("static", over=True)
    ours.append("static", b"2", 2)
    assert theirs.load("static").approvals == (b"2",)
    (tmp_path / LOG_NAME).unlink()
    ours.append("static", b"3", 3)
    assert theirs.load("static").approvals == (b"3",)
    ours.close()
    ours.take("static", over=False)
    ours.append("static", b"4", 4)
    assert theirs.load("static").approvals == (b"3", b"4")
    ours.close()
    theirs.close()
