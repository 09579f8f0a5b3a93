# SPDX-License-Identifier: MIT
"""A dictionary that knows whether it was changed, so that what follows from it is made anew only then."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")
next_version: Callable[[], int] = count(1).__next__
"""Gives a number that was never given before, to any thread: what counts so is never counted back to where it was."""
_MUTATORS = ("__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault", "update")


class TrackedDict(dict[K, V]):
    """A dict that counts the changes made through its own methods, in place ones included.

    Attributes:
        version: another after every change, set once that is made.
        on_change: called after every change; None when nobody asked.
    """

    version: int = 0
    on_change: Callable[[], None] | None = None

    def note_change(self) -> None:
        """Count a change that was made."""
        self.version = next_version()
        if self.on_change is not None:
            self.on_change()


def _counting_method(name: str) -> Callable[..., Any]:
    """Return the dict method of that name, which counts once it has run."""
    original = getattr(dict, name)

    def method(self: TrackedDict[Any, Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, *args, **kwargs)
        finally:
            self.note_change()

    method.__name__ = name
    method.__doc__ = original.__doc__
    return method


for _name in _MUTATORS:
    setattr(TrackedDict, _name, _counting_method(_name))
