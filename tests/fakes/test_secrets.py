# SPDX-License-Identifier: MIT
"""The fake store keeps, forgets and breaks as the system's does."""

from __future__ import annotations

import pytest

from tests.fakes.secrets import FakeSecretStore


def test_it_keeps_and_forgets() -> None:
    """What is put comes back; an empty secret is none."""
    store = FakeSecretStore()
    store.put("Telegram", "abc")
    assert store.get("Telegram") == "abc"
    store.put("Telegram", "")
    assert store.get("Telegram") == ""


def test_it_breaks_when_told_to() -> None:
    """A broken store says so."""
    with pytest.raises(RuntimeError, match="locked"):
        FakeSecretStore("locked").get("Telegram")
