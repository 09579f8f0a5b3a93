# SPDX-License-Identifier: MIT
"""Group commit: what waits together is journalled together, and nobody's change is another's loss."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from threading import Barrier, Event

import pytest

from arbitrex_desktop.desk.errors import CommandRefused, JournalUnavailable
from arbitrex_desktop.desk.intent_queue.commit_queue import CommitQueue, JournalChange
from arbitrex_desktop.desk.intent_queue.intent_store import IntentStore
from arbitrex_desktop.desk.intent_queue.shares import PendingShare
from arbitrex_desktop.desk.intents.events import Event as JournalEvent
from arbitrex_desktop.desk.intents.events import EventKind, Intent, NewEvent, RiskAnswer
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.journal import Journal
from arbitrex_desktop.desk.journal.reserve import ExitReserve
from tests.desk.conftest import PATIENCE, intent
from tests.fakes.clock import START, ManualClock
from tests.fakes.disk import DiskFull, Fate

YES = RiskAnswer(status="APPROVED", at=START, lots=0.1)


class SlowJournal(Journal):
    """A journal whose disk can be held; notes how many events each transaction had."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.sizes: list[int] = []
        self.reached, self.go = Event(), Event()
        self.go.set()
        self.failure: Exception | None = None

    def append(self, *drafts: NewEvent) -> tuple[JournalEvent, ...]:
        """Wait for the disk, then write."""
        self.reached.set()
        assert self.go.wait(PATIENCE)
        if self.failure is not None:
            raise self.failure
        self.sizes.append(len(drafts))
        return super().append(*drafts)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SlowJournal]:
    """Give a journal with a disk that can be held."""
    with closing(SlowJournal(tmp_path / "j.sqlite3")) as opened:
        yield opened


@pytest.fixture
def book(journal: SlowJournal) -> IntentStore:
    """Give a store on the journal."""
    numbers = count()
    return IntentStore(journal, ManualClock(), lambda: f"ID{next(numbers):06d}")


def until_waiting(book: IntentStore, changes: int) -> None:
    """Wait until so many changes wait for the commit under way."""
    pause = Event()
    while len(book._commits._waiting) < changes:
        pause.wait(0.002)


def hold(journal: SlowJournal) -> None:
    """Let the next commit wait."""
    journal.reached.clear()
    journal.go.clear()


def together(book: IntentStore, journal: SlowJournal, *sources: str) -> list[Intent]:
    """Have one sender's commit wait on the disk, and everybody else come meanwhile; return all intents."""
    hold(journal)
    with ThreadPoolExecutor(len(sources)) as pool:
        taken = [pool.submit(book.receive, intent(source=sources[0]), lambda _: YES, 10)]
        assert journal.reached.wait(PATIENCE)
        taken += [pool.submit(book.receive, intent(source=source), lambda _: YES, 10) for source in sources[1:]]
        until_waiting(book, len(sources) - 1)
        journal.go.set()
        return [each.result(PATIENCE) for each in taken]


def test_what_waits_is_written_in_one_go(book: IntentStore, journal: SlowJournal) -> None:
    """Five that come while the disk is busy share the next transaction; each is told of its own intent."""
    taken = together(book, journal, "a", "b", "c", "d", "e", "f")
    assert [each.request.source for each in taken] == ["a", "b", "c", "d", "e", "f"]
    assert {each.state for each in taken} == {IntentState.PENDING}
    # The first one's judgement may have come in time for the second transaction.
    assert (journal.sizes[0], journal.sizes[1] >= 5) == (1, True)
    assert sum(journal.sizes) == 12


def test_reading_does_not_wait_for_the_disk(book: IntentStore, journal: SlowJournal) -> None:
    """The window and the clients read what there is while a commit waits."""
    first = book.receive(intent(), lambda _: YES, 10)
    hold(journal)
    with ThreadPoolExecutor(1) as pool:
        ends = pool.submit(book.record, first, EventKind.REJECTED, state=IntentState.REJECTED)
        assert journal.reached.wait(PATIENCE)
        with ThreadPoolExecutor(1) as reader:
            assert reader.submit(book.get, first.intent_id).result(PATIENCE) == first
            assert reader.submit(book.in_state, IntentState.PENDING).result(PATIENCE) == (first,)
        journal.go.set()
        assert ends.result(PATIENCE).state is IntentState.REJECTED


def test_of_two_changes_of_one_intent_one_is_made(book: IntentStore) -> None:
    """However close together two threads decide the same intent, the second is told that it is too late."""
    for _ in range(20):
        seen, start = book.receive(intent(), lambda _: YES, 100), Barrier(2)

        def decide(state: IntentState, kind: EventKind, seen: Intent = seen, start: Barrier = start) -> str:
            start.wait(PATIENCE)
            try:
                return book.record(seen, kind, state=state).state.value
            except CommandRefused:
                return "late"

        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(decide, IntentState.REJECTED, EventKind.REJECTED)
            two = pool.submit(decide, IntentState.CANCELLED, EventKind.CANCELLED)
            came = {one.result(PATIENCE), two.result(PATIENCE)}
        assert came == {"late", book.get(seen.intent_id).state.value}


def test_what_one_sends_twice_at_once_is_one_intent(book: IntentStore, journal: SlowJournal) -> None:
    """Two connections that hand in the same client id in the same moment get the same intent."""
    hold(journal)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(book.receive, intent(source="x"), lambda _: YES, 10)
        assert journal.reached.wait(PATIENCE)
        once = intent(source="s", client_id="once")
        twice = [pool.submit(book.receive, once, lambda _: YES, 10) for _ in range(2)]
        until_waiting(book, 2)
        journal.go.set()
        assert first.result(PATIENCE).state is IntentState.PENDING
        assert len({each.result(PATIENCE).intent_id for each in twice}) == 1


def test_the_last_place_is_given_once(book: IntentStore, journal: SlowJournal) -> None:
    """Intents of several senders that share a place count each other, also within one commit."""
    shares = (PendingShare("them", 2, {"a", "b", "c"}.__contains__),)
    hold(journal)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(book.receive, intent(source="x"), lambda _: YES, 10)
        assert journal.reached.wait(PATIENCE)
        rest = [pool.submit(book.receive, intent(source=each), lambda _: YES, 10, shares) for each in "abc"]
        until_waiting(book, 3)
        journal.go.set()
        assert first.result(PATIENCE).state is IntentState.PENDING
        refused = [each for each in rest if each.exception(PATIENCE) is not None]
    assert len(refused) == 1
    assert isinstance(refused[0].exception(), CommandRefused)


def test_one_that_cannot_be_written_harms_no_other(book: IntentStore, journal: SlowJournal) -> None:
    """A change that the journal cannot take fails alone; those that shared its commit are written."""
    other = book.receive(intent(source="other"), lambda _: YES, 10)
    bad = book.receive(intent(source="bad"), lambda _: YES, 10)
    hold(journal)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(book.receive, intent(source="x"), lambda _: YES, 10)
        assert journal.reached.wait(PATIENCE)
        fails = pool.submit(book.record, bad, EventKind.REJUDGED, body={"look": object()})
        goes = pool.submit(book.record, other, EventKind.REJECTED, state=IntentState.REJECTED)
        until_waiting(book, 2)
        journal.go.set()
        assert first.result(PATIENCE).state is IntentState.PENDING
        assert isinstance(fails.exception(PATIENCE), TypeError)
        assert goes.result(PATIENCE).state is IntentState.REJECTED
    assert book.get(bad.intent_id).state is IntentState.PENDING


def test_a_full_disk_is_told_to_everybody(book: IntentStore, journal: SlowJournal) -> None:
    """Nobody of a commit that failed is told that anything was written."""
    hold(journal)
    with ThreadPoolExecutor(3) as pool:
        taken = [pool.submit(book.receive, intent(source="a"), lambda _: YES, 10)]
        assert journal.reached.wait(PATIENCE)
        taken += [pool.submit(book.receive, intent(source=each), lambda _: YES, 10) for each in "bc"]
        until_waiting(book, 2)
        journal.failure = JournalUnavailable("the disk is full")
        journal.go.set()
        assert all(isinstance(each.exception(PATIENCE), JournalUnavailable) for each in taken)
    journal.failure = None
    assert book.intents() == ()
    assert book.receive(intent(), lambda _: YES, 10).state is IntentState.PENDING


@pytest.mark.expects_log_errors("could not be passed on")
def test_a_listener_that_fails_undoes_nothing(book: IntentStore) -> None:
    """What is journalled is done, whatever happens to those who are told of it; the next listener hears it, too."""
    heard: list[EventKind] = []

    def fail(_: Intent, __: JournalEvent) -> None:
        raise RuntimeError("no ear")

    book.listeners += [fail, lambda _, event: heard.append(event.kind)]
    assert book.receive(intent(), lambda _: YES, 10).state is IntentState.PENDING
    assert heard == [EventKind.RECEIVED, EventKind.JUDGED]


def test_an_interrupt_leaves_nobody_waiting() -> None:
    """When the thread whose turn it is is interrupted, the changes that it took are not waited for for ever."""

    def interrupted(_: list[JournalChange]) -> None:
        raise KeyboardInterrupt

    queue, other = CommitQueue(interrupted), JournalChange(frozenset({"other"}), tuple)
    queue._waiting.append(other)
    with pytest.raises(KeyboardInterrupt):
        queue.run(JournalChange(frozenset(), tuple))
    assert not queue._waiting
    assert other.done
    assert isinstance(other.error, KeyboardInterrupt)  # nor is it taken for journalled


def test_what_reached_the_disk_after_all_is_told(tmp_path: Path) -> None:
    """A commit that seemed to fail and did not is found by the next one, and who listens hears of it then."""
    fate, heard = Fate(None, DiskFull), list[EventKind]()
    with closing(Journal(tmp_path / "j.sqlite3", fate.connect)) as journal:
        book = IntentStore(journal, ManualClock(), lambda: "ID000001")
        taken = book.receive(intent(), lambda _: YES, 10)
        book.listeners.append(lambda _, event: heard.append(event.kind))
        one_commit = ["before INSERT", "before INSERT", "before COMMIT"]
        fate.chosen = len(fate.passed) + len(one_commit)
        with pytest.raises(JournalUnavailable):
            book.record(taken, EventKind.REJECTED, state=IntentState.REJECTED)
        assert (fate.failed, heard) == ("after COMMIT", [])
        book.note(EventKind.OPENED, reason="again")
        assert heard == [EventKind.REJECTED]
        assert book.get(taken.intent_id).state is IntentState.REJECTED


def test_what_came_from_the_reserve_is_not_news(tmp_path: Path) -> None:
    """Who catches up with the disk later hears what followed it, not the reserve's events again."""
    fate, heard = Fate(None, DiskFull), list[str]()
    reserve = ExitReserve(tmp_path / "j.reserve")
    reserve.prepare()
    with closing(Journal(tmp_path / "j.sqlite3", fate.connect)) as journal:
        book = IntentStore(journal, ManualClock(), lambda: "ID000001")
        taken = book.receive(intent(), lambda _: YES, 10)
        found = NewEvent(START, EventKind.EVIDENCE_FOUND, intent_id=taken.intent_id, actor="desk", reason="kept")
        reserve.write(found)
        assert book.take_over(reserve) == 1
        book.listeners.append(lambda _, event: heard.append(event.reason))
        fate.chosen = len(fate.passed) + len(["before INSERT", "before INSERT", "before COMMIT"])
        with pytest.raises(JournalUnavailable):
            book.record(taken, EventKind.REJECTED, reason="no", state=IntentState.REJECTED)
        assert fate.failed == "after COMMIT"
        book.note(EventKind.OPENED, reason="again")
        assert heard == ["no"]
        assert [each.reason for each in journal.events(intent_id=taken.intent_id)][-2:] == ["kept", "no"]


def test_what_is_on_the_disk_is_not_written_again() -> None:
    """A failure after the commit is told to everybody of it; nobody's change is tried a second time."""
    tried: list[int] = []
    queue: CommitQueue

    def fails_late(batch: list[JournalChange]) -> None:
        tried.append(len(batch))
        for change in batch:
            change.written = True
        raise ValueError("too late")

    queue = CommitQueue(fails_late)
    queue._waiting.append(JournalChange(frozenset({"a"}), tuple))
    with pytest.raises(ValueError, match="too late"):
        queue.run(JournalChange(frozenset({"b"}), tuple))
    assert tried == [2]
