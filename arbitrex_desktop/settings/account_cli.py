# SPDX-License-Identifier: MIT
"""The command line of the accounts: `account add`, `list`, `test`, `password` and `remove`."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.mt5.host.client import HostProcess
from arbitrex_desktop.raw_layer.connection.environment import others_may_read, read_environment
from arbitrex_desktop.raw_layer.connection.sessions import account_number, parse_sessions
from arbitrex_desktop.raw_layer.connection.terminal_client import TransportFactory
from arbitrex_desktop.raw_layer.errors import SessionConfigError
from arbitrex_desktop.settings.account_setup import LoginTrial, keep_account
from arbitrex_desktop.settings.accounts import password_of, sessions_of
from arbitrex_desktop.settings.catalogue import ACCOUNT, Account
from arbitrex_desktop.settings.changes import change
from arbitrex_desktop.settings.in_force import load
from arbitrex_desktop.settings.passwords import PasswordStore
from arbitrex_desktop.settings.start import parse
from arbitrex_desktop.settings.system_passwords import SystemPasswordStore
from arbitrex_desktop.settings.toml_file import SettingsError

if TYPE_CHECKING:
    # argparse has no public name for what `add_subparsers` gives.
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - as said above


def add_parser(subparsers: Subparsers) -> None:
    """Add the command `account` with its actions to the program's command line."""
    account = subparsers.add_parser("account", help="accounts that stand in for each other, and their passwords")
    actions = account.add_subparsers(dest="account_action", required=True)
    add = actions.add_parser("add", help="add an account behind the others; its password is asked for")
    add.add_argument("name", help="a word by which you know it")
    add.add_argument("--login", required=True, help="the account's number")
    add.add_argument("--server", required=True, help="as MetaTrader shows it, for example Broker-Demo")
    add.add_argument("--terminal", default="", metavar="PATH", help="terminal64.exe; the one used last when left out")
    actions.add_parser("list", help="the accounts in their order, and where each password is")
    named = {
        "test": "log in once and say what the broker says; not while a desk uses the terminal",
        "password": "keep another password for an account",
        "remove": "forget an account and its password; nothing changes at the broker",
    }
    for action, text in named.items():
        actions.add_parser(action, help=text).add_argument("name")
    for action in ("add", "password"):
        actions.choices[action].add_argument(
            "--password-stdin", action="store_true", help="read the password from the first line of standard input"
        )


def run(
    args: argparse.Namespace,
    store: PasswordStore | None = None,
    transport_factory: TransportFactory = HostProcess,
) -> int:
    """Carry out what the command line asks; return 0, 1 when a login fails, 2 when it cannot be tried or done."""
    command = AccountCommand(args, store or SystemPasswordStore(), transport_factory)
    actions: dict[str, Callable[[], None]] = {
        "add": command.add,
        "list": command.list,
        "test": command.test,
        "password": command.password,
        "remove": command.remove,
    }
    try:
        actions[args.account_action]()
    except (SettingsError, SessionConfigError, DeskError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except MT5Error as error:
        sys.stderr.write(f"{args.name}: {error}\n")
        return 1
    return 0


class AccountCommand:
    """One command about accounts; its methods raise what `run` puts into words."""

    def __init__(self, args: argparse.Namespace, store: PasswordStore, transport_factory: TransportFactory) -> None:
        self._args = args
        self._store = store
        self._transport_factory = transport_factory
        self._start = parse([])

    def add(self) -> None:
        """Keep the password, then write the account down."""
        args = self._args
        if not args.server.strip():
            raise SettingsError("--server must name the broker's server, as MetaTrader shows it")
        number = account_number(args.login, "--login")
        account = Account(args.name, number, args.server.strip(), args.terminal.strip(' "'))
        password = self._ask_password(account)
        keep_account(account, password, self._store, sys.stdout.write)
        sys.stdout.write(f"account {account.name}: {account.login} at {account.server} counts from the next start on\n")

    def list(self) -> None:
        """Print the accounts in the order in which they are tried."""
        environment = read_environment(self._start.env_file)
        own = {account.name: account for account in load(self._start).accounts}
        for name, session in sessions_of(self._start, environment, tuple(own.values())).items():
            where = password_of(own[name], environment, self._store)[1] if name in own else "in .env"
            terminal = session["terminal_path"] or "the terminal used last"
            who = f"{session.get('login') or 'its own login'} at {session.get('server') or 'its own server'}"
            sys.stdout.write(f"{name}: {who}, {terminal}; password: {where}\n")
        env_file = self._start.env_file or Path(".env")
        if others_may_read(env_file):
            sys.stdout.write(f"{env_file.absolute()} may be read by others: chmod 600 mends that\n")

    def test(self) -> None:
        """Log in as a desk would, and out again."""
        environment = read_environment(self._start.env_file)
        sessions = sessions_of(self._start, environment, load(self._start).accounts, self._store)
        if self._args.name not in sessions:
            raise SettingsError(f"there is no account named {self._args.name!r}; known are {', '.join(sessions)}")
        [session] = parse_sessions({self._args.name: sessions[self._args.name]})
        answer = LoginTrial(session, self._transport_factory).run()
        sys.stdout.write(f"{session.name}: {answer.message}\n")

    def password(self) -> None:
        """Keep another password."""
        account = self._named()
        password = self._ask_password(account)
        if not password:
            raise SettingsError("no password was given; nothing has changed")
        self._store.put(account, password)
        sys.stdout.write(f"the password of {account.name} is kept in the system's credential store\n")

    def remove(self) -> None:
        """Forget the account and its password."""
        account = self._named()
        accounts = load(self._start).accounts
        number = [each.name for each in accounts].index(account.name)
        change(lambda file: file.without_entry(ACCOUNT, number), sys.stdout.write)
        # The same account on another terminal goes on with the password.
        if [(each.login, each.server) for each in accounts].count((account.login, account.server)) == 1:
            self._store.remove(account)
        sys.stdout.write(f"account {account.name} is no longer used; its journal stays\n")

    def _named(self) -> Account:
        """Return the account of settings.toml that is named."""
        accounts = {account.name: account for account in load(self._start).accounts}
        if self._args.name not in accounts:
            known = f"known are {', '.join(accounts)}" if accounts else "there is none yet"
            raise SettingsError(f"there is no account named {self._args.name!r} in settings.toml; {known}")
        return accounts[self._args.name]

    def _ask_password(self, account: Account) -> str:
        """Return the password that the user types or that is piped in; empty for the one that the terminal has."""
        if self._args.password_stdin:
            # What PowerShell pipes may begin with a byte order mark.
            password = sys.stdin.readline().removeprefix("\ufeff").rstrip("\r\n")
        elif account.is_simulated:
            return ""
        else:
            password = getpass.getpass(f"Password of {account.login} (empty: the terminal knows it): ")
        if "\0" in password:
            raise SettingsError("the password has a character that none can have (NUL); nothing has changed")
        return password
