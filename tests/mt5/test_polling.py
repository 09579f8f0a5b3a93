# SPDX-License-Identifier: MIT
"""The tick cursor and the poll."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.polling import Poll
from arbitrex_desktop.mt5.tick_cursor import TickCursor, new_ticks
from tests.fakes.module import FakeModule, tick_rows

BEGIN = 1_741_770_000_000


def latest_of(module: FakeModule) -> Mapping[str, float]:
    """Return the last tick, field by field."""
    latest: Mapping[str, float] = module.symbol_info_tick("EURUSD")._asdict()
    return latest


def read_all(module: FakeModule, cursor: TickCursor) -> tuple[list[tuple[int, float]], TickCursor]:
    """Read until nothing new comes; return milliseconds and bid of each tick, and the cursor."""
    found: list[tuple[int, float]] = []
    while True:
        reading = new_ticks(module, cursor, latest_of(module))
        found += [(int(row["time_msc"]), float(row["bid"])) for row in reading.rows]
        cursor = cursor.advanced(reading.rows)
        assert reading.in_place
        if reading.complete:
            return found, cursor


@given(
    gaps=st.lists(st.sampled_from([0, 0, 1, 7, 400, 2500]), min_size=1, max_size=60),
    reads=st.sets(st.integers(0, 60)),
)
def test_every_tick_is_read_once_and_in_order(gaps: list[int], reads: set[int]) -> None:
    """Whenever the reads happen, ticks that share a millisecond included, none is lost and none comes twice."""
    module = FakeModule(["EURUSD"])
    cursor = TickCursor("EURUSD", BEGIN)
    found: list[tuple[int, float]] = []
    msc = BEGIN
    for index, gap in enumerate(gaps):
        msc += gap
        module.add_tick("EURUSD", msc, bid=1.0 + index / 1e5, ask=1.1)
        if index in reads:
            rows, cursor = read_all(module, cursor)
            found += rows
    rows, _ = read_all(module, cursor)
    assert found + rows == [(tick[0], tick[1]) for tick in module.ticks["EURUSD"]]


def test_a_burst_larger_than_one_read_comes_whole() -> None:
    """More ticks in one second than a read takes are all read."""
    module = FakeModule(["EURUSD"])
    for index in range(1000):
        module.add_tick("EURUSD", BEGIN + index // 2, bid=1.0 + index / 1e6)
    found, cursor = read_all(module, TickCursor("EURUSD", BEGIN))
    assert len(found) == 1000
    assert cursor.time_msc == BEGIN + 499


def test_a_cursor_without_a_time_begins_at_the_last_tick() -> None:
    """Where the terminal tells no time, only the last known tick is read, not the history before it."""
    module = FakeModule(["EURUSD"])
    for second in range(5):
        module.add_tick("EURUSD", BEGIN + 1000 * second)
    found, _ = read_all(module, TickCursor("EURUSD"))
    assert [msc for msc, _ in found] == [BEGIN + 4000]


def test_an_unchanged_symbol_costs_one_cheap_call() -> None:
    """A symbol whose last tick was read is not asked for its ticks."""
    module = FakeModule(["EURUSD"])
    module.add_tick("EURUSD", BEGIN)
    _, cursor = read_all(module, TickCursor("EURUSD", BEGIN))
    module.calls.clear()
    assert read_all(module, cursor)[0] == []
    assert module.calls == {"symbol_info_tick": 1}


def test_a_symbol_without_ticks_is_no_failure() -> None:
    """A symbol that never ticked gives nothing and stays where it is."""
    module = FakeModule(["EURUSD"])
    cursor = TickCursor("EURUSD", BEGIN)
    assert read_all(module, cursor) == ([], cursor)


def test_advancing_over_nothing_changes_nothing() -> None:
    """No rows, no move."""
    cursor = TickCursor("EURUSD", BEGIN, 2)
    assert cursor.advanced(tick_rows()) is cursor


def test_a_poll_reports_a_failing_symbol_beside_the_others() -> None:
    """One symbol that vanished from Market Watch does not silence the rest."""
    module = FakeModule(["EURUSD"])
    module.add_tick("EURUSD", BEGIN)
    result = Poll((TickCursor("GONE", BEGIN), TickCursor("EURUSD", BEGIN))).run(module)
    assert list(result.ticks) == ["EURUSD"]
    assert result.failed["GONE"].code == -4
    assert result.account is not None


def test_a_poll_tells_an_unreadable_account_from_an_empty_one() -> None:
    """A failed `positions_get` is no account at all, never an account without positions."""
    module = FakeModule(["EURUSD"])
    module.failing["positions_get"] = (-1, "Terminal: Fail")
    result = Poll(()).run(module)
    assert result.account is None
    assert result.account_error is not None
    assert result.account_error.call == "positions_get"


@pytest.mark.parametrize("call", ["terminal_info", "symbol_info_tick", "account_info"])
def test_a_lost_connection_fails_the_whole_poll(call: str) -> None:
    """Once the pipe is gone no part of a poll can be trusted."""
    module = FakeModule(["EURUSD"])
    module.failing[call] = (-10004, "No IPC connection")
    with pytest.raises(CallFailed) as caught:
        Poll((TickCursor("EURUSD", BEGIN),)).run(module)
    assert caught.value.connection_lost


@pytest.mark.parametrize("moved_msc", [3_600_000, -3_600_000, 250, -250, 1])
def test_a_moved_server_clock_is_noticed_and_nothing_is_taken(moved_msc: int) -> None:
    """The cursor's tick has gone from its place: no tick counts as new, neither of this symbol nor of the others."""
    module = FakeModule(["EURUSD", "GBPUSD"])
    for index in range(5):
        module.add_tick("EURUSD", BEGIN + 100 * index, bid=1.1 + index / 1e4)
    _, cursor = read_all(module, TickCursor("EURUSD", BEGIN))
    module.ticks["EURUSD"] = [(msc + moved_msc, bid, ask) for msc, bid, ask in module.ticks["EURUSD"]]
    module.add_tick("EURUSD", BEGIN + 600 + moved_msc, bid=1.2)
    module.add_tick("GBPUSD", BEGIN + 600 + moved_msc, bid=1.3)
    result = Poll((TickCursor("GBPUSD", BEGIN), cursor)).run(module)
    assert not result.ticks
    assert result.displaced == {"EURUSD"}
    result = Poll((cursor.shifted(moved_msc),)).run(module)
    assert (result.ticks["EURUSD"]["bid"].tolist(), result.displaced) == ([1.2], frozenset())


def test_a_quiet_market_is_no_moved_clock() -> None:
    """Hours without a tick, and then one, displace nothing."""
    module = FakeModule(["EURUSD"])
    module.add_tick("EURUSD", BEGIN)
    _, cursor = read_all(module, TickCursor("EURUSD", BEGIN))
    assert Poll((cursor,)).run(module).displaced == frozenset()
    module.add_tick("EURUSD", BEGIN + 7_200_500)
    result = Poll((cursor,)).run(module)
    assert (len(result.ticks["EURUSD"]), result.displaced) == (1, frozenset())


def test_a_tick_without_a_number_for_a_price_is_known_again() -> None:
    """A price that is not a number is unequal to itself; the cursor that stands at it is in place all the same."""
    module = FakeModule(["EURUSD"])
    module.add_tick("EURUSD", BEGIN, bid=math.nan)
    _, cursor = read_all(module, TickCursor("EURUSD", BEGIN))
    module.add_tick("EURUSD", BEGIN)
    assert Poll((cursor,)).run(module).ticks["EURUSD"]["bid"].tolist() == [1.15]


def test_a_cursor_ahead_of_the_market_begins_at_the_last_tick() -> None:
    """A closed market shows its last price, and a clock that is set back before the first tick silences nobody."""
    module = FakeModule(["EURUSD"])
    module.add_tick("EURUSD", BEGIN - 86_400_000, bid=1.1)
    found, _ = read_all(module, TickCursor("EURUSD", BEGIN))
    assert found == [(BEGIN - 86_400_000, 1.1)]


def test_an_audit_reads_the_last_seconds_again() -> None:
    """The audited symbol's ticks of the last half minute come as the terminal has them now, none beyond the cursor."""
    module = FakeModule(["EURUSD"])
    for second in (-40, -20, -1, 0):
        module.add_tick("EURUSD", BEGIN + 1000 * second)
    _, cursor = read_all(module, TickCursor("EURUSD", BEGIN - 60_000))
    module.add_tick("EURUSD", BEGIN + 5000)
    result = Poll((cursor,), audit="EURUSD").run(module)
    assert result.overlap is not None
    assert result.overlap["time_msc"].tolist() == [BEGIN - 20_000, BEGIN - 1000, BEGIN]


def test_an_audit_on_a_moved_clock_is_void() -> None:
    """An overlap without the cursor's tick would make every tick in it look late."""
    module = FakeModule(["EURUSD"])
    module.add_tick("EURUSD", BEGIN)
    _, cursor = read_all(module, TickCursor("EURUSD", BEGIN))
    module.ticks["EURUSD"] = [(BEGIN - 5000, 1.15, 1.1501)]
    assert Poll((cursor,), audit="EURUSD").run(module).overlap is None
