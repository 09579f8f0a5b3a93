# SPDX-License-Identifier: MIT
"""Messages for the trader, kept until a window shows them."""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime
from threading import Lock
from typing import Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.presentation.notice_topics import NoticeLevel, NoticeTopic
from arbitrex_desktop.desk.presentation.snapshot import Notice
from arbitrex_desktop.visible import visible

KEPT: Final = 200
_TOPICS: Final = 5 * KEPT
_log: Final = logging.getLogger(__name__)


class NoticeBoard:
    """The latest messages.  Safe from any thread.

    What was said last is remembered of the topics that came up lately: each order that is filled is one of its own.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._notices: deque[Notice] = deque(maxlen=KEPT)
        self._last: dict[NoticeTopic, str] = {}

    def post(
        self,
        level: NoticeLevel,
        topic: NoticeTopic,
        text: str,
        *,
        replace: bool = False,
        at: datetime | None = None,
        reason: str = "",
    ) -> None:
        """Add a message, unless it is what was said last on its topic; with `replace`, earlier ones of it go.

        `at`, when it happened (UTC), if that was not now; `reason`, why, where that is told elsewhere too.
        """
        text = visible(text)
        with self._lock:
            known = self._last.pop(topic, None)
            self._last[topic] = text
            if known == text:
                return
            if len(self._last) > _TOPICS:
                del self._last[next(iter(self._last))]
            if replace:
                kept = [notice for notice in self._notices if notice.topic != topic]
                self._notices = deque(kept, maxlen=KEPT)
            self._notices.appendleft(Notice(at or self._clock.now(), level, topic, text, reason))
        _log.info("%s: %s", topic, text)

    def resolve(self, topic: NoticeTopic, text: str = "") -> None:
        """Say that a trouble has passed, if it was told."""
        with self._lock:
            if self._last.pop(topic, None) is not None and text:
                self._notices.appendleft(Notice(self._clock.now(), "info", topic, text))

    def newest(self) -> tuple[Notice, ...]:
        """Return the messages, newest first."""
        return tuple(sorted(self._notices.copy(), key=lambda notice: notice.at, reverse=True))
