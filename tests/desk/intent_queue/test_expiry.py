# SPDX-License-Identifier: MIT
"""An intent lives its time and no longer, whatever is done to the computer's clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.intent import IntentState
from tests.desk.conftest import BuildDesk, Desk, intent


def test_a_clock_set_back_gives_no_more_life(desk: Desk) -> None:
    """An hour back after a second: it cannot be approved once its ten seconds are over, and expires."""
    intent_id = desk.core.submit(intent(time_to_live=10.0))
    desk.step(1.0)
    desk.clock.set_wall(desk.clock.now() - timedelta(hours=1))
    desk.step(5.0)
    assert desk.row(intent_id).can_approve
    desk.clock.advance(5.0)
    desk.broker.refresh_quotes()
    with pytest.raises(CommandRefused, match="has expired"):
        desk.core.approve(intent_id)
    desk.step(1.0)
    assert desk.row(intent_id).state is IntentState.EXPIRED
    assert desk.broker.sent == []


def test_a_clock_set_ahead_ends_it(desk: Desk) -> None:
    """Whichever clock says first that it is over."""
    intent_id = desk.core.submit(intent(time_to_live=600.0))
    desk.step(1.0)
    desk.clock.set_wall(desk.clock.now() + timedelta(hours=1))
    desk.step(1.0)
    assert desk.row(intent_id).state is IntentState.EXPIRED


def test_a_restart_after_the_clock_was_set_back_gives_no_more_than_its_life(desk: Desk, build: BuildDesk) -> None:
    """What the journal brings back lives as long as it was to live, at most."""
    intent_id = desk.core.submit(intent(time_to_live=10.0))
    desk.core.stop()
    desk.clock.set_wall(desk.clock.now() - timedelta(hours=1))
    again = build(desk.broker)
    again.step(1.0)
    assert again.row(intent_id).state is IntentState.PENDING
    again.step(11.0)
    assert again.row(intent_id).state is IntentState.EXPIRED
