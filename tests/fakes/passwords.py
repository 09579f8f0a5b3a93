# SPDX-License-Identifier: MIT
"""Credential stores in memory: one for our own interface, and one that the keyring library takes for the system's."""

from __future__ import annotations

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from arbitrex_desktop.settings.catalogue import Account
from arbitrex_desktop.settings.passwords import PasswordStoreError


class FakePasswordStore:
    """Keeps passwords in a dict.

    Attributes:
    - `kept`: by login and server
    - `broken`: when set, every call fails with these words
    """

    def __init__(self, broken: str = "") -> None:
        self.kept: dict[tuple[int, str], str] = {}
        self.broken = broken

    def get(self, account: Account) -> str | None:
        """Return what is kept."""
        self._check()
        return self.kept.get((account.login, account.server))

    def put(self, account: Account, password: str) -> None:
        """Keep it."""
        self._check()
        self.kept[account.login, account.server] = password

    def remove(self, account: Account) -> None:
        """Forget it."""
        self._check()
        self.kept.pop((account.login, account.server), None)

    def _check(self) -> None:
        """Fail as a machine without a store does."""
        if self.broken:
            raise PasswordStoreError(self.broken)


class MemoryKeyring(KeyringBackend):
    """A keyring backend; `forgetful` keeps nothing and says nothing, as the library's own null backend does."""

    priority = 1.0

    def __init__(self, *, forgetful: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # the library's own, without hints
        self.kept: dict[tuple[str, str], str] = {}
        self.forgetful = forgetful

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept."""
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        if not self.forgetful:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget it; fails when there is nothing to forget."""
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("not found")
