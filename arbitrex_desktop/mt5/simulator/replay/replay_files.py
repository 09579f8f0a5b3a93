# SPDX-License-Identifier: MIT
"""Reading MetaTrader's own exports of ticks and bars: a file is read whole, or refused with its fault named."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from arbitrex_desktop.mt5.arrays import TICK_DTYPE, Rows
from arbitrex_desktop.mt5.constants import TickFlag
from arbitrex_desktop.mt5.tick_files import read_recording

TICK_HEADER: Final = ("<DATE>", "<TIME>", "<BID>", "<ASK>", "<LAST>", "<VOLUME>", "<FLAGS>")
_PRICES_AND_VOLUMES: Final = ("<OPEN>", "<HIGH>", "<LOW>", "<CLOSE>", "<TICKVOL>", "<VOL>", "<SPREAD>")
BAR_HEADER: Final = ("<DATE>", "<TIME>", *_PRICES_AND_VOLUMES)
DAILY_BAR_HEADER: Final = ("<DATE>", *_PRICES_AND_VOLUMES)
"""Bars of a day and longer are exported without a time."""

_BOTH: Final = int(TickFlag.BID | TickFlag.ASK)
_MINUTE_MSC: Final = 60_000
_CLOCK_PARTS: Final = 3
_TWO: Final = 2
_MSC_DIGITS: Final = 3
_HOURS: Final = 24
_SIXTY: Final = 60
_LOOKED_AT: Final = 1000
_MOST_DIGITS: Final = 8


class ReplayError(ValueError):
    """Files cannot be replayed; the text names the file, the line where there is one, and what was expected."""


class _RowError(ValueError):
    """A row is not as expected; the text says what was."""


@dataclass(frozen=True, slots=True)
class ReplayFile:
    """One file's ticks: `TICK_DTYPE` rows with times in milliseconds of the server's clock, as exported.

    `digits` are the decimals of its prices; `pause_msc`, the longest time between two of its ticks that does not
    mean a closed market.
    """

    path: Path
    symbol: str
    digits: int
    rows: Rows
    pause_msc: int


@dataclass(frozen=True, slots=True)
class _Tick:
    time_msc: int
    bid: float | None
    ask: float | None
    last: float | None
    volume: float | None
    flags: int


@dataclass(frozen=True, slots=True)
class _Bar:
    time_msc: int
    open: float
    high: float
    low: float
    close: float
    spread: int


R = TypeVar("R", _Tick, _Bar)


def read_export(path: Path) -> ReplayFile:
    """Read a file of ticks or bars; the symbol is its name up to the first `_` or `.`; raise `ReplayError`."""
    lines = _lines(path)
    header = tuple(lines[0].split("\t")) if lines else ()
    symbol = path.name.replace("_", ".").split(".")[0]
    digits = max((_decimals(line) for line in lines[1:]), default=0)
    if header == TICK_HEADER:
        ticks = _parse(path, lines, _tick, strict=False)
        return ReplayFile(path, symbol, digits, _tick_rows(path, ticks), pause_msc=60 * _MINUTE_MSC)
    if header in {BAR_HEADER, DAILY_BAR_HEADER}:
        read = _bar if header == BAR_HEADER else _daily_bar
        bars = _parse(path, lines, read, strict=True)
        length = _bar_length(bars)
        rows = _bar_rows(bars, length, digits)
        return ReplayFile(path, symbol, digits, rows, pause_msc=max(60 * _MINUTE_MSC, 2 * length))
    expected = " or ".join(" ".join(known) for known in (TICK_HEADER, BAR_HEADER))
    raise ReplayError(f"{path}, line 1: expected the header {expected}, separated by tabs")


def read_recorded(path: Path) -> list[ReplayFile]:
    """Read a recording of this program, which may hold several symbols; raise `ReplayError`."""
    try:
        recorded = read_recording(path)
    except (OSError, ValueError) as error:
        raise ReplayError(f"{path}: expected a recording of ticks: {error}") from error
    files = [_recorded(path, symbol, rows) for symbol, rows in recorded.items() if len(rows)]
    if not files:
        raise ReplayError(f"{path}: expected recorded ticks, found none")
    return files


def _recorded(path: Path, symbol: str, rows: Rows) -> ReplayFile:
    """Return one symbol's recorded ticks in order of time; late ones were written after their turn."""
    ordered = rows[np.argsort(rows["time_msc"], kind="stable")]
    prices = np.concatenate([ordered["bid"][:_LOOKED_AT], ordered["ask"][:_LOOKED_AT]])
    # Sums of binary fractions leave dust behind the last decimal.
    fits = (
        digits for digits in range(_MOST_DIGITS) if np.allclose(np.round(prices, digits), prices, rtol=1e-10, atol=0)
    )
    return ReplayFile(path, symbol, next(fits, _MOST_DIGITS), ordered, pause_msc=60 * _MINUTE_MSC)


def _lines(path: Path) -> list[str]:
    """Return the file's lines; exports are UTF-8 or, from older terminals, UTF-16."""
    try:
        content = path.read_bytes()
        utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = content.decode("utf-16" if utf16 else "utf-8-sig")
    except OSError as error:
        raise ReplayError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ReplayError(f"{path}: expected a text file of MetaTrader's export") from None
    return text.splitlines()


def _parse(path: Path, lines: list[str], read: Callable[[list[str]], R], *, strict: bool) -> list[R]:
    """Read all rows after the header; times must not go back, nor repeat when `strict`."""
    records: list[R] = []
    for number, line in enumerate(lines[1:], 2):
        try:
            record = read(line.split("\t"))
        except ValueError as error:
            raise ReplayError(f"{path}, line {number}: {_reason(error)}") from None
        if records and record.time_msc - records[-1].time_msc < int(strict):
            order = "later than" if strict else "no earlier than"
            raise ReplayError(f"{path}, line {number}: expected a time {order} the one of the line before")
        records.append(record)
    if not records:
        raise ReplayError(f"{path}, line 2: expected at least one row after the header")
    return records


def _reason(error: ValueError) -> str:
    """Return what was expected, in our own words."""
    return str(error) if isinstance(error, _RowError) else f"expected numbers: {error}"


def _tick(fields: list[str]) -> _Tick:
    _check_width(fields, TICK_HEADER)
    return _Tick(
        time_msc=_moment(fields[0], fields[1]),
        bid=_price_or_none("BID", fields[2]),
        ask=_price_or_none("ASK", fields[3]),
        last=_amount_or_none("LAST", fields[4]),
        volume=_amount_or_none("VOLUME", fields[5]),
        flags=_count("FLAGS", fields[6]),
    )


def _bar(fields: list[str]) -> _Bar:
    _check_width(fields, BAR_HEADER)
    return _bar_at(_moment(fields[0], fields[1]), fields[2:])


def _daily_bar(fields: list[str]) -> _Bar:
    _check_width(fields, DAILY_BAR_HEADER)
    return _bar_at(_moment(fields[0], "00:00:00"), fields[1:])


def _bar_at(time_msc: int, fields: list[str]) -> _Bar:
    names = ("OPEN", "HIGH", "LOW", "CLOSE")
    opened, high, low, close = (_price(name, field) for name, field in zip(names, fields, strict=False))
    if not low <= min(opened, close) <= max(opened, close) <= high:
        raise _RowError("expected LOW <= OPEN, CLOSE <= HIGH")
    return _Bar(time_msc, opened, high, low, close, _count("SPREAD", fields[6]))


def _check_width(fields: list[str], header: tuple[str, ...]) -> None:
    if len(fields) != len(header):
        raise _RowError(f"expected {len(header)} fields separated by tabs, found {len(fields)}")


def _price(name: str, field: str) -> float:
    price = float(field) if field else 0.0
    if not isfinite(price) or price <= 0:
        raise _RowError(f"expected {name} to be a price above 0, found {field!r}")
    return price


def _price_or_none(name: str, field: str) -> float | None:
    """Return a price; an empty field repeats the tick before."""
    return _price(name, field) if field else None


def _amount_or_none(name: str, field: str) -> float | None:
    """Return an amount of zero or more; an empty field repeats the tick before."""
    if not field:
        return None
    amount = float(field)
    if not isfinite(amount) or amount < 0:
        raise _RowError(f"expected {name} to be 0 or more, found {field!r}")
    return amount


def _count(name: str, field: str) -> int:
    if not field.isascii() or not field.isdigit():
        raise _RowError(f"expected {name} to be a whole number of 0 or more, found {field!r}")
    return int(field)


def _moment(date: str, time: str) -> int:
    """Return a date such as 2019.01.01 and a time such as 23:00:00 or 23:00:00.078 in milliseconds."""
    clock, _, fraction = time.partition(".")
    parts = clock.split(":")
    whole = len(parts) == _CLOCK_PARTS and all(len(part) == _TWO and part.isdigit() for part in parts)
    if not whole or (fraction and not (fraction.isdigit() and len(fraction) == _MSC_DIGITS)) or time.endswith("."):
        raise _RowError(f"expected a time such as 23:00:00 or 23:00:00.078, found {time!r}")
    hour, minute, second = (int(part) for part in parts)
    if hour >= _HOURS or minute >= _SIXTY or second >= _SIXTY:
        raise _RowError(f"expected a time of day, found {time!r}")
    return _midnight(date) + ((hour * _SIXTY + minute) * _SIXTY + second) * 1000 + int(fraction or 0)


@lru_cache(maxsize=64)
def _midnight(date: str) -> int:
    """Return the first millisecond of a date such as 2019.01.01."""
    try:
        day = datetime.strptime(date, "%Y.%m.%d").replace(tzinfo=UTC)
    except ValueError:
        raise _RowError(f"expected a date such as 2019.01.01, found {date!r}") from None
    return round(day.timestamp()) * 1000


def _tick_rows(path: Path, ticks: list[_Tick]) -> Rows:
    """Fill in what the export leaves out because it did not change.

    A file that begins between two changes has no bid or no ask at first; the first one that comes stands for it.
    """
    rows = np.zeros(len(ticks), dtype=TICK_DTYPE)
    for name in ("bid", "ask"):
        known = [getattr(tick, name) for tick in ticks]
        if all(value is None for value in known):
            raise ReplayError(f"{path}: expected at least one <{name.upper()}>, found none")
        rows[name] = _repeated(known, next(value for value in known if value is not None))
    rows["last"] = _repeated([tick.last for tick in ticks], 0.0)
    rows["volume_real"] = _repeated([tick.volume for tick in ticks], 0.0)
    rows["volume"] = rows["volume_real"].astype(np.uint64)
    rows["time_msc"] = [tick.time_msc for tick in ticks]
    rows["flags"] = [tick.flags for tick in ticks]
    return rows


def _repeated(values: list[float | None], first: float) -> list[float]:
    """Return the values with each None replaced by the one before it."""
    filled: list[float] = []
    for value in values:
        filled.append(value if value is not None else (filled[-1] if filled else first))
    return filled


def _bar_length(bars: list[_Bar]) -> int:
    """Return the bars' length in milliseconds: the least distance of two, a minute for a single one."""
    return int(np.min(np.diff([bar.time_msc for bar in bars]))) if len(bars) > 1 else _MINUTE_MSC


def _bar_rows(bars: list[_Bar], length: int, digits: int) -> Rows:
    """Make four ticks of each bar: open, the two extremes, close; a rising bar sees its low first."""
    rows = np.zeros(4 * len(bars), dtype=TICK_DTYPE)
    starts = np.repeat(np.array([bar.time_msc for bar in bars], dtype=np.int64), 4)
    rows["time_msc"] = starts + np.tile([0, length // 3, 2 * length // 3, length - 1], len(bars))
    rows["bid"] = [price for bar in bars for price in _path(bar)]
    spreads = np.repeat(np.array([bar.spread for bar in bars]), 4) * 10.0**-digits
    rows["ask"] = np.round(rows["bid"] + spreads, digits)
    rows["flags"] = _BOTH
    return rows


def _path(bar: _Bar) -> tuple[float, float, float, float]:
    """Return the prices of a bar in the order in which it may have seen them."""
    rising = bar.close >= bar.open
    return (bar.open, bar.low, bar.high, bar.close) if rising else (bar.open, bar.high, bar.low, bar.close)


def _decimals(line: str) -> int:
    """Return the most decimals of a row's prices, which follow its date and time."""
    prices = [field for field in line.split("\t")[1:6] if "." in field and ":" not in field]
    return max((len(field.rpartition(".")[2]) for field in prices), default=0)
