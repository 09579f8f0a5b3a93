# SPDX-License-Identifier: MIT
"""The book: intents in memory are what the journal says, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from arbitrex_desktop.desk.errors import CommandRefused, UnknownIntent
from arbitrex_desktop.desk.intents.events import EventKind, RiskAnswer
from arbitrex_desktop.desk.intents.intent import IllegalIntentTransition, IntentState
from arbitrex_desktop.desk.journal.journal import Journal
from arbitrex_desktop.desk.queue.intent_store import KEPT, IntentStore
from tests.desk.conftest import intent
from tests.fakes.clock import START, ManualClock

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
    book.record(seen, EventKind.REJECTED, after=IntentState.REJECTED)
    with pytest.raises(CommandRefused, match="REJECTED by now"):
        book.record(seen, EventKind.APPROVED, after=IntentState.APPROVED)
    with pytest.raises(IllegalIntentTransition):
        book.record(book.get(seen.intent_id), EventKind.APPROVED, after=IntentState.APPROVED)
    assert journal.head[0] == 3


def test_an_id_is_never_given_twice(journal: Journal) -> None:
    """An id that was used once, even long ago, is passed over."""
    book = IntentStore(journal, ManualClock(), iter(["A", "A", "A", "B"]).__next__)
    assert [book.receive(intent(), lambda _: NO, 10).intent_id for _ in range(2)] == ["A", "B"]
    with pytest.raises(UnknownIntent):
        book.get("C")


@pytest.mark.parametrize(("asked", "given"), [(30.0, 30.0), (0.0, 1.0), (-5.0, 1.0), (1e12, 7 * 86_400.0)])
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
