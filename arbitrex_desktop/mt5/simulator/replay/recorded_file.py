# SPDX-License-Identifier: MIT
"""One symbol of a recording of this program, read part by part."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError
from arbitrex_desktop.mt5.simulator.replay.fields import Integers
from arbitrex_desktop.mt5.simulator.replay.formats import FileClock
from arbitrex_desktop.mt5.tick_files import RecordedSymbol, read_recorded, recorded_symbols

_PART_TICKS: Final = 100_000
_LOOKED_AT: Final = 1000
_MOST_DIGITS: Final = 8


class RecordedFile:
    """A file as `ExportFile` is one.  Late ticks stand after their turn, and are no disorder to speak of.

    Raises `ReplayError` for what cannot be read.
    """

    clock: Final = FileClock.SERVER
    disorder: Final = 0
    pause_msc: Final = 3_600_000

    def __init__(self, path: Path, symbol: RecordedSymbol) -> None:
        self.path = path
        self._symbol = symbol
        firsts = range(symbol.first, symbol.last + 1, _PART_TICKS)
        starts = [(first, self._first_of(first)) for first in firsts]
        known = [(first, int(rows["time_msc"][0])) for first, rows in starts if len(rows)]
        self._firsts = [first for first, _ in known]
        self.starts: Integers = np.array([moment for _, moment in known], dtype=np.int64)
        self.last_msc = int(self.part(len(known) - 1)["time_msc"].max())
        self.digits = _digits(self.part(0))

    def __len__(self) -> int:
        return len(self._firsts)

    def part(self, index: int, spread: int = 0) -> Rows:
        """Return the ticks of a part in the order in which they came."""
        del spread
        return self._read(self._firsts[index], self._firsts[index] + _PART_TICKS)

    def _first_of(self, first: int) -> Rows:
        """Return the first ticks of a part, which other symbols' may leave empty."""
        few = self._read(first, first + _LOOKED_AT)
        return few if len(few) else self._read(first, first + _PART_TICKS)

    def _read(self, first: int, end: int) -> Rows:
        try:
            return read_recorded(self.path, self._symbol, first, end)
        except (OSError, ValueError) as error:
            raise ReplayError(f"{self.path}: expected a recording of ticks: {error_text(error)}") from error


def open_recording(path: Path) -> dict[str, RecordedFile]:
    """Open a recording, which may hold several symbols; raise `ReplayError`."""
    return {symbol.name: RecordedFile(path, symbol) for symbol in _symbols(path)}


def recorded_names(path: Path) -> tuple[str, ...]:
    """Return the names of a recording's symbols; raise `ReplayError`."""
    return tuple(symbol.name for symbol in _symbols(path))


def _symbols(path: Path) -> tuple[RecordedSymbol, ...]:
    try:
        symbols = recorded_symbols(path)
    except (OSError, ValueError) as error:
        raise ReplayError(f"{path}: expected a recording of ticks: {error_text(error)}") from error
    if not symbols:
        raise ReplayError(f"{path}: expected recorded ticks, found none")
    return symbols


def _digits(rows: Rows) -> int:
    """Return the decimals of the first prices."""
    prices = np.concatenate([rows["bid"][:_LOOKED_AT], rows["ask"][:_LOOKED_AT]])
    # Sums of binary fractions leave dust behind the last decimal.
    fits = (
        digits for digits in range(_MOST_DIGITS) if np.allclose(np.round(prices, digits), prices, rtol=1e-10, atol=0)
    )
    return next(fits, _MOST_DIGITS)
