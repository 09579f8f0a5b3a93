# SPDX-License-Identifier: MIT
"""What counts as a trade of ours that the journal lacks, entry by entry of the broker's books."""

from __future__ import annotations

from typing import Any

import pytest

from arbitrex_desktop.desk.execution.action_log import ActionLog
from arbitrex_desktop.desk.execution.unanswered import UnansweredActions
from arbitrex_desktop.desk.execution.unjournalled import UnjournalledTrades
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.reserve import ExitReserve
from arbitrex_desktop.mt5.constants import DealEntry, DealReason, OrderType
from tests.desk.conftest import intent
from tests.desk.execution.conftest import Held, Parts, answer
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make_deal, make_order, make_position
from tests.fakes.records import replace

MARK = "ABX 0123456789AB"
OUT = int(DealEntry.OUT)
EXPERT = int(DealReason.EXPERT)


def deal(parts: Parts, number: int, **changes: Any) -> None:
    """Put a deal of order 70 into the broker's history, a minute old, with our mark."""
    values: dict[str, Any] = {"symbol": "EURUSD", "type": 0, "order": 70, "position_id": 70}
    values |= {"entry": int(DealEntry.IN), "comment": MARK}
    seconds = int(parts.broker.clock.now().timestamp()) + parts.broker.server_offset - 60
    parts.broker.deals.append(make_deal(number, seconds, **{**values, "volume": 0.1, "price": 1.15, **changes}))
    parts.broker.poll()


def found(parts: Parts) -> UnjournalledTrades:
    """Return what looks, after its first look."""
    parts.broker.poll()
    looking = UnjournalledTrades(parts.book, parts.context, UnansweredActions(parts.log, parts.context))
    looking.look()
    return looking


def test_two_deals_of_one_order_are_one_trade(parts: Parts) -> None:
    """Volumes are added, the price is their mean by volume, and numbers and marks are the order's."""
    deal(parts, 5)
    deal(parts, 6, volume=0.2, price=1.153)
    (trade,) = found(parts).found
    assert (trade.ticket, trade.intent_id, trade.symbol, trade.direction) == (70, "0123456789AB", "EURUSD", 1)
    assert trade.volume == 0.3  # not a hair more, as 0.1 + 0.2 is
    assert trade.price == pytest.approx(1.152)
    assert trade.fill is not None
    assert (trade.fill.order, trade.fill.deal, trade.fill.position, trade.fill.volume) == (70, 5, 70, 0.3)
    assert trade.fill.price == trade.price


def test_nothing_is_looked_for_without_a_connection(parts: Parts) -> None:
    """An account that was read once is not looked at while the terminal is away."""
    deal(parts, 5)
    parts.broker.connected = False
    assert found(parts).found == ()
    parts.broker.connected = True
    assert len(found(parts).found) == 1


def test_a_position_that_the_journal_knows_makes_its_deals_known(parts: Parts) -> None:
    """Known by its position, by the intent that its comment names, or by its order, the others being strange."""
    intent = parts.send(Mood.FILL)
    assert intent.fill is not None
    deal(parts, 5, position_id=intent.fill.order)
    deal(parts, 6, order=71, position_id=71, comment=f"ABX {intent.intent_id}")
    deal(parts, 7, order=intent.fill.order, position_id=72)
    assert found(parts).found == ()


def test_a_deal_is_not_known_by_an_order_s_number(parts: Parts) -> None:
    """A broker counts deals by themselves: one may have the number of an order that the journal has."""
    intent = parts.send(Mood.FILL)
    assert intent.fill is not None
    deal(parts, intent.fill.order)
    assert [trade.ticket for trade in found(parts).found] == [70]


@pytest.mark.parametrize(("age", "waiting", "told"), [(60, False, True), (60, True, False), (1, False, False)])
def test_a_magic_number_alone_tells_once_nothing_is_on_its_way(
    parts: Parts, age: int, waiting: bool, told: bool
) -> None:
    """Without its comment a trade is ours when it is old enough and no order of unknown fate may be it."""
    sent = parts.send(Mood.LOST if waiting else Mood.REJECT)
    magic = parts.broker.sent[-1]["magic"]
    seconds = int(parts.broker.clock.now().timestamp()) + parts.broker.server_offset - age
    deal(parts, 5, comment="", magic=magic, time=seconds)
    assert bool(found(parts).found) is told, sent.state


def test_another_s_trade_is_left_alone_however_old(parts: Parts) -> None:
    """Neither mark nor magic number of ours."""
    deal(parts, 5, comment="", magic=987)
    deal(parts, 6, order=71, position_id=71, entry=OUT, reason=EXPERT, comment="", magic=987)
    assert found(parts).found == ()


@pytest.mark.parametrize(
    "reason",
    [DealReason.CLIENT, DealReason.MOBILE, DealReason.WEB, DealReason.SL, DealReason.TP, DealReason.SO],
    ids=lambda reason: reason.name,
)
def test_a_close_by_hand_or_by_the_broker_is_not_ours(parts: Parts, reason: DealReason) -> None:
    """It has the position's magic number, and may repeat its comment; no desk has sent it."""
    deal(parts, 6, order=71, position_id=71, entry=OUT, reason=int(reason), magic=770_000_001)
    assert found(parts).found == ()


@pytest.mark.parametrize(
    ("marks", "intent_id"),
    [
        ({"comment": MARK}, "0123456789AB"),
        ({"comment": "ABX close"}, ""),
        ({"comment": "the broker's", "magic": 770_000_001}, ""),
    ],
    ids=["an intent's", "the trader's", "no comment"],
)
def test_a_close_that_the_journal_lost_is_told(parts: Parts, marks: dict[str, Any], intent_id: str) -> None:
    """By its intent's mark, by the one that closes have, or by the magic number where the broker overwrote both."""
    deal(parts, 5, order=71, type=1, entry=OUT, reason=EXPERT, **marks)
    deal(parts, 6, order=71, type=1, entry=OUT, reason=EXPERT, **marks)
    looking = found(parts)
    (trade,) = looking.found
    assert (trade.ticket, trade.closes, trade.intent_id, trade.volume) == (71, 70, intent_id, 0.2)
    assert "SELL 0.20 EURUSD" in trade.message
    assert "closed position #70" in trade.message
    assert looking.take_in("trader") == 1
    assert found(parts).found == ()
    if intent_id:
        request = parts.book.get(intent_id).request
        assert (request.reduce_only, request.position_ticket, request.direction) == (True, 70, -1)
    else:
        assert parts.book.journal.closing_orders(70) == {71}


def test_a_close_that_repeats_its_position_s_comment_is_not_its_intent(parts: Parts) -> None:
    """Opened and closed, both lost, both under one comment: one intent that was filled, and one close."""
    deal(parts, 5)
    deal(parts, 6, order=71, type=1, entry=OUT, reason=EXPERT)
    looking = found(parts)
    assert [(each.ticket, each.closes, each.intent_id) for each in looking.found] == [
        (70, 0, "0123456789AB"),
        (71, 70, ""),
    ]
    assert looking.take_in("trader") == 2
    assert parts.book.get("0123456789AB").request.direction == 1
    assert found(parts).found == ()


def test_a_close_that_is_looked_for_is_not_told(held: Held) -> None:
    """Its answer is lost, so it may be the one that the broker shows: what it was is found out, and then known."""
    held.lose(lambda: held.actions.close(11), Mood.FILL_LOST)
    held.broker.clock.advance(120.0)
    held.broker.poll()
    looking = UnjournalledTrades(held.parts.book, held.parts.context, held.actions.unanswered)
    looking.look()
    assert looking.found == ()
    held.look(1.0)
    assert held.parts.kinds()[-1] == "ACTION_ENDED"
    held.broker.clock.advance(601.0)
    held.broker.poll()
    looking.look()
    assert looking.found == ()


def test_a_close_that_the_journal_gets_to_know_is_told_no_more(parts: Parts) -> None:
    """Its end came from the reserve after it was found."""
    deal(parts, 6, order=71, type=1, entry=OUT, reason=EXPERT, comment="ABX close")
    looking = found(parts)
    assert [each.ticket for each in looking.found] == [71]
    body = {"of": "", "order": 71, "lots": 0.1}
    parts.log.note(EventKind.ACTION_ENDED, reason="close #70: done", ticket=70, body=body)
    parts.broker.clock.advance(601.0)
    looking.look()
    assert looking.found == ()


def test_the_broker_is_asked_when_something_changed_and_seldom_else(parts: Parts) -> None:
    """Every ten minutes, and half a minute after other positions are open than before."""
    looking, before = found(parts), parts.broker.calls["read_history"]

    def look(*pauses: float) -> int:
        for seconds in pauses:
            parts.broker.clock.advance(seconds)
            parts.broker.poll()
            looking.look()
        return parts.broker.calls["read_history"] - before

    assert look(100.0, 100.0, 399.0) == 0
    assert look(1.0) == 1
    parts.broker.positions = (make_position("EURUSD", 1, 0.1, ticket=80),)
    assert look(1.0, 29.0) == 1
    assert look(1.0) == 2
    assert look(100.0, 100.0, 399.0) == 2


def test_a_close_in_the_reserve_is_known(held: Held) -> None:
    """What could not be journalled yet is no trade that nobody knows."""
    held.actions.close(11)
    (deal_of_it,) = held.broker.deals
    ended = next(each for each in held.parts.events() if each.kind is EventKind.ACTION_ENDED)
    reserve = ExitReserve(held.parts.book.journal.path.with_suffix(".reserve"))
    reserve.prepare()
    reserve.write(replace(ended, ticket=12, body={**ended.body, "order": 99}))
    log = ActionLog(held.parts.book, held.parts.context, reserve)
    actions = UnansweredActions(log, held.parts.context)
    assert actions.knows(deal_of_it)
    assert actions.knows(replace(deal_of_it, order=99, position_id=12))
    assert not actions.knows(replace(deal_of_it, order=98, position_id=12))


def test_an_intent_that_never_left_and_was_executed_is_told(parts: Parts) -> None:
    """An older copy of the journal has it waiting still; it is taken in as what it was."""
    waiting = parts.book.receive(intent(client_id="mine", source="bot"), lambda _: answer(), 100)
    deal(parts, 5, comment=f"ABX {waiting.intent_id}")
    looking = found(parts)
    (trade,) = looking.found
    assert looking.executed(waiting.intent_id)
    assert not looking.executed("another")
    assert looking.take_in("trader") == 1
    taken = parts.book.get(waiting.intent_id)
    assert (taken.state, taken.request, trade.intent_id) == (IntentState.FILLED, waiting.request, waiting.intent_id)
    assert parts.book.in_state(IntentState.PENDING) == ()
    assert found(parts).found == ()


def test_an_order_that_rests_is_told_and_not_taken_in(parts: Parts) -> None:
    """Nothing of it is executed, so that there is no fill to journal."""
    parts.broker.orders = (make_order("EURUSD", OrderType.BUY_LIMIT, 0.1, ticket=70, comment=MARK),)
    (trade,) = found(parts).found
    assert (trade.ticket, trade.fill) == (70, None)


def test_a_trade_that_is_taken_in_is_a_strategy_s_of_no_confidence(parts: Parts) -> None:
    """Nothing is known of its signal: confidence and percentile are 0, the volume is what was executed."""
    deal(parts, 5)
    assert found(parts).take_in("trader") == 1
    taken = parts.book.get("0123456789AB")
    assert taken.state is IntentState.FILLED
    signal = (taken.request.confidence_score, taken.request.vol_percentile, taken.request.regime)
    assert signal == (0.0, 0.0, "")
    assert taken.request.source == "unknown"  # not the trader's own
    assert taken.request.requested_volume == 0.1
    (event,) = (each for each in parts.events() if each.kind is EventKind.TAKEN_IN)
    assert event.ticket == 70
    assert replace(taken.request, symbol="EURUSD") == taken.request
