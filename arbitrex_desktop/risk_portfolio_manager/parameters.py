# SPDX-License-Identifier: MIT
"""What can be set: every parameter is declared once, with its default, bounds, unit and words.

Rules declare theirs in their own files, what belongs to no rule is in `config.general`; `RPMConfig` is made of both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import KW_ONLY, dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from arbitrex_desktop.risk_portfolio_manager.portfolio.tracking import TrackedDict

if TYPE_CHECKING:
    from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig

    RuleSettings: TypeAlias = RPMConfig
else:
    RuleSettings = Any
"""Settings as the rules read them.  They are made of what the rules declare, so that only a type checker knows both."""


class Looser(Enum):
    """Which way a setting lets more through."""

    HIGHER = "a higher value"
    HIGHER_OR_NONE = "a higher value, and 0, which is no limit"
    LOWER = "a lower value"
    UNKNOWN = "any other value"

    def loosens(self, old: Any, new: Any) -> bool:
        """Return whether a change lets more through, or may; an unchanged value does not."""
        if old == new:
            return False
        if self is Looser.UNKNOWN:
            return True
        if self is Looser.LOWER:
            return bool(new < old)
        if self is Looser.HIGHER_OR_NONE and not (old and new):
            return not new
        return bool(new > old)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting.

    Attributes:
        name: its field in `RPMConfig`.
        default: its value unless set.
        label: what it is, in a few words for a form.
        unit: as in `format.format_value`, empty for what has none.
        help: what a form says besides.
        looser: which way it lets more through; changing it that way needs a reason.
    """

    name: str
    default: Any
    label: str
    _: KW_ONLY
    unit: str = ""
    help: str = ""
    looser: Looser = Looser.UNKNOWN

    def bounds(self) -> str:
        """Return what a value must be, such as "must be in (0, 0.05]"."""
        raise NotImplementedError

    def fault(self, value: Any) -> str:
        """Return what a value must be that is not so, such as "must be above 0 (it is -1)"; empty for a sound one."""
        return "" if self.accepts(value) else f"{self.bounds()} (it is {value!r})"

    def accepts(self, value: Any) -> bool:
        """Return True for a value that may be set."""
        raise NotImplementedError

    def stored(self, value: Any) -> Any:
        """Return a value in the form in which it is kept."""
        return value

    def plain(self, value: Any) -> Any:
        """Return a value as files and hashes have it."""
        return value


class InvalidParameter(ValueError):  # noqa: N818 - a state, named as one
    """A parameter has a value that it must not have.

    Attributes:
        labelled: what is wrong, under the parameter's label.
    """

    def __init__(self, parameter: Parameter, fault: str) -> None:
        super().__init__(f"{parameter.name} {fault}")
        self.labelled = f'"{parameter.label}" {fault}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Parameter):
    """A finite number; `high` None for no upper bound, `low_open` when `low` itself is refused."""

    low: float = 0.0
    high: float | None = None
    low_open: bool = False
    whole: bool = False

    def bounds(self) -> str:
        """Return the bounds in words."""
        kind = " and a whole number" if self.whole else ""
        if self.high is None:
            return f"must be {'>' if self.low_open else '>='} {self.low:g}{kind}"
        high = "1.0" if self.high == 1.0 else f"{self.high:g}"
        return f"must be in {'(' if self.low_open else '['}{self.low:g}, {high}]{kind}"

    def accepts(self, value: Any) -> bool:
        """Return True for a number of the right kind within the bounds."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else (int, float)):
            return False
        if not math.isfinite(value) or value < self.low or (self.low_open and value == self.low):
            return False
        return self.high is None or value <= self.high

    def plain(self, value: Any) -> Any:
        """Return a float where one is meant, so that 1 and 1.0 are the same setting."""
        return value if self.whole else as_float(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Parameter):
    """One of several words."""

    options: tuple[str, ...]

    def bounds(self) -> str:
        """Return the words."""
        return f"must be one of {', '.join(self.options)}"

    def accepts(self, value: Any) -> bool:
        """Return True for one of the words."""
        return value in self.options


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Parameter):
    """On or off."""

    def bounds(self) -> str:
        """Return both."""
        return "must be true or false"

    def accepts(self, value: Any) -> bool:
        """Return True for a truth value."""
        return isinstance(value, bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Parameter):
    """A text that `check` accepts; `what` it must be, in words."""

    check: Callable[[str], bool]
    what: str

    def bounds(self) -> str:
        """Return what it must be."""
        return f"must be {self.what}"

    def accepts(self, value: Any) -> bool:
        """Return True for a text that passes the check."""
        return isinstance(value, str) and self.check(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names(Parameter):
    """A list of symbol names."""

    def bounds(self) -> str:
        """Return what it must hold."""
        return "must be a list of symbol names"

    def accepts(self, value: Any) -> bool:
        """Return True for a tuple of texts that are not empty."""
        return isinstance(value, tuple) and all(isinstance(name, str) and name for name in value)

    def stored(self, value: Any) -> Any:
        """Return a list as a tuple."""
        return tuple(value) if isinstance(value, list) else value

    def plain(self, value: Any) -> Any:
        """Return a list."""
        return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Parameter):
    """Numbers in [0, `high`] by name; `keys` that may be used (None for any text), `complete` when all must be."""

    keys: Collection[str] | None
    complete: bool = False
    high: float = 10.0

    def bounds(self) -> str:
        """Return what it is."""
        return "must be a table"

    def accepts(self, value: Any) -> bool:
        """Return True for a table without a fault."""
        return not self.fault(value)

    def fault(self, value: Any) -> str:
        """Return the first fault among names and numbers."""
        if not isinstance(value, Mapping):
            return self.bounds()
        allowed = None if self.keys is None else sorted(self.keys)
        if allowed is not None and self.complete and set(value) != set(allowed):
            return f"must have a value for each of {', '.join(allowed)}"
        for key, number in value.items():
            if not isinstance(key, str) or not key or (allowed is not None and key not in allowed):
                wanted = "names of symbols as keys" if allowed is None else f"keys among {', '.join(allowed)}"
                return f"must have {wanted} (found {key!r})"
            if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
                return f"must hold numbers ({key} is {number!r})"
            if not 0.0 <= number <= self.high:
                return f"must hold numbers in [0, {self.high:g}] ({key} is {number!r})"
        return ""

    def stored(self, value: Any) -> Any:
        """Return a table that counts its changes."""
        return TrackedDict(value) if isinstance(value, Mapping) else value

    def plain(self, value: Any) -> Any:
        """Return a plain dictionary of floats."""
        return {str(key): as_float(item) for key, item in value.items()} if isinstance(value, Mapping) else value


_OF_UNIT: Final[dict[str, dict[str, Any]]] = {"share": {"high": 1.0, "low_open": True}, "count": {"whole": True}}
"""What a number is unless its parameter says otherwise: a share in (0, 1.0], all else at or above zero."""


def number(name: str, default: float, label: str, unit: str, **more: Any) -> Number:
    """Return a parameter that is a number; `more`, further fields of it."""
    return Number(name, default, label, unit=unit, **{**_OF_UNIT.get(unit, {}), **more})


def upper_limit(name: str, default: float, label: str, unit: str, **more: Any) -> Number:
    """Return a number that lets more through the higher it is."""
    return number(name, default, label, unit, looser=Looser.HIGHER, **more)


def lower_limit(name: str, default: float, label: str, unit: str, **more: Any) -> Number:
    """Return a number that lets more through the lower it is."""
    return number(name, default, label, unit, looser=Looser.LOWER, **more)


def optional_limit(name: str, default: float, label: str, unit: str, **more: Any) -> Number:
    """Return the greatest value of something, which 0 leaves without a limit."""
    more = {"help": "0 is off.", "low_open": False, "looser": Looser.HIGHER_OR_NONE, **more}
    return number(name, default, label, unit, **more)


def as_float(value: Any) -> Any:
    """Return a whole number as a float, everything else as it is."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
