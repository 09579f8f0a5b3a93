# SPDX-License-Identifier: MIT
"""The state machine of one alert: it calls when a level is reached, once, until the value went back far enough."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.desk.alerts.machine import AlertState, is_back, is_reached, snooze, step
from arbitrex_desktop.desk.presentation.alert_rows import AlertKind, AlertRule
from tests.fakes.clock import START

UP = AlertRule("up", AlertKind.PRICE, "EURUSD", above=True, level=100.0, back=5.0)
VALUES = st.lists(st.one_of(st.none(), st.floats(80.0, 120.0)), max_size=60)
RULES = st.builds(
    AlertRule,
    st.just("r"),
    st.just(AlertKind.PRICE),
    above=st.booleans(),
    level=st.floats(90.0, 110.0),
    back=st.floats(0.0, 10.0),
)


def calls_of(rule: AlertRule, values: list[float | None], state: AlertState | None = None) -> list[int]:
    """Return at which values a rule calls, a second apart."""
    state, found = state or AlertState(), []
    for place, value in enumerate(values):
        state, calls = step(rule, state, value, START + timedelta(seconds=place))
        if calls:
            found.append(place)
    return found


@pytest.mark.parametrize(
    ("values", "calls"),
    [
        ([99.0, 100.0, 101.0], [1]),
        ([100.0, 99.0, 100.0, 96.0, 100.0], [0]),
        ([100.0, 94.9, 100.0], [0, 2]),
        ([100.0, 95.0, 100.0], [0]),
        ([None, 100.0, None, 101.0], [1]),
        ([], []),
    ],
)
def test_a_level_is_called_once_until_gone_back(values: list[float | None], calls: list[int]) -> None:
    """Touching counts; less than the way back is none; what is not known changes nothing."""
    assert calls_of(UP, values) == calls


@given(RULES, VALUES)
def test_between_two_calls_the_value_was_back(rule: AlertRule, values: list[float | None]) -> None:
    """No flutter: every further call has a value before it that went back by more than it has to."""
    found = calls_of(rule, values)
    for one, other in pairwise(found):
        between = [value for value in values[one:other] if value is not None]
        assert any(is_back(rule, value) for value in between)


@given(RULES, VALUES)
def test_nothing_that_reaches_the_level_first_is_missed(rule: AlertRule, values: list[float | None]) -> None:
    """The first value that reaches the level calls, and none before it."""
    reached = [place for place, value in enumerate(values) if value is not None and is_reached(rule, value)]
    assert calls_of(rule, values)[:1] == reached[:1]


@given(RULES, VALUES, st.integers(0, 60))
def test_a_restart_changes_nothing(rule: AlertRule, values: list[float | None], cut: int) -> None:
    """What is kept in the middle goes on as if there had been no stop: no call twice, none lost."""
    state, early = AlertState(), []
    for place, value in enumerate(values[:cut]):
        state, calls = step(rule, state, value, START + timedelta(seconds=place))
        early += [place] if calls else []
    late = [place + len(values[:cut]) for place in calls_of(rule, values[cut:], state)]
    assert early + late == calls_of(rule, values)


@given(VALUES, st.integers(0, 20), st.integers(1, 40))
def test_what_sleeps_is_silent_and_then_calls_again(values: list[float | None], begin: int, seconds: int) -> None:
    """No call while it sleeps; at the first known value after it, if the level still counts as reached, one."""
    state, until = AlertState(), START + timedelta(seconds=begin + seconds)
    for place, value in enumerate(values):
        now = START + timedelta(seconds=place)
        if place == begin:
            state = snooze(state, until)
        before = state
        state, calls = step(UP, state, value, now)
        if begin <= place and now < until:
            assert not calls
        if value is not None and now >= until and before.snoozed_until is not None:
            assert calls == state.is_raised


@given(RULES, st.floats(80.0, 120.0))
def test_reached_and_back_exclude_each_other(rule: AlertRule, value: float) -> None:
    """A value is never both, whatever the way back."""
    assert not (is_reached(rule, value) and is_back(rule, value))
