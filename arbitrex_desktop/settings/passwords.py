# SPDX-License-Identifier: MIT
"""What keeps passwords of accounts: the interface, without the library that it takes to ask the system."""

from __future__ import annotations

from typing import Protocol

from arbitrex_desktop.settings.catalogue import Account
from arbitrex_desktop.settings.toml_file import SettingsError


class PasswordStoreError(SettingsError):
    """The system's credential store cannot be used; the text says why and what to do instead."""


class PasswordStore(Protocol):
    """Keeps a password for each account; every method raises `PasswordStoreError`."""

    def get(self, account: Account) -> str | None:
        """Return an account's password, None when none is kept."""

    def put(self, account: Account, password: str) -> None:
        """Keep an account's password in place of what was kept before."""

    def remove(self, account: Account) -> None:
        """Keep it no longer; nothing happens when none is kept."""
