# SPDX-License-Identifier: MIT
"""Columns of text turned into numbers and times, a whole part of a file at once; `RowError` names the first bad row."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.simulator.replay.errors import RowError

Texts = NDArray[np.bytes_]
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]

_ZERO: Final = ord("0")
_NUMERIC: Final = np.isin(np.arange(256), [*b"0123456789.+-eE\0"])
_DAY_MSC: Final = 86_400_000
_MONTHS: Final = 12
_LIMITS: Final = (24, 60, 60)
_EPOCH_DIGITS: Final = (10, 13, 16, 19)
"""Of seconds, and of thousandths, millionths and billionths, from 2001 to 2286."""


def plain(value: np.bytes_) -> str:
    """Return a field as it is shown in a message."""
    return repr(value.decode("utf-8", "replace"))


def _require(valid: Truths, texts: Texts, message: str) -> None:
    """Raise `RowError` for the first row that is not valid."""
    if not valid.all():
        row = int(np.argmin(valid))
        raise RowError(row, f"expected {message}, found {plain(texts[row])}")


def _matrix(texts: Texts) -> Bytes:
    """Return the texts' bytes, a row each, with zeros behind the end."""
    packed = np.ascontiguousarray(texts)
    return packed.view(np.uint8).reshape(len(packed), packed.dtype.itemsize)


def numbers(texts: Texts, expected: str) -> Floats:
    """Return the numbers of a column, NaN for an empty field."""
    letters = _matrix(texts)
    given = letters[:, 0] != 0
    found = np.full(len(texts), np.nan)
    if not given.any():
        return found
    width = int(letters.any(axis=0).sum())
    if not _NUMERIC[letters[:, :width]].all():
        _require(np.all(_NUMERIC[letters], axis=1, keepdims=False), texts, expected)
    some = texts if given.all() else texts[given]
    try:
        found[given] = some.astype(f"S{width}").astype(np.float64)
    except ValueError:
        _require(np.array([not text or _is_number(text) for text in texts.tolist()]), texts, expected)
        raise
    return found


def _is_number(text: bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def prices(texts: Texts, name: str) -> Floats:
    """Return the prices of a column; NaN where there is none, which a terminal may write as 0."""
    found = numbers(texts, f"{name} to be a price")
    _require(~(found < 0) & ~np.isinf(found), texts, f"{name} to be a price above 0")
    return np.where(found == 0, np.nan, found)


def amounts(texts: Texts, name: str) -> Floats:
    """Return amounts of zero or more; NaN where there is none."""
    found = numbers(texts, f"{name} to be 0 or more")
    _require(~(found < 0) & ~np.isinf(found), texts, f"{name} to be 0 or more")
    return found


def counts(texts: Texts, name: str) -> Floats:
    """Return whole numbers; NaN where there is none."""
    found = amounts(texts, name)
    _require(np.isnan(found) | (found == np.floor(found)), texts, f"{name} to be a whole number of 0 or more")
    return found


def epochs(texts: Texts) -> Integers:
    """Return milliseconds since 1970, of a column that has them, or seconds, or finer units, which are cut."""
    letters = _matrix(texts)
    lengths = (letters != 0).sum(axis=1)
    digits = ((letters == 0) | _digit(letters)).all(axis=1)
    _require(
        digits & np.isin(lengths, _EPOCH_DIGITS), texts, "a date and a time, or seconds or milliseconds since 1970"
    )
    values, finer = texts.astype(np.int64), np.maximum(lengths - _EPOCH_DIGITS[1], 0)
    milliseconds: Integers = np.where(lengths == _EPOCH_DIGITS[0], values * 1000, values // 10**finer)
    return milliseconds


def _digit(letters: Bytes) -> Truths:
    return (letters >= _ZERO) & (letters <= _ZERO + 9)


class _Layout:
    """A fixed layout of a date or time, such as `9999.99.99`: where its digits stand, and what stands between them."""

    def __init__(self, pattern: str) -> None:
        self.width = len(pattern)
        self.digits = np.array([place for place, letter in enumerate(pattern) if letter.isdigit()])
        self.others = {place: [*letter.encode()] for place, letter in enumerate(pattern) if not letter.isdigit()}

    def allow(self, place: int, letters: bytes) -> _Layout:
        """Let any of some letters stand at a place."""
        self.others[place] = [*letters]
        return self

    def fits(self, letters: Bytes) -> Truths:
        """Return which rows begin as the layout says and end where it ends."""
        if letters.shape[1] < self.width:
            return np.zeros(len(letters), dtype=np.bool_)
        valid: Truths = np.logical_and.reduce(_digit(letters[:, self.digits]), axis=1)
        for place, allowed in self.others.items():
            valid &= np.isin(letters[:, place], allowed)
        if letters.shape[1] > self.width:
            valid &= letters[:, self.width] == 0
        return valid


def _number(letters: Bytes, first: int, width: int) -> Integers:
    """Return the number whose digits stand at some places."""
    total = np.zeros(len(letters), dtype=np.int64)
    for place in range(first, first + width):
        total = total * 10 + (letters[:, place].astype(np.int64) - _ZERO)
    return total


_YMD: Final = _Layout("9999.99.99").allow(4, b".-/").allow(7, b".-/")
_DMY: Final = _Layout("99.99.9999")
"""Between strokes it may be the month that stands first."""
_COMPACT_DATE: Final = _Layout("99999999")
_DATES: Final[tuple[tuple[_Layout, tuple[int, int, int]], ...]] = (
    (_YMD, (0, 5, 8)),
    (_DMY, (6, 3, 0)),
    (_COMPACT_DATE, (0, 4, 6)),
)
_MILLISECONDS: Final = _Layout("99:99:99.999").allow(8, b".:")
_SECONDS: Final = _Layout("99:99:99")
_MINUTES: Final = _Layout("99:99")
_COMPACT_MILLISECONDS: Final = _Layout("999999999")
_COMPACT_SECONDS: Final = _Layout("999999")


def _again(read: Callable[[Texts], Integers], texts: Texts, rewrite: Callable[[bytes], bytes]) -> Integers:
    """Return what is read of a column; where it cannot be, of its texts written as they usually are."""
    try:
        return read(texts)
    except RowError:
        usual = np.array([rewrite(text) for text in texts.tolist()])
    try:
        return read(usual)
    except RowError as error:
        expected = str(error).partition(", found ")[0]
        raise RowError(error.row, f"{expected}, found {plain(texts[error.row])}") from None


def dates(texts: Texts) -> Integers:
    """Return the first millisecond of each date; all are written as the first: 2019.01.01, 01.01.2019 or 20190101.

    A day or month of one digit, as spreadsheets write it, is as good as one of two.
    """
    return _again(_dates, texts, partial(_LONE_DIGIT.sub, rb"0\g<0>"))


def _dates(texts: Texts) -> Integers:
    letters = _matrix(texts)
    fitting = (item for item in _DATES if item[0].fits(letters[:1])[0])
    layout, (year, month, day) = next(fitting, _DATES[0])
    _require(layout.fits(letters), texts, "a date such as 2019.01.01")
    months = _number(letters, month, 2)
    _require((months >= 1) & (months <= _MONTHS), texts, "a date such as 2019.01.01")
    counted = (_number(letters, year, 4) - 1970) * _MONTHS + months - 1
    _require(counted >= 0, texts, "a date since 1970")
    first = counted.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (counted + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    days = _number(letters, day, 2)
    _require((days >= 1) & (days <= following - first), texts, "a date such as 2019.01.01")
    moments: Integers = (first + days - 1) * _DAY_MSC
    return moments


_LONE_DIGIT: Final = re.compile(rb"(?<!\d)\d(?!\d)")
_TIME: Final = re.compile(rb"(?P<clock>\d\d?:\d\d(?::\d\d)?)(?:(?<=:\d\d:\d\d)[.:,](?P<finer>\d+))?")


def _usual_time(text: bytes) -> bytes:
    """Return a time with two digits of the hour and three behind the second: 9:00:00,5 is 09:00:00.500."""
    match = _TIME.fullmatch(text)
    if match is None:
        return text
    clock = match["clock"].rjust(len(b"09:00:00") if match["clock"].count(b":") > 1 else len(b"09:00"), b"0")
    return clock if match["finer"] is None else clock + b"." + (match["finer"] + b"00")[:3]


def times(texts: Texts) -> Integers:
    """Return the milliseconds of the day; times without seconds only where the first one has none either.

    What is finer than a millisecond is left out.
    """
    return _again(_any_times, texts, _usual_time)


def _any_times(texts: Texts) -> Integers:
    letters = _matrix(texts)
    colons = len(letters) > 0 and letters.shape[1] > 2 and letters[0, 2] == ord(":")  # noqa: PLR2004 - 23:00
    if colons:
        return _times(texts, letters, (_MILLISECONDS, _SECONDS, _MINUTES), (0, 3, 6, 9))
    return _times(texts, letters, (_COMPACT_MILLISECONDS, _COMPACT_SECONDS), (0, 2, 4, 6))


def _times(texts: Texts, letters: Bytes, layouts: tuple[_Layout, ...], places: tuple[int, int, int, int]) -> Integers:
    fits = [layout.fits(letters) for layout in layouts]
    minutes_only = len(layouts) > len((_MILLISECONDS, _SECONDS)) and bool(fits[-1][0])
    allowed = fits[-1] if minutes_only else fits[0] | fits[1]
    _require(allowed, texts, "a time such as 23:00:00 or 23:00:00.078")
    total = np.zeros(len(letters), dtype=np.int64)
    for place, limit in zip(places[: 2 if minutes_only else 3], _LIMITS, strict=False):
        part = _number(letters, place, 2)
        _require(part < limit, texts, "a time of day")
        total = total * 60 + part
    if minutes_only:
        return total * 60_000
    total *= 1000
    if fits[0].any():
        total[fits[0]] += _number(letters[fits[0]], places[3], 3)
    return total


_MOMENT: Final = re.compile(
    rb"(?P<date>\d[\d.\-/]{7,9})[ T]"
    rb"(?P<time>\d\d:\d\d(?::\d\d(?:[.:]\d{3})?)?|\d{6}(?:\d{3})?)(?P<finer>\d*)"
    rb"(?P<zone>Z|(?: GMT)?[+-]\d\d:?\d\d)?"
)
_ANY_MOMENT: Final = re.compile(
    rb"(?P<date>\d[\d.\-/]{5,9})[ T](?P<time>[\d:.,]+?)(?P<zone>Z| ?(?:UTC|GMT)|(?: GMT)?[+-]\d\d(?::?\d\d)?)?"
)
_FRACTION: Final = re.compile(rb"(?P<seconds>\d{10})\.(?P<finer>\d+)")


def moments(texts: Texts) -> Integers:
    """Return milliseconds since 1970 of a column that has date and time, or a count of seconds or milliseconds.

    What is finer than a millisecond is left out; a zone (`Z`, `+01:00`, `GMT+0100`) makes the times those of UTC.
    """
    return _again(_moments, texts, _usual_moment)


def _usual_moment(text: bytes) -> bytes:
    """Return a moment with a time to the millisecond and a zone of hours and minutes; seconds since 1970 likewise."""
    seconds = _FRACTION.fullmatch(text)
    if seconds is not None:
        return seconds["seconds"] + (seconds["finer"] + b"00")[:3]
    match = _ANY_MOMENT.fullmatch(text)
    if match is None:
        return text
    date, time, zone = _LONE_DIGIT.sub(rb"0\g<0>", match["date"]), _usual_time(match["time"]), match["zone"] or b""
    if time.count(b":") > 1 and b"." not in time:
        time += b".000"
    zone = b"Z" if zone.strip() in {b"UTC", b"GMT"} else zone
    return date + b" " + time + (zone + b"00" if zone[-3:-2] in {b"+", b"-"} else zone)


def _moments(texts: Texts) -> Integers:
    """Return the moments of texts that are all written as the first is."""
    first = _MOMENT.fullmatch(texts[0]) if len(texts) else None
    if first is None:
        return epochs(texts)
    letters = _matrix(texts)
    gap = np.isin(letters[:, first.end("date")], [*b" T"])
    _require(gap, texts, "a date and a time")
    _require(_all_digits(letters[:, first.end("time") : first.end("finer")]), texts, "a date and a time")
    total = dates(_cut(letters, *first.span("date"))) + times(_cut(letters, *first.span("time")))
    if first["zone"] is None:
        _require(_ends_at(letters, first.end("finer")), texts, "a date and a time")
        return total
    return total - _zone(_cut(letters, first.start("zone"), letters.shape[1]), texts)


def _cut(letters: Bytes, start: int, end: int) -> Texts:
    """Return the texts that stand between two places."""
    return np.ascontiguousarray(letters[:, start:end]).view(f"S{end - start}").ravel()


def _all_digits(letters: Bytes) -> Truths:
    """Return which rows have digits, or nothing."""
    return np.asarray((_digit(letters) | (letters == 0)).all(axis=1), dtype=np.bool_)


def _ends_at(letters: Bytes, place: int) -> Truths:
    """Return which rows have nothing from a place on."""
    return np.asarray((letters[:, place:] == 0).all(axis=1), dtype=np.bool_)


def _zone(zones: Texts, texts: Texts) -> Integers:
    """Return by how many milliseconds each row's zone is ahead of UTC."""
    known, which = np.unique(zones, return_inverse=True)
    ahead = np.zeros(len(known), dtype=np.int64)
    valid = np.zeros(len(known), dtype=np.bool_)
    for place, zone in enumerate(known.tolist()):
        match = re.fullmatch(rb"(?:Z|(?: GMT)?(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d))", zone)
        if match is None:
            continue
        valid[place] = True
        if match["sign"]:
            minutes = int(match["hours"]) * 60 + int(match["minutes"])
            ahead[place] = minutes * 60_000 * (1 if match["sign"] == b"+" else -1)
    _require(valid[which], texts, "a zone such as Z or +01:00 behind the time")
    return ahead[which]


READERS: Final[dict[str, Callable[[Texts, str], Floats]]] = {
    **dict.fromkeys(("bid", "ask", "open", "high", "low", "close"), prices),
    **dict.fromkeys(("last", "volume"), amounts),
    **dict.fromkeys(("flags", "spread"), counts),
}
"""How the columns of each role are read."""
