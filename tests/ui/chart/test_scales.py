# SPDX-License-Identifier: MIT
"""Pixels and prices, bars and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.ui.chart.scales import LEAST_BAR, MOST_BAR, PriceScale, TimeScale, round_step

COUNT = 1000


@given(st.floats(0.02, 50.0), st.floats(0.0, COUNT), st.floats(-2000.0, 2000.0))
def test_bars_and_pixels_are_one_scale(bar: float, right: float, index: float) -> None:
    """From bar to pixel and back is where one began."""
    scale = TimeScale(width=800.0, right=right, bar=bar)
    assert scale.index(scale.x(index)) == pytest.approx(index, abs=1e-6)


@given(st.lists(st.floats(-3000.0, 3000.0), max_size=30))
def test_some_bars_stay_in_sight_however_one_pans(pulls: list[float]) -> None:
    """No pull leaves the chart empty."""
    scale = TimeScale(width=800.0).at_live_edge(COUNT)
    for pull in pulls:
        scale = scale.panned(pull, COUNT)
        first, last = scale.visible(COUNT)
        assert last > first


@given(st.lists(st.floats(0.2, 5.0), min_size=1, max_size=40), st.floats(0.0, 800.0))
def test_zoom_keeps_its_bounds(factors: list[float], x: float) -> None:
    """However often one zooms, a bar is never narrower or wider than allowed."""
    scale = TimeScale(width=800.0).at_live_edge(COUNT)
    for factor in factors:
        scale = scale.zoomed(factor, x, COUNT)
        assert LEAST_BAR <= scale.bar <= MOST_BAR


def test_zoom_away_from_the_live_edge_keeps_the_bar_under_the_pointer() -> None:
    """What one looks at stays under the pointer."""
    scale = TimeScale(width=800.0).at_live_edge(COUNT).panned(500.0, COUNT)
    before = scale.index(300.0)
    assert scale.zoomed(1.7, 300.0, COUNT).index(300.0) == pytest.approx(before)


def test_the_live_edge_is_followed_until_one_pans_back() -> None:
    """Zooming at the live edge keeps following; pulling into the past stops it, pulling beyond the edge resumes."""
    scale = TimeScale(width=800.0).at_live_edge(COUNT)
    assert scale.zoomed(2.0, 100.0, COUNT).follows
    past = scale.panned(900.0, COUNT)
    assert not past.follows
    assert past.panned(-2000.0, COUNT).follows


@given(st.floats(0.5, 2.0), st.floats(1e-4, 1.0), st.floats(-1.0, 3.0))
def test_prices_and_pixels_are_one_scale(low: float, span: float, price: float) -> None:
    """From price to pixel and back is where one began."""
    scale = PriceScale(top=10.0, height=400.0).fitted(low, low + span)
    assert scale.price(scale.y(price)) == pytest.approx(price, abs=span * 1e-9 + 1e-12)
    assert scale.low < low < low + span < scale.high


def test_an_axis_drawn_by_hand_is_not_fitted_again() -> None:
    """Stretching it is the trader's word, until he goes back to the live edge."""
    scale = PriceScale().fitted(1.0, 2.0).stretched(2.0)
    assert scale.fitted(5.0, 6.0) == scale
    assert scale.high - scale.low == pytest.approx(2.0 * 1.16)


@given(st.floats(1e-6, 1e6))
def test_steps_are_round_and_large_enough(least: float) -> None:
    """A step is 1, 2, 2.5 or 5 times a power of ten, and never much larger than needed."""
    step = round_step(least)
    assert least * (1 - 1e-9) <= step <= least * 2.5000001
    assert f"{step:e}".split("e")[0].rstrip("0").rstrip(".") in {"1", "2", "2.5", "5"}


def test_grid_lines_are_within_the_scale() -> None:
    """Ticks lie between the edges, at round prices, at least as far apart as asked."""
    ticks = PriceScale(height=400.0, low=1.1503, high=1.1597).ticks(40.0)
    assert ticks == pytest.approx([1.151, 1.152, 1.153, 1.154, 1.155, 1.156, 1.157, 1.158, 1.159])
