# SPDX-License-Identifier: MIT
"""A large file is opened by looks at it, and read on while it plays, so that its first price does not wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.mt5.host.server import ModuleRunner
from arbitrex_desktop.mt5.simulator.market.bars import BarSource
from arbitrex_desktop.mt5.simulator.market.server_clock import SimulatedServerClock
from arbitrex_desktop.mt5.simulator.replay import text_file
from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError
from arbitrex_desktop.mt5.simulator.replay.export_file import ExportFile
from arbitrex_desktop.mt5.simulator.replay.replay import load_replay, symbols_in
from tests.fakes.clock import ManualClock
from tests.fakes.module import FakeModule

HEADER = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>"
BEGIN = datetime(2026, 3, 2, 10, tzinfo=UTC)
PART = 2_000


@pytest.fixture(autouse=True)
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files be read in parts of some fifty rows."""
    monkeypatch.setattr(text_file, "PART_BYTES", PART)


def rows(count: int, after: int = 0, step: int = 1) -> list[str]:
    """Return a tick each `step` seconds, from so many seconds after the beginning."""
    moments = (BEGIN + timedelta(seconds=after + number * step) for number in range(count))
    return [f"{at:%Y.%m.%d\t%H:%M:%S}.000\t1.10000\t1.10010\t\t\t6" for at in moments]


def write(folder: Path, *lines: str) -> Path:
    """Write a file of lines."""
    path = folder / "EURUSD.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_parts_of_blank_lines_hold_nothing(tmp_path: Path) -> None:
    """Blank lines, more of them than are read at once, stand between rows and at the end: the rows play."""
    blank = [""] * (3 * PART)
    path = write(tmp_path, HEADER, *rows(100), *blank, *rows(100, 100), *blank)
    market = load_replay([path], SimulatedServerClock("UTC"))
    while market.read_ahead():
        pass
    assert len(market.series["EURUSD"].rows) == 200
    assert market.last_msc - market.first_msc == 199_000
    assert not [note for note in market.notes if "ends before" in note]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("before", "after"), [("", "\t\t\t\t\t\t"), ("\n\n", "\x1a"), ("", "\0\0\0"), ("\n", "\n\n")])
def test_what_is_no_row_is_left_out(tmp_path: Path, encoding: str, newline: str, before: str, after: str) -> None:
    """Lines of delimiters, old ends of files, what a crash leaves, in any encoding and with any ends of lines."""
    text = before + "\n".join([HEADER, *rows(100), after, ""])
    path = tmp_path / "EURUSD.csv"
    path.write_bytes(text.replace("\n", newline).encode(encoding))
    market = load_replay([path], SimulatedServerClock("UTC"))
    while market.read_ahead():
        pass
    found = market.series["EURUSD"]
    assert (len(found.rows), found.fault) == (100, "")
    assert market.last_msc - market.first_msc == 99_000


def test_a_bad_row_behind_lines_of_delimiters_is_named_with_its_line(tmp_path: Path) -> None:
    """Lines that hold nothing count as lines of the file."""
    path = write(tmp_path, HEADER, *rows(3), ",,,,,,", "\t\t\t\t\t\t", "", rows(1)[0].replace("1.10000", "high"))
    with pytest.raises(ReplayError, match=r"EURUSD\.csv, line 8: expected BID to be a price, found 'high'"):
        load_replay([path], SimulatedServerClock("UTC"))


def test_a_bad_row_that_begins_a_part_is_named_with_its_line(tmp_path: Path) -> None:
    """What the look at each part's first row finds is told as what reading finds."""
    path = write(tmp_path, HEADER, *rows(400))
    lines = path.read_text().splitlines()
    first = sum(len(line) + 1 for line in lines[:51])
    assert first > PART
    number = next(index for index in range(51) if sum(len(line) + 1 for line in lines[:index]) > PART)
    lines[number] = lines[number].replace("2026.03.02", "2026.13.02")
    path = write(tmp_path, *lines)
    with pytest.raises(ReplayError, match=rf"EURUSD\.csv, line {number + 1}: expected a date"):
        ExportFile(path)


def test_the_latest_row_is_known_once_it_was_read(tmp_path: Path) -> None:
    """A row far from the end may be the latest: at the start the last ones count, later all that were read."""
    ordered = rows(5_000)
    path = write(tmp_path, HEADER, *ordered[:3_000], ordered[-1], *ordered[3_000:-1])
    file = ExportFile(path)
    before = file.last_msc
    for index in range(len(file)):
        file.part(index)
    assert file.last_msc - before == 1_000


def test_the_symbols_of_a_file_are_known_by_its_beginning(tmp_path: Path) -> None:
    """The program asks for the symbols before the host reads the file; a fault far behind is the host's to find."""
    path = write(tmp_path, HEADER, *rows(400), "nonsense", *rows(400, 400))
    assert symbols_in([path]) == ("EURUSD",)
    assert symbols_in([write(tmp_path, "nonsense")]) == ()


def test_days_of_the_past_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bars further and further back, as the pool asks for them, read each part of the file once and not all again."""
    path = write(tmp_path, HEADER, *rows(4_000, step=60))
    read: list[int] = []
    plain = ExportFile.part

    def counted(self: ExportFile, index: int, spread: int = 0) -> Rows:
        read.append(index)
        return plain(self, index, spread)

    monkeypatch.setattr(ExportFile, "part", counted)
    market = load_replay([path], SimulatedServerClock("UTC"))
    bars = BarSource(market, SimulatedServerClock("UTC"))
    parts = len(market.series["EURUSD"])
    for count in range(1, 60):
        assert len(bars.last("EURUSD", int(Timeframe.H1), count, until_msc=market.last_msc)) == count
    assert parts > 50
    assert len(read) < 2 * parts


class SlowWorld:
    """A world in which a moment of idleness takes a second."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.idled = 0

    def market_time_msc(self) -> int:
        """Return a present."""
        return 0

    def server_time_msc(self) -> int:
        """Return the same."""
        return 0

    def replay_status(self) -> None:
        """Nothing is replayed."""

    def steer(self, *, speed: float | None, to_msc: int | None, step: str | None) -> None:
        """There is nothing to steer."""

    def idle(self) -> None:
        """Use a second."""
        self.idled += 1
        self._clock.advance(1.0)


def test_reading_on_leaves_the_first_prices_alone_and_half_of_the_time() -> None:
    """The host does not read on for two seconds after its start, and no longer than it then serves others."""
    clock = ManualClock()
    world = SlowWorld(clock)
    runner = ModuleRunner(FakeModule(), clock, world)
    runner.idle()
    clock.advance(1.9)
    runner.idle()
    assert world.idled == 0
    clock.advance(0.2)
    runner.idle()
    runner.idle()
    assert world.idled == 1
    clock.advance(1.0)
    runner.idle()
    assert world.idled == 2
