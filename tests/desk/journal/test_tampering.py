# SPDX-License-Identifier: MIT
"""A journal that is gone, replaced, edited, cut or old is noticed, closed or open; exits leave all the while."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from arbitrex_desktop.desk.errors import CommandRefused, JournalError
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.journal.notes import note_paths
from tests.desk.conftest import BuildDesk, Desk, intent
from tests.desk.journal.test_cli import run
from tests.desk.journal.test_journal import edit

Tamper = Callable[[Path, Path], None]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids removing and renaming an open file")


def traded(build: BuildDesk) -> Desk:
    """Return a desk with a filled order, and an older copy of its files in `old` beside."""
    desk = build()
    for _ in range(20):
        desk.core.reject(desk.core.submit(intent(symbol="GBPUSD")), "no")
    desk.core.stop()
    again = build(desk.broker)
    again.core.approve(again.core.submit(intent()))
    again.step(2.0)
    again.core.reject(again.core.submit(intent(symbol="GBPUSD")), "no")
    again.step(2.0)
    wait_checked(again)  # of the start: SQLite makes a log anew for whoever reads a journal that has none
    return again


def wait_checked(desk: Desk) -> None:
    """Let the check of the chain come to its end, and one that begins after it, of what was touched."""
    watch = desk.core._accounts._watch
    while watch is not None and watch._thread is not None:
        with contextlib.suppress(JournalError):
            watch.wait(20.0)
    desk.step(0.5)


def close_is_sent(desk: Desk) -> bool:
    """Close a position by hand; return whether the broker was asked to."""
    position = desk.broker.positions[0]
    before = len(desk.broker.sent)
    desk.core.close_position(position.ticket)
    return len(desk.broker.sent) == before + 1 and not desk.broker.positions


def entry_is_refused(desk: Desk) -> str:
    """Try to send an order that adds risk; return the words of the refusal, empty when it was sent."""
    before = len(desk.broker.sent)
    words = ""
    try:
        desk.core.approve(desk.core.submit(intent(symbol="GBPUSD", direction=-1)))
    except (CommandRefused, JournalError) as error:
        words = str(error)
    assert (len(desk.broker.sent) > before) == (not words)
    return words


def folder_removed(journal: Path, _old: Path) -> None:
    """`rm -r DATA/journal`."""
    shutil.rmtree(journal.parent)


def file_renamed(journal: Path, _old: Path) -> None:
    """Move the file away, as somebody tidying up does."""
    journal.rename(journal.with_name("elsewhere"))


def replaced_by_copy(journal: Path, _old: Path) -> None:
    """Put an equal copy in its place."""
    copy = journal.with_name("copy")
    shutil.copy2(journal, copy)
    copy.replace(journal)


def log_removed(journal: Path, _old: Path) -> None:
    """Remove the write-ahead log, which has what the file has not yet."""
    Path(f"{journal}-wal").unlink()


def note_removed(journal: Path, _old: Path) -> None:
    """Remove the note of its end."""
    note_paths(journal)[0].unlink()


def middle_edited(journal: Path, _old: Path) -> None:
    """Change a word of the third event."""
    edit(journal, "UPDATE events SET why = 'other' WHERE seq = 3")


def log_overwritten(journal: Path, _old: Path) -> None:
    """Change a byte in the write-ahead log, past SQLite."""
    log = Path(f"{journal}-wal")
    content = log.read_bytes()
    with log.open("r+b") as file:
        file.seek(content.rindex(b"GBPUSD"))
        file.write(b"X")


def file_overwritten(journal: Path, _old: Path) -> None:
    """Change a byte in the file, past SQLite."""
    content = journal.read_bytes()
    with journal.open("r+b") as file:
        file.seek(content.index(b"GBPUSD"))
        file.write(b"X")


def cut_off(journal: Path, _old: Path) -> None:
    """Shorten the file to a few pages."""
    with journal.open("r+b") as file:
        file.truncate(8192)


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (folder_removed, "removed or renamed"),
        (file_renamed, "removed or renamed"),
        (replaced_by_copy, "was replaced"),
        (log_removed, "removed or renamed"),
        (note_removed, "removed or renamed"),
        (middle_edited, "event 3 was changed"),
        (file_overwritten, "was changed"),
        (log_overwritten, "not whole"),
    ],
)
def test_noticed_while_running(build: BuildDesk, tamper: Tamper, words: str) -> None:
    """It is told within a step and without an order, no entry leaves, a close does, and then the entry still not."""
    desk = traded(build)
    tamper(desk.journal, desk.journal)
    desk.step(1.0)
    wait_checked(desk)
    assert words in desk.core.snapshot().journal_problem
    assert "positions can still be closed" in desk.core.snapshot().journal_problem
    assert any(words in notice.text and notice.level == "error" for notice in desk.core.snapshot().notices)
    assert words in entry_is_refused(desk)
    assert close_is_sent(desk)
    desk.step(6.0)
    assert words in entry_is_refused(desk)


@pytest.mark.parametrize("tamper", [folder_removed, file_renamed, replaced_by_copy, middle_edited])
def test_not_one_order_leaves_between_two_steps(build: BuildDesk, tamper: Tamper) -> None:
    """An intent that waits is approved in the same moment: no step of the desk has looked in between."""
    desk = traded(build)
    waiting = desk.core.submit(intent(symbol="GBPUSD", direction=-1))
    sent = len(desk.broker.sent)
    tamper(desk.journal, desk.journal)
    with pytest.raises((CommandRefused, JournalError)):
        desk.core.approve(waiting)
    assert len(desk.broker.sent) == sent
    assert close_is_sent(desk)


def test_a_file_that_comes_back_heals(build: BuildDesk) -> None:
    """Renamed back, the journal takes over what the reserve kept meanwhile, is checked, and entries leave again."""
    desk = traded(build)
    file_renamed(desk.journal, desk.journal)
    desk.step(1.0)
    assert close_is_sent(desk)
    desk.journal.with_name("elsewhere").rename(desk.journal)
    for _ in range(4):
        desk.step(3.0)
        wait_checked(desk)
    assert desk.core.snapshot().journal_problem == ""
    assert entry_is_refused(desk) == ""
    assert desk.core.desk is not None
    kinds = [(each.kind.value, each.source) for each in desk.core.desk.book.journal.events()]
    assert ("ACTION_SENDING", "reserve") in kinds
    assert ("ACTION_ENDED", "reserve") in kinds
    desk.core.stop()
    assert verify(desk.journal).intact, verify(desk.journal).problems


def all_gone(journal: Path, _old: Path) -> None:
    """Remove journal and folder; the other folder's note is what tells."""
    shutil.rmtree(journal.parent)


def database_gone(journal: Path, _old: Path) -> None:
    """Remove the file alone."""
    journal.unlink()


def emptied(journal: Path, _old: Path) -> None:
    """Leave 0 bytes, and no note beside."""
    journal.write_bytes(b"")
    note_paths(journal)[0].unlink()


def without_note(journal: Path, _old: Path) -> None:
    """Delete the note beside it."""
    note_paths(journal)[0].unlink()


def note_emptied(journal: Path, _old: Path) -> None:
    """Empty the note beside it."""
    note_paths(journal)[0].write_bytes(b"")


def other_note_gone(journal: Path, _old: Path) -> None:
    """Delete the note in the other folder."""
    note_paths(journal)[1].unlink()


def tail_cut(journal: Path, _old: Path) -> None:
    """Cut the last event off and mend the file's own note of its end."""
    with contextlib.closing(sqlite3.connect(journal)) as db:
        (last,) = db.execute("SELECT max(seq) FROM events").fetchone()
        (digest,) = db.execute("SELECT hash FROM events WHERE seq = ?", (last - 1,)).fetchone()
    edit(journal, f"DELETE FROM events WHERE seq = {last}", f"UPDATE head SET seq = {last - 1}, hash = '{digest}'")


def tail_cut_and_note_gone(journal: Path, old: Path) -> None:
    """Do the same, with the note beside it deleted."""
    tail_cut(journal, old)
    without_note(journal, old)


def tail_cut_and_note_emptied(journal: Path, old: Path) -> None:
    """Do the same, with the note beside it emptied."""
    tail_cut(journal, old)
    note_emptied(journal, old)


def tail_cut_and_notes_gone(journal: Path, old: Path) -> None:
    """Do the same, with both notes deleted."""
    tail_cut_and_note_gone(journal, old)
    other_note_gone(journal, old)


def older_copy(journal: Path, old: Path) -> None:
    """Restore the journal's folder from a copy made earlier."""
    shutil.rmtree(journal.parent)
    shutil.copytree(old / journal.parent.name, journal.parent)


def older_copy_without_other_note(journal: Path, old: Path) -> None:
    """Do the same, with the note in the other folder deleted."""
    older_copy(journal, old)
    other_note_gone(journal, old)


def edited_with_the_time_set_back(journal: Path, _old: Path) -> None:
    """Change one byte in the middle and give the file the times that it had."""
    before = journal.stat()
    content = journal.read_bytes()
    at = content.rindex(b"GBPUSD")
    with journal.open("r+b") as file:
        file.seek(at)
        file.write(b"XBPUSD")
    os.utime(journal, ns=(before.st_atime_ns, before.st_mtime_ns))


def row_deleted(journal: Path, _old: Path) -> None:
    """Take away the step by which the filled order was sent: what follows it cannot follow any more."""
    edit(journal, "DELETE FROM events WHERE kind = 'SENDING'")


def body_broken(journal: Path, _old: Path) -> None:
    """Leave an event of which nobody can read what it says."""
    edit(journal, "UPDATE events SET body = '{\"request\": \x01' WHERE kind = 'RECEIVED'")


def kind_unknown(journal: Path, _old: Path) -> None:
    """Give an event a kind that there is not."""
    edit(journal, "UPDATE events SET kind = 'JUGDED' WHERE kind = 'JUDGED'")


CLOSED: list[Tamper] = [
    row_deleted,
    body_broken,
    kind_unknown,
    all_gone,
    database_gone,
    emptied,
    without_note,
    note_emptied,
    other_note_gone,
    tail_cut,
    tail_cut_and_note_gone,
    tail_cut_and_note_emptied,
    tail_cut_and_notes_gone,
    older_copy,
    older_copy_without_other_note,
    middle_edited,
    edited_with_the_time_set_back,
    cut_off,
]


@pytest.mark.parametrize("tamper", CLOSED, ids=lambda each: each.__name__)
def test_noticed_at_the_start(
    build: BuildDesk,
    tmp_path: Path,
    tamper: Tamper,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Done to a closed journal, `verify` names it, the next start tells it, no entry leaves, and positions close."""
    monkeypatch.setenv("ARBITREX_DATA_DIR", str(tmp_path))
    first = build()
    first.core.reject(first.core.submit(intent(symbol="GBPUSD")), "no")
    first.core.stop()
    old = tmp_path / "old"
    for folder in ("journal", "journal-notes"):
        shutil.copytree(tmp_path / folder, old / folder)
    second = build(first.broker)
    second.core.approve(second.core.submit(intent()))
    second.step(2.0)
    second.core.stop()
    tamper(first.journal, old)
    assert run("verify") == 1
    assert "NOT INTACT" in capsys.readouterr().out
    third = build(first.broker)
    third.step(1.0)
    wait_checked(third)
    assert "not whole" in third.core.snapshot().journal_problem or "damaged" in third.core.snapshot().journal_problem
    assert entry_is_refused(third)
    assert [row.ticket for row in third.core.snapshot().positions] == [third.broker.positions[0].ticket]
    assert close_is_sent(third)
    third.core.stop()
    assert run("set-aside", str(first.journal), "--reason", "somebody was at it") == 0
    fourth = build(first.broker)
    assert entry_is_refused(fourth) == ""
    assert fourth.core.desk is not None
    kept = [each.kind.value for each in fourth.core.desk.book.journal.events() if each.source == "reserve"]
    assert kept == ["ACTION_SENDING", "ACTION_ENDED"]


def test_a_journal_closed_whole_needs_no_wait(build: BuildDesk) -> None:
    """The file is as it was when it was closed: an order leaves at once."""
    first = traded(build)
    first.core.stop()
    second = build(first.broker)
    assert second.core.desk is not None
    assert second.core.desk.book.journal.whole
    assert entry_is_refused(second) == ""


def test_a_journal_that_was_not_closed_is_checked_first(build: BuildDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a crash no entry leaves before the chain is known to be whole; a close does, and words say what goes on."""
    first = traded(build)
    journal = first.core.desk.book.journal if first.core.desk else None
    assert journal is not None
    monkeypatch.setattr(journal, "_seal", lambda: None)
    first.core.stop()
    note = note_paths(first.journal)[0]
    note.write_bytes(note.read_bytes()[:86])
    monkeypatch.setattr("arbitrex_desktop.desk.active_account._FIRST_CHECK_SECONDS", 0.0)
    monkeypatch.setattr("arbitrex_desktop.desk.journal.chain_watch.ChainWatch._begin", lambda _self: None)
    second = build(first.broker)
    second.step(0.5)
    assert "being checked" in entry_is_refused(second)
    assert any("being checked" in notice.text for notice in second.core.snapshot().notices)
    assert close_is_sent(second)
    assert second.row(second.core.submit(intent())).state is IntentState.PENDING
    monkeypatch.undo()
    second.step(6.0)
    wait_checked(second)
    assert entry_is_refused(second) == ""
