# SPDX-License-Identifier: MIT
"""The curve is loaded late and in steps, drawn thinned, and says when it ends in the past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.presentation.snapshot import EquityPoint
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.curve import CurvePast
from arbitrex_desktop.ui.panels.equity import EquityPanel
from arbitrex_desktop.ui.panels.equity_plot import EquityPlot, _MoneyAxis
from arbitrex_desktop.ui.panels.plot_loader import PlotLoader
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from tests.fakes.clock import START
from tests.fakes.desk_data import risk_row

Make = Callable[..., Freshness]


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> EquityPanel:
    """Return a shown panel without its plot."""
    panel = EquityPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(400, 200)
    panel.show()
    return panel


def points(count: int) -> tuple[EquityPoint, ...]:
    """Return a rising curve with one point a second."""
    return tuple(EquityPoint(START + timedelta(seconds=each), 100.0 + each, 100.0) for each in range(count))


def test_the_plot_replaces_the_waiting_words(panel: EquityPanel, qtbot: QtBot, fresh: Make) -> None:
    """The library is loaded in steps; its plot shows the points that came before it."""
    panel.refresh(fresh(equity=points(10)))
    assert not panel.has_plot
    loader = PlotLoader()
    loader.loaded.connect(panel.install)
    loader.start()
    assert not panel.has_plot
    qtbot.waitUntil(lambda: panel.has_plot, timeout=15_000)
    assert panel._waiting.isHidden()
    panel.grab()


def test_without_points_there_are_no_axes(panel: EquityPanel, fresh: Make) -> None:
    """Axes without numbers would invent some, so words stand there."""
    panel.install(EquityPlot)
    panel.refresh(fresh(equity=()))
    assert panel._waiting.text() == "No sync yet"
    assert panel._waiting.isVisible()
    assert panel.note.text() == "no sync yet"
    panel.refresh(fresh(equity=points(3)))
    assert not panel._waiting.isVisible()


def test_the_legend_tells_the_last_values_and_when_they_are_old(panel: EquityPanel, fresh: Make) -> None:
    """Present values in colour; a curve that ends in the past says so."""
    panel.refresh(fresh(equity=points(3)))
    assert panel.legend["Equity"].text().endswith("Equity 102.00 EUR")
    assert panel.note.text() == ""
    panel.refresh(fresh(age=60.0, equity=points(3)))
    assert panel.note.text().startswith("STALE: ends ")


def test_long_curves_are_thinned_to_the_width(panel: EquityPanel, theme: Theme, fresh: Make) -> None:
    """5,000 points are drawn as a few per pixel, ends included, in both themes."""
    panel.install(EquityPlot)
    panel.refresh(fresh(equity=points(5_000)))
    plot = panel._plot
    assert isinstance(plot, EquityPlot)
    x, y = plot._equity.getData()
    assert len(x) < 2_000
    assert (y[0], y[-1]) == (100.0, 5_099.0)
    theme.choose(ThemeChoice.LIGHT)
    panel.grab()
    theme.choose(ThemeChoice.DARK)


@settings(max_examples=60)
@given(least=st.floats(-1e9, 1e9), width=st.floats(1.0, 1e9), pixels=st.integers(36, 900))
def test_numbers_beside_the_curve_never_overlap(qapp: QApplication, least: float, width: float, pixels: int) -> None:
    """Ticks stand at round numbers, one distance apart, with a line's height between any two."""
    axis = _MoneyAxis(orientation="left")
    ((spacing, offset),) = axis.tickSpacing(least, least + width, pixels)
    assert offset == 0.0
    assert spacing * pixels / width >= 17.9
    digits = f"{spacing:e}"[0]
    assert digits in "125"


@pytest.mark.expects_log_errors("cannot be loaded")
def test_a_missing_library_is_told_in_its_place(panel: EquityPanel, qtbot: QtBot) -> None:
    """Without a chart the window works on, and says why."""
    loader = PlotLoader("arbitrex_desktop.ui.no_such_module")
    loader.failed.connect(panel.show_failure)
    loader.start()
    qtbot.waitUntil(lambda: "cannot be loaded" in panel._waiting.text(), timeout=15_000)


def test_a_stopped_loader_loads_nothing(panel: EquityPanel) -> None:
    """A window that closes right after its first paint begins no import."""
    loader = PlotLoader()
    loader.loaded.connect(panel.install)
    loader.start()
    loader.stop()
    QApplication.processEvents()
    assert not panel.has_plot


def test_no_limit_covers_the_words_of_another(panel: EquityPanel, fresh: Make) -> None:
    """Near a loss limit the others are near, too, and each must be told apart then."""
    panel.install(EquityPlot)
    plot = panel._plot
    assert isinstance(plot, EquityPlot)
    risk = risk_row(peak_equity=100_000.0, max_drawdown=0.02, day_anchor=100_000.0, daily_limit=2_000.0)
    panel.refresh(fresh(equity=points(10), risk=risk))
    panel.grab()
    places = [line.label.sceneBoundingRect() for line in plot._marks]
    assert len(places) == 3
    assert not [1 for first, second in combinations(places, 2) if first.intersects(second)]


def test_no_payment_covers_the_words_of_another(panel: EquityPanel) -> None:
    """A withdrawal soon after a deposit: both amounts can be read."""
    panel.install(EquityPlot)
    plot = panel._plot
    assert isinstance(plot, EquityPlot)
    balance = tuple((1.79e9 + hour * 3_600.0, 100_000.0 + hour) for hour in range(100))
    flows = ((balance[40][0], "deposit +5,000.00"), (balance[45][0], "withdrawal -2,000.00"))
    plot.show_past(CurvePast(balance, flows=flows))
    plot.widget().resize(900, 340)
    plot.widget().grab()
    first, second = (line.label.sceneBoundingRect() for line in plot._marks)
    assert not first.intersects(second)
