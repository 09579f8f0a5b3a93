# SPDX-License-Identifier: MIT
"""Indicators against their definitions, written out one bar at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.ui.chart import indicators
from tests.fakes.bars import bar_rows

PRICES = st.lists(st.floats(0.5, 2.0), min_size=1, max_size=300).map(np.array)


@given(PRICES, st.integers(1, 50))
def test_sma_is_the_mean_of_the_last(values: np.ndarray[tuple[int], np.dtype[np.float64]], period: int) -> None:
    """Each value is the mean of its last `period` ones; before that it is not known."""
    result = indicators.sma(values, period)
    for index in range(len(values)):
        if index + 1 < period:
            assert np.isnan(result[index])
        else:
            assert result[index] == pytest.approx(values[index + 1 - period : index + 1].mean())


@given(PRICES, st.floats(0.001, 1.0))
def test_smoothing_is_the_recursion(values: np.ndarray[tuple[int], np.dtype[np.float64]], weight: float) -> None:
    """In blocks or one by one, the result is the same."""
    expected = [values[0]]
    for value in values[1:]:
        expected.append(weight * value + (1 - weight) * expected[-1])
    assert indicators.smoothed(values, weight) == pytest.approx(np.array(expected))


def test_atr_and_rsi_are_wilders() -> None:
    """Both begin with a plain mean and go on with weight 1/period."""
    rows = bar_rows(120)
    ranges = [
        max(rows["high"][i], rows["close"][i - 1]) - min(rows["low"][i], rows["close"][i - 1])
        if i
        else rows["high"][0] - rows["low"][0]
        for i in range(120)
    ]
    atr = float(np.mean(ranges[:14]))
    for value in ranges[14:]:
        atr += (value - atr) / 14
    assert indicators.atr(rows, 14)[-1] == pytest.approx(atr)
    closes = rows["close"].astype(np.float64)
    assert np.isnan(indicators.rsi(closes[:14], 14)).all()
    assert indicators.rsi(np.arange(1.0, 60.0), 14)[-1] == pytest.approx(100.0)
    assert indicators.rsi(np.full(60, 1.1), 14)[-1] == pytest.approx(50.0)
    assert 0.0 < indicators.rsi(closes, 14)[-1] < 100.0


def test_vwap_begins_anew_each_day() -> None:
    """The first bar of a day is its own typical price; the second is weighed by volume."""
    rows = bar_rows(200)
    result = indicators.vwap(rows)
    typical = (rows["high"] + rows["low"] + rows["close"]) / 3.0
    assert result[96] == pytest.approx(typical[96])
    weights = rows["tick_volume"][96:98]
    assert result[97] == pytest.approx(np.average(typical[96:98], weights=weights))
