# SPDX-License-Identifier: MIT
"""One symbol of a recording of this program, in memory as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError
from arbitrex_desktop.mt5.simulator.replay.fields import Integers
from arbitrex_desktop.mt5.simulator.replay.formats import FileClock
from arbitrex_desktop.mt5.tick_files import read_recording

_LOOKED_AT: Final = 1000
_MOST_DIGITS: Final = 8


class RecordedFile:
    """A file as `ExportFile` is one, of a single part, in order of time: late ticks were written after their turn."""

    clock: Final = FileClock.SERVER
    disorder: Final = 0
    pause_msc: Final = 3_600_000

    def __init__(self, path: Path, rows: Rows) -> None:
        self.path = path
        self._rows: Rows = rows[np.argsort(rows["time_msc"], kind="stable")]
        self.starts: Integers = self._rows["time_msc"][:1]
        self.last_msc = int(self._rows["time_msc"][-1])
        self.digits = _digits(self._rows)

    def __len__(self) -> int:
        return 1

    def part(self, index: int, spread: int = 0) -> Rows:
        """Return all ticks."""
        del index, spread
        return self._rows.copy()


def read_recorded(path: Path) -> dict[str, RecordedFile]:
    """Read a recording, which may hold several symbols; raise `ReplayError`."""
    try:
        recorded = read_recording(path)
    except (OSError, ValueError) as error:
        raise ReplayError(f"{path}: expected a recording of ticks: {error}") from error
    files = {symbol: RecordedFile(path, rows) for symbol, rows in recorded.items() if len(rows)}
    if not files:
        raise ReplayError(f"{path}: expected recorded ticks, found none")
    return files


def _digits(rows: Rows) -> int:
    """Return the decimals of the first prices."""
    prices = np.concatenate([rows["bid"][:_LOOKED_AT], rows["ask"][:_LOOKED_AT]])
    # Sums of binary fractions leave dust behind the last decimal.
    fits = (
        digits for digits in range(_MOST_DIGITS) if np.allclose(np.round(prices, digits), prices, rtol=1e-10, atol=0)
    )
    return next(fits, _MOST_DIGITS)
