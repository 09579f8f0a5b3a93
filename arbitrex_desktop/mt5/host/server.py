# SPDX-License-Identifier: MIT
"""The host process: holds one module, answers one command at a time, ends with its program."""

from __future__ import annotations

import os
import sys
from typing import Any, BinaryIO, Protocol, cast

from arbitrex_desktop.clock import Clock, SystemClock
from arbitrex_desktop.mt5.commands import Command, Observed, ReplayStatus
from arbitrex_desktop.mt5.constants import ResultCode
from arbitrex_desktop.mt5.errors import CallFailed, MT5Error
from arbitrex_desktop.mt5.host.change_watch import ChangeWatch
from arbitrex_desktop.mt5.host.inbox import Inbox, Interruption
from arbitrex_desktop.mt5.host.memory import return_freed_memory
from arbitrex_desktop.mt5.host.messages import (
    HostAnswer,
    HostLoading,
    HostReady,
    HostSpec,
    Request,
    Shutdown,
    read_message,
    write_message,
)
from arbitrex_desktop.mt5.host.parent_watchdog import bind
from arbitrex_desktop.mt5.host.real_module import load_real_module
from arbitrex_desktop.mt5.host.rhythm import AdaptiveRhythm, AnnouncedRhythm, Rhythm
from arbitrex_desktop.mt5.module import MetaTrader5Module
from arbitrex_desktop.mt5.polling import Poll
from arbitrex_desktop.mt5.replay_control import SteerReplay
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.mt5.simulator.replay.replay import Progress, no_progress

_INTERNAL = -1
_START_SECONDS = 2.0
"""So long a new module is left to those who want its first prices."""


class SimulatedWorld(Protocol):
    """What a simulated terminal has besides its module; a real terminal has none of it."""

    def market_time_msc(self) -> int:
        """Return the simulated present, UTC milliseconds."""

    def server_time_msc(self) -> int:
        """Return the same on the broker's server clock."""

    def replay_status(self) -> ReplayStatus | None:
        """Return how a replay stands, None where nothing is replayed."""

    def steer(self, *, speed: float | None, to_msc: int | None, step: str | None) -> None:
        """Change how a replay goes on; raise ValueError, fit for the user, where that cannot be."""

    def idle(self) -> None:
        """Use a moment in which nothing is asked."""


class ModuleRunner:
    """Runs commands on one module and stamps their answers."""

    def __init__(
        self, module: MetaTrader5Module, clock: Clock, world: SimulatedWorld | None = None, rhythm: Rhythm | None = None
    ) -> None:
        self._module = module
        self._clock = clock
        self._world = world
        self._rhythm = rhythm or AdaptiveRhythm()
        self._watch = ChangeWatch(module, self._rhythm, clock)
        self._idle_from = clock.monotonic() + _START_SECONDS

    def run(self, command: Command[Any], interruption: Interruption) -> Observed[Any] | MT5Error:
        """Run a command; every failure becomes a value, so that no request can end the host."""
        started = self._clock.monotonic()
        waited = 0.0
        try:
            if isinstance(command, Poll):
                value: Any = self._watch.poll(command, interruption)
                waited = self._watch.waited
            elif isinstance(command, SteerReplay) and self._world is not None:
                value = self._steer(command, self._world)
            else:
                value = command.run(self._module)
        except CallFailed as failure:
            return failure
        except Exception as error:  # noqa: BLE001 - a fault in a command must reach the caller, not kill the host
            return CallFailed(
                type(command).__name__,
                _INTERNAL,
                f"the program itself failed in its host ({type(error).__name__}: {error})",
            )
        seconds = self._clock.monotonic() - started - waited
        world = self._world
        if world is None:
            return Observed(value, self._clock.now(), seconds, waited=waited)
        return Observed(
            value,
            self._clock.now(),
            seconds,
            market_time_msc=world.market_time_msc(),
            server_time_msc=world.server_time_msc(),
            waited=waited,
            # Most polls ask for ticks alone, thirty times a second: what else stands with the account will do.
            replay=None if isinstance(command, Poll) and not command.account else world.replay_status(),
        )

    def _steer(self, command: SteerReplay, world: SimulatedWorld) -> ReplayStatus | None:
        """Steer the replay; when its ticks come is then to be found out anew."""
        try:
            world.steer(speed=command.speed, to_msc=command.to_msc, step=command.step)
        except ValueError as error:
            raise CallFailed("steering the replay", ResultCode.E_INVALID_PARAMS, str(error)) from error
        self._watch.look_again()
        return world.replay_status()

    def idle(self) -> None:
        """Use the moment after an answer, in which nothing is asked; not while the program starts, and not always."""
        began = self._clock.monotonic()
        if self._world is None or began < self._idle_from:
            return
        self._world.idle()
        ended = self._clock.monotonic()
        self._idle_from = ended + (ended - began)


def open_module(spec: HostSpec, clock: Clock, report: Progress = no_progress) -> ModuleRunner:
    """Make the module that the spec names; raises ImportError or ValueError with a message for the user.

    `tell` hears how many of a replay's files are open.
    """
    if spec.simulation is None:
        return ModuleRunner(load_real_module(), clock)
    simulation = build_simulation(spec.simulation, clock, report=report)
    # Ticks that a fault holds back come when the fault ends, which the market does not know.
    rhythm = AnnouncedRhythm(simulation.terminal) if spec.simulation.faults is None else AdaptiveRhythm()
    return ModuleRunner(cast("MetaTrader5Module", simulation.module), clock, simulation, rhythm)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer commands until the stream ends or `Shutdown` comes."""
    spec = read_message(requests)
    if not isinstance(spec, HostSpec):
        return
    bind(spec.parent_pipe)
    kind = "real" if spec.simulation is None else "simulated"
    try:
        runner = open_module(spec, SystemClock(), lambda done, files: write_message(answers, HostLoading(done, files)))
    except (ImportError, ValueError, OSError) as error:
        write_message(answers, HostReady(os.getpid(), kind, str(error)))
        return
    write_message(answers, HostReady(os.getpid(), kind))
    inbox = Inbox(requests)
    while isinstance(message := inbox.receive(), Request):
        outcome = runner.run(message.command, inbox.interruption(message.number))
        write_message(answers, HostAnswer(message.number, outcome))
        if isinstance(message.command, Poll):  # what connects is not held up by it
            runner.idle()
    if isinstance(message, Shutdown):
        answers.close()


def main() -> int:
    """Run the host on the process's standard streams, which are taken away from everything else first."""
    return_freed_memory()
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    # A stray print of a library must not corrupt the answers.
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    try:
        serve(requests, answers)
    except BrokenPipeError:
        return 1
    return 0
