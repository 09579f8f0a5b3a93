# SPDX-License-Identifier: MIT
"""Merged bars hide no price that the bars had."""

from __future__ import annotations

import numpy as np
import pytest

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.ui.chart.bar_series import BarSeries
from arbitrex_desktop.ui.chart.columns import visible_columns
from arbitrex_desktop.ui.chart.scales import TimeScale
from tests.fakes.bars import bar_rows


def series_of(rows: Rows) -> BarSeries:
    """Return bars as a chart has them."""
    series = BarSeries(Timeframe.M15)
    series.load(rows)
    return series


def test_wide_bars_are_shown_one_by_one() -> None:
    """Each bar in sight has its own column, at its own place."""
    rows = bar_rows(500)
    scale = TimeScale(width=700.0, bar=7.0).at_live_edge(500)
    first, last = scale.visible(500)
    columns = visible_columns(series_of(rows), scale)
    assert (columns.close == rows["close"][first:last]).all()
    assert columns.x[0] == pytest.approx(scale.x(first))


@pytest.mark.parametrize("bar", [0.9, 0.33, 0.05])
def test_narrow_bars_share_columns_and_lose_nothing(bar: float) -> None:
    """One column a pixel at most; the extremes, the first open, the last close and all volume are kept."""
    rows = bar_rows(5000)
    scale = TimeScale(width=400.0, bar=bar).at_live_edge(5000)
    first, last = scale.visible(5000)
    seen = rows[first:last]
    columns = visible_columns(series_of(rows), scale)
    assert len(columns.x) <= 402
    assert (np.diff(columns.x) >= 1.0).all()
    assert columns.high.max() == seen["high"].max()
    assert columns.low.min() == seen["low"].min()
    assert (columns.open[0], columns.close[-1]) == (seen["open"][0], seen["close"][-1])
    assert columns.volume.sum() == pytest.approx(seen["tick_volume"].sum())


def test_nothing_to_show() -> None:
    """No bars are no columns."""
    assert len(visible_columns(series_of(bar_rows(0)), TimeScale()).x) == 0
