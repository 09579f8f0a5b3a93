# SPDX-License-Identifier: MIT
"""The gate that every order passes last: HALT, and the arming of LIVE accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.halt import TradingHalt
from arbitrex_desktop.mt5.results import AccountKey
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import AccountMode
from arbitrex_desktop.risk_portfolio_manager.portfolio.activity import Minute

LIMITS = "limits"
"""Who acts in the journal when a limit does; the settings have authorised its exits."""
OTHER_ACCOUNT = "another account is connected than the one this desk works on; one moment"
NOT_ARMED = "nothing is sent on LIVE accounts yet: arming comes first (type the account's login to arm)"


@dataclass(frozen=True, slots=True)
class Arming:
    """A LIVE account made ready to send.

    Attributes:
        login, server: the armed account
        connection: number of the pool's connection that it holds for
        until: monotonic seconds
        until_utc: the same moment for people
    """

    login: int
    server: str
    connection: int
    until: float
    until_utc: datetime


class Gate:
    """Says whether an order may leave.  Safe from any thread; `disarm` waits for nothing at all.

    Attributes:
        halt: whether trading is halted.
        account: server and login that the desk works on: an order leaves for no other.
        journal: says why the journal lets nothing that adds risk leave, empty when it does; may be asked by any thread.
    """

    def __init__(self, pool: PoolReader, clock: Clock, halt: TradingHalt, most_messages: int = 0) -> None:
        self._pool = pool
        self._clock = clock
        self.halt = halt
        self._lock = Lock()
        self.account: AccountKey | None = None
        self.journal: Callable[[], str] = str
        self._arming: Arming | None = None
        self._most_messages = most_messages
        self._messages = Minute()

    def check(self, *, reducing: bool = False, actor: str = "") -> None:
        """Raise `CommandRefused` unless an order may leave at this moment; exits of the limits need no arming."""
        blocker = self.blocker(reducing=reducing, authorised=actor == LIMITS)
        if blocker:
            raise CommandRefused(blocker)
        stats = self._pool.stats()
        if self.account is None or (stats.server, stats.login) != self.account:
            raise CommandRefused(OTHER_ACCOUNT)

    def leave(self, *, reducing: bool = False, actor: str = "") -> None:
        """Count a message that leaves now; raise `CommandRefused` when it may not.  Exits are counted, too."""
        self.check(reducing=reducing, actor=actor)
        self._messages.add(self._clock.monotonic())

    def blocker(self, *, reducing: bool = False, authorised: bool = False) -> str:
        """Return why an order may not leave now, empty when it may; unknown modes count as LIVE."""
        halted = self.halt.reason
        if halted is not None and not reducing:
            return f"trading is halted: {halted}"
        unwritten = "" if reducing else self.journal()
        if unwritten:
            return unwritten
        most, sent = self._most_messages, self._messages.count(self._clock.monotonic())
        if most and not reducing and sent >= most:
            return f"{sent} messages were sent to the broker within a minute: only exits leave for now"
        if self._pool.mode in (AccountMode.SIMULATED, AccountMode.DEMO) or (authorised and reducing):
            return ""
        return "" if self.armed() is not None else NOT_ARMED

    def arm(self, typed_login: str, seconds: float) -> Arming:
        """Arm the connected LIVE account for a time, if the login typed is its own; raise `CommandRefused` if not."""
        stats = self._pool.stats()
        if stats.mode is not AccountMode.LIVE or not self._pool.is_connected():
            raise CommandRefused("only a connected LIVE account is armed; others need none")
        if stats.login is None or typed_login.strip() != str(stats.login):
            raise CommandRefused("the login typed is not the connected account's; nothing was armed")
        until = self._clock.monotonic() + seconds
        until_utc = self._clock.now() + timedelta(seconds=seconds)
        arming = Arming(stats.login, stats.server, stats.connections, until, until_utc)
        with self._lock:
            self._arming = arming
        return arming

    def disarm(self) -> None:
        """End the arming at once."""
        self._arming = None

    def armed(self) -> Arming | None:
        """Return the arming that holds now; it lapses with time, on reconnect and on another account."""
        arming = self._arming
        if arming is None:
            return None
        stats = self._pool.stats()
        same = (stats.login, stats.server, stats.connections) == (arming.login, arming.server, arming.connection)
        # A computer that slept counts no monotonic seconds.
        over = self._clock.monotonic() >= arming.until or self._clock.now() >= arming.until_utc
        if not same or stats.mode is not AccountMode.LIVE or over:
            self._lapse(arming)
        # What was withdrawn while the figures were read no longer holds.
        return arming if self._arming is arming else None

    @property
    def armed_until(self) -> datetime | None:
        """Until when the account is armed, UTC; None while it is not."""
        arming = self.armed()
        return None if arming is None else arming.until_utc

    def _lapse(self, arming: Arming) -> None:
        """End an arming, unless the trader has armed anew meanwhile."""
        with self._lock:
            if self._arming is arming:
                self._arming = None
