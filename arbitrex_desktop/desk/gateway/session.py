# SPDX-License-Identifier: MIT
"""One strategy's connection: it is let in, heard, answered, and never waited for."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Callable
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge
from multiprocessing.context import AuthenticationError
from queue import Full, Queue
from threading import Event as Flag
from threading import Thread
from typing import Final, Protocol

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.background import AwaitedAnswers
from arbitrex_desktop.desk.errors import DeskError, ExitSent, UnknownIntent
from arbitrex_desktop.desk.gateway.lanes import Lane
from arbitrex_desktop.desk.gateway.messages import (
    MOST_BYTES,
    RESERVED_NAMES,
    Cancel,
    ClientHello,
    ProtocolError,
    Request,
    Submit,
    decision,
    decode,
    error_message,
    event_message,
    hello_message,
)
from arbitrex_desktop.desk.gateway.peer import peer_process
from arbitrex_desktop.desk.gateway.rate_limit import TokenBucket
from arbitrex_desktop.desk.gateway.sparse_log import SparseLog
from arbitrex_desktop.desk.intent_queue.shares import PendingShare
from arbitrex_desktop.desk.intents.events import Event, Intent
from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState

_log: Final = logging.getLogger("arbitrex_desktop.gateway")
_QUEUE: Final = 512
_UNREGISTERED_MESSAGES: Final = 100.0
_TRIES: Final = 3
_LOGGED_MISTAKES: Final = 100
_MOST_THROWN_AWAY: Final = 1_048_576
_CLOSE: Final = b""
_CLOCK_SLACK: Final = 2.0
"""Seconds by which a message may seem to be sent after it came: clocks are read one after the other."""


class GatewayCore(Protocol):
    """What the gateway needs of the core; safe from any thread."""

    awaited: AwaitedAnswers
    """The answers that the trader waits for: they go first."""

    def submit(self, request: IntentRequest, shares: tuple[PendingShare, ...] = ()) -> str:
        """Judge and queue an intent, if there is room in the shares of who sends it; return its id."""

    def intent(self, intent_id: str) -> Intent:
        """Return an intent; raise `UnknownIntent`."""

    def broker_symbol(self, name: str) -> str:
        """Return the broker's symbol that a plain name means; the name as it is where it means none or several."""

    def cancel(self, intent_id: str, actor: str) -> None:
        """Take a pending intent back, or cancel its order while that rests."""


class Session:
    """A connection with a reading thread of its own and, once it has proven itself, a writing one.

    `welcome` gives the lane of who says hello, by name, token and process, shared by all its connections, or raises
    `ProtocolError`; `sparse` takes the warnings of those who are not in.  `offer` may be called from any thread and
    never blocks: a client that does not read its events is dropped when its queue is full.

    Attributes:
        strategy: the name it said hello with, empty before
        lane: what it may use, None before its hello
        process: the other end's process id, 0 when not known
        since: when it came, monotonic seconds
    """

    def __init__(
        self,
        connection: Connection,
        token: bytes,
        core: GatewayCore,
        clock: Clock,
        welcome: Callable[[Session, str, str], Lane],
        *,
        sparse: SparseLog,
    ) -> None:
        self.strategy = ""
        self.lane: Lane | None = None
        self.process = peer_process(connection)
        self.since = clock.monotonic()
        self._connection = connection
        self._token = token
        self._core = core
        self._clock = clock
        self._welcome = welcome
        self._sparse = sparse
        self._messages = TokenBucket(clock, _UNREGISTERED_MESSAGES, _UNREGISTERED_MESSAGES)
        self._mistakes = 0
        self._closing = Flag()
        self._out: Queue[bytes] = Queue(_QUEUE)
        self._threads = (
            Thread(target=self._read, name="gateway-read", daemon=True),
            Thread(target=self._write, name="gateway-write", daemon=True),
        )

    def start(self) -> None:
        """Begin."""
        self._threads[0].start()

    @property
    def alive(self) -> bool:
        """Return whether a thread of it runs still."""
        return any(thread.is_alive() for thread in self._threads)

    @property
    def leaving(self) -> bool:
        """Return whether it was told to end, or is ending."""
        return self._closing.is_set()

    def offer(self, intent: Intent, event: Event) -> None:
        """Queue news of an intent, if it is the strategy's own."""
        if self.strategy and intent.request.source == self.strategy:
            self._say(event_message(intent, event))

    def close(self) -> None:
        """End the connection at once; its threads wake and leave."""
        self._closing.set()
        with contextlib.suppress(Full):
            self._out.put_nowait(_CLOSE)
        _shut_connection(self._connection)

    def join(self, seconds: float) -> None:
        """Wait for the threads, so long at most for each."""
        for thread in self._threads:
            if thread.is_alive():
                thread.join(seconds)

    def _read(self) -> None:
        """Let the client in, then hear it until it leaves."""
        try:
            deliver_challenge(self._connection, self._token)
            answer_challenge(self._connection, self._token)
            self._threads[1].start()
            while not self._closing.is_set():
                self._hear()
        except AuthenticationError as error:
            self._sparse.warning("a client could not prove that it may come in: %s", error)
        except (EOFError, OSError, ValueError) as error:
            if not self._closing.is_set() and not isinstance(error, EOFError):
                self._sparse.warning("the connection of %s broke: %s", self._name, error)
        finally:
            self._closing.set()
            if self._threads[1].is_alive():
                with contextlib.suppress(Full):
                    self._out.put_nowait(_CLOSE)
            else:
                self._connection.close()

    def _hear(self) -> None:
        """Take one message in and answer it; wait a little when they come too thick."""
        data = self._receive()
        try:
            self._answer(decode(data))
        except ProtocolError as error:
            self._complain(0, error.code, str(error))
        bucket = self.lane.messages if self.lane is not None else self._messages
        # Whoever shares the bucket may have been quicker; a clock that stands still holds nobody for ever.
        for _ in range(_TRIES):
            pause = bucket.take()
            if pause == 0.0 or self._closing.wait(pause):
                return

    def _receive(self) -> bytes:
        """Read one message; one that is longer than what we would even throw away ends the connection."""
        try:
            return self._connection.recv_bytes(_MOST_THROWN_AWAY)
        except OSError as error:
            if "bad message length" in str(error):
                self._complain(0, "OVERSIZED", f"a message may have {MOST_BYTES} bytes at most; goodbye")
            raise

    def _answer(self, request: Request) -> None:
        """Do what a message asks, and say what came of it."""
        try:
            self._say(self._act(request))
        except ProtocolError as error:
            self._complain(request.number, error.code, str(error))
        except UnknownIntent as error:
            self._complain(request.number, "UNKNOWN_INTENT", str(error))
        except ExitSent as error:
            self._complain(request.number, "CLOSED", str(error))
        except DeskError as error:
            self._complain(request.number, "REFUSED", str(error))

    def _act(self, request: Request) -> bytes:
        """Carry out one message and return its answer."""
        if isinstance(request, ClientHello):
            return self._greet(request)
        if not self.strategy:
            raise ProtocolError("NO_HELLO", "the first message has to be a hello with the strategy's name")
        if isinstance(request, Submit):
            return decision(request.number, self._submit(request))
        if isinstance(request, Cancel):
            self._core.cancel(self._own(request.intent_id).intent_id, self.strategy)
        return decision(request.number, self._own(request.intent_id))

    def _greet(self, hello: ClientHello) -> bytes:
        """Learn the strategy's name."""
        if hello.strategy.lower() in RESERVED_NAMES:
            raise ProtocolError("RESERVED_NAME", f"{hello.strategy!r} is a name that the desk keeps for itself")
        if self.strategy and hello.strategy != self.strategy:
            raise ProtocolError("ALREADY_NAMED", f"this connection is {self.strategy!r} already")
        self.lane = self._welcome(self, hello.strategy, hello.token)
        self.strategy = hello.strategy
        return hello_message(hello.number)

    def _submit(self, submit: Submit) -> Intent:
        """Hand an intent to the desk, if it comes neither too fast nor too late."""
        lane = self.lane
        if lane is None:
            raise ProtocolError("NO_HELLO", "the first message has to be a hello with the strategy's name")
        lane.take_intent()
        if submit.direction == 0:
            raise ProtocolError("MALFORMED", "direction must be 1 or -1 - at `$.direction`")
        life = submit.time_to_live - self._age(submit)
        if life <= 0.0:
            raise ProtocolError("TOO_LATE", "the intent was older than its time to live when it came in")
        request = IntentRequest(
            symbol=submit.symbol,
            direction=submit.direction,
            confidence_score=submit.confidence_score,
            regime=submit.regime,
            vol_percentile=submit.vol_percentile,
            atr=submit.atr,
            stop_loss=submit.stop_loss,
            take_profit=submit.take_profit,
            requested_volume=submit.requested_volume,
            source=self.strategy,
            time_to_live=life,
            client_id=submit.client_id,
            order_kind=submit.order_kind,
            order_price=submit.order_price,
            good_for=submit.good_for,
            good_until=submit.good_until,
            oco_with=submit.oco_with,
            reduce_only=submit.reduce_only,
            position_ticket=submit.position_ticket,
        )
        allowed = lane.allowed(request, self._core.broker_symbol)
        with lane.turn:
            self._core.awaited.give_way()
            intent = self._core.intent(self._core.submit(allowed, lane.shares))
        if intent.state is IntentState.REJECTED:
            lane.note_refusal()
        return intent

    def _age(self, submit: Submit) -> float:
        """Return how many seconds ago an intent was sent, 0 when it does not say; the future is refused."""
        if submit.sent_at is None:
            return 0.0
        if submit.sent_at.tzinfo is None:
            raise ProtocolError("MALFORMED", "sent_at has no time zone - at `$.sent_at`")
        age = (self._clock.now() - submit.sent_at).total_seconds()
        if age < -_CLOCK_SLACK:
            raise ProtocolError("FROM_THE_FUTURE", f"sent_at lies {-age:.0f} s ahead of the desk's clock")
        return max(0.0, age)

    def _own(self, intent_id: str) -> Intent:
        """Return an intent of the strategy; another's is as good as none."""
        intent = self._core.intent(intent_id)
        if intent.request.source != self.strategy:
            raise UnknownIntent(f"there is no intent {intent_id} of this strategy")
        return intent

    def _complain(self, number: int, code: str, message: str) -> None:
        """Answer with an error and leave a line in the log; beyond a hundred the log is spared."""
        self._mistakes += 1
        level = logging.WARNING if self._mistakes <= _LOGGED_MISTAKES else logging.DEBUG
        _log.log(level, "%s: %s: %s", self._name, code, message)
        self._say(error_message(number, code, message))

    def _say(self, message: bytes) -> None:
        """Queue a message; a client whose queue is full does not read, and is dropped."""
        try:
            self._out.put_nowait(message)
        except Full:
            if not self._closing.is_set():
                _log.warning("%s does not read what it is told; its connection is closed", self._name)
                self.close()

    def _write(self) -> None:
        """Send what is queued, until the end."""
        with contextlib.suppress(OSError, ValueError):
            while True:
                message = self._out.get()
                if message == _CLOSE:
                    break
                self._connection.send_bytes(message)
        self._closing.set()
        _shut_connection(self._connection)
        # The reader may be inside the handle still; it is closed by the last one that leaves.
        self._threads[0].join(1.0)
        self._connection.close()

    @property
    def _name(self) -> str:
        """Return the strategy as the log has it."""
        return f"strategy {self.strategy!r}" if self.strategy else "a client"


def _shut_connection(connection: Connection) -> None:
    """Wake whoever waits on a connection."""
    if not hasattr(socket, "AF_UNIX") or os.name == "nt":
        with contextlib.suppress(OSError):
            connection.close()
        return
    with contextlib.suppress(OSError, ValueError), socket.socket(fileno=os.dup(connection.fileno())) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)
