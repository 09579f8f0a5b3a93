# SPDX-License-Identifier: MIT
"""Recovery step by step: what each look at the broker's books journals, tells, and leaves open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.execution.executor import Executor
from arbitrex_desktop.desk.execution.recovery import Recovery
from arbitrex_desktop.desk.intents.events import Attempt, EventKind, Fill, Intent, to_body
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.mt5.commands import History
from arbitrex_desktop.mt5.constants import AccountMarginMode, OrderState
from tests.desk.conftest import intent
from tests.desk.execution.conftest import BuildParts, Parts, answer
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make_order
from tests.fakes.clock import START

SETTLE = 15.0


def send(parts: Parts, *moods: Mood, **changes: Any) -> Intent:
    """Have an intent approved and its order answered in the moods; return it as it stands then."""
    parts.broker.moods.extend(moods)
    return Executor(parts.book, parts.context).send(parts.approved(**changes))


def now(parts: Parts, of: Intent) -> Intent:
    """Return an intent as the book has it now."""
    return parts.book.get(of.intent_id)


class Looking:
    """A recovery, time, and what its looks read of the books."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.recovery = Recovery(parts.book, parts.context)
        self.windows: list[tuple[datetime, datetime]] = []
        self.connections = 1
        history, stats = parts.broker.read_history, parts.broker.stats

        def listen(since: datetime, until: datetime) -> History:
            self.windows.append((since, until))
            return history(since, until)

        parts.broker.read_history = listen  # type: ignore[method-assign] # listens only
        parts.broker.stats = lambda: replace(stats(), connections=self.connections)  # type: ignore[method-assign] # counts

    def look(self, seconds: float = 1.0) -> None:
        """Let time pass, and look."""
        self.parts.broker.clock.advance(seconds)
        self.recovery.look()


@pytest.fixture
def looking(parts: Parts) -> Looking:
    """Give a recovery on the usual settings."""
    return Looking(parts)


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
        parts.book.record(sending, EventKind.SENDING, after=IntentState.SENDING)
        filled = send(parts, Mood.FILL)
        (unjudged,) = parts.book.unjudged()
        Recovery(parts.book, parts.context).settle_interrupted()
        ends = {each.intent_id: (each.state.value, each.why) for each in parts.book.intents()}
        assert ends == {
            unjudged.intent_id: ("REJECTED", "the desk was interrupted before it was judged"),
            approved.intent_id: ("FAILED", "it was approved but never sent: the desk was interrupted before"),
            sending.intent_id: (
                "UNKNOWN",
                "the desk was interrupted while it was being sent; looking for it at the broker",
            ),
            waiting.intent_id: ("PENDING", waiting.why),
            filled.intent_id: ("FILLED", filled.why),
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
        lost = send(parts, mood)
        assert lost.state is IntentState.UNKNOWN
        looking.look()
        (deal,) = parts.broker.deals
        found = now(parts, lost)
        newest = parts.events(lost.intent_id)[-1].draft
        assert (found.state.value, newest.kind.value, newest.ticket) == (state, state, deal.position_id)
        assert found.why == f"it was executed: deal #{deal.ticket}, {lots:g} lots"
        assert found.fill is not None
        assert (found.fill.order, found.fill.deal, found.fill.position) == (deal.order, deal.ticket, deal.position_id)
        assert (found.fill.volume, found.fill.price, found.fill.confirmed) == (lots, deal.price, True)
        assert found.fill.slippage_points == pytest.approx(30.0, abs=0.5)
        assert found.fill.slippage_amount == pytest.approx(30.0 * lots, abs=0.1)

    def test_without_a_position_the_orders_ticket_serves(self, looking: Looking) -> None:
        """A broker that leaves the deal's position at 0: the order's ticket is the one to know it by."""
        lost = send(looking.parts, Mood.FILL_LOST)
        looking.parts.broker.deals[0] = replace(looking.parts.broker.deals[0], position_id=0)
        looking.look()
        assert looking.parts.events(lost.intent_id)[-1].draft.ticket == looking.parts.broker.deals[0].order

    def test_a_symbol_that_vanished_has_no_slippage(self, looking: Looking) -> None:
        """The fill is taken as the books have it."""
        lost = send(looking.parts, Mood.FILL_LOST)
        looking.parts.broker.infos.clear()
        looking.look()
        found = now(looking.parts, lost)
        assert found.state is IntentState.FILLED
        assert found.fill is not None
        assert found.fill.slippage_points is None

    def test_an_order_that_was_interrupted_before_its_attempt_is_whole(self, looking: Looking) -> None:
        """Where the journal has no attempt, what the books show by its mark is all of it."""
        parts = looking.parts
        lost = send(parts, Mood.FILL_LOST)
        bare = parts.book.record(parts.approved(), EventKind.SENDING, after=IntentState.SENDING)
        parts.book.record(bare, EventKind.UNKNOWN, after=IntentState.UNKNOWN)
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
        lost = send(looking.parts, Mood.LOST)
        looking.recovery.look()
        looking.look(SETTLE - 0.001)
        assert now(looking.parts, lost).state is IntentState.UNKNOWN
        looking.look(0.001)
        ended = now(looking.parts, lost)
        assert ended.state is IntentState.FAILED
        assert ended.why == "the broker's positions, orders and deals show no trace of it: nothing was executed"

    def test_two_looks_are_not_enough(self, looking: Looking) -> None:
        """However long the time between them."""
        lost = send(looking.parts, Mood.LOST)
        looking.recovery.look()
        looking.look(10 * SETTLE)
        assert now(looking.parts, lost).state is IntentState.UNKNOWN
        looking.look(0.0)
        assert now(looking.parts, lost).state is IntentState.FAILED

    def test_a_new_connection_begins_anew(self, looking: Looking) -> None:
        """Books of another connection may be older: time and looks count from the first of this one."""
        lost = send(looking.parts, Mood.LOST)
        for _ in range(3):
            looking.look(4.0)
        looking.connections = 2
        for _ in range(4):
            looking.look(4.0)
            assert now(looking.parts, lost).state is IntentState.UNKNOWN
        looking.look(4.0)
        assert now(looking.parts, lost).state is IntentState.FAILED

    def test_a_trace_between_begins_anew(self, looking: Looking) -> None:
        """An order that was seen working is looked for as long again when it is gone."""
        parts = looking.parts
        lost = send(parts, Mood.LOST)
        looking.look()
        looking.look()
        parts.broker.orders = (make_order("EURUSD", 0, 0.1, ticket=70, comment=f"ABX {lost.intent_id}"),)
        looking.look()
        parts.broker.orders = ()
        for _ in range(15):
            looking.look()
            assert now(parts, lost).state is IntentState.UNKNOWN
        looking.look()
        assert now(parts, lost).state is IntentState.FAILED

    def test_a_dead_order_is_an_end_at_once(self, looking: Looking) -> None:
        """An order that the broker rejected in its books has failed, without waiting."""
        parts = looking.parts
        lost = send(parts, Mood.LOST)
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
        assert (now(parts, lost).state, now(parts, lost).why) == (
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
        lost = send(parts, Mood.PLACED, judgement=answer(stop_loss=stop, take_profit=None), direction=direction)
        for _ in range(3):
            looking.look()
        ticket = parts.broker.orders[0].ticket
        words = f"the broker has order #{ticket}, not executed yet"
        name = f"order {lost.intent_id}"
        assert parts.told == [("error", name, f"{side} EURUSD ({lost.intent_id}): {words}")]
        evidence = [event.draft for event in parts.events(lost.intent_id) if event.draft.kind is EventKind.EVIDENCE]
        assert [(each.why, list(each.body["tickets"])) for each in evidence] == [(words, [ticket])]
        assert now(parts, lost).state is IntentState.UNKNOWN

    def test_no_trace_is_told_once_too(self, looking: Looking) -> None:
        """While the settling time runs, the trader hears once that nothing is seen."""
        lost = send(looking.parts, Mood.LOST)
        for _ in range(4):
            looking.look()
        assert [text for _, _, text in looking.parts.told] == [
            f"buy EURUSD ({lost.intent_id}): the broker's positions, orders and deals show no trace of it"
        ]


class TestConfirming:
    """A fill that the broker told, seen in its books."""

    def test_the_books_complete_the_fill(self, looking: Looking) -> None:
        """Position, deal, price and slippage are taken over, without a change of state or words."""
        parts = looking.parts
        parts.broker.slip = 0.0002
        filled = send(parts, Mood.UNTOLD)
        looking.look()
        seen = now(parts, filled)
        newest = parts.events(filled.intent_id)[-1].draft
        assert (newest.kind, newest.ticket, newest.why) == (EventKind.CONFIRMED, parts.broker.deals[0].position_id, "")
        assert (seen.state, seen.why) == (IntentState.FILLED, filled.why)
        assert seen.fill is not None
        assert (seen.fill.volume, seen.fill.price) == (0.1, parts.broker.deals[0].price)
        assert seen.fill.slippage_points == pytest.approx(20.0, abs=0.5)
        looking.look()
        assert parts.kinds(filled.intent_id).count("CONFIRMED") == 1

    def test_without_a_position_the_orders_ticket_serves(self, looking: Looking) -> None:
        """As for a lost answer."""
        filled = send(looking.parts, Mood.FILL)
        looking.parts.broker.deals[0] = replace(looking.parts.broker.deals[0], position_id=0)
        looking.look()
        newest = looking.parts.events(filled.intent_id)[-1].draft
        assert (newest.kind, newest.ticket) == (EventKind.CONFIRMED, looking.parts.broker.deals[0].order)

    @pytest.mark.parametrize(("seconds", "confirmed"), [(60.0, True), (60.001, False)])
    def test_for_a_minute(self, looking: Looking, seconds: float, confirmed: bool) -> None:
        """A fill that the books do not show within a minute is looked for no longer."""
        parts = looking.parts
        filled = send(parts, Mood.FILL)
        looking.look(seconds)
        assert ("CONFIRMED" in parts.kinds(filled.intent_id)) is confirmed
        assert len(looking.windows) == confirmed

    def test_what_is_confirmed_is_read_no_more(self, looking: Looking) -> None:
        """The broker's history is only asked while something waits for it, and while connected."""
        looking.look()
        assert looking.windows == []
        send(looking.parts, Mood.FILL)
        looking.parts.broker.connected = False
        looking.look()
        assert looking.windows == []
        looking.parts.broker.connected = True
        looking.look()
        looking.look()
        assert len(looking.windows) == 1

    def test_an_unseen_fill_is_not_failed(self, looking: Looking) -> None:
        """Books that do not show a fill which the broker told leave it as it is."""
        parts = looking.parts
        filled = send(parts, Mood.FILL)
        parts.broker.deals.clear()
        parts.broker.history_orders.clear()
        parts.broker.positions = ()
        for _ in range(20):
            looking.look()
        assert now(parts, filled) == filled


class TestLate:
    """What had counted as failed and stands among the positions."""

    def test_it_is_an_alarm(self, looking: Looking) -> None:
        """State, words and notice say that it was executed after all."""
        parts = looking.parts
        failed = send(parts, Mood.REJECT)
        assert failed.state is IntentState.FAILED
        parts.broker._deal(parts.broker.sent[-1], 0.1)
        looking.look()
        assert now(parts, failed).state is IntentState.FAILED
        parts.broker.poll()
        looking.look()
        late = now(parts, failed)
        assert (late.state, late.why) == (
            IntentState.FILLED,
            "the broker executed it after it had counted as failed",
        )
        name = f"buy EURUSD ({failed.intent_id})"
        assert parts.told == [("error", f"late {failed.intent_id}", f"{name} had counted as failed, but was executed")]

    def test_what_was_never_sent_is_not_looked_for(self, looking: Looking) -> None:
        """An intent that failed before any attempt has no order, whatever a position's comment says."""
        parts = looking.parts
        parts.gate.halt.engage("enough")
        failed = send(parts)
        other = {"symbol": "EURUSD", "type": 0, "comment": f"ABX {failed.intent_id}", "volume": 0.1}
        parts.broker._deal(other, 0.1)
        parts.broker.poll()
        looking.look()
        assert looking.windows == []


class TestTheBooks:
    """What is read, and whose it is."""

    def test_from_ten_minutes_before_the_oldest_order(self, looking: Looking) -> None:
        """The window begins ten minutes before the oldest order that is looked for and ends now."""
        send(looking.parts, Mood.LOST)
        looking.parts.broker.clock.advance(3.0)
        send(looking.parts, Mood.LOST, symbol="GBPUSD", judgement=answer(stop_loss=1.2, take_profit=None))
        looking.look(2.0)
        assert looking.windows == [(START - timedelta(minutes=10), START + timedelta(seconds=5))]

    def test_a_market_clock_that_went_back(self, looking: Looking) -> None:
        """An order dated after the present of a simulated market is inside the window."""
        parts = looking.parts
        send(parts, Mood.LOST)
        parts.broker.market_now = lambda: START - timedelta(hours=1)  # type: ignore[method-assign] # a clock set back
        looking.look()
        assert looking.windows == [(START - timedelta(hours=1, minutes=10), START)]

    @pytest.mark.parametrize(
        ("mode", "state"),
        [(AccountMarginMode.RETAIL_HEDGING, "FILLED"), (AccountMarginMode.RETAIL_NETTING, "UNKNOWN")],
    )
    def test_positions_count_where_each_is_its_own(self, looking: Looking, mode: AccountMarginMode, state: str) -> None:
        """Without deals a position tells on hedging accounts only."""
        parts = looking.parts
        parts.broker.account = replace(parts.broker.account, margin_mode=int(mode))
        lost = send(parts, Mood.FILL_LOST)
        parts.broker.deals.clear()
        looking.look()
        assert now(parts, lost).state.value == state

    def test_what_another_intent_has_is_not_taken(self, looking: Looking) -> None:
        """Without comments a lost order is told from one whose ticket an intent has already."""
        parts = looking.parts
        parts.broker.keep_comments = False
        first = send(parts, Mood.FILL)
        second = send(parts, Mood.LOST)
        for _ in range(16):
            looking.look()
        assert (now(parts, first).state, now(parts, second).state) == (IntentState.FILLED, IntentState.FAILED)

    def test_server_times_are_turned_to_utc(self, looking: Looking) -> None:
        """On a broker two hours ahead an unmarked order of the right moment is found."""
        parts = looking.parts
        parts.broker.keep_comments, parts.broker.server_offset = False, 7_200
        lost = send(parts, Mood.FILL_LOST)
        looking.look()
        assert now(parts, lost).state is IntentState.FILLED

    def test_an_old_order_is_no_candidate_on_a_clock_ahead(self, looking: Looking) -> None:
        """An unmarked deal of five minutes ago is not taken for new because the server's clock is ahead of UTC."""
        parts = looking.parts
        parts.broker.keep_comments, parts.broker.server_offset = False, 7_200
        request = {"symbol": "EURUSD", "type": 0, "volume": 0.1, "magic": 0}
        parts.broker._deal(request, 0.1)
        parts.broker.clock.advance(300.0)
        lost = send(parts, Mood.LOST)
        parts.broker.deals[0] = replace(parts.broker.deals[0], magic=parts.broker.sent[-1]["magic"])
        parts.broker.history_orders.clear()
        parts.broker.positions = ()
        looking.look()
        assert now(parts, lost).state is IntentState.UNKNOWN


class TestTheTradersWord:
    """An UNKNOWN intent that the trader decides."""

    @pytest.mark.parametrize(
        ("reason", "words"), [("by phone", "decided by the trader: by phone"), ("", "decided by the trader")]
    )
    @pytest.mark.parametrize("ticket", [77, 0])
    def test_executed(self, parts: Parts, reason: str, words: str, ticket: int) -> None:
        """It is filled with all that was asked, under the ticket that was named, if one was."""
        lost = send(parts, Mood.LOST)
        ended = Recovery(parts.book, parts.context).resolve(lost.intent_id, executed=True, reason=reason, ticket=ticket)
        assert (ended.state, ended.why, ended.fill) == (
            IntentState.FILLED,
            words,
            Fill(order=ticket, volume=0.1, confirmed=True),
        )
        newest = parts.events(lost.intent_id)[-1].draft
        assert (newest.kind, newest.who, newest.ticket) == (EventKind.FILLED, "trader", ticket or None)

    def test_not_executed(self, parts: Parts) -> None:
        """It has failed, by the trader's word."""
        lost = send(parts, Mood.LOST)
        ended = Recovery(parts.book, parts.context).resolve(lost.intent_id, executed=False, reason="")
        newest = parts.events(lost.intent_id)[-1].draft
        assert (ended.state, ended.why, newest.who) == (IntentState.FAILED, "decided by the trader", "trader")
        assert (newest.kind, newest.ticket, ended.fill) == (EventKind.FAILED, None, None)

    def test_without_a_ticket_named_there_is_none(self, parts: Parts) -> None:
        """A trader who names no ticket leaves none."""
        lost = send(parts, Mood.LOST)
        ended = Recovery(parts.book, parts.context).resolve(lost.intent_id, executed=True, reason="")
        assert ended.fill is not None
        assert ended.fill.order == 0

    def test_without_an_attempt_no_volume_is_claimed(self, parts: Parts) -> None:
        """What the journal has no attempt of is filled with nothing known."""
        bare = parts.book.record(parts.approved(), EventKind.SENDING, after=IntentState.SENDING)
        bare = parts.book.record(bare, EventKind.UNKNOWN, after=IntentState.UNKNOWN)
        ended = Recovery(parts.book, parts.context).resolve(bare.intent_id, executed=True, reason="")
        assert ended.fill == Fill(confirmed=True)

    def test_of_unknown_ones_only(self, parts: Parts) -> None:
        """Any other state is refused with its name."""
        filled = send(parts, Mood.FILL)
        with pytest.raises(CommandRefused, match="the intent is FILLED; only an UNKNOWN one is resolved by hand"):
            Recovery(parts.book, parts.context).resolve(filled.intent_id, executed=True, reason="")


@pytest.mark.parametrize(("volume", "state"), [(0.1, "FILLED"), (0.1 - 5e-10, "FILLED"), (0.0999, "PARTIAL")])
def test_a_hair_less_is_the_whole(build_parts: BuildParts, volume: float, state: str) -> None:
    """What binary fractions take off the volume does not make a part of it."""
    parts = build_parts()
    lost = send(parts, Mood.FILL_LOST)
    attempt = Attempt(1, {**parts.broker.sent[0], "volume": 0.1}, START, 1.15)
    parts.book.record(lost, EventKind.EVIDENCE, body=to_body(attempt=attempt))
    parts.broker.deals[0] = replace(parts.broker.deals[0], volume=volume)
    Recovery(parts.book, parts.context).look()
    assert now(parts, lost).state.value == state
