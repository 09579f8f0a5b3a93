# SPDX-License-Identifier: MIT
"""Sessions from the environment and a `.env` file: MT5_LOGIN, MT5_PASSWORD, MT5_SERVER, MT5_TERMINAL."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.raw_layer.connection.sessions import SIMULATED, account_number
from arbitrex_desktop.raw_layer.errors import NoAccountError, SessionConfigError
from arbitrex_desktop.raw_layer.text_files import read_text

SESSION_NAME: Final = "main"
_ACCOUNT_KEYS: Final = ("MT5_LOGIN", "MT5_PASSWORD", "MT5_SERVER")
_LINE: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)")
_OTHERS_MAY_READ: Final = 0o077


def read_environment(env_file: Path | None = None) -> dict[str, str]:
    """Return the variables of the process and of a `.env` file; where both have one, the process wins.

    `env_file` None takes `.env` in the working folder if it is there.  Raises `SessionConfigError` for a file that
    was named and cannot be read.
    """
    return read_env_file(env_file) | dict(os.environ)


def read_env_file(env_file: Path | None = None) -> dict[str, str]:
    """Return the variables of a `.env` file alone; raises `SessionConfigError` as `read_environment`."""
    path = env_file or Path(".env")
    if not path.is_file():
        if env_file is not None:
            raise SessionConfigError(f"the settings file '{env_file}' does not exist")
        return {}
    try:
        return parse_env(read_text(path))
    except (OSError, UnicodeError) as error:
        raise SessionConfigError(f"the settings file '{path}' cannot be read: {error_text(error)}") from error


def parse_env(text: str) -> dict[str, str]:
    r"""Return the variables of a `.env` text.

    What stands behind `=` is the value as it is typed, without the blanks around it: no `\t` in a path is a tab, no
    `$` or `#` in a password means anything.  One pair of quotes around the whole keeps blanks.  A line that begins
    with `#`, or is no NAME=VALUE, says nothing.
    """
    found = (_LINE.fullmatch(line) for line in re.split("\r\n|\r|\n", text))
    return {each[1]: _unquoted(each[2].strip(" \t")) for each in found if each is not None}


def _unquoted(value: str) -> str:
    """Return a value without the pair of quotes around it."""
    pair = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if pair else value


def secrets_in(environment: Mapping[str, str]) -> list[str]:
    """Return the passwords among the variables that are ours, which no log may show."""
    ours = ("MT5_", "ARBITREX_")
    return [value for name, value in environment.items() if name.startswith(ours) and "PASSWORD" in name and value]


def others_may_read(path: Path) -> bool:
    """Return whether other users of this computer may read a file; on Windows a user's folders are his own."""
    return os.name == "posix" and path.is_file() and bool(path.stat().st_mode & _OTHERS_MAY_READ)


def names_an_account(environment: Mapping[str, str]) -> bool:
    """Return whether the environment says anything about an account or a terminal."""
    return any(environment.get(name, "").strip() for name in ("MT5_LOGIN", "MT5_SERVER", "MT5_TERMINAL"))


def sessions_from(environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the one session that the variables describe, fit for `MT5ConnectionPool`.

    Raises `SessionConfigError` naming the variable: an account that is incomplete, a login that is no number, or no
    session at all.  No value is repeated in a message.
    """
    values = {name: environment.get(name, "") for name in (*_ACCOUNT_KEYS, "MT5_TERMINAL")}
    terminal = values["MT5_TERMINAL"].strip()
    if terminal.lower() == SIMULATED:
        return {SESSION_NAME: {"terminal_path": SIMULATED}}
    missing = [name for name in _ACCOUNT_KEYS if not values[name].strip()]
    if len(missing) == len(_ACCOUNT_KEYS) and not terminal:
        raise NoAccountError(
            "no account is set up: connect one with Program, Accounts\N{HORIZONTAL ELLIPSIS} in the window, or put "
            "MT5_LOGIN, MT5_PASSWORD and MT5_SERVER into .env, or MT5_TERMINAL=simulated for the simulated terminal"
        )
    if missing:
        raise SessionConfigError(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing in .env")
    return {
        SESSION_NAME: {
            "terminal_path": terminal or None,
            "login": account_number(values["MT5_LOGIN"].strip(), "MT5_LOGIN"),
            "password": values["MT5_PASSWORD"],
            "server": values["MT5_SERVER"].strip(),
        }
    }
