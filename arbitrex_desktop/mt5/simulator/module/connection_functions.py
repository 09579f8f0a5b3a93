# SPDX-License-Identifier: MIT
"""The simulated module's functions for the connection, the terminal and the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from arbitrex_desktop.mt5.constants import ResultCode
from arbitrex_desktop.mt5.simulator.module import signatures
from arbitrex_desktop.mt5.simulator.module.backend import BackendError
from arbitrex_desktop.mt5.simulator.module.module_core import ModuleCore
from arbitrex_desktop.mt5.simulator.module.tuples import AccountInfo, TerminalInfo, struct_of

if TYPE_CHECKING:
    from arbitrex_desktop.mt5.simulator.module.backend import TerminalBackend


class ConnectionFunctions(ModuleCore):
    """`initialize`, `login`, `shutdown`, `version`, `terminal_info`, `account_info`."""

    def initialize(self, *args: Any, **kwargs: Any) -> bool:
        """Connect to the terminal, dropping a present connection first, even when an argument is then refused.

        Takes `path` (by position or name), `login`, `password`, `server`, `timeout` (ms, default 60 000), `portable`.
        """
        self._disconnect()
        return cast(
            "bool",
            self._call(
                "initialize",
                lambda leftover: signatures.initialize(args, kwargs, leftover),
                self._connect,
                refused=False,
                failed=False,
            ),
        )

    def _connect(self, call: signatures.Initialize) -> bool:
        account = call.account
        terminal = self._installed(call.path)
        terminal.initialize(
            path=call.path or None,
            login=account.login or None,
            password=account.password or None,
            server=account.server or None,
            timeout=account.timeout,
            portable=call.portable,
        )
        self._build = terminal.version()[1]
        self._connected = True
        return True

    def _installed(self, path: str) -> TerminalBackend:
        """Return the terminal; raise BackendError when there is none to start."""
        if self._terminal is not None:
            return self._terminal
        raise BackendError.cannot_start(path) if path else BackendError.of(ResultCode.E_INTERNAL_FAIL_INIT)

    def login(self, *args: Any, **kwargs: Any) -> bool:
        """Change to another account: `login`, `password`, `server` (by position or name) and `timeout` (ms)."""

        def change(account: signatures.Login) -> bool:
            self._peer().login(
                account.login,
                password=account.password or None,
                server=account.server or None,
                timeout=account.timeout,
            )
            return True

        return cast(
            "bool",
            self._call("login", lambda _: signatures.login(args, kwargs), change, refused=False, failed=False),
        )

    def shutdown(self) -> bool:
        """Drop the connection; True always."""
        self._disconnect()
        return cast("bool", self._call("shutdown", lambda _: None, lambda _: True))

    def version(self) -> tuple[int, int, str]:
        """Return the terminal's version, build and release date; (0, 0, "") when that fails."""
        return cast(
            "tuple[int, int, str]",
            self._call("version", lambda _: None, lambda _: self._peer().version(), failed=(0, 0, "")),
        )

    def terminal_info(self) -> TerminalInfo | None:
        """Return the terminal's state and settings."""
        return cast(
            "TerminalInfo | None", self._query("terminal_info", lambda terminal: struct_of(terminal.terminal_info()))
        )

    def account_info(self) -> AccountInfo | None:
        """Return the account."""
        return cast(
            "AccountInfo | None", self._query("account_info", lambda terminal: struct_of(terminal.account_info()))
        )
