# SPDX-License-Identifier: MIT
"""What waits for the trader: how long, what is in its way, what turned, and what an approval sends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intent_queue.pending import PendingQueue
from arbitrex_desktop.desk.intents.events import EventKind, Fill, Intent, RiskAnswer, from_body, to_body
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.raw_layer.views import AccountMode, ConnectionState
from tests.desk.conftest import intent
from tests.desk.execution.conftest import BuildParts, Parts, answer
from tests.fakes.broker_data import make_position
from tests.fakes.records import replace
from tests.fakes.rpm import FakeRiskManager

ARROW = "\N{RIGHTWARDS ARROW}"


class Waiting:
    """A queue with everything in order: connected, synced, prices fresh, not halted."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.queue = PendingQueue(parts.book, parts.context)
        parts.context.risk.start()
        assert isinstance(parts.context.risk.rpm, FakeRiskManager)
        self.rpm = parts.context.risk.rpm
        self.sync()

    def look_again(self) -> None:
        """Judge everything that waits once more."""
        self.queue.reevaluate()
        while self.queue.is_judging:
            self.queue.go_on()

    def sync(self) -> None:
        """Be synced as of now."""
        self.parts.context.synced.at = self.parts.broker.clock.monotonic()

    def submit(self, judgement: RiskAnswer | None = None, **changes: Any) -> Intent:
        """Take an intent in, judged as given."""
        return self.parts.book.receive(intent(**changes), lambda _: judgement or answer(), 100)

    def now(self, of: Intent) -> Intent:
        """Return an intent as it stands now."""
        return self.parts.book.get(of.intent_id)


@pytest.fixture
def waiting(parts: Parts) -> Waiting:
    """Give a queue on the usual settings."""
    return Waiting(parts)


class TestEnds:
    """How waiting ends without the trader."""

    @pytest.mark.parametrize(("seconds", "state"), [(119.999, "PENDING"), (120.0, "EXPIRED")])
    def test_the_last_moment_is_over(self, waiting: Waiting, seconds: float, state: str) -> None:
        """An intent lives until its last moment and not in it; journal and row say that nobody decided."""
        taken = waiting.submit()
        waiting.parts.broker.clock.advance(seconds)
        waiting.queue.expire()
        ended = waiting.now(taken)
        assert ended.state.value == state
        if state == "EXPIRED":
            newest = waiting.parts.events(taken.intent_id)[-1]
            expected = (EventKind.EXPIRED, "desk", "nobody decided in time")
            assert (newest.kind, newest.actor, newest.reason) == expected

    def test_a_clock_set_forward_ends_it_at_its_very_end(self, waiting: Waiting) -> None:
        """The wall clock counts too, from the moment that was written down on."""
        taken = waiting.submit()
        waiting.parts.broker.clock.set_wall(taken.expires_at - timedelta(milliseconds=1))
        waiting.queue.expire()
        assert waiting.now(taken).state is IntentState.PENDING
        waiting.parts.broker.clock.set_wall(taken.expires_at)
        waiting.queue.expire()
        assert waiting.now(taken).state is IntentState.EXPIRED

    def test_all_that_waits_is_taken_back(self, waiting: Waiting) -> None:
        """Each waiting intent is cancelled with the reason; what was approved stays."""
        first, approved, last = waiting.submit(), waiting.parts.approved(), waiting.submit()
        waiting.queue.cancel_all("halted")
        assert [waiting.now(each).state for each in (first, approved, last)] == ["CANCELLED", "APPROVED", "CANCELLED"]
        newest = waiting.parts.events(last.intent_id)[-1]
        assert (newest.kind, newest.reason, newest.actor) == (EventKind.CANCELLED, "halted", "desk")

    def test_what_somebody_else_just_decided_is_left(self, waiting: Waiting) -> None:
        """A decision between looking and ending stands, and the others end all the same."""
        first, second = waiting.submit(), waiting.submit()
        in_state = waiting.parts.book.in_state

        def overtaken(*states: IntentState) -> tuple[Intent, ...]:
            found = in_state(*states)
            if waiting.now(first).state is IntentState.PENDING:
                waiting.parts.book.record(first, EventKind.REJECTED, actor="trader", state=IntentState.REJECTED)
            return found

        waiting.parts.book.in_state = overtaken  # type: ignore[method-assign] # a trader who clicks in between
        waiting.queue.cancel_all("halted")
        assert [waiting.now(each).state.value for each in (first, second)] == ["REJECTED", "CANCELLED"]


class TestLookingAgain:
    """Every waiting intent is judged as things stand now."""

    def test_only_a_turn_is_journalled(self, waiting: Waiting) -> None:
        """The same answer anew is no event; a yes that turns into a no is one, and so is the way back."""
        taken = waiting.submit()
        for _ in range(2):
            waiting.look_again()
        assert waiting.parts.kinds(taken.intent_id) == ["RECEIVED", "JUDGED"]
        waiting.rpm.refusal = ("SPREAD", "the spread is too wide")
        for _ in range(2):
            waiting.look_again()
        newest = waiting.parts.events(taken.intent_id)[-1]
        assert (newest.kind, newest.reason) == (EventKind.REJUDGED, "the spread is too wide")
        assert from_body(newest.body, "look", RiskAnswer).reason == "SPREAD"
        waiting.rpm.refusal = None
        waiting.look_again()
        assert waiting.parts.kinds(taken.intent_id) == ["RECEIVED", "JUDGED", "REJUDGED", "REJUDGED"]

    def test_the_latest_answer_is_the_one_to_see(self, waiting: Waiting) -> None:
        """A waiting intent shows the newest judgement, an ended one what was journalled last."""
        taken = waiting.submit()
        assert waiting.queue.current(taken) == taken.judgement
        waiting.rpm.lots = 0.04
        waiting.look_again()
        current = waiting.queue.current(taken)
        assert current is not None
        assert (current.lots, waiting.rpm.evaluated[-1].intent_id) == (0.04, taken.intent_id)
        approved = waiting.parts.approved()
        refused = waiting.submit(answer(status="REJECTED", details="no"))
        assert list(map(waiting.queue.current, (approved, refused))) == [approved.approved, refused.judgement]

    def test_an_atr_that_was_measured_is_kept(self, waiting: Waiting) -> None:
        """The volatility of the first judgement serves for the later ones; nothing is measured anew."""
        waiting.submit(answer(atr=0.0123))
        waiting.look_again()
        assert [each.atr for each in waiting.rpm.evaluated] == [0.0123]

    def test_without_a_connection_nobody_is_asked(self, waiting: Waiting) -> None:
        """What was seen last stays on the screen while the line is down."""
        taken = waiting.submit()
        waiting.rpm.lots = 0.04
        waiting.look_again()
        waiting.parts.broker.connected = False
        waiting.rpm.lots = 0.02
        waiting.look_again()
        current = waiting.queue.current(taken)
        assert current is not None
        assert (current.lots, len(waiting.rpm.evaluated)) == (0.04, 1)

    def test_answers_of_what_has_ended_are_forgotten(self, waiting: Waiting) -> None:
        """Only what waits is kept in memory, and it is kept when others end."""
        first, second = waiting.submit(), waiting.submit()
        waiting.queue.expire()
        waiting.look_again()
        waiting.parts.book.record(first, EventKind.REJECTED, state=IntentState.REJECTED)
        waiting.look_again()
        assert set(waiting.queue._latest) == set(waiting.queue._deadlines) == {second.intent_id}

    def test_one_decided_meanwhile_keeps_no_other_from_being_judged(self, waiting: Waiting) -> None:
        """A trader who rejects the first while it is judged again does not end the round."""
        first, second = waiting.submit(), waiting.submit()
        waiting.rpm.refusal = ("SPREAD", "the spread is too wide")
        judge = waiting.rpm.judge

        def overtaken(asked: Any, *, record: bool) -> Any:
            if asked.intent_id == first.intent_id:
                waiting.parts.book.record(first, EventKind.REJECTED, state=IntentState.REJECTED)
            return judge(asked, record=record)

        waiting.rpm.judge = overtaken  # type: ignore[method-assign,assignment] # a trader who clicks in between
        waiting.look_again()
        assert "REJUDGED" in waiting.parts.kinds(second.intent_id)


class TestBlockers:
    """What keeps an intent from being approved, in words."""

    def test_nothing(self, waiting: Waiting) -> None:
        """All in order, also at the very limits of age."""
        taken = waiting.submit()
        assert waiting.queue.blocker(taken) == ""
        waiting.parts.broker.clock.advance(waiting.parts.context.settings.max_sync_age)
        assert waiting.queue.blocker(taken) == ""
        waiting.parts.broker.clock.advance(10.0)
        waiting.sync()
        assert waiting.queue.blocker(taken) == ""

    def test_its_state(self, waiting: Waiting) -> None:
        """What does not wait cannot be approved."""
        assert waiting.queue.blocker(waiting.parts.approved()) == "the intent is APPROVED"
        unjudged = replace(waiting.submit(), judgement=None)
        assert waiting.queue.blocker(unjudged) == "the intent is PENDING"

    @pytest.mark.parametrize(("seconds", "words"), [(119.999, ""), (120.0, "the intent has expired")])
    def test_its_age(self, waiting: Waiting, seconds: float, words: str) -> None:
        """The last moment is too late."""
        taken = waiting.submit()
        waiting.parts.broker.clock.advance(seconds)
        waiting.parts.broker.refresh_quotes()
        waiting.sync()
        assert waiting.queue.blocker(taken) == words

    @pytest.mark.parametrize(
        ("reason", "words"), [("", "not connected (LOST)"), ("the host died", "not connected (LOST: the host died)")]
    )
    def test_the_connection(self, waiting: Waiting, reason: str, words: str) -> None:
        """The state of the connection, and why, where that is known."""
        taken = waiting.submit()
        broker = waiting.parts.broker
        broker.connected, broker.state = False, ConnectionState.LOST
        stats = broker.stats
        broker.stats = lambda: replace(stats(), reason=reason)  # type: ignore[method-assign] # with a reason
        assert waiting.queue.blocker(taken) == words

    def test_the_sync(self, waiting: Waiting) -> None:
        """An account that was never synced, or not for too long."""
        taken = waiting.submit()
        waiting.parts.context.synced.at = None
        assert waiting.queue.blocker(taken) == "the account was not synced yet"
        waiting.sync()
        waiting.parts.broker.clock.advance(6.0)
        assert waiting.queue.blocker(taken) == "the account was not synced for 6 s"

    def test_the_gate(self, waiting: Waiting) -> None:
        """A halt blocks what adds and not what reduces; on LIVE accounts arming comes first for both."""
        adding, reducing = waiting.submit(), waiting.submit(answer(closes=5))
        waiting.parts.gate.halt.engage("enough")
        assert waiting.queue.blocker(adding) == "trading is halted: enough"
        assert waiting.queue.blocker(reducing) == ""
        waiting.parts.broker.account_mode = AccountMode.LIVE
        assert "arming comes first" in waiting.queue.blocker(reducing)

    @pytest.mark.parametrize("state", [IntentState.SENDING, IntentState.UNKNOWN])
    def test_an_order_of_unknown_fate(self, waiting: Waiting, state: IntentState) -> None:
        """It blocks its own symbol under its id, and no other."""
        sending = waiting.parts.book.record(waiting.parts.approved(), EventKind.SUBMITTED, state=IntentState.SENDING)
        if state is IntentState.UNKNOWN:
            waiting.parts.book.record(sending, EventKind.UNCONFIRMED, state=state)
        same, other = waiting.submit(), waiting.submit(symbol="GBPUSD")
        words = f"EURUSD is blocked: the fate of order {sending.intent_id} is not known"
        assert (waiting.queue.blocker(same), waiting.queue.blocker(other)) == (words, "")

    @pytest.mark.parametrize("state", [IntentState.FILLED, IntentState.PARTIAL])
    def test_a_fill_that_is_not_seen_yet(self, waiting: Waiting, state: IntentState) -> None:
        """For five seconds after a fill, unless the books show it before."""
        taken = waiting.submit()
        sending = waiting.parts.book.record(waiting.parts.approved(), EventKind.SUBMITTED, state=IntentState.SENDING)
        filled = waiting.parts.book.record(
            sending, EventKind.FILLED, state=state, body=to_body(fill=Fill(order=1, volume=0.1))
        )
        words = "the last fill is not in the broker's books yet; one moment"
        assert waiting.queue.blocker(taken) == words
        waiting.parts.broker.clock.advance(5.0)
        assert waiting.queue.blocker(taken) == words
        waiting.parts.broker.clock.advance(0.001)
        waiting.sync()
        assert waiting.queue.blocker(taken) == ""
        waiting.parts.broker.clock.advance(-1.0)
        assert waiting.queue.blocker(taken) == words
        waiting.parts.book.record(filled, EventKind.CONFIRMED, body=to_body(fill=Fill(order=1, confirmed=True)))
        assert waiting.queue.blocker(taken) == ""

    def test_the_price(self, waiting: Waiting) -> None:
        """No price, or one that is too old; fifteen seconds are not."""
        taken, other = waiting.submit(), waiting.submit(symbol="GBPUSD")
        waiting.parts.broker.clock.advance(15.0)
        waiting.sync()
        waiting.parts.broker.set_quote("GBPUSD", 1.3)
        assert waiting.queue.blocker(taken) == ""
        waiting.parts.broker.clock.advance(1.0)
        assert (waiting.queue.blocker(taken), waiting.queue.blocker(other)) == ("the price is 16 s old", "")
        del waiting.parts.broker.quotes["EURUSD"]
        assert waiting.queue.blocker(taken) == "there is no price of EURUSD"

    @pytest.mark.parametrize(
        ("details", "words"),
        [("the spread is too wide", "the spread is too wide"), ("", "the risk manager refuses it")],
    )
    def test_the_risk_manager(self, waiting: Waiting, details: str, words: str) -> None:
        """A no of the risk manager comes last, in its own words where it has any, and is no obstacle besides."""
        taken = waiting.submit()
        waiting.rpm.refusal = ("SPREAD", details)
        waiting.look_again()
        assert (waiting.queue.blocker(taken), waiting.queue.blocking_reason(taken)) == (words, "")
        waiting.parts.gate.halt.engage("enough")
        assert waiting.queue.blocker(taken) == "trading is halted: enough"


class TestApproving:
    """What an approval sends: as judged now, and never more than was shown."""

    def test_a_no_at_the_click(self, waiting: Waiting) -> None:
        """The risk manager's words, its code where it has none; the row shows the refusal too."""
        taken = waiting.submit()
        waiting.rpm.refusal = ("SPREAD", "")
        with pytest.raises(CommandRefused, match=r"^the risk manager now refuses it: SPREAD$"):
            waiting.queue.reevaluate_for_approval(taken)
        waiting.rpm.refusal = ("SPREAD", "too wide")
        with pytest.raises(CommandRefused, match=r"^the risk manager now refuses it: too wide$"):
            waiting.queue.reevaluate_for_approval(taken)
        assert waiting.queue.blocker(taken) == "too wide"

    def test_another_deed_than_was_shown(self, waiting: Waiting) -> None:
        """What was to open now closes: the trader looks again, and then it may be approved."""
        taken = waiting.submit(direction=-1)
        waiting.parts.broker.positions = (make_position("EURUSD", 1, 0.3, ticket=5),)
        waiting.parts.broker.poll()
        waiting.rpm.reducing = True
        with pytest.raises(CommandRefused) as caught:
            waiting.queue.reevaluate_for_approval(taken)
        assert str(caught.value) == (
            "it now closes position #5, while what was shown opens a position; please look again"
        )
        assert waiting.queue.reevaluate_for_approval(taken).closes == 5

    def test_a_refusal_that_was_shown_is_no_measure(self, waiting: Waiting) -> None:
        """After a no on the screen, the answer of the click counts as it is."""
        taken = waiting.submit()
        waiting.rpm.refusal = ("SPREAD", "too wide")
        waiting.look_again()
        waiting.rpm.refusal, waiting.rpm.lots = None, 0.7
        assert waiting.queue.reevaluate_for_approval(taken).lots == 0.7

    def test_a_share_of_nothing_known_is_not_known(self, waiting: Waiting) -> None:
        """Where the new answer tells no risk, the smaller trade's risk is not known either."""
        taken = waiting.submit()
        evaluate = waiting.parts.context.risk.evaluate

        def silent(*asked: Any) -> RiskAnswer:
            return replace(evaluate(*asked), lots=0.4, risk_amount=None, risk_pct=None)

        waiting.parts.context.risk.evaluate = silent  # type: ignore[method-assign,assignment] # an answer without a risk
        sent = waiting.queue.reevaluate_for_approval(taken)
        assert (sent.lots, sent.risk_amount, sent.risk_pct) == (0.1, None, None)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shown=st.integers(1, 500), judged=st.integers(1, 500))
def test_never_more_than_was_shown(waiting: Waiting, shown: int, judged: int) -> None:
    """The smaller of both sizes leaves, and its risk is its share of the new answer's, in money and in percent."""
    taken = waiting.submit(answer(lots=shown / 100))
    waiting.rpm.lots = judged / 100
    sent = waiting.queue.reevaluate_for_approval(taken)
    share = min(shown, judged) / judged
    assert sent.lots == min(shown, judged) / 100
    assert sent.risk_amount == pytest.approx(50.0 * share)
    assert sent.risk_pct == pytest.approx(50.0 / 100_000.0 * share)
    waiting.parts.book.record(waiting.now(taken), EventKind.REJECTED, state=IntentState.REJECTED)


class TestWords:
    """What turned, and what is different."""

    def shown(self, waiting: Waiting, first: RiskAnswer, latest: RiskAnswer) -> str:
        """Return what a row says of two answers."""
        taken = waiting.submit(first)
        waiting.queue._latest[taken.intent_id] = latest
        return waiting.queue.changes(taken)

    @pytest.mark.parametrize(
        ("first", "latest", "words"),
        [
            ({}, {"price": 1.2, "stop_loss": 1.1}, ""),
            ({}, {"lots": 0.104}, f"0.10 {ARROW} 0.104 lots"),
            ({}, {"lots": 0.04}, f"0.10 {ARROW} 0.04 lots"),
            ({}, {"status": "REJECTED"}, f"APPROVED {ARROW} REJECTED"),
            ({}, {"status": "ADJUSTED", "lots": 0.2}, f"APPROVED {ARROW} ADJUSTED, 0.10 {ARROW} 0.20 lots"),
            ({}, {"closes": 7}, f"opens {ARROW} closes #7"),
            ({"closes": 7}, {"closes": 8}, f"closes #7 {ARROW} closes #8"),
            ({"closes": 7}, {"status": "REJECTED", "closes": None}, f"APPROVED {ARROW} REJECTED"),
        ],
    )
    def test_what_turned(self, waiting: Waiting, first: dict[str, Any], latest: dict[str, Any], words: str) -> None:
        """Decision, size to the hundredth and what it closes are changes; price and stop are none."""
        assert self.shown(waiting, answer(**first), answer(**latest)) == words

    @pytest.mark.parametrize(
        ("first", "latest", "words"),
        [
            ({"risk_amount": 50.0}, {"risk_amount": 55.0}, ""),
            ({"risk_amount": 50.0}, {"risk_amount": 55.01}, f"it risks more now: 50.00 USD {ARROW} 55.01 USD"),
            ({"risk_amount": None}, {"risk_amount": 0.01}, f"it risks more now: 0.00 USD {ARROW} 0.01 USD"),
            ({"risk_amount": None}, {"risk_amount": None}, ""),
            ({}, {"lots": 0.1 + 1e-12}, ""),
            ({}, {"lots": 0.11}, f"it is larger now: 0.10 {ARROW} 0.11 lots"),
            ({}, {"lots": 0.05}, ""),
            ({}, {"closes": 7}, "it now closes position #7; when it arrived it was to open one"),
            ({"closes": 8}, {"closes": 7}, "it now closes position #7; when it arrived it was to close #8"),
            ({}, {"status": "REJECTED", "lots": 9.0}, ""),
            ({"status": "REJECTED"}, {"lots": 9.0}, ""),
        ],
    )
    def test_what_became_more(
        self, waiting: Waiting, first: dict[str, Any], latest: dict[str, Any], words: str
    ) -> None:
        """Another deed, more lots, or a tenth more at risk than what arrived; less of anything is none."""
        taken = waiting.submit()
        waiting.queue._latest[taken.intent_id] = answer(**latest)
        assert waiting.queue.escalation(replace(taken, judgement=answer(**first))) == words
        assert waiting.queue.escalation(replace(taken, judgement=None)) == ""
        assert waiting.queue.escalation(replace(taken, state=IntentState.REJECTED)) == ""

    def test_nothing_turns_of_what_has_ended(self, waiting: Waiting) -> None:
        """An intent that does not wait, or was never judged, shows no change."""
        taken = waiting.submit()
        assert waiting.queue.changes(taken) == ""
        waiting.queue._latest[taken.intent_id] = answer(lots=0.04)
        assert waiting.queue.changes(replace(taken, judgement=None)) == ""
        assert waiting.queue.changes(replace(taken, state=IntentState.REJECTED, approved=answer(lots=0.04))) == ""

    @pytest.mark.parametrize(
        ("first", "latest", "words"),
        [
            ({}, {}, ""),
            ({}, {"lots": 0.04}, "lots 0.1 to 0.04"),
            ({}, {"stop_loss": None, "price": 1.2}, "stop 1.14 to none, price none to 1.2"),
            ({"price": 1.123456789}, {"price": 1.2}, "price 1.1234568 to 1.2"),
            ({"status": "REJECTED"}, {"lots": 0.04}, ""),
        ],
    )
    def test_what_is_different(
        self, waiting: Waiting, first: dict[str, Any], latest: dict[str, Any], words: str
    ) -> None:
        """Size, stop and price of an answer against the first, if that was a yes."""
        taken = replace(waiting.submit(), judgement=answer(**first))
        assert waiting.queue.differences(taken, answer(**latest)) == words
        assert waiting.queue.differences(replace(taken, judgement=None), answer(**latest)) == ""


def test_the_limits_are_the_settings(build_parts: BuildParts) -> None:
    """Ages are measured by what is set."""
    waiting = Waiting(build_parts(max_quote_age=1.0, max_sync_age=2.0))
    taken = waiting.submit()
    waiting.parts.broker.clock.advance(1.6)
    assert waiting.queue.blocker(taken) == "the price is 2 s old"
    waiting.parts.broker.clock.advance(1.0)
    assert waiting.queue.blocker(taken) == "the account was not synced for 3 s"
