# SPDX-License-Identifier: MIT
"""What a setting takes, in words and in the language that is spoken: kind, bounds and unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from msgspec import Meta

from arbitrex_desktop.risk_portfolio_manager.parameters import Choice, Flag, Names, Number, Parameter, Table, Text
from arbitrex_desktop.texts import N_, _

SHARE: Final = "share"
"""The unit of what is a part of something: in files a number such as 0.05, to people 5 %."""

_YES_OR_NO: Final = N_("yes or no (true or false in the file)")
_KINDS: Final = {float: N_("a number"), int: N_("a whole number"), bool: _YES_OR_NO, str: N_("a text")}
_OF_LIMITS: Final = {Flag: _YES_OR_NO, Names: N_("a list of symbol names"), Table: N_("a number for each name")}
_UNITS_BEHIND_BOUND: Final = {
    "s": N_("s"),
    "min": N_("min"),
    "h": N_("h"),
    "ticks": N_("ticks"),
    "points": N_("points"),
    "lots": N_("lots"),
    "bps": N_("bps"),
    "ATR": "ATR",
    "%": "%",
}
"""Units that stand behind a bound."""
_UNITS_BESIDE_FIELD: Final = _UNITS_BEHIND_BOUND | {
    SHARE: N_("shares"),
    "count": "",
    "money": N_("account currency"),
    "x": N_("times"),
    "units": N_("units"),
    "std. deviations": N_("standard deviations"),
}
"""Units as they stand beside a field."""


def bare(hint: Any) -> tuple[Any, Meta]:
    """Return a type and what is declared of it."""
    if get_origin(hint) is not Annotated:
        return hint, Meta()
    base, *found = get_args(hint)
    return base, next(each for each in found if isinstance(each, Meta))


def of_type(hint: Any, unit: str = "") -> str:
    """Return what a type and its bounds let through."""
    base, meta = bare(hint)
    if base in _KINDS:
        return _of_kind(_(_KINDS[base]), meta, unit)
    arguments = get_args(base)
    if get_origin(base) is Literal:
        return _one_of(map(_, arguments))
    if isinstance(get_origin(base), type) and issubclass(get_origin(base), Mapping):
        return _("for each name {what}").format(what=_of_entry(arguments[1], unit))
    if get_origin(base) is tuple:
        return _("a list of texts")
    return of_type(Annotated[arguments[0], meta], unit)


def of_limit(limit: Parameter) -> str:
    """Return what a limit of the risk manager's takes."""
    if isinstance(limit, Number):
        kind = _("a share") if limit.unit == SHARE else _(_KINDS[int if limit.whole else float])
        return _number_within(kind, limit.low, limit.high, limit.unit, is_open=limit.low_open)
    if isinstance(limit, Choice):
        return _one_of(map(_, limit.options))
    if isinstance(limit, Text):
        return _(limit.what)
    return next(_(words) for kind, words in _OF_LIMITS.items() if isinstance(limit, kind))


def unit_text(unit: str) -> str:
    """Return a unit as it stands beside a field."""
    return _(_UNITS_BESIDE_FIELD.get(unit, unit))


def choices_of(setting_type: Any, limit: Parameter | None) -> tuple[str, ...]:
    """Return all values that a setting may have, empty where they cannot be listed."""
    kind = bare(setting_type)[0]
    if get_origin(kind) is Literal:
        return tuple(map(str, get_args(kind)))
    return ("true", "false") if kind is bool or isinstance(limit, Flag) else ()


def percent(share: float) -> str:
    """Return a share as people write it: 0.005 is 0.5 %, exactly."""
    return f"{(Decimal(repr(float(share))) * 100).normalize():f} %"


def _of_kind(kind: str, meta: Meta, unit: str) -> str:
    """Return a kind of value with its form or its bounds."""
    form = (meta.extra or {}).get("form")
    if form is not None:
        return f"{kind} {_(str(form))}"
    low = meta.ge if meta.ge is not None else meta.gt
    return _number_within(kind, low, meta.le, unit, is_open=meta.gt is not None)


def _number_within(kind: str, low: float | None, high: float | None, unit: str, *, is_open: bool) -> str:
    """Return a kind of number with its bounds."""
    least = _bound_text(low or 0.0, unit, alone=high is None)
    most = _bound_text(high or 0.0, unit, alone=True)
    if low is None:
        return kind if high is None else _("{kind} of at most {high}").format(kind=kind, high=most)
    if high is None:
        words = _("{kind} above {low}") if is_open else _("{kind} of at least {low}")
        return words.format(kind=kind, low=least)
    words = _("{kind} above {low} and up to {high}") if is_open else _("{kind} from {low} to {high}")
    return words.format(kind=kind, low=least, high=most)


def _bound_text(value: float, unit: str, *, alone: bool) -> str:
    """Return a bound; of two only the second, which is `alone`, has the unit, and says how a file writes a share."""
    if unit == SHARE and not value:
        return "0"
    if unit == SHARE:
        words = _("{percent} ({share} in the file)") if alone else "{percent}"
        return words.format(percent=percent(value), share=f"{value:g}")
    figure = f"{value:,.0f}" if value == int(value) else f"{value:g}"
    return f"{figure} {_(_UNITS_BEHIND_BOUND[unit])}" if alone and unit in _UNITS_BEHIND_BOUND else figure


def _of_entry(hint: Any, unit: str) -> str:
    """Return what an entry of a table takes; its words are typed as they are."""
    return _one_of(get_args(hint)) if get_origin(hint) is Literal else of_type(hint, unit)


def _one_of(words: Iterable[str]) -> str:
    return _("one of {words}").format(words=", ".join(words))
