# SPDX-License-Identifier: MIT
"""One attempt to connect: host, `initialize`, symbols, account, in that order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from arbitrex_desktop.mt5.commands import (
    AccountState,
    Command,
    Connect,
    ListSymbols,
    Observed,
    ReadAccount,
    SelectSymbols,
)
from arbitrex_desktop.mt5.constants import AccountTradeMode
from arbitrex_desktop.mt5.errors import AccountChanged, MT5Error
from arbitrex_desktop.mt5.results import AccountInfo, SymbolInfo
from arbitrex_desktop.raw_layer.connection.sessions import SessionConfig
from arbitrex_desktop.raw_layer.symbols import SymbolBook
from arbitrex_desktop.raw_layer.views import AccountMode

T = TypeVar("T")


class Ask(Protocol):
    """Runs a command on the terminal; raises `MT5Error`."""

    def __call__(self, command: Command[T], /) -> Observed[T]:
        """Run it and wait for the answer."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The account we are connected to: login, server and what is at stake on it."""

    login: int
    server: str
    mode: AccountMode

    @classmethod
    def of(cls, account: AccountInfo, *, simulated: bool) -> Identity:
        """Read it from the account."""
        if simulated:
            mode = AccountMode.SIMULATED
        elif account.trade_mode in (AccountTradeMode.DEMO, AccountTradeMode.CONTEST):
            mode = AccountMode.DEMO
        else:
            # A mode that is not known may be real money.
            mode = AccountMode.LIVE
        return cls(account.login, account.server, mode)


class WrongAccount(MT5Error):  # noqa: N818 - a state, named as one
    """The terminal is on another account than the session asked for."""


class TerminalPathMissing(MT5Error):  # noqa: N818 - a state, named as one
    """The terminal's program is not where the session says."""


def check_terminal_path(session: SessionConfig) -> None:
    """Raise `TerminalPathMissing` for a real session whose terminal is not there, before anything is launched."""
    if session.is_simulated or session.terminal_path is None:
        return
    if not Path(session.terminal_path).exists():
        raise TerminalPathMissing(
            f"there is no terminal at '{session.terminal_path}', which account {session.name!r} names"
        )


def check_identity(session: SessionConfig, expected: Identity | None, found: Identity) -> None:
    """Raise `WrongAccount` when the account is not the one that was asked for, or not the one it was before."""
    if session.login is not None and found.login != session.login:
        raise WrongAccount(f"the terminal is on account {found.login}, session {session.name!r} wants {session.login}")
    if session.server is not None and found.server != session.server:
        raise WrongAccount(f"the terminal is on {found.server!r}, session {session.name!r} wants {session.server!r}")
    if expected is not None and found != expected:
        raise WrongAccount(
            f"the account changed from {expected.login} at {expected.server} ({expected.mode}) "
            f"to {found.login} at {found.server} ({found.mode})"
        )


def connect_command(session: SessionConfig) -> Connect:
    """Return the command that initializes the module for a session."""
    path = None if session.is_simulated else session.terminal_path
    return Connect(path, session.login, session.password, session.server)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What an attempt found once the connection stood.

    Attributes:
        identity: the account
        symbols: properties of the selected symbols, by the broker's name
        missing: why a name that was asked for cannot be had
        resolved: the broker's symbol in words, by name that was asked for and is not the broker's
        book: all that the broker lists
        account: as it was read
    """

    identity: Identity
    symbols: dict[str, SymbolInfo]
    missing: dict[str, str]
    resolved: dict[str, str]
    book: SymbolBook
    account: Observed[AccountState]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be watched: names, the broker's or plain ones, and whether what Market Watch shows is added."""

    names: tuple[str, ...]
    market_watch: bool = False


def reconcile(
    ask: Ask, session: SessionConfig, expected: Identity | None, wanted: Wanted, watched: Collection[str]
) -> Reconciled:
    """Verify the account and select the symbols again; raises `MT5Error` (`WrongAccount` among them).

    `watched` are the broker's symbols that were selected before; they stay.
    """
    try:
        account = ask(ReadAccount())
    except AccountChanged as changed:  # a person is at work there, who is not to be logged out by a new attempt
        raise WrongAccount(changed.message) from changed
    identity = Identity.of(account.value.account, simulated=session.is_simulated)
    check_identity(session, expected, identity)
    book = SymbolBook(ask(ListSymbols()).value)
    names, unknown = book.watch_list(wanted.names, watched, shown=wanted.market_watch)
    answer = ask(SelectSymbols(tuple(dict.fromkeys((*names.values(), *watched))))).value
    symbols = {name: found for name, found in answer.items() if isinstance(found, SymbolInfo)}
    missing = {name: found for name, found in answer.items() if isinstance(found, str)}
    resolved = {name: book.in_words(name, symbol) for name, symbol in names.items() if name != symbol}
    return Reconciled(identity, symbols, unknown | missing, resolved, book, account)
