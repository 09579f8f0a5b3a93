# SPDX-License-Identifier: MIT
"""A transport in the test's own process, that dies and hangs on demand."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TypeVar

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.commands import Command, Observed, Priority
from arbitrex_desktop.mt5.errors import DeadlineExceeded, HostDied, HostNotRunning, MT5Error
from arbitrex_desktop.mt5.host.messages import HostSpec
from arbitrex_desktop.mt5.host.server import ModuleRunner, SimulatedWorld
from arbitrex_desktop.mt5.host.turns import Turns
from arbitrex_desktop.mt5.module import MetaTrader5Module
from arbitrex_desktop.mt5.transport import Permit
from tests.fakes.clock import ManualClock
from tests.fakes.module import FakeModule

T = TypeVar("T")


class FakeTransport:
    """Implements `Transport` on a module in this process.

    Attributes: `starts`, how often it was started; `commands`, the names of what was asked; `hang_on`, names of
    commands that get no answer in time, `die_on`, names of those in which the host dies, each for the next time
    only; `refuse_start`, the message with which the next starts fail, while not empty.
    """

    def __init__(self, module: MetaTrader5Module, clock: Clock, world: SimulatedWorld | None = None) -> None:
        self._clock = clock
        self._runner = ModuleRunner(module, clock, world)
        self._turns = Turns(self.end_wait)
        self._wait_ended = threading.Event()
        self._alive = False
        self.starts = 0
        self.specs: list[HostSpec] = []
        self.commands: list[str] = []
        self.hang_on: set[str] = set()
        self.die_on: set[str] = set()
        self.refuse_start = ""
        self._polls_may_run = threading.Event()
        self._polls_may_run.set()

    def pause_polls(self) -> None:
        """Let polls wait from now on, the present one having ended; other commands run."""
        self._polls_may_run.clear()
        self._wait_ended.set()
        with self._turns.turn(Priority.USUAL):
            pass

    def resume_polls(self) -> None:
        """Let polls run again."""
        self._polls_may_run.set()

    def factory(self, spec: HostSpec) -> FakeTransport:
        """Serve as a factory: always this one transport."""
        self.specs.append(spec)
        return self

    @property
    def pid(self) -> int | None:
        """Return a number while it lives."""
        return 4242 if self._alive else None

    def start(self) -> None:
        """Come to life, unless told to refuse."""
        self.starts += 1
        if self.refuse_start:
            raise HostDied(self.refuse_start)
        self._alive = True

    def execute(
        self, command: Command[T], deadline: float | None = None, *, permit: Permit | None = None
    ) -> Observed[T]:
        """Run a command, or fail as planned."""
        name = type(command).__name__
        while name == "Poll":
            self._polls_may_run.wait(10.0)
            with self._turns.turn(command.priority):
                # Paused while it waited for its turn: none runs after `pause_polls` has returned.
                if self._polls_may_run.is_set() or not self._alive:
                    return self._execute(command, name, permit)
        with self._turns.turn(command.priority):
            return self._execute(command, name, permit)

    def _execute(self, command: Command[T], name: str, permit: Permit | None) -> Observed[T]:
        """Run a command whose turn it is."""
        if not self._alive:
            raise HostNotRunning("the host process is not running")
        if permit is not None:
            permit()
        self.commands.append(name)
        self._fail_as_planned(name)
        outcome = self._runner.run(command, self)
        if command.longest_wait:
            self._wait_ended.clear()
        if isinstance(outcome, MT5Error):
            raise outcome
        return replace(outcome, received=self._clock.monotonic())

    def end_wait(self) -> None:
        """Let no poll wait any longer."""
        self._wait_ended.set()

    def requested(self) -> bool:
        """Return whether a poll shall answer now; the fake is its own `Interruption`."""
        return self._turns.contended or self._wait_ended.is_set()

    def wait(self, seconds: float) -> None:
        """Wait so long, or until `requested`."""
        self._wait_ended.wait(seconds)

    def stop(self) -> None:
        """End."""
        self._alive = False
        self.end_wait()

    def kill(self) -> None:
        """End at once."""
        self._alive = False

    def _fail_as_planned(self, name: str) -> None:
        if name in self.hang_on:
            self.hang_on.discard(name)
            self._alive = False
            raise DeadlineExceeded("no answer within 3 s")
        if name in self.die_on:
            self.die_on.discard(name)
            self._alive = False
            raise HostDied("the host process ended before it answered")


class HangingTransport(FakeTransport):
    """Hangs at its start until it is killed."""

    def __init__(self) -> None:
        super().__init__(FakeModule(), ManualClock())
        self.asked, self.killed = threading.Event(), threading.Event()

    def start(self) -> None:
        """Hang."""
        self.asked.set()
        assert self.killed.wait(10.0)
        raise HostDied("the host process ended before it answered")

    def kill(self) -> None:
        """End the hanging."""
        self.killed.set()
