# SPDX-License-Identifier: MIT
"""For strategies: hand trade intents to a running Arbitrex Desktop, and get decisions and news back.

Needs nothing but Python's standard library, and this file.

    from arbitrex_desktop.client import DeskClient

    with DeskClient("my-strategy") as desk:  # after: arbitrex-desktop strategy add my-strategy
        answer = desk.submit("EURUSD", "buy", confidence_score=0.8, regime="TRENDING", vol_percentile=0.4)
        print(answer.state, answer.lots, answer.details)
        final = desk.wait(answer.intent_id, timeout=120)

The desk judges every intent at once; what it lets live waits for the trader.  Desk and strategy run on the same
computer under the same user.  `AsyncDeskClient` is the same for asyncio.

A strategy that the trader has registered (`arbitrex-desktop strategy add NAME`) has a part of the desk of its own, and
limits of its own; its token is found in the desk's data folder, in `ARBITREX_STRATEGY_TOKEN`, or given as `token`.
Others share one part, and are told TOO_FAST or REFUSED when all of them together use it up.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import re
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Client, Connection
from multiprocessing.context import AuthenticationError
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, Final, Self, TypeVar

__all__ = [
    "ENDED",
    "AsyncDeskClient",
    "DeskClient",
    "DeskClientError",
    "DeskRefused",
    "IntentStatus",
    "NoDesk",
    "default_data_dir",
    "find_token",
]

_T = TypeVar("_T")
_VERSION: Final = 1
ENDED: Final = frozenset({"REJECTED", "EXPIRED", "CANCELLED", "FILLED", "PARTIAL", "FAILED"})
"""States in which an intent has ended; a FAILED one may still change, see `IntentStatus.final`."""
_DIRECTIONS: Final = {"buy": 1, "sell": -1, 1: 1, -1: -1}
_MOST_BYTES: Final = 1_048_576
_MOST_EVENTS: Final = 10_000


class DeskClientError(Exception):
    """Base of what the client raises."""


class NoDesk(DeskClientError):  # noqa: N818 - a state, named as one
    """No desk is running, it does not let us in, or the connection to it broke."""


class DeskRefused(DeskClientError):  # noqa: N818 - an answer, named as one
    """The desk answered with an error; `code` is stable (TOO_FAST, TOO_LATE, MALFORMED, REFUSED ...)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass(frozen=True)
class IntentStatus:
    """How an intent stands.

    Attributes:
        intent_id: the desk's name for it
        state: PENDING waits for the trader; PLACED rests at the broker; REJECTED, FILLED ... as in `ENDED`
        lots: approved volume
        filled_lots: executed volume
        fill_price: the average price of the fill, None before there is one
        closes: ticket of the position that it takes from, None when it opens or adds
        decision: the risk manager's answer: APPROVED, ADJUSTED or REJECTED
        reason: stable code of a refusal, empty for none
        details: the same in words
        final: whether nothing more can happen to it.  FAILED without it means that no trace of the order was found
            so far, and that the broker may still execute it: do not send it again on its strength alone
        raw: the whole message
    """

    intent_id: str
    state: str
    lots: float = 0.0
    filled_lots: float = 0.0
    fill_price: float | None = None
    closes: int | None = None
    decision: str = ""
    reason: str = ""
    details: str = ""
    final: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.final


class DeskClient:
    """A connection to the desk.  Safe from several threads, one call at a time.

    `strategy`, 1 to 32 letters, digits or `_.-`, becomes the intents' source; `data_dir`, the desk's data folder
    when it is not the usual one (also `ARBITREX_DATA_DIR`); `timeout`, seconds to wait for each answer; `token`, of a
    registered strategy, found by itself when empty.  Raises `NoDesk`, and `DeskRefused` for a wrong token.
    """

    def __init__(
        self, strategy: str, data_dir: str | Path | None = None, timeout: float = 10.0, token: str = ""
    ) -> None:
        self._timeout = timeout
        self._lock = RLock()
        self._number = 0
        self._events: deque[IntentStatus] = deque(maxlen=_MOST_EVENTS)
        folder = Path(data_dir) if data_dir else default_data_dir()
        token = token or find_token(strategy, folder)
        self._connection = _connect(folder)
        try:
            # A desk of before registered strategies does not know the field.
            self._ask("hello", strategy=strategy, **({"token": token} if token else {}))
        except DeskRefused as refusal:
            self.close()
            if refusal.code == "TOO_MANY_CLIENTS":
                raise NoDesk(str(refusal)) from refusal
            raise
        except BaseException:
            self.close()
            raise

    def submit(
        self,
        symbol: str,
        direction: str | int,
        *,
        confidence_score: float,
        regime: str,
        vol_percentile: float,
        atr: float | None = None,
        stop_loss: float | None = None,
        take_profit: float | None = None,
        requested_volume: float | None = None,
        time_to_live: float = 120.0,
        client_id: str = "",
        order_kind: str = "MARKET",
        order_price: float | None = None,
        good_for: str = "CANCELLED",
        good_until: datetime | None = None,
        oco_with: str = "",
        reduce_only: bool = False,
        position_ticket: int | None = None,
    ) -> IntentStatus:
        """Hand in an intent and return the desk's decision.

        `direction`, "buy" or "sell"; `confidence_score`, how sure you are, and `vol_percentile`, today's volatility
        among past days', in [0, 1]; `regime`, TRENDING, RANGING, VOLATILE, STRESSED or CRISIS; `atr` in price units,
        measured by the desk when None; `stop_loss` and `take_profit` as prices; `requested_volume` in lots, sized by
        the risk manager when None; `time_to_live` in seconds; `client_id`, your own name for it, under which it is
        taken only once.

        `order_kind`, MARKET, or LIMIT or STOP for an order that rests at `order_price`: PLACED once the trader has
        approved it.  `good_for`, how long it rests: CANCELLED (until it is), DAY, TIME or DATE, the last two with
        `good_until`, a moment with its time zone.  `oco_with`, an earlier intent of yours that rests, too: the first
        one filled of both cancels the other.

        `reduce_only` takes off an open position and never opens one; `position_ticket`, the broker's number of the
        position that is meant.  On a hedging account a trade that says neither opens a position beside those held.

        Raises `DeskRefused`, `NoDesk`, ValueError for a direction that is none, for a number that is not finite and for
        a moment without a time zone.
        """
        key = direction.lower() if isinstance(direction, str) else direction
        if key not in _DIRECTIONS:
            raise ValueError(f"direction must be 'buy' or 'sell', not {direction!r}")
        numbers = {
            "confidence_score": confidence_score,
            "vol_percentile": vol_percentile,
            "atr": atr,
            "stop_loss": stop_loss,
            "take_profit": take_profit,
            "requested_volume": requested_volume,
            "time_to_live": time_to_live,
            "order_price": order_price,
        }
        for name, value in numbers.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{name} must be a finite number, not {value}")
        if good_until is not None and good_until.tzinfo is None:
            raise ValueError(f"good_until needs a time zone, as in {_now().isoformat()}")
        texts = {"symbol": symbol, "regime": regime, "client_id": client_id}
        entry = {"order_kind": order_kind, "good_for": good_for, "oco_with": oco_with}
        times = {"sent_at": _now().isoformat(), "good_until": good_until.isoformat() if good_until else None}
        # A desk of before these two does not know the fields.
        exit_ = {"reduce_only": reduce_only} if reduce_only else {}
        named = {"position_ticket": position_ticket} if position_ticket is not None else {}
        return self._ask("submit", direction=_DIRECTIONS[key], **numbers, **texts, **entry, **times, **exit_, **named)

    def status(self, intent_id: str) -> IntentStatus:
        """Return how one of your intents stands; raise `DeskRefused` for one that is not yours."""
        return self._ask("status", intent_id=intent_id)

    def cancel(self, intent_id: str) -> IntentStatus:
        """Withdraw a pending intent of yours, or cancel its order while that rests at the broker.

        Raises `DeskRefused` when it is too late for that.
        """
        return self._ask("cancel", intent_id=intent_id)

    def events(self, timeout: float = 0.0) -> Iterator[IntentStatus]:
        """Yield news of your intents that are there, waiting for the first one up to `timeout` seconds."""
        with self._lock:
            end = time.monotonic() + timeout
            while True:
                while self._events:
                    yield self._events.popleft()
                    end = -1.0
                if not self._receive(max(0.0, end - time.monotonic())):
                    return

    def wait(self, intent_id: str, timeout: float) -> IntentStatus:
        """Wait until an intent has ended for good, or the time is over; return how it stands then.

        One that is FAILED because no trace of its order was found is waited for further: it can become FILLED.
        """
        end = time.monotonic() + timeout
        status = self.status(intent_id)
        while not status.ended and time.monotonic() < end:
            with self._lock:
                self._receive(min(1.0, max(0.0, end - time.monotonic())))
                news = [event for event in self._events if event.intent_id == intent_id]
            status = self.status(intent_id) if news and news[-1].ended else status
        return status if status.ended else self.status(intent_id)

    def close(self) -> None:
        """Leave; intents that wait go on waiting."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, kind: str, **fields: Any) -> IntentStatus:
        """Send a message and wait for its answer; news that come before it are kept."""
        with self._lock:
            self._number += 1
            message = {"type": kind, "v": _VERSION, "number": self._number, **fields}
            try:
                self._connection.send_bytes(json.dumps(message, allow_nan=False).encode())
            except OSError as error:
                raise NoDesk(f"the desk is gone: {error}") from error
            end = time.monotonic() + self._timeout
            while True:
                answer = self._receive(max(0.0, end - time.monotonic()))
                if answer is None:
                    raise NoDesk(f"the desk did not answer within {self._timeout:g} s")
                if answer.get("type") == "error" and answer.get("number") in (0, self._number):
                    raise DeskRefused(str(answer["code"]), str(answer["words"]))
                if answer.get("type") in ("decision", "hello") and answer.get("number") == self._number:
                    return _status_of(answer)

    def _receive(self, timeout: float) -> dict[str, Any] | None:
        """Take one message in, news to the queue; None when none came in time."""
        try:
            if not self._connection.poll(timeout):
                return None
            message: dict[str, Any] = json.loads(self._connection.recv_bytes(_MOST_BYTES))
        except (OSError, EOFError, ValueError) as error:
            raise NoDesk(f"the connection to the desk broke: {str(error) or 'it was closed'}") from error
        if message.get("type") == "event":
            self._events.append(_status_of(message))
        return message


class AsyncDeskClient:
    """`DeskClient` for asyncio: the same calls, awaited; each runs on a thread, one at a time."""

    def __init__(
        self, strategy: str, data_dir: str | Path | None = None, timeout: float = 10.0, token: str = ""
    ) -> None:
        self._arguments = (strategy, data_dir, timeout, token)
        self._client: DeskClient | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._client = await asyncio.to_thread(DeskClient, *self._arguments)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()

    async def submit(
        self,
        symbol: str,
        direction: str | int,
        *,
        confidence_score: float,
        regime: str,
        vol_percentile: float,
        atr: float | None = None,
        stop_loss: float | None = None,
        take_profit: float | None = None,
        requested_volume: float | None = None,
        time_to_live: float = 120.0,
        client_id: str = "",
        order_kind: str = "MARKET",
        order_price: float | None = None,
        good_for: str = "CANCELLED",
        good_until: datetime | None = None,
        oco_with: str = "",
        reduce_only: bool = False,
        position_ticket: int | None = None,
    ) -> IntentStatus:
        """Hand in an intent and return the desk's decision; see `DeskClient.submit`."""
        return await self._run(
            lambda client: client.submit(
                symbol,
                direction,
                confidence_score=confidence_score,
                regime=regime,
                vol_percentile=vol_percentile,
                atr=atr,
                stop_loss=stop_loss,
                take_profit=take_profit,
                requested_volume=requested_volume,
                time_to_live=time_to_live,
                client_id=client_id,
                order_kind=order_kind,
                order_price=order_price,
                good_for=good_for,
                good_until=good_until,
                oco_with=oco_with,
                reduce_only=reduce_only,
                position_ticket=position_ticket,
            )
        )

    async def status(self, intent_id: str) -> IntentStatus:
        """Return how one of your intents stands."""
        return await self._run(lambda client: client.status(intent_id))

    async def cancel(self, intent_id: str) -> IntentStatus:
        """Withdraw a pending intent of yours."""
        return await self._run(lambda client: client.cancel(intent_id))

    async def events(self, timeout: float = 0.0) -> tuple[IntentStatus, ...]:  # noqa: ASYNC109 - the channel's own wait
        """Return the news of your intents, waiting for the first up to `timeout` seconds."""
        return await self._run(lambda client: tuple(client.events(timeout)))

    async def wait(self, intent_id: str, timeout: float) -> IntentStatus:  # noqa: ASYNC109 - the channel's own wait
        """Wait until an intent has ended, or the time is over."""
        return await self._run(lambda client: client.wait(intent_id, timeout))

    async def _run(self, call: Callable[[DeskClient], _T]) -> _T:
        """Run a call on a thread, after the calls before it."""
        if self._client is None:
            raise NoDesk("not connected; use 'async with AsyncDeskClient(...)'")
        async with self._turn:
            return await asyncio.to_thread(call, self._client)


def _now() -> datetime:
    """Return the present on this computer's clock, which is the desk's as well."""
    return datetime.now(UTC)


def default_data_dir() -> Path:
    """Return the desk's data folder: `ARBITREX_DATA_DIR`, or the system's usual place for this user."""
    chosen = os.environ.get("ARBITREX_DATA_DIR", "").strip()
    if chosen:
        return Path(chosen).expanduser()
    home, name = Path.home(), "Arbitrex Desktop"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / name
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / name
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / name


def find_token(strategy: str, data_dir: Path) -> str:
    """Return a registered strategy's token: `ARBITREX_STRATEGY_TOKEN`, or its file; empty when there is none."""
    given = os.environ.get("ARBITREX_STRATEGY_TOKEN", "").strip()
    if given or not re.fullmatch(r"[A-Za-z0-9_.-]{1,32}", strategy):
        return given
    try:
        return (data_dir / "gateway" / "strategies" / f"{strategy}.token").read_text("ascii").strip()
    except OSError:
        return ""


def _connect(data_dir: Path) -> Connection:
    """Find the desk's endpoint and prove that we know its token."""
    folder = data_dir / "gateway"
    try:
        endpoint = json.loads((folder / "door.json").read_text("ascii"))
        token = bytes.fromhex((folder / "token").read_text("ascii"))
        connection = Client(endpoint["address"], endpoint["family"], authkey=token)
    except AuthenticationError as error:
        raise NoDesk("the desk does not let us in: its token is another one") from error
    except FileNotFoundError as error:
        raise NoDesk(f"no desk is running for {data_dir}: start the program, or name its data folder") from error
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise NoDesk(f"no desk is running for {data_dir}, or it does not take intents ({error})") from error
    # Named pipes and sockets have the same methods.
    return connection


def _status_of(message: Mapping[str, Any]) -> IntentStatus:
    """Read how an intent stands out of a message."""
    return IntentStatus(
        intent_id=str(message.get("intent_id", "")),
        state=str(message.get("state", "")),
        lots=float(message.get("lots") or 0.0),
        filled_lots=float(message.get("filled_lots") or 0.0),
        fill_price=message.get("fill_price"),
        closes=message.get("closes"),
        decision=str(message.get("decision", "")),
        reason=str(message.get("reason", "")),
        details=str(message.get("details", message.get("why", ""))),
        # A desk of before this field said nothing of it.
        final=bool(message.get("final", message.get("state") in ENDED)),
        raw=message,
    )
