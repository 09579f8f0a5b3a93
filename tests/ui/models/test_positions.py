# SPDX-License-Identifier: MIT
"""What a position has made in pips and R, and what it stands to lose, are measured by its own stop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.ui.models.positions import more_at_risk, origin, pips_of, risk_text
from tests.fakes.desk_data import position_row

LONG = position_row(price_value=50_000.0)
"""Bought at 1.1, now 1.1021, stop 1.095: a move of 1 is worth 50 000 EUR."""
SHORT = position_row(
    direction=-1, symbol="USDJPY", digits=3, price_open=150.0, price_current=149.5, stop_loss=151.0, price_value=600.0
)


def test_profit_is_told_in_pips_and_r() -> None:
    """21 pips of 50 risked; for a sale the other way round, with a pip of a hundredth."""
    assert pips_of(LONG) == pytest.approx(21.0)
    assert LONG.r_multiple == pytest.approx(0.42)
    assert pips_of(SHORT) == pytest.approx(50.0)
    assert SHORT.r_multiple == pytest.approx(0.5)


def test_r_counts_from_the_first_stop() -> None:
    """A stop that was moved does not change what was risked; one at break-even leaves R unknown without the first."""
    moved = replace(LONG, stop_loss=1.1, first_stop=1.095)
    assert moved.r_multiple == pytest.approx(0.42)
    assert replace(moved, first_stop=None).r_multiple is None


def test_the_risk_to_the_stop_counts_from_now() -> None:
    """What equity would lose: from the present price, nothing when the stop is passed, unknown without a worth."""
    assert LONG.risk_to_stop == pytest.approx(0.0071 * 50_000.0)
    assert replace(LONG, stop_loss=1.2).risk_to_stop == 0.0
    assert replace(LONG, price_value=None).risk_to_stop is None
    assert replace(LONG, stop_loss=None).risk_to_stop is None


@given(st.floats(0.5, 2.0), st.floats(0.5, 2.0), st.sampled_from([1, -1]))
def test_a_loss_is_never_below_nothing(price: float, stop: float, direction: int) -> None:
    """Wherever price and stop stand."""
    loss = replace(LONG, price_current=price, direction=direction).loss_at(stop)
    assert loss is not None
    assert loss >= 0.0


def test_a_farther_stop_says_what_it_costs() -> None:
    """In money where a move has a worth, in pips where not, and without a stop that nothing ends the loss."""
    assert more_at_risk(LONG, 1.09) == "this risks 250.00 EUR more, 605.00 EUR in all"
    assert more_at_risk(replace(LONG, price_value=None), 1.09) == "this risks 50.0 pips more"
    assert more_at_risk(LONG, None) == "nothing ends the loss any more"


def test_the_sum_tells_what_is_at_risk_and_what_has_no_stop() -> None:
    """Only what is known is summed."""
    bare = replace(LONG, stop_loss=None)
    assert risk_text((LONG, LONG, bare), "EUR") == "710.00 EUR at risk to the stops, 1 without stop"
    assert risk_text((), "EUR") == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"source": "manual"}, "trader"), ({"source": "alpha"}, "alpha"), ({"intent_id": "x"}, "desk"), ({}, "other")],
)
def test_who_opened_it_is_told(changes: dict[str, Any], words: str) -> None:
    """The trader, a strategy by name, the desk where its name is lost, or somebody elsewhere."""
    assert origin(position_row(**changes)) == words
