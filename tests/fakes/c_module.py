# SPDX-License-Identifier: MIT
"""The face of a C extension before a fake module: it sees what only a C function can see.

`f(*args, **{})` hands a C function an empty dict where `f(*args)` hands it nothing, and the genuine package takes
that dict for keywords: `order_send` and `order_check` answer None and -2, "Unnamed arguments not allowed".  A
Python function cannot tell the two calls apart, so no fake made of Python functions can catch the mistake.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

_CALLBACK = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)
_VARARGS_AND_KEYWORDS = 0x0001 | 0x0002


class _MethodDef(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = (("name", ctypes.c_char_p), ("method", _CALLBACK), ("flags", ctypes.c_int), ("doc", ctypes.c_char_p))


_new_function = ctypes.pythonapi.PyCFunction_NewEx
_new_function.restype = ctypes.py_object
_new_function.argtypes = (ctypes.POINTER(_MethodDef), ctypes.c_void_p, ctypes.c_void_p)


class CFunction:
    """A built-in function of CPython that calls `inner(args, keywords)`; `keywords` is None when none were handed.

    Keep the object for as long as `function` may be called: the interpreter holds no reference to its parts.
    """

    def __init__(self, name: str, inner: Callable[[tuple[Any, ...], dict[str, Any] | None], Any]) -> None:
        def called(_self: int | None, args: tuple[Any, ...], keywords: int | None) -> Any:
            given = None if keywords is None else ctypes.cast(keywords, ctypes.py_object).value
            return inner(args, given)

        self._callback = _CALLBACK(called)
        self._definition = _MethodDef(name.encode(), self._callback, _VARARGS_AND_KEYWORDS, None)
        self.function: Callable[..., Any] = _new_function(ctypes.byref(self._definition), None, None)


class CModule:
    """A fake module whose functions are C functions.

    An empty dict of keywords is refused as the genuine package does it, and noted in `empty_keywords` by the name of
    the function; `called` are the names of all functions that were called.
    """

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._functions: dict[str, CFunction] = {}
        self._refused = False
        self.empty_keywords: list[str] = []
        self.called: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        if name not in self._functions:
            self._functions[name] = CFunction(name, lambda args, keywords: self._call(name, args, keywords))
        return self._functions[name].function

    def _call(self, name: str, args: tuple[Any, ...], keywords: dict[str, Any] | None) -> Any:
        """Hand a call on, or refuse it for its empty keywords."""
        if name == "last_error" and self._refused:
            return -2, "Unnamed arguments not allowed"
        self.called.add(name)
        self._refused = keywords is not None and not keywords
        if self._refused:
            self.empty_keywords.append(name)
            return None
        return getattr(self._inner, name)(*args, **(keywords or {}))
