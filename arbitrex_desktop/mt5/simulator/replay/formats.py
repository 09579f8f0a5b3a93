# SPDX-License-Identifier: MIT
"""Which format a file has, recognised by its first lines: a header whose names are known, or rows of a known shape."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

_DELIMITERS: Final = ("\t", ";", ",")

_ROLES: Final[dict[str, str]] = {
    **dict.fromkeys(("timestamp", "datetime", "gmttime", "localtime", "utctime", "timemsc", "opentime"), "moment"),
    **dict.fromkeys(("bid", "bidprice"), "bid"),
    **dict.fromkeys(("ask", "askprice"), "ask"),
    **dict.fromkeys(("last", "lastprice", "price"), "last"),
    **dict.fromkeys(("volume", "vol"), "volume"),
    **dict.fromkeys(("", "tickvol", "tickvolume", "realvolume", "volumereal", "askvolume", "bidvolume"), ""),
    **dict.fromkeys(("adjclose", "closetime"), ""),
    **{name: name for name in ("date", "time", "flags", "open", "high", "low", "close", "spread")},
}
"""What the names of header columns stand for, in small letters without brackets, blanks and strokes; "" is left out."""

_UTC_NAMES: Final = frozenset({"timestamp", "gmttime", "utctime"})
_ZONED: Final = re.compile(r".*\d(?:Z| ?(?:UTC|GMT)|(?: GMT)?[+-]\d\d(?::?\d\d)?)")
_NAMED_ZONE: Final = re.compile(r"\((?P<zone>UTC|GMT|EET)\)", re.IGNORECASE)
"""As Dukascopy's platform writes it behind `Time`; that of Eastern Europe is the server's."""
_COPIED_NAMES: Final = frozenset({"timemsc", "volumereal", "realvolume"})
_PRICES: Final = ("open", "high", "low", "close")
_EPOCH: Final = re.compile(r"\d{10}(\d{3}|\d{6}|\d{9}|\.\d+)?")
_DECIMAL_COMMA: Final = re.compile(r'(?:.*;)?"?\d+,\d+"?(?:;.*)?')
_OF_DAY: Final = re.compile(r"\d\d:\d\d\S*")


class FileClock(StrEnum):
    """Whose clock a file's times are of: the broker's, UTC, or New York's without daylight saving (UTC-5)."""

    SERVER = "server"
    UTC = "UTC"
    EST = "EST"


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How the rows of a file are read.

    Attributes:
        name: what the format is called
        delimiter: what stands between two fields
        columns: the role of each column, "" for one that is not needed
        clock: whose time it is
        header: whether the first line is one
        minutes: whether this is the shape of MetaTrader 4, whose file names end with the minutes of a bar
        spaced: whether a blank follows the delimiter
        commas: whether decimals stand behind a comma, which they may where fields are separated by semicolons
    """

    name: str
    delimiter: str
    columns: tuple[str, ...]
    clock: FileClock = FileClock.SERVER
    header: bool = True
    minutes: bool = False
    spaced: bool = False
    commas: bool = False

    @property
    def bars(self) -> bool:
        """Whether the rows are bars rather than ticks."""
        return "open" in self.columns

    @property
    def separator(self) -> str:
        """The delimiter as a word."""
        return {"\t": "tabs", ";": "semicolons", ",": "commas"}[self.delimiter]


@dataclass(frozen=True, slots=True)
class _Shape:
    """Rows without a header: what they look like, and the format that they then have."""

    pattern: re.Pattern[str]
    format: FileFormat


def _shape(pattern: str, name: str, delimiter: str, columns: str, clock: FileClock, *, minutes: bool = False) -> _Shape:
    roles = tuple(columns.replace("-", "").split(","))
    return _Shape(re.compile(pattern), FileFormat(name, delimiter, roles, clock, header=False, minutes=minutes))


_NUMBER: Final = r"\d+(\.\d+)?"
_SHAPES: Final = (
    _shape(
        rf"\d{{4}}\.\d\d\.\d\d,\d\d:\d\d(,{_NUMBER}){{5}}",
        "bars of MetaTrader 4",
        ",",
        "date,time,open,high,low,close,-",
        FileClock.SERVER,
        minutes=True,
    ),
    _shape(rf"\d{{8}} \d{{9}}(,{_NUMBER}){{3}}", "ticks of HistData", ",", "moment,bid,ask,-", FileClock.EST),
    _shape(
        rf"\d{{8}} \d{{6}}(;{_NUMBER}){{5}}", "bars of HistData", ";", "moment,open,high,low,close,-", FileClock.EST
    ),
    _shape(
        rf"\d{{8}} \d\d:\d\d:\d\d[.:]\d{{3}}(,{_NUMBER}){{4}}",
        "ticks of Tickstory",
        ",",
        "moment,bid,ask,-,-",
        FileClock.UTC,
    ),
    _shape(
        rf"\d{{4}}\.\d\d\.\d\d\t\d\d:\d\d:\d\d(\.\d{{3}})?(\t({_NUMBER})?){{4}}\t\d+",
        "ticks of MetaTrader 5 without their header",
        "\t",
        "date,time,bid,ask,last,volume,flags",
        FileClock.SERVER,
    ),
    _shape(
        rf"\d{{4}}\.\d\d\.\d\d\t\d\d:\d\d:\d\d(\t{_NUMBER}){{4}}(\t\d+){{3}}",
        "bars of MetaTrader 5 without their header",
        "\t",
        "date,time,open,high,low,close,-,-,spread",
        FileClock.SERVER,
    ),
    _shape(
        rf"\d{{4}}\.\d\d\.\d\d,\d\d:\d\d:\d\d\.\d{{3}}(,{_NUMBER}){{2,4}}",
        "ticks with date and time",
        ",",
        "date,time,bid,ask,-,-",
        FileClock.SERVER,
    ),
)


def recognise(first: str, second: str) -> FileFormat | None:
    """Return the format of a file whose first two lines are these, None for one that is not known."""
    commas = first.count(";") > 1 and bool(_DECIMAL_COMMA.fullmatch(second.strip()))
    plain = first.replace(",", ".") if commas else first
    known = next((shape.format for shape in _SHAPES if shape.pattern.fullmatch(plain.strip())), None)
    found = known or _of_header(first, second)
    return None if found is None else replace(found, commas=commas)


def _of_header(first: str, second: str) -> FileFormat | None:
    """Return the format that a header names."""
    delimiter = max(_DELIMITERS, key=first.count)
    zone = _NAMED_ZONE.search(first)
    names = [
        re.sub(r"[<>\"'\s_]", "", _NAMED_ZONE.sub("", name)).lower() for name in first.rstrip("\r\n").split(delimiter)
    ]
    if not all(name in _ROLES for name in names):
        return None
    columns = [_ROLES[name] for name in names]
    fields = [field.strip(' "') for field in second.split(delimiter)]
    if "date" not in columns and "time" in columns:
        columns[columns.index("time")] = "" if "moment" in columns else "moment"
    elif "moment" in columns[: len(fields)] and _OF_DAY.fullmatch(fields[columns.index("moment")]):
        columns[columns.index("moment")] = "time"
    named = [role for role in columns if role]
    bars = all(price in named for price in _PRICES)
    if (
        len(set(named)) < len(named)
        or not (bars or {"bid", "ask", "last"} & {*named})
        or not {"date", "moment"} & {*named}
    ):
        return None
    moment = fields[columns.index("moment")] if "moment" in columns[: len(fields)] else ""
    # What `copy_ticks_*` and `copy_rates_*` of the Python package give, saved as it is: times of the server's clock.
    copied = bool(_COPIED_NAMES & {*names})
    utc = not copied and (bool(_UTC_NAMES & {*names}) or bool(_EPOCH.fullmatch(moment) or _ZONED.fullmatch(moment)))
    utc = utc or (zone is not None and zone["zone"].upper() != "EET")
    kind = "bars" if bars else "ticks"
    return FileFormat(
        f"{kind} with a header",
        delimiter,
        tuple(columns),
        FileClock.UTC if utc else FileClock.SERVER,
        spaced=f"{delimiter} " in first or f"{delimiter} " in second,
    )
