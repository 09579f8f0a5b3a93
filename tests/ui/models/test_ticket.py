# SPDX-License-Identifier: MIT
"""Prices from distances and lots from risks: the way back leads to what was typed, and never to more risk."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.ui.models.ticket import (
    LevelUnit,
    Market,
    NotYetKnownError,
    SizeUnit,
    in_unit,
    is_amiss,
    lots_of,
    other_forms,
)
from tests.fakes.desk_data import intent_row

SIDES = st.sampled_from([1, -1])


@given(pips=st.integers(1, 3000), side=SIDES, direction=SIDES)
def test_a_distance_comes_back_as_it_was_typed(pips: int, side: int, direction: int) -> None:
    """Tenths of pips survive the way through the price, on the right side of the entry."""
    market = Market(direction, 1.1, 5)
    price = market.price(pips / 10, LevelUnit.PIPS, side)
    assert in_unit(price, LevelUnit.PIPS, side, market) == f"{pips / 10:.1f}"
    assert not is_amiss(price, side, market)
    assert is_amiss(price, -side, market)


@pytest.mark.parametrize(
    ("value", "unit", "side", "price"),
    [
        (10, LevelUnit.PIPS, -1, 150.9),
        (1.5, LevelUnit.ATR, -1, 150.7),
        (2, LevelUnit.R, 1, 151.8),
        (9, LevelUnit.PRICE, 1, 9),
    ],
)
def test_each_unit_has_its_length(value: float, unit: LevelUnit, side: int, price: float) -> None:
    """A pip of 3 decimals is a hundredth; ATR and R are what they are said to be; a price is itself."""
    assert Market(1, 151.0, 3, 0.2, 0.4).price(value, unit, side) == price


def test_other_forms_are_those_that_are_known() -> None:
    """The typed one is not repeated, and a stop is not said in R."""
    market = Market(1, 1.1, 5, 0.001, 0.002)
    assert other_forms(1.098, LevelUnit.PIPS, -1, market) == "1.09800 · 2.00 ATR"
    assert other_forms(1.104, LevelUnit.PRICE, 1, market) == "40.0 pips · 4.00 ATR · 2.00 R"
    assert other_forms(1.104, LevelUnit.PRICE, 1, Market()) == ""


@pytest.mark.parametrize("unit", [LevelUnit.PIPS, LevelUnit.ATR, LevelUnit.R])
def test_nothing_is_counted_by_what_is_not_known(unit: LevelUnit) -> None:
    """Without a price, an ATR or a stop there is no level."""
    with pytest.raises(NotYetKnownError):
        Market(1, None if unit is LevelUnit.PIPS else 1.1).price(1.0, unit, 1)


def test_a_level_below_zero_is_refused() -> None:
    """More pips than the price has."""
    with pytest.raises(ValueError, match="below zero"):
        Market(1, 1.1, 5).price(20_000, LevelUnit.PIPS, -1)


@given(value=st.floats(1.0, 100.0), lots=st.floats(0.1, 50.0), loss=st.floats(10.0, 5000.0))
def test_lots_by_risk_never_lose_more_than_was_typed(value: float, lots: float, loss: float) -> None:
    """Rounded down to hundredths, and by less than one of them."""
    sized = intent_row(lots=lots, risk_amount=loss, risk_pct=loss / 100_000)
    per_lot = loss / lots
    try:
        found = lots_of(value, SizeUnit.MONEY, sized)
    except ValueError:
        assert value / per_lot < 0.01
        return
    assert found * per_lot <= value * (1 + 1e-6)
    assert value / per_lot - found < 0.01 + 1e-6


def test_shares_and_percent_are_of_what_the_rpm_allows_and_loses() -> None:
    """A quarter is a quarter, and 0.1 % of capital where 0.3 % lose with 0.6 lots is a third of them."""
    sized = intent_row(lots=0.6, risk_amount=300.0, risk_pct=0.003)
    assert lots_of(25, SizeUnit.SHARE, sized) == 0.15
    assert lots_of(0.1, SizeUnit.PERCENT, sized) == 0.2
    assert lots_of(0.015, SizeUnit.LOTS, None) == 0.015


@pytest.mark.parametrize(
    ("value", "unit", "changes", "words"),
    [
        (101, SizeUnit.SHARE, {}, "at most 100 %"),
        (1, SizeUnit.MONEY, {}, "less than 0.01 lots"),
        (1, SizeUnit.MONEY, {"risk_amount": 0.0}, "risks nothing"),
        (1, SizeUnit.PERCENT, {"risk_pct": None}, "risks nothing"),
        (1, SizeUnit.SHARE, {"lots": 0.0, "details": "halted"}, "allows none: halted"),
    ],
)
def test_what_gives_no_size_is_said(value: float, unit: SizeUnit, changes: dict[str, Any], words: str) -> None:
    """There is a reason, and no number."""
    with pytest.raises(ValueError, match=words):
        lots_of(value, unit, intent_row(**changes))


def test_a_risk_before_the_rpm_has_sized_is_not_known() -> None:
    """It is asked for, and nothing is guessed meanwhile."""
    with pytest.raises(NotYetKnownError):
        lots_of(1.0, SizeUnit.PERCENT, None)
