# SPDX-License-Identifier: MIT
"""Sessions from the environment and a `.env` file: MT5_LOGIN, MT5_PASSWORD, MT5_SERVER, MT5_TERMINAL."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from arbitrex_desktop.raw_layer.connection.sessions import SIMULATED, account_number
from arbitrex_desktop.raw_layer.errors import SessionConfigError

SESSION_NAME = "main"
_ACCOUNT_KEYS = ("MT5_LOGIN", "MT5_PASSWORD", "MT5_SERVER")


def read_environment(env_file: Path | None = None) -> dict[str, str]:
    """Return the variables of the process and of a `.env` file; where both have one, the process wins.

    `env_file` None takes `.env` in the working folder if it is there.  Raises `SessionConfigError` for a file that
    was named and cannot be read.
    """
    path = env_file or Path(".env")
    if env_file is not None and not env_file.is_file():
        raise SessionConfigError(f"the settings file {str(env_file)!r} does not exist")
    try:
        values = dotenv_values(path) if path.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise SessionConfigError(f"the settings file {str(path)!r} cannot be read: {error}") from error
    return {name: value for name, value in values.items() if value is not None} | dict(os.environ)


def sessions_from(environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the one session that the variables describe, fit for `MT5ConnectionPool`.

    Raises `SessionConfigError` naming the variable: an account that is incomplete, a login that is no number, or no
    session at all.  No value is repeated in a message.
    """
    values = {name: environment.get(name, "").strip() for name in (*_ACCOUNT_KEYS, "MT5_TERMINAL")}
    terminal = values["MT5_TERMINAL"]
    if terminal.lower() == SIMULATED:
        return {SESSION_NAME: {"terminal_path": SIMULATED}}
    missing = [name for name in _ACCOUNT_KEYS if not values[name]]
    if len(missing) == len(_ACCOUNT_KEYS) and not terminal:
        raise SessionConfigError(
            "no account is set up: put MT5_LOGIN, MT5_PASSWORD and MT5_SERVER into .env, "
            "or MT5_TERMINAL=simulated for the simulated terminal"
        )
    if missing:
        raise SessionConfigError(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing in .env")
    return {
        SESSION_NAME: {
            "terminal_path": terminal or None,
            "login": account_number(values["MT5_LOGIN"], "MT5_LOGIN"),
            "password": values["MT5_PASSWORD"],
            "server": values["MT5_SERVER"],
        }
    }
