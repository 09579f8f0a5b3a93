# SPDX-License-Identifier: MIT
"""There is one answer to whether trading is halted, whoever halted it, and everybody gives it."""

from __future__ import annotations

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.settings import DeskSettings
from tests.desk.conftest import BuildDesk, Desk, intent


def test_a_limits_own_halt_is_the_desks_halt(desk: Desk) -> None:
    """What the risk manager halts by itself closes the gate, shows, and ends when the trader resumes."""
    desk.core.approve(desk.core.submit(intent()))
    desk.step()
    (position,) = desk.core.snapshot().positions
    waiting = desk.core.submit(intent(symbol="GBPUSD"))
    desk.rpm.kill_switches.latch(desk.rpm.portfolio_state, "MAX_DRAWDOWN", "the drawdown is 11%")
    risk = desk.core.snapshot().risk
    assert risk is not None
    assert (risk.trading_state, risk.halt_reason) == ("HALTED", "the drawdown is 11%")
    assert desk.row(waiting).blocker == "trading is halted: the drawdown is 11%"
    with pytest.raises(CommandRefused, match="halted: the drawdown"):
        desk.core.move_stops(position.ticket, position.price_open - 0.02, None)
    desk.core.close_position(position.ticket)
    desk.core.resume("a new day")
    desk.step()
    assert desk.row(waiting).blocker == ""


def test_a_limits_own_halt_cancels_what_waits_where_that_is_set(build: BuildDesk) -> None:
    """The policy follows the same answer as the gate."""
    desk = build(settings=DeskSettings(cancel_on_halt=True))
    waiting = desk.core.submit(intent())
    desk.rpm.kill_switches.latch(desk.rpm.portfolio_state, "DAILY_LOSS", "")
    desk.step()
    assert desk.row(waiting).state is IntentState.CANCELLED
    assert "no reason was given" in desk.row(waiting).details


def test_a_halt_reaches_the_risk_manager(desk: Desk) -> None:
    """It is latched there, too, whatever the reason; a resume lifts both."""
    desk.core.halt("")
    desk.core._join_background()
    assert desk.rpm.portfolio_state.halt_reason == "halted by hand"
    desk.core.resume("enough of that")
    assert not desk.rpm.portfolio_state.trading_halted
