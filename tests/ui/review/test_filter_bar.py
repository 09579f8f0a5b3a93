# SPDX-License-Identifier: MIT
"""Periods are whole days, and what is chosen is what is asked for."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QDate
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.review.filter_bar import FilterBar, ReviewPeriod, days_of, midnight

WEDNESDAY = date(2026, 3, 4)


@pytest.fixture
def bar(qtbot: QtBot) -> FilterBar:
    """Return a bar that offers two symbols and a strategy."""
    bar = FilterBar()
    qtbot.addWidget(bar)
    bar.offer(("EURUSD", "USDJPY"), ("alpha",))
    return bar


@pytest.mark.parametrize(
    ("period", "first", "end"),
    [
        (ReviewPeriod.TODAY, date(2026, 3, 4), date(2026, 3, 5)),
        (ReviewPeriod.YESTERDAY, date(2026, 3, 3), date(2026, 3, 4)),
        (ReviewPeriod.WEEK, date(2026, 3, 2), date(2026, 3, 9)),
        (ReviewPeriod.LAST_WEEK, date(2026, 2, 23), date(2026, 3, 2)),
        (ReviewPeriod.MONTH, date(2026, 3, 1), date(2026, 4, 1)),
        (ReviewPeriod.LAST_MONTH, date(2026, 2, 1), date(2026, 3, 1)),
        (ReviewPeriod.YEAR, date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_periods(period: ReviewPeriod, first: date, end: date) -> None:
    """Each is what its name says on a Wednesday."""
    assert days_of(period, WEDNESDAY) == (first, end)


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_periods_meet_without_a_gap(today: date) -> None:
    """What is last ends where what is present begins, and that holds today."""
    for last, this in (
        (ReviewPeriod.YESTERDAY, ReviewPeriod.TODAY),
        (ReviewPeriod.LAST_WEEK, ReviewPeriod.WEEK),
        (ReviewPeriod.LAST_MONTH, ReviewPeriod.MONTH),
    ):
        before, now = days_of(last, today), days_of(this, today)
        assert before is not None
        assert now is not None
        assert before[0] < before[1] == now[0] <= today < now[1]


def test_at_first_everything_is_asked_for(bar: FilterBar) -> None:
    """No bound and no filter."""
    query = bar.query(WEDNESDAY)
    assert (query.since, query.until, query.symbol, query.strategy, query.text) == (None, None, "", "", "")


def test_chosen_days_are_whole_and_in_order(bar: FilterBar, qtbot: QtBot) -> None:
    """The last day is in it, and two days chosen the wrong way round are put right."""
    bar.first.setDate(QDate(2026, 2, 10))
    bar.period.setCurrentIndex(bar.period.findData(ReviewPeriod.DAYS.value))
    bar.last.setDate(bar.first.date().addDays(-3))
    query = bar.query(WEDNESDAY)
    assert query.since == midnight(date(2026, 2, 7))
    assert query.until == midnight(date(2026, 2, 11))
    assert midnight(date(2026, 2, 7)).astimezone() == datetime(2026, 2, 7).astimezone()


def test_fields_of_days_are_there_only_for_them(bar: FilterBar) -> None:
    """A period needs none."""
    assert bar.first.isHidden()
    bar.period.setCurrentText(ReviewPeriod.DAYS)
    assert not bar.first.isHidden()


def test_typing_counts_when_it_pauses(bar: FilterBar, qtbot: QtBot) -> None:
    """One question for a word, not one a letter."""
    with qtbot.waitSignal(bar.changed, timeout=5_000):
        for text in ("n", "ne", "news"):
            bar.search.setText(text)
    assert bar.query(WEDNESDAY).text == "news"


def test_a_chosen_symbol_stays_when_it_is_not_offered_any_more(bar: FilterBar, qtbot: QtBot) -> None:
    """A day without a trade of it does not change the filter, and nothing is asked anew by that."""
    bar.symbol.setCurrentText("USDJPY")
    with qtbot.assertNotEmitted(bar.changed):
        bar.offer(("EURUSD",), ())
    assert bar.query(WEDNESDAY).symbol == "USDJPY"


def test_every_field_has_a_name(bar: FilterBar) -> None:
    """For those who hear the window."""
    fields = (bar.period, bar.first, bar.last, bar.symbol, bar.strategy, bar.search)
    assert all(field.accessibleName() for field in fields)
