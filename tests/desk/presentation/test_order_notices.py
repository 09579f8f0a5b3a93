# SPDX-License-Identifier: MIT
"""What is told of orders is in the window's language; what the journal keeps is English in every one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from arbitrex_desktop import texts
from arbitrex_desktop.desk.intents.entry import fill_text, filled_text
from arbitrex_desktop.desk.intents.events import Fill
from arbitrex_desktop.texts import _

FILL = Fill(volume=0.3, price=1.30497, slippage_points=0.3)


@pytest.fixture
def german() -> Iterator[None]:
    """Speak German."""
    texts.speak(Path(__file__).parents[3] / "resources" / "texts" / "de.mo")
    yield
    texts.speak(None)


def test_a_fill_is_told_in_the_windows_language_and_journalled_in_english(german: None) -> None:
    """Price and slippage with the words of either."""
    assert fill_text(FILL, 5, _) == " zu 1.30497, Slippage +0.3 Punkte"
    assert fill_text(Fill(), 5, _) == "; der Broker hat den Kurs noch nicht gemeldet"
    assert filled_text(FILL, 5) == "filled at 1.30497, slippage +0.3 points"
