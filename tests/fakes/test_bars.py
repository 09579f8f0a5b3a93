# SPDX-License-Identifier: MIT
"""The bars of the tests are bars."""

from __future__ import annotations

import numpy as np

from tests.fakes.bars import bar_rows


def test_high_and_low_hold_the_bar() -> None:
    """No bar leaves its own range, and each opens where the last one closed."""
    rows = bar_rows(200)
    assert (rows["high"] >= np.maximum(rows["open"], rows["close"])).all()
    assert (rows["low"] <= np.minimum(rows["open"], rows["close"])).all()
    assert (rows["open"][1:] == rows["close"][:-1]).all()
