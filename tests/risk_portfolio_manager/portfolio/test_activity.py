# SPDX-License-Identifier: MIT
"""What the pacing rules remember: in windows of monotonic time, bounded, and over a restart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.risk_portfolio_manager.portfolio.activity import Activity, Asked, Minute

MOMENTS = st.lists(st.floats(0.0, 500.0), max_size=40).map(sorted)


def asked(at: float, intent_id: str = "", **changes: Any) -> Asked:
    """Return an intent to buy EURUSD."""
    values: dict[str, Any] = {"strategy_id": "alpha", "symbol": "EURUSD", "direction": 1, "volume": None}
    return Asked(at=at, intent_id=intent_id, **{**values, **changes})


@given(MOMENTS, st.floats(0.0, 200.0))
def test_a_minute_counts_what_a_full_look_counts(moments: list[float], later: float) -> None:
    """More than a minute ago is forgotten, to the moment; forgetting never loses what still counts."""
    minute = Minute()
    for moment in moments:
        minute.add(moment)
    now = (moments[-1] if moments else 0.0) + later
    assert minute.count(now) == sum(moment > now - 60.0 for moment in moments)
    assert minute.count(now + 30.0) == sum(moment > now - 30.0 for moment in moments)


@given(MOMENTS, st.floats(0.0, 500.0))
def test_added_exposure_is_that_of_the_window(moments: list[float], since: float) -> None:
    """What was approved at the window's very beginning is no longer in it."""
    activity = Activity()
    for number, moment in enumerate(moments):
        activity.note_approval("EURUSD", float(number + 1), moment)
    expected = sum(number + 1.0 for number, moment in enumerate(moments) if moment > since)
    assert activity.added_since(since) == pytest.approx(expected)


@given(MOMENTS, st.floats(0.0, 500.0), st.integers(1, 12))
def test_refusals_are_counted_up_to_the_most_that_matters(moments: list[float], since: float, most: int) -> None:
    """Of that strategy alone."""
    activity = Activity()
    for moment in moments:
        activity.note_refusal("alpha", moment)
    assert activity.refused_since("alpha", since, most) == min(most, sum(moment > since for moment in moments))
    assert activity.refused_since("beta", since, most) == 0


def test_the_same_trade_is_found_whatever_was_asked_between() -> None:
    """Same strategy, symbol, direction and volume; any other makes it another trade."""
    activity = Activity()
    activity.note_asked(asked(1.0))
    others: list[dict[str, Any]] = [{"symbol": "GBPUSD"}, {"direction": -1}, {"volume": 0.1}, {"strategy_id": "b"}]
    for number, changes in enumerate(others, start=2):
        activity.note_asked(asked(float(number), **changes))
    assert activity.same_before(asked(9.0).trade(), None) == 1.0
    assert activity.same_before(asked(9.0, volume=0.2).trade(), None) is None


def test_an_intent_is_no_duplicate_of_itself() -> None:
    """Judged again under its own name it does not count; another one before it still does."""
    activity = Activity()
    trade = asked(0.0).trade()
    activity.note_asked(asked(1.0, "a"))
    activity.note_asked(asked(2.0, "a"))
    assert activity.same_before(trade, "a") is None
    assert activity.same_before(trade, "b") == 2.0
    activity.note_asked(asked(3.0, "b"))
    activity.note_asked(asked(4.0, "b"))
    assert activity.same_before(trade, "b") == 2.0
    assert activity.same_before(trade, "a") == 4.0
    assert activity.same_before(trade, None) == 4.0


def test_a_restart_finds_ages_not_moments() -> None:
    """After 100 seconds away everything is that much older, and what has ended by then has ended."""
    before, after = Activity(), Activity()
    before.note_approval("EURUSD", 1.0, 1_000.0, "a")
    before.note_approval("GBPUSD", 1.0, 1_040.0)
    before.throttled["alpha"], before.throttled["beta"] = 1_200.0, 1_049.0
    after.restore(before.saved(1_050.0), 5.0, 100.0)
    assert list(after.approvals) == pytest.approx([5.0 - 150.0, 5.0 - 110.0])
    assert after.last_by_symbol == pytest.approx({"EURUSD": -145.0, "GBPUSD": -105.0})
    assert after.throttled == pytest.approx({"alpha": 55.0})
    assert "a" in after.admitted
    assert "b" not in after.admitted
    assert after.orders.count(5.0) == 0
    quick = Activity()
    quick.restore(before.saved(1_050.0), 5.0, 1.0)
    assert quick.orders.count(5.0) == 2
    assert quick.orders.count(20.0) == 1


def test_what_is_hours_old_is_not_kept() -> None:
    """Approvals and names are written for four hours only; the last trade of a symbol always."""
    activity = Activity()
    activity.note_approval("EURUSD", 1.0, 0.0, "old")
    activity.note_approval("EURUSD", 1.0, 10_000.0, "new")
    saved = activity.saved(4 * 3600.0)
    assert saved.approvals == [4_400.0]
    assert list(saved.admitted) == ["new"]
    assert saved.last_by_symbol == {"EURUSD": 4_400.0}


def test_memory_is_bounded() -> None:
    """However much happens, the oldest is forgotten first."""
    activity = Activity()
    for number in range(6_000):
        activity.note_asked(asked(float(number), symbol=f"S{number}"))
        activity.note_approval(f"S{number % 300}", 1.0, float(number), f"i{number}")
        activity.note_refusal("alpha", float(number))
    assert len(activity.symbols) == 200
    assert "S5999" in activity.symbols
    assert len(activity.admitted) == len(activity.added) == 5_000
    assert "i999" not in activity.admitted
    assert "i1000" in activity.admitted
    assert len(activity.refusals["alpha"]) == 1_000
    assert activity.same_before(asked(0.0, symbol="S5").trade(), None) is None
