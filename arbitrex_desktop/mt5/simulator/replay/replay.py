# SPDX-License-Identifier: MIT
"""A market made of exported ticks and bars, played as simulated time passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import Rows, read_only
from arbitrex_desktop.mt5.simulator.broker.symbols import SymbolSpec, replayed_spec
from arbitrex_desktop.mt5.simulator.market.market_feed import Extremes, extremes_of
from arbitrex_desktop.mt5.simulator.market.server_clock import DAY_MSC, HOUR_MSC, SimulatedServerClock
from arbitrex_desktop.mt5.simulator.replay.replay_files import ReplayError, ReplayFile, read_export, read_recorded
from arbitrex_desktop.mt5.tick_files import RECORDING_SUFFIX

_WEEK_MSC: Final = 7 * DAY_MSC
_END_MSC: Final = 60_000


@dataclass(frozen=True, slots=True)
class ReplaySeries:
    """One symbol's ticks with times in milliseconds of UTC.

    `shifted_msc` is by how much its files were moved in time to meet the other symbols'.
    """

    spec: SymbolSpec
    rows: Rows
    pause_msc: int
    shifted_msc: int = 0

    @property
    def first_msc(self) -> int:
        """Return the moment of the first tick."""
        return int(self.rows["time_msc"][0])

    @property
    def last_msc(self) -> int:
        """Return the moment of the last tick."""
        return int(self.rows["time_msc"][-1])


class ReplayMarket:
    """Exported ticks by symbol; implements `MarketFeed` and `HourlyTicks`.  For one thread.

    Files of symbols that lie years apart are moved by whole weeks, so that they play side by side: to the week in
    which the latest of them begins.  Weekday and time of day, and so the market's hours, stay what they were.
    """

    def __init__(self, series: Iterable[ReplaySeries]) -> None:
        self._series = {item.spec.name: item for item in _side_by_side([*series])}
        self._symbols = {name: item.spec for name, item in self._series.items()}
        # A column of its own, since a search in the rows' one would copy it each time.
        self._times = {name: np.ascontiguousarray(item.rows["time_msc"]) for name, item in self._series.items()}
        self._hours: dict[str, NDArray[np.int64]] = {
            name: np.unique(times // HOUR_MSC) * HOUR_MSC for name, times in self._times.items()
        }

    @property
    def symbols(self) -> Mapping[str, SymbolSpec]:
        """Return the replayed symbols."""
        return self._symbols

    @property
    def series(self) -> Mapping[str, ReplaySeries]:
        """Return all that is played, by symbol."""
        return self._series

    @property
    def first_msc(self) -> int:
        """Return the moment of the first tick of all."""
        return min(item.first_msc for item in self._series.values())

    def ticks(self, symbol: str, from_msc: int, to_msc: int) -> Iterator[Rows]:
        """Yield the ticks within two moments, in one piece."""
        rows = self._series[symbol].rows
        first, end = np.searchsorted(self._times[symbol], [from_msc, to_msc + 1])
        yield rows[first : max(first, end)]

    def last_tick(self, symbol: str, at_msc: int) -> Rows | None:
        """Return the newest tick at or before a moment; after the last one the market stands still."""
        rows = self._series[symbol].rows
        end = int(np.searchsorted(self._times[symbol], at_msc + 1))
        return rows[end - 1 : end] if end else None

    def hours_back(self, symbol: str, at_msc: int) -> Iterator[int]:
        """Yield the starts of the hours with ticks that begin at or before a moment, newest first."""
        hours = self._hours[symbol]
        end = int(np.searchsorted(hours, at_msc + 1))
        return (int(hour) for hour in hours[:end][::-1])

    def extremes(self, symbol: str, from_msc: int, to_msc: int) -> Extremes | None:
        """Return the least and greatest prices within two moments."""
        return extremes_of(next(self.ticks(symbol, from_msc, to_msc)))

    def is_open(self, symbol: str, at_msc: int) -> bool:
        """Return whether the exported market was trading: it is closed before, after, and in its long pauses."""
        item = self._series[symbol]
        times = self._times[symbol]
        after = int(np.searchsorted(times, at_msc + 1))
        if after == 0:
            return False
        since = at_msc - int(times[after - 1])
        if after == len(times):
            return since <= _END_MSC
        return since <= _END_MSC or int(times[after] - times[after - 1]) <= item.pause_msc


def load_replay(paths: Sequence[Path], clock: SimulatedServerClock) -> ReplayMarket:
    """Read files and folders of `SYMBOL*.csv`, and recordings (`.sqlite3`), all or nothing; raise `ReplayError`.

    Their times are the server clock's.  Several files of a symbol are played one after the other.
    """
    files = [file for path in _files(paths) for file in _read(path)]
    by_symbol: dict[str, list[ReplayFile]] = {}
    for file in files:
        by_symbol.setdefault(file.symbol, []).append(file)
    return ReplayMarket(_joined(group, clock) for group in by_symbol.values())


def _read(path: Path) -> list[ReplayFile]:
    """Read one file of either kind."""
    return read_recorded(path) if path.suffix.lower() == RECORDING_SUFFIX else [read_export(path)]


def _files(paths: Sequence[Path]) -> list[Path]:
    """Return the files that are named, or lie in a folder that is."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise ReplayError(f"{path}: expected a file or a folder of SYMBOL*.csv, found nothing")
        inside = sorted(item for item in path.iterdir() if item.suffix.lower() == ".csv") if path.is_dir() else [path]
        if not inside:
            raise ReplayError(f"{path}: expected files named SYMBOL*.csv in the folder, found none")
        found += inside
    return found


def _joined(files: list[ReplayFile], clock: SimulatedServerClock) -> ReplaySeries:
    """Put a symbol's files one after the other and its times into UTC."""
    ordered = sorted(files, key=lambda file: int(file.rows["time_msc"][0]))
    for earlier, later in pairwise(ordered):
        if later.rows["time_msc"][0] < earlier.rows["time_msc"][-1]:
            raise ReplayError(f"{later.path}: expected to begin after the end of {earlier.path}, of the same symbol")
    rows = np.concatenate([file.rows for file in ordered])
    # A change to winter time repeats an hour of the server's clock; order is kept all the same.
    times = np.array([clock.to_utc(moment) for moment in rows["time_msc"].tolist()], dtype=np.int64)
    rows["time_msc"] = np.maximum.accumulate(times)
    rows["time"] = rows["time_msc"] // 1000
    spec = replayed_spec(ordered[0].symbol, max(file.digits for file in ordered))
    return ReplaySeries(spec, read_only(rows), pause_msc=max(file.pause_msc for file in ordered))


def _side_by_side(series: list[ReplaySeries]) -> list[ReplaySeries]:
    """Move what ended more than a week before the latest series began, by whole weeks, to begin within that week."""
    latest = max(item.first_msc for item in series)
    return [_moved(item, latest) if item.last_msc < latest - _WEEK_MSC else item for item in series]


def _moved(item: ReplaySeries, target_msc: int) -> ReplaySeries:
    """Return the series moved by whole weeks, so that it begins no later than half a week from a moment."""
    by = round((target_msc - item.first_msc) / _WEEK_MSC) * _WEEK_MSC
    rows = item.rows.copy()
    rows["time_msc"] += by
    rows["time"] = rows["time_msc"] // 1000
    return ReplaySeries(item.spec, read_only(rows), item.pause_msc, shifted_msc=by)
