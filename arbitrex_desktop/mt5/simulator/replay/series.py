# SPDX-License-Identifier: MIT
"""One symbol's ticks out of one or more files, in UTC and in order of time, of which only the parts in use are held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import numpy as np

from arbitrex_desktop.mt5.arrays import TICK_DTYPE, Rows, read_only
from arbitrex_desktop.mt5.simulator.market.cache import BoundedCache
from arbitrex_desktop.mt5.simulator.market.server_clock import HOUR_MSC, SimulatedServerClock
from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError
from arbitrex_desktop.mt5.simulator.replay.fields import Integers
from arbitrex_desktop.mt5.simulator.replay.formats import FileClock
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec

_RAW_HELD: Final = 4
_PARTS_HELD: Final = 8
"""A day of a busy symbol has five: who reads history day by day must not push out what each poll reads."""
_READ_AT_ONCE: Final = 2
"""So many parts of each file are read before anything is played; a smaller file is refused as a whole or not at all."""
_EST_MSC: Final = 5 * HOUR_MSC


class TickFile(Protocol):
    """A file of ticks in parts, which `ExportFile` and `RecordedFile` are."""

    path: Path
    starts: Integers
    last_msc: int
    digits: int

    @property
    def clock(self) -> FileClock:
        """Return whose clock the file's times are of."""

    @property
    def pause_msc(self) -> int:
        """Return the longest time between two ticks that does not mean a closed market."""

    @property
    def disorder(self) -> int:
        """Return how many rows were found to be earlier than the one before."""

    def __len__(self) -> int: ...

    def part(self, index: int, spread: int = 0) -> Rows:
        """Return the ticks of a part in the order of the file and its clock; raise `ReplayError`."""


class Part(NamedTuple):
    """Ticks in order of time, and their times again: a search in the rows' column would copy it each time."""

    rows: Rows
    times: Integers


class _Place(NamedTuple):
    """Which part of which file."""

    file: TickFile
    number: int


class ReplaySeries:
    """One symbol's ticks with times in milliseconds of UTC.  For one thread.

    The parts of the files follow one another in the order of their first rows.  A row that stands in the part before or
    after the one where its time belongs is put there; one that is further away ends the series, as does a row that
    cannot be read.

    Attributes:
        spec: the symbol's conditions
        pause_msc: the longest time between two ticks that does not mean a closed market
        shifted_msc: by how much the files were moved in time to meet the other symbols'
        fault: why the series ends before its files do, "" if it does not
    """

    def __init__(self, spec: SymbolSpec, files: Sequence[TickFile], clock: SimulatedServerClock) -> None:
        self.spec = spec
        self.files = sorted(files, key=lambda file: int(file.starts[0]))
        self.pause_msc = max(file.pause_msc for file in files)
        self.shifted_msc = 0
        self.fault = ""
        self._clock = clock
        self._places = [_Place(file, index) for file in self.files for index in range(len(file))]
        for earlier, later in pairwise(self.files):
            if self._utc(later, later.starts[:1])[0] < self._utc(earlier, np.array([earlier.last_msc]))[0]:
                raise ReplayError(
                    f"{later.path}: expected to begin after the end of {earlier.path}, of the same symbol"
                )
        starts = np.concatenate([self._utc(file, file.starts) for file in self.files])
        self._cuts: Integers = np.maximum.accumulate(starts)
        self._raw: BoundedCache[int, Part] = BoundedCache(_RAW_HELD)
        self._parts: BoundedCache[int, Part] = BoundedCache(_PARTS_HELD)
        self._hours: dict[int, list[int]] = {}
        self._checked = min(_READ_AT_ONCE, len(self._places))
        for index in range(self._checked):
            self._raw_part(index)
        self.first_msc = int(self.part(0).times[0])
        # The first row need not be the earliest.
        self._cuts[0] = min(self._cuts[0], self.first_msc)

    @property
    def last_msc(self) -> int:
        """Return the moment of the last tick."""
        return int(self._utc(self.files[-1], np.array([self.files[-1].last_msc]))[0]) + self.shifted_msc

    @property
    def rows(self) -> Rows:
        """Return all ticks, however many."""
        return np.concatenate([self.part(index).rows for index in range(len(self._places))])

    @property
    def share_read(self) -> float:
        """Return how much of the files has been read and found sound, 0 to 1."""
        return self._checked / len(self._places)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what was found while reading that a user should know."""
        sorted_ones = tuple(
            f"{file.path}: {file.disorder} rows were earlier than the one before; they are played in order of time"
            for file in self.files
            if file.disorder
        )
        return (*sorted_ones, *([self.fault] if self.fault else []))

    def move(self, by_msc: int) -> None:
        """Move the whole series in time, before any of it is played."""
        self.shifted_msc += by_msc
        self.first_msc += by_msc
        self._cuts = self._cuts + by_msc
        self._hours = {}
        self._raw = BoundedCache(_RAW_HELD)
        self._parts = BoundedCache(_PARTS_HELD)

    def read_ahead(self) -> bool:
        """Read the next part that was never read, to find its faults in time; return whether there was one."""
        if self.fault or self._checked == len(self._places):
            return False
        try:
            self._read_raw(self._checked)
            self._checked += 1
        except ReplayError as error:
            self._end(error)
        return True

    def _raw_part(self, index: int) -> Part:
        """Return a part of the files, kept while it is in use."""
        return self._raw.get(index, lambda: self._read_raw(index))

    def _end(self, error: ReplayError) -> None:
        """Let the series end where its files cannot be read any further."""
        self.fault = f"{error}; the replay of {self.spec.name} ends before it"

    def index_at(self, at_msc: int) -> int:
        """Return the part whose time a moment lies in, -1 before the first."""
        return int(self._cuts.searchsorted(at_msc, side="right")) - 1

    def part(self, index: int) -> Part:
        """Return the ticks of a part's time."""
        return self._parts.get(index, lambda: self._make_part(index))

    def __len__(self) -> int:
        return len(self._places)

    def _make_part(self, index: int) -> Part:
        try:
            pieces = [self._of_time(neighbour, index) for neighbour in self._neighbours(index)]
        except ReplayError as error:
            self._end(error)
            pieces = [Part(np.zeros(0, dtype=TICK_DTYPE), np.zeros(0, dtype=np.int64))]
        found = [piece for piece in pieces if len(piece.rows)]
        if len(found) == 1 and (found[0].times[1:] >= found[0].times[:-1]).all():
            return found[0]
        rows = np.concatenate([piece.rows for piece in found or pieces])
        rows = rows[np.argsort(rows["time_msc"], kind="stable")]
        return Part(read_only(rows), np.ascontiguousarray(rows["time_msc"]))

    def _neighbours(self, index: int) -> range:
        return range(max(index - 1, 0), min(index + 2, len(self._places)))

    def _of_time(self, index: int, time_of: int) -> Part:
        """Return those ticks of a part of the files that lie in the time of a part: nearly always all or none."""
        raw = self._raw_part(index)
        first = self._cuts[time_of] if time_of else np.iinfo(np.int64).min
        end = self._cuts[time_of + 1] if time_of + 1 < len(self._cuts) else np.iinfo(np.int64).max
        chosen = (raw.times >= first) & (raw.times < end)
        return raw if chosen.all() else Part(read_only(raw.rows[chosen]), raw.times[chosen])

    def _read_raw(self, index: int) -> Part:
        """Return a part of the files with times of UTC; raise `ReplayError` for rows far from where they belong."""
        place = self._places[index]
        rows = place.file.part(place.number, self.spec.spread)
        times = self._utc(place.file, rows["time_msc"]) + self.shifted_msc
        rows["time_msc"] = times
        rows["time"] = times // 1000
        earliest = self._cuts[index - 1] if index > 1 else np.iinfo(np.int64).min
        latest = self._cuts[index + 2] if index + 2 < len(self._cuts) else np.iinfo(np.int64).max
        if len(times) and (times.min() < earliest or times.max() >= latest):
            raise ReplayError(f"{place.file.path}: expected rows in order of time, found some hours or days away")
        return Part(read_only(rows), np.ascontiguousarray(times))

    def _utc(self, file: TickFile, times: Integers) -> Integers:
        """Return the moments of UTC of times of a file's clock."""
        if file.clock is FileClock.SERVER:
            return self._clock.all_to_utc(np.ascontiguousarray(times))
        return times + (_EST_MSC if file.clock is FileClock.EST else 0)

    def between(self, from_msc: int, to_msc: int) -> Iterator[Rows]:
        """Yield the ticks within two moments, a part at a time."""
        for index in range(max(self.index_at(from_msc), 0), self.index_at(to_msc) + 1):
            part = self.part(index)
            first, end = part.times.searchsorted([from_msc, to_msc + 1])
            yield part.rows[first : max(first, end)]

    def before(self, at_msc: int) -> Rows | None:
        """Return the newest tick at or before a moment as an array of one row, None before the first."""
        for index in range(self.index_at(at_msc), -1, -1):
            part = self.part(index)
            end = int(part.times.searchsorted(at_msc + 1))
            if end:
                return part.rows[end - 1 : end]
        return None

    def after(self, at_msc: int) -> int | None:
        """Return the time of the oldest tick after a moment, None after the last."""
        for index in range(max(self.index_at(at_msc), 0), len(self._places)):
            part = self.part(index)
            first = int(part.times.searchsorted(at_msc + 1))
            if first < len(part.times):
                return int(part.times[first])
        return None

    def hours_back(self, at_msc: int) -> Iterator[int]:
        """Yield the starts of the hours of UTC with ticks that begin at or before a moment, newest first."""
        newest: int | None = None
        for index in range(self.index_at(at_msc), -1, -1):
            if index not in self._hours:
                self._hours[index] = np.unique(self.part(index).times // HOUR_MSC)[::-1].tolist()
            for hour in self._hours[index]:
                if hour * HOUR_MSC <= at_msc and (newest is None or hour < newest):
                    newest = hour
                    yield hour * HOUR_MSC
