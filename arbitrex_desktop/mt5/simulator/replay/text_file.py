# SPDX-License-Identifier: MIT
"""A file of text of any size, read in parts of a few megabytes that end with a line."""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError

PART_BYTES: Final = 4 << 20
"""How much text is read at once; a row may stand in the wrong order by as much."""

_LOOK_BYTES: Final = 1 << 16
_ROW_BYTES: Final = 1 << 9
_NOTHING: Final = " \t,;\r\n"
_LEFT_BEHIND: Final = ("\0", "\x1a")
"""What a crash or an old system leaves at a file's end, and no row has."""


_PACKED: Final = {
    b"PK\3": "a zip archive or a spreadsheet",
    b"\x1f\x8b": "packed by gzip",
    b"BZh": "packed by bzip2",
    b"\xfd7z": "packed by xz",
    b"7z\xbc": "a 7-Zip archive",
    b"Rar": "a RAR archive",
    b"PAR": "a Parquet file",
    b"\xd0\xcf\x11": "an old spreadsheet",
}
"""What a file is that is no text, by its first three bytes."""


_SEPARATOR: Final = re.compile(r'"?sep=[\t;,]"?\r?\n', re.IGNORECASE)
"""What spreadsheets write above everything else."""


def is_row(line: str) -> bool:
    """Return whether there is anything in a line but blanks and delimiters."""
    return bool(line.strip(_NOTHING))


class TextFile:
    """The lines of a file.  Raises `ReplayError` where it cannot be read or is no text.

    Attributes:
        path: the file
        bounds: where its parts begin and end, in bytes; the first begins after a byte order mark
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._size = path.stat().st_size
            start = self._read(0, len(codecs.BOM_UTF8))
        except OSError as error:
            raise ReplayError(f"{path}: cannot be read: {error.strerror}") from error
        packed = next((kind for mark, kind in _PACKED.items() if start.startswith(mark)), "")
        if packed:
            raise ReplayError(f"{path}: is {packed}; unpack it, or save it as text, first")
        self._encoding, first = _encoding(start)
        found = _SEPARATOR.match(self._read(first, _ROW_BYTES).decode(self._encoding, "ignore"))
        self._before = 0 if found is None else 1
        first += 0 if found is None else len(found[0].encode(self._encoding))
        self._newline = "\n".encode(self._encoding)
        self._old_newline = self._has_old_newlines(first)
        if self._old_newline:
            self._newline = "\r".encode(self._encoding)
        self.bounds = [*self._bounds(first)]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def _has_old_newlines(self, first: int) -> bool:
        """Return whether lines end as old Macintoshes wrote them."""
        start = self._read(first, _LOOK_BYTES)
        return self._newline not in start and "\r".encode(self._encoding) in start

    def _bounds(self, first: int) -> Iterator[int]:
        yield first
        nominal = PART_BYTES
        while nominal < self._size:
            end = self._line_end(nominal)
            if end >= self._size:
                break
            yield end
            nominal = end + PART_BYTES
        if self._size > first:
            yield self._size

    def _line_end(self, offset: int) -> int:
        """Return where the line ends that holds an offset."""
        while offset < self._size:
            content = self._read(offset, _LOOK_BYTES)
            place = content.find(self._newline)
            while place >= 0 and place % len(self._newline):
                place = content.find(self._newline, place + 1)
            if place >= 0:
                return offset + place + len(self._newline)
            offset += len(content)
        return self._size

    def _read(self, offset: int, size: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(offset)
            return file.read(size)

    def _text(self, start: int, end: int, errors: str = "strict") -> str:
        try:
            text = self._read(start, end - start).decode(self._encoding, errors)
        except OSError as error:
            raise ReplayError(f"{self.path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            if end == self._size and error.reason == "truncated data":
                raise ReplayError(f"{self.path}: ends in the middle of a letter, so it was not copied whole") from None
            raise ReplayError(f"{self.path}: expected a text file of MetaTrader's export") from None
        for mark in _LEFT_BEHIND:
            text = text.replace(mark, "")
        return text.replace("\r", "\n") if self._old_newline else text

    def part(self, index: int) -> str:
        """Return the text of a part."""
        return self._text(self.bounds[index], self.bounds[index + 1])

    def beginning(self, index: int) -> list[str]:
        """Return the first lines of a part."""
        start, end = self.bounds[index], self.bounds[index + 1]
        return self._text(start, min(end, self._line_end(start + _LOOK_BYTES))).splitlines()

    def breaks_off(self, index: int) -> str:
        """Return the last line of a part that the file ends with, "" where its end is a line's."""
        if index < len(self) - 1:
            return ""
        last = self._text(max(self.bounds[-2], self._size - _ROW_BYTES), self._size, "ignore").rpartition("\n")[2]
        return last if is_row(last) else ""

    def first_row(self, index: int, skipped: int) -> str:
        """Return the first line of a part that is not blank, after so many others; "" without one."""
        start, end = self.bounds[index], self.bounds[index + 1]
        size = _ROW_BYTES
        while True:
            whole = start + size >= end
            lines = self._text(start, end if whole else start + size, "ignore").split("\n")
            found = [line.rstrip("\r") for line in lines[: None if whole else -1] if is_row(line)]
            if len(found) > skipped:
                return found[skipped]
            if whole:
                return ""
            size *= 8

    def join(self, parts: Collection[int]) -> None:
        """Make some parts the ends of those before them."""
        self.bounds = [bound for index, bound in enumerate(self.bounds) if index not in parts]

    def ending(self, skipped: int) -> str:
        """Return the last lines of the file; of a short one all but so many that stand first."""
        start = max(self.bounds[-2], self._size - _LOOK_BYTES)
        if start == self.bounds[0]:
            lines = filter(is_row, self._text(start, self._size).splitlines())
            return "\n".join(islice(lines, skipped, None))
        return self._text(start if start == self.bounds[-2] else self._line_end(start), self._size)

    def line_number(self, index: int, row: int) -> int:
        """Return the number in the file, from 1, of a part's row."""
        before = self._before + sum(self.part(earlier).count("\n") for earlier in range(index))
        rows = (number for number, line in enumerate(self.part(index).splitlines(), 1) if is_row(line))
        for _ in range(row):
            next(rows)
        return before + next(rows)


def _encoding(start: bytes) -> tuple[str, int]:
    """Return the encoding that a file's first bytes show, and the length of their byte order mark."""
    if start.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", len(codecs.BOM_UTF16_LE)
    if start.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", len(codecs.BOM_UTF16_BE)
    if start[:1] and not all(start[:2]):  # a letter of two bytes, without a mark
        return "utf-16-le" if start[0] else "utf-16-be", 0
    return "utf-8", len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
