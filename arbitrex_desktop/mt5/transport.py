# SPDX-License-Identifier: MIT
"""The seam between the pool and the terminal, whatever holds the module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from arbitrex_desktop.mt5.commands import Command, Observed

T = TypeVar("T")
Permit = Callable[[], None]
"""Raises unless a command may still leave; asked when its turn has come, so it may not block."""


class Transport(Protocol):
    """One module instance that answers commands, one at a time; the pool owns exactly one.

    A poll that waits for something to happen answers as soon as another command comes.

    Implemented by the host process client (`host.client.HostProcess`) and, for tests, in-process.  Safe to call
    from any thread; concurrent calls queue by the commands' priority.
    """

    @property
    def pid(self) -> int | None:
        """Process id of the host, None when it is not running or there is none."""

    def start(self) -> None:
        """Bring the module's process up; raise `HostDied` if it cannot."""

    def execute(
        self, command: Command[T], deadline: float | None = None, *, permit: Permit | None = None
    ) -> Observed[T]:
        """Run a command and wait for its answer, `deadline` seconds at most (the command's own when None).

        `permit` is called once the command's turn has come; what it raises is passed on, and nothing was sent.
        Raises `CallFailed` when the module refuses; `DeadlineExceeded` (the host is then killed), `HostDied` or
        `HostNotRunning` when there is no answer, and then what became of the request is unknown.
        """

    def end_wait(self) -> None:
        """Have the poll in flight answer now, or the next one not wait; safe from any thread, returns at once."""

    def kill(self) -> None:
        """End the host at once, whoever waits for it; safe from any thread, and `stop` is still to be called."""

    def stop(self) -> None:
        """End the host, politely and then by force; always returns, and nothing is left running."""
