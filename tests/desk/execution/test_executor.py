# SPDX-License-Identifier: MIT
"""The executor: what leaves, how often, at which price, and what the desk makes of each answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbitrex_desktop.desk.execution.executor import Executor, with_slippage
from arbitrex_desktop.desk.intents.events import Attempt, EventKind, Fill, Intent, from_body
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.intents.order_tags import comment_of, magic_of
from arbitrex_desktop.mt5.constants import OrderFilling, OrderType, ResultCode, TradeAction, TradeRetcode
from arbitrex_desktop.mt5.errors import CallFailed, DeadlineExceeded
from arbitrex_desktop.mt5.results import OrderCheckResult, OrderSendResult
from arbitrex_desktop.raw_layer.errors import PoolUnavailable
from tests.desk.conftest import Desk, intent
from tests.desk.execution.conftest import BuildParts, Parts, answer
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make, make_request


def executed(desk: Desk, mood: Mood, direction: int = 1) -> str:
    """Have an intent approved and its order answered in a mood; return its id."""
    desk.broker.moods.append(mood)
    intent_id = desk.core.submit(intent(direction=direction))
    desk.core.approve(intent_id)
    return intent_id


def last_kind(desk: Desk, intent_id: str) -> EventKind:
    """Return the newest journalled event of an intent."""
    assert desk.core.desk is not None
    return desk.core.desk.book.journal.events(intent_id=intent_id)[-1].draft.kind


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


POINT = 0.00001
DEVIATION = 20


def send(parts: Parts, judgement: Any = None, **changes: Any) -> Intent:
    """Approve an intent and have it carried out; return how it ended."""
    return Executor(parts.book, parts.context).send(parts.approved(judgement, **changes))


def refused_check(retcode: int, comment: str = "") -> OrderCheckResult:
    """Return an answer of the terminal's check."""
    return make(OrderCheckResult, retcode=retcode, comment=comment, request=make_request())


def done(**values: Any) -> OrderSendResult:
    """Return an answer of the trade server, DONE unless told otherwise."""
    fields = {"retcode": int(TradeRetcode.DONE), "volume": 0.1, "price": 1.15, "request": make_request(), **values}
    return make(OrderSendResult, **fields)


def move_after_each_order(parts: Parts, *points: int) -> None:
    """Let the market move by so many points after each order that the broker has seen, in turn."""
    moves = list(points)

    def move(when: str) -> None:
        if when.startswith("after") and moves:
            by = moves.pop(0) * POINT
            was = parts.broker.quotes["EURUSD"]
            parts.broker.quotes["EURUSD"] = replace(was, bid=was.bid + by, ask=was.ask + by)

    parts.broker.step = move


def judgement_for(direction: int) -> Any:
    """Return an approval whose stop and target are on the right sides."""
    return answer(stop_loss=1.15 - direction * 0.02, take_profit=1.15 + direction * 0.03)


class TestTheRequest:
    """What leaves is what was approved."""

    @pytest.mark.parametrize("direction", [1, -1])
    def test_it_says_what_was_approved(self, parts: Parts, direction: int) -> None:
        """Symbol, side, lots, stop, target, deviation, magic number and comment; the price of the side, on the grid."""
        sent = send(parts, judgement_for(direction), direction=direction, source="bot")
        quote = parts.broker.quotes["EURUSD"]
        assert parts.broker.sent == [
            {
                "action": int(TradeAction.DEAL),
                "symbol": "EURUSD",
                "volume": 0.1,
                "type": int(OrderType.BUY if direction > 0 else OrderType.SELL),
                "price": round(quote.ask if direction > 0 else quote.bid, 5),
                "sl": pytest.approx(1.15 - direction * 0.02),
                "tp": pytest.approx(1.15 + direction * 0.03),
                "deviation": DEVIATION,
                "magic": magic_of("bot", parts.context.settings),
                "comment": comment_of(sent.intent_id),
                "type_time": 0,
                "type_filling": int(OrderFilling.FOK),
            }
        ]

    def test_a_reduction_names_the_position_that_it_closes(self, parts: Parts) -> None:
        """An intent that was approved as one that reduces is sent on its position, and needs no stop."""
        send(parts, answer(closes=41, stop_loss=None, take_profit=None), direction=-1)
        (request,) = parts.broker.sent
        assert (request["position"], request["sl"], request["tp"]) == (41, 0.0, 0.0)

    def test_it_is_journalled_before_it_leaves(self, parts: Parts) -> None:
        """At the moment that the broker gets it, the journal has the very request, its number, price and time."""
        seen: list[Attempt] = []

        def look(when: str) -> None:
            newest = parts.events()[-1].draft
            if when.startswith("before"):
                assert (newest.kind, newest.after) == (EventKind.SENDING, IntentState.SENDING)
                seen.append(from_body(newest.body, "attempt", Attempt))

        parts.broker.moods.extend([Mood.REQUOTE, Mood.FILL])
        parts.broker.step = look
        send(parts)
        assert [attempt.number for attempt in seen] == [1, 2]
        for attempt, request in zip(seen, parts.broker.sent, strict=True):
            assert (attempt.request, attempt.asked) == (request, request["price"])
            assert attempt.market_at == parts.broker.market_now()

    @pytest.mark.parametrize("what", ["price", "symbol"])
    def test_without_price_or_symbol_nothing_leaves(self, parts: Parts, what: str) -> None:
        """A symbol that is gone, or has no price, ends the intent as failed and names the symbol."""
        del (parts.broker.quotes if what == "price" else parts.broker.infos)["EURUSD"]
        ended = send(parts)
        words = "there is no price of EURUSD" if what == "price" else "EURUSD is not selected in the terminal"
        assert (ended.state, ended.reason, parts.broker.sent) == (IntentState.FAILED, words, [])


class TestTheCheck:
    """The terminal looks at an order before it is first sent."""

    @pytest.mark.parametrize("retcode", [int(TradeRetcode.NO_MONEY), 1, -1])
    def test_anything_but_zero_is_a_no(self, parts: Parts, retcode: int) -> None:
        """The check passes with 0 only, whichever way another code points; its words are told."""
        parts.broker.check_answers.append(refused_check(retcode, "says the terminal"))
        ended = send(parts)
        assert ended.state is IntentState.FAILED
        assert "the terminal's check refused it" in ended.reason
        assert f"({retcode}; it says: says the terminal)" in ended.reason
        assert parts.broker.sent == []
        assert "SENDING" not in parts.kinds()

    def test_zero_passes(self, parts: Parts) -> None:
        """What the check lets through is sent."""
        parts.broker.check_answers.append(refused_check(0, "Done"))
        assert send(parts).state is IntentState.FILLED

    @pytest.mark.parametrize("error", [PoolUnavailable("gone"), CallFailed("order_check", -1, "no")])
    def test_no_answer_is_a_no(self, parts: Parts, error: Exception) -> None:
        """What could not be checked is not sent, and the reason is told."""
        parts.broker.check_answers.append(error)
        ended = send(parts)
        assert (ended.state, parts.broker.sent) == (IntentState.FAILED, [])
        assert ended.reason == f"the order could not be checked, so nothing was sent: {error}"

    def test_the_very_request_is_checked_once(self, parts: Parts) -> None:
        """Tries after a requote are not checked again: the first try's answer was about everything but the price."""
        checked: list[dict[str, Any]] = []
        ask = parts.broker.check_order

        def listen(request: Mapping[str, Any]) -> OrderCheckResult:
            checked.append(dict(request))
            return ask(request)

        parts.broker.check_order = listen  # type: ignore[method-assign] # listens only
        parts.broker.moods.extend([Mood.REQUOTE, Mood.REQUOTE, Mood.FILL])
        send(parts)
        assert checked == parts.broker.sent[:1]
        assert len(parts.broker.sent) == 3


class TestRequotes:
    """A few further tries, none at a price much worse than the first."""

    @pytest.mark.parametrize("retries", [0, 1, 4])
    def test_so_many_tries_and_no_more(self, build_parts: BuildParts, retries: int) -> None:
        """The setting counts the tries after the first; each is journalled, and the end says how many there were."""
        parts = build_parts(requote_retries=retries)
        parts.broker.moods.extend([Mood.REQUOTE] * (retries + 1))
        ended = send(parts)
        assert len(parts.broker.sent) == retries + 1
        assert ended.state is IntentState.FAILED
        assert ended.reason.endswith(f"; given up after {retries + 1} tries")
        assert "the broker quotes another price" in ended.reason
        ways = ["SENDING", "ANSWERED"] * (retries + 1)
        assert parts.kinds() == ["RECEIVED", "JUDGED", "APPROVED", *ways, "FAILED"]

    @pytest.mark.parametrize("direction", [1, -1])
    @pytest.mark.parametrize(("worse", "sends"), [(DEVIATION, 2), (DEVIATION + 1, 1), (-500, 2)])
    def test_a_price_that_ran_away_is_not_followed(self, parts: Parts, direction: int, worse: int, sends: int) -> None:
        """Dearer for a purchase or cheaper for a sale by more than the deviation ends it; any better price is taken."""
        parts.broker.moods.append(Mood.REQUOTE)
        move_after_each_order(parts, worse * direction)
        ended = send(parts, judgement_for(direction), direction=direction)
        assert len(parts.broker.sent) == sends
        assert ended.state is (IntentState.FILLED if sends == 2 else IntentState.FAILED)
        assert ("moved away between tries" in ended.reason) == (sends == 1)

    def test_the_way_is_measured_from_the_first_price(self, parts: Parts) -> None:
        """Small steps away add up: what matters is the price that was asked first, not the last one."""
        parts.broker.moods.extend([Mood.REQUOTE, Mood.REQUOTE])
        move_after_each_order(parts, 15, 15)
        ended = send(parts)
        assert len(parts.broker.sent) == 2
        assert "moved away between tries" in ended.reason


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(direction=st.sampled_from([1, -1]), moves=st.lists(st.integers(-40, 40), min_size=1, max_size=4))
def test_no_try_is_dearer_than_allowed(parts: Parts, direction: int, moves: list[int]) -> None:
    """However the market moves: every order sent is within the deviation of the first, and none is left out."""
    context = replace(parts.context, settings=replace(parts.context.settings, requote_retries=len(moves)))
    parts.broker.set_quote("EURUSD", 1.15)
    parts.broker.sent.clear()
    parts.broker.moods.extend([Mood.REQUOTE] * len(moves))
    move_after_each_order(parts, *moves)
    Executor(parts.book, context).send(parts.approved(judgement_for(direction), direction=direction))
    parts.broker.moods.clear()
    away, expected = 0, 1
    for move in moves:
        away += move * direction
        if away > DEVIATION:
            break
        expected += 1
    assert len(parts.broker.sent) == expected


class TestTheGate:
    """HALT and arming hold until the last moment."""

    def test_halted_before_nothing_leaves(self, parts: Parts) -> None:
        """A closed gate ends an approved intent, and its reason is told."""
        parts.gate.halt.engage("enough")
        ended = send(parts)
        assert (ended.state, ended.reason, parts.broker.sent) == (
            IntentState.FAILED,
            "trading is halted: enough",
            [],
        )
        assert "SENDING" not in parts.kinds()

    def test_halted_while_it_waits_for_its_turn(self, parts: Parts) -> None:
        """An order that queues behind a slow call is asked again, and ends as never sent."""
        parts.broker.queueing = lambda: parts.gate.halt.engage("enough")
        ended = send(parts)
        assert (ended.state, parts.broker.sent) == (IntentState.FAILED, [])
        assert ended.reason == "trading is halted: enough; nothing was sent"

    def test_a_reduction_passes_both_times(self, parts: Parts) -> None:
        """What was approved as reducing leaves while halted; it is known by the approval, not by its side."""
        parts.gate.halt.engage("enough")
        parts.broker.queueing = lambda: parts.gate.halt.engage("still")
        ended = send(parts, answer(closes=41, stop_loss=None, take_profit=None), direction=-1)
        assert ended.state is IntentState.FILLED
        assert len(parts.broker.sent) == 1

    def test_a_halt_between_tries_ends_it(self, parts: Parts) -> None:
        """After a requote the gate is asked once more."""
        parts.broker.moods.append(Mood.REQUOTE)
        parts.broker.step = lambda _: parts.gate.halt.engage("enough")
        ended = send(parts)
        assert (ended.state, len(parts.broker.sent)) == (IntentState.FAILED, 1)


class TestAnswers:
    """What each answer does to the intent and to the journal."""

    @pytest.mark.parametrize(("order", "deal", "ticket"), [(7, 9, 7), (0, 9, 9), (7, 0, 7), (0, 0, None)])
    def test_it_is_filed_under_the_orders_ticket(self, parts: Parts, order: int, deal: int, ticket: int | None) -> None:
        """The order's ticket is a position's own; the deal's serves only where there is no other."""
        parts.broker.answers.append(done(order=order, deal=deal))
        sending(parts)
        ended = send(parts)
        assert ended.fill is not None
        assert (ended.fill.order, ended.fill.deal, ended.fill.volume, ended.fill.price) == (order, deal, 0.1, 1.15)
        assert parts.events()[-1].draft.ticket == ticket
        for number in (7, 9):
            found = parts.book.journal.find_ticket(number)
            assert found == (ended.intent_id if number == ticket else None)

    def test_the_answer_itself_is_journalled(self, parts: Parts) -> None:
        """Code and comment of the broker are in the event, and the words say what they mean."""
        parts.broker.answers.append(done(order=7, comment="Request executed", retcode=int(TradeRetcode.DONE_PARTIAL)))
        sending(parts)
        ended = send(parts)
        newest = parts.events()[-1].draft
        assert (newest.body["retcode"], newest.body["comment"]) == (10010, "Request executed")
        assert (
            newest.reason
            == ended.reason
            == "only a part was filled; the rest was cancelled (10010; it says: Request executed)"
        )

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
        ended = send(parts)
        assert (ended.state.value, parts.kinds()[-1]) == (state, state)

    @pytest.mark.parametrize("order", [0, 55])
    def test_an_open_answer_keeps_its_ticket(self, parts: Parts, order: int) -> None:
        """A time-out with an order's ticket is UNKNOWN under that ticket, without one under none."""
        parts.broker.answers.append(done(order=order, retcode=int(TradeRetcode.TIMEOUT), volume=0.0, price=0.0))
        sending(parts)
        ended = send(parts)
        assert ended.state is IntentState.UNKNOWN
        assert parts.events()[-1].draft.ticket == (order or None)
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
        ended = send(parts)
        assert (ended.state, ended.reason) == (state, words)
        assert ended.fill is None

    @pytest.mark.expects_log_errors("sending an order failed in a way that was not foreseen")
    def test_a_bug_is_named(self, parts: Parts) -> None:
        """Whatever else breaks while sending leaves the intent UNKNOWN, with the fault's kind and words."""
        parts.broker.fail("send_order", KeyError("volume"))
        ended = send(parts)
        assert (ended.state, ended.reason) == (IntentState.UNKNOWN, "sending broke off (KeyError: 'volume')")

    def test_a_no_is_final(self, parts: Parts) -> None:
        """A refused order is not tried again, and nothing is said to be filled."""
        parts.broker.moods.append(Mood.REJECT)
        ended = send(parts)
        assert (ended.state, ended.fill, len(parts.broker.sent)) == (IntentState.FAILED, None, 1)
        assert ended.reason == "the broker rejected the order (10006)"

    def test_a_symbol_that_vanished_has_no_slippage(self, parts: Parts) -> None:
        """Where the symbol is no longer known after the fill, the fill is taken as the broker told it."""
        parts.broker.step = lambda when: parts.broker.infos.clear() if when.startswith("after") else None
        ended = send(parts)
        assert ended.state is IntentState.FILLED
        assert ended.fill is not None
        assert (ended.fill.volume, ended.fill.slippage_points) == (0.1, None)


def sending(parts: Parts) -> None:
    """Let the broker answer what was put into `answers`, instead of executing."""
    parts.broker.send_order = lambda request, permit=None: parts.broker.answers.popleft()  # type: ignore[method-assign,assignment,return-value] # answers only


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
