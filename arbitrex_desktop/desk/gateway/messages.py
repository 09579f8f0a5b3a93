# SPDX-License-Identifier: MIT
"""What strategies and the desk say to each other: JSON, one version, nothing that is not in the schema.

A strategy says `hello` first, then `submit`, `status` and `cancel`; each carries a number that comes back in the
answer (`decision` or `error`).  Between answers come `event` messages about the strategy's own intents.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec

from arbitrex_desktop.desk.intents.events import Event, EventKind, Intent
from arbitrex_desktop.desk.intents.intent import GoodFor, IntentState
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict

VERSION: Final = 1
MOST_BYTES: Final = 16_384
"""The longest message that is read, in bytes; an intent needs some 400."""
RESERVED_NAMES: Final = frozenset({"manual", "trader", "desk", "policy"})

Name = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_.-]{1,32}\Z")]
ClientId = Annotated[str, msgspec.Meta(max_length=64)]


class ProtocolError(Exception):
    """A message that cannot be answered as asked.  `code` is stable, the text says precisely what is wrong."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """Base of what a strategy says: the schema's version `v`, and `number`, which comes back in the answer."""

    v: int
    number: int


class ClientHello(Message, frozen=True, tag="hello"):
    """Who is speaking; the strategy's name becomes the source of its intents.

    `token` proves a registered strategy (`arbitrex-desktop strategy add`), and is empty for others.
    """

    strategy: Name
    token: Annotated[str, msgspec.Meta(max_length=128)] = ""


class Submit(Message, frozen=True, tag="submit"):
    """An intent.  `sent_at`, with its time zone, tells the desk when it is too late for it.

    A LIMIT or STOP order rests at `order_price`, for as long as `good_for` says, with `good_until` for TIME and DATE;
    `oco_with`, an earlier intent of the same strategy: the first one filled of both cancels the other.  `reduce_only`
    takes off an open position and opens none; `position_ticket` names it.
    """

    symbol: Annotated[str, msgspec.Meta(min_length=1, max_length=31)]
    direction: Annotated[int, msgspec.Meta(ge=-1, le=1)]
    confidence_score: float
    regime: Annotated[str, msgspec.Meta(max_length=16)]
    vol_percentile: float
    atr: float | None = None
    stop_loss: float | None = None
    take_profit: float | None = None
    requested_volume: float | None = None
    time_to_live: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 120.0
    client_id: ClientId = ""
    sent_at: datetime | None = None
    order_kind: OrderKind = OrderKind.MARKET
    order_price: float | None = None
    good_for: GoodFor = GoodFor.CANCELLED
    good_until: datetime | None = None
    oco_with: ClientId = ""
    reduce_only: bool = False
    position_ticket: Annotated[int, msgspec.Meta(gt=0)] | None = None


class Status(Message, frozen=True, tag="status"):
    """Asks how an intent of the strategy's own stands."""

    intent_id: ClientId


class Cancel(Message, frozen=True, tag="cancel"):
    """Takes a pending intent of the strategy's own back, or cancels its order while that rests."""

    intent_id: ClientId


Request = ClientHello | Submit | Status | Cancel
_decoder: Final[msgspec.json.Decoder[Request]] = msgspec.json.Decoder(Request)
_encoder: Final = msgspec.json.Encoder()


def decode(data: bytes) -> Request:
    """Read a message; raise `ProtocolError` that says what is wrong with it."""
    if len(data) > MOST_BYTES:
        raise ProtocolError("OVERSIZED", f"a message may have {MOST_BYTES} bytes at most")
    try:
        message = _decoder.decode(data)
        json.loads(data, object_pairs_hook=_once_each)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError("MALFORMED", str(error) or type(error).__name__) from error
    if message.v != VERSION:
        raise ProtocolError("BAD_VERSION", f"this desk speaks version {VERSION}, not {message.v}")
    return message


class IntentMessage(msgspec.Struct, frozen=True, tag_field="type", kw_only=True):
    """Base of what is said of an intent; prices None while there are none, `expires_at` with its time zone.

    Attributes:
        lots: what was approved.
        closes: ticket of the position that it takes from, None for one that opens or adds.
        filled_lots: what was executed, at `fill_price`.
        ticket: of the position or order at the broker.
        final: whether nothing more can happen to it; an intent may be FAILED because no trace of its order was found,
            and be filled by the broker later.
    """

    v: int = VERSION
    intent_id: str
    client_id: str
    symbol: str
    direction: int
    state: IntentState
    lots: float
    stop_loss: float | None
    take_profit: float | None
    closes: int | None
    expires_at: datetime
    filled_lots: float
    fill_price: float | None
    ticket: int | None
    final: bool


class DecisionMessage(IntentMessage, frozen=True, tag="decision", kw_only=True):
    """The answer to a submit, status or cancel: the risk manager's decision, and how the intent stands."""

    number: int
    decision: str
    reason: str
    details: str
    checks: tuple[Verdict, ...]


class EventMessage(IntentMessage, frozen=True, tag="event", kw_only=True):
    """News of an intent: what happened to it, when, and why in words."""

    kind: EventKind
    at: datetime
    reason: str = msgspec.field(name="why")


class ErrorMessage(msgspec.Struct, frozen=True, tag="error", tag_field="type", kw_only=True):
    """What was wrong with a message, by a stable code and in words; number 0 when its own could not be read."""

    v: int = VERSION
    number: int
    code: str
    message: str = msgspec.field(name="words")


class HelloMessage(msgspec.Struct, frozen=True, tag="hello", tag_field="type", kw_only=True):
    """The answer to a hello."""

    v: int = VERSION
    number: int


Answer = DecisionMessage | EventMessage | ErrorMessage | HelloMessage


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    """Raise `ProtocolError` for a field that is there twice: which of them was meant is anybody's guess."""
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ProtocolError("MALFORMED", f"the field {twice!r} is there twice")


def decision(number: int, intent: Intent) -> bytes:
    """Return the answer to a submit, status or cancel."""
    answer = intent.judgement
    return _encoder.encode(
        DecisionMessage(
            number=number,
            decision=answer.status if answer else "",
            reason=answer.reason if answer else "",
            details=intent.reason or (answer.details if answer else ""),
            checks=answer.checks if answer else (),
            **_status_fields(intent),
        )
    )


def event_message(intent: Intent, event: Event) -> bytes:
    """Return the news of an intent."""
    return _encoder.encode(EventMessage(kind=event.kind, at=event.at, reason=event.reason, **_status_fields(intent)))


def error_message(number: int, code: str, message: str) -> bytes:
    """Return an answer that says what was wrong; number 0 when the message's own could not be read."""
    return _encoder.encode(ErrorMessage(number=number, code=code, message=message))


def hello_message(number: int) -> bytes:
    """Return the answer to a hello."""
    return _encoder.encode(HelloMessage(number=number))


def channel_schema() -> dict[str, Any]:
    """Return the JSON schema of the channel: what a strategy may say (`Request`), and what it hears (`Answer`)."""
    (request, answer), parts = msgspec.json.schema_components((Request, Answer), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Arbitrex Desktop, the strategies' channel, version {VERSION}",
        "anyOf": [{"title": "Request", **request}, {"title": "Answer", **answer}],
        "$defs": parts,
    }


def _status_fields(intent: Intent) -> dict[str, Any]:
    """Return the fields of `IntentMessage`; a number that is not finite becomes null on the way."""
    fill, answer = intent.fill, intent.approved or intent.judgement
    return {
        "intent_id": intent.intent_id,
        "client_id": intent.request.client_id,
        "symbol": intent.request.symbol,
        "direction": intent.request.direction,
        "state": intent.state,
        "lots": answer.lots if answer else 0.0,
        "stop_loss": answer.stop_loss if answer else None,
        "take_profit": answer.take_profit if answer else None,
        "closes": answer.closes if answer else None,
        "expires_at": intent.expires_at,
        "filled_lots": fill.volume if fill else 0.0,
        "fill_price": fill.price if fill else None,
        "ticket": (fill.position or fill.order or None) if fill else None,
        "final": intent.final,
    }
