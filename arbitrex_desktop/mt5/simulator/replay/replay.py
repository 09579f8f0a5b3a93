# SPDX-License-Identifier: MIT
"""A market made of exported ticks and bars, played as simulated time passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.simulator.market.market_feed import Extremes, bids_of_ticks, extremes_of
from arbitrex_desktop.mt5.simulator.market.server_clock import DAY_MSC, SimulatedServerClock
from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError
from arbitrex_desktop.mt5.simulator.replay.export_file import ExportFile, format_of
from arbitrex_desktop.mt5.simulator.replay.file_names import symbol_of
from arbitrex_desktop.mt5.simulator.replay.formats import FileFormat
from arbitrex_desktop.mt5.simulator.replay.recorded_file import open_recording, recorded_names
from arbitrex_desktop.mt5.simulator.replay.series import ReplaySeries, TickFile
from arbitrex_desktop.mt5.simulator.replay.text_file import TextFile
from arbitrex_desktop.mt5.simulator.symbols.classes import FoundSpec, SidecarError, read_sidecar, spec_of
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec
from arbitrex_desktop.mt5.tick_files import RECORDING_SUFFIX

_WEEK_MSC: Final = 7 * DAY_MSC
_END_MSC: Final = 60_000
_TEXTS: Final = frozenset({".csv", ".txt"})
_REPORTS: Final = 100
_NAMED: Final = 5

Progress = Callable[[int, int], None]
"""Hears how many of so many files are open."""


def no_progress(done: int, files: int) -> None:
    """Let nobody hear of progress."""
    del done, files


class ReplayMarket:
    """Exported ticks by symbol; implements `MarketFeed` and `HourlyTicks`.  For one thread.

    Files of symbols that lie years apart are moved by whole weeks, so that they play side by side: to the week in
    which the latest of them begins.  Weekday and time of day, and so the market's hours, stay what they were.
    """

    def __init__(self, series: Iterable[ReplaySeries], notes: Iterable[str] = ()) -> None:
        self._series = {item.spec.name: item for item in series}
        self._symbols = {name: item.spec for name, item in self._series.items()}
        self._notes = (*notes,)
        _move_side_by_side([*self._series.values()])

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

    @property
    def last_msc(self) -> int:
        """Return the moment of the last tick of all."""
        return max(item.last_msc for item in self._series.values())

    def next_tick_msc(self, after_msc: int) -> int:
        """Return the moment of the first tick of any symbol after a moment, the last one's at the end."""
        found = (item.after(after_msc) for item in self._series.values())
        return min((moment for moment in found if moment is not None), default=self.last_msc)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a user should know of the files: what symbols were taken for, and what was wrong but mended."""
        return (*self._notes, *(note for item in self._series.values() for note in item.notes))

    @property
    def share_read(self) -> float:
        """Return how much of the files has been read and found sound, 0 to 1."""
        return sum(item.share_read for item in self._series.values()) / len(self._series)

    def read_ahead(self) -> bool:
        """Read on a little in the files, if there is anything left; return whether there was."""
        return any(item.read_ahead() for item in self._series.values())

    def ticks(self, symbol: str, from_msc: int, to_msc: int) -> Iterator[Rows]:
        """Yield the ticks within two moments."""
        return self._series[symbol].between(from_msc, to_msc)

    def last_tick(self, symbol: str, at_msc: int) -> Rows | None:
        """Return the newest tick at or before a moment; after the last one the market stands still."""
        return self._series[symbol].before(at_msc)

    def hours_back(self, symbol: str, at_msc: int) -> Iterator[int]:
        """Yield the starts of the hours with ticks that begin at or before a moment, newest first."""
        return self._series[symbol].hours_back(at_msc)

    def extremes(self, symbol: str, from_msc: int, to_msc: int) -> Extremes | None:
        """Return the least and greatest prices within two moments."""
        found: Extremes | None = None
        for rows in self.ticks(symbol, from_msc, to_msc):
            piece = extremes_of(rows)
            found = piece if found is None else found.joined(piece)
        return found

    def bids_around(self, symbol: str, at_msc: int, until_msc: int) -> tuple[float, float]:
        """Return the last bid before a full hour and the first one from it until a moment."""
        return bids_of_ticks(self, symbol, at_msc, until_msc)

    def is_open(self, symbol: str, at_msc: int) -> bool:
        """Return whether the exported market was trading: it is closed before, after, and in its long pauses."""
        item = self._series[symbol]
        before = item.before(at_msc)
        if before is None:
            return False
        newest = int(before["time_msc"][0])
        if at_msc - newest <= _END_MSC:
            return True
        after = item.after(at_msc)
        return after is not None and after - newest <= item.pause_msc


def load_replay(
    paths: Sequence[Path], clock: SimulatedServerClock, *, strict: bool = False, report: Progress = no_progress
) -> ReplayMarket:
    """Open files and folders of `SYMBOL*.csv`, and recordings (`.sqlite3`), all or nothing; raise `ReplayError`.

    Times are the server clock's, but of formats with a clock of their own.  Several files of a symbol are played one
    after the other.  Of large files only the beginning is read here.  `strict` refuses rows in the wrong order, which
    are sorted otherwise.  `tell` hears of progress, a hundred times at most.
    """
    by_symbol: dict[str, list[TickFile]] = {}
    given: dict[str, Mapping[str, Any]] = {}
    files = _files(paths)
    for done, path in enumerate(files):
        if done % max(len(files) // _REPORTS, 1) == 0:
            report(done, len(files))
        sidecar = _sidecar(path.parent)
        given |= sidecar
        for symbol, file in _opened(path, sidecar, strict=strict).items():
            by_symbol.setdefault(symbol, []).append(file)
    found = {
        name: spec_of(name, max(file.digits for file in files), given.get(name)) for name, files in by_symbol.items()
    }
    notes = _notes_on_origin(found)
    return ReplayMarket((ReplaySeries(found[name].spec, files, clock) for name, files in by_symbol.items()), notes)


def _notes_on_origin(found: Mapping[str, FoundSpec]) -> list[str]:
    """Return what the symbols were taken for, those of one kind in one line."""
    kinds: dict[str, list[str]] = {}
    for name, item in found.items():
        kinds.setdefault(item.origin, []).append(name)
    return [f"{_some(names)}: {origin}" for origin, names in kinds.items()]


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def symbols_in(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the symbols that files and folders bring; none where they cannot be used, which `load_replay` reports."""
    try:
        found = [_symbols_of(path, _sidecar(path.parent)) for path in _files(paths)]
    except ReplayError:
        return ()
    return tuple({name: None for names in found for name in names})


def _sidecar(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        return read_sidecar(folder)
    except SidecarError as error:
        raise ReplayError(str(error)) from error


def _opened(path: Path, known: Iterable[str], *, strict: bool) -> Mapping[str, TickFile]:
    """Open one file of either kind."""
    if path.suffix.lower() == RECORDING_SUFFIX:
        return open_recording(path)
    file = ExportFile(path, strict=strict)
    return {_named(path, known, file.format): file}


def _symbols_of(path: Path, known: Iterable[str]) -> Sequence[str]:
    """Return the symbols of a file of either kind, of which no more than the beginning is read."""
    if path.suffix.lower() == RECORDING_SUFFIX:
        return recorded_names(path)
    return (_named(path, known, format_of(TextFile(path))),)


def _named(path: Path, known: Iterable[str], found: FileFormat) -> str:
    symbol = symbol_of(path, known, minutes=found.minutes)
    if not symbol:
        raise ReplayError(f"{path}: expected the symbol in the file's name, as in EURUSD_ticks.csv")
    return symbol


def _files(paths: Sequence[Path]) -> list[Path]:
    """Return the files that are named, or lie in a folder that is."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise ReplayError(f"{path}: expected a file or a folder of SYMBOL*.csv, found nothing")
        inside = sorted(item for item in path.iterdir() if item.suffix.lower() in _TEXTS) if path.is_dir() else [path]
        if not inside:
            raise ReplayError(f"{path}: expected files named SYMBOL*.csv in the folder, found none")
        found += inside
    return found


def _move_side_by_side(series: list[ReplaySeries]) -> None:
    """Move what ended more than a week before the latest series began, by whole weeks, to begin within that week."""
    latest = max(item.first_msc for item in series)
    for item in series:
        if item.last_msc < latest - _WEEK_MSC:
            item.move(round((latest - item.first_msc) / _WEEK_MSC) * _WEEK_MSC)
