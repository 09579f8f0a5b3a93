# SPDX-License-Identifier: MIT
"""Recovery step by step: what each look at the broker's books journals, tells, and leaves open."""

from __future__ import annotations

from typing import Any

import pytest

from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.mt5.constants import OrderState
from tests.desk.conftest import intent
from tests.desk.execution.conftest import Looking, Parts, answer, now
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make_order
from tests.fakes.records import replace

SETTLE = DeskSettings().settle_seconds
SO_FAR = " so far; it is looked for for another day"


class TestInterrupted:
    """What an earlier run left half done."""

    def test_each_state_has_its_end(self, parts: Parts) -> None:
        """Not judged is rejected, approved is failed, sending is unknown; what waits or has ended stays."""

        def broken(_: str) -> Any:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            parts.book.receive(intent(), broken, 100)
        waiting = parts.book.receive(intent(), lambda _: answer(), 100)
        approved, sending = parts.approved(), parts.approved()
        parts.book.record(sending, EventKind.SUBMITTED, state=IntentState.SENDING)
        filled = parts.send(Mood.FILL)
        (unjudged,) = parts.book.unjudged()
        parts.recovery().settle_interrupted()
        ends = {each.intent_id: (each.state.value, each.reason) for each in parts.book.intents()}
        assert ends == {
            unjudged.intent_id: ("REJECTED", "the desk was interrupted before it was judged"),
            approved.intent_id: ("FAILED", "it was approved but never sent: the desk was interrupted before"),
            sending.intent_id: (
                "UNKNOWN",
                "the desk was interrupted while it was being sent; looking for it at the broker",
            ),
            waiting.intent_id: ("PENDING", waiting.reason),
            filled.intent_id: ("FILLED", filled.reason),
        }
        kinds = [parts.kinds(each.intent_id)[-1] for each in (unjudged, approved, sending)]
        assert kinds == ["REJECTED", "FAILED", "UNKNOWN"]


class TestExecutedAfterAll:
    """An order whose answer was lost and that the books show."""

    @pytest.mark.parametrize(
        ("mood", "state", "lots"), [(Mood.FILL_LOST, "FILLED", 0.1), (Mood.PART_LOST, "PARTIAL", 0.05)]
    )
    def test_the_deal_tells_all(self, looking: Looking, mood: Mood, state: str, lots: float) -> None:
        """Whole or part, volume, price, slippage, and the position's ticket come from the deal."""
        parts = looking.parts
        parts.broker.slip = 0.0003
        lost = parts.send(mood)
        assert lost.state is IntentState.UNKNOWN
        looking.look()
        (deal,) = parts.broker.deals
        found = now(parts, lost)
        newest = parts.events(lost.intent_id)[-1]
        assert (found.state.value, newest.kind.value, newest.ticket) == (state, state, deal.position_id)
        assert found.reason.startswith(
            f"it was executed: deal #{deal.ticket}, {lots:.2f} lots at 1.15036, slippage +29."
        )
        assert found.fill is not None
        assert (found.fill.order, found.fill.deal, found.fill.position) == (deal.order, deal.ticket, deal.position_id)
        assert (found.fill.volume, found.fill.price, found.fill.confirmed) == (lots, deal.price, True)
        assert found.fill.slippage_points == pytest.approx(30.0, abs=0.5)
        assert found.fill.slippage_amount == pytest.approx(30.0 * lots, abs=0.1)

    def test_without_a_position_the_orders_ticket_serves(self, looking: Looking) -> None:
        """A broker that leaves the deal's position at 0: the order's ticket is the one to know it by."""
        lost = looking.parts.send(Mood.FILL_LOST)
        looking.parts.broker.deals[0] = replace(looking.parts.broker.deals[0], position_id=0)
        looking.look()
        assert looking.parts.events(lost.intent_id)[-1].ticket == looking.parts.broker.deals[0].order

    def test_a_symbol_that_vanished_has_no_slippage(self, looking: Looking) -> None:
        """The fill is taken as the books have it."""
        lost = looking.parts.send(Mood.FILL_LOST)
        looking.parts.broker.infos.clear()
        looking.look()
        found = now(looking.parts, lost)
        assert found.state is IntentState.FILLED
        assert found.fill is not None
        assert found.fill.slippage_points is None

    def test_an_order_that_was_interrupted_before_its_attempt_is_whole(self, looking: Looking) -> None:
        """Where the journal has no attempt, what the books show by its mark is all of it."""
        parts = looking.parts
        lost = parts.send(Mood.FILL_LOST)
        bare = parts.book.record(parts.approved(), EventKind.SUBMITTED, state=IntentState.SENDING)
        parts.book.record(bare, EventKind.UNCONFIRMED, state=IntentState.UNKNOWN)
        deal = parts.broker.deals[0]
        parts.broker.deals.append(
            replace(
                deal,
                ticket=900,
                order=901,
                position_id=901,
                comment=deal.comment.replace(lost.intent_id, bare.intent_id),
            )
        )
        looking.look()
        assert now(parts, bare).state is IntentState.FILLED


class TestNoTrace:
    """An order that the books do not show."""

    def test_three_looks_over_the_settling_time(self, looking: Looking) -> None:
        """Exactly at the end of the settling time it counts as never executed, not a moment before."""
        lost = looking.parts.send(Mood.LOST)
        looking.recovery.reconcile()
        looking.look(SETTLE - 0.001)
        assert now(looking.parts, lost).state is IntentState.UNKNOWN
        looking.look(0.001)
        ended = now(looking.parts, lost)
        assert ended.state is IntentState.FAILED
        assert (
            ended.reason
            == f"the broker's positions, orders and deals show no trace of it: nothing was executed{SO_FAR}"
        )

    def test_two_looks_are_not_enough(self, looking: Looking) -> None:
        """However long the time between them."""
        lost = looking.parts.send(Mood.LOST)
        looking.recovery.reconcile()
        looking.look(10 * SETTLE)
        assert now(looking.parts, lost).state is IntentState.UNKNOWN
        looking.look(0.0)
        assert now(looking.parts, lost).state is IntentState.FAILED

    def test_a_new_connection_begins_anew(self, looking: Looking) -> None:
        """Books of another connection may be older: time and looks count from the first of this one."""
        lost = looking.parts.send(Mood.LOST)
        for _ in range(3):
            looking.look(SETTLE / 4)
        looking.connections = 2
        for _ in range(4):
            looking.look(SETTLE / 4)
            assert now(looking.parts, lost).state is IntentState.UNKNOWN
        looking.look(SETTLE / 4)
        assert now(looking.parts, lost).state is IntentState.FAILED

    def test_a_trace_between_begins_anew(self, looking: Looking) -> None:
        """An order that was seen working is looked for as long again when it is gone."""
        parts = looking.parts
        lost = parts.send(Mood.LOST)
        looking.look()
        looking.look()
        parts.broker.orders = (make_order("EURUSD", 0, 0.1, ticket=70, comment=f"ABX {lost.intent_id}"),)
        looking.look()
        parts.broker.orders = ()
        for _ in range(int(SETTLE)):
            looking.look()
            assert now(parts, lost).state is IntentState.UNKNOWN
        looking.look()
        assert now(parts, lost).state is IntentState.FAILED

    def test_a_dead_order_is_an_end_at_once(self, looking: Looking) -> None:
        """An order that the broker rejected in its books has failed, without waiting."""
        parts = looking.parts
        lost = parts.send(Mood.LOST)
        seconds = int(parts.broker.clock.now().timestamp())
        parts.broker.history_orders.append(
            make_order(
                "EURUSD",
                0,
                0.1,
                ticket=70,
                comment=f"ABX {lost.intent_id}",
                state=int(OrderState.REJECTED),
                time_setup=seconds,
                time_done=seconds,
            )
        )
        looking.look()
        assert (now(parts, lost).state, now(parts, lost).reason) == (
            IntentState.FAILED,
            "order #70 ended without a deal: nothing was executed",
        )


class TestEvidence:
    """What the books show without deciding it."""

    @pytest.mark.parametrize(("direction", "side"), [(1, "buy"), (-1, "sell")])
    def test_it_is_told_once(self, looking: Looking, direction: int, side: str) -> None:
        """An order that the broker still works on is an error notice and an event with its ticket, once."""
        parts = looking.parts
        stop = 1.15 - direction * 0.02
        lost = parts.send(Mood.PLACED, judgement=answer(stop_loss=stop, take_profit=None), direction=direction)
        for _ in range(3):
            looking.look()
        ticket = parts.broker.orders[0].ticket
        words = f"the broker has order #{ticket}, not executed yet"
        name = f"order {lost.intent_id}"
        assert parts.told == [("error", name, f"{side} EURUSD ({lost.intent_id}): {words}")]
        evidence = [event for event in parts.events(lost.intent_id) if event.kind is EventKind.EVIDENCE_FOUND]
        assert [(each.reason, list(each.body["tickets"])) for each in evidence] == [(words, [ticket])]
        assert now(parts, lost).state is IntentState.UNKNOWN

    def test_no_trace_is_told_once_too(self, looking: Looking) -> None:
        """While the settling time runs, the trader hears once that nothing is seen."""
        lost = looking.parts.send(Mood.LOST)
        for _ in range(4):
            looking.look()
        assert [text for _, _, text in looking.parts.told] == [
            f"buy EURUSD ({lost.intent_id}): the broker's positions, orders and deals show no trace of it"
        ]
