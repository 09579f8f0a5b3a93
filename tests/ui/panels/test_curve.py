# SPDX-License-Identifier: MIT
"""The curve has its past, its limits and what was paid, and goes along with the newest point when it should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.presentation.snapshot import EquityPoint
from arbitrex_desktop.desk.review.trades import WITHDRAWAL, MoneyFlow
from arbitrex_desktop.desk.review.views import ReviewData, ReviewQuery
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.curve import NO_PAST, CurvePast, equity_at, levels_of, past_of
from arbitrex_desktop.ui.panels.equity import EquityPanel
from arbitrex_desktop.ui.panels.equity_plot import EquityPlot
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.clock import START
from tests.fakes.desk_data import risk_row
from tests.fakes.review import BEGIN, FakeReview

Make = Callable[..., Freshness]


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> EquityPanel:
    """Return a shown panel with its plot."""
    panel = EquityPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(600, 240)
    panel.show()
    panel.install(EquityPlot)
    return panel


def plot_of(panel: EquityPanel) -> EquityPlot:
    """Return the panel's plot."""
    plot = panel._plot
    assert isinstance(plot, EquityPlot)
    return plot


def reviewed() -> ReviewData:
    """Return what Review says of the fake's trades, with a withdrawal among them."""
    data = FakeReview([]).read(ReviewQuery(), lambda _words, _share: None)
    return replace(data, flows=(*data.flows, MoneyFlow(7, BEGIN + timedelta(days=2), -500.0, WITHDRAWAL)))


def points(count: int, first: int = 0) -> tuple[EquityPoint, ...]:
    """Return a rising curve of this run, a point a minute."""
    begin = BEGIN + timedelta(days=40)
    return tuple(EquityPoint(begin + timedelta(minutes=each), 100.0 + each, 100.0) for each in range(first, count))


def test_the_curve_begins_where_the_journal_does(panel: EquityPanel, fresh: Make) -> None:
    """The past is drawn before the points of this run, and none of it twice."""
    panel.show_past(past_of(reviewed()))
    panel.refresh(fresh(equity=points(5)))
    x, _y = plot_of(panel)._balance.getData()
    assert x[0] == (BEGIN - timedelta(hours=1)).timestamp()
    assert x[-1] == points(5)[-1].at.timestamp()
    assert list(x) == sorted(x)


def test_what_was_paid_is_marked_and_the_first_deposit_is_not(panel: EquityPanel) -> None:
    """Where an account begins is no event of it."""
    past = past_of(reviewed())
    assert [words for _at, words in past.flows] == ["withdrawal \N{MINUS SIGN}500.00 USD"]
    panel.show_past(past_of(reviewed()))
    assert [line.label.format for line in plot_of(panel)._marks] == ["withdrawal \N{MINUS SIGN}500.00 USD"]


def test_a_day_anchor_is_told_once(panel: EquityPanel) -> None:
    """It is a level from when it began to count until the next."""
    data = reviewed()
    moved = tuple(replace(point, anchor=90_000.0 if place > 3 else 95_000.0) for place, point in enumerate(data.equity))
    anchors = past_of(replace(data, equity=moved)).anchors
    assert [level for _at, level in anchors] == [95_000.0, 90_000.0]


def test_limits_are_lines(panel: EquityPanel, fresh: Make) -> None:
    """The drawdown's floor, the day's start and the day's loss limit, at the equity where each is reached."""
    row = risk_row(peak_equity=100_000.0, max_drawdown=0.1, day_anchor=99_000.0, daily_limit=2_000.0)
    assert [(level.amount, level.message) for level in levels_of(row)] == [
        (90_000.0, "drawdown limit"), (99_000.0, "day's start"), (97_000.0, "day's loss limit"),
    ]  # fmt: skip
    panel.refresh(fresh(equity=points(3), risk=row))
    assert [line.value() for line in plot_of(panel)._marks] == [90_000.0, 99_000.0, 97_000.0]
    assert levels_of(None) == ()


def test_a_chosen_stretch_at_the_edge_goes_along(panel: EquityPanel, fresh: Make) -> None:
    """One that reaches the newest point follows it; one of the past stays; the button shows all again."""
    panel.refresh(fresh(equity=points(60)))
    plot = plot_of(panel)
    assert panel.whole.isHidden()
    last = points(60)[-1].at.timestamp()
    plot._plot.setXRange(last - 600.0, last + 20.0, padding=0)
    plot._take_range()
    assert not panel.whole.isHidden()
    panel.refresh(fresh(equity=points(90)))
    (left, right), _ = plot._plot.viewRange()
    newest = points(90)[-1].at.timestamp()
    assert left < newest <= right
    assert right - left == pytest.approx(620.0)
    plot._plot.setXRange(left - 1_000.0, right - 1_000.0, padding=0)
    plot._take_range()
    before = plot._plot.viewRange()[0]
    panel.refresh(fresh(equity=points(120)))
    assert plot._plot.viewRange()[0] == pytest.approx(before)
    panel.whole.click()
    assert plot.is_whole
    assert panel.whole.isHidden()


def test_the_moment_under_the_mouse_is_told(panel: EquityPanel, fresh: Make) -> None:
    """Its equity stands in the legend's line, and goes with the mouse."""
    panel.refresh(fresh(equity=points(10)))
    plot = plot_of(panel)
    plot.pointed(points(10)[4].at.timestamp() + 5.0)
    assert panel.note.text().endswith("104.00 EUR")
    plot.pointed(None)
    assert panel.note.text() == ""


def test_equity_at_a_moment_is_the_best_that_is_known() -> None:
    """Of this run, else as it was kept, else the balance; before the first there is none."""
    live = (EquityPoint(START, 5.0, 4.0),)
    at = START.timestamp()
    past = CurvePast(balance=((at - 300.0, 1.0),), equity=((at - 200.0, 2.0),))
    assert [equity_at(at + shift, live, past) for shift in (-400.0, -250.0, -150.0, 10.0)] == [None, 1.0, 2.0, 5.0]
    assert equity_at(at, (), NO_PAST) is None


def test_a_day_of_the_past_has_nothing_of_the_present(panel: EquityPanel, fresh: Make) -> None:
    """Days that were chosen are all that is drawn."""
    until = BEGIN + timedelta(days=3)
    data = FakeReview([]).read(ReviewQuery(since=BEGIN, until=until), lambda _words, _share: None)
    panel.refresh(fresh(equity=points(5)))
    panel.show_past(past_of(data))
    x, _y = plot_of(panel)._balance.getData()
    assert len(x) > 2
    assert x[-1] < until.timestamp()
