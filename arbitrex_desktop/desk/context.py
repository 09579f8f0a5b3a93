# SPDX-License-Identifier: MIT
"""What all parts of the desk share, whichever account is connected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.background import AwaitedAnswers
from arbitrex_desktop.desk.errors import CommandRefused, JournalError
from arbitrex_desktop.desk.gate import OTHER_ACCOUNT, Gate
from arbitrex_desktop.desk.intents.events import Event, Intent
from arbitrex_desktop.desk.presentation.notice_topics import NoticeLevel, NoticeTopic
from arbitrex_desktop.desk.risk.risk_client import RiskClient
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.mt5.commands import History
from arbitrex_desktop.mt5.results import AccountKey
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import AccountReading


class PostNotice(Protocol):
    """Posts a notice for the trader."""

    def __call__(
        self, level: NoticeLevel, topic: NoticeTopic, text: str, *, replace: bool = False, at: datetime | None = None
    ) -> None:
        """`level` is info, warning or error; with `replace`, earlier ones of the topic go; `at`, not now but then."""


Announce = Callable[[Intent, Event], None]
"""Announces a journalled event of an intent, and the intent after it; may not block."""


@dataclass
class SyncAge:
    """When the RPM last synced well: monotonic seconds, None before the first time."""

    at: float | None = None


@dataclass(frozen=True, slots=True)
class DeskContext:
    """The desk's surroundings; every part is safe to use from any thread.

    The pool may come to another account before the desk has followed: what its own journal is held against is read
    here, where no other account's books are given.
    """

    pool: PoolReader
    clock: Clock
    settings: DeskSettings
    gate: Gate
    risk: RiskClient
    post: PostNotice
    journal_failed: Callable[[JournalError], None] = lambda _error: None
    announce: Announce = lambda _intent, _event: None
    synced: SyncAge = field(default_factory=SyncAge)
    awaited: AwaitedAnswers = field(default_factory=AwaitedAnswers)

    def latest_account(self) -> AccountReading | None:
        """Return the newest reading of the account that the desk works on, None when there is none or another's."""
        reading = self.pool.latest_account()
        return reading if reading is not None and reading.account.key == self.gate.account else None

    def read_account(self) -> AccountReading:
        """Read that account afresh (asks); raise `CommandRefused` when another one is connected."""
        reading = self.pool.read_account()
        self._check(reading.account.key)
        return reading

    def read_history(self, since: datetime, until: datetime) -> History:
        """Read that account's orders and deals (asks); raise `CommandRefused` when another one is connected."""
        history = self.pool.read_history(since, until)
        self._check(history.account)
        return history

    def _check(self, account: AccountKey) -> None:
        """Raise `CommandRefused` for another account than the desk's."""
        if account != self.gate.account:
            raise CommandRefused(OTHER_ACCOUNT)
