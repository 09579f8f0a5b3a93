# SPDX-License-Identifier: MIT
"""What lives and ends with the core: started with it, tried again where that failed, stopped with it."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Final, Protocol

from arbitrex_desktop.causes import os_error_text
from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.errors import DeskError

_RETRY_SECONDS: Final = 5.0


class Service(Protocol):
    """What lives and ends with the core."""

    @property
    def name(self) -> str:
        """Return what the trader knows it by."""

    def start(self) -> None:
        """Begin; what it raises is posted to the trader and keeps nothing else from starting."""

    def stop(self) -> None:
        """End; nothing of it is left running."""


class Services:
    """The core's services, in order.  `guard(topic, work)` runs a piece of work and tells what it raises."""

    def __init__(self, clock: Clock, guard: Callable[[str, Callable[[], Any]], None]) -> None:
        self._clock = clock
        self._guard = guard
        self._all: list[Service] = []
        self._waiting: list[Service] = []
        self._next_try = math.inf

    def attach(self, service: Service) -> None:
        """Add one, before `start`."""
        self._all.append(service)

    def start(self) -> None:
        """Start all of them."""
        self._waiting = list(self._all)
        self._next_try = -math.inf
        self.retry()

    def retry(self) -> None:
        """Start what could not be started, every few seconds: a full disk has room again, another window is closed."""
        now = self._clock.monotonic()
        if not self._waiting or now < self._next_try:
            return
        self._next_try = now + _RETRY_SECONDS
        for service in tuple(self._waiting):
            self._guard(service.name, partial(self._start, service))

    def stop(self) -> None:
        """Stop all of them."""
        self._waiting.clear()
        for service in self._all:
            self._guard(service.name, service.stop)

    def _start(self, service: Service) -> None:
        """Start one; it is tried again unless that succeeds."""
        try:
            service.start()
        except OSError as error:
            raise DeskError(f"{service.name} cannot be started: {os_error_text(error)}") from error
        self._waiting.remove(service)
