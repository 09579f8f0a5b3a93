# SPDX-License-Identifier: MIT
"""Recording beside the feed: a slow or failing recorder costs memory, never ticks on the screen."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Mapping
from typing import Final

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.raw_layer.ticks.tick_sinks import TickSink

HELD_AT_MOST: Final = 200_000
"""Ticks held for a recorder that cannot keep up, 12 MB; beyond that the oldest are dropped and counted."""

_RETRY_SECONDS: Final = 1.0
_CLOSE_PATIENCE: Final = 3.0
_log = logging.getLogger(__name__)


class BackgroundSink:
    """A `TickSink` that hands batches to another one on a thread of its own.

    A batch that fails is kept and tried again; `write` raises OSError meanwhile, with the other sink's message, and the
    batch it was given is held all the same.

    Attributes:
        dropped: ticks lost because too many waited
    """

    def __init__(self, sink: TickSink, retry_seconds: float = _RETRY_SECONDS) -> None:
        self._sink = sink
        self._retry_seconds = retry_seconds
        self._changed = threading.Condition()
        self._held: deque[Mapping[str, Rows]] = deque()
        self._held_rows = 0
        self._error = ""
        self._closing = False
        self._thread: threading.Thread | None = None
        self.dropped = 0

    def write(self, batch: Mapping[str, Rows]) -> None:
        """Queue a batch; raises OSError while the other sink fails."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="tick-recorder", daemon=True)
                self._thread.start()
            self._held.append(batch)
            self._held_rows += _count(batch)
            self._shed()
            error = self._error
            self._changed.notify_all()
        if error:
            raise OSError(error)

    def close(self) -> None:
        """Write what waits, as far as that goes within three seconds, and close the other sink."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_CLOSE_PATIENCE)
        if self._held_rows:
            _log.warning("%d ticks could not be recorded before the end", self._held_rows)

    def _run(self) -> None:
        """Write batch after batch until closed; a failing one stays first in line."""
        while (batch := self._next()) is not None:
            error = self._attempt(batch)
            with self._changed:
                self._error = error
                if error and self._closing:
                    break
                if error:
                    self._changed.wait_for(lambda: self._closing, self._retry_seconds)
                elif self._held and self._held[0] is batch:
                    self._held_rows -= _count(self._held.popleft())
        self._sink.close()

    def _next(self) -> Mapping[str, Rows] | None:
        """Wait for a batch; None when closed and nothing waits."""
        with self._changed:
            self._changed.wait_for(lambda: self._held or self._closing)
            return self._held[0] if self._held else None

    def _attempt(self, batch: Mapping[str, Rows]) -> str:
        """Write a batch; return why it failed, empty when it did not."""
        try:
            self._sink.write(batch)
        except Exception as error:  # noqa: BLE001 - a plug-in's fault is held against it, not against the program
            return error_text(error)
        return ""

    def _shed(self) -> None:
        """Drop the oldest batches when too many ticks wait."""
        while self._held_rows > HELD_AT_MOST and len(self._held) > 1:
            count = _count(self._held.popleft())
            self._held_rows -= count
            self.dropped += count


def _count(batch: Mapping[str, Rows]) -> int:
    """Return how many ticks a batch has."""
    return sum(map(len, batch.values()))
