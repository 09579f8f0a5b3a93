# SPDX-License-Identifier: MIT
"""What strategies and the desk say to each other: JSON, one version, nothing that is not in the schema.

A strategy says `hello` first, then `submit`, `status` and `cancel`; each carries a number that comes back in the
answer (`decision` or `error`).  Between answers come `event` messages about the strategy's own intents.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec

from arbitrex_desktop.desk.intents.events import Event, Intent

VERSION: Final = 1
MOST_BYTES: Final = 16_384
"""The longest message that is read, in bytes; an intent needs some 400."""
RESERVED_NAMES: Final = frozenset({"manual", "trader", "desk", "policy"})

Name = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_.-]{1,32}\Z")]
ClientId = Annotated[str, msgspec.Meta(max_length=64)]


class ProtocolError(Exception):
    """A message that cannot be answered as asked.  `code` is stable, the text says precisely what is wrong."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """Base of what a strategy says: the schema's version `v`, and `number`, which comes back in the answer."""

    v: int
    number: int


class ClientHello(Message, frozen=True, tag="hello"):
    """Who is speaking; the strategy's name becomes the source of its intents."""

    strategy: Name


class Submit(Message, frozen=True, tag="submit"):
    """An intent.  `sent_at`, with its time zone, tells the desk when it is too late for it."""

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


class Status(Message, frozen=True, tag="status"):
    """Asks how an intent of the strategy's own stands."""

    intent_id: ClientId


class Cancel(Message, frozen=True, tag="cancel"):
    """Takes a pending intent of the strategy's own back."""

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
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError("MALFORMED", str(error) or type(error).__name__) from error
    if message.v != VERSION:
        raise ProtocolError("BAD_VERSION", f"this desk speaks version {VERSION}, not {message.v}")
    return message


def decision(number: int, intent: Intent) -> bytes:
    """Return the answer to a submit, status or cancel."""
    judgement = intent.judgement
    answer = {"v": VERSION, "type": "decision", "number": number, **_standing(intent)}
    answer |= {
        "decision": judgement.status if judgement else "",
        "reason": judgement.reason if judgement else "",
        "details": intent.why or (judgement.details if judgement else ""),
        "checks": [msgspec.to_builtins(check) for check in judgement.checks] if judgement else [],
    }
    return _encode(answer)


def event_message(intent: Intent, event: Event) -> bytes:
    """Return the news of an intent."""
    draft = event.draft
    news = {"kind": draft.kind.value, "at": draft.at.isoformat(), "why": draft.why}
    return _encode({"v": VERSION, "type": "event", **_standing(intent), **news})


def error_message(number: int, code: str, words: str) -> bytes:
    """Return an answer that says what was wrong; number 0 when the message's own could not be read."""
    return _encode({"v": VERSION, "type": "error", "number": number, "code": code, "words": words})


def hello_message(number: int) -> bytes:
    """Return the answer to a hello."""
    return _encode({"v": VERSION, "type": "hello", "number": number})


def _standing(intent: Intent) -> dict[str, Any]:
    """Return how an intent stands."""
    fill, judgement = intent.fill, intent.approved or intent.judgement
    return {
        "intent_id": intent.intent_id,
        "client_id": intent.request.client_id,
        "symbol": intent.request.symbol,
        "direction": intent.request.direction,
        "state": intent.state.value,
        "lots": judgement.lots if judgement else 0.0,
        "stop_loss": judgement.stop_loss if judgement else None,
        "take_profit": judgement.take_profit if judgement else None,
        "closes": judgement.closes if judgement else None,
        "expires_at": intent.expires_at.isoformat(),
        "filled_lots": fill.volume if fill else 0.0,
        "fill_price": fill.price if fill else None,
        "ticket": (fill.position or fill.order or None) if fill else None,
    }


def _encode(message: dict[str, Any]) -> bytes:
    """Write a message; numbers that are not finite become null."""
    return _encoder.encode({name: None if _odd(value) else value for name, value in message.items()})


def _odd(value: Any) -> bool:
    """Tell whether a value is a number that JSON has no word for."""
    return isinstance(value, float) and not math.isfinite(value)
