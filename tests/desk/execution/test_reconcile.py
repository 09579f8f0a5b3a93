# SPDX-License-Identifier: MIT
"""Reconciling: what the broker's books say of an order whose answer never came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from arbitrex_desktop.desk.execution.reconcile import BrokerRecords, Fate, ReconcileResult, reconcile
from arbitrex_desktop.desk.intents.events import Attempt, Fill, Intent, RiskAnswer
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.mt5.constants import DealEntry, DealReason, OrderState
from arbitrex_desktop.mt5.results import TradeDeal, TradeOrder
from tests.desk.conftest import intent
from tests.fakes.broker_data import make, make_deal, make_order, make_position
from tests.fakes.clock import START
from tests.fakes.records import replace

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


TWO_DEALS = (
    bought(8, 0.1, price=1.0, order=5, position_id=6),
    bought(9, 0.1, price=1.5, order=5, position_id=6),
)
POSITION = make_position("EURUSD", 1, 0.2, ticket=9, identifier=7, price_open=1.16, comment=OURS)


@pytest.mark.parametrize(
    ("parts", "result"),
    [
        (
            {"deals": TWO_DEALS, "positions": (POSITION,), "orders": (order(3, OrderState.PLACED),)},
            ReconcileResult(
                Fate.EXECUTED,
                "it was executed: deal #8, #9, 0.20 lots",
                Fill(order=5, deal=8, position=6, volume=0.2, price=1.25, confirmed=True),
                (3, 5, 7),
                waits=True,
            ),
        ),
        (
            {"positions": (POSITION,), "orders": (order(3, OrderState.PLACED),)},
            ReconcileResult(
                Fate.EXECUTED,
                "it was executed: position #9, 0.20 lots",
                Fill(order=7, position=9, volume=0.2, price=1.16, confirmed=True),
                (3, 7),
                waits=True,
            ),
        ),
        (
            {"positions": (replace(POSITION, identifier=0),)},
            ReconcileResult(
                Fate.EXECUTED,
                "it was executed: position #9, 0.20 lots",
                Fill(order=9, position=9, volume=0.2, price=1.16, confirmed=True),
                (9,),
            ),
        ),
        (
            {"orders": (order(3, OrderState.PLACED),), "history": (order(4, OrderState.REJECTED),)},
            ReconcileResult(Fate.WORKING, "the broker has order #3, not executed yet", None, (3, 4), waits=True),
        ),
        (
            {"history": (order(4, OrderState.EXPIRED),)},
            ReconcileResult(Fate.DEAD, "order #4 ended without a deal", None, (4,), OrderState.EXPIRED),
        ),
        (
            {"history": (order(4, OrderState.FILLED),)},
            ReconcileResult(Fate.WORKING, "order #4 is in the history, its deal is not yet", None, (4,)),
        ),
        (
            {"deals": (bought(8, 0.0, order=5),)},
            ReconcileResult(
                Fate.EXECUTED,
                "it was executed: deal #8, 0.00 lots",
                Fill(order=5, deal=8, position=8, volume=0.0, price=None, confirmed=True),
                (5,),
            ),
        ),
        ({}, ReconcileResult(Fate.NOTHING, "the broker's positions, orders and deals show no trace of it")),
    ],
)
def test_a_finding_says_all_that_was_found(parts: dict[str, tuple[Any, ...]], result: ReconcileResult) -> None:
    """Deals weigh more than positions, these more than orders; words, fill and every order's ticket are told."""
    assert reconcile(unknown(), books(**parts), ()) == result


def test_volumes_are_summed_without_binary_dust() -> None:
    """Three deals of 0.1 lots are 0.3 lots."""
    deals = tuple(bought(number, 0.1, order=5) for number in (1, 2, 3))
    finding = reconcile(unknown(), books(deals=deals), ())
    assert finding.fill is not None
    assert finding.fill.volume == 0.3


@pytest.mark.parametrize(
    ("seconds", "offset", "found"),
    [(-5, 0, Fate.EXECUTED), (-6, 0, Fate.NOTHING), (7_195, 7_200, Fate.EXECUTED), (7_194, 7_200, Fate.NOTHING)],
)
def test_clocks_may_differ_by_five_seconds(seconds: int, offset: int, found: Fate) -> None:
    """A deal dated up to five seconds before the order left may be its own, in UTC; an older one is not."""
    likely = replace(books(deals=(bought(comment="", time=SENT + seconds),)), utc=lambda server: server - offset)
    assert reconcile(unknown(), likely, ()).found is found


LIKELY: dict[str, Any] = {"comment": "", "magic": 7, "type": 0}
LIKELY_POSITION = make_position("EURUSD", 1, 0.2, ticket=9, time=SENT + 1, **LIKELY)
LIKELY_ORDER = replace(make_order("EURUSD", 0, 0.2, ticket=9, time_setup=SENT + 1, **LIKELY), volume_current=0.0)


@pytest.mark.parametrize(
    ("parts", "claimed", "found"),
    [
        ({"positions": (LIKELY_POSITION,)}, (), Fate.EXECUTED),
        ({"positions": (LIKELY_POSITION,)}, (9,), Fate.NOTHING),
        ({"positions": (replace(LIKELY_POSITION, time=SENT - 6),)}, (), Fate.NOTHING),
        ({"positions": (replace(LIKELY_POSITION, volume=0.3),)}, (), Fate.NOTHING),
        ({"orders": (LIKELY_ORDER,)}, (), Fate.WORKING),
        ({"orders": (replace(LIKELY_ORDER, position_id=9),)}, (), Fate.WORKING),
        ({"orders": (replace(LIKELY_ORDER, position_id=1),)}, (), Fate.NOTHING),
        ({"orders": (replace(LIKELY_ORDER, volume_initial=0.3),)}, (), Fate.NOTHING),
        ({"orders": (replace(LIKELY_ORDER, time_setup=SENT - 6),)}, (), Fate.NOTHING),
        ({"deals": (bought(comment="", entry=DealEntry.INOUT),)}, (), Fate.EXECUTED),
        ({"deals": (bought(comment="", position_id=40),)}, (40,), Fate.NOTHING),
    ],
)
def test_what_is_likely_of_each_kind(parts: dict[str, tuple[Any, ...]], claimed: tuple[int, ...], found: Fate) -> None:
    """Positions, orders and deals without a mark are ours if they fit, are no older, and belong to no other intent."""
    assert reconcile(unknown(), books(**parts), claimed).found is found


def test_an_intent_that_was_never_sent_takes_nothing() -> None:
    """Without an attempt nothing is likely; what bears its mark is its own all the same."""
    never = unknown(attempt=None)
    assert reconcile(never, books(deals=(bought(comment=""),)), ()).found is Fate.NOTHING
    assert reconcile(never, books(deals=(bought(comment=OURS),)), ()).found is Fate.EXECUTED
    approved = RiskAnswer(status="APPROVED", at=START, lots=0.2, closes=50)
    closing = unknown(attempt=None, approved=approved)
    assert reconcile(closing, books(deals=(bought(comment="", position_id=50),)), ()).found is Fate.NOTHING


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({"orders": (order(77, OrderState.PLACED, ""),)}, Fate.WORKING),
        ({"history": (order(77, OrderState.REJECTED, "x"),)}, Fate.DEAD),
        ({"positions": (make_position("EURUSD", 1, 0.2, ticket=77),)}, Fate.EXECUTED),
        ({"positions": (make_position("EURUSD", 1, 0.2, ticket=78),)}, Fate.NOTHING),
    ],
)
def test_a_ticket_that_was_told_is_known_everywhere(parts: dict[str, tuple[Any, ...]], found: Fate) -> None:
    """Among orders, their history and positions, whatever comment and magic number say, and also when it is claimed."""
    stripped = {name: tuple(replace(each, magic=0) for each in entries) for name, entries in parts.items()}
    assert reconcile(unknown(fill=Fill(order=77)), books(**stripped), {77}).found is found
