# SPDX-License-Identifier: MIT
"""The gateway for strategies: a local channel, open to this user only, for intents in and decisions out.

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
from arbitrex_desktop.desk.gateway.endpoint import Endpoint, endpoint_address, prepare_endpoint, remove_endpoint
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
        self._endpoint: Endpoint | None = None
        self._threads: list[Thread] = []
        core.listen(self._post)

    def start(self) -> None:
        """Listen; raise `CommandRefused` when another desk does, OSError when it cannot be made."""
        if _other_desk_listens(self._data_dir):
            raise CommandRefused(
                "another window of this program uses this data folder, and takes the strategies' intents"
            )
        address, family = endpoint_address(self._data_dir)
        if family == "AF_UNIX":
            # What a killed desk left behind; nobody listens there.
            Path(address).unlink(missing_ok=True)
        self._endpoint = prepare_endpoint(self._data_dir)
        self._listener = Listener(self._endpoint.address, self._endpoint.family, backlog=MOST_CLIENTS)
        self._threads = [
            Thread(target=self._accept, args=(self._listener, self._endpoint), name="gateway-accept", daemon=True),
            Thread(target=self._watch, name="gateway-watch", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End listening and every connection; nothing is left running."""
        if self._listener is None or self._endpoint is None:
            return
        self._closing.set()
        # accept() has no deadline: one more client wakes it.
        with contextlib.suppress(OSError, EOFError):
            Client(self._endpoint.address, self._endpoint.family).close()
        self._threads[0].join(_JOIN_SECONDS)
        self._listener.close()
        for session in self._open_sessions():
            session.close()
            session.join(_JOIN_SECONDS)
        self._threads[1].join(_JOIN_SECONDS)
        remove_endpoint(self._data_dir)
        self._listener = None

    @property
    def name(self) -> str:
        """Return what the trader knows it by."""
        return "the strategies' channel"

    @property
    def clients(self) -> int:
        """Return how many connections are open."""
        return len(self._open_sessions())

    def _accept(self, listener: Listener, endpoint: Endpoint) -> None:
        """Take clients in; each proves itself on its own thread, so that none keeps the others waiting."""
        while not self._closing.is_set():
            try:
                connection = listener.accept()
            except (OSError, EOFError) as error:
                if not self._closing.is_set():
                    _log.warning("a client could not be taken in: %s", error)
                self._closing.wait(_TICK_SECONDS / 10.0)
                continue
            self._accept_client(connection, endpoint)

    def _accept_client(self, connection: Connection, endpoint: Endpoint) -> None:
        """Begin a session, if there is room."""
        if self._closing.is_set() or self.clients >= MOST_CLIENTS:
            if not self._closing.is_set():
                _log.warning("more than %d clients; one was sent away", MOST_CLIENTS)
            connection.close()
            return
        session = Session(connection, endpoint.token, self._core, self._clock, self._bucket)
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

    def _post(self, intent: Intent, event: Event) -> None:
        """Pass news of an intent on to the sessions of its strategy."""
        for session in self._open_sessions():
            session.offer(intent, event)

    def _bucket(self, strategy: str) -> TokenBucket:
        """Return a strategy's bucket, made when it first comes; names are few, and forgotten when they are many."""
        with self._lock:
            if len(self._buckets) > 10 * MOST_CLIENTS:
                self._buckets.clear()
            return self._buckets.setdefault(strategy, TokenBucket(self._clock, *self._rate))


def _other_desk_listens(data_dir: Path) -> bool:
    """Return whether another desk listens for this data folder."""
    if not (data_dir / "gateway" / "door.json").is_file():
        return False
    try:
        Client(*endpoint_address(data_dir)).close()
    except (OSError, EOFError, ValueError):
        return False
    return True
