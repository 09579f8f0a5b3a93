# SPDX-License-Identifier: MIT
"""What the Risk panel says of a kill switch."""

from __future__ import annotations

from arbitrex_desktop.desk.presentation.rows import switch_text
from arbitrex_desktop.risk_portfolio_manager.decision.kill_switch import KillSwitch, SwitchAction, SwitchLevel
from tests.fakes.clock import START


def test_a_switch_that_a_limit_has_set_says_how_it_is_lifted() -> None:
    """What, why and since when; one that a person has set is not lifted by resuming, and promises no such thing."""
    for until_resumed, way in ((True, "; Resume in the menu Trading lifts it"), (False, "")):
        switch = KillSwitch(SwitchLevel.STRATEGY, "trend", SwitchAction.SUSPEND, "5 losses", START, until_resumed)
        since = f"(since {START:%Y-%m-%d %H:%M} UTC)"
        assert switch_text(switch) == f"SUSPEND of strategy trend: 5 losses {since}{way}"
