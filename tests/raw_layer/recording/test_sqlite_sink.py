# SPDX-License-Identifier: MIT
"""Durable recording of ticks."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.polling import Poll
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError
from arbitrex_desktop.raw_layer.recording.background_sink import HELD_AT_MOST, BackgroundSink
from arbitrex_desktop.raw_layer.recording.sqlite_sink import SqliteTickSink
from arbitrex_desktop.raw_layer.ticks.tick_pipeline import TickPipeline
from tests.fakes.clock import ManualClock
from tests.fakes.module import FakeModule, tick_rows
from tests.mt5.recordings import read_recording


def test_a_recording_gives_back_what_was_written(tmp_path: Path) -> None:
    """Ticks of two symbols come back whole and in order, those of one millisecond included."""
    clock = ManualClock()
    sink = SqliteTickSink(tmp_path / "new" / "folder", "account", clock)
    sink.write({"EURUSD": tick_rows((5, 1.1, 1.2), (5, 1.11, 1.2)), "USDJPY": tick_rows((6, 150.0, 150.1))})
    sink.write({"EURUSD": tick_rows((7, 1.12, 1.2))})
    sink.close()
    ticks = read_recording(next((tmp_path / "new" / "folder").glob("account-2025-03-12.sqlite3")))
    assert ticks["EURUSD"].tolist() == tick_rows((5, 1.1, 1.2), (5, 1.11, 1.2), (7, 1.12, 1.2)).tolist()
    assert ticks["USDJPY"]["bid"].tolist() == [150.0]
    assert sink.written == 4


def test_each_day_has_a_file_of_its_own(tmp_path: Path) -> None:
    """After midnight UTC a new file begins."""
    clock = ManualClock()
    sink = SqliteTickSink(tmp_path, "a", clock)
    sink.write({"EURUSD": tick_rows((1, 1.1, 1.2))})
    clock.advance(86_400)
    sink.write({"EURUSD": tick_rows((2, 1.1, 1.2))})
    sink.close()
    assert [len(read_recording(path)["EURUSD"]) for path in sorted(tmp_path.glob("*.sqlite3"))] == [1, 1]


def test_what_could_not_be_written_is_written_later(tmp_path: Path) -> None:
    """A folder in the way of the recorder is told, the ticks are held, and none is lost once it is gone."""
    obstacle = tmp_path / "recordings"
    obstacle.write_text("a file, where a folder should be")
    sink = BackgroundSink(SqliteTickSink(obstacle, "a", ManualClock()), retry_seconds=0.001)
    told = ""
    for stamp in range(1, 2000):
        try:
            sink.write({"EURUSD": tick_rows((stamp, 1.1, 1.2))})
        except OSError as error:
            told = str(error)
            break
        threading.Event().wait(0.001)
    assert "recordings" in told
    obstacle.unlink()
    sink.close()
    rows = read_recording(next(obstacle.glob("*.sqlite3")))["EURUSD"]
    assert rows["time_msc"].tolist() == list(range(1, stamp + 1))
    assert sink.dropped == 0


def test_too_many_waiting_ticks_shed_the_oldest() -> None:
    """A recorder that never recovers costs bounded memory, and what was lost is counted."""

    class Refusing:
        """A sink that takes nothing."""

        def write(self, batch: Mapping[str, Rows]) -> None:
            """Refuse."""
            raise OSError("no")

        def close(self) -> None:
            """Close."""

    sink = BackgroundSink(Refusing(), retry_seconds=0.001)
    rows = tick_rows(*((stamp, 1.1, 1.2) for stamp in range(50_000)))
    for _ in range(6):
        with contextlib.suppress(OSError):
            sink.write({"EURUSD": rows})
    assert sink.dropped == 6 * 50_000 - HELD_AT_MOST
    sink.close()


def test_a_file_that_is_no_recording_is_refused(tmp_path: Path) -> None:
    """Neither an absent file nor any other file is taken for a recording."""
    with pytest.raises(FileNotFoundError):
        read_recording(tmp_path / "none.sqlite3")
    (tmp_path / "text.sqlite3").write_text("hello " * 1000)
    with pytest.raises(ValueError, match=r"text\.sqlite3"):
        read_recording(tmp_path / "text.sqlite3")


def test_a_failing_sink_is_shown_and_does_not_stop_the_feed(tmp_path: Path) -> None:
    """The board goes on while recording fails, the trouble is told, and it clears when recording works again."""
    obstacle = tmp_path / "recordings"
    obstacle.write_text("in the way")
    module = FakeModule(["EURUSD"])
    feed = TickPipeline(ManualClock(), 100, [SqliteTickSink(obstacle, "a", ManualClock())])
    feed.select(module.symbols, begin_msc=0)
    for stamp, fails in ((1000, True), (2000, True), (3000, False)):
        if not fails:
            obstacle.unlink()
        module.add_tick("EURUSD", stamp)
        feed.apply(Poll(feed.cursors).run(module), SystemClock().now() - timedelta(0))
        assert ("cannot be recorded" in feed.sinks.error) is fails
    feed.sinks.close()
    assert feed.counters.total == 3


def test_the_simulated_terminal_replays_a_recording(tmp_path: Path) -> None:
    """What was recorded comes out of the simulated terminal again, every tick, at the times of the server clock."""
    sink = SqliteTickSink(tmp_path, "EURUSD_GBPUSD", ManualClock())
    begin = 1_741_773_600_000
    for symbol, price in (("EURUSD", 1.15), ("GBPUSD", 1.30123)):
        ticks = tick_rows(*((begin + 250 * index, price + index / 1e5, price + 0.0002) for index in range(5)))
        sink.write({symbol: ticks})
    sink.close()
    clock = ManualClock()
    path = next(tmp_path.glob("*.sqlite3"))
    simulation = build_simulation(SimulationSpec(replay=(path,), epoch=clock.now(), demo_positions=False), clock)
    clock.advance(60.0)
    assert simulation.module.initialize()
    rows = simulation.module.copy_ticks_from("EURUSD", begin // 1000, 100, -1)
    assert rows is not None
    assert rows["time_msc"].tolist() == [begin + 250 * index for index in range(5)]
    assert rows["bid"].tolist() == pytest.approx([1.15 + index / 1e5 for index in range(5)])
    info = simulation.module.symbol_info("GBPUSD")
    assert info is not None
    assert info.digits == 5


def test_a_recording_without_ticks_cannot_be_replayed(tmp_path: Path) -> None:
    """An empty recording is named, with what was expected."""
    sink = SqliteTickSink(tmp_path, "empty", ManualClock())
    sink.write({})
    sink.close()
    path = next(tmp_path.glob("*.sqlite3"))
    with pytest.raises(ReplayError, match=r"empty.*expected"):
        build_simulation(SimulationSpec(replay=(path,)), ManualClock())
