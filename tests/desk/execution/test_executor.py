# SPDX-License-Identifier: MIT
"""The executor: what leaves, how often, and at which price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbitrex_desktop.desk.execution.executor import Executor
from arbitrex_desktop.desk.intents.events import Attempt, EventKind, from_body
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.intents.order_tags import comment_of, magic_of
from arbitrex_desktop.mt5.constants import OrderFilling, OrderType, TradeAction, TradeRetcode
from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.results import OrderCheckResult
from arbitrex_desktop.raw_layer.errors import PoolUnavailable
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from tests.desk.execution.conftest import BuildParts, Parts, answer
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make, make_request
from tests.fakes.records import replace

POINT = 0.00001
DEVIATION = 20


def refused_check(retcode: int, comment: str = "") -> OrderCheckResult:
    """Return an answer of the terminal's check."""
    return make(OrderCheckResult, retcode=retcode, comment=comment, request=make_request())


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
        sent = parts.send(judgement=judgement_for(direction), direction=direction, source="bot")
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
        parts.send(judgement=answer(closes=41, stop_loss=None, take_profit=None), direction=-1)
        (request,) = parts.broker.sent
        assert (request["position"], request["sl"], request["tp"]) == (41, 0.0, 0.0)

    def test_it_is_journalled_before_it_leaves(self, parts: Parts) -> None:
        """At the moment that the broker gets it, the journal has the very request, its number, price and time."""
        seen: list[Attempt] = []

        def look(when: str) -> None:
            newest = parts.events()[-1]
            if when.startswith("before"):
                assert (newest.kind, newest.new_state) == (EventKind.SUBMITTED, IntentState.SENDING)
                seen.append(from_body(newest.body, "attempt", Attempt))

        parts.broker.moods.extend([Mood.REQUOTE, Mood.FILL])
        parts.broker.step = look
        parts.send()
        assert [attempt.number for attempt in seen] == [1, 2]
        for attempt, request in zip(seen, parts.broker.sent, strict=True):
            assert (attempt.request, attempt.asked) == (request, request["price"])
            assert attempt.market_at == parts.broker.market_now()

    @pytest.mark.parametrize("what", ["price", "symbol"])
    def test_without_price_or_symbol_nothing_leaves(self, parts: Parts, what: str) -> None:
        """A symbol that is gone, or has no price, ends the intent as failed and names the symbol."""
        del (parts.broker.quotes if what == "price" else parts.broker.infos)["EURUSD"]
        ended = parts.send()
        words = "there is no price of EURUSD" if what == "price" else "EURUSD is not selected in the terminal"
        assert (ended.state, ended.reason, parts.broker.sent) == (IntentState.FAILED, words, [])


class TestTheCheck:
    """The terminal looks at an order before it is first sent."""

    @pytest.mark.parametrize("retcode", [int(TradeRetcode.NO_MONEY), 1, -1])
    def test_anything_but_zero_is_a_no(self, parts: Parts, retcode: int) -> None:
        """The check passes with 0 only, whichever way another code points; its words are told."""
        parts.broker.check_answers.append(refused_check(retcode, "says the terminal"))
        ended = parts.send()
        assert ended.state is IntentState.FAILED
        assert "the terminal's check refused it" in ended.reason
        assert f"({retcode}; it says: says the terminal)" in ended.reason
        assert parts.broker.sent == []
        assert "SENDING" not in parts.kinds()

    def test_zero_passes(self, parts: Parts) -> None:
        """What the check lets through is sent."""
        parts.broker.check_answers.append(refused_check(0, "Done"))
        assert parts.send().state is IntentState.FILLED

    @pytest.mark.parametrize("error", [PoolUnavailable("gone"), CallFailed("order_check", -1, "no")])
    def test_no_answer_is_a_no(self, parts: Parts, error: Exception) -> None:
        """What could not be checked is not sent, and the reason is told."""
        parts.broker.check_answers.append(error)
        ended = parts.send()
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
        parts.send()
        assert checked == parts.broker.sent[:1]
        assert len(parts.broker.sent) == 3


class TestRequotes:
    """A few further tries, none at a price much worse than the first."""

    @pytest.mark.parametrize("retries", [0, 1, 4])
    def test_so_many_tries_and_no_more(self, build_parts: BuildParts, retries: int) -> None:
        """The setting counts the tries after the first; each is journalled, and the end says how many there were."""
        parts = build_parts(requote_retries=retries)
        parts.broker.moods.extend([Mood.REQUOTE] * (retries + 1))
        ended = parts.send()
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
        ended = parts.send(judgement=judgement_for(direction), direction=direction)
        assert len(parts.broker.sent) == sends
        assert ended.state is (IntentState.FILLED if sends == 2 else IntentState.FAILED)
        assert ("moved away between tries" in ended.reason) == (sends == 1)

    def test_the_way_is_measured_from_the_first_price(self, parts: Parts) -> None:
        """Small steps away add up: what matters is the price that was asked first, not the last one."""
        parts.broker.moods.extend([Mood.REQUOTE, Mood.REQUOTE])
        move_after_each_order(parts, 15, 15)
        ended = parts.send()
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
        ended = parts.send()
        assert (ended.state, ended.reason, parts.broker.sent) == (
            IntentState.FAILED,
            "trading is halted: enough",
            [],
        )
        assert "SENDING" not in parts.kinds()

    def test_halted_while_it_waits_for_its_turn(self, parts: Parts) -> None:
        """An order that queues behind a slow call is asked again, and ends as never sent."""
        parts.broker.queueing = lambda: parts.gate.halt.engage("enough")
        ended = parts.send()
        assert (ended.state, parts.broker.sent) == (IntentState.FAILED, [])
        assert ended.reason == "trading is halted: enough; nothing was sent"

    @pytest.mark.parametrize(("seconds", "sent"), [(14.0, 1), (16.0, 0)])
    def test_a_price_that_grew_old_while_it_waited(self, parts: Parts, seconds: float, sent: int) -> None:
        """Behind a history that takes half a minute no tick comes: what was approved was another market."""
        parts.broker.queueing = lambda: parts.broker.clock.advance(seconds)
        ended = parts.send()
        assert len(parts.broker.sent) == sent
        if not sent:
            assert ended.state is IntentState.FAILED
            assert ended.reason == "the order waited for its turn, and the price is 16 s old by now; nothing was sent"

    def test_an_exit_leaves_however_long_it_waited(self, parts: Parts) -> None:
        """What takes off risk is never held up, and an order that rests has a price of its own."""
        parts.broker.queueing = lambda: parts.broker.clock.advance(60.0)
        exit_answer = answer(closes=41, stop_loss=None, take_profit=None)
        assert parts.send(judgement=exit_answer, direction=-1).state is IntentState.FILLED
        resting = {"order_kind": OrderKind.LIMIT, "order_price": 1.14}
        assert parts.send(judgement=answer(stop_loss=1.13), **resting).state is IntentState.PLACED

    def test_a_reduction_passes_both_times(self, parts: Parts) -> None:
        """What was approved as reducing leaves while halted; it is known by the approval, not by its side."""
        parts.gate.halt.engage("enough")
        parts.broker.queueing = lambda: parts.gate.halt.engage("still")
        ended = parts.send(judgement=answer(closes=41, stop_loss=None, take_profit=None), direction=-1)
        assert ended.state is IntentState.FILLED
        assert len(parts.broker.sent) == 1

    def test_a_halt_between_tries_ends_it(self, parts: Parts) -> None:
        """After a requote the gate is asked once more."""
        parts.broker.moods.append(Mood.REQUOTE)
        parts.broker.step = lambda _: parts.gate.halt.engage("enough")
        ended = parts.send()
        assert (ended.state, len(parts.broker.sent)) == (IntentState.FAILED, 1)
