# SPDX-License-Identifier: MIT
"""The door for strategies: a local channel, open to this user only, for intents in and decisions out.

A Unix-domain socket in a private folder, on Windows a named pipe; both sides prove that they know the token of a
user-only file before anything is said; messages are JSON of limited length, never pickles.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from threading import Event as Flag
from threading import Lock, Thread
from typing import Final, Protocol

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.gateway.endpoint import Endpoint, door_address, prepare_door, remove_door
from arbitrex_desktop.desk.gateway.rate_limit import TokenBucket
from arbitrex_desktop.desk.gateway.session import GatewayCore, Session
from arbitrex_desktop.desk.intents.events import Event, Intent

_log: Final = logging.getLogger("arbitrex_desktop.gateway")
MOST_CLIENTS: Final = 16
_ADMISSION_SECONDS: Final = 5.0
_JOIN_SECONDS: Final = 2.0
_TICK_SECONDS: Final = 0.5


class ListenedCore(GatewayCore, Protocol):
    """A core that tells of every event of an intent."""

    def listen(self, listener: Callable[[Intent, Event], None]) -> None:
        """Call back with each journalled event; from any thread, and the callback may not block."""


class Gateway:
    """Listens while it is started.  `intents_a_second` and `burst` limit each strategy."""

    def __init__(
        self, core: ListenedCore, data_dir: Path, clock: Clock, *, intents_a_second: float = 5.0, burst: float = 20.0
    ) -> None:
        self._core = core
        self._data_dir = data_dir
        self._clock = clock
        self._rate = (intents_a_second, burst)
        self._buckets: dict[str, TokenBucket] = {}
        self._sessions: list[Session] = []
        self._lock = Lock()
        self._closing = Flag()
        self._listener: Listener | None = None
        self._door: Endpoint | None = None
        self._threads: list[Thread] = []
        core.listen(self._tell)

    def start(self) -> None:
        """Open the door; raise `CommandRefused` when another desk holds it, OSError when it cannot be made."""
        if _somebody_listens(self._data_dir):
            raise CommandRefused(
                "another window of this program uses this data folder, and takes the strategies' intents"
            )
        address, family = door_address(self._data_dir)
        if family == "AF_UNIX":
            # What a killed desk left behind; nobody listens there.
            Path(address).unlink(missing_ok=True)
        self._door = prepare_door(self._data_dir)
        self._listener = Listener(self._door.address, self._door.family, backlog=MOST_CLIENTS)
        self._threads = [
            Thread(target=self._accept, args=(self._listener, self._door), name="gateway-accept", daemon=True),
            Thread(target=self._watch, name="gateway-watch", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Close the door and every connection; nothing is left running."""
        if self._listener is None or self._door is None:
            return
        self._closing.set()
        # accept() has no deadline: one more visitor wakes it.
        with contextlib.suppress(OSError, EOFError):
            Client(self._door.address, self._door.family).close()
        self._threads[0].join(_JOIN_SECONDS)
        self._listener.close()
        for session in self._open_sessions():
            session.close()
            session.join(_JOIN_SECONDS)
        self._threads[1].join(_JOIN_SECONDS)
        remove_door(self._data_dir)
        self._listener = None

    @property
    def clients(self) -> int:
        """Return how many connections are open."""
        return len(self._open_sessions())

    def _accept(self, listener: Listener, door: Endpoint) -> None:
        """Take visitors in; each proves itself on its own thread, so that none keeps the others waiting."""
        while not self._closing.is_set():
            try:
                connection = listener.accept()
            except (OSError, EOFError) as error:
                if not self._closing.is_set():
                    _log.warning("a client could not be taken in: %s", error)
                self._closing.wait(_TICK_SECONDS / 10.0)
                continue
            self._admit(connection, door)

    def _admit(self, connection: Connection, door: Endpoint) -> None:
        """Begin a session, if there is room."""
        if self._closing.is_set() or self.clients >= MOST_CLIENTS:
            if not self._closing.is_set():
                _log.warning("more than %d clients; one was sent away", MOST_CLIENTS)
            connection.close()
            return
        session = Session(connection, door.token, self._core, self._clock, self._bucket)
        with self._lock:
            self._sessions.append(session)
        session.start()

    def _watch(self) -> None:
        """Send away who does not prove itself in time, and forget who left."""
        while not self._closing.wait(_TICK_SECONDS):
            for session in self._open_sessions():
                if not session.admitted and self._clock.monotonic() - session.since > _ADMISSION_SECONDS:
                    _log.warning("a client did not prove itself in time and was sent away")
                    session.close()

    def _open_sessions(self) -> tuple[Session, ...]:
        """Return the sessions that are alive, and forget the others."""
        with self._lock:
            self._sessions = [session for session in self._sessions if session.alive]
            return tuple(self._sessions)

    def _tell(self, intent: Intent, event: Event) -> None:
        """Pass news of an intent on to the sessions of its strategy."""
        for session in self._open_sessions():
            session.offer(intent, event)

    def _bucket(self, strategy: str) -> TokenBucket:
        """Return a strategy's bucket, made when it first comes; names are few, and forgotten when they are many."""
        with self._lock:
            if len(self._buckets) > 10 * MOST_CLIENTS:
                self._buckets.clear()
            return self._buckets.setdefault(strategy, TokenBucket(self._clock, *self._rate))


def _somebody_listens(data_dir: Path) -> bool:
    """Tell whether another desk's door of this data folder is open."""
    if not (data_dir / "gateway" / "door.json").is_file():
        return False
    try:
        Client(*door_address(data_dir)).close()
    except (OSError, EOFError, ValueError):
        return False
    return True
