# SPDX-License-Identifier: MIT
"""Trade intents, and the life of one as a table of transitions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind


class IntentState(StrEnum):
    """Where an intent stands; PLACED is an order that rests at the broker until its price is reached."""

    RECEIVED = "RECEIVED"
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    SENDING = "SENDING"
    PLACED = "PLACED"
    FILLED = "FILLED"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


TRADER: Final = "trader"
"""Who acts when the trader does, in the journal."""
MANUAL: Final = "manual"
"""The source of what the trader types."""


class GoodFor(StrEnum):
    """How long an order rests at the broker: until it is cancelled, for its trading day, until a moment or a date."""

    CANCELLED = "CANCELLED"
    DAY = "DAY"
    TIME = "TIME"
    DATE = "DATE"


@dataclass(frozen=True, slots=True)
class IntentRequest:
    """What somebody wants to trade, as typed by hand or sent by a strategy, before anyone judged it.

    Attributes:
        symbol: plain or broker's name
        direction: 1 to buy or -1 to sell
        confidence_score, vol_percentile: shares in [0, 1]; None, as for the regime, for what the trader does not say
        regime: one of TRENDING, RANGING, VOLATILE, STRESSED, CRISIS
        atr: average true range in price units, None to let the desk measure it
        stop_loss, take_profit: prices, None for none
        requested_volume: lots, None to let the RPM size it
        source: "manual" or a strategy's name
        time_to_live: seconds until a pending intent expires
        client_id: the sender's own name for it: the same source and client id twice is the same intent, empty for
            none
        order_kind: at the market, or as a LIMIT or STOP order that rests
        order_price: price of an order that rests
        good_for, good_until: how long it rests, and the moment (UTC) for TIME and DATE
        oco_with: the intent that it forms a pair with, of which the first one filled cancels the other; empty for none
        reduce_only: whether it must only take off an open position
        position_ticket: the broker's number of the position to take from, None to leave the choice to the RPM
    """

    symbol: str
    direction: int
    confidence_score: float | None = None
    regime: str | None = None
    vol_percentile: float | None = None
    atr: float | None = None
    stop_loss: float | None = None
    take_profit: float | None = None
    requested_volume: float | None = None
    source: str = MANUAL
    time_to_live: float = 120.0
    client_id: str = ""
    order_kind: OrderKind = OrderKind.MARKET
    order_price: float | None = None
    good_for: GoodFor = GoodFor.CANCELLED
    good_until: datetime | None = None
    oco_with: str = ""
    reduce_only: bool = False
    position_ticket: int | None = None

    @property
    def rests(self) -> bool:
        """Whether it asks for an order that rests until its price is reached."""
        return self.order_kind is not OrderKind.MARKET


@dataclass(frozen=True, slots=True)
class SeenTrade:
    """What the trader saw of a trade when deciding on it: its lots, and the position that it closes, None for none."""

    lots: float
    closes: int | None = None


TRANSITIONS: Final[dict[IntentState, frozenset[IntentState]]] = {
    IntentState.RECEIVED: frozenset({IntentState.REJECTED, IntentState.PENDING}),
    IntentState.PENDING: frozenset(
        {IntentState.APPROVED, IntentState.REJECTED, IntentState.EXPIRED, IntentState.CANCELLED}
    ),
    IntentState.APPROVED: frozenset({IntentState.SENDING, IntentState.REJECTED, IntentState.FAILED}),
    IntentState.SENDING: frozenset(
        {IntentState.PLACED, IntentState.FILLED, IntentState.PARTIAL, IntentState.FAILED, IntentState.UNKNOWN}
    ),
    IntentState.UNKNOWN: frozenset(
        {
            IntentState.PLACED,
            IntentState.FILLED,
            IntentState.PARTIAL,
            IntentState.CANCELLED,
            IntentState.EXPIRED,
            IntentState.FAILED,
        }
    ),
    IntentState.PLACED: frozenset(
        {IntentState.FILLED, IntentState.PARTIAL, IntentState.CANCELLED, IntentState.EXPIRED, IntentState.FAILED}
    ),
    IntentState.PARTIAL: frozenset({IntentState.FILLED}),
    IntentState.REJECTED: frozenset(),
    IntentState.EXPIRED: frozenset(),
    IntentState.CANCELLED: frozenset(),
    IntentState.FILLED: frozenset(),
    # A broker may fill what it first showed no trace of; a number that lies is worse than an arrow that goes back.
    IntentState.FAILED: frozenset({IntentState.FILLED, IntentState.PARTIAL, IntentState.PLACED, IntentState.UNKNOWN}),
}
"""What may follow what; anything else raises `IllegalIntentTransition`."""

ENDED: Final = frozenset(
    {
        IntentState.REJECTED,
        IntentState.EXPIRED,
        IntentState.CANCELLED,
        IntentState.FILLED,
        IntentState.PARTIAL,
        IntentState.FAILED,
    }
)
"""States in which nothing is left to decide; `Intent.final` tells whether one can still change."""


class Which(StrEnum):
    """Which positions to close at once."""

    ALL = "ALL"
    LOSERS = "LOSERS"
    WINNERS = "WINNERS"
    SYMBOL = "SYMBOL"


class IllegalIntentTransition(RuntimeError):  # noqa: N818 - the field's term
    """An intent was asked to go where its state does not lead."""


def check_transition(before: IntentState, after: IntentState) -> None:
    """Raise `IllegalIntentTransition` unless `after` may follow `before`."""
    if after not in TRANSITIONS[before]:
        raise IllegalIntentTransition(f"an intent cannot go from {before} to {after}")
