# SPDX-License-Identifier: MIT
"""The simulated terminal: a deterministic broker behind the interface of `TerminalBackend`."""

from __future__ import annotations

import hashlib
from typing import Final

from arbitrex_desktop.mt5 import results
from arbitrex_desktop.mt5.constants import ResultCode
from arbitrex_desktop.mt5.simulator import presentation
from arbitrex_desktop.mt5.simulator.module.backend import BackendError
from arbitrex_desktop.mt5.simulator.terminal_market import MarketCalls
from arbitrex_desktop.mt5.simulator.terminal_trade import TradeCalls

_VERSION: Final = 500
_RELEASED: Final = "1 Jan 2026"
_PROGRAMS: Final = frozenset({"simulated", f"{presentation.PROGRAM_FOLDER}\\terminal64.exe".lower()})
"""What may be given as the path of this terminal, in small letters."""

_FIRST_LOGIN: Final = "mark:password"
"""Under which name the books keep the digest."""


class SimulatedTerminal(MarketCalls, TradeCalls):
    """Implements `TerminalBackend`.

    Deterministic from the specification's seed and the clock.  For one thread.  Nothing goes wrong here on its own:
    `fault_injector.FaultyTerminal` stands in front of it for that.
    """

    def initialize(
        self,
        *,
        path: str | None,
        login: int | None,
        password: str | None,
        server: str | None,
        timeout: int,
        portable: bool,
    ) -> None:
        """Connect to the account.

        Raises BackendError: -10003 for the path of another terminal, -6 for another login, server or password.
        """
        del timeout, portable
        if path is not None and path.replace("/", "\\").lower() not in _PROGRAMS:
            raise BackendError.cannot_start(path)
        self._authorize(login, password, server)
        self._settle()

    def login(self, login: int, *, password: str | None, server: str | None, timeout: int) -> None:
        """Connect to the account, the only one there is."""
        del timeout
        self._authorize(login, password, server)

    def _authorize(self, login: int | None, password: str | None, server: str | None) -> None:
        known = (self.spec.login, self.spec.server, self.spec.password)
        for given, own in zip((login, server, password), known, strict=True):
            if given is not None and own is not None and given != own:
                raise BackendError.of(ResultCode.E_AUTH_FAILED)
        if password is not None and self.spec.password is None:
            self._check_password(password)

    def _check_password(self, password: str) -> None:
        """Fix the password with the account's first login that gives one, and refuse another from then on.

        The books keep a salted digest of it, never the password itself.
        """
        salt = f"{self.spec.server}/{self.spec.login}".encode()
        digest = hashlib.scrypt(password.encode(errors="surrogatepass"), salt=salt, n=2**14, r=8, p=1, dklen=8)
        given = int.from_bytes(digest, "big", signed=True)
        fixed = self.books.marks.setdefault(_FIRST_LOGIN, given)
        if given != fixed:
            raise BackendError.of(ResultCode.E_AUTH_FAILED)
        self._commit()

    def shutdown(self) -> None:
        """Drop the connection; the books stay open, since the terminal itself goes on."""

    def version(self) -> tuple[int, int, str]:
        """Return the terminal's version, build and release date."""
        return _VERSION, presentation.BUILD, _RELEASED

    def terminal_info(self) -> results.TerminalInfo:
        """Return the terminal's state."""
        return presentation.terminal()

    def account_info(self) -> results.AccountInfo:
        """Return the account at the newest prices that have arrived."""
        self._settle()
        return presentation.account(self.spec, self._valuation.figures(self.books, self._newest()), self._rules)
