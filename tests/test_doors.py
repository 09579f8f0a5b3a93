# SPDX-License-Identifier: MIT
"""What settings.toml opens, in the product itself: the core as the program builds it, on the simulated terminal."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis

from arbitrex_desktop.assembly import build_core
from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState
from arbitrex_desktop.desk.journal.journal import Journal
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot, IntentRow
from arbitrex_desktop.settings import parse

pytestmark = pytest.mark.slow
PATIENCE = 40.0
REDIS = shutil.which("redis-server")


@pytest.fixture
def folder(private_environment: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the data folder, made; the simulated terminal is selected."""
    private_environment.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MT5_TERMINAL", "simulated")
    return private_environment


class Program:
    """The core that the settings give, stepped as the window's worker does."""

    def __init__(self, core: TradingCore) -> None:
        self.core = core

    def until(self, condition: Callable[[DeskSnapshot], Any]) -> DeskSnapshot:
        """Step until a condition holds; return the snapshot in which it did."""
        clock, pause = SystemClock(), threading.Event()
        deadline = clock.monotonic() + PATIENCE
        while clock.monotonic() < deadline:
            self.core.step()
            snapshot = self.core.snapshot()
            if condition(snapshot):
                return snapshot
            pause.wait(0.02)
        raise AssertionError(f"it did not come to that: {self.core.snapshot().notices}")

    def ready(self) -> None:
        """Wait for account and prices."""
        self.until(lambda seen: seen.account is not None and seen.pool.symbols_with_ticks > 0 and seen.risk)

    def propose(self, source: str, lots: float | None = None, symbol: str = "EURUSD") -> str:
        """Hand an intent in."""
        request = IntentRequest(symbol, 1, 0.85, "TRENDING", 0.4, source=source, requested_volume=lots)
        return self.core.submit(request)

    def row(self, intent_id: str, *states: IntentState) -> IntentRow:
        """Wait until an intent is in one of the states."""
        seen = self.until(lambda seen: any(row.intent_id == intent_id and row.state in states for row in seen.intents))
        return next(row for row in seen.intents if row.intent_id == intent_id)


@contextmanager
def program(folder: Path, settings: str, *options: str) -> Iterator[Program]:
    """Run the core with a file of settings."""
    (folder / "settings.toml").write_text(settings, encoding="utf-8")
    core = build_core(parse(options))
    core.start()
    try:
        yield Program(core)
    finally:
        core.stop()


def test_a_policy_approves_what_the_settings_let_it(folder: Path) -> None:
    """A named strategy's small intent is filled without a person; a larger one, and another's, wait for one."""
    with program(folder, "[desk.auto_approve_lots]\nbot = 0.05\n[risk]\nenforce_time_spacing = false\n") as running:
        running.ready()
        small = running.propose("bot", 0.05)
        assert running.row(small, IntentState.FILLED).lots == 0.05
        waiting = [running.propose("other", 0.05, "GBPUSD"), running.propose("bot", 0.06, "AUDUSD")]
        after = running.propose("bot", 0.01, "NZDUSD")
        running.row(after, IntentState.FILLED)
        assert all(running.row(each, IntentState.PENDING).can_approve for each in waiting)


def test_a_halt_cancels_what_is_pending_if_the_settings_say_so(folder: Path) -> None:
    """Without `cancel_on_halt` the intent stays and waits; with it, HALT ends it."""
    with program(folder, "[desk]\ncancel_on_halt = true\n") as running:
        running.ready()
        waiting = running.propose("bot")
        running.row(waiting, IntentState.PENDING)
        running.core.halt("the test says so")
        assert "halted" in running.row(waiting, IntentState.CANCELLED).details


def test_news_refuse_a_trade(folder: Path) -> None:
    """A calendar in the data folder, with news of the dollar due in some minutes: the trade is refused for that."""
    due = SystemClock().now() + timedelta(minutes=10)
    # At weekends the simulated market lives in the Friday before.
    days = [due - timedelta(days=days) for days in range(3)]
    rows = "".join(f"{day:%Y-%m-%dT%H:%M},USD,high,Payrolls\n" for day in days)
    (folder / "news.csv").write_text(f"time_utc,currency,impact,title\n{rows}", encoding="utf-8")
    with program(folder, "[news]\ncalendar = 'news.csv'\n") as running:
        running.ready()
        row = running.row(running.propose("bot"), IntentState.REJECTED)
        assert row.reason == "NEWS_BLACKOUT"
        assert "Payrolls" in row.details


def test_the_next_account_stands_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first account is refused for five seconds; the next attempt is the second one's, with its own journal."""
    monkeypatch.delenv("MT5_TERMINAL")
    accounts = [
        f"[[account]]\nname='{name}'\nlogin={login}\nserver='Sim'\nterminal='simulated'\n"
        for name, login in (("first", 11), ("second", 22))
    ]
    (folder / "faults.toml").write_text("[[fault]]\nkind = 'AUTH_FAILED'\nduration = 5\n", encoding="utf-8")
    text = "[pool]\nbackoff_first = 10\n" + "".join(accounts)  # the wait is half of that at least
    with program(folder, text, "--faults", str(folder / "faults.toml")) as running:
        running.ready()
        seen = running.core.snapshot().pool
        assert (seen.session, seen.login) == ("second", 22)
    assert [path.name for path in (folder / "journal").glob("*.sqlite3")] == ["Sim_22.sqlite3"]


def test_a_start_journals_what_was_edited(folder: Path) -> None:
    """The journal has the settings of each start that were others than before, with old and new value."""
    for text in ("", "[desk]\nmax_pending = 7\n"):
        with program(folder, text) as running:
            running.ready()
    [path] = (folder / "journal").glob("*.sqlite3")
    journal = Journal(path)
    heard = [event for event in journal.events() if event.kind is EventKind.SETTINGS_CHANGED]
    journal.close()
    assert heard[-1].reason == "desk.max_pending: 200 -> 7"
    assert heard[-1].body["changes"] == {"desk.max_pending": {"old": 200, "new": 7}}


@pytest.mark.skipif(REDIS is None, reason="needs redis-server (Debian's package of that name)")
def test_ticks_go_where_the_settings_say(folder: Path, tmp_path: Path) -> None:
    """Every symbol's ticks come to the Redis that is named, and into a recording in the data folder."""
    assert REDIS is not None
    socket = tmp_path / "redis.sock"
    command = [REDIS, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        text = f"[ticks]\nrecord = true\nredis_url = 'unix://{socket}'\nredis_prefix = 'mine'\n"
        with program(folder, text) as running:
            running.until(lambda seen: seen.pool.symbols_with_ticks > 5 and socket.exists())
        client = redis.Redis.from_url(f"unix://{socket}")
        assert client.xlen("mine:EURUSD") > 0
        client.close()
        server.terminate()
    assert list((folder / "recordings").glob("ticks-*.sqlite3"))
