# SPDX-License-Identifier: MIT
"""Where good ticks go besides the screen: recorders and streams."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Protocol

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.mt5.module import Rows

_log = logging.getLogger(__name__)


class TickSink(Protocol):
    """Takes the good ticks as they come, to record or to stream them; called on the pool's thread."""

    def write(self, batch: Mapping[str, Rows]) -> None:
        """Take the ticks of one poll by symbol, oldest first, dtype `TICK_DTYPE`, server clock.

        Raises OSError when it cannot; the pool reports that and goes on.
        """

    def close(self) -> None:
        """Let go of files and connections; called once, after the last tick."""


class TickSinks:
    """All sinks of a pool; one that fails harms neither the others nor the ticks on the screen.

    Attributes:
        error: why recording fails, empty while it does not
    """

    def __init__(self, sinks: Iterable[TickSink]) -> None:
        self._sinks = tuple(sinks)
        self.error = ""

    def write(self, batch: Mapping[str, Rows]) -> None:
        """Hand a batch to every sink."""
        errors = [self._guard(partial(sink.write, batch)) for sink in self._sinks]
        self.error = next(filter(None, errors), "")

    def close(self) -> None:
        """Close every sink."""
        for sink in self._sinks:
            self._guard(sink.close)

    def _guard(self, action: Callable[[], None]) -> str:
        """Run a sink's method; return its failure as a message, empty when it succeeded."""
        try:
            action()
        except Exception as error:  # noqa: BLE001 - a recorder, ours or a plug-in's, must not stop the ticks
            if not self.error:
                _log.warning("ticks cannot be recorded: %s", error)
            return f"ticks cannot be recorded: {error_text(error)}"
        return ""
