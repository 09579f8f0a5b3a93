# SPDX-License-Identifier: MIT
"""Which way a limit lets more through is declared, so that only that way asks for a reason."""

from __future__ import annotations

from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager.config.fields import PARAMETERS
from arbitrex_desktop.risk_portfolio_manager.parameters import Looser


@pytest.mark.parametrize(
    ("looser", "old", "new", "loosens"),
    [
        (Looser.HIGHER, 1.0, 2.0, True),
        (Looser.HIGHER, 2.0, 1.0, False),
        (Looser.LOWER, 2.0, 1.0, True),
        (Looser.LOWER, False, True, False),
        (Looser.HIGHER_OR_NONE, 2.0, 0.0, True),
        (Looser.HIGHER_OR_NONE, 0.0, 2.0, False),
        (Looser.HIGHER_OR_NONE, 2.0, 3.0, True),
        (Looser.UNKNOWN, "a", "b", True),
        (Looser.UNKNOWN, "a", "a", False),
    ],
)
def test_a_change_loosens_in_its_own_direction(looser: Looser, old: Any, new: Any, *, loosens: bool) -> None:
    """Where none is declared, any change may let more through."""
    assert looser.loosens(old, new) is loosens


def test_a_limit_whose_zero_is_none_says_so() -> None:
    """To let go of a limit by 0 is to loosen it: no limit that 0 switches off counts 0 as the tightest."""
    wrong = [name for name, each in PARAMETERS.items() if each.looser is Looser.HIGHER and "0 is off" in each.help]
    assert wrong == []
