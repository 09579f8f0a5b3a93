# SPDX-License-Identifier: MIT
"""The pool's small parts: sessions, backoff, ring, quality, server clock, log, call statistics, universe."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.commands import Command, Observed
from arbitrex_desktop.mt5.errors import AccountChanged
from arbitrex_desktop.raw_layer.config import TRADING_UNIVERSE
from arbitrex_desktop.raw_layer.connection.backoff import Backoff
from arbitrex_desktop.raw_layer.connection.call_metrics import CallMetrics
from arbitrex_desktop.raw_layer.connection.connector import (
    Identity,
    Wanted,
    WrongAccount,
    check_identity,
    connect_command,
    reconcile,
)
from arbitrex_desktop.raw_layer.connection.session_log import SessionLog
from arbitrex_desktop.raw_layer.connection.sessions import parse_sessions
from arbitrex_desktop.raw_layer.errors import SessionConfigError
from arbitrex_desktop.raw_layer.ticks.latest_quotes import LatestQuotes
from arbitrex_desktop.raw_layer.ticks.quality import all_good, bad_ticks
from arbitrex_desktop.raw_layer.ticks.server_clock import ServerClock
from arbitrex_desktop.raw_layer.ticks.tick_pipeline import TickPipeline
from arbitrex_desktop.raw_layer.ticks.tick_ring import TickRing
from arbitrex_desktop.raw_layer.views import AccountMode
from tests.fakes.broker_data import make_symbol
from tests.fakes.clock import START, ManualClock
from tests.fakes.desk_data import quote as make_quote
from tests.fakes.module import FakeModule, tick_rows

NOW = datetime(2025, 3, 12, 10, 0, tzinfo=UTC)


def test_the_universe_has_its_three_groups() -> None:
    """27 crosses of eight currencies, 10 metals, 4 indices, no symbol twice."""
    assert {group: len(symbols) for group, symbols in TRADING_UNIVERSE.items()} == {
        "FX": 27,
        "Metals": 10,
        "ETFs_Indices": 4,
    }
    every = [symbol for group in TRADING_UNIVERSE.values() for symbol in group]
    assert len(set(every)) == 41


def test_sessions_keep_their_order_and_hide_their_password() -> None:
    """Fail-over follows the dict's order; no text of a session shows the password."""
    sessions = parse_sessions(
        {
            "main": {"terminal_path": None, "login": 1, "password": "hunter2", "server": "A"},
            "spare": {"login": 2, "password": "", "server": " "},
        }
    )
    assert [session.name for session in sessions] == ["main", "spare"]
    assert "hunter2" not in repr(sessions) + str(sessions[0])
    assert (sessions[1].password, sessions[1].server) == (None, None)


@pytest.mark.parametrize(
    ("sessions", "words"),
    [
        ({}, "no session"),
        ({"main": {"login": "12x"}}, "session 'main': login must be the account's number"),
        ({"main": {"login": True}}, "session 'main': login must be the account's number"),
        ({"main": {"login": -5}}, "login must be the account's number"),
        ({"main": {"pasword": "x"}}, "unknown key 'pasword'"),
        ({"main": {"password": 7}}, "password must be a text"),
        ({"a": {"terminal_path": "simulated"}, "b": {"login": 1}}, "cannot be mixed"),
    ],
)
def test_unusable_sessions_are_refused_in_words(sessions: dict[str, Any], words: str) -> None:
    """Each mistake in the sessions is named, before anything starts."""
    with pytest.raises(SessionConfigError, match=words):
        parse_sessions(sessions)


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_backoff_grows_and_stays_bounded(seed: int, tries: int) -> None:
    """Each wait lies between half and all of min(longest, first x 2^n)."""
    backoff = Backoff(0.5, 30.0, Random(seed))
    for failure in range(tries):
        ceiling = min(30.0, 0.5 * 2**failure)
        assert ceiling / 2 <= backoff.next_wait() <= ceiling
    backoff.reset()
    assert backoff.next_wait() <= 0.5


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 7))
def test_the_ring_keeps_the_last_ticks_in_order(sizes: list[int], capacity: int) -> None:
    """After any appends, the ring holds exactly the last ones, oldest first."""
    ring = TickRing(capacity)
    written: list[int] = []
    for size in sizes:
        stamps = range(len(written), len(written) + size)
        ring.append(tick_rows(*((stamp, 1.0, 1.1) for stamp in stamps)))
        written += stamps
    assert ring.latest()["time_msc"].tolist() == written[-capacity:]
    assert ring.latest(2)["time_msc"].tolist() == written[-min(2, capacity) :]
    assert ring.written == len(written)


def test_bad_ticks_are_found_and_counted_by_cause() -> None:
    """NaN, zero, negative, crossed and backward ticks are kept out, each counted once."""
    rows = tick_rows(
        (1000, 1.1, 1.2), (1001, np.nan, 1.2), (1002, 0.0, 1.2), (1003, 1.1, -1.0), (1004, 1.3, 1.2),
        (900, 1.1, 1.2), (1004, 1.1, 1.2), (1004, 1.1, np.inf),
    )  # fmt: skip
    good, causes = bad_ticks(rows, 950)
    assert good.tolist() == [True, False, False, False, False, False, True, False]
    assert causes == {"not finite": 2, "not positive": 2, "crossed": 1, "time went back": 1}


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(), st.floats()), max_size=30), st.integers(0, 50))
def test_what_passes_the_quality_check_is_sound(ticks: list[tuple[int, float, float]], last: int) -> None:
    """Whatever comes, good ticks are finite, positive, not crossed, and in order of time."""
    rows = tick_rows(*ticks)
    good, causes = bad_ticks(rows, last)
    kept = rows[good]
    assert len(kept) + sum(causes.values()) == len(rows)
    assert np.isfinite(kept["bid"]).all()
    assert (kept["bid"] > 0).all()
    assert (kept["bid"] <= kept["ask"]).all()
    assert (np.diff(kept["time_msc"], prepend=last) >= 0).all()


PARTLY_GOOD = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from([0.0, 1.0, 1.1, np.nan]), st.floats(1.0, 2.0)), min_size=1, max_size=6
)


@given(st.lists(st.tuples(PARTLY_GOOD, st.integers(-1, 3)), max_size=4))
@example([([(1, 1.0, 1.1), (1, 1.0, 1.1)], 0)])
@example([([(1, 1.0, 1.1), (1, 1.0, 1.2)], 0), ([(1, 1.0, 1.2)], 0)])
@example([([(2, 1.0, np.inf)], 0)])
def test_ticks_that_are_good_at_a_glance_have_no_cause(
    batch: list[tuple[list[tuple[int, float, float]], int]],
) -> None:
    """The short look never lets pass what the long one keeps out, and it knows ticks that are one after the other."""
    together = [tick_rows(*sorted(ticks, key=lambda tick: tick[0])) for ticks, _ in batch]
    looks = all_good(together, [last for _, last in batch])
    for rows, look, (ticks, last) in zip(together, looks, batch, strict=True):
        good, causes = bad_ticks(rows, last, tick_rows((last, 1.0, 1.1)))
        if look:
            assert good.all()
            assert causes == {}
        elif rows["time_msc"][0] > last and good.all():
            # It may be stricter where ticks of one moment have the same prices, and differ in what it does not look at.
            assert len(set(ticks)) < len(ticks)


PRICES = st.sampled_from([1.0, 1.1, 1.2, 0.0, -1.0, np.nan, np.inf])


@given(st.lists(st.tuples(st.integers(0, 4), PRICES, PRICES), max_size=12), st.integers(0, 3))
def test_nothing_sound_is_kept_out(ticks: list[tuple[int, float, float]], last: int) -> None:
    """Tick by tick: equal times and no spread at all are sound, and only an exact repetition is one."""
    wanted: list[bool] = []
    newest = last
    for index, (msc, bid, ask) in enumerate(ticks):
        repeated = index > 0 and ticks[index - 1] == (msc, bid, ask)
        sound = 0.0 < bid <= ask < np.inf and not repeated
        wanted.append(sound and msc >= newest)
        newest = max(newest, msc) if sound else newest
    good, _ = bad_ticks(tick_rows(*ticks), last)
    assert good.tolist() == wanted


def test_a_repetition_of_the_tick_before_the_batch_is_one() -> None:
    """The last tick of the poll before counts as the one before the first."""
    before = tick_rows((999, 1.1, 1.2), (1000, 1.1, 1.2))
    good, causes = bad_ticks(tick_rows((1000, 1.1, 1.2), (1000, 1.1, 1.3)), 1000, before)
    assert (good.tolist(), causes) == ([False, True], {"repeated": 1})


@pytest.mark.parametrize(
    ("wanted", "found", "words"),
    [
        ({"login": 7}, Identity(8, "A", AccountMode.DEMO), "on account 8"),
        ({"server": "A"}, Identity(7, "B", AccountMode.DEMO), "on 'B'"),
        ({"login": 7, "server": "A"}, Identity(7, "A", AccountMode.LIVE), "changed from 7"),
        ({}, Identity(8, "A", AccountMode.DEMO), "changed from 7"),
    ],
)
def test_any_other_account_is_the_wrong_one(wanted: dict[str, Any], found: Identity, words: str) -> None:
    """Login and server must be those that were asked for; all, with the trade mode, those of before."""
    (session,) = parse_sessions({"main": {"terminal_path": "C:/terminal64.exe", **wanted}})
    check_identity(session, None, Identity(wanted.get("login", 1), wanted.get("server", "S"), AccountMode.DEMO))
    with pytest.raises(WrongAccount, match=words):
        check_identity(session, Identity(7, "A", AccountMode.DEMO), found)


def test_a_real_session_names_its_terminal_and_a_simulated_one_none() -> None:
    """The path reaches `initialize` only where there is a program to start."""
    real, simulated = (
        connect_command(parse_sessions({"main": {"terminal_path": path}})[0]) for path in ("C:/t.exe", "simulated")
    )
    assert (real.terminal_path, simulated.terminal_path) == ("C:/t.exe", None)


def told(*seconds: float) -> dict[str, float]:
    """Return server times by symbol."""
    return dict(zip(("EURUSD", "GBPUSD", "USDJPY", "XAUUSD"), seconds, strict=False))


def test_the_server_clock_needs_three_symbols_to_agree() -> None:
    """Two symbols are no proof; three that agree to the quarter hour set the offset, and daylight saving resets it."""
    clock = ServerClock()
    fresh = NOW.timestamp() + 7200.0
    assert not clock.observe(told(fresh - 1, fresh - 2), NOW, 41)
    assert clock.observe(told(fresh - 1, fresh - 2, fresh - 0.5, fresh - 86400), NOW, 41)
    assert clock.zone(NOW).to_server(NOW) - int(NOW.timestamp()) == 7200
    assert clock.to_utc(fresh) == NOW
    assert clock.zone(NOW).to_server(NOW) == int(fresh)
    assert not clock.observe(told(fresh - 1, fresh - 1, fresh - 1), NOW, 41)
    assert clock.observe(told(*[fresh + 3600.0] * 3), NOW, 41)
    assert clock.offset_seconds == 10800


def test_votes_add_up_for_a_minute() -> None:
    """In a thin night three symbols rarely tick at once: their votes of the last minute count, older ones do not."""
    clock = ServerClock()
    for index, symbol in enumerate(("EURUSD", "GBPUSD", "USDJPY")):
        moment = NOW + timedelta(seconds=40 * index)
        assert not clock.observe({symbol: moment.timestamp() + 3600.0}, moment, 41)
    assert clock.observe({"EURUSD": NOW.timestamp() + 90 + 3600.0}, NOW + timedelta(seconds=90), 41)
    assert clock.offset_seconds == 3600


def test_a_clock_that_was_moved_by_hand_takes_its_votes_along() -> None:
    """After a move the votes of before count no more; a move of seconds leaves the offset, which has quarter hours."""
    clock = ServerClock()
    assert not clock.shift(3_600_000)
    clock.observe(told(*[NOW.timestamp()] * 3), NOW, 41)
    assert not clock.shift(5_000)
    assert clock.shift(-3_600_000)
    assert clock.offset_seconds == -3600
    assert not clock.observe(told(NOW.timestamp()), NOW, 41)


def test_a_session_of_one_symbol_measures_its_clock_too() -> None:
    """Where fewer than three symbols are followed, all of them must agree."""
    clock = ServerClock()
    assert clock.observe(told(NOW.timestamp() - 5 * 3600 + 3), NOW, 1)
    assert clock.offset_seconds == -5 * 3600


def test_the_session_log_is_one_json_object_a_line(tmp_path: Path) -> None:
    """Each event is a line with time, session and its fields, in the day's own file."""
    clock = ManualClock(NOW)
    log = SessionLog(tmp_path / "logs", clock)
    log.write("main", "initialize", login=5)
    clock.set_wall(NOW + timedelta(days=1))
    log.write("main", "state", after="CONNECTED")
    first, second = sorted((tmp_path / "logs").iterdir())
    assert (first.name, second.name) == ("main-2025-03-12.jsonl", "main-2025-03-13.jsonl")
    assert json.loads(first.read_text()) == {
        "at": NOW.isoformat(),
        "session": "main",
        "event": "initialize",
        "login": 5,
    }


def test_a_full_log_file_goes_on_in_the_next(tmp_path: Path) -> None:
    """Past its size a file is left alone and a numbered one takes over."""
    (tmp_path / "main-2025-03-12.jsonl").write_bytes(b"x" * (10 * 1024 * 1024 + 1))
    SessionLog(tmp_path, ManualClock(NOW)).write("main", "heartbeat")
    assert (tmp_path / "main-2025-03-12-2.jsonl").read_text().count("\n") == 1


def test_an_unwritable_log_is_reported_and_survived(tmp_path: Path) -> None:
    """A folder that cannot be made gives words, not an exception."""
    (tmp_path / "file").write_text("in the way")
    log = SessionLog(tmp_path / "file", ManualClock(NOW))
    log.write("main", "heartbeat")
    assert "cannot be written" in log.error


def test_call_statistics_give_percentiles_and_failures() -> None:
    """Counts, failures and the middle, the slow and the slowest of a kind of call."""
    book = CallMetrics()
    for milliseconds in range(1, 101):
        book.record("Poll", milliseconds / 1000.0, failed=milliseconds == 100)
    stats = book.summary()["Poll"]
    assert (stats.count, stats.failures) == (100, 1)
    assert stats.p50_ms == pytest.approx(50.5, abs=1)
    assert stats.p99_ms == pytest.approx(99.0, abs=1)
    assert stats.max_ms == pytest.approx(100.0)
    assert (book.count("Poll"), book.count("Other")) == (100, 0)


def test_call_statistics_are_those_of_the_latest_thousand() -> None:
    """However the durations go up and down, equal ones among them."""
    book, draw = CallMetrics(), Random(1)
    durations = [round(draw.random(), 2) * (1 + number / 500.0) for number in range(2_500)]
    for seconds in durations:
        book.record("Poll", seconds, failed=False)
    latest = sorted(durations[-1_000:])
    stats = book.summary()["Poll"]
    assert (stats.p50_ms, stats.p99_ms) == (latest[500] * 1e3, latest[989] * 1e3)
    assert stats.max_ms == max(durations) * 1e3


def test_the_board_calls_its_listeners_after_each_change() -> None:
    """New prices and a new list of symbols are announced, after they can be read; nobody who left is called."""
    board = LatestQuotes()
    seen: list[tuple[tuple[str, ...], int]] = []
    unsubscribe = board.subscribe(lambda: seen.append((board.symbols, board.changed_since(0)[0])))
    board.select({"EURUSD": 5})
    board.put([make_quote("EURUSD")])
    unsubscribe()
    board.put([make_quote("EURUSD")])
    assert seen == [(("EURUSD",), 0), (("EURUSD",), 1)]


def test_another_account_s_prices_are_no_prices_of_this_one() -> None:
    """After a fail-over the board is empty until the other broker's own ticks come, though they be of the same name."""
    begin_msc = int(START.timestamp()) * 1000
    module, feed = FakeModule(), TickPipeline(ManualClock(START), 500)
    feed.select({"EURUSD": make_symbol("EURUSD")}, begin_msc)
    module.add_tick("EURUSD", begin_msc)
    feed.apply(feed.next_poll().run(module), START)
    revision, (quote,) = feed.board.changed_since(0)
    assert feed.board.quote("EURUSD") is quote
    feed.forget()
    assert feed.board.quote("EURUSD") is None
    assert feed.board.changed_since(0) == (revision, ())
    feed.select({"EURUSD": make_symbol("EURUSD")}, begin_msc)
    assert feed.board.quote("EURUSD") is None


def test_an_account_that_changes_while_it_is_verified_is_another_one() -> None:
    """A new attempt would log the person out who has just changed it."""

    def ask(command: Command[Any], /) -> Observed[Any]:
        raise AccountChanged("account_info", -6, "the terminal is on account 99")

    (session,) = parse_sessions({"main": {"login": 7, "server": "A", "password": "p"}})
    with pytest.raises(WrongAccount, match="account 99"):
        reconcile(ask, session, None, Wanted(()), ())
