# SPDX-License-Identifier: MIT
"""The program's end of the host: starts it, asks it, kills it when it does not answer in time."""

from __future__ import annotations

import contextlib
import logging
import queue
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from arbitrex_desktop.clock import Clock, SystemClock
from arbitrex_desktop.mt5.commands import Command, Observed, Priority, ReplayStatus
from arbitrex_desktop.mt5.errors import DeadlineExceeded, HostDied, HostNotRunning, MT5Error
from arbitrex_desktop.mt5.host.child import EarlyHost, HostChild
from arbitrex_desktop.mt5.host.messages import (
    EndWait,
    HostAnswer,
    HostLoading,
    HostReady,
    HostSpec,
    Request,
    Shutdown,
    read_message,
    write_message,
)
from arbitrex_desktop.mt5.host.turns import Turns
from arbitrex_desktop.mt5.polling import Poll
from arbitrex_desktop.mt5.transport import Permit

T = TypeVar("T")
_START_DEADLINE = 30.0
_SHUTDOWN_DEADLINE = 1.0
_log = logging.getLogger(__name__)


class _Link:
    """One running host process: its pipes, its reader thread, its watchdog."""

    def __init__(self, spec: HostSpec, child: HostChild) -> None:
        self._child = child
        self.process = child.process
        self._inbox: queue.SimpleQueue[object | None] = queue.SimpleQueue()
        self._sending = threading.Lock()
        self._polled: Poll | None = None
        self._reader = threading.Thread(target=self._read, name="mt5-host-reader", daemon=True)
        self._reader.start()
        self.send(replace(spec, parent_pipe=child.parent_pipe))

    def _read(self) -> None:
        """Reader thread: pass each message on; the end of the stream is passed on as None."""
        try:
            while (message := read_message(self._child.answers)) is not None:
                self._inbox.put(message)
        except Exception:  # noqa: BLE001 - whatever came, this thread must let its waiter know that no more will
            _log.exception("the host's answer could not be read")
        finally:
            self._inbox.put(None)

    def ask(self, number: int, command: Command[Any]) -> None:
        """Send a command; of a poll what is new since the one before, the host remembers the rest."""
        sent = command
        if isinstance(command, Poll):
            sent, self._polled = command.since(self._polled), command
        self.send(Request(number, sent))

    def send(self, message: object) -> None:
        """Write one message; raises `HostDied` when nobody reads it."""
        try:
            with self._sending:
                write_message(self._child.requests, message)
        except (OSError, ValueError) as error:
            raise HostDied("the host process ended") from error

    def receive(self, deadline: float) -> object:
        """Wait for the next message; raises `DeadlineExceeded` or `HostDied`."""
        try:
            message = self._inbox.get(timeout=deadline)
        except queue.Empty:
            raise DeadlineExceeded(f"no answer within {deadline:g} s") from None
        if message is None:
            raise HostDied("the host process ended before it answered")
        return message

    def shut_down(self, clock: Clock) -> None:
        """Ask the host to end and give it a moment."""
        with contextlib.suppress(HostDied, subprocess.TimeoutExpired):
            self.send(Shutdown(clock.now()))
            self.process.wait(_SHUTDOWN_DEADLINE)

    def kill(self) -> None:
        """End the host at once and wait until it, its pipes and its reader are gone."""
        self._child.kill()
        self._reader.join()
        self._child.release()


class HostProcess:
    """A `Transport` whose module lives in a child process.

    One command at a time; further callers queue, the most urgent first, and end the wait of a poll at once.  A command
    that outlives its deadline gets the host killed, since a hung call of the real module never returns; `start()`
    brings up a new one.  `early`, a host that may be running already, is used for the first start.
    """

    def __init__(self, spec: HostSpec, clock: Clock | None = None, early: EarlyHost | None = None) -> None:
        self._spec = spec
        self._early = early
        self._clock = clock or SystemClock()
        self._turns = Turns(self.end_wait)
        self._link: _Link | None = None
        self._number = 0
        self._may_wait = True
        self._waiting = 0
        self._noted: set[str] = set()

    @property
    def pid(self) -> int | None:
        """Process id of the host, None when it is not running."""
        link = self._link
        return link.process.pid if link is not None else None

    def start(self) -> None:
        """Start a host and wait until it holds its module.

        Raises `HostDied` with the reason when it cannot, `DeadlineExceeded` when it says nothing for 30 s.
        """
        with self._turns.turn(Priority.ORDER):
            self._drop()
            child = self._early.take() if self._early is not None else None
            self._link = _Link(self._spec, child or HostChild())
            with self._dropping_on_failure():
                while isinstance(ready := self._link.receive(_START_DEADLINE), HostLoading):
                    _log.info("opening file %d of %d", ready.done + 1, ready.files)
                if not isinstance(ready, HostReady) or ready.error:
                    raise HostDied(
                        ready.error if isinstance(ready, HostReady) else "the host sent something unexpected"
                    )
            _log.info("host %d holds the %s module", ready.pid, ready.module)

    def execute(
        self, command: Command[T], deadline: float | None = None, *, permit: Permit | None = None
    ) -> Observed[T]:
        """Run a command in the host; see `Transport.execute`."""
        with self._turns.turn(command.priority):
            if self._link is None:
                raise HostNotRunning("the host process is not running")
            # Callers may have queued here for seconds behind a slow call.
            if permit is not None:
                permit()
            self._number += 1
            if command.longest_wait:
                command = self._begin_wait(command)
            patience = (command.deadline if deadline is None else deadline) + command.longest_wait
            with self._dropping_on_failure():
                self._link.ask(self._number, command)
                answer = self._link.receive(patience)
                self._waiting = 0
                if not isinstance(answer, HostAnswer) or answer.number != self._number:
                    raise HostDied("the host answered another question")
            received = self._clock.monotonic()  # before it is another's turn, who may be quicker than this thread
        if isinstance(answer.outcome, MT5Error):
            raise answer.outcome
        self._log_notes(answer.outcome.replay)
        return replace(answer.outcome, received=received)

    def _log_notes(self, replay: ReplayStatus | None) -> None:
        """Write down once what a replay has to say of its files."""
        for note in replay.notes if replay is not None else ():
            if note not in self._noted:
                self._noted.add(note)
                _log.warning("replay: %s", note)

    def stop(self) -> None:
        """End the host; a command in flight is given a moment and then loses it, and its caller gets `HostDied`."""
        if not self._turns.enter(Priority.ORDER, _SHUTDOWN_DEADLINE):
            self.kill()
            self._turns.enter(Priority.ORDER)
        try:
            if self._link is not None:
                self._link.shut_down(self._clock)
                self._drop()
        finally:
            self._turns.leave()

    def end_wait(self) -> None:
        """Have the poll in flight answer now, or the next one not wait; safe from any thread, returns at once."""
        self._may_wait = False
        link, number = self._link, self._waiting
        if link is not None and number:
            with contextlib.suppress(HostDied):
                link.send(EndWait(number))

    def kill(self) -> None:
        """End the host at once, whoever is waiting for it: they get `HostDied`.  Safe from any thread."""
        link = self._link
        if link is not None:
            link.process.kill()

    def _begin_wait(self, command: Command[T]) -> Command[T]:
        """Return a command that may wait; or, where somebody is in a hurry, without its wait.

        Whoever comes first says that it waits and then looks at the other: so one of them sees it, and `end_wait` has
        the number of a command that waits.
        """
        self._waiting = self._number
        in_a_hurry = self._turns.contended or not self._may_wait
        self._may_wait = True
        return command.at_once() if in_a_hurry else command

    def _drop(self) -> None:
        """Kill and forget the present host."""
        if self._link is not None:
            self._link.kill()
            self._link = None

    @contextlib.contextmanager
    def _dropping_on_failure(self) -> Iterator[None]:
        """Forget the host when it fails to answer: what it says later belongs to nobody."""
        try:
            yield
        except MT5Error:
            self._drop()
            raise
