# SPDX-License-Identifier: MIT
"""Rows of what has ended: the volume says what was done, else what was asked, and nothing where nothing was."""

from __future__ import annotations

import pytest

from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.models.desk import history_columns
from tests.fakes.desk_data import intent_row


@pytest.mark.parametrize(
    ("filled", "approved", "asked", "text"),
    [
        (0.03, 0.05, 0.1, "0.03"),
        (0.0, 0.05, 0.1, "0.05"),
        (0.0, 0.0, 0.2, "0.20"),
        (0.0, 0.0, None, formats.DASH),
    ],
)
def test_the_volume_of_a_decision(filled: float, approved: float, asked: float | None, text: str) -> None:
    """What was filled, else approved, else asked for; a refused intent that left its size to the RPM has none."""
    row = intent_row(filled_lots=filled, lots=approved, requested_lots=asked)
    column = next(each for each in history_columns(str) if each.title == "Lots")
    assert column.text(row) == text
