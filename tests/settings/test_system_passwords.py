# SPDX-License-Identifier: MIT
"""Passwords through the keyring library, on a backend in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from arbitrex_desktop.settings.catalogue import Account
from arbitrex_desktop.settings.passwords import PasswordStoreError
from arbitrex_desktop.settings.system_passwords import SERVICE, SystemPasswordStore
from tests.fakes.passwords import MemoryKeyring

ACCOUNT = Account("live", 123, "Broker-Live")


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    """Put a keyring in memory in the system's place, and none afterwards: no test asks the developer's own."""
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call] # as below


def test_a_password_is_kept_under_login_and_server(ring: MemoryKeyring) -> None:
    """One entry an account, whatever its name in settings.toml; it is replaced, and forgotten once."""
    store = SystemPasswordStore()
    assert store.get(ACCOUNT) is None
    store.put(ACCOUNT, "old")
    store.put(ACCOUNT, "p$x #'\"ü")
    assert ring.kept == {(SERVICE, "123@Broker-Live"): "p$x #'\"ü"}
    assert store.get(ACCOUNT) == "p$x #'\"ü"
    store.remove(ACCOUNT)
    store.remove(ACCOUNT)
    assert ring.kept == {}


def test_a_store_that_keeps_nothing_is_noticed(ring: MemoryKeyring) -> None:
    """A password that was not kept is not said to be."""
    ring.forgetful = True
    with pytest.raises(PasswordStoreError, match=r"did not keep the password; MT5_PASSWORD_LIVE in \.env"):
        SystemPasswordStore().put(ACCOUNT, "hunter2")


@pytest.mark.parametrize(
    "call", [lambda it: it.get(ACCOUNT), lambda it: it.put(ACCOUNT, "hunter2"), lambda it: it.remove(ACCOUNT)]
)
def test_a_machine_without_a_store_is_told_in_words(
    ring: MemoryKeyring, call: Callable[[SystemPasswordStore], object]
) -> None:
    """As on a server without a desktop: why, and the other way; never the password."""
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call] # the library's own, without hints
    with pytest.raises(PasswordStoreError, match=r"cannot be used \(No recommended backend.*\.env") as caught:
        call(SystemPasswordStore())
    assert "hunter2" not in str(caught.value)
