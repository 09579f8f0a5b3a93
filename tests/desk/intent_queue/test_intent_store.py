# SPDX-License-Identifier: MIT
"""The book: intents in memory are what the journal says, however many there are."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from arbitrex_desktop.desk.errors import CommandRefused, JournalUnavailable, UnknownIntent
from arbitrex_desktop.desk.intent_queue.intent_store import KEPT, IntentStore
from arbitrex_desktop.desk.intents.events import Event, EventKind, Intent, RiskAnswer, from_body
from arbitrex_desktop.desk.intents.intent import IllegalIntentTransition, IntentRequest, IntentState
from arbitrex_desktop.desk.intents.order_tags import comment_of
from arbitrex_desktop.desk.journal.journal import Journal
from tests.desk.conftest import intent
from tests.fakes.clock import START, ManualClock
from tests.fakes.disk import DiskFull, Fate

YES = RiskAnswer(status="APPROVED", at=START, lots=0.1)
NO = RiskAnswer(status="REJECTED", at=START, reason="NO", details="no")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Give a journal."""
    with closing(Journal(tmp_path / "j.sqlite3")) as opened:
        yield opened


def make(journal: Journal) -> IntentStore:
    """Return a book on a journal."""
    numbers = count(journal.head[0])
    return IntentStore(journal, ManualClock(), lambda: f"ID{next(numbers):06d}")


def test_a_book_read_again_is_the_same(journal: Journal) -> None:
    """Reading the journal gives the intents that were there, in all their fields."""
    book = make(journal)
    waiting = book.receive(intent(client_id="x"), lambda _: YES, 10)
    refused = book.receive(intent(), lambda _: NO, 10)
    book.record(waiting, EventKind.REJUDGED, reason="now it is")
    again = make(journal)
    assert again.intents() == book.intents()
    assert [each.intent_id for each in again.intents()] == [refused.intent_id, waiting.intent_id]
    assert again.in_state(IntentState.PENDING) == book.in_state(IntentState.PENDING)


@pytest.mark.slow
def test_only_so_many_ended_intents_stay_in_memory(journal: Journal) -> None:
    """The oldest ended ones leave, the waiting ones never do, and all can be asked for still."""
    book = make(journal)
    waiting = book.receive(intent(), lambda _: YES, 10)
    first = book.receive(intent(), lambda _: NO, 10)
    for _ in range(KEPT + 5):
        last = book.receive(intent(), lambda _: NO, 10)
    kept = {each.intent_id for each in book.intents()}
    assert len(kept) == KEPT
    assert {waiting.intent_id, last.intent_id} <= kept
    assert first.intent_id not in kept
    assert book.get(first.intent_id) == first
    assert {each.intent_id for each in make(journal).intents()} >= {waiting.intent_id, last.intent_id}


def test_a_change_that_comes_too_late_is_refused(journal: Journal) -> None:
    """Whoever saw an older state changes nothing; a step that no state allows is illegal."""
    book = make(journal)
    seen = book.receive(intent(), lambda _: YES, 10)
    book.record(seen, EventKind.REJECTED, state=IntentState.REJECTED)
    with pytest.raises(CommandRefused, match="REJECTED by now"):
        book.record(seen, EventKind.APPROVED, state=IntentState.APPROVED)
    with pytest.raises(IllegalIntentTransition):
        book.record(book.get(seen.intent_id), EventKind.APPROVED, state=IntentState.APPROVED)
    assert journal.head[0] == 3


def test_an_id_is_never_given_twice(journal: Journal) -> None:
    """An id that was used once, even long ago, is passed over."""
    book = IntentStore(journal, ManualClock(), iter(["A", "A", "A", "B"]).__next__)
    assert [book.receive(intent(), lambda _: NO, 10).intent_id for _ in range(2)] == ["A", "B"]
    with pytest.raises(UnknownIntent, match=r"^there is no intent C$"):
        book.get("C")


def test_an_id_that_only_the_journal_knows_is_passed_over(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended intents leave the memory; their ids stay taken."""
    monkeypatch.setattr("arbitrex_desktop.desk.intent_queue.intent_store.KEPT", 1)
    book = IntentStore(journal, ManualClock(), iter(["A", "B", "C", "A", "D"]).__next__)
    taken = [book.receive(intent(), lambda _: NO, 10).intent_id for _ in range(4)]
    assert taken == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    ("asked", "given"),
    [(30.0, 30.0), (0.0, 1.0), (-5.0, 1.0), (math.nan, 1.0), (1e12, 7 * 86_400.0), (math.inf, 7 * 86_400.0)],
)
def test_lives_have_bounds(journal: Journal, asked: float, given: float) -> None:
    """An intent lives at least a second and at most a week, whatever its sender asks."""
    book = make(journal)
    taken = book.receive(intent(time_to_live=asked), lambda _: YES, 10)
    assert taken.expires_at - taken.created_at == timedelta(seconds=given)


def test_an_intent_whose_judge_broke_off_is_unjudged(journal: Journal) -> None:
    """While somebody judges it, it is left alone; when the judging broke off, it is found."""
    book = make(journal)
    seen: list[int] = []

    def judge(_: str) -> RiskAnswer:
        seen.append(len(book.unjudged()))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        book.receive(intent(), judge, 10)
    assert seen == [0]
    assert len(book.unjudged()) == 1


def test_what_changed_lately_is_found_from_the_newest_on(journal: Journal) -> None:
    """Only what came to its state after the moment is given."""
    clock = ManualClock()
    book = IntentStore(journal, clock, map("N{}".format, count()).__next__)
    for _ in range(4):
        book.receive(intent(), lambda _: NO, 10)
        clock.advance(1.0)
    lately = book.changed_since(START + timedelta(seconds=2), IntentState.REJECTED, IntentState.PENDING)
    assert [each.intent_id for each in lately] == ["N3", "N2"]


def test_what_changed_lately_is_found_after_a_restart(journal: Journal) -> None:
    """An intent that came first and was decided last is the newest, also in a book that was read again."""
    clock = ManualClock()
    book = IntentStore(journal, clock, map("N{}".format, count()).__next__)
    first = book.receive(intent(), lambda _: YES, 10)
    clock.advance(1.0)
    book.receive(intent(), lambda _: NO, 10)
    clock.advance(3_600.0)
    book.record(first, EventKind.REJECTED, state=IntentState.REJECTED)
    moment = START + timedelta(minutes=30)
    assert [each.intent_id for each in book.changed_since(moment, IntentState.REJECTED)] == ["N0"]
    again = IntentStore(journal, clock, map("N{}".format, count(2)).__next__)
    assert [each.intent_id for each in again.changed_since(moment, IntentState.REJECTED)] == ["N0"]
    assert again.intents() == book.intents()


def test_taking_in_is_two_events(journal: Journal) -> None:
    """Received from its source with the request and its end, then judged by the desk with the answer and its words."""
    book = make(journal)
    taken = book.receive(intent(source="bot", client_id="c1", time_to_live=60.0), lambda _: NO, 10)
    received, judged = journal.events()
    assert (received.kind, received.actor, received.source, received.client_id, received.symbol) == (
        EventKind.RECEIVED,
        "bot",
        "bot",
        "c1",
        "EURUSD",
    )
    assert (received.at, received.old_state, received.new_state) == (START, None, IntentState.RECEIVED)
    assert from_body(received.body, "request", IntentRequest) == taken.request
    assert (judged.kind, judged.actor, judged.reason) == (EventKind.JUDGED, "desk", "no")
    assert (judged.old_state, judged.new_state) == (IntentState.RECEIVED, IntentState.REJECTED)
    assert (taken.state, taken.judgement, taken.reason, taken.created_at) == (IntentState.REJECTED, NO, "no", START)
    assert taken.expires_at == START + timedelta(seconds=60)


def test_the_judge_is_told_the_id(journal: Journal) -> None:
    """The judgement is asked for under the id that the intent has, once."""
    asked: list[str] = []

    def judge(intent_id: str) -> RiskAnswer:
        asked.append(intent_id)
        return YES

    assert [make(journal).receive(intent(), judge, 10).intent_id] == asked


@pytest.mark.parametrize("asked", [0.25, 1.0])
def test_a_second_is_the_least_life(journal: Journal, asked: float) -> None:
    """Less than a second is taken as one."""
    taken = make(journal).receive(intent(time_to_live=asked), lambda _: YES, 10)
    assert taken.expires_at - taken.created_at == timedelta(seconds=1)


def test_the_senders_own_name_is_taken_once(journal: Journal) -> None:
    """The same source and client id is the intent that there is, as it stands, and nobody judges it again."""
    book = make(journal)
    first = book.receive(intent(source="bot", client_id="c"), lambda _: YES, 10)
    book.record(first, EventKind.REJECTED, state=IntentState.REJECTED)
    head = journal.head

    def never(_: str) -> RiskAnswer:
        raise AssertionError

    again = book.receive(intent(source="bot", client_id="c"), never, 0)
    assert (again.intent_id, again.state, journal.head) == (first.intent_id, IntentState.REJECTED, head)
    others = [intent(source="other", client_id="c"), intent(source="bot", client_id="d"), intent(source="bot")]
    ids = {first.intent_id, *(book.receive(each, lambda _: NO, 10).intent_id for each in (*others, others[-1]))}
    assert len(ids) == 5


def test_so_many_may_wait_and_no_more(journal: Journal) -> None:
    """Only what is pending counts; a place that became free can be taken."""
    book = make(journal)
    book.receive(intent(), lambda _: NO, 2)
    first = book.receive(intent(), lambda _: YES, 2)
    book.receive(intent(), lambda _: YES, 2)
    head = journal.head
    with pytest.raises(CommandRefused, match=r"^2 intents are waiting already; decide some first$"):
        book.receive(intent(), lambda _: YES, 2)
    assert journal.head == head
    book.record(first, EventKind.REJECTED, state=IntentState.REJECTED)
    assert book.receive(intent(), lambda _: YES, 2).state is IntentState.PENDING


def test_an_event_without_a_move_leaves_the_state(journal: Journal) -> None:
    """A note to an intent has its actor, reason, ticket and body; state and the time it came to it stay."""
    clock = ManualClock()
    book = IntentStore(journal, clock, lambda: "ONE")
    taken = book.receive(intent(), lambda _: YES, 10)
    clock.advance(5.0)
    noted = book.record(taken, EventKind.REJUDGED, actor="bot", reason="hm", ticket=7, body={"a": 1})
    newest = journal.events()[-1]
    assert (newest.actor, newest.reason, newest.ticket, dict(newest.body)) == ("bot", "hm", 7, {"a": 1})
    assert (newest.old_state, newest.new_state) == (IntentState.PENDING, IntentState.PENDING)
    assert (noted.state, noted.reason, noted.changed_at) == (IntentState.PENDING, "hm", taken.changed_at)
    assert book.get("ONE") == noted


def test_what_does_not_follow_is_not_journalled(journal: Journal) -> None:
    """A step that the state does not allow raises before anything is written."""
    book = make(journal)
    taken = book.receive(intent(), lambda _: YES, 10)
    head = journal.head
    with pytest.raises(IllegalIntentTransition):
        book.record(taken, EventKind.FILLED, state=IntentState.FILLED)
    assert (journal.head, book.get(taken.intent_id)) == (head, taken)


def test_listeners_hear_each_step_once(journal: Journal) -> None:
    """Every listener gets the intent after the event, and the event as it stands in the journal."""
    book, heard = make(journal), list[tuple[Intent, Event]]()
    book.listeners.extend([lambda *told: heard.append(told), lambda *told: heard.append(told)])
    taken = book.receive(intent(), lambda _: YES, 10)
    assert [event for _, event in heard[::2]] == list(journal.events())
    assert heard[0::2] == heard[1::2]
    assert heard[-1][0] == taken


def test_states_are_listed_in_the_order_of_coming(journal: Journal) -> None:
    """By state as asked, within a state by when they came to it."""
    book = make(journal)
    first, second, third = (book.receive(intent(), lambda _: YES, 10) for _ in range(3))
    for each in (second, first):
        book.record(each, EventKind.APPROVED, state=IntentState.APPROVED)
    found = book.in_state(IntentState.PENDING, IntentState.APPROVED)
    assert [each.intent_id for each in found] == [each.intent_id for each in (third, second, first)]
    assert [each.intent_id for each in book.intents()] == [each.intent_id for each in (third, second, first)]


class TestOwners:
    """Which intent a position came from."""

    def test_by_its_mark(self, journal: Journal) -> None:
        """A comment with the id of an intent in memory, or of an older one in the journal only."""
        ids = iter(["000000000001", *(f"{number:012d}" for number in range(100, 700))])
        book = IntentStore(journal, ManualClock(), ids.__next__)
        old = book.receive(intent(), lambda _: NO, 10)
        for _ in range(KEPT + 1):
            new = book.receive(intent(), lambda _: NO, 10)
        assert old.intent_id not in {each.intent_id for each in book.intents()}
        for each in (old, new):
            assert book.owner_of(5, comment_of(each.intent_id)) == each.intent_id

    def test_by_its_ticket(self, journal: Journal) -> None:
        """Where the comment names nobody, or nobody that we know, the ticket that was journalled tells."""
        book = make(journal)
        taken = book.receive(intent(), lambda _: YES, 10)
        book.record(taken, EventKind.REJUDGED, ticket=77)
        for comment in ("", "by hand", comment_of("0" * 12)):
            assert book.owner_of(77, comment) == taken.intent_id
            assert book.owner_of(78, comment) == ""


@pytest.mark.parametrize("moment", range(30))
def test_after_a_failed_write_memory_is_what_the_disk_has(tmp_path: Path, moment: int) -> None:
    """Whatever write fails, before or after it is on disk: the next step sees what the journal has, all of it once."""
    fate = Fate(moment, DiskFull)
    with closing(Journal(tmp_path / "j.sqlite3", fate.connect)) as journal:
        numbers = count(1)
        book = IntentStore(journal, ManualClock(), lambda: f"ID{next(numbers):06d}")

        def work() -> None:
            taken = book.receive(intent(), lambda _: YES, 10)
            book.note(EventKind.HALTED, reason="careful")
            book.record(taken, EventKind.APPROVED, state=IntentState.APPROVED)
            book.note(EventKind.RESUMED, reason="calm")

        for _ in range(3):
            with contextlib.suppress(JournalUnavailable):
                work()
        book.note(EventKind.HALTED, reason="the end")
        assert not journal.doubtful
        again = IntentStore(journal, ManualClock(), lambda: "NEVER")
        assert book.intents() == again.intents()
        for state in IntentState:
            assert {each.intent_id for each in book.in_state(state)} == {
                each.intent_id for each in again.in_state(state)
            }
        assert [event.seq for event in journal.events()] == list(range(1, journal.head[0] + 1))
