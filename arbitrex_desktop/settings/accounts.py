# SPDX-License-Identifier: MIT
"""The sessions of a start: the account of `.env` first, then those of settings.toml, each standing in for the last."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from arbitrex_desktop.raw_layer.connection.environment import SESSION_NAME, names_an_account, sessions_from
from arbitrex_desktop.raw_layer.connection.sessions import SIMULATED
from arbitrex_desktop.raw_layer.errors import NoAccountError, SessionConfigError
from arbitrex_desktop.settings.catalogue import Account
from arbitrex_desktop.settings.passwords import PasswordStore, PasswordStoreError
from arbitrex_desktop.settings.start import Settings

_log = logging.getLogger(__name__)
Sessions = dict[str, dict[str, Any]]
_SIMULATED_SESSION: Sessions = {SESSION_NAME: {"terminal_path": SIMULATED}}


def sessions_of(
    start: Settings, environment: Mapping[str, str], accounts: Sequence[Account], store: PasswordStore | None = None
) -> Sessions:
    """Return the sessions for the pool; raises `SessionConfigError` in words for the trader.

    A replay and the self-test run on the simulated terminal, which they select where the environment names nothing
    else; a self-test on a DEMO account takes the accounts as they are.  MT5_TERMINAL=simulated selects the simulated
    terminal alone: nothing real stands in for it, nor it for anything real.
    Passwords that the environment does not have are asked of `store`.
    """
    if start.simulated:
        return _SIMULATED_SESSION
    by_environment = names_an_account(environment)
    if start.replay is not None or (start.self_test and start.demo_login is None):
        sessions = sessions_from(environment) if by_environment else _SIMULATED_SESSION
        if start.replay is not None and not _is_simulated(sessions):
            raise SessionConfigError("--replay plays on the simulated terminal; set MT5_TERMINAL=simulated for it")
        return sessions
    if not by_environment and accounts:
        return {account.name: _account_session(account, environment, store) for account in accounts}
    try:
        first = sessions_from(environment)
    except NoAccountError:
        raise
    except SessionConfigError as error:
        file = start.env_file or Path(".env")
        # Which of several files is meant; what is not set at all stands in none.
        where = f" ({file.absolute()})" if by_environment and file.is_file() else ""
        raise SessionConfigError(f"{error}{where}") from error
    if _is_simulated(first):
        return first
    others = _further_accounts(first[SESSION_NAME], accounts)
    return first | {account.name: _account_session(account, environment, store) for account in others}


def password_of(
    account: Account, environment: Mapping[str, str], store: PasswordStore | None
) -> tuple[str | None, str]:
    """Return an account's password, None for the one that the terminal has saved, and where it is, in words."""
    name = account.password_variable
    if environment.get(name):
        return environment[name], name
    if store is None or account.is_simulated:
        return None, "none"
    try:
        kept = store.get(account)
    except PasswordStoreError as error:
        _log.warning("%s: %s", account.name, error)
        return None, f"the terminal's own; {error}"
    return kept, "the terminal's own" if kept is None else "the system's credential store"


def _further_accounts(first: Mapping[str, Any], accounts: Sequence[Account]) -> list[Account]:
    """Return the accounts besides the one of `.env`."""
    others = [each for each in accounts if (each.login, each.server) != (first["login"], first["server"])]
    if any(each.name == SESSION_NAME for each in others):
        raise SessionConfigError(f"{SESSION_NAME!r} is the account in .env; give the one in settings.toml another name")
    return others


def _account_session(account: Account, environment: Mapping[str, str], store: PasswordStore | None) -> dict[str, Any]:
    """Return one account as a session; without a password the terminal uses the one that it has saved."""
    return {
        "terminal_path": SIMULATED if account.is_simulated else account.terminal or None,
        "login": account.login or None,
        "password": password_of(account, environment, store)[0],
        "server": account.server or None,
    }


def _is_simulated(sessions: Sessions) -> bool:
    """Return whether the sessions are the simulated terminal's."""
    return all(session["terminal_path"] == SIMULATED for session in sessions.values())
