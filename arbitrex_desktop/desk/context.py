# SPDX-License-Identifier: MIT
"""What all parts of the desk share, whichever account is connected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.background import AwaitedAnswers
from arbitrex_desktop.desk.errors import JournalError
from arbitrex_desktop.desk.gate import Gate
from arbitrex_desktop.desk.intents.events import Event, Intent
from arbitrex_desktop.desk.risk.risk_client import RiskClient
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader


class PostNotice(Protocol):
    """Posts a notice for the trader."""

    def __call__(self, level: str, topic: str, text: str, *, replace: bool = False, at: datetime | None = None) -> None:
        """`level` is info, warning or error; with `replace`, earlier ones of the topic go; `at`, not now but then."""


Announce = Callable[[Intent, Event], None]
"""Announces a journalled event of an intent, and the intent after it; may not block."""


@dataclass
class SyncAge:
    """When the RPM last synced well: monotonic seconds, None before the first time."""

    at: float | None = None


@dataclass(frozen=True, slots=True)
class DeskContext:
    """The desk's surroundings; every part is safe to use from any thread."""

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
