# SPDX-License-Identifier: MIT
"""What the desk makes of a broker's answer: state, lots, ticket, slippage and words."""

from __future__ import annotations

from typing import Any

import pytest

from arbitrex_desktop.desk.execution.executor import with_slippage
from arbitrex_desktop.desk.intents.events import Attempt, EventKind, Fill
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.mt5.constants import ResultCode, TradeRetcode
from arbitrex_desktop.mt5.errors import CallFailed, DeadlineExceeded
from arbitrex_desktop.mt5.results import OrderSendResult
from arbitrex_desktop.raw_layer.errors import PoolUnavailable
from tests.desk.conftest import Desk, intent
from tests.desk.execution.conftest import Parts
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make, make_request
from tests.fakes.records import replace

POINT = 0.00001


def executed(desk: Desk, mood: Mood, direction: int = 1) -> str:
    """Have an intent approved and its order answered in a mood; return its id."""
    desk.broker.moods.append(mood)
    intent_id = desk.core.submit(intent(direction=direction))
    desk.core.approve(intent_id)
    return intent_id


def last_kind(desk: Desk, intent_id: str) -> EventKind:
    """Return the newest journalled event of an intent."""
    assert desk.core.desk is not None
    return desk.core.desk.book.journal.events(intent_id=intent_id)[-1].kind


@pytest.mark.parametrize(
    ("mood", "kind", "lots"),
    [(Mood.FILL, "FILLED", 0.1), (Mood.PART, "PARTIAL", 0.05), (Mood.SHORT, "PARTIAL", 0.05)],
)
def test_the_volume_decides_what_a_fill_is_called(desk: Desk, mood: Mood, kind: str, lots: float) -> None:
    """Less than asked is PARTIAL in state and journal, also where the broker calls it done."""
    intent_id = executed(desk, mood)
    row = desk.row(intent_id)
    assert (row.state.value, last_kind(desk, intent_id).value, row.filled_lots) == (kind, kind, lots)
    assert row.ticket == desk.broker.opening_deals[0].order


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        (Mood.FILL, "filled at 1.15006, slippage -0.2 points"),
        (Mood.PART, "only 0.05 of 0.10 lots were filled at 1.15006, slippage -0.2 points"),
    ],
)
def test_why_it_stands_there_is_what_was_filled_at_which_price(desk: Desk, mood: Mood, words: str) -> None:
    """The window's Why, the journal and the strategy read price and slippage, not the broker's number for done."""
    intent_id = executed(desk, mood)
    assert (desk.row(intent_id).details, desk.intent(intent_id).reason) == (words, words)


def test_a_price_that_is_told_later_is_in_the_words_then(desk: Desk) -> None:
    """First that the price is not known yet, and with the deal the price."""
    intent_id = executed(desk, Mood.UNTOLD)
    assert desk.row(intent_id).details == "filled; the broker has not reported the price yet"
    desk.step(1.0)
    assert desk.row(intent_id).details.startswith("filled at 1.1500")


def test_an_answer_without_price_and_volume_claims_neither(desk: Desk) -> None:
    """Some brokers leave both at 0: the order is filled, its price is not 0 and its slippage not a fortune."""
    intent_id = executed(desk, Mood.UNTOLD)
    row = desk.row(intent_id)
    assert row.state is IntentState.FILLED
    assert (row.fill_price, row.slippage_points) == (None, None)


def test_an_order_that_was_only_placed_keeps_its_ticket(desk: Desk) -> None:
    """Accepted is not filled: the intent is UNKNOWN under the order's ticket, and ends when the deal is found."""
    intent_id = executed(desk, Mood.PLACED)
    row = desk.row(intent_id)
    assert (row.state, row.ticket) == (IntentState.UNKNOWN, desk.broker.orders[0].ticket)
    desk.broker.fill_placed()
    for _ in range(3):
        desk.step(5.0)
    assert desk.row(intent_id).state is IntentState.FILLED
    assert len(desk.broker.sent) == 1


@pytest.mark.parametrize("direction", [1, -1])
def test_slippage_is_positive_when_worse(desk: Desk, direction: int) -> None:
    """Buying dearer and selling cheaper than asked are both losses, better prices are gains, in points and money."""
    for slip, points in ((0.0001, 10.0), (-0.0001, -10.0)):
        desk.broker.slip = slip
        row = desk.row(executed(desk, Mood.FILL, direction))
        assert row.slippage_points == pytest.approx(points, abs=0.5)
        assert row.slippage_amount == pytest.approx(points * 0.1, abs=0.05)


def test_without_a_point_there_is_no_slippage(desk: Desk) -> None:
    """A symbol without a point size has no slippage in points; one without tick size has none in money."""
    filled = desk.intent(executed(desk, Mood.FILL))
    info = desk.broker.infos["EURUSD"]
    fill = Fill(order=1, volume=0.1, price=1.2)
    assert with_slippage(filled, fill, replace(info, point=0.0)) == fill
    priced = with_slippage(filled, fill, replace(info, trade_tick_size=0.0))
    assert priced.slippage_points is not None
    assert priced.slippage_amount == 0.0
    assert with_slippage(filled, replace(fill, price=None), info) == replace(fill, price=None)


def done(**values: Any) -> OrderSendResult:
    """Return an answer of the trade server, DONE unless told otherwise."""
    fields = {"retcode": int(TradeRetcode.DONE), "volume": 0.1, "price": 1.15, "request": make_request(), **values}
    return make(OrderSendResult, **fields)


def sending(parts: Parts) -> None:
    """Let the broker answer what was put into `answers`, instead of executing."""
    parts.broker.send_order = lambda request, permit=None: parts.broker.answers.popleft()  # type: ignore[method-assign,assignment,return-value] # answers only


class TestAnswers:
    """What each answer does to the intent and to the journal."""

    @pytest.mark.parametrize(("order", "deal", "ticket"), [(7, 9, 7), (0, 9, 9), (7, 0, 7), (0, 0, None)])
    def test_it_is_filed_under_the_orders_ticket(self, parts: Parts, order: int, deal: int, ticket: int | None) -> None:
        """The order's ticket is a position's own; the deal's serves only where there is no other."""
        parts.broker.answers.append(done(order=order, deal=deal))
        sending(parts)
        ended = parts.send()
        assert ended.fill is not None
        assert (ended.fill.order, ended.fill.deal, ended.fill.volume, ended.fill.price) == (order, deal, 0.1, 1.15)
        assert parts.events()[-1].ticket == ticket
        for number in (7, 9):
            found = parts.book.journal.find_ticket(number)
            assert found == (ended.intent_id if number == ticket else None)

    def test_the_answer_itself_is_journalled(self, parts: Parts) -> None:
        """Code and comment of the broker are in the event, and the words say what was filled, as far as it is told."""
        parts.broker.answers.append(done(order=7, comment="Request executed", retcode=int(TradeRetcode.DONE_PARTIAL)))
        sending(parts)
        ended = parts.send()
        newest = parts.events()[-1]
        assert (newest.body["retcode"], newest.body["comment"]) == (10010, "Request executed")
        assert newest.reason == ended.reason
        assert ended.reason.startswith("only a part was filled")

    @pytest.mark.parametrize(
        ("retcode", "volume", "state"),
        [
            (TradeRetcode.DONE, 0.1, "FILLED"),
            (TradeRetcode.DONE, 0.0999999999, "FILLED"),
            (TradeRetcode.DONE, 0.09, "PARTIAL"),
            (TradeRetcode.DONE, 0.0, "FILLED"),
            (TradeRetcode.DONE, 0.2, "FILLED"),
            (TradeRetcode.DONE_PARTIAL, 0.1, "PARTIAL"),
            (TradeRetcode.DONE_PARTIAL, 0.0, "PARTIAL"),
        ],
    )
    def test_part_or_whole(self, parts: Parts, retcode: int, volume: float, state: str) -> None:
        """Less than asked is a part, and so is what the broker calls one; no volume told is the whole."""
        parts.broker.answers.append(done(order=7, retcode=int(retcode), volume=volume))
        sending(parts)
        ended = parts.send()
        assert (ended.state.value, parts.kinds()[-1]) == (state, state)

    @pytest.mark.parametrize("order", [0, 55])
    def test_an_open_answer_keeps_its_ticket(self, parts: Parts, order: int) -> None:
        """A time-out with an order's ticket is UNKNOWN under that ticket, without one under none."""
        parts.broker.answers.append(done(order=order, retcode=int(TradeRetcode.TIMEOUT), volume=0.0, price=0.0))
        sending(parts)
        ended = parts.send()
        assert ended.state is IntentState.UNKNOWN
        assert parts.events()[-1].ticket == (order or None)
        assert ended.fill == (Fill(order=order) if order else None)
        assert "did not answer in time" in ended.reason

    @pytest.mark.parametrize(
        ("error", "state", "words"),
        [
            (PoolUnavailable("no line"), IntentState.FAILED, "nothing was sent: no line"),
            (
                CallFailed("order_send", ResultCode.E_INVALID_PARAMS, "bad"),
                IntentState.FAILED,
                "the terminal does not accept the request (bad)",
            ),
            (
                CallFailed("order_send", ResultCode.E_FAIL, "hm"),
                IntentState.UNKNOWN,
                "no answer from the terminal (hm, -1)",
            ),
            (DeadlineExceeded("late"), IntentState.UNKNOWN, "no answer came: late"),
        ],
    )
    def test_what_went_wrong_decides(self, parts: Parts, error: Exception, state: IntentState, words: str) -> None:
        """Only what surely did not leave has failed; all else is to be looked up; either way in words."""
        parts.broker.fail("send_order", error)
        ended = parts.send()
        assert (ended.state, ended.reason) == (state, words)
        assert ended.fill is None

    @pytest.mark.expects_log_errors("sending an order failed in a way that was not foreseen")
    def test_a_bug_is_named(self, parts: Parts) -> None:
        """Whatever else breaks while sending leaves the intent UNKNOWN, with the fault's kind."""
        parts.broker.fail("send_order", KeyError("volume"))
        ended = parts.send()
        assert ended.state is IntentState.UNKNOWN
        assert ended.reason == (
            "sending broke off: the program itself failed (KeyError); Help, Report a problem, has the log"
        )

    def test_a_no_is_final(self, parts: Parts) -> None:
        """A refused order is not tried again, and nothing is said to be filled."""
        parts.broker.moods.append(Mood.REJECT)
        ended = parts.send()
        assert (ended.state, ended.fill, len(parts.broker.sent)) == (IntentState.FAILED, None, 1)
        assert ended.reason == "the broker rejected the order (10006)"

    def test_a_symbol_that_vanished_has_no_slippage(self, parts: Parts) -> None:
        """Where the symbol is no longer known after the fill, the fill is taken as the broker told it."""
        parts.broker.step = lambda when: parts.broker.infos.clear() if when.startswith("after") else None
        ended = parts.send()
        assert ended.state is IntentState.FILLED
        assert ended.fill is not None
        assert (ended.fill.volume, ended.fill.slippage_points) == (0.1, None)


@pytest.mark.parametrize("direction", [1, -1])
def test_slippage_keeps_what_was_known_of_the_fill(parts: Parts, direction: int) -> None:
    """Slippage is points from the price asked, and money by a tick's loss value; the rest of the fill stays."""
    info = replace(parts.broker.infos["EURUSD"], trade_tick_value_loss=2.0, trade_tick_size=2 * POINT)
    sent = replace(
        parts.approved(direction=direction), attempt=Attempt(1, {"volume": 0.5}, parts.broker.market_now(), 1.15)
    )
    fill = Fill(order=1, deal=2, position=3, volume=0.5, price=1.15 + direction * 0.0003, confirmed=True)
    slipped = with_slippage(sent, fill, info)
    assert slipped.slippage_points == pytest.approx(30.0)
    assert slipped.slippage_amount == pytest.approx(0.0003 * 100_000 * 0.5)
    assert replace(slipped, slippage_points=None, slippage_amount=None) == fill
    assert with_slippage(replace(sent, attempt=None), fill, info) == fill


def test_slippage_has_three_decimals_of_a_point_and_eight_of_money(parts: Parts) -> None:
    """Nothing is written down that only binary fractions know."""
    info = replace(parts.broker.infos["EURUSD"], trade_tick_value_loss=1.0, trade_tick_size=1.0)
    sent = replace(parts.approved(), attempt=Attempt(1, {"volume": 1.0}, parts.broker.market_now(), 1.0))
    slipped = with_slippage(sent, Fill(volume=1.0, price=1.0000123456789), info)
    assert (slipped.slippage_points, slipped.slippage_amount) == (1.235, 0.00001235)
