# SPDX-License-Identifier: MIT
"""A recording plays part by part, late ticks at their time, every symbol of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from arbitrex_desktop.mt5.simulator.market.server_clock import SimulatedServerClock
from arbitrex_desktop.mt5.simulator.replay import recorded_file
from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError
from arbitrex_desktop.mt5.simulator.replay.replay import load_replay, symbols_in
from arbitrex_desktop.mt5.tick_files import FORMAT, SCHEMA
from tests.mt5.recordings import read_recording

START = 1_772_445_600_000


def record(folder: Path, ticks: list[tuple[int, int]]) -> Path:
    """Write a recording of ticks, each a symbol's number and its seconds after the start; return the file."""
    path = folder / "ticks.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(f"{SCHEMA} PRAGMA user_version = {FORMAT};")
        database.executemany("INSERT INTO symbols VALUES (?, ?)", [(1, "EURUSD"), (2, "US30.x"), (3, "SILENT")])
        database.executemany(
            "INSERT INTO ticks (symbol, time_msc, bid, ask, last, volume, flags, volume_real) "
            "VALUES (?, ?, ?, ?, 0, 0, 6, 0)",
            [(symbol, START + 1000 * second, 1.1 + second / 1e4, 1.2 + second / 1e4) for symbol, second in ticks],
        )
        database.commit()
    return path


@pytest.mark.parametrize("part", [7, 50, 100_000])
def test_every_tick_plays_at_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    """However a recording is cut: all ticks of each symbol, in order of time, those that came late included."""
    monkeypatch.setattr(recorded_file, "_PART_TICKS", part)
    seconds = [*range(60)]
    seconds[20], seconds[22] = seconds[22], seconds[20]
    ticks = [(1, second) for second in seconds] + [(2, second) for second in range(60, 90)] + [(1, 95)]
    path = record(tmp_path, ticks)
    market = load_replay([path], SimulatedServerClock("UTC"))
    assert {*market.series} == {*symbols_in([path])} == {"EURUSD", "US30.x"}
    for name, count in (("EURUSD", 61), ("US30.x", 30)):
        rows = market.series[name].rows
        assert len(rows) == count
        assert (np.diff(rows["time_msc"]) > 0).all()
        assert sorted(rows.tolist()) == sorted(read_recording(path)[name].tolist())
    assert market.series["EURUSD"].spec.digits == 4
    assert market.last_msc == START + 95_000


def test_a_recording_without_ticks_is_refused(tmp_path: Path) -> None:
    """Nothing recorded is said in words."""
    with pytest.raises(ReplayError, match=r"ticks\.sqlite3: expected recorded ticks, found none"):
        load_replay([record(tmp_path, [])], SimulatedServerClock("UTC"))
