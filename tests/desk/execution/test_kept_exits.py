# SPDX-License-Identifier: MIT
"""An exit that waits already when the disk fills: approved, it leaves, and every step of it is in the reserve."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import NoReturn

import pytest

from arbitrex_desktop.desk.errors import JournalUnavailable
from arbitrex_desktop.desk.intents.events import Event, EventKind, NewEvent
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.journal.journal import Journal
from arbitrex_desktop.desk.journal.reserve import ExitReserve
from arbitrex_desktop.desk.settings import DeskSettings
from tests.desk.conftest import BuildDesk, Desk, intent
from tests.desk.execution.test_lost_exits import fill_disk, kept, told
from tests.desk.journal.test_tampering import wait_checked
from tests.fakes.broker import Mood
from tests.fakes.clock import START

BY_POLICY = DeskSettings(auto_approve_lots={"bot": 0.2})
STEPS = ["APPROVED", "SENDING", "FILLED"]


def waiting_exit(desk: Desk, source: str = "bot") -> str:
    """Have a position opened and an exit of it wait; return the exit."""
    desk.core.approve(desk.core.submit(intent(source="bot")))
    for _ in range(3):
        desk.step(2.0)
    desk.rpm.reducing = True
    ticket = desk.broker.positions[0].ticket
    return desk.core.submit(
        intent(source=source, direction=-1, reduce_only=True, position_ticket=ticket, time_to_live=3_600.0)
    )


def make_room(desk: Desk) -> None:
    """Have the journal take events again."""
    assert desk.core.desk is not None
    del desk.core.desk.book.journal.append


def written(desk: Desk, intent_id: str) -> list[str]:
    """Return what the journal has of an intent."""
    assert desk.core.desk is not None
    return [each.kind.value for each in desk.core.desk.book.journal.events(intent_id=intent_id)]


def test_the_trader_approves_it(desk: Desk) -> None:
    """It leaves once, is FILLED on the desk, the reserve has its way; the red bar stays until the journal has it."""
    wanted = waiting_exit(desk)
    fill_disk(desk)
    desk.core.approve(wanted)
    assert not desk.broker.positions
    assert len(desk.broker.sent) == 2
    assert desk.row(wanted).state is IntentState.FILLED
    assert kept(desk) == STEPS
    assert "written to the reserve" in told(desk)
    assert "the disk is full" in desk.core.snapshot().journal_problem
    for _ in range(4):
        desk.step(2.0)
    assert "the disk is full" in desk.core.snapshot().journal_problem
    assert desk.row(wanted).fill_price is not None


def test_room_again_brings_its_way_into_the_journal(desk: Desk) -> None:
    """In the order in which it was, once, and the intent in memory is what the journal says."""
    wanted = waiting_exit(desk)
    fill_disk(desk)
    desk.core.approve(wanted)
    desk.step(2.0)
    before = desk.intent(wanted)
    make_room(desk)
    for _ in range(3):
        desk.step(6.0)
    assert written(desk, wanted) == ["RECEIVED", "JUDGED", *STEPS, "CONFIRMED"]
    assert kept(desk) == []
    assert desk.core.snapshot().journal_problem == ""
    after = desk.intent(wanted)
    assert (after.state, after.fill, after.request) == (before.state, before.fill, before.request)
    desk.core.stop()
    assert verify(desk.journal).intact


def test_what_follows_goes_the_same_way(desk: Desk) -> None:
    """Room comes back between its steps: nothing of it overtakes what the reserve has, so the journal can be read."""
    wanted = waiting_exit(desk)
    fill_disk(desk)
    desk.broker.moods.append(Mood.FILL_LOST)
    desk.core.approve(wanted)
    assert desk.intent(wanted).state is IntentState.UNKNOWN
    make_room(desk)
    assert desk.core.desk is not None
    desk.core.desk.recovery.reconcile()
    assert desk.intent(wanted).state is IntentState.FILLED
    for _ in range(3):
        desk.step(6.0)
    assert written(desk, wanted) == ["RECEIVED", "JUDGED", "APPROVED", "SENDING", "UNKNOWN", "FILLED"]
    assert len(desk.broker.sent) == 2


@pytest.mark.parametrize("mood", [Mood.FILL, Mood.FILL_LOST, Mood.LOST])
def test_a_crash_before_there_is_room(build: BuildDesk, mood: Mood) -> None:
    """The next start has the reserve's events first: nothing is sent again, and what became of it is found."""
    first = build()
    wanted = waiting_exit(first)
    fill_disk(first)
    first.broker.moods.append(mood)
    first.core.approve(wanted)
    assert first.core.desk is not None
    first.core.desk.close()
    second = build(first.broker)
    second.rpm.reducing = True
    for _ in range(30):
        second.step(2.0)
    expected = IntentState.FAILED if mood is Mood.LOST else IntentState.FILLED
    assert second.intent(wanted).state is expected
    assert len(second.broker.sent) == 2
    assert kept(second) == []


def test_a_policy_s_turn_comes_on_a_full_disk(build: BuildDesk) -> None:
    """An exit that needs no person, and waits for its turn only, leaves by itself."""
    desk = build(settings=BY_POLICY)
    wanted = waiting_exit(desk)
    fill_disk(desk)
    for _ in range(3):
        desk.step(2.0)
    assert not desk.broker.positions
    assert desk.intent(wanted).state is IntentState.FILLED
    assert kept(desk)[:3] == STEPS
    assert len(desk.broker.sent) == 2


def test_one_whose_sending_was_journalled_ends_in_the_reserve(desk: Desk) -> None:
    """The disk fills while its answer comes: the desk knows it as FILLED at once, and so does the journal later."""
    wanted = waiting_exit(desk)
    send = desk.broker.send_order

    def full_meanwhile(*arguments: object) -> object:
        fill_disk(desk)
        return send(*arguments)  # type: ignore[arg-type] # passed on

    desk.broker.send_order = full_meanwhile  # type: ignore[method-assign,assignment] # fills the disk first
    desk.core.approve(wanted)
    assert desk.intent(wanted).state is IntentState.FILLED
    assert kept(desk) == ["FILLED"]
    make_room(desk)
    for _ in range(3):
        desk.step(6.0)
    assert written(desk, wanted)[2:5] == STEPS


def test_what_adds_risk_waits(desk: Desk) -> None:
    """The same disk, an intent that opens: refused with the cause, nothing is kept, and it still waits."""
    wanted = desk.core.submit(intent())
    fill_disk(desk)
    with pytest.raises(JournalUnavailable, match="the disk is full"):
        desk.core.approve(wanted)
    assert desk.broker.sent == []
    assert kept(desk) == []
    assert desk.intent(wanted).state is IntentState.PENDING


@pytest.mark.expects_log_errors("could not be written down")
@pytest.mark.parametrize("without", ["room", "reserve"])
def test_an_exit_whose_way_is_written_nowhere_does_not_leave(
    build: BuildDesk, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    """It could leave twice then; the trader closes the position itself, which needs no intent."""

    def used_up(_reserve: ExitReserve, _draft: NewEvent) -> NoReturn:
        raise JournalUnavailable("the reserve for exits is used up")

    desk = build(**({"reserves": None} if without == "reserve" else {}))
    wanted = waiting_exit(desk)
    fill_disk(desk)
    monkeypatch.setattr(ExitReserve, "write", used_up)
    with pytest.raises(JournalUnavailable, match="the disk is full"):
        desk.core.approve(wanted)
    assert len(desk.broker.sent) == 1
    assert desk.intent(wanted).state is IntentState.PENDING
    desk.core.close_position(desk.broker.positions[0].ticket)
    assert not desk.broker.positions


def test_a_turned_answer_that_cannot_be_written_holds_no_exit(desk: Desk) -> None:
    """The risk manager had refused it, lets it go now, and the disk is full: the trader can approve it."""
    wanted = waiting_exit(desk)
    desk.rpm.refusal = ("NO", "not now")
    desk.step(2.0)
    assert desk.row(wanted).blocker == "not now"
    fill_disk(desk)
    desk.rpm.refusal = None
    desk.core.approve(wanted)
    assert not desk.broker.positions


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids renaming an open file")
def test_it_leaves_while_the_journal_is_away(desk: Desk) -> None:
    """Its file is moved away, and back: the exit leaves meanwhile, and the journal has all of it then."""
    wanted = waiting_exit(desk)
    away = desk.journal.with_suffix(".moved")
    desk.journal.rename(away)
    desk.core.approve(wanted)
    assert not desk.broker.positions
    assert kept(desk) == STEPS
    away.rename(desk.journal)
    for _ in range(4):
        desk.step(6.0)
        wait_checked(desk)
    assert written(desk, wanted)[:5] == ["RECEIVED", "JUDGED", *STEPS]
    desk.core.stop()
    assert verify(desk.journal).intact


def test_another_order_that_cannot_be_confirmed_holds_no_exit(desk: Desk) -> None:
    """What the books say of a fill before cannot be written down; the exit need not wait for that."""
    wanted = waiting_exit(desk)
    desk.rpm.reducing = False
    opened = desk.core.submit(intent(symbol="GBPUSD"))
    desk.core.approve(opened)
    fill_disk(desk)
    desk.rpm.reducing = True
    for _ in range(4):
        desk.step(2.0)
    fill = desk.intent(opened).fill
    assert fill is not None
    assert not fill.confirmed
    desk.core.approve(wanted)
    assert desk.intent(wanted).state is IntentState.FILLED


def test_a_new_journal_takes_words_for_what_it_does_not_know(build: BuildDesk, desk: Desk) -> None:
    """The journal was set aside with the reserve full: the new one can be read, and has what the reserve had."""
    wanted = waiting_exit(desk)
    fill_disk(desk)
    desk.broker.moods.append(Mood.LOST)
    desk.core.approve(wanted)
    assert desk.core.desk is not None
    desk.core.desk.close()
    for path in (desk.journal.parent, desk.journal.parent.with_name("journal-notes")):
        for each in (*path.glob("*.sqlite3*"), *path.glob("*.head")):
            each.unlink()
    later = build(desk.broker)
    later.step(1.0)
    assert later.core.desk is not None
    events = [each for each in later.core.desk.book.journal.events() if each.source == "reserve"]
    assert [each.kind for each in events] == [EventKind.ACTION_ENDED] * 3
    assert all(f"of intent {wanted}, which this journal does not know" in each.reason for each in events)
    assert later.core.snapshot().journal_problem == ""


def test_what_is_written_while_the_journal_takes_over_stays(tmp_path: Path) -> None:
    """A strategy's exit is written down on its own thread, at the moment at which the disk has room again."""
    reserve = ExitReserve(tmp_path / "x.reserve")
    reserve.prepare()
    first, second = (NewEvent(START, EventKind.ACTION_SUBMITTED, "bot", reason=each) for each in ("first", "second"))
    reserve.write(first)
    writer = Thread(target=reserve.write, args=(second,))

    class Slow(Journal):
        """A journal during whose writing somebody else writes to the reserve, if that is let."""

        def append(self, *drafts: NewEvent) -> tuple[Event, ...]:
            """Write, with the other one beside."""
            writer.start()
            writer.join(0.2)
            return super().append(*drafts)

    with closing(Slow(tmp_path / "j.sqlite3")) as journal:
        assert reserve.hand_over(journal) == 1
        writer.join()
        assert [each.reason for each in reserve.events()] == ["second"]
        assert reserve.waiting
