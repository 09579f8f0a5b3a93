# SPDX-License-Identifier: MIT
"""How the module turns one Python argument into a C value, and what it refuses.

The module is written in C and compiled for Windows: text is counted in UTF-16 units and ends at the first NUL,
`long` has 32 bits.  A refused argument sets `last_error()` and the call answers None or False, unless the C
conversion had set an exception: the module never looks at it, and the interpreter turns it into SystemError.

numpy's part in a conversion is that of numpy 2.0, with which the Windows program ships, whichever is installed here.
"""

from __future__ import annotations

import math
import operator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, SupportsFloat, SupportsIndex, TypeVar, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

INVALID_ARGUMENTS: Final = "Invalid arguments"
INVALID_COUNT: Final = "Invalid number of arguments"
UNNAMED_NOT_ALLOWED: Final = "Unnamed arguments not allowed"

NAME_UNITS: Final = 29
"""Longest symbol name or comment."""
GROUP_UNITS: Final = 1997
CREDENTIAL_UNITS: Final = 253
"""Longest password or server name."""
PATH_UNITS: Final = 257

_INT_MIN: Final = -0x8000_0000
_LONG_MASK: Final = 0xFFFF_FFFF
_DAY: Final = 86_400
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - on the local clock
_LAST_LOCAL_SECOND: Final = 0x7_9340_6FFF
"""07:59:59 UTC on the first day of 3001, the last moment that Windows' `localtime` knows."""


class ArgumentError(Exception):
    """An argument was refused.

    Attributes:
        message: what `last_error()` says, with code -2
        cause: the exception that the C conversion set, None when the module refused the argument by itself
    """

    def __init__(self, message: str, cause: Exception | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause


class WrongTypeError(Exception):
    """The module's own check found a wrong type or too long a text; no exception is left set."""


class Leftover:
    """An exception that a C conversion set in the course of a call which went on regardless.

    Attributes:
        error: the exception; it surfaces as SystemError when the call ends
    """

    def __init__(self) -> None:
        self.error: Exception | None = None


def named(name: str) -> str:
    """Return the message for a refused keyword or key."""
    return f'Invalid "{name}" argument'


def unnamed(position: int) -> str:
    """Return the message for a refused positional argument, the first being 1."""
    return f"Invalid {('1st', '2nd', '3rd')[position - 1]} unnamed argument"


def accept(convert: Callable[[object], T], value: object, message: str) -> T:
    """Return the converted value; raise ArgumentError with the message, and the C exception if there is one."""
    try:
        return convert(value)
    except WrongTypeError:
        raise ArgumentError(message) from None
    except Exception as error:
        raise ArgumentError(message, error) from error


def text(most_units: int) -> Callable[[object], str]:
    """Return a converter for a str of at most so many UTF-16 units; what follows a NUL is cut off."""

    def convert(value: object) -> str:
        if not isinstance(value, str):
            raise WrongTypeError
        plain = str.__str__(value)  # a subclass's own idea of its text is not asked
        if len(plain.encode("utf-16-le", "surrogatepass")) // 2 > most_units:
            raise WrongTypeError
        return plain.partition("\0")[0]

    return convert


def integer(bits: int, *, signed: bool = False) -> Callable[[object], int]:
    """Return a converter for an int (bool and IntEnum are ints, numpy's are not) of a C type's range."""
    least, most = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)

    def convert(value: object) -> int:
        if not isinstance(value, int):
            raise WrongTypeError
        number = int.__index__(value)
        if not least <= number <= most:
            raise OverflowError("int does not fit the C type")
        return number

    return convert


def exact_float(value: object) -> float:
    """Convert a float or a subclass of it, NaN and infinity too; an int is refused."""
    if not isinstance(value, float):
        raise WrongTypeError
    return float.__float__(value)


def parsed_int(value: object) -> int:
    """Convert as PyArg_ParseTuple's `i`: whatever has `__index__`, in 32 bits; numpy's bool too, as up to numpy 2.1."""
    if isinstance(value, np.bool_):
        return int(value)
    number = operator.index(cast("SupportsIndex", value))  # raises TypeError if it is not
    if not _INT_MIN <= number < -_INT_MIN:
        raise OverflowError("Python int too large to convert to C long")
    return number


def parsed_mask(value: object) -> int:
    """Convert as PyArg_ParseTuple's `k`: a true int of any size, of which the lowest 32 bits are kept."""
    if not isinstance(value, int):
        raise TypeError("argument must be int")
    return int.__index__(value) & _LONG_MASK


def parsed_double(value: object) -> float:
    """Convert as PyArg_ParseTuple's `d`: whatever has `__float__` or `__index__`, but no text.

    An array of one number is one, whatever its dimensions, as up to numpy 2.3.
    """
    if isinstance(value, np.ndarray) and value.size == 1:
        return float(value.item())
    # math.ldexp reads its argument through PyFloat_AsDouble, as `d` does; float() would also take text.
    return math.ldexp(cast("SupportsFloat", value), 0)  # raises TypeError if it is not


def as_bool(value: object) -> bool:
    """Return an argument's truth; an empty array is false, as up to numpy 2.1."""
    return bool(value) if not isinstance(value, np.ndarray) or value.size else False


def truncated(number: float) -> int:
    """Return a double as the processor truncates it to 32 bits: what does not fit, NaN too, gives -2**31."""
    if not math.isfinite(number) or not _INT_MIN <= math.trunc(number) < -_INT_MIN:
        return _INT_MIN
    return math.trunc(number)


def date_seconds(value: object, leftover: Leftover) -> int:
    """Convert an int, float or datetime (naive means local time) to seconds in 32 bits.

    An int that does not fit is no refusal: it becomes -1 and leaves its OverflowError behind.
    """
    if isinstance(value, int):
        number = int.__index__(value)
        if not _INT_MIN <= number < -_INT_MIN:
            leftover.error = OverflowError("Python int too large to convert to C long")
            return -1
        return number
    if isinstance(value, float):
        return truncated(float.__float__(value))
    if isinstance(value, datetime):
        if leftover.error is not None:
            raise leftover.error  # a method cannot be called while an exception is set
        return _moment_seconds(value, leftover)
    raise WrongTypeError


def _moment_seconds(moment: datetime, leftover: Leftover) -> int:
    """Return what `timestamp()` says; a subclass's answer that is no number becomes -1 and leaves its error behind."""
    seconds: object = _timestamp(moment)
    try:
        return truncated(parsed_double(seconds))
    except Exception as error:  # noqa: BLE001 - `__float__` may raise anything
        leftover.error = error
        return -1


def _timestamp(moment: datetime) -> float:
    """Return seconds since 1970; raise OSError for local times outside of what Windows can convert."""
    if moment.tzinfo is not None or type(moment).timestamp is not datetime.timestamp:
        return moment.timestamp()
    wall = (moment.replace(microsecond=0) - _EPOCH) // timedelta(seconds=1)
    return _utc_seconds(wall, moment.fold) + moment.microsecond / 1e6


def _utc_seconds(wall: int, fold: int) -> int:
    """Return the moment at which clocks on the wall show so many seconds since 1970, as CPython's datetime finds it.

    Which moments are looked up on the way decides which local times near both ends of Windows' range are refused.
    """
    offset = _wall_seconds(wall) - wall
    first = wall - offset
    shown = _wall_seconds(first)
    if shown == wall:  # clocks may have been changed, and another moment may show the same
        other = first + (_DAY if fold else -_DAY)
        other_offset = _wall_seconds(other) - other
        if other_offset == offset:
            return first
    else:
        other_offset = shown - first
    second = wall - other_offset
    if _wall_seconds(second) == wall:
        return second
    if shown == wall:
        return first
    return min(first, second) if fold else max(first, second)  # a time that clocks have skipped


def _wall_seconds(seconds: int) -> int:
    """Return what clocks on the wall show at a moment, as seconds since 1970."""
    if not 0 <= seconds <= _LAST_LOCAL_SECOND:
        raise OSError("[Errno 22] Invalid argument")
    return (datetime.fromtimestamp(seconds) - _EPOCH) // timedelta(seconds=1)  # noqa: DTZ006 - local time is meant


def truth(value: object, leftover: Leftover) -> bool:
    """Return an argument's truth; one without any counts as true and leaves its exception behind."""
    try:
        return as_bool(value)
    except Exception as error:  # noqa: BLE001 - `__bool__` may raise anything
        leftover.error = error
        return True


SYMBOL: Final = text(NAME_UNITS)
GROUP: Final = text(GROUP_UNITS)
CREDENTIAL: Final = text(CREDENTIAL_UNITS)
PATH: Final = text(PATH_UNITS)
U32: Final = integer(32)
U64: Final = integer(64)
I64: Final = integer(64, signed=True)
