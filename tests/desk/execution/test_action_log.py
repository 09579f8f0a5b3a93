# SPDX-License-Identifier: MIT
"""Where there is no journal: exits are kept in the reserve, and nothing else is let go."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.desk.errors import JournalError, JournalUnavailable
from arbitrex_desktop.desk.execution.action_log import ActionLog
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.journal.reserve import ExitReserve
from tests.desk.execution.conftest import Parts
from tests.fakes.records import replace


def test_without_a_journal_only_an_exit_is_written_down(parts: Parts, tmp_path: Path) -> None:
    """What adds risk is refused and reported, with nothing kept; an exit is kept and told, and reports nothing new."""
    reserve, failures = ExitReserve(tmp_path / "parts.reserve"), list[JournalError]()
    reserve.prepare()
    log = ActionLog(None, replace(parts.context, journal_failed=failures.append), reserve)
    with pytest.raises(JournalUnavailable, match="this needs the journal"):
        log.note(EventKind.ACTION_SUBMITTED, reason="a wider stop of #11", ticket=11, is_exit=False)
    assert (reserve.events(), parts.told, len(failures)) == ((), [], 1)
    log.note(EventKind.ACTION_SUBMITTED, reason="close #11", ticket=11)
    assert [(each.reason, each.ticket) for each in reserve.events()] == [("close #11", 11)]
    assert len(failures) == 1
    words = "close #11: written to the reserve; the journal takes it over once it can be written"
    assert parts.told == [("warning", "journal reserve", words)]


def test_of_the_reserve_only_what_closed_counts(parts: Parts, tmp_path: Path) -> None:
    """A close that left, one that was not carried out and one of another position name none that closed this one."""
    reserve = ExitReserve(tmp_path / "parts.reserve")
    reserve.prepare()
    log = ActionLog(None, parts.context, reserve)
    log.note(EventKind.ACTION_SUBMITTED, reason="close #11", ticket=11)
    for ticket, order in ((11, 0), (11, 99), (12, 98)):
        log.note(EventKind.ACTION_ENDED, reason="", ticket=ticket, body={"order": order})
    assert log.closing_orders(11) == {99}
