# SPDX-License-Identifier: MIT
"""The one client of the terminal: every command goes through here, and every failure moves the connection's state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.commands import Command, Observed, ReplayStatus
from arbitrex_desktop.mt5.errors import CallFailed, DeadlineExceeded, HostError, MT5Error
from arbitrex_desktop.mt5.host.messages import HostSpec
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.transport import Permit, Transport
from arbitrex_desktop.raw_layer.connection.call_metrics import CallMetrics
from arbitrex_desktop.raw_layer.connection.state_machine import ConnectionMachine
from arbitrex_desktop.raw_layer.errors import PoolUnavailable
from arbitrex_desktop.raw_layer.events import Trigger
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.visible import Redactor

T = TypeVar("T")
TransportFactory = Callable[[HostSpec], Transport]


class TerminalClient:
    """Owns the transport; safe from any thread, one command at a time.

    Attributes:
        machine: the connection's state
        calls: round-trip times
        last_error: the last failure, fit for the user
        hosts_started: host processes brought up so far
        speed: market seconds per second, 1 but in a replay
        replay: how a replay stood at the last answer that told, None where nothing is replayed
    """

    def __init__(
        self,
        machine: ConnectionMachine,
        clock: Clock,
        transport_factory: TransportFactory,
        redactor: Redactor | None = None,
    ) -> None:
        self._redactor = redactor or Redactor()
        self._clock = clock
        self._transport_factory = transport_factory
        self._transport: Transport | None = None
        self.speed = 1.0
        self._market: tuple[int, float] | None = None
        self.replay: ReplayStatus | None = None
        self.machine = machine
        self.calls = CallMetrics()
        self.last_error = ""
        self.hosts_started = 0

    @property
    def host_pid(self) -> int | None:
        """Process id of the host, None when none runs."""
        return self._transport.pid if self._transport is not None else None

    def open(self, simulation: SimulationSpec | None) -> None:
        """Bring up a host for the real package (None) or a simulated terminal; raises `MT5Error`."""
        self.close()
        self.speed = simulation.speed if simulation is not None else 1.0
        self._market, self.replay = None, None
        transport = self._transport_factory(HostSpec(simulation))
        self._transport = transport
        self.hosts_started += 1
        try:
            transport.start()
        except MT5Error as error:
            self._hide_secrets(error)
            self.last_error = str(error)
            raise

    def ask(self, command: Command[T], deadline: float | None = None, *, permit: Permit | None = None) -> Observed[T]:
        """Run a command in whatever state the connection is; a lost connection moves the state.

        Raises `CallFailed` or `HostError`, and what `permit` raises when the command's turn has come.
        """
        transport = self._transport
        if transport is None:
            raise PoolUnavailable(f"not connected: {self.machine.reason}")
        kind = type(command).__name__
        started = self._clock.monotonic()
        try:
            answer = transport.execute(command, deadline, permit=permit)
        except MT5Error as error:
            self._hide_secrets(error)
            self.calls.record(kind, self._clock.monotonic() - started, failed=True)
            if transport is self._transport:  # a host that was replaced says nothing of the one that runs
                self._note(error, kind)
            raise
        now = self._clock.monotonic()
        self.calls.record(kind, now - started - answer.waited, failed=False)
        if answer.market_time_msc is not None:
            self._market = (answer.market_time_msc, now)
        if answer.replay is not None:
            self.replay = answer.replay
            self.speed = answer.replay.speed
        return answer

    def ask_connected(
        self, command: Command[T], deadline: float | None = None, *, permit: Permit | None = None
    ) -> Observed[T]:
        """Run a command if the state is CONNECTED; raises `PoolUnavailable` with state and reason otherwise."""
        state = self.machine.state
        if state is not ConnectionState.CONNECTED:
            raise PoolUnavailable(f"{state}: {self.machine.reason}")
        return self.ask(command, deadline, permit=permit)

    def end_wait(self) -> None:
        """Have the poll in flight answer now, or the next one not wait."""
        transport = self._transport
        if transport is not None:
            transport.end_wait()

    def market_now(self) -> datetime:
        """Return the present in market time: the real clock, or the simulated terminal's own."""
        market = self._market
        if market is None:
            return self._clock.now()
        reported_msc, at = market
        elapsed = (self._clock.monotonic() - at) * self.speed
        return datetime.fromtimestamp(reported_msc / 1000.0, tz=self._clock.now().tzinfo) + timedelta(seconds=elapsed)

    def close(self, *, at_once: bool = False) -> None:
        """End the host; nothing is left running.  `at_once`, a command in flight is not given a moment."""
        transport, self._transport = self._transport, None
        if transport is None:
            return
        if at_once:
            transport.kill()
        transport.stop()

    def _hide_secrets(self, error: MT5Error) -> None:
        """Black the passwords out of what the terminal said: a message of its own may repeat what it was given."""
        error.args = self._redactor.value(error.args)
        if isinstance(error, CallFailed):
            error.message = self._redactor.text(error.message)

    def _note(self, error: MT5Error, kind: str) -> None:
        """Keep the failure and move the state when the connection is lost."""
        self.last_error = f"{kind}: {error}"
        if isinstance(error, DeadlineExceeded):
            self.machine.fire(Trigger.NO_ANSWER, f"the terminal hangs: {kind} got {error}; its host was ended")
        elif isinstance(error, HostError) or (
            self._was_connected() and isinstance(error, CallFailed) and error.connection_lost
        ):
            self.machine.fire(Trigger.DROPPED, str(error))

    def _was_connected(self) -> bool:
        """Return whether there was a connection to lose; a refused `initialize` is a failed attempt instead."""
        return self.machine.state not in (ConnectionState.CONNECTING, ConnectionState.RECONNECTING)
