# SPDX-License-Identifier: MIT
"""Passwords of accounts in the system's credential store."""

from __future__ import annotations

from typing import Final

import keyring
from keyring.errors import KeyringError, PasswordDeleteError

from arbitrex_desktop.settings.catalogue import Account
from arbitrex_desktop.settings.passwords import PasswordStoreError

SERVICE: Final = "Arbitrex Desktop"
"""Under this name the store shows our passwords."""


class SystemPasswordStore:
    """Windows Credential Manager, macOS Keychain, or the Secret Service of a Linux desktop."""

    def get(self, account: Account) -> str | None:
        """Ask the store, which may ask the user to unlock it."""
        try:
            return keyring.get_password(SERVICE, _user(account))
        except (KeyringError, OSError) as error:
            raise _in_words(error, account) from error

    def put(self, account: Account, password: str) -> None:
        """Hand the password to the store, and see that it has it: there are stores that keep nothing."""
        try:
            keyring.set_password(SERVICE, _user(account), password)
        except (KeyringError, OSError) as error:
            raise _in_words(error, account) from error
        if self.get(account) != password:
            raise PasswordStoreError(f"the system's credential store did not keep the password{_instead(account)}")

    def remove(self, account: Account) -> None:
        """Have the store forget the password."""
        try:
            if self.get(account) is not None:
                keyring.delete_password(SERVICE, _user(account))
        except PasswordDeleteError:
            return
        except (KeyringError, OSError) as error:
            raise _in_words(error, account) from error


def _instead(account: Account) -> str:
    """Return the other way to give an account's password."""
    return f"; {account.password_variable} in .env is the other way"


def _user(account: Account) -> str:
    """Return the name under which an account's password is kept."""
    return f"{account.login}@{account.server}"


def _in_words(error: Exception, account: Account) -> PasswordStoreError:
    """Return what the trader is told."""
    reason = str(error).split(". ")[0] or type(error).__name__
    return PasswordStoreError(f"the system's credential store cannot be used ({reason}){_instead(account)}")
