# SPDX-License-Identifier: MIT
"""What must outlive the program does, and what is damaged halts trading."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import Outcome, Position, RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.state import persistence
from arbitrex_desktop.risk_portfolio_manager.state.persistence import FILE_NAME, SqliteStateStore, StateDamaged
from tests.fakes.broker_data import make_deal
from tests.fakes.clock import START, ManualClock
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import check, intent, pooled, reason, static, units, wide


def kept(folder: Path, clock: ManualClock | None = None, **more: Any) -> RiskPortfolioManager:
    """Return a manager without a pool that keeps its state in a folder."""
    return static(wide(), clock, enable_persistence=True, data_dir=folder, **more)


def test_a_halt_survives_a_restart(tmp_path: Path) -> None:
    """So do switches, figures and counters."""
    with kept(tmp_path) as rpm:
        rpm.process_trade_intent(**intent())
        rpm.portfolio_state.equity = 80_000.0
        rpm.process_trade_intent(**intent(symbol="GBPUSD", current_price=1.3))
        rpm.kill_switches.set("STRATEGY", "alpha", "SUSPEND", "odd")
    with kept(tmp_path) as rpm:
        state = rpm.portfolio_state
        assert state.trading_halted
        assert "drawdown" in str(state.halt_reason)
        assert (state.equity, state.peak_equity) == (80_000.0, 100_000.0)
        assert rpm.risk_metrics.total_decisions == 2
        assert [switch.name for switch in rpm.kill_switches.active()] == ["alpha"]


def test_trades_under_way_survive_a_restart(tmp_path: Path) -> None:
    """An approved trade still takes its room after a restart, until its time is up."""
    clock = ManualClock()
    with kept(tmp_path, clock) as rpm:
        rpm.process_trade_intent(**intent())
    clock.advance(10)
    with kept(tmp_path, clock) as rpm:
        assert reason(rpm.evaluate(**intent())) == "SYMBOL_POSITIONS_REACHED"
        clock.advance(180)
        assert rpm.evaluate(**intent()).decision.status == "APPROVED"


def test_capital_changed_between_runs_is_no_drawdown(tmp_path: Path) -> None:
    """Without a pool, half the capital in the settings halves peak and equity alike."""
    with kept(tmp_path) as rpm:
        rpm.portfolio_state.equity = 95_000.0
        rpm.process_trade_intent(**intent())
    with static(wide(total_capital=50_000.0), enable_persistence=True, data_dir=tmp_path) as rpm:
        assert (rpm.portfolio_state.equity, rpm.portfolio_state.peak_equity) == (47_500.0, 50_000.0)


def test_the_peak_of_an_account_survives_a_restart(tmp_path: Path) -> None:
    """The drawdown after a restart is measured from the peak before it; another account is not touched by it."""
    pool = FakePool()
    pool.account = replace(pool.account, equity=110_000.0)
    with pooled(pool, enable_persistence=True, data_dir=tmp_path):
        pass
    pool.account = replace(pool.account, equity=104_500.0)
    with pooled(pool, enable_persistence=True, data_dir=tmp_path) as rpm:
        assert rpm.portfolio_state.peak_equity == 110_000.0
        assert rpm.portfolio_state.current_drawdown == pytest.approx(0.05)
    pool.account = replace(pool.account, login=9, equity=1_000.0, balance=1_000.0)
    with pooled(pool, enable_persistence=True, data_dir=tmp_path) as rpm:
        assert rpm.portfolio_state.peak_equity == 1_000.0


def test_a_halt_before_the_first_sync_is_not_lost(tmp_path: Path) -> None:
    """Trading halted by hand while the account is not known yet stays halted when it becomes known."""
    pool = FakePool()
    pool.connected = False
    with pooled(pool, enable_persistence=True, data_dir=tmp_path) as rpm:
        rpm.kill_switches.manual_halt(rpm.portfolio_state, "early")
        pool.connected = True
        assert rpm.sync_with_mt5_account()
        assert rpm.portfolio_state.halt_reason == "early"


@pytest.mark.expects_log_errors("damaged")
def test_a_corrupt_file_is_set_aside_and_halts(tmp_path: Path) -> None:
    """It is said aloud, kept under another name, and trading starts halted until a person resumes, once."""
    path = tmp_path / FILE_NAME
    path.write_bytes(b"this is no database" * 100)
    with kept(tmp_path) as rpm:
        assert rpm.portfolio_state.trading_halted
        assert "damaged" in str(rpm.portfolio_state.halt_reason)
        assert path.with_name(f"{FILE_NAME}.damaged-1").read_bytes().startswith(b"this is no database")
        assert reason(rpm.evaluate(**intent())) == "TRADING_HALTED"
    with kept(tmp_path) as rpm:
        assert rpm.portfolio_state.trading_halted
        rpm.kill_switches.manual_resume(rpm.portfolio_state, "checked by hand")
    with kept(tmp_path) as rpm:
        assert not rpm.portfolio_state.trading_halted


@pytest.mark.expects_log_errors("damaged")
def test_damage_is_remembered_for_accounts_seen_later(tmp_path: Path) -> None:
    """An account that was in the damaged file starts halted too, whenever it comes up."""
    (tmp_path / FILE_NAME).write_bytes(b"junk" * 1_000)
    with kept(tmp_path):
        pass
    with pooled(FakePool(), enable_persistence=True, data_dir=tmp_path) as rpm:
        assert rpm.portfolio_state.trading_halted


@pytest.mark.expects_log_errors("changed or damaged", "wrong form")
@pytest.mark.parametrize("body", ['{"a": 1}', None])
def test_a_row_that_was_edited_halts(tmp_path: Path, body: str | None) -> None:
    """A peak that somebody edited is not believed; nor is a well-formed row without its parts."""
    with kept(tmp_path) as rpm:
        rpm.save_state()
    if body is None:
        SqliteStateStore(tmp_path).save("static", b'{"a": 1}', 0, START)
    else:
        connection = sqlite3.connect(tmp_path / FILE_NAME)
        connection.execute("UPDATE state SET body = ?", (body,))
        connection.commit()
        connection.close()
    with kept(tmp_path) as rpm:
        assert rpm.portfolio_state.trading_halted


@pytest.mark.expects_log_errors("not being kept")
def test_what_cannot_be_written_is_not_approved(tmp_path: Path) -> None:
    """An approval that a restart would forget is refused, and takes no room; the health says that nothing is kept."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with kept(blocked / "folder") as rpm:
        for _ in range(2):
            output = rpm.process_trade_intent(**intent(intent_id="a"))
            assert reason(output) == "STATE_NOT_SAVED"
            assert check(output, "STATE_NOT_SAVED").outcome is Outcome.FAIL
        metrics = rpm.risk_metrics
        assert (metrics.total_decisions, metrics.trades_approved, metrics.trades_rejected) == (2, 0, 2)
        assert metrics.rejections_by_reason["STATE_NOT_SAVED"] == 2
        assert rpm.release_intent("a") is False
        assert rpm.evaluate(**intent()).decision.status == "APPROVED"
        assert rpm.save_state() is False
        health = rpm.get_health_status()
        assert (health["health"], bool(health["persistence_error"])) == ("DEGRADED", True)


@pytest.mark.expects_log_errors("not being kept")
def test_a_full_disk_does_not_hold_up_an_exit(tmp_path: Path) -> None:
    """A trade that only takes off risk is approved, written or not."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with kept(blocked / "folder") as rpm:
        rpm.portfolio_state.open_positions["EURUSD"] = Position("EURUSD", 1, 100_000, 1.15, START)
        assert units(rpm.process_trade_intent(**intent(direction=-1))) == 100_000


def test_the_file_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    """A halt, a trade in flight, a switch and the figures of version 1 are taken up, and written in the new form."""
    body = json.dumps(EARLIER, sort_keys=True)
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("CREATE TABLE state (account TEXT PRIMARY KEY, body TEXT, checksum TEXT, saved_at TEXT)")
    row = ("static", body, hashlib.sha256(body.encode()).hexdigest(), START.isoformat())
    connection.execute("INSERT INTO state VALUES (?, ?, ?, ?)", row)
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    for _ in range(2):
        with kept(tmp_path) as rpm:
            state = rpm.portfolio_state
            assert (state.halt_reason, state.halt_code) == ("drawdown", "MAX_DRAWDOWN_EXCEEDED")
            assert (state.equity, state.peak_equity, rpm.risk_metrics.total_decisions) == (90_000.0, 101_000.0, 3)
            assert [each.name for each in rpm.kill_switches.active()] == ["alpha"]
            assert [each.intent_id for each in rpm._state.book.reservations] == ["a"]


EARLIER: dict[str, Any] = {
    "activity": {"admitted": {"a": 1.0}, "approvals": [1.0], "last_by_symbol": {"EURUSD": 1.0}, "throttled": {}},
    "days": {"day_start": "2025-03-12T00:00:00+00:00", "week_start": "2025-03-10T00:00:00+00:00"},
    "figures": {
        "total_capital": 100_000.0,
        "equity": 90_000.0,
        "peak_equity": 101_000.0,
        "realized_pnl": 0.0,
        "daily_pnl": 0.0,
        "weekly_pnl": 0.0,
        "day_anchor": None,
        "week_anchor": None,
        "consecutive_losses": 0,
        "trading_halted": True,
        "halt_reason": "drawdown",
        "halt_timestamp": "2025-03-12T10:00:00+00:00",
        "reducing_reason": None,
        "reducing_until": None,
    },
    "ledger": {"day_reset_at": None, "week_reset_at": None},
    "metrics": {
        "approval_rate": 0.3,
        "kill_switch_triggers": 1,
        "rejections_by_reason": {"MAX_DRAWDOWN_EXCEEDED": 2},
        "total_decisions": 3,
        "trades_adjusted": 0,
        "trades_approved": 1,
        "trades_rejected": 2,
    },
    "saved_at": "2025-03-12T10:00:00+00:00",
    "settings_capital": 100_000.0,
    "switches": {
        "halt_code": "MAX_DRAWDOWN_EXCEEDED",
        "switches": [
            {
                "action": "SUSPEND",
                "level": "STRATEGY",
                "name": "alpha",
                "reason": "odd",
                "since": "2025-03-12T10:00:00+00:00",
            }
        ],
    },
    "traded": ["z"],
    "under_way": [
        {
            "approved_at": "2025-03-12T10:00:00+00:00",
            "base": "EUR",
            "direction": 1,
            "expires": 170.0,
            "intent_id": "a",
            "margin": 0.0,
            "notional": 1_150.0,
            "profit": "USD",
            "reducing": False,
            "strategy_id": "",
            "symbol": "EURUSD",
            "units": 1_000.0,
        }
    ],
}
"""What version 1 wrote."""


@pytest.mark.expects_log_errors("a newer version")
@pytest.mark.parametrize("with_pool", [False, True])
def test_the_file_of_a_newer_version_is_left_as_it_is(tmp_path: Path, *, with_pool: bool) -> None:
    """Nothing that adds risk passes, also once a person has resumed; it is said why, and the file is not touched."""
    with kept(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = (tmp_path / FILE_NAME).read_bytes()
    pool = FakePool()
    with pooled(pool, wide(), enable_persistence=True, data_dir=tmp_path) if with_pool else kept(tmp_path) as rpm:
        assert reason(rpm.process_trade_intent(**intent())) == "TRADING_HALTED"
        assert "a newer version of this program has made it" in str(rpm.portfolio_state.halt_reason)
        rpm.kill_switches.manual_resume(rpm.portfolio_state)
        assert reason(rpm.process_trade_intent(**intent())) == "STATE_NOT_SAVED"
    assert (tmp_path / FILE_NAME).read_bytes() == before
    assert not list(tmp_path.glob("*.damaged*"))


def test_a_backup_is_a_copy_that_can_be_read(tmp_path: Path) -> None:
    """`create_backup` returns a file with the same rows."""
    with kept(tmp_path) as rpm:
        path = rpm.create_backup()
    assert path is not None
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT account FROM state").fetchall() == [("static",)]
    connection.close()


def test_without_persistence_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither file nor backup."""
    monkeypatch.setenv("ARBITREX_DATA_DIR", str(tmp_path))
    with static() as rpm:
        rpm.process_trade_intent(**intent())
        assert rpm.create_backup() is None
    assert list(tmp_path.iterdir()) == []


def test_the_data_folder_of_the_environment_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """State goes where ARBITREX_DATA_DIR points."""
    monkeypatch.setenv("ARBITREX_DATA_DIR", str(tmp_path / "mine"))
    with static(enable_persistence=True) as rpm:
        assert rpm.save_state() is True
    assert (tmp_path / "mine" / FILE_NAME).exists()


_VICTIM = """
import os, signal
from arbitrex_desktop.risk_portfolio_manager import Outcome, Position, RiskPortfolioManager
from tests.fakes.records import replace
from tests.fakes.records import replace
rpm = RiskPortfolioManager()
rpm.portfolio_state.equity = 80_000.0
rpm.process_trade_intent("EURUSD", 1, 0.8, "TRENDING", 0.1, 0.4, 1.15)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_halt_survives_a_kill(tmp_path: Path) -> None:
    """The halt is on disk when the decision returns, whatever becomes of the process then."""
    environment = {**os.environ, "ARBITREX_DATA_DIR": str(tmp_path)}
    killed = subprocess.run([sys.executable, "-c", _VICTIM], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    with kept(tmp_path) as rpm:
        assert rpm.portfolio_state.trading_halted
        assert rpm.risk_metrics.total_decisions == 1


def test_todays_loss_is_reckoned_from_deals_after_a_restart(tmp_path: Path) -> None:
    """Daily profit needs no memory: it is in the account's history."""
    pool = FakePool()
    pool.deals = [make_deal(1, int(START.timestamp()) - 60, profit=-900.0)]
    for _ in range(2):
        with pooled(pool, enable_persistence=True, data_dir=tmp_path) as rpm:
            assert rpm.portfolio_state.daily_pnl == -900.0


def test_what_a_program_made_of_its_capital_survives_a_restart(tmp_path: Path) -> None:
    """With the same settings, balance, equity, peak and profit are what they were; twice the capital doubles them."""
    figures = {"total_capital": 105_000.0, "equity": 104_000.0, "peak_equity": 110_000.0}
    profit = {"daily_pnl": -500.0, "weekly_pnl": 700.0, "realized_pnl": 5_000.0}
    with kept(tmp_path) as rpm:
        for name, value in {**figures, **profit}.items():
            setattr(rpm.portfolio_state, name, value)
    for factor, config in ((1, wide()), (2, wide(total_capital=200_000))):
        with static(config, enable_persistence=True, data_dir=tmp_path) as rpm:
            state = vars(rpm.portfolio_state)
            assert {name: state[name] for name in figures} == {name: value * factor for name, value in figures.items()}
            assert {name: state[name] for name in profit} == profit


def test_capital_changed_while_running_is_the_settings_from_then_on(tmp_path: Path) -> None:
    """A program that raises its settings' capital and starts again with that capital finds its state as it was."""
    with kept(tmp_path) as rpm:
        rpm.portfolio_state.equity = 95_000.0
        rpm.config.total_capital = 150_000.0
        rpm.process_trade_intent(**intent())
    with static(wide(total_capital=150_000), enable_persistence=True, data_dir=tmp_path) as rpm:
        assert (rpm.portfolio_state.total_capital, rpm.portfolio_state.equity) == (150_000.0, 95_000.0)


def test_a_manager_that_is_never_closed_leaves_no_open_file(tmp_path: Path) -> None:
    """Plain programs forget to close; the connection and the log of approvals end with the store that opened them."""
    store = SqliteStateStore(tmp_path)
    store.save("static", b"{}", 0, START)
    store.append("static", b"{}", 1)
    connection, log = store._connection, store._log._file
    assert connection is not None
    assert log is not None
    del store
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
    assert log.closed


@pytest.mark.expects_log_errors("damaged")
@pytest.mark.parametrize("content", [b"", None])
def test_an_empty_or_foreign_file_is_damage(tmp_path: Path, content: bytes | None) -> None:
    """What stands in the place of the state and is none of ours may have replaced a halt."""
    path = tmp_path / FILE_NAME
    if content is None:
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE bookmarks (name TEXT)")
        other.close()
    else:
        path.write_bytes(content)
    with kept(tmp_path) as rpm:
        assert rpm.portfolio_state.trading_halted
        assert reason(rpm.process_trade_intent(**intent())) == "TRADING_HALTED"
    assert (tmp_path / f"{FILE_NAME}.damaged-1").exists()


def test_a_locked_file_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A healthy file that another program holds stays where it is; trading is halted, since nothing could be read."""
    with kept(tmp_path) as rpm:
        rpm.kill_switches.set("SYMBOL", "GBPUSD", "SUSPEND", "odd")
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(persistence, "BUSY_SECONDS", 0.05)
    store = SqliteStateStore(tmp_path)
    with pytest.raises(StateDamaged, match="could not be read: another program is using it"):
        store.load("static")
    other.execute("ROLLBACK")
    other.close()
    assert store.load("static").body is not None
    store.close()
    assert not list(tmp_path.glob("*.damaged-*"))


@pytest.mark.parametrize("persistent", [True, False])
def test_a_halt_and_switches_survive_fail_over(tmp_path: Path, *, persistent: bool) -> None:
    """Another account in the terminal lifts nothing that only a person may lift."""
    pool = FakePool()
    rpm = pooled(pool, wide(), enable_persistence=persistent, data_dir=tmp_path)
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "by hand")
    rpm.kill_switches.set("GLOBAL", "", "SUSPEND", "quiet")
    first = pool.account
    for account in (replace(first, login=first.login + 1), first):
        pool.account = account
        assert rpm.sync_with_mt5_account(measure=False)
        assert rpm.portfolio_state.halt_reason == "by hand"
        assert [switch.reason for switch in rpm.kill_switches.active()] == ["quiet"]
        assert reason(rpm.process_trade_intent(**intent())) == "TRADING_HALTED"
    rpm.close()


def test_a_trade_is_in_flight_for_as_long_as_the_sync_may_be_old() -> None:
    """By default 300 s: before them nothing may have shown that it was filled."""
    pool = FakePool()
    rpm = pooled(pool, wide())
    assert rpm.config.pending_ttl_seconds < 299.0 < rpm.config.max_sync_age_seconds
    rpm.process_trade_intent(**intent())
    pool.clock.advance(299.0)
    pool.refresh_quotes()
    assert reason(rpm.process_trade_intent(**intent())) == "SYMBOL_POSITIONS_REACHED"
