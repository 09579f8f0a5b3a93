# SPDX-License-Identifier: MIT
"""The eleven result types of the module: tuples with named, read-only fields, as its struct sequences are.

Like those they have `_asdict()` but neither `_fields` nor `_replace`, cannot be subclassed, and do not pickle:
they claim to live in `builtins`, where pickle looks for them in vain.  Their fields, in order, are those of the
frozen result of the same name.  Values behave as the real ones; the types themselves are Python's, not C's: their
base, their descriptors, and that one could set something on them.
"""

from __future__ import annotations

import builtins
from dataclasses import fields
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Self

from arbitrex_desktop.mt5 import results

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


_NO_HIDDEN_FIELDS: dict[str, Any] = {}


class StructTuple(tuple[Any, ...]):
    """Base of the module's result types; each subclass names the frozen result that it takes its fields from."""

    __slots__ = ()

    n_fields: ClassVar[int] = 0
    n_sequence_fields: ClassVar[int] = 0
    n_unnamed_fields: ClassVar[int] = 0
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, of: type[results.ModuleResult] | None = None) -> None:
        """Give the new type its fields; raise TypeError for a type derived from one of the eleven."""
        if of is None:
            raise TypeError("a result type of the module is not an acceptable base type")
        names = tuple(field.name for field in fields(of))
        members: dict[str, Any] = {name: property(itemgetter(position)) for position, name in enumerate(names)}
        members |= {"__module__": "builtins", "__match_args__": names}
        members |= {"n_fields": len(names), "n_sequence_fields": len(names)}
        for name, member in members.items():
            setattr(cls, name, member)
        _TYPES[of] = cls
        _READERS[of] = attrgetter(*names)

    def __new__(cls, sequence: Iterable[Any], dict: Mapping[str, Any] = _NO_HIDDEN_FIELDS) -> Self:  # noqa: A002 - as in C
        """Build from the fields' values in order; `dict` is for hidden fields, of which there are none."""
        if not isinstance(dict, builtins.dict):
            raise TypeError(f"{cls.__name__}() takes a dict as second arg, if any")
        values = tuple(sequence)
        if len(values) != cls.n_fields:
            raise TypeError(f"{cls.__name__}() takes a {cls.n_fields}-sequence ({len(values)}-sequence given)")
        return super().__new__(cls, values)

    def _asdict(self) -> dict[str, Any]:
        """Return the fields by name, in order; a nested request stays a tuple."""
        return dict(zip(self.__match_args__, self, strict=True))

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
        return f"{type(self).__name__}({inner})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (tuple(self), {})

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


_TYPES: dict[type[results.ModuleResult], type[StructTuple]] = {}
_READERS: dict[type[results.ModuleResult], Callable[[Any], tuple[Any, ...]]] = {}


def struct_of(result: results.ModuleResult) -> Any:
    """Return a frozen result as the module's own tuple, a nested request included."""
    values = _READERS[type(result)](result)
    nested = isinstance(values[-1], results.ModuleResult)
    return _TYPES[type(result)]((*values[:-1], struct_of(values[-1])) if nested else values)


class TradePosition(StructTuple, of=results.TradePosition):
    """Trade position structure."""

    __slots__ = ()


class TradeOrder(StructTuple, of=results.TradeOrder):
    """Trade order structure."""

    __slots__ = ()


class TradeDeal(StructTuple, of=results.TradeDeal):
    """Trade deal structure."""

    __slots__ = ()


class TradeRequest(StructTuple, of=results.TradeRequest):
    """Trade request structure."""

    __slots__ = ()


class SymbolInfo(StructTuple, of=results.SymbolInfo):
    """Properties of a symbol."""

    __slots__ = ()


class OrderCheckResult(StructTuple, of=results.OrderCheckResult):
    """Answer of `order_check`."""

    __slots__ = ()


class OrderSendResult(StructTuple, of=results.OrderSendResult):
    """Answer of `order_send`."""

    __slots__ = ()


class Tick(StructTuple, of=results.Tick):
    """Latest prices of a symbol."""

    __slots__ = ()


class TerminalInfo(StructTuple, of=results.TerminalInfo):
    """State and settings of the terminal."""

    __slots__ = ()


class AccountInfo(StructTuple, of=results.AccountInfo):
    """The trading account."""

    __slots__ = ()


class BookInfo(StructTuple, of=results.BookInfo):
    """Entry of the depth of market."""

    __slots__ = ()
