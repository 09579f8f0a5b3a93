# SPDX-License-Identifier: MIT
"""A dictionary that knows whether it was changed, so that sums over it are recounted only then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")
_MUTATORS = ("__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault", "update")


class TrackedDict(dict[K, V]):
    """A dict whose `version` grows with every change made through its own methods, in place ones included."""

    version: int = 0


def _counting(name: str) -> Callable[..., Any]:
    """Return the dict method of that name, with the version counted up before it runs."""
    original = getattr(dict, name)

    def method(self: TrackedDict[Any, Any], *args: Any, **kwargs: Any) -> Any:
        self.version += 1
        return original(self, *args, **kwargs)

    method.__name__ = name
    method.__doc__ = original.__doc__
    return method


for _name in _MUTATORS:
    setattr(TrackedDict, _name, _counting(_name))
