# SPDX-License-Identifier: MIT
"""Recovery: fills confirmed and come late, which books are read, and the trader's own word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.events import Attempt, EventKind, Fill, to_body
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.mt5.constants import AccountMarginMode
from tests.desk.execution.conftest import BuildParts, Looking, Parts, answer, now
from tests.fakes.broker import Mood
from tests.fakes.clock import START
from tests.fakes.records import replace

SETTLE = DeskSettings().settle_seconds


class TestConfirming:
    """A fill that the broker told, seen in its books."""

    def test_the_books_complete_the_fill(self, looking: Looking) -> None:
        """Position, deal, price and slippage are taken over, and said now that they are known; the state stays."""
        parts = looking.parts
        parts.broker.slip = 0.0002
        filled = parts.send(Mood.UNTOLD)
        looking.look()
        seen = now(parts, filled)
        newest = parts.events(filled.intent_id)[-1]
        assert (newest.kind, newest.ticket) == (EventKind.CONFIRMED, parts.broker.deals[0].position_id)
        assert filled.reason == "filled; the broker has not reported the price yet"
        assert (seen.state, seen.reason) == (IntentState.FILLED, "filled at 1.15026, slippage +19.8 points")
        assert seen.fill is not None
        assert (seen.fill.volume, seen.fill.price) == (0.1, parts.broker.deals[0].price)
        assert seen.fill.slippage_points == pytest.approx(20.0, abs=0.5)
        looking.look()
        assert parts.kinds(filled.intent_id).count("CONFIRMED") == 1

    def test_a_price_that_was_told_is_not_told_again(self, looking: Looking) -> None:
        """The books agree: confirmed without a word, and what was said of the fill stays."""
        filled = looking.parts.send(Mood.FILL)
        looking.look()
        newest = looking.parts.events(filled.intent_id)[-1]
        assert (newest.kind, newest.reason) == (EventKind.CONFIRMED, "")
        assert now(looking.parts, filled).reason == filled.reason

    def test_without_a_position_the_orders_ticket_serves(self, looking: Looking) -> None:
        """As for a lost answer."""
        filled = looking.parts.send(Mood.FILL)
        looking.parts.broker.deals[0] = replace(looking.parts.broker.deals[0], position_id=0)
        looking.look()
        newest = looking.parts.events(filled.intent_id)[-1]
        assert (newest.kind, newest.ticket) == (EventKind.CONFIRMED, looking.parts.broker.deals[0].order)

    @pytest.mark.parametrize(("seconds", "confirmed"), [(60.0, True), (60.001, False)])
    def test_for_a_minute(self, looking: Looking, seconds: float, confirmed: bool) -> None:
        """A fill that the books do not show within a minute is looked for no longer."""
        parts = looking.parts
        filled = parts.send(Mood.FILL)
        looking.look(seconds)
        assert ("CONFIRMED" in parts.kinds(filled.intent_id)) is confirmed
        assert len(looking.windows) == confirmed

    def test_what_is_confirmed_is_read_no_more(self, looking: Looking) -> None:
        """The broker's history is only asked while something waits for it, and while connected."""
        looking.look()
        assert looking.windows == []
        looking.parts.send(Mood.FILL)
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
        filled = parts.send(Mood.FILL)
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
        failed = parts.send(Mood.REJECT)
        assert failed.state is IntentState.FAILED
        parts.broker._deal(parts.broker.sent[-1], 0.1)
        looking.look()
        assert now(parts, failed).state is IntentState.FAILED
        parts.broker.poll()
        looking.look()
        late = now(parts, failed)
        assert (late.state, late.reason) == (
            IntentState.FILLED,
            "the broker executed it after it had counted as failed: 0.10 lots at 1.15006, slippage -0.2 points",
        )
        name = f"buy EURUSD ({failed.intent_id})"
        assert parts.told == [("error", f"late {failed.intent_id}", f"{name} had counted as failed, but was executed")]

    def test_before_any_reading_there_is_none(self, looking: Looking) -> None:
        """While the account was never read, nothing stands among its positions."""
        looking.parts.send(Mood.REJECT)
        looking.parts.broker._latest = None
        looking.look()
        assert looking.windows == []

    def test_what_was_never_sent_is_not_looked_for(self, looking: Looking) -> None:
        """An intent that failed before any attempt has no order, whatever a position's comment says."""
        parts = looking.parts
        parts.gate.halt.engage("enough")
        failed = parts.send()
        other = {"symbol": "EURUSD", "type": 0, "comment": f"ABX {failed.intent_id}", "volume": 0.1}
        parts.broker._deal(other, 0.1)
        parts.broker.poll()
        looking.look()
        assert looking.windows == []


class TestTheBooks:
    """What is read, and whose it is."""

    def test_from_ten_minutes_before_the_oldest_order(self, looking: Looking) -> None:
        """The window begins ten minutes before the oldest order that is looked for and ends now."""
        looking.parts.send(Mood.LOST)
        looking.parts.broker.clock.advance(3.0)
        looking.parts.send(Mood.LOST, symbol="GBPUSD", judgement=answer(stop_loss=1.2, take_profit=None))
        looking.look(2.0)
        assert looking.windows == [(START - timedelta(minutes=10), START + timedelta(seconds=5))]

    def test_a_market_clock_that_went_back(self, looking: Looking) -> None:
        """An order dated after the present of a simulated market is inside the window."""
        parts = looking.parts
        parts.send(Mood.LOST)
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
        lost = parts.send(Mood.FILL_LOST)
        parts.broker.deals.clear()
        looking.look()
        assert now(parts, lost).state.value == state

    def test_what_another_intent_has_is_not_taken(self, looking: Looking) -> None:
        """Without comments a lost order is told from one whose ticket an intent has already."""
        parts = looking.parts
        parts.broker.keep_comments = False
        first = parts.send(Mood.FILL)
        second = parts.send(Mood.LOST)
        for _ in range(int(SETTLE) + 1):
            looking.look()
        assert (now(parts, first).state, now(parts, second).state) == (IntentState.FILLED, IntentState.FAILED)

    def test_server_times_are_turned_to_utc(self, looking: Looking) -> None:
        """On a broker two hours ahead an unmarked order of the right moment is found."""
        parts = looking.parts
        parts.broker.keep_comments, parts.broker.server_offset = False, 7_200
        lost = parts.send(Mood.FILL_LOST)
        looking.look()
        assert now(parts, lost).state is IntentState.FILLED

    def test_an_old_order_is_no_candidate_on_a_clock_ahead(self, looking: Looking) -> None:
        """An unmarked deal of five minutes ago is not taken for new because the server's clock is ahead of UTC."""
        parts = looking.parts
        parts.broker.keep_comments, parts.broker.server_offset = False, 7_200
        request = {"symbol": "EURUSD", "type": 0, "volume": 0.1, "magic": 0}
        parts.broker._deal(request, 0.1)
        parts.broker.clock.advance(300.0)
        lost = parts.send(Mood.LOST)
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
        lost = parts.send(Mood.LOST)
        ended = parts.recovery().resolve(lost.intent_id, executed=True, reason=reason, ticket=ticket)
        assert (ended.state, ended.reason, ended.fill) == (
            IntentState.FILLED,
            words,
            Fill(order=ticket, volume=0.1, confirmed=True),
        )
        newest = parts.events(lost.intent_id)[-1]
        assert (newest.kind, newest.actor, newest.ticket) == (EventKind.FILLED, "trader", ticket or None)

    def test_not_executed(self, parts: Parts) -> None:
        """It has failed, by the trader's word, and no other intent has."""
        lost = parts.send(Mood.LOST)
        other = parts.send(Mood.LOST)
        ended = parts.recovery().resolve(lost.intent_id, executed=False, reason="")
        newest = parts.events(lost.intent_id)[-1]
        assert (ended.state, ended.reason, newest.actor) == (IntentState.FAILED, "decided by the trader", "trader")
        assert (newest.kind, newest.ticket, ended.fill) == (EventKind.FAILED, None, None)
        assert now(parts, other).state is IntentState.UNKNOWN

    def test_without_a_ticket_named_there_is_none(self, parts: Parts) -> None:
        """A trader who names no ticket leaves none."""
        lost = parts.send(Mood.LOST)
        ended = parts.recovery().resolve(lost.intent_id, executed=True, reason="")
        assert ended.fill is not None
        assert ended.fill.order == 0

    def test_without_an_attempt_no_volume_is_claimed(self, parts: Parts) -> None:
        """What the journal has no attempt of is filled with nothing known."""
        bare = parts.book.record(parts.approved(), EventKind.SUBMITTED, state=IntentState.SENDING)
        bare = parts.book.record(bare, EventKind.UNCONFIRMED, state=IntentState.UNKNOWN)
        ended = parts.recovery().resolve(bare.intent_id, executed=True, reason="")
        assert ended.fill == Fill(confirmed=True)

    def test_of_unknown_ones_only(self, parts: Parts) -> None:
        """Any other state is refused with its name."""
        filled = parts.send(Mood.FILL)
        with pytest.raises(CommandRefused, match="the intent is FILLED; only an UNKNOWN one is resolved manually"):
            parts.recovery().resolve(filled.intent_id, executed=True, reason="")


@pytest.mark.parametrize(("volume", "state"), [(0.1, "FILLED"), (0.1 - 5e-10, "FILLED"), (0.0999, "PARTIAL")])
def test_a_hair_less_is_the_whole(build_parts: BuildParts, volume: float, state: str) -> None:
    """What binary fractions take off the volume does not make a part of it."""
    parts = build_parts()
    lost = parts.send(Mood.FILL_LOST)
    attempt = Attempt(1, {**parts.broker.sent[0], "volume": 0.1}, START, 1.15)
    parts.book.record(lost, EventKind.EVIDENCE_FOUND, body=to_body(attempt=attempt))
    parts.broker.deals[0] = replace(parts.broker.deals[0], volume=volume)
    parts.recovery().reconcile()
    assert now(parts, lost).state.value == state
