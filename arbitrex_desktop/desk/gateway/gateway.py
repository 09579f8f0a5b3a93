# SPDX-License-Identifier: MIT
"""The gateway for strategies: a local channel, open to this user only, for intents in and decisions out.

A Unix-domain socket in a private folder, on Windows a named pipe; both sides prove that they know the token of a
user-only file before anything is said; messages are JSON of limited length, never pickles.
"""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from threading import Event as Flag
from threading import Lock, Thread
from typing import Final, Protocol

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.gateway.endpoint import Endpoint, endpoint_address, prepare_endpoint, remove_endpoint
from arbitrex_desktop.desk.gateway.lanes import Lane, Lanes
from arbitrex_desktop.desk.gateway.messages import ProtocolError
from arbitrex_desktop.desk.gateway.session import GatewayCore, Session
from arbitrex_desktop.desk.gateway.sparse_log import SparseLog
from arbitrex_desktop.desk.gateway.strategies import StrategyRegister
from arbitrex_desktop.desk.intents.events import Event, Intent

_log: Final = logging.getLogger("arbitrex_desktop.gateway")
MOST_CLIENTS: Final = 16
"""Connections of all programs that are not registered, together."""
MOST_OF_A_STRATEGY: Final = 4
"""Connections of a registered strategy."""
MOST_UNPROVEN: Final = 128
"""Connections that have not said who they are."""
_LEAST_STAY_SECONDS: Final = 0.25
"""So long each of them has to do so, however many come: an honest one needs a few milliseconds, on a busy computer a
tenth of a second.  The next is taken in no sooner, which spares the desk the work of a flood, too."""
_BACKLOG: Final = 128
"""Connections that the system keeps until they are taken in; a client that finds no place there is turned away."""
_ADMISSION_SECONDS: Final = 5.0
_FAIR_STAY_SECONDS: Final = 10.0
"""So long a program that is not registered keeps its place at least, when others wait for one."""
_JOIN_SECONDS: Final = 2.0
_TICK_SECONDS: Final = 0.5
_IDLE_SECONDS: Final = 2.0
"""As long as nobody is connected; who comes meanwhile is looked at as much later."""
_LOOK_SECONDS: Final = 0.01


class ListenedCore(GatewayCore, Protocol):
    """A core that tells of every event of an intent."""

    def listen(self, listener: Callable[[Intent, Event], None]) -> None:
        """Call back with each journalled event; from any thread, and the callback may not block."""


class Gateway:
    """Listens while it is started.

    `intents_a_second` and `burst` limit each sender, `max_pending` how many intents of all may wait; `came` is called
    with each new connection, on a thread of the gateway.
    """

    def __init__(
        self,
        core: ListenedCore,
        data_dir: Path,
        clock: Clock,
        *,
        intents_a_second: float = 5.0,
        burst: float = 20.0,
        max_pending: int = 200,
        came: Callable[[], None] = lambda: None,
    ) -> None:
        self._core = core
        self._came = came
        self._data_dir = data_dir
        self._clock = clock
        register = StrategyRegister(data_dir)
        self._lanes = Lanes(clock, register, intents_a_second=intents_a_second, burst=burst, max_pending=max_pending)
        self._sessions: list[Session] = []
        self._sparse = SparseLog(_log, clock)
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
        try:
            self._endpoint = prepare_endpoint(self._data_dir)
            self._listener = Listener(self._endpoint.address, self._endpoint.family, backlog=_BACKLOG)
        except OSError:
            # An old address and token would send the strategies to nobody.
            remove_endpoint(self._data_dir)
            raise
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
        # Beside: in a flood it may find no place, and wait for one until nobody listens any more.
        Thread(target=self._wake, args=(self._endpoint,), name="gateway-wake", daemon=True).start()
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

    @staticmethod
    def _wake(endpoint: Endpoint) -> None:
        """Wake `accept`, which has no deadline, by one more client."""
        with contextlib.suppress(OSError, EOFError):
            Client(endpoint.address, endpoint.family).close()

    def _accept(self, listener: Listener, endpoint: Endpoint) -> None:
        """Take clients in; each proves itself on its own thread, so that none keeps the others waiting."""
        while not self._closing.is_set():
            try:
                connection = listener.accept()
            except (OSError, EOFError) as error:
                if not self._closing.is_set():
                    self._sparse.warning("a client could not be taken in: %s", error)
                self._closing.wait(_TICK_SECONDS / 10.0)
                continue
            self._accept_client(connection, endpoint)

    def _accept_client(self, connection: Connection, endpoint: Endpoint) -> None:
        """Begin a session; of too many that have not said who they are, one has to leave.

        Who only holds a place is the one to lose it: the one that came first, of the process that has most of them.
        """
        self._make_room()
        if self._closing.is_set():
            connection.close()
            return
        session = Session(connection, endpoint.token, self._core, self._clock, self._welcome, sparse=self._sparse)
        with self._lock:
            # At one stroke: who looks in between would take it for one that has ended, and forget it.
            session.start()
            self._sessions.append(session)
        self._came()

    def _make_room(self) -> None:
        """See to it that one more may come in; wait until somebody has gone, or had the time to say who it is."""
        looks = round(_LEAST_STAY_SECONDS / _LOOK_SECONDS)
        while (first := self._first_to_leave()) is not None:
            stayed, looks = self._clock.monotonic() - first.since, looks - 1
            if looks < 0 or stayed >= _LEAST_STAY_SECONDS or self._closing.wait(_LOOK_SECONDS):
                first.close()
                self._sparse.warning(
                    "too many clients have not said who they are; one of process %d was sent away", first.process
                )
                return

    def _first_to_leave(self) -> Session | None:
        """Return who loses a place to one more that has not said who it is; None while there is room."""
        unproven = [each for each in self._open_sessions() if each.lane is None and not each.leaving]
        if len(unproven) < MOST_UNPROVEN:
            return None
        (process, _), *_ = Counter(each.process for each in unproven).most_common(1)
        return next(each for each in unproven if each.process == process)

    def _watch(self) -> None:
        """Send away who does not say in time who it is, and who was revoked; let go, and forget, who left."""
        while not self._closing.wait(_TICK_SECONDS if self._sessions else _IDLE_SECONDS):
            for session in self._open_sessions():
                if session.leaving:
                    # What a client does not read it is not told any more.
                    session.close()
                elif session.lane is None and self._clock.monotonic() - session.since > _ADMISSION_SECONDS:
                    self._sparse.warning("a client did not prove itself in time and was sent away")
                    session.close()
                elif session.lane is not None and self._lanes.revoked(session.lane):
                    _log.warning("strategy %r was revoked; its connection is closed", session.strategy)
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

    def _welcome(self, session: Session, name: str, token: str) -> Lane:
        """Return the lane of who says hello, if there is room for it; raise `ProtocolError` if there is not."""
        lane = self._lanes.lane(name, token, session.process)
        same_kind = [
            each
            for each in self._open_sessions()
            if each is not session
            and each.lane is not None
            and not each.leaving
            and (each.lane is lane if lane.registered else each.lane.registered is None)
        ]
        most = MOST_OF_A_STRATEGY if lane.registered else MOST_CLIENTS
        if len(same_kind) < most:
            return lane
        if lane.registered:
            raise ProtocolError("TOO_MANY_CLIENTS", f"{most} connections are open already")
        self._give_way(same_kind, session.process).close()
        return lane

    def _give_way(self, unregistered: list[Session], process: int) -> Session:
        """Return which program that is not registered leaves its place to another; raise `ProtocolError` for none.

        One that holds several, to one that has fewer; where each has one, the one that came first, to one that has
        none.  So many programs that hold all places keep nobody out for long, and who they are does not matter.
        """
        held = Counter(each.process for each in unregistered)
        most, places = held.most_common(1)[0]
        if places > held[process] + 1:
            return next(each for each in unregistered if each.process == most)
        full = f"{len(unregistered)} connections of programs that are not registered are open already"
        first = min(unregistered, key=lambda each: each.since)
        wait = first.since + _FAIR_STAY_SECONDS - self._clock.monotonic()
        if held[process]:
            raise ProtocolError("TOO_MANY_CLIENTS", full)
        if wait > 0.0:
            way = "a registered strategy has places of its own"
            raise ProtocolError("TOO_MANY_CLIENTS", f"{full}; one has to leave in {wait:.0f} s, and {way}")
        self._sparse.warning("%s; strategy %r, which came first, had to leave one", full, first.strategy)
        return first


def _other_desk_listens(data_dir: Path) -> bool:
    """Return whether another desk listens for this data folder."""
    if not (data_dir / "gateway" / "door.json").is_file():
        return False
    try:
        Client(*endpoint_address(data_dir)).close()
    except (OSError, EOFError, ValueError):
        return False
    return True
