# SPDX-License-Identifier: MIT
"""A loss that one thread finds while the pool's own thread is about to report something else."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TypeVar

import pytest

from arbitrex_desktop.mt5.commands import Command, Observed, ReadAccount
from arbitrex_desktop.mt5.errors import HostDied
from arbitrex_desktop.mt5.transport import Permit
from arbitrex_desktop.raw_layer.connection.state_machine import ConnectionMachine
from arbitrex_desktop.raw_layer.connection.terminal_client import TerminalClient
from arbitrex_desktop.raw_layer.events import PoolEvent, StateChanged, Trigger
from arbitrex_desktop.raw_layer.views import ConnectionState
from tests.fakes.clock import ManualClock
from tests.fakes.module import FakeModule
from tests.fakes.transport import FakeTransport
from tests.raw_layer.test_mt5_pool import Bench

T = TypeVar("T")


class ReplacedTransport(FakeTransport):
    """A `FakeTransport` that another one has taken the place of by the time it fails."""

    client: TerminalClient

    def execute(
        self, command: Command[T], deadline: float | None = None, *, permit: Permit | None = None
    ) -> Observed[T]:
        """Be replaced, then fail."""
        self.client.open(None)
        raise HostDied("the host process ended")


@pytest.mark.parametrize("at", [ConnectionState.CONNECTING, ConnectionState.RECONCILING])
def test_a_loss_found_by_another_thread_is_no_fault_of_the_pool(
    tmp_path: Path, at: ConnectionState, caplog: pytest.LogCaptureFixture
) -> None:
    """What the pool's thread reports next belongs to a host that is gone; it connects anew, and logs no fault."""
    bench = Bench(tmp_path / "logs")
    found: list[PoolEvent] = []

    def lose(event: PoolEvent) -> None:
        """Find the connection lost, as a thread with a request of its own does, the first time."""
        if isinstance(event, StateChanged) and event.after is at and not found:
            found.append(event)
            bench.pool._machine.fire(Trigger.DROPPED, "the host process ended")

    bench.pool.subscribe(lose)
    with caplog.at_level(logging.ERROR):
        bench.pool.start_tick_collection()
        bench.watch.until(lambda: bench.watch.states[-1:] == [ConnectionState.CONNECTED])
        bench.pool.stop()
    assert found
    assert not caplog.records
    assert ConnectionState.LOST in bench.watch.states


def test_a_host_that_was_replaced_says_nothing_of_the_one_that_runs() -> None:
    """A request that waited in the old host fails, and the new connection stays as it is."""
    clock = ManualClock()
    machine = ConnectionMachine(clock, lambda _: None)
    old, new = ReplacedTransport(FakeModule(), clock), FakeTransport(FakeModule(), clock)
    made = iter((old, new))
    client = old.client = TerminalClient(machine, clock, lambda _: next(made))
    machine.fire(Trigger.ATTEMPT, "first")
    client.open(None)
    with pytest.raises(HostDied):
        client.ask(ReadAccount())
    assert machine.state is ConnectionState.CONNECTING
    assert new.starts == 1
