# SPDX-License-Identifier: MIT
"""A used share counts towards its limit from the right side, and the worst of the day is kept until the day ends."""

from __future__ import annotations

import math

import pytest

from arbitrex_desktop.desk.presentation.limits import WorstOfDay, used_of
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict


def verdict(code: str, observed: float | None, limit: float | None) -> Verdict:
    """Return a check."""
    return Verdict(code, Outcome.PASS, observed, limit, "share", "")


@pytest.mark.parametrize(
    ("code", "observed", "limit", "used"),
    [
        ("TOTAL_EXPOSURE_LIMIT", 0.5, 1.0, 0.5),
        ("MARGIN_LEVEL_LIMIT", 400.0, 200.0, 0.5),
        ("FREE_MARGIN_LIMIT", 0.0, 200.0, 1.0),
        ("TOTAL_EXPOSURE_LIMIT", 0.1, 0.0, 1.0),
        ("TOTAL_EXPOSURE_LIMIT", 0.0, 0.0, 0.0),
        ("TOTAL_EXPOSURE_LIMIT", None, 1.0, None),
        ("TOTAL_EXPOSURE_LIMIT", math.nan, 1.0, None),
    ],
)
def test_a_limit_is_used_from_its_own_side(code: str, observed: float, limit: float, used: float | None) -> None:
    """A greatest value by what is there, a least one by what is left; a limit of nothing by anything."""
    assert used_of(verdict(code, observed, limit)) == used


def test_the_worst_stays_until_a_new_day() -> None:
    """It never falls while the day's anchor is the same, and begins anew with the next."""
    worst = WorstOfDay()
    code = "TOTAL_EXPOSURE_LIMIT"
    for observed, expected in ((0.2, 0.2), (0.9, 0.9), (0.4, 0.9), (math.nan, 0.9)):
        assert worst.take([verdict(code, observed, 1.0)], 100_000.0) == {code: expected}
    assert worst.take([verdict(code, 0.1, 1.0)], 100_500.0) == {code: 0.1}
