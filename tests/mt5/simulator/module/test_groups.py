# SPDX-License-Identifier: MIT
"""Group filters mean what MetaTrader's help says."""

from __future__ import annotations

import pytest

from arbitrex_desktop.mt5.simulator.module.groups import in_group


@pytest.mark.parametrize(
    ("group", "passes"),
    [
        (None, True),
        ("*", True),
        ("EURUSD", True),
        ("*USD", True),
        ("EUR*", True),
        ("*RU*", True),
        ("USD*", False),
        ("*,!EURUSD", False),
        ("*, !EUR*", False),
        ("!EUR*,*", True),
        ("GBP*,*USD*", True),
        ("eur*", False),
        ("EUR.SD", False),
        ("", False),
    ],
)
def test_conditions_apply_in_turn(group: str | None, passes: bool) -> None:
    """The last condition that fits decides; no condition means all."""
    assert in_group("EURUSD", group) is passes
