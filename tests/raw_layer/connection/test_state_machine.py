# SPDX-License-Identifier: MIT
"""The connection's table of transitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.raw_layer.connection.state_machine import (
    TRANSITIONS,
    ConnectionMachine,
    IllegalConnectionTransition,
)
from arbitrex_desktop.raw_layer.events import StateChanged, Trigger
from arbitrex_desktop.raw_layer.views import ConnectionState
from tests.fakes.clock import ManualClock


@given(st.lists(st.sampled_from(Trigger), max_size=40))
def test_only_the_table_moves_the_state(triggers: list[Trigger]) -> None:
    """Any sequence of triggers either follows the table or raises and leaves state and listeners alone."""
    events: list[StateChanged] = []
    machine = ConnectionMachine(ManualClock(), events.append)
    for trigger in triggers:
        before, told = machine.state, len(events)
        if (before, trigger) in TRANSITIONS:
            assert machine.fire(trigger, "why") is TRANSITIONS[before, trigger]
            assert len(events) == told + (machine.state is not before)
        else:
            with pytest.raises(IllegalConnectionTransition):
                machine.fire(trigger, "why")
            assert (machine.state, len(events)) == (before, told)


def test_connected_is_only_reached_through_verification() -> None:
    """No trigger but RECONCILED, from RECONCILING, leads to CONNECTED."""
    ways = {way for way, after in TRANSITIONS.items() if after is ConnectionState.CONNECTED}
    assert ways == {(ConnectionState.RECONCILING, Trigger.RECONCILED)}


def test_stopped_is_final() -> None:
    """Nothing leads out of STOPPED."""
    assert {after for (before, _), after in TRANSITIONS.items() if before is ConnectionState.STOPPED} == {
        ConnectionState.STOPPED
    }


def test_a_change_tells_when_why_and_for_how_long() -> None:
    """An event carries the moment, the reason, and how long the state before it lasted."""
    clock = ManualClock()
    events: list[StateChanged] = []
    machine = ConnectionMachine(clock, events.append)
    clock.advance(2.5)
    machine.fire(Trigger.ATTEMPT, "first try")
    assert events == [
        StateChanged(
            ConnectionState.DISCONNECTED, ConnectionState.CONNECTING, Trigger.ATTEMPT, "first try", clock.now(), 2.5
        )
    ]
    assert machine.entered[ConnectionState.CONNECTING] == 1
