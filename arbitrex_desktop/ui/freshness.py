# SPDX-License-Identifier: MIT
"""How old what is on the screen is: the one place that decides when a number turns grey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.commands import Phase, Task, TraderCommand

QUOTE_STALE_S: Final = 30.0
"""Seconds after which a quote is grey even on a good connection."""

SYNC_STALE_S: Final = 5.0
"""Seconds after which the account is grey; it is synced about once a second."""

CORE_SILENT_S: Final = 3.0
"""Seconds without a snapshot, normally four a second, after which the core counts as silent."""

STARTING: Final = N_("The trading core is starting")
"""What stands where nothing is known yet."""

_SLOW_BY_NATURE: Final[dict[Task | None, str]] = {
    Phase.START: STARTING,
    Phase.CONNECT: N_("Connecting to the terminal"),
}


class NoCore(NamedTuple):
    """Why there is no core, empty when there is one or may still be; whether it is for want of an account."""

    reason: str = ""
    lacks_account: bool = False


_HAS_ONE: Final = NoCore()


@dataclass(frozen=True, slots=True)
class Freshness:
    """The age of one snapshot at one moment of the window's monotonic clock.

    The core's times are compared with the core's own clock, carried on by the monotonic seconds since its snapshot
    arrived, so that a computer clock that is set, or a simulated one, makes nothing look fresh or old.

    Attributes:
        snapshot: the newest, None before the first.
        received: when it came, seconds of the window's clock.
        monotonic: the present, seconds of the window's clock.
        task: what the worker is busy with, None when with nothing.
        busy_for: for how many seconds.
        busy_since: since when, UTC.
        no_core: why there is none at all.
    """

    snapshot: DeskSnapshot | None
    received: float
    monotonic: float
    task: Task | None = None
    busy_for: float = 0.0
    busy_since: datetime | None = None
    no_core: NoCore = _HAS_ONE

    @property
    def snapshot_age(self) -> float:
        """Seconds since the snapshot came."""
        return max(0.0, self.monotonic - self.received)

    @property
    def now(self) -> datetime | None:
        """The present on the core's clock."""
        if self.snapshot is None:
            return None
        return self.snapshot.taken_at + timedelta(seconds=self.snapshot_age)

    @property
    def market_now(self) -> datetime | None:
        """The present in market time, by which what was opened or placed has an age."""
        at = self.snapshot.pool.market_at if self.snapshot is not None else None
        return self.now if at is None else at + timedelta(seconds=self.snapshot_age)

    @property
    def currency(self) -> str:
        """The account's currency, empty before it is known."""
        return self.snapshot.account.currency if self.snapshot and self.snapshot.account else ""

    @property
    def core_silent(self) -> bool:
        """Whether the core has said nothing for too long."""
        return self.snapshot_age > CORE_SILENT_S

    @property
    def core_busy(self) -> bool:
        """Whether the worker has been at one thing for so long that a command would have to wait."""
        return self.task is not None and self.busy_for > CORE_SILENT_S

    @property
    def blocking_reason(self) -> str:
        """Say why commands wait and since when, in words that stay the same meanwhile; empty when none waits."""
        if self.lacks_account:
            return _("No account is chosen yet: Program, Accounts\N{HORIZONTAL ELLIPSIS}, a simulated one or your own")
        if self.broken:
            return _("The trading core could not be started: {broken}").format(broken=self.broken)
        if self.core_busy:
            since = formats.clock_time(self.busy_since)
            slow = _SLOW_BY_NATURE.get(self.task)
            activity = _(self.task.activity if isinstance(self.task, TraderCommand) else str(self.task))
            return (
                _("{slow} since {since}").format(slow=_(slow), since=since)
                if slow
                else _("The trading core is busy since {since} with: {activity}").format(since=since, activity=activity)
            )
        if self.core_silent:
            since = formats.clock_time(self.snapshot.taken_at) if self.snapshot else _("the start")
            return _("The trading core has not answered since {since}").format(since=since)
        return ""

    @property
    def broken(self) -> str:
        """Why there is no core, empty when there is one or may still be."""
        return self.no_core.reason

    @property
    def lacks_account(self) -> bool:
        """Whether there is no core since no account was chosen yet, which is no error."""
        return self.no_core.lacks_account

    @property
    def wants_account(self) -> bool:
        """Whether another account is the next step: there is no core, or its terminal was never reached."""
        pool = self.snapshot.pool if self.snapshot else None
        return bool(self.broken) or (pool is not None and pool.attempts > 1 and not pool.connections)

    @property
    def starting(self) -> bool:
        """Whether what takes long is the usual start."""
        return self.task in _SLOW_BY_NATURE and not self.broken

    @property
    def was_connected(self) -> bool:
        """Whether the last known state is CONNECTED, however long ago the core said so."""
        return self.snapshot is not None and self.snapshot.pool.state is ConnectionState.CONNECTED

    @property
    def connected(self) -> bool:
        """Whether the last known state is CONNECTED and the core still talks."""
        return self.was_connected and not self.core_silent

    @property
    def synced_at(self) -> datetime | None:
        """When the account was last synced, on the core's clock."""
        if self.snapshot is None:
            return None
        return formats.moment_of(self.snapshot.sync, "last_sync_at", "last_sync_time")

    @property
    def sync_age(self) -> float | None:
        """Seconds since the last sync, None before the first."""
        return self.seconds_since(self.synced_at)

    @property
    def account_fresh(self) -> bool:
        """Whether the account's numbers may be shown as present: connected, just read, and just synced by the RPM."""
        account = self.snapshot.account if self.snapshot else None
        ages = (self.sync_age, self.seconds_since(account.observed_at if account else None))
        return self.connected and all(age is not None and age <= SYNC_STALE_S for age in ages)

    def seconds_since(self, moment: datetime | None) -> float | None:
        """Return seconds from a moment to now on the core's clock, None when either is not known."""
        now = self.now
        return None if now is None or moment is None else (now - moment).total_seconds()


NOTHING_YET: Final = Freshness(None, 0.0, 0.0)
"""Before the core said anything."""
