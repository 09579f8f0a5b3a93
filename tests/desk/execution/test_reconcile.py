# SPDX-License-Identifier: MIT
"""Reconciling: what the broker's books say of an order whose answer never came."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from arbitrex_desktop.desk.execution.reconcile import BrokerRecords, Fate, reconcile
from arbitrex_desktop.desk.intents.events import Attempt, Fill, Intent, RiskAnswer
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.mt5.constants import DealEntry, DealReason, OrderState
from arbitrex_desktop.mt5.results import TradeDeal, TradeOrder
from tests.desk.conftest import intent
from tests.fakes.broker_data import make, make_deal, make_position
from tests.fakes.clock import START

OURS = "ABX ABCDEFGHJKMN"
OTHERS = "ABX 000000000000"
SENT = int(START.timestamp())


def unknown(**changes: Any) -> Intent:
    """Return an intent to buy 0.2 lots, sent at START with magic 7."""
    request = {"symbol": "EURUSD", "volume": 0.2, "type": 0, "magic": 7}
    base = Intent(
        intent_id="ABCDEFGHJKMN",
        request=intent(),
        state=IntentState.UNKNOWN,
        created_at=START,
        expires_at=START + timedelta(seconds=120),
        changed_at=START,
        attempt=Attempt(1, request, START, 1.15),
    )
    return replace(base, **changes)


def books(**parts: tuple[Any, ...]) -> BrokerRecords:
    """Return books with the given entries and no others."""
    empty: dict[str, Any] = {"positions": (), "orders": (), "history": (), "deals": ()}
    return BrokerRecords(**{**empty, **parts}, utc=lambda seconds: seconds)


def bought(ticket: int = 1, volume: float = 0.2, comment: str = OURS, **changes: Any) -> TradeDeal:
    """Return a deal that opened a position."""
    values: dict[str, Any] = {
        "type": 0,
        "entry": DealEntry.IN,
        "volume": volume,
        "comment": comment,
        "magic": 7,
        "order": ticket,
    }
    return make_deal(ticket, SENT + 1, **{**values, **changes})


def order(ticket: int, state: OrderState, comment: str = OURS) -> TradeOrder:
    """Return an order of the broker's books."""
    return make(
        TradeOrder,
        ticket=ticket,
        state=state,
        comment=comment,
        symbol="EURUSD",
        magic=7,
        volume_initial=0.2,
        time_setup=SENT + 1,
    )


def test_a_deal_with_our_mark_is_the_answer() -> None:
    """Deals of the order are summed up, at their average price."""
    finding = reconcile(
        unknown(), books(deals=(bought(1, 0.1, price=1.1, order=5), bought(2, 0.1, price=1.2, order=5))), ()
    )
    assert finding.found is Fate.EXECUTED
    assert finding.fill is not None
    assert (finding.fill.order, finding.fill.volume) == (5, 0.2)
    assert finding.fill.price == pytest.approx(1.15)


def test_a_position_with_our_mark_is_the_answer() -> None:
    """Where the history is late, the position tells."""
    position = make_position("EURUSD", 1, 0.2, ticket=9, comment=OURS)
    finding = reconcile(unknown(), books(positions=(position,)), ())
    assert (finding.found, finding.fill and finding.fill.position) == (Fate.EXECUTED, 9)


def test_the_ticket_that_the_broker_gave_is_as_good_as_a_mark() -> None:
    """An order that was placed under a ticket is found by it, whatever its comment says now."""
    known = unknown(fill=Fill(order=77))
    assert reconcile(known, books(deals=(bought(1, comment="x", order=77, magic=0),)), ()).found is Fate.EXECUTED


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({"orders": (order(3, OrderState.PLACED),)}, Fate.WORKING),
        ({"history": (order(3, OrderState.FILLED),)}, Fate.WORKING),
        ({"history": (order(3, OrderState.REJECTED),)}, Fate.DEAD),
        ({"history": (order(3, OrderState.CANCELED),)}, Fate.DEAD),
        ({}, Fate.NOTHING),
        ({"deals": (bought(comment=OTHERS),)}, Fate.NOTHING),
        ({"deals": (bought(comment="", symbol="GBPUSD"),)}, Fate.NOTHING),
        ({"deals": (bought(comment="", magic=0),)}, Fate.NOTHING),
        ({"deals": (bought(comment="", type=1),)}, Fate.NOTHING),
        ({"deals": (bought(comment="", volume=0.3),)}, Fate.NOTHING),
        ({"deals": (bought(comment="", time=SENT - 60),)}, Fate.NOTHING),
        ({"deals": (bought(comment=OURS, entry=DealEntry.OUT, type=1),)}, Fate.NOTHING),
        ({"deals": (bought(comment="ABX close"),)}, Fate.NOTHING),
        ({"deals": (bought(comment="", entry=DealEntry.OUT),)}, Fate.NOTHING),
        ({"history": (replace(order(3, OrderState.FILLED, ""), position_id=2),)}, Fate.NOTHING),
        ({"deals": (bought(comment="cut by the broker"),)}, Fate.EXECUTED),
        ({"deals": (bought(1, comment=""), bought(2, comment=""))}, Fate.AMBIGUOUS),
    ],
)
def test_what_the_books_show(parts: dict[str, tuple[Any, ...]], found: Fate) -> None:
    """Each kind of trace is weighed for what it is worth; what belongs to others is none."""
    assert reconcile(unknown(), books(**parts), ()).found is found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, Fate.EXECUTED),
        ({"comment": OURS}, Fate.EXECUTED),
        ({"position_id": 51}, Fate.NOTHING),
        ({"comment": "ABX close"}, Fate.NOTHING),
        ({"reason": int(DealReason.SL)}, Fate.NOTHING),
        ({"entry": DealEntry.OUT_BY, "comment": OURS}, Fate.NOTHING),
    ],
)
def test_a_lost_reduction_is_known_by_its_position(changes: dict[str, Any], found: Fate) -> None:
    """A reduction's deal closes the position that it named; a stop's or another's close is not taken for it."""
    request = {"symbol": "EURUSD", "volume": 0.2, "type": 0, "magic": 7, "position": 50}
    approved = RiskAnswer(status="APPROVED", at=START, lots=0.2, closes=50)
    closing = unknown(attempt=Attempt(1, request, START, 1.15), approved=approved)
    deal = bought(**{"comment": "", "entry": DealEntry.OUT, "position_id": 50, "reason": 3, **changes})
    assert reconcile(closing, books(deals=(deal,)), {50}).found is found


def test_what_belongs_to_another_intent_is_not_taken() -> None:
    """A likely order that another intent has claimed is not counted a second time."""
    likely = books(deals=(bought(1, comment="", position_id=50),))
    assert reconcile(unknown(), likely, ()).found is Fate.EXECUTED
    assert reconcile(unknown(), likely, {1}).found is Fate.NOTHING
    assert reconcile(unknown(), likely, {50}).found is Fate.NOTHING


def test_ambiguity_shows_its_evidence() -> None:
    """Two orders that fit are named, for the trader to decide."""
    finding = reconcile(unknown(), books(deals=(bought(1, comment=""), bought(2, comment=""))), ())
    assert finding.tickets == (1, 2)
    assert "#1, #2" in finding.message


def test_a_close_that_repeats_the_comment_is_not_the_opening() -> None:
    """A deal that closed, with our mark copied onto it, answers only when it is of the order that the broker named."""
    closing = bought(9, entry=DealEntry.OUT, order=5)
    assert reconcile(unknown(), books(deals=(closing,)), ()).found is Fate.NOTHING
    assert reconcile(unknown(fill=Fill(order=6)), books(deals=(closing,)), ()).found is Fate.NOTHING
    named = reconcile(unknown(fill=Fill(order=5)), books(deals=(closing,)), ())
    assert named.found is Fate.EXECUTED


def test_what_was_there_before_we_sent_is_not_ours() -> None:
    """The only deal that could be ours is, also without a mark, unless it was made long before the order was sent."""
    for seconds, found in ((1, Fate.EXECUTED), (-3600, Fate.NOTHING)):
        unmarked = replace(bought(9, comment=""), time=SENT + seconds)
        assert reconcile(unknown(), books(deals=(unmarked,)), ()).found is found
