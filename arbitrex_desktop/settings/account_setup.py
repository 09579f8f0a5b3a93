# SPDX-License-Identifier: MIT
"""Setting an account up: the terminals on this computer, a login tried once, and the account kept."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from arbitrex_desktop import logs
from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.mt5.commands import Disconnect
from arbitrex_desktop.mt5.errors import HostDied, MT5Error
from arbitrex_desktop.mt5.host.client import HostProcess
from arbitrex_desktop.mt5.host.messages import HostSpec
from arbitrex_desktop.mt5.results import AccountInfo
from arbitrex_desktop.mt5.transport import Transport
from arbitrex_desktop.raw_layer.connection.connector import (
    Identity,
    check_identity,
    check_terminal_path,
    connect_command,
)
from arbitrex_desktop.raw_layer.connection.environment import names_an_account, read_environment
from arbitrex_desktop.raw_layer.connection.sessions import SIMULATED, SessionConfig
from arbitrex_desktop.raw_layer.connection.simulated_session import simulation_for
from arbitrex_desktop.raw_layer.connection.terminal_client import TransportFactory
from arbitrex_desktop.raw_layer.errors import SessionConfigError
from arbitrex_desktop.settings.catalogue import ACCOUNT, Account
from arbitrex_desktop.settings.changes import change
from arbitrex_desktop.settings.in_force import load
from arbitrex_desktop.settings.passwords import PasswordStore
from arbitrex_desktop.settings.start import Settings
from arbitrex_desktop.settings.terminal_use import TerminalsInUse
from arbitrex_desktop.settings.toml_file import SettingsError, TomlFile

_PROGRAM: Final = "terminal64.exe"
_INSTALLED_BELOW: Final = ("PROGRAMFILES", "PROGRAMW6432", "PROGRAMFILES(X86)")
_NAME_ENDS: Final = 40
CANCELLED: Final = "cancelled"
SIMULATED_ACCOUNT: Final = Account("simulated", terminal=SIMULATED)


def found_terminals(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the paths of the MetaTrader 5 terminals on this computer, those of this user's data folders first."""
    found: dict[str, None] = {}
    for folder in (*_used_folders(environment), *_program_folders(environment)):
        with contextlib.suppress(OSError):
            program = folder / _PROGRAM
            if program.is_file():
                found[str(program)] = None
    return tuple(found)


def _used_folders(environment: Mapping[str, str]) -> list[Path]:
    """Return the folders that terminals have noted down beside this user's data as their own."""
    below = environment.get("APPDATA")
    notes = sorted(Path(below, "MetaQuotes", "Terminal").glob("*/origin.txt")) if below else []
    folders = []
    for note in notes:
        with contextlib.suppress(OSError, UnicodeError):
            folders.append(Path(note.read_text(encoding="utf-16").strip()))
    return folders


def _program_folders(environment: Mapping[str, str]) -> list[Path]:
    below = dict.fromkeys(environment[name] for name in _INSTALLED_BELOW if environment.get(name))
    return [folder for each in below for folder in sorted(Path(each).glob("*")) if folder.is_dir()]


def name_for(login: int, server: str) -> str:
    """Return a name for an account, fit for settings.toml."""
    ending = f"-{login}"
    return re.sub(r"[^A-Za-z0-9_]+", "-", server).strip("-")[: _NAME_ENDS - len(ending)] + ending


@dataclass(frozen=True, slots=True)
class LoginAnswer:
    """What the broker says of an account after a login."""

    account: AccountInfo
    identity: Identity

    @property
    def message(self) -> str:
        """The answer in words."""
        account = self.account
        allowed = "allowed" if account.trade_allowed and account.trade_expert else "NOT allowed"
        return (
            f"{account.login} at {account.server} answers, {self.identity.mode}, "
            f"balance {account.balance:,.{account.currency_digits}f} {account.currency}, trading is {allowed}"
        )


class LoginTrial:
    """One login, as a desk would make it, and out again; on a host of its own."""

    def __init__(self, session: SessionConfig, transport_factory: TransportFactory = HostProcess) -> None:
        self._session = session
        self._cancelled = threading.Event()
        self._transport_factory = transport_factory
        self._transport: Transport | None = None

    def run(self) -> LoginAnswer:
        """Log in (any thread but the GUI's; may block on the terminal for a minute).

        Raises `MT5Error`, also when it was cancelled, and `DeskError` when a desk uses the terminal.
        """
        session = self._session
        logs.hide([session.password] if session.password else [])
        check_terminal_path(session)
        use = TerminalsInUse([session])
        use.start()
        try:
            return self._log_in()
        except MT5Error as error:
            if self._cancelled.is_set():
                raise HostDied(CANCELLED) from error
            raise
        finally:
            use.stop()

    def cancel(self) -> None:
        """End it; safe from any thread, returns at once, and `run` raises soon after."""
        self._cancelled.set()
        if self._transport is not None:
            self._transport.kill()

    def _log_in(self) -> LoginAnswer:
        simulation = simulation_for(self._session, None, SystemClock().now())
        self._transport = transport = self._transport_factory(HostSpec(simulation))
        try:
            self._go_on()
            transport.start()
            self._go_on()
            answer = transport.execute(connect_command(self._session)).value
            identity = Identity.of(answer.account, simulated=self._session.is_simulated)
            check_identity(self._session, None, identity)
            transport.execute(Disconnect())
        finally:
            transport.stop()
        return LoginAnswer(answer.account, identity)

    def _go_on(self) -> None:
        if self._cancelled.is_set():
            raise HostDied(CANCELLED)


def keep_account(
    account: Account, password: str, store: PasswordStore, say: Callable[[str], object], *, first: bool = False
) -> None:
    """Keep a password, empty for the one that the terminal has, and write the account down; all or nothing.

    `first`: the account is tried before the others, in place of an entry of the same login and server; one kind, real
    or simulated, takes the place of the other, since they cannot be mixed.
    Raises `SettingsError` and OSError.
    """
    if password:
        store.put(account, password)
    try:
        change(lambda file: _with_account(file, account, first=first), say)
    except BaseException:
        if password:
            store.remove(account)
        raise


def _with_account(file: TomlFile, account: Account, *, first: bool) -> TomlFile:
    values = {"name": account.name, "login": account.login, "server": account.server, "terminal": account.terminal}
    entry = {key: value for key, value in values.items() if value}
    if not first:
        return file.with_entry(ACCOUNT, entry)
    others = [Account(**each) for each in file.values.get(ACCOUNT, [])]
    for place in reversed(range(len(others))):
        other = others[place]
        same = (other.login, other.server) == (account.login, account.server)
        if same or other.name == account.name or other.is_simulated is not account.is_simulated:
            file = file.without_entry(ACCOUNT, place)
    return file.with_entry(ACCOUNT, entry, first=True)


class AccountSetup:
    """What the window asks and does when an account is set up.  GUI thread, but for the login that `trial` returns."""

    def __init__(
        self,
        start: Settings,
        store: Callable[[], PasswordStore],
        transport_factory: TransportFactory = HostProcess,
        terminals: Callable[[], tuple[str, ...]] = found_terminals,
    ) -> None:
        self._start = start
        self._store = store
        self._transport_factory = transport_factory
        self.terminals = terminals

    @property
    def is_needed(self) -> bool:
        """Whether no account is set up; False also where settings cannot be read, which is told elsewhere."""
        start = self._start
        if start.alone or start.simulated or start.replay is not None:
            return False
        try:
            return not (names_an_account(read_environment(start.env_file)) or load(start).accounts)
        except (SettingsError, SessionConfigError):
            return False

    @property
    def before(self) -> str:
        """What is tried before an account that is kept here, in words; empty for nothing."""
        try:
            environment = read_environment(self._start.env_file)
        except SessionConfigError as error:
            return str(error)
        if environment.get("MT5_TERMINAL", "").strip().lower() == SIMULATED:
            return "MT5_TERMINAL=simulated is set in .env or the environment: accounts kept here wait until it is gone"
        return "The account in .env is tried first" if names_an_account(environment) else ""

    def trial(self, account: Account, password: str) -> LoginTrial:
        """Return a login that was not made yet."""
        session = SessionConfig(
            account.name, account.terminal or None, account.login, password or None, account.server or None
        )
        return LoginTrial(session, self._transport_factory)

    def keep(self, account: Account, password: str) -> None:
        """Keep an account as the first one; raises `SettingsError` and OSError."""
        keep_account(account, password, self._store(), lambda _: None, first=True)

    def keep_simulated(self) -> bool:
        """Keep the simulated account where none is set up; return False where real ones are, which stay for next time.

        Raises `SettingsError` and OSError.
        """
        if not self.is_needed:
            return False
        change(lambda file: _with_account(file, SIMULATED_ACCOUNT, first=True), lambda _: None)
        return True
