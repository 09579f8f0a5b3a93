# SPDX-License-Identifier: MIT
"""The journal: what is written stays, in order, through crashes, full disks and strangers' hands."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbitrex_desktop.desk.errors import JournalDamaged, JournalError, JournalUnavailable
from arbitrex_desktop.desk.intents.events import EventKind, NewEvent
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.journal.journal import Journal, connect, journal_opener
from arbitrex_desktop.desk.journal.schema import MIGRATIONS, migrate
from tests.fakes.clock import START


def draft(number: int = 1, **changes: Any) -> NewEvent:
    """Return an event worth journalling."""
    values: dict[str, Any] = {
        "at": START,
        "kind": EventKind.RECEIVED,
        "actor": "trader",
        "intent_id": f"INTENT{number}",
        "source": "manual",
        "symbol": "EURUSD",
        "new_state": IntentState.RECEIVED,
        "body": {"number": number, "words": "é √ \ud7ff"},
    }
    return NewEvent(**{**values, **changes})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the journal of a test is."""
    return tmp_path / "journal" / "Server_1.sqlite3"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """Give an empty journal."""
    with contextlib.closing(Journal(path)) as opened:
        yield opened


def edit(path: Path, *statements: str) -> None:
    """Change a journal's file as somebody with a database tool would, past its triggers."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        kept = db.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        db.executescript("DROP TRIGGER events_stay; DROP TRIGGER events_remain;")
        for statement in statements:
            db.execute(statement)
        db.executescript(";".join(sql for (sql,) in kept))
        db.commit()


def test_events_come_back_as_they_went_in(journal: Journal, path: Path) -> None:
    """What was appended is read back equal, also by the next program."""
    written = journal.append(draft(1), draft(2, ticket=77, old_state=IntentState.PENDING))
    assert [event.seq for event in written] == [1, 2]
    journal.close()
    with contextlib.closing(Journal(path)) as again:
        assert again.events() == written
        assert again.events(after=1) == written[1:]
        assert again.events(intent_id="INTENT2") == written[1:]
        assert again.find_ticket(77) == "INTENT2"
        assert again.has_intent("INTENT1")
        assert not again.has_intent("INTENT3")


def test_open_and_latest_intents(journal: Journal) -> None:
    """Intents that have not ended are found, whatever else was written since."""
    journal.append(draft(1), draft(2, client_id="mine"), draft(3))
    journal.append(draft(2, kind=EventKind.REJECTED, old_state=IntentState.RECEIVED, new_state=IntentState.REJECTED))
    journal.append(draft(3, kind=EventKind.EVIDENCE_FOUND, new_state=None))
    assert journal.open_intents() == ("INTENT1", "INTENT3")
    assert journal.latest_intents(2) == ("INTENT2", "INTENT3")
    assert journal.find_client("manual", "mine") == "INTENT2"
    assert journal.find_client("other", "mine") is None
    assert journal.find_client("manual", "") is None


def test_a_second_desk_is_refused(journal: Journal, path: Path) -> None:
    """Two desks on one account would send twice, so the second is told that it may not."""
    with pytest.raises(JournalUnavailable, match="another window"):
        Journal(path)
    journal.close()
    Journal(path).close()


def test_the_opener_names_files_by_account(tmp_path: Path) -> None:
    """Each account has a file of its own, and its name holds nothing that a file name cannot."""
    with contextlib.closing(journal_opener(tmp_path)("Broker: Live/2", 42)) as opened:
        assert opened.path == tmp_path / "journal" / "Broker__Live_2_42.sqlite3"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE events SET why = 'other' WHERE seq = 2", "event 2 was changed"),
        ("UPDATE events SET ticket = 5 WHERE seq = 2", "event 2 was changed"),
        ("UPDATE events SET body = CAST(body AS BLOB) WHERE seq = 2", "event 2 was changed"),
        ("DELETE FROM events WHERE seq = 2", "event 2 is missing"),
        ("DELETE FROM events WHERE seq = 4", "end"),
        ("UPDATE events SET seq = 9 WHERE seq = 2", "event 2 is missing"),
        ("UPDATE head SET seq = 3", "end was changed"),
        ("DROP INDEX events_by_ticket", "tables were changed"),
    ],
)
def test_verify_finds_a_strangers_hand(journal: Journal, path: Path, statement: str, words: str) -> None:
    """An edit, a deletion or a change of order is found, and where."""
    journal.append(*(draft(number) for number in range(1, 5)))
    journal.close()
    assert verify(path).intact
    edit(path, statement)
    assert words in " ".join(verify(path).problems)


def test_verify_finds_two_events_that_changed_places(journal: Journal, path: Path) -> None:
    """Swapping two events breaks the chain where they stand."""
    journal.append(*(draft(number) for number in range(1, 5)))
    journal.close()
    edit(path, *(f"UPDATE events SET seq = {a} WHERE seq = {b}" for a, b in ((99, 2), (2, 3), (3, 99))))
    assert any("event 2" in problem for problem in verify(path).problems)


def test_a_tail_cut_off_with_its_head_is_noticed(journal: Journal, path: Path) -> None:
    """Whoever cuts the tail and mends the file's own note is given away by the note beside it, also at the start."""
    journal.append(*(draft(number) for number in range(1, 5)))
    journal.close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        hash_3 = db.execute("SELECT hash FROM events WHERE seq = 3").fetchone()[0]
    edit(path, "DELETE FROM events WHERE seq = 4", f"UPDATE head SET seq = 3, hash = '{hash_3}'")
    assert "lost its end" in " ".join(verify(path).problems)
    with pytest.raises(JournalDamaged, match="lost its end"):
        Journal(path)


def test_a_running_journal_verifies(journal: Journal, path: Path) -> None:
    """A journal can be verified while its desk writes."""
    journal.append(draft(1), draft(2))
    report = verify(path)
    assert report.intact, report.problems
    assert report.events == 2


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_a_byte_changed_anywhere_is_found_or_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, where: float, flip: int
) -> None:
    """One byte of the file is changed: either that is found, or every event still reads as it was written."""
    path = tmp_path_factory.mktemp("byte") / "j.sqlite3"
    with contextlib.closing(Journal(path)) as opened:
        written = opened.append(*(draft(number) for number in range(1, 30)))
    content = bytearray(path.read_bytes())
    content[int(where * len(content))] ^= flip
    path.write_bytes(content)
    if verify(path).intact:
        with contextlib.closing(Journal(path)) as opened:
            assert opened.events() == written


def test_a_full_disk_loses_nothing_and_heals(path: Path) -> None:
    """When the disk is full the trader is told, what was written stays, and space lets the desk go on."""

    def small(file: Path) -> sqlite3.Connection:
        connection = connect(file)
        connection.execute("PRAGMA max_page_count = 16")
        return connection

    with contextlib.closing(Journal(path, small)) as journal:
        written = list(journal.append(draft()))

        def fill_the_disk() -> None:
            for number in range(2, 500):
                written.extend(journal.append(draft(number, body={"filler": "x" * 500})))

        with pytest.raises(JournalUnavailable, match="the disk is full"):
            fill_the_disk()
        assert journal.doubtful
        with pytest.raises(JournalUnavailable, match="read again"):
            journal.append(draft())
        assert journal.catch_up(written[-1].seq) == ()
        journal._db.execute("PRAGMA max_page_count = 1000")
        written += journal.append(draft(1000))
        assert list(journal.events()) == written
    assert verify(path).intact


def test_a_read_only_file_is_said_in_words(path: Path) -> None:
    """A journal that cannot be written refuses to append, in words."""
    Journal(path).close()

    def reading(file: Path) -> sqlite3.Connection:
        connection = connect(file)
        connection.execute("PRAGMA query_only = ON")
        return connection

    with contextlib.closing(Journal(path, reading)) as journal, pytest.raises(JournalUnavailable, match="read-only"):
        journal.append(draft())


def test_a_locked_file_is_said_in_words(journal: Journal, path: Path) -> None:
    """Another program's lock on the file makes the append fail in words, and passes."""
    journal._db.execute("PRAGMA busy_timeout = 1")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalUnavailable, match="locked"):
            journal.append(draft())
    journal.catch_up(0)
    journal.append(draft())


@pytest.mark.parametrize("content", [b"garbage " * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_corrupt_file_is_left_as_it_is(path: Path, content: bytes) -> None:
    """A file that is no journal is refused, and not one byte of it is touched."""
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(JournalError):
        Journal(path)
    assert path.read_bytes() == content


def test_somebody_elses_database_is_refused(path: Path) -> None:
    """A database of another program is not taken for a journal."""
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE mine (x)")
    with pytest.raises(JournalDamaged, match="not a journal"):
        Journal(path)


def test_a_newer_journal_is_refused(journal: Journal, path: Path) -> None:
    """A file of a newer version is not written to by an older program."""
    journal.append(draft())
    journal.close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(JournalDamaged, match="newer version"):
        Journal(path)


def test_each_version_migrates_forward_with_its_events(path: Path) -> None:
    """A file of any earlier version becomes the newest one, and its events verify."""
    path.parent.mkdir()
    for version in range(1, len(MIGRATIONS) + 1):
        file = path.with_name(f"{version}.sqlite3")
        with contextlib.closing(connect(file)) as db:
            migrate(db, MIGRATIONS[:version])
        with contextlib.closing(Journal(file)) as journal:
            journal.append(draft())
        assert verify(file).intact


def test_a_failed_migration_leaves_the_old_version() -> None:
    """A migration that breaks half-way is rolled back as a whole."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db)
        with pytest.raises(sqlite3.Error):
            migrate(db, (*MIGRATIONS, "CREATE TABLE extra (x); NONSENSE;"))
        db.rollback()
        assert db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'extra'").fetchall()


def test_a_stranger_writing_beside_us_is_noticed(journal: Journal, path: Path) -> None:
    """When somebody else appended to the file, nothing is chained behind it."""
    journal.append(draft())
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(
            "INSERT INTO events SELECT 2, at, kind, who, why, intent_id, client_id, source, symbol, before, "
            "after, ticket, body, prev_hash, hash FROM events"
        )
        db.commit()
    with pytest.raises(JournalDamaged, match="another program"):
        journal.append(draft())


def test_the_file_itself_refuses_edits(journal: Journal, path: Path) -> None:
    """Append-only is a rule of the file, not a habit of the program."""
    journal.append(draft())
    journal.close()
    with contextlib.closing(sqlite3.connect(path)) as db, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("UPDATE events SET why = 'x'")
