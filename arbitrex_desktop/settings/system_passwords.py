# SPDX-License-Identifier: MIT
"""Passwords of accounts, and other secrets, in the system's credential store."""

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
            return keyring.get_password(SERVICE, _user_of_account(account))
        except (KeyringError, OSError) as error:
            raise _store_error(error, account) from error

    def put(self, account: Account, password: str) -> None:
        """Hand the password to the store, and see that it has it: there are stores that keep nothing."""
        try:
            keyring.set_password(SERVICE, _user_of_account(account), password)
        except (KeyringError, OSError) as error:
            raise _store_error(error, account) from error
        if self.get(account) != password:
            raise PasswordStoreError(f"the system's credential store did not keep the password{_other_way(account)}")

    def remove(self, account: Account) -> None:
        """Have the store forget the password."""
        try:
            if self.get(account) is not None:
                keyring.delete_password(SERVICE, _user_of_account(account))
        except PasswordDeleteError:
            return
        except (KeyringError, OSError) as error:
            raise _store_error(error, account) from error


class SystemSecretStore:
    """Other secrets than passwords of accounts, such as the token of a bot, by a name of ours."""

    def get(self, name: str) -> str:
        """Ask the store; empty when nothing is kept."""
        try:
            return keyring.get_password(SERVICE, f"alerts {name}") or ""
        except (KeyringError, OSError) as error:
            raise _why_unusable(error) from error

    def put(self, name: str, secret: str) -> None:
        """Have the store keep a secret, and see that it does; an empty one is forgotten."""
        try:
            if secret:
                keyring.set_password(SERVICE, f"alerts {name}", secret)
            elif self.get(name):
                keyring.delete_password(SERVICE, f"alerts {name}")
        except (KeyringError, OSError) as error:
            raise _why_unusable(error) from error
        if self.get(name) != secret:
            raise PasswordStoreError("the system's credential store did not keep the secret")


def _why_unusable(error: Exception) -> PasswordStoreError:
    reason = str(error).split(". ")[0] or type(error).__name__
    return PasswordStoreError(f"the system's credential store cannot be used ({reason})")


def _other_way(account: Account) -> str:
    """Return the other way to give an account's password."""
    return f"; {account.password_variable} in .env is the other way"


def _user_of_account(account: Account) -> str:
    """Return the name under which an account's password is kept."""
    return f"{account.login}@{account.server}"


def _store_error(error: Exception, account: Account) -> PasswordStoreError:
    """Return what the trader is told."""
    return PasswordStoreError(f"{_why_unusable(error)}{_other_way(account)}")
