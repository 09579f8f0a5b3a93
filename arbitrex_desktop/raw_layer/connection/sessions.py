# SPDX-License-Identifier: MIT
"""The sessions a pool may connect to: an ordered fail-over list, checked before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from arbitrex_desktop.raw_layer.errors import SessionConfigError

SIMULATED: Final = "simulated"
"""The terminal path that selects the simulated terminal."""

_KEYS = frozenset({"terminal_path", "login", "password", "server"})
_LARGEST_LOGIN = 2**63 - 1


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """One account on one terminal.

    Attributes:
        name: the key in the dict of sessions
        terminal_path: the terminal's program, `simulated`, or None for the terminal used last
        login, password, server: None where the terminal's own are to be used; the password is in no text made of
            this
    """

    name: str
    terminal_path: str | None = None
    login: int | None = None
    password: str | None = field(default=None, repr=False)
    server: str | None = None

    @property
    def is_simulated(self) -> bool:
        """Return whether the simulated terminal is asked for."""
        return self.terminal_path is not None and self.terminal_path.strip().lower() == SIMULATED


def parse_sessions(sessions: Mapping[str, Mapping[str, Any]]) -> tuple[SessionConfig, ...]:
    """Check a dict of sessions and return them in order.

    Raises `SessionConfigError` naming session and key: none at all, an unknown key, a login that is no account number,
    a value of the wrong type, or real and simulated sessions together (nothing may fall back from one to the other).
    """
    if not sessions:
        raise SessionConfigError("no session was given: at least one is needed")
    parsed = tuple(_parse(name, values) for name, values in sessions.items())
    if len({session.is_simulated for session in parsed}) > 1:
        raise SessionConfigError("real and simulated sessions cannot be mixed: one must never stand in for the other")
    return parsed


def account_number(value: object, name: str) -> int:
    """Return an account number given as a whole number or in digits; `name` is what a message calls it.

    Raises `SessionConfigError`, which does not show the value, since people paste passwords into wrong fields.
    """
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= _LARGEST_LOGIN:
        raise SessionConfigError(f"{name} must be the account's number, digits only")
    return number


def _parse(name: str, values: Mapping[str, Any]) -> SessionConfig:
    """Check one session."""
    unknown = sorted(set(values) - _KEYS)
    if unknown:
        raise SessionConfigError(f"session {name!r}: unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    login = values.get("login")
    return SessionConfig(
        name=name,
        terminal_path=_text(name, "terminal_path", values.get("terminal_path")),
        login=None if login is None else account_number(login, f"session {name!r}: login"),
        password=_text(name, "password", values.get("password")),
        server=_text(name, "server", values.get("server")),
    )


def _text(session: str, key: str, value: object) -> str | None:
    """Return a text, None when it is absent or blank; the value itself is never repeated in a message."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise SessionConfigError(f"session {session!r}: {key} must be a text, not {type(value).__name__}")
    return value if value.strip() else None
