# SPDX-License-Identifier: MIT
"""Plates that would cover each other make room."""

from __future__ import annotations

from collections.abc import Sequence


def spread_apart(middles: Sequence[float], heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Return places near `middles`, in the same order from top to bottom, at which plates so high do not overlap.

    As far as there is room they stay between `top` and `bottom`; where there is not, they go on above `top`.
    """
    order = sorted(range(len(middles)), key=lambda number: middles[number])
    places = list(middles)
    edge = top
    for number in order:
        half = heights[number] / 2.0
        places[number] = max(places[number], edge + half)
        edge = places[number] + half
    edge = bottom
    for number in reversed(order):
        half = heights[number] / 2.0
        places[number] = min(places[number], edge - half)
        edge = places[number] - half
    return places
