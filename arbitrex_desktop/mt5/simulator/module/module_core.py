# SPDX-License-Identifier: MIT
"""What all functions of the simulated module share: the connection, `last_error()`, and how a call ends."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

from arbitrex_desktop.mt5.constants import ResultCode
from arbitrex_desktop.mt5.simulator.module.arguments import ArgumentError, Leftover
from arbitrex_desktop.mt5.simulator.module.backend import BackendError
from arbitrex_desktop.mt5.simulator.module.tuples import struct_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from arbitrex_desktop.mt5 import results
    from arbitrex_desktop.mt5.simulator.module.backend import TerminalBackend

A = TypeVar("A")

SUCCESS: Final = (int(ResultCode.S_OK), "Success")
OLDEST_SYMBOLS_BUILD: Final = 2364
"""Build of the terminal from which on `symbols_total` and `symbols_get` work."""


class ModuleCore:
    """The state of the module and the course of a call.

    It holds the terminal that `initialize()` finds (None: none installed), whether it is connected, the build of the
    last terminal that was connected, and the outcome of the last call: bytes of its text that are not UTF-8 stand
    there as surrogates (PEP 383).
    """

    def __init__(self, terminal: TerminalBackend | None = None) -> None:
        self._terminal = terminal
        self._connected = False
        self._build = 0
        self._last_error = (0, "")

    def last_error(self) -> tuple[int, str]:
        """Return code (a `ResultCode`) and text of the last call's outcome; a call that raised TypeError has none.

        Before the first call it is 0 and no text.  Raises UnicodeDecodeError, each time, where the text holds a
        path that is not ASCII: it is written in Windows' code page and read as UTF-8.
        """
        code, message = self._last_error
        return code, message.encode("utf-8", "surrogateescape").decode("utf-8")

    def _peer(self) -> TerminalBackend:
        """Return the connected terminal; raise BackendError without one."""
        if self._terminal is None or not self._connected:
            raise BackendError.of(ResultCode.E_INTERNAL_FAIL_CONNECT)
        return self._terminal

    def _disconnect(self) -> None:
        self._connected = False
        if self._terminal is not None:
            with suppress(BackendError):  # closing one's end of a broken pipe cannot fail
                self._terminal.shutdown()

    def _call(
        self,
        name: str,
        read: Callable[[Leftover], A],
        act: Callable[[A], Any],
        *,
        refused: Any = None,
        failed: Any = None,
    ) -> Any:
        """Run one call: read its arguments, act on them, set `last_error()`.

        Returns what `act` returns, or `refused` for bad arguments, or `failed` for a BackendError; raises
        SystemError, `last_error()` set all the same, where the C code returns with an exception set.
        """
        self._last_error = SUCCESS
        leftover = Leftover()
        try:
            result = act(read(leftover))
        except ArgumentError as error:
            self._last_error = (int(ResultCode.E_INVALID_PARAMS), error.message)
            result = refused
            leftover.error = error.cause or leftover.error
        except BackendError as error:
            self._last_error = (int(error.code), error.message)
            result = failed
        if leftover.error is not None:
            message = f"<built-in function {name}> returned a result with an exception set"
            raise SystemError(message) from leftover.error
        return result

    def _query(self, name: str, act: Callable[[TerminalBackend], Any]) -> Any:
        """Run a call that takes no arguments."""
        return self._call(name, lambda _: None, lambda _: act(self._peer()))


def structs(rows: Iterable[results.ModuleResult]) -> tuple[Any, ...]:
    """Return rows as the module gives them: a tuple of its own tuples."""
    return tuple(struct_of(row) for row in rows)
