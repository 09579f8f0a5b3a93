# SPDX-License-Identifier: MIT
"""`journal set-aside`: a damaged journal is kept, a new one begun, and nothing in between can be traded on."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.errors import CommandRefused, JournalDamaged, JournalError, JournalUnavailable
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.journal.journal import Journal
from arbitrex_desktop.desk.journal.salvage import set_aside
from tests.desk.conftest import Desk, intent
from tests.desk.journal.test_cli import run

CLOCK = SystemClock()


@pytest.fixture
def damaged(desk: Desk) -> Path:
    """Return a journal whose last event was changed by another hand."""
    desk.core.reject(desk.core.submit(intent()), "no")
    desk.core.stop()
    content = desk.journal.read_bytes()
    at = content.rindex(b"EURUSD")
    desk.journal.write_bytes(content[:at] + b"X" + content[at + 1 :])
    return desk.journal


def test_a_damaged_journal_is_kept_and_a_new_one_says_so(damaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The old file keeps its events and its damage; the new one begins with who, why and where, and is intact."""
    before = verify(damaged)
    assert run("set-aside", str(damaged), "--reason", "disk error") == 0
    (kept,) = damaged.parent.glob("*.damaged-*Z")
    assert kept.name in capsys.readouterr().out
    assert (verify(kept).events, verify(kept).intact) == (before.events, False)
    journal = Journal(damaged)
    (event,) = journal.events()
    journal.close()
    assert (event.kind, event.actor, event.reason) == (EventKind.SET_ASIDE, "trader", "disk error")
    assert event.body["kept"] == kept.name
    assert event.body["problems"] == list(before.problems)
    assert verify(damaged).intact


def test_an_intact_journal_stays(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody loses a sound journal, and with it what was sent, by a slip of the hand."""
    desk.core.reject(desk.core.submit(intent()), "no")
    desk.core.stop()
    assert run("set-aside", str(desk.journal), "--reason", "tidy up") == 2
    assert "is intact" in capsys.readouterr().err
    assert verify(desk.journal).events > 1


def test_a_journal_in_use_stays(desk: Desk) -> None:
    """While a window holds the journal, the command does nothing."""
    desk.core.submit(intent())
    with pytest.raises(JournalUnavailable, match="another window"):
        set_aside(desk.journal, "why not", CLOCK)
    assert desk.journal.exists()


def test_a_reason_is_needed(damaged: Path) -> None:
    """Blanks are no reason."""
    with pytest.raises(CommandRefused, match="say why"):
        set_aside(damaged, "  ", CLOCK)


@pytest.mark.parametrize("renames", [1, 2])
def test_killed_half_way_nothing_can_be_traded_on(damaged: Path, monkeypatch: pytest.MonkeyPatch, renames: int) -> None:
    """However far the renaming came, no desk opens the journal, and the same command ends the work."""
    Path(f"{damaged}-wal").write_bytes(b"")
    done: list[Path] = []
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if len(done) == renames:
            raise OSError("killed")
        done.append(path)
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", failing)
        with pytest.raises(JournalUnavailable, match="killed"):
            set_aside(damaged, "first try", CLOCK)
    if renames > 1:
        with pytest.raises(JournalDamaged):
            Journal(damaged)
    assert not verify(damaged).intact
    set_aside(damaged, "second try", CLOCK)
    assert verify(damaged).intact


def test_an_account_is_traded_again(damaged: Path) -> None:
    """A desk opens the new journal and appends behind its first event."""
    set_aside(damaged, "disk error", CLOCK)
    journal = Journal(damaged)
    assert journal.head[0] == 1
    assert journal.open_intents() == ()
    journal.close()


def test_what_is_no_journal_cannot_be_used_but_can_be_set_aside(tmp_path: Path) -> None:
    """A file that was overwritten with something else is damage as well."""
    strange = tmp_path / "account.sqlite3"
    strange.write_text("not a journal at all, not even a little")
    with pytest.raises(JournalError):
        Journal(strange)
    set_aside(strange, "overwritten", CLOCK)
    assert verify(strange).intact
