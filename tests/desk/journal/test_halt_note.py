# SPDX-License-Identifier: MIT
"""The note that remembers a halt when nothing else can."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.desk.errors import CommandRefused, DeskError, JournalError
from arbitrex_desktop.desk.journal.halt_note import HaltNote
from tests.desk.conftest import BuildDesk, intent


def full_disk(server: str, login: int) -> None:
    """Refuse to open any journal."""
    raise JournalError(f"no space left on the device, for {server} {login}")


def test_a_note_is_written_over_its_own_bytes(tmp_path: Path) -> None:
    """Preparing, halting, however long the reason, and clearing leave the file as large as it was."""
    note = HaltNote(tmp_path / "new" / "halt.note")
    assert note.prepare() == ""
    size = (tmp_path / "new" / "halt.note").stat().st_size
    note.write("news, ä " * 200)
    assert HaltNote(tmp_path / "new" / "halt.note").prepare().startswith("news, ä")
    note.clear()
    assert note.prepare() == ""
    assert (tmp_path / "new" / "halt.note").stat().st_size == size


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file where the folder should be gives words."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(DeskError, match="may not be remembered"):
        HaltNote(tmp_path / "file" / "halt.note").prepare()
    with pytest.raises(DeskError, match="may not be remembered"):
        HaltNote(tmp_path / "file" / "halt.note").write("news")


def test_a_note_that_is_not_there_is_made_when_it_is_needed(tmp_path: Path) -> None:
    """A disk that had no room at the start may have some by the time of the halt."""
    note = HaltNote(tmp_path / "new" / "halt.note")
    note.write("news")
    assert note.prepare() == "news"


def test_a_halt_outlives_the_program_without_a_journal(build: BuildDesk, tmp_path: Path) -> None:
    """HALT on a full disk, then a restart with a sound one: halted, for the same reason, until resumed."""
    note = tmp_path / "halt.note"
    first = build(halt_note=HaltNote(note), journal=full_disk)
    first.core.halt("the bank called")
    first.core.stop()
    second = build(first.broker, halt_note=HaltNote(note))
    second.step()
    with pytest.raises(CommandRefused):
        second.core.approve(second.core.submit(intent()))
    assert second.broker.sent == []
    risk = second.core.snapshot().risk
    assert risk is not None
    assert (risk.trading_state, risk.halt_reason) == ("HALTED", "the bank called")
    second.core.resume("all is well")
    second.core.stop()
    third = build(first.broker, halt_note=HaltNote(note))
    third.step()
    third.core.approve(third.core.submit(intent()))
    assert len(third.broker.sent) == 1
