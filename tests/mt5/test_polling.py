# SPDX-License-Identifier: MIT
"""The tick cursor and the poll."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.polling import Poll, TickCursor, new_ticks
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
        rows, complete = new_ticks(module, cursor, latest_of(module))
        found += [(int(row["time_msc"]), float(row["bid"])) for row in rows]
        cursor = cursor.advanced(rows)
        if complete:
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


@pytest.mark.parametrize("hours", [1, -1])
def test_a_moved_server_clock_loses_and_repeats_nothing(hours: int) -> None:
    """When the broker's clock jumps, history included, the cursors go with it: only the new tick is new."""
    module = FakeModule(["EURUSD"])
    shift = hours * 3_600_000
    for index in range(5):
        module.add_tick("EURUSD", BEGIN + 100 * index, bid=1.1 + index / 1e4)
    _, cursor = read_all(module, TickCursor("EURUSD", BEGIN))
    module.ticks["EURUSD"] = [(msc + shift, bid, ask) for msc, bid, ask in module.ticks["EURUSD"]]
    module.add_tick("EURUSD", BEGIN + 600 + shift, bid=1.2)
    result = Poll((cursor,), newest_msc=BEGIN + 400, elapsed_msc=210).run(module)
    assert result.clock_shift_msc == shift
    assert result.ticks["EURUSD"]["bid"].tolist() == [1.2]


def test_a_quiet_market_is_no_moved_clock() -> None:
    """Hours without a tick, and then one at its proper time, move nothing."""
    module = FakeModule(["EURUSD"])
    module.add_tick("EURUSD", BEGIN)
    cursor = TickCursor("EURUSD", BEGIN - 1)
    quiet = Poll((cursor,), newest_msc=BEGIN, elapsed_msc=7_200_000).run(module)
    assert quiet.clock_shift_msc == 0
    module.add_tick("EURUSD", BEGIN + 7_200_500)
    assert Poll((cursor,), newest_msc=BEGIN, elapsed_msc=7_200_400).run(module).clock_shift_msc == 0


def test_an_audit_reads_the_last_seconds_again() -> None:
    """The audited symbol's ticks of the last half minute come as the terminal has them now, none beyond the cursor."""
    module = FakeModule(["EURUSD"])
    for second in (-40, -20, -1, 0, 5):
        module.add_tick("EURUSD", BEGIN + 1000 * second)
    result = Poll((TickCursor("EURUSD", BEGIN, 1),), audit="EURUSD").run(module)
    assert result.overlap is not None
    assert result.overlap["time_msc"].tolist() == [BEGIN - 20_000, BEGIN - 1000, BEGIN]


def test_a_clock_that_moves_in_the_middle_of_a_poll_brings_nothing() -> None:
    """Ticks read half on one clock and half on another are left to the next poll, which reads them all."""

    class Moving(FakeModule):
        """Its clock goes an hour ahead, history included, right after the first look at the symbol."""

        def copy_ticks_from(self, symbol: str, date_from: int, count: int, flags: int, /) -> Rows | None:
            """Move the clock, once, then answer."""
            if not self.calls["copy_ticks_from"]:
                self.ticks[symbol] = [(msc + 3_600_000, bid, ask) for msc, bid, ask in self.ticks[symbol]]
            return super().copy_ticks_from(symbol, date_from, count, flags)

    module = Moving(["EURUSD"])
    module.add_tick("EURUSD", BEGIN, bid=1.1)
    module.add_tick("EURUSD", BEGIN + 100, bid=1.2)
    cursor = TickCursor("EURUSD", BEGIN, 1, (1.1, 1.1501, 0.0, 0, 6))
    first = Poll((cursor,), newest_msc=BEGIN, elapsed_msc=150, audit="EURUSD").run(module)
    assert (first.ticks, first.overlap, first.clock_shift_msc) == ({}, None, 0)
    second = Poll((cursor,), newest_msc=BEGIN, elapsed_msc=250).run(module)
    assert second.clock_shift_msc == 3_600_000
    assert second.ticks["EURUSD"]["bid"].tolist() == [1.2]
