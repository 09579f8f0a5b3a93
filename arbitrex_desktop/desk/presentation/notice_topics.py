# SPDX-License-Identifier: MIT
"""What notices are about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

NoticeLevel = Literal["info", "warning", "error"]


class NoticeSubject(StrEnum):
    """What kind of thing a notice is about."""

    ALERT = "alert"
    CONNECTION = "connection"
    EXIT = "exit"
    EXIT_RULES = "exit rules"
    HALT = "halt"
    JOURNAL = "journal"
    JOURNAL_CHECK = "journal check"
    JOURNAL_RESERVE = "journal reserve"
    KILL_SWITCH = "kill switch"
    LATE = "late"
    LIMIT = "limit"
    MISSING = "missing"
    ORDER = "order"
    PAIR = "pair"
    POSITION = "position"
    REFUSED = "refused"
    SHARED_ACCOUNT = "shared account"
    STEP_FAILED = "failed"
    SYNC = "sync"
    UNJOURNALLED = "unjournalled"
    WAITING = "waiting"

    def of(self, name: object = "") -> NoticeTopic:
        """Return a topic of this kind."""
        return NoticeTopic(self, str(name))


@dataclass(frozen=True, slots=True)
class NoticeTopic:
    """What a notice is about; repeats of one topic are told once.

    Attributes:
        subject: the kind of thing.
        name: which one: a ticket, an intent, a source, a limit; empty where there is one.
    """

    subject: NoticeSubject
    name: str = ""

    def __str__(self) -> str:
        return f"{self.subject} {self.name}".rstrip()
