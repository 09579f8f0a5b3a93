# SPDX-License-Identifier: MIT
"""What a trade closes is said in words, on netting accounts too."""

from __future__ import annotations

import pytest

from arbitrex_desktop.desk.intents.events import RiskAnswer
from arbitrex_desktop.desk.presentation.closing import closing_text
from tests.desk.conftest import intent
from tests.fakes.clock import START


@pytest.mark.parametrize(
    ("direction", "lots", "closing_lots", "text"),
    [
        (1, 0.3, 0.1, "REVERSES the position (SELL 0.10 EURUSD): BUY 0.20 will be open"),
        (-1, 0.12, 0.08, "REVERSES the position (BUY 0.08 EURUSD): SELL 0.04 will be open"),
        (1, 0.1, 0.1, "CLOSES the position (SELL 0.10 EURUSD)"),
        (-1, 0.015, 0.005, "REVERSES the position (BUY 0.005 EURUSD): SELL 0.01 will be open"),
        (1, 0.3, 0.0, ""),
    ],
)
def test_a_reversal_says_what_it_closes_and_what_will_be_open(
    direction: int, lots: float, closing_lots: float, text: str
) -> None:
    """A netting account's position is closed first, the rest opens the other way; who only opens says nothing."""
    answer = RiskAnswer("APPROVED", START, lots=lots, closing_lots=closing_lots)
    assert closing_text(intent(direction=direction), answer, None, own=True) == text
