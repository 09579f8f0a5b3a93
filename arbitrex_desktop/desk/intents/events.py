# SPDX-License-Identifier: MIT
"""What the journal holds of an intent: events, and the intent that they add up to.

An intent in memory is never changed but by `apply`, with an event that is in the journal already; reading the
journal again therefore gives the same intents.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from arbitrex_desktop.desk.intents.intent import ENDED, IntentRequest, IntentState, check_transition
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict

T = TypeVar("T")
Body = Mapping[str, Any]


class EventKind(StrEnum):
    """What happened; the first group moves or describes an intent, the second belongs to the desk as a whole.

    The texts are what journals and strategies have had from the beginning, so they stay where a name is another.
    """

    RECEIVED = "RECEIVED"
    JUDGED = "JUDGED"
    REJUDGED = "REJUDGED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    SUBMITTED = "SENDING"
    ANSWERED = "ANSWERED"
    PLACED = "PLACED"
    FILLED = "FILLED"
    PARTIALLY_FILLED = "PARTIAL"
    FAILED = "FAILED"
    UNCONFIRMED = "UNKNOWN"
    EVIDENCE_FOUND = "EVIDENCE"
    CONFIRMED = "CONFIRMED"
    TAKEN_IN = "TAKEN_IN"

    OPENED = "OPENED"
    SET_ASIDE = "SET_ASIDE"
    HALTED = "HALTED"
    RESUMED = "RESUMED"
    ARMED = "ARMED"
    DISARMED = "DISARMED"
    SETTINGS_CHANGED = "SETTINGS_CHANGED"
    LIMIT_REACHED = "LIMIT_REACHED"
    SWITCH_LIFTED = "SWITCH_LIFTED"
    ACTION_SUBMITTED = "ACTION_SENDING"
    ACTION_ENDED = "ACTION_ENDED"
    STANDING_SET = "STANDING_SET"
    STANDING_ENDED = "STANDING_ENDED"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is to be journalled.

    Attributes:
        at: moment, UTC
        kind: what happened
        actor: who caused it: trader, desk, policy or a strategy's name
        reason: why, in a sentence
        intent_id: the intent that it is about, empty for none
        client_id: the sender's own name for that intent
        source: "manual" or the strategy that sent it
        symbol: of the intent or position
        old_state: the intent's state before it
        new_state: its state after it, the same when it did not move
        ticket: order or position at the broker
        body: the rest, JSON-safe
    """

    at: datetime
    kind: EventKind
    actor: str
    reason: str = ""
    intent_id: str = ""
    client_id: str = ""
    source: str = ""
    symbol: str = ""
    old_state: IntentState | None = None
    new_state: IntentState | None = None
    ticket: int | None = None
    body: Body = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event(NewEvent):
    """A journalled event, with its place `seq` in the chain, from 1."""

    seq: int = 0


def journalled(event: NewEvent, seq: int) -> Event:
    """Return an event with its place in the chain."""
    return Event(**{each.name: getattr(event, each.name) for each in fields(NewEvent)}, seq=seq)


@dataclass(frozen=True, slots=True)
class RiskAnswer:
    """The RPM's answer to an intent at one moment.

    Attributes:
        status: APPROVED, ADJUSTED or REJECTED
        lots: approved volume
        price: the reference price
        stop_loss, take_profit: prices, None for none
        risk_amount: expected loss at the stop in account currency
        risk_pct: the same as a share of capital
        reason: stable code of a refusal
        details: the refusal in words
        checks: every verdict
        atr: average true range in price units, as given or measured
        at: moment of the answer, UTC
        closes: the position that an intent which only reduces takes from, None for one that adds
        closing_lots: how much of `lots` closes what a netting account has open before the rest opens the other way
    """

    status: str
    at: datetime
    lots: float = 0.0
    price: float | None = None
    stop_loss: float | None = None
    take_profit: float | None = None
    risk_amount: float | None = None
    risk_pct: float | None = None
    reason: str = ""
    details: str = ""
    checks: tuple[Verdict, ...] = ()
    atr: float | None = None
    closes: int | None = None
    closing_lots: float = 0.0

    @property
    def reducing(self) -> bool:
        """Return whether the intent only reduces what is open."""
        return self.closes is not None

    @property
    def refused(self) -> bool:
        """Return whether the RPM said no (anything but a yes is a no)."""
        return self.status not in ("APPROVED", "ADJUSTED")

    @property
    def refused_by(self) -> Verdict | None:
        """Return the check that refused; None for an approval, and where no check did."""
        blocking = (each for each in self.checks if each.blocks and each.code == self.reason)
        return next(blocking, None) if self.refused else None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One order on its way: journalled before it leaves.

    Attributes:
        number: counts from 1
        request: the package's own keys
        market_at: market time (UTC) when it left
        asked: the price it was sent at
    """

    number: int
    request: dict[str, Any]
    market_at: datetime
    asked: float


@dataclass(frozen=True, slots=True)
class Fill:
    """What the broker did.

    Attributes:
        order, deal, position: tickets (0 while not known)
        volume: executed, in lots
        price: price of the fill, None while not known
        slippage_points: points by which the price was worse than asked; negative when it was better
        slippage_amount: the same in account currency
        confirmed: whether it was seen in the broker's books
    """

    order: int = 0
    deal: int = 0
    position: int = 0
    volume: float = 0.0
    price: float | None = None
    slippage_points: float | None = None
    slippage_amount: float | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Intent:
    """A trade intent as its events left it.

    Attributes:
        judgement: the RPM's newest journalled answer
        approved: the one that was approved, which sizes the order
        reason: why it stands where it does, in words
        actor: who brought it there
        seq: its newest event
        watched: whether it is FAILED only because the broker showed no trace of its order, which may still come
    """

    intent_id: str
    request: IntentRequest
    state: IntentState
    created_at: datetime
    expires_at: datetime
    changed_at: datetime
    judgement: RiskAnswer | None = None
    approved: RiskAnswer | None = None
    attempt: Attempt | None = None
    fill: Fill | None = None
    reason: str = ""
    actor: str = ""
    seq: int = 0
    watched: bool = False

    @property
    def final(self) -> bool:
        """Return whether nothing more can happen to it."""
        return self.state in ENDED and not self.watched

    @property
    def reduces(self) -> bool:
        """Return whether it was approved as one that only reduces what is open."""
        return self.approved is not None and self.approved.reducing


def to_body(**parts: Any) -> dict[str, Any]:
    """Turn dataclasses into a JSON-safe body; a number that is not finite becomes its name, never null."""
    return {name: _json_safe(msgspec.to_builtins(value)) for name, value in parts.items()}


def from_body(body: Body, name: str, kind: type[T]) -> T:
    """Read one part of a body back; raise `msgspec.ValidationError` if it is not what it should be."""
    return msgspec.convert(body[name], kind, strict=False)


def apply(intent: Intent | None, event: Event) -> Intent:
    """Return the intent after an event; raise `IllegalIntentTransition` for one that cannot follow."""
    if event.kind is EventKind.RECEIVED:
        return _intent_received(event)
    if event.kind is EventKind.TAKEN_IN:
        began = replace(_intent_received(event), state=event.new_state or IntentState.FILLED, reason=event.reason)
        return _with_parts(replace(began, actor=event.actor), event)
    if intent is None:
        raise ValueError(f"event {event.seq} is about intent {event.intent_id}, which was never received")
    if event.new_state is not None and event.new_state is not intent.state:
        check_transition(intent.state, event.new_state)
        intent = replace(
            intent, state=event.new_state, changed_at=event.at, reason=event.reason, actor=event.actor, watched=False
        )
    elif event.reason:
        intent = replace(intent, reason=event.reason)
    return replace(_with_parts(intent, event), seq=event.seq)


def _intent_received(event: Event) -> Intent:
    """Begin an intent."""
    return Intent(
        intent_id=event.intent_id,
        request=from_body(event.body, "request", IntentRequest),
        state=IntentState.RECEIVED,
        created_at=event.at,
        expires_at=from_body(event.body, "expires_at", datetime),
        changed_at=event.at,
        seq=event.seq,
    )


def _with_parts(intent: Intent, event: NewEvent) -> Intent:
    """Take over what the event's body brings."""
    body = event.body
    if "judgement" in body:
        judgement = from_body(body, "judgement", RiskAnswer)
        approved = judgement if event.kind is EventKind.APPROVED else intent.approved
        intent = replace(intent, judgement=judgement, approved=approved)
    if "attempt" in body:
        intent = replace(intent, attempt=from_body(body, "attempt", Attempt))
    if "fill" in body:
        intent = replace(intent, fill=from_body(body, "fill", Fill))
    if "watched" in body:
        intent = replace(intent, watched=from_body(body, "watched", bool))
    return intent


def _json_safe(value: Any) -> Any:
    """Name the numbers that JSON cannot write, everywhere in a value."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _json_safe(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_json_safe(each) for each in value]
    return value
