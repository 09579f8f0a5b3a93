# SPDX-License-Identifier: MIT
"""The credential stores in memory do what a store does."""

from __future__ import annotations

import pytest
from keyring.errors import PasswordDeleteError

from arbitrex_desktop.settings.catalogue import Account
from arbitrex_desktop.settings.passwords import PasswordStoreError
from tests.fakes.passwords import FakePasswordStore, MemoryKeyring

ONE, TWO = Account("a", 1, "S"), Account("b", 1, "T")


def test_our_store_keeps_replaces_and_forgets() -> None:
    """By account, whatever its name; what is not kept is None, and can be removed all the same."""
    store = FakePasswordStore()
    store.put(ONE, "x")
    store.put(ONE, "y")
    assert (store.get(Account("renamed", 1, "S")), store.get(TWO)) == ("y", None)
    store.remove(ONE)
    store.remove(ONE)
    assert store.get(ONE) is None


def test_our_store_can_be_broken() -> None:
    """Then each call says so."""
    store = FakePasswordStore("no store here")
    with pytest.raises(PasswordStoreError, match="no store here"):
        store.get(ONE)


def test_the_keyring_keeps_and_forgets() -> None:
    """As the library's contract has it, a deletion of nothing included."""
    ring = MemoryKeyring()
    ring.set_password("s", "u", "x")
    assert ring.get_password("s", "u") == "x"
    ring.delete_password("s", "u")
    with pytest.raises(PasswordDeleteError):
        ring.delete_password("s", "u")
    forgetful = MemoryKeyring(forgetful=True)
    forgetful.set_password("s", "u", "x")
    assert forgetful.get_password("s", "u") is None
