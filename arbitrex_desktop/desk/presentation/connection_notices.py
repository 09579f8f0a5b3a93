# SPDX-License-Identifier: MIT
"""Telling the trader when the connection is lost, why, and for how long it was gone."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.presentation.notice_topics import NoticeLevel, NoticeSubject
from arbitrex_desktop.desk.presentation.notices import NoticeBoard
from arbitrex_desktop.raw_layer.events import PoolEvent, StateChanged
from arbitrex_desktop.raw_layer.views import ConnectionState

TOPIC: Final = NoticeSubject.CONNECTION.of()
OCCUPIED: Final = "another window of this program uses this data folder"
_LOCKED: Final = "is locked"
_LEVELS: Final[dict[ConnectionState, NoticeLevel]] = {
    ConnectionState.STALE: "warning",
    ConnectionState.UNRESPONSIVE: "error",
    ConnectionState.LOST: "error",
    ConnectionState.WRONG_ACCOUNT: "error",
    ConnectionState.DISCONNECTED: "error",
}


class ConnectionNews:
    """Listens to the pool, on whichever of its threads; failed attempts for the same reason are told once.

    Attributes:
        problem: why nothing can be sent as long as another window has the simulated broker's books open, empty when
            none has
    """

    def __init__(self, notices: NoticeBoard, clock: Clock) -> None:
        self._notices = notices
        self._clock = clock
        self._gone_since: float | None = None
        self._first = ""
        self.problem = ""

    def take(self, event: PoolEvent) -> None:
        """Tell of an event of the pool, if the trader has to know."""
        if not isinstance(event, StateChanged):
            return
        if event.after in _LEVELS:
            self._went(event)
        elif event.after is ConnectionState.CONNECTED:
            self._came(event)

    def _went(self, event: StateChanged) -> None:
        """Tell that there is no connection."""
        message = f"{event.after}: {event.reason}" if event.reason else str(event.after)
        if self._gone_since is None:
            self._gone_since, self._first = self._clock.monotonic(), message
        if _LOCKED in event.reason:
            self.problem = OCCUPIED
        self._notices.post(_LEVELS[event.after], TOPIC, message)

    def _came(self, event: StateChanged) -> None:
        """Tell that the connection is back, what was wrong, and how long it took."""
        self.problem = ""
        if self._gone_since is None:
            return
        seconds = self._clock.monotonic() - self._gone_since
        self._gone_since = None
        self._notices.resolve(
            TOPIC, f"CONNECTED again after {_format_duration(seconds)} ({self._first}); {event.reason}"
        )


def _format_duration(seconds: float) -> str:
    """Return a length of time as people say it."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"  # noqa: PLR2004 - a minute
