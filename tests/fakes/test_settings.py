# SPDX-License-Identifier: MIT
"""The fake settings refuse and note as told."""

from __future__ import annotations

import pytest

from tests.fakes.settings import FakeSettings


def test_it_refuses_and_notes() -> None:
    """A refused change is not noted; what is noted tells which settings wait for the next start."""
    fake = FakeSettings()
    fake.errors["desk.max_pending"] = "desk.max_pending: too many"
    with pytest.raises(ValueError, match="too many"):
        fake.change({"desk.max_pending": "1"}, "")
    assert fake.changed == []
    fake.errors.clear()
    assert fake.change({"desk.max_pending": "1", "risk.max_drawdown": None}, "why") == ("desk.max_pending",)
    assert fake.changed == [({"desk.max_pending": "1", "risk.max_drawdown": None}, "why")]
