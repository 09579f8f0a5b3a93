# SPDX-License-Identifier: MIT
"""A card says the one thing to be known of a trade, and how close it comes to which limit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.ui.cards.card_text import CardText, card_text, closest_limit, risk_of, sentence_of, used_share
from arbitrex_desktop.ui.theme.colours import Tone
from tests.fakes.desk_data import intent_row


def passed(code: str, observed: float | None, limit: float | None) -> Verdict:
    """Return a check that passed."""
    return Verdict(code, Outcome.PASS, observed, limit, "share", f"{code} {observed} of {limit}")


def words(**changes: Any) -> CardText:
    """Return the words of an intent with 30 of its 120 seconds left."""
    return card_text(intent_row(**changes), 30.0, "EUR", "", asked=False, may_press=True)


@pytest.mark.parametrize(
    ("checks", "code", "tone"),
    [
        ([passed("TOTAL_EXPOSURE_LIMIT", 0.3, 1.0), passed("VALUE_AT_RISK_LIMIT", 0.041, 0.05)], "VALUE", Tone.WARN),
        ([passed("TOTAL_EXPOSURE_LIMIT", 0.3, 1.0), passed("MARGIN_LEVEL_LIMIT", 500.0, 200.0)], "MARGIN", Tone.GOOD),
        ([passed("SPREAD_TOO_WIDE", 19.9, 20.0), passed("TOTAL_EXPOSURE_LIMIT", 0.1, 1.0)], "TOTAL", Tone.GOOD),
        ([passed("RISK_PER_TRADE_LIMIT", 0.5, 0.5), passed("TOTAL_EXPOSURE_LIMIT", 0.1, 1.0)], "TOTAL", Tone.GOOD),
        ([passed("MAX_POSITIONS_REACHED", 7, 8)], "MAX_POSITIONS", Tone.WARN),
    ],
)
def test_the_closest_limit_of_the_portfolio_is_named(checks: list[Verdict], code: str, tone: Tone) -> None:
    """By the share that is used, greatest and least values alike, amber from 80 %; a spread is no such limit."""
    sentence, shown = closest_limit(checks)
    assert sentence.startswith(f"closest limit: {code}")
    assert shown is tone


def test_where_nothing_was_measured_nothing_is_claimed() -> None:
    """No verdict in green for checks without numbers."""
    assert closest_limit([passed("TOTAL_EXPOSURE_LIMIT", None, 1.0)]) == ("No limit was measured", Tone.MUTED)


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(0.0, 1e12))
def test_a_used_share_is_between_none_and_all(observed: float, limit: float) -> None:
    """Whatever numbers a passed check holds, at most the whole limit is used."""
    share = used_share(passed("TOTAL_EXPOSURE_LIMIT", observed, limit))
    assert share is None or share <= 1.0


def test_the_size_that_was_cut_most_is_named() -> None:
    """Of several limits that cut it the one that it would overshoot most, and how many more there are."""
    cuts = (
        Verdict("A_LIMIT", Outcome.ADJUST, 2.0, 1.0, "share", "a would be too much"),
        Verdict("B_LIMIT", Outcome.ADJUST, 9.0, 1.0, "share", "b would be far too much"),
    )
    assert sentence_of(intent_row(checks=cuts), "") == ("b would be far too much (and 1 more)", Tone.WARN)


def test_what_blocks_outweighs_what_changed_and_that_what_was_cut() -> None:
    """The gravest stands on the card."""
    row = intent_row(changed="a to b", escalation="it is larger now")
    assert sentence_of(row, "halted") == ("halted", Tone.WARN)
    assert sentence_of(row, "")[0] == "Not what arrived: it is larger now"
    assert sentence_of(intent_row(closing_text="CLOSES position #7"), "")[0] == "CLOSES position #7"
    assert sentence_of(intent_row(changed="a to b"), "")[0] == "Changed: a to b"
    assert sentence_of(intent_row(checks=(), requested_lots=0.9), "")[0] == "0.90 lots were asked for, 0.60 remain"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "risk 300.00 EUR · 0.30 % · target 2.0 R"),
        ({"take_profit": None}, "risk 300.00 EUR · 0.30 % · no target"),
        ({"stop_loss": None}, "no stop: the loss has no end"),
        ({"lots": 0.0, "stop_loss": None}, "no size is allowed"),
        ({"closes": 7}, "reduces risk"),
    ],
)
def test_the_risk_is_said_in_money_and_r(changes: dict[str, Any], expected: str) -> None:
    """Loss at the stop and what the target brings; a trade without a stop says so."""
    assert risk_of(intent_row(**changes), "EUR") == expected


def test_time_left_is_a_share_of_its_life() -> None:
    """30 of 120 seconds are a quarter; a minute is no hurry."""
    shown = words()
    assert (shown.left, shown.left_share, shown.left_tone) == ("0:30", 0.25, Tone.TEXT)


def test_a_button_names_what_it_does() -> None:
    """The side, a close, a question when pressed once, and nothing where there is no size."""
    assert words(direction=-1).approve == "Approve \N{BLACK DOWN-POINTING TRIANGLE} SELL"
    assert words(closes=7).approve == "Approve close"
    assert words(lots=0.0).approve == "Cannot approve"
    asked = card_text(intent_row(), 30.0, "EUR", "", asked=True, may_press=True)
    assert asked.approve == "Really \N{BLACK UP-POINTING TRIANGLE} BUY?"
