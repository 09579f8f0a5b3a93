# SPDX-License-Identifier: MIT
"""One exported file of ticks or bars, read part by part, so that its size does not matter."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import numpy as np

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError, RowError
from arbitrex_desktop.mt5.simulator.replay.fields import (
    READERS,
    Floats,
    Integers,
    Texts,
    dates,
    moments,
    times,
)
from arbitrex_desktop.mt5.simulator.replay.formats import FileClock, FileFormat, recognise
from arbitrex_desktop.mt5.simulator.replay.text_file import TextFile, is_row
from arbitrex_desktop.mt5.simulator.replay.tick_rows import Tail, bar_rows, tail_of, tick_rows

_MINUTE_MSC: Final = 60_000
_PAUSE_MSC: Final = 60 * _MINUTE_MSC
_FIELD_BYTES: Final = 24
_MOMENT_BYTES: Final = 40
_SAMPLED_LINES: Final = 1000
_SIDES: Final = ("bid", "ask", "last")
_PRICED: Final = frozenset({*_SIDES, "open", "high", "low", "close"})
_EXPECTED: Final = (
    "expected the header <DATE> <TIME> <BID> <ASK> <LAST> <VOLUME> <FLAGS> or <DATE> <TIME> <OPEN> <HIGH> <LOW> "
    "<CLOSE> <TICKVOL> <VOL> <SPREAD> of MetaTrader, or rows of MetaTrader 4, HistData, Dukascopy or Tickstory"
)


class ExportFile:
    """A file of ticks or bars.  Raises `ReplayError` for what cannot be read, when that part is read.  For one thread.

    Attributes:
        path: the file
        format: how it is read
        digits: the most decimals of the prices at its beginning, middle and end
        starts: the time of each part's first row, in milliseconds of the file's clock
        last_msc: the latest time of the rows at its end, and of all that were read
        pause_msc: the longest time between two of its ticks that does not mean a closed market
        disorder: how many rows are earlier than the one before, of the parts read so far
        strict: whether such rows are refused
    """

    def __init__(self, path: Path, *, strict: bool = False) -> None:
        self.path = path
        self.strict = strict
        self._text = TextFile(path)
        self.format = format_of(self._text)
        self._tails: dict[int, Tail] = {0: {}}
        self._disorders: dict[int, int] = {}
        self.starts = self._first_times()
        self.last_msc = self._last_time()
        self.digits = max(self._decimals(index) for index in {0, len(self) // 2, len(self) - 1})
        self._length = self._look_at_first()
        self.pause_msc = max(_PAUSE_MSC, 2 * self._length)

    def __len__(self) -> int:
        return len(self._text)

    @property
    def clock(self) -> FileClock:
        """Whose clock the file's times are of."""
        return self.format.clock

    @property
    def disorder(self) -> int:
        """How many rows are earlier than the one before, of the parts read so far."""
        return sum(self._disorders.values())

    def part(self, index: int, spread: int = 0) -> Rows:
        """Return the ticks of a part in the order of its rows, with times of the file's clock.

        `spread`, in points, counts for bars whose file has none.
        """
        with self._naming_rows(index):
            columns = self._columns(self._text.part(index), first=index == 0)
            at = self._times(columns)
            values = self._values(columns)
            self._check_end(index, len(at))
            self._check_order(index, at)
            self.last_msc = int(at.max(initial=self.last_msc))
            if self.format.bars:
                return bar_rows(at, values, self._length, self.digits, spread)
            before = self._tail(index, values)
            self._tails[index + 1] = tail_of(values, before)
            return tick_rows(at, values, before)

    @contextmanager
    def _naming_rows(self, index: int) -> Iterator[None]:
        """Turn the fault of a part's row into a `ReplayError` that names file and line."""
        try:
            yield
        except RowError as error:
            line = self._text.line_number(index, error.row + int(index == 0 and self.format.header))
            raise ReplayError(f"{self.path}, line {line}: {error}") from None

    def _check_end(self, index: int, rows: int) -> None:
        """Refuse a last row that breaks off: what is there of its number may be another one."""
        fields = self._text.breaks_off(index).split(self.format.delimiter)
        if "flags" in self.format.columns and 1 < len(fields) < len(self.format.columns):
            raise RowError(rows - 1, f"expected {len(self.format.columns)} fields, found the end of the file")

    def _check_order(self, index: int, at: Integers) -> None:
        """Count the rows that are earlier than the one before; refuse them when strict, and a bar that comes twice."""
        back = np.diff(at) < 0
        self._disorders[index] = int(back.sum())
        if self.strict and back.any():
            raise RowError(int(np.argmax(back)) + 1, "expected a time no earlier than the one of the line before")
        if self.format.bars and (np.diff(at) == 0).any():
            row = int(np.argmax(np.diff(at) == 0)) + 1
            raise RowError(row, "expected a time later than the one of the line before")

    def _tail(self, index: int, values: dict[str, Floats]) -> Tail:
        """Return what was known at the end of the part before, read again if it was not the last one read."""
        if index in self._tails:
            return self._tails[index]
        if all(len(values[role]) and not np.isnan(values[role][0]) for role in ("bid", "ask") if role in values):
            return {}
        columns = self._columns(self._text.part(index - 1), first=index == 1)
        earlier = self._values(columns)
        self._tails[index] = tail_of(earlier, self._tail(index - 1, earlier))
        return self._tails[index]

    def _first_times(self) -> Integers:
        """Return the time of each part's first row; blank lines become the end of the part before."""
        rows = [self._text.first_row(index, int(index == 0 and self.format.header)) for index in range(len(self))]
        self._text.join({index for index, row in enumerate(rows) if not row})
        try:
            return self._times(self._columns("\n".join(filter(None, rows)), first=False))
        except RowError as error:
            line = self._text.line_number(error.row, int(error.row == 0 and self.format.header))
            raise ReplayError(f"{self.path}, line {line}: {error}") from None

    def _last_time(self) -> int:
        """Return the latest time of the last rows."""
        latest = int(self.starts.max())
        with suppress(RowError):  # found again, with its line, when that part is read
            ending = self._text.ending(int(self.format.header))
            return int(self._times(self._columns(ending, first=False)).max(initial=latest))
        return latest

    def _decimals(self, index: int) -> int:
        """Return the most decimals of the first prices of a part."""
        lines = self._text.beginning(index)[:_SAMPLED_LINES]
        with self._naming_rows(index):
            columns = self._columns("\n".join(lines), first=index == 0)
        texts = [text for role in _PRICED & {*columns} for text in columns[role].tolist()]
        return max(map(_decimals_of, texts), default=0)

    def _look_at_first(self) -> int:
        """Return the length of bars in milliseconds, 0 of ticks, which are refused without a bid or without an ask.

        Bars are as long as the least distance of two of the first ones, a minute for a single one.
        """
        columns = self._columns_of("\n".join(self._text.beginning(0)))
        if self.format.bars:
            apart = np.diff(np.sort(self._times(columns)))
            return int(apart[apart > 0].min()) if (apart > 0).any() else _MINUTE_MSC
        missing = self._missing_sides(columns)
        if missing:
            missing = self._missing_sides(self._columns_of(self._text.part(0)))
        if missing:
            raise ReplayError(f"{self.path}: expected at least one <{missing[0].upper()}>, found none")
        return 0

    def _columns_of(self, text: str) -> dict[str, Texts]:
        """Return the columns of the file's beginning."""
        with self._naming_rows(0):
            return self._columns(text, first=True)

    def _missing_sides(self, columns: dict[str, Texts]) -> list[str]:
        """Return which side of the price is never given; none where only deals are."""
        with self._naming_rows(0):
            values = self._values({role: columns[role] for role in _SIDES if role in columns})
        given = {role for role, column in values.items() if (column > 0).any()}
        return [] if given == {"last"} else [role for role in ("bid", "ask") if role not in given]

    def _columns(self, text: str, *, first: bool) -> dict[str, Texts]:
        """Return the fields of some lines by role; raise `RowError` for a row of another width."""
        skip = int(first and self.format.header)
        width = _MOMENT_BYTES if "moment" in self.format.columns else _FIELD_BYTES
        if self.format.spaced:
            text = text.replace(f"{self.format.delimiter} ", self.format.delimiter)
        if self.format.commas:
            text = text.replace(",", ".")
        text = text.lstrip("\r\n").replace(" \n", "\n").replace(" \r", "\r")
        if not text.partition("\n")[2].strip() if skip else not text.strip():
            return {role: np.zeros(0, dtype="S1") for role in self.format.columns if role}
        try:
            table = _table(text, self.format.delimiter, skip, width)
        except ValueError:
            table = _table(self._padded(text, skip), self.format.delimiter, 0, width)
        if table.shape[1] != len(self.format.columns):
            table = _table(self._padded(text, skip), self.format.delimiter, 0, width)
        letters = table.view(np.uint8).reshape(*table.shape, width)
        filled = (letters[:, :, 0] != 0).any(axis=1)
        if not filled.all():
            table, letters = table[filled], letters[filled]
        long = (letters[:, :, -1] != 0).any(axis=1)
        if long.any():
            raise RowError(int(np.argmax(long)), f"expected fields of less than {width} letters")
        return {role: table[:, place] for place, role in enumerate(self.format.columns) if role}

    def _padded(self, text: str, skip: int) -> str:
        """Return the rows with the empty fields at their ends that were cut off."""
        mark, wanted = self.format.delimiter, len(self.format.columns)
        lines = [*filter(is_row, text.splitlines())][skip:]
        for row, line in enumerate(lines):
            found = line.count(mark) + 1
            if found > wanted or (found < wanted and not self._may_be_cut(found)):
                raise RowError(row, f"expected {wanted} fields separated by {self.format.separator}, found {found}")
            lines[row] = line + mark * (wanted - found)
        return "\n".join(lines)

    def _may_be_cut(self, found: int) -> bool:
        """Return whether a row may end after so many fields: with all prices, and before flags, which always stand."""
        columns = self.format.columns
        needed = max(place for place, role in enumerate(columns) if role in {"bid", "ask", "close"}) + 1
        return found == needed or (found > needed and "flags" not in columns)

    def _times(self, columns: dict[str, Texts]) -> Integers:
        """Return the rows' times in milliseconds of the file's clock."""
        if not len(next(iter(columns.values()))):
            return np.zeros(0, dtype=np.int64)
        if "moment" in columns:
            return moments(columns["moment"])
        date = dates(columns["date"])
        return date + times(columns["time"]) if "time" in columns else date

    def _values(self, columns: dict[str, Texts]) -> dict[str, Floats]:
        return {
            role: READERS[role](texts, role.upper())
            for role, texts in columns.items()
            if role in READERS and len(texts)
        }


def format_of(text: TextFile) -> FileFormat:
    """Return how a file's rows are read; raise `ReplayError` for a file of another kind, and one without rows."""
    lines = text.beginning(0) if len(text) else []
    first, second = [*filter(is_row, lines), "", ""][:2]
    found = recognise(first, second)
    if found is None:
        raise ReplayError(f"{text.path}, line 1: {_EXPECTED}; found {first[:80]!r}")
    if found.header and not second:
        raise ReplayError(f"{text.path}, line 2: expected at least one row after the header, found none")
    return found


def _decimals_of(text: bytes) -> int:
    """Return how many decimals a price is written with, `1.23e-05` being 0.0000123."""
    number, _, exponent = text.lower().partition(b"e")
    return max(len(number.partition(b".")[2]) - int(exponent or 0), 0)


def _table(text: str, delimiter: str, skip: int, width: int) -> Texts:
    """Return the fields of some lines, as many in each; raise ValueError if they are not."""
    table: Texts = np.loadtxt(
        io.StringIO(text),
        dtype=f"S{width}",
        delimiter=delimiter,
        comments=None,
        quotechar='"',
        skiprows=skip,
        ndmin=2,
        encoding="latin-1",
    )
    return np.ascontiguousarray(table)
