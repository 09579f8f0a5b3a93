# SPDX-License-Identifier: MIT
"""The names that the recorded calls use beside the module `m`: libraries, a request, and odd argument types.

This file runs on a Windows Python that has only the MetaTrader5 package and numpy, so it imports nothing else.
"""

from __future__ import annotations

import collections
import copy
import datetime as dt
import enum
import fractions
import pickle
import types
from decimal import Decimal
from typing import Any, Final, NoReturn

import numpy as np

REQUEST: Final[dict[str, Any]] = {
    "action": 1,
    "symbol": "EURUSD",
    "volume": 0.1,
    "type": 0,
    "price": 1.1,
    "sl": 0.0,
    "tp": 0.0,
    "deviation": 20,
    "magic": 7,
    "comment": "x",
    "type_time": 0,
    "type_filling": 1,
}


def request(**changes: Any) -> dict[str, Any]:
    """Return a sound market order with changes."""
    return {**REQUEST, **changes}


class IE(enum.IntEnum):
    """An enumeration of ints."""

    A = 1


class Flag(enum.IntFlag):
    """An enumeration of bits."""

    A = 1


class SE(enum.StrEnum):
    """An enumeration of texts."""

    A = "EURUSD"


class FE(float, enum.Enum):
    """An enumeration of floats."""

    A = 1.5


class PE(enum.Enum):
    """An enumeration of nothing in particular."""

    A = 1


class Int(int):
    """An int whose conversions lie."""

    def __index__(self) -> int:
        return 5

    def __int__(self) -> int:
        return -5


class Float(float):
    """A float whose conversion lies."""

    def __float__(self) -> float:
        return -5.0


class Str(str):
    """A text whose length and conversion lie."""

    __slots__ = ()

    def __len__(self) -> int:
        return 99

    def __str__(self) -> str:
        return "y" * 99


class Bytes(bytes):
    """A kind of bytes."""


class Dict(dict[str, Any]):
    """A dict whose lookups lie."""

    def __getitem__(self, key: str) -> Any:
        return "lie"

    def __contains__(self, key: object) -> bool:
        return True

    def get(self, key: str, default: Any = None) -> Any:
        """Return a lie."""
        return "lie"

    def __missing__(self, key: str) -> Any:
        return "lie"


class Moment(dt.datetime):
    """A datetime whose `timestamp` is what the class says."""

    answer: Any = "soon"

    def timestamp(self) -> float:
        """Return the class's answer."""
        return type(self).answer  # type: ignore[no-any-return]  # a wrong type is the point


class MomentInt(Moment):
    """A datetime whose timestamp is an int."""

    answer = 17


class MomentFails(dt.datetime):
    """A datetime whose timestamp raises."""

    def timestamp(self) -> float:
        """Raise KeyError."""
        raise KeyError("no time")


class Timestamped:
    """No datetime, but with a timestamp."""

    def timestamp(self) -> float:
        """Return a time."""
        return 1_700_000_000.0


class Zone(dt.tzinfo):
    """A time zone that does not know its offset."""

    def utcoffset(self, _moment: dt.datetime | None) -> dt.timedelta | None:
        """Return None."""
        return None


class BadZone(dt.tzinfo):
    """A time zone that raises."""

    def utcoffset(self, _moment: dt.datetime | None) -> NoReturn:
        """Raise LookupError."""
        raise LookupError("no offset")


class Index:
    """An object with `__index__`."""

    def __init__(self, number: int = 1) -> None:
        self.number = number

    def __index__(self) -> int:
        return self.number


class ToInt:
    """An object with `__int__`."""

    def __int__(self) -> int:
        return 1


class ToFloat:
    """An object with `__float__`."""

    def __float__(self) -> float:
        return 1.5


class ToFloatInt:
    """An object whose `__float__` gives an int."""

    def __float__(self) -> float:
        return 1


class ToFloatSub:
    """An object whose `__float__` gives a subclass of float."""

    def __float__(self) -> float:
        return Float(1.5)


class IndexBool:
    """An object whose `__index__` gives a bool."""

    def __index__(self) -> int:
        return True  # noqa: PLE0305 - a bool is an int


class IndexFails:
    """An object whose `__index__` raises."""

    def __index__(self) -> int:
        raise ZeroDivisionError


class FloatFails:
    """An object whose `__float__` raises."""

    def __float__(self) -> float:
        raise ZeroDivisionError


class NoTruth:
    """An object whose truth raises."""

    def __bool__(self) -> bool:
        raise ZeroDivisionError


class Untrue:
    """An object that is false."""

    def __bool__(self) -> bool:
        return False


class NoLength:
    """An object whose length, which decides its truth, raises."""

    def __len__(self) -> int:
        raise ZeroDivisionError


class AlwaysEqual(str):
    """A key that equals every text and has the hash of "volume"."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("volume")


class NeverCompares(str):
    """A key with the hash of "volume" whose comparison raises."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        raise ZeroDivisionError

    def __hash__(self) -> int:
        return hash("volume")


class Mapping(collections.UserDict[str, Any]):
    """A mapping that is no dict."""


ASTRAL: Final = "\U0001f600"
"""One character of two UTF-16 units."""


def attempt(action: Any, *args: Any, **kwargs: Any) -> str:
    """Return the text form of what an action gives, or the name of the exception that it raises."""
    try:
        return repr(action(*args, **kwargs))
    except Exception as error:  # noqa: BLE001 - which one it is, is what we ask
        return type(error).__name__


def names() -> dict[str, Any]:
    """Return the names for evaluating a call, the module itself left out."""
    own = {name: value for name, value in globals().items() if not name.startswith("_")}
    return {
        **own,
        "R": request,
        "D": Decimal,
        "F": fractions.Fraction,
        "np": np,
        "copy": copy,
        "pickle": pickle,
        "types": types,
    }
