# SPDX-License-Identifier: MIT
"""Plates of prices that lie close make room for each other."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.ui.chart.paint.spread import spread_apart

Plates = st.lists(st.tuples(st.floats(0.0, 600.0), st.floats(5.0, 40.0)), max_size=12)


@given(Plates)
def test_no_two_plates_overlap_and_their_order_stays(plates: list[tuple[float, float]]) -> None:
    """Whatever their prices, each keeps its height for itself, higher ones stay higher, and all lie inside."""
    middles, heights = [middle for middle, _ in plates], [height for _, height in plates]
    places = spread_apart(middles, heights, 0.0, 600.0)
    order = sorted(range(len(plates)), key=lambda number: middles[number])
    for upper, lower in pairwise(order):
        assert places[lower] - places[upper] >= (heights[lower] + heights[upper]) / 2.0 - 1e-6
    for place, height in zip(places, heights, strict=True):
        assert height / 2.0 - 1e-6 <= place <= 600.0 - height / 2.0 + 1e-6


def test_plates_with_room_stay_where_they_are() -> None:
    """Only those that are in the way of each other move."""
    assert spread_apart([300.0, 100.0, 200.0], [20.0, 20.0, 20.0], 0.0, 600.0) == [300.0, 100.0, 200.0]
    assert spread_apart([100.0, 104.0], [20.0, 20.0], 0.0, 600.0) == [100.0, 120.0]
