# SPDX-License-Identifier: MIT
"""A thinned line looks like the whole one: same ends, same peaks, few points."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.ui.panels.decimate import thin


@given(st.integers(0, 2_000), st.integers(1, 60), st.integers(0, 1_000))
def test_ends_peaks_and_order_survive(count: int, pixels: int, seed: int) -> None:
    """First, last, least and greatest stay; points stay in order and are at most four per pixel."""
    random = np.random.default_rng(seed)
    x = np.cumsum(random.exponential(size=count))
    y = random.normal(size=count)
    thin_x, thin_y = thin(x, y, pixels)
    assert len(thin_x) == len(thin_y) <= max(4 * pixels, 0)
    if count:
        assert (thin_x[0], thin_x[-1]) == (x[0], x[-1])
        assert (thin_y.min(), thin_y.max()) == (y.min(), y.max())
        assert np.all(np.diff(thin_x) >= 0)
        assert set(zip(thin_x, thin_y, strict=True)) <= set(zip(x, y, strict=True))


def test_short_lines_and_no_width_are_left_alone() -> None:
    """What fits is not touched, nor is what cannot be spread over pixels."""
    x, y = np.arange(8.0), np.arange(8.0)
    assert thin(x, y, 2)[0] is x
    assert thin(x, y, 0)[0] is x
    same = np.zeros(100)
    assert thin(same, np.arange(100.0), 2)[0] is same
