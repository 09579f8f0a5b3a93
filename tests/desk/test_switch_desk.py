# SPDX-License-Identifier: MIT
"""A kill switch that a person has set is lifted from the window, for a reason that is journalled."""

from __future__ import annotations

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.presentation.snapshot import SwitchRow
from tests.desk.conftest import Desk
from tests.fakes.records import replace


def shown(desk: Desk) -> tuple[SwitchRow, ...]:
    """Return the kill switches that the window shows."""
    risk = desk.core.snapshot().risk
    assert risk is not None
    return risk.switches


@pytest.mark.parametrize(("level", "name"), [("GLOBAL", ""), ("SYMBOL", "EURUSD"), ("STRATEGY", "trend")])
def test_a_person_s_switch_is_lifted_with_its_reason_in_the_journal(desk: Desk, level: str, name: str) -> None:
    """It is shown with who set it, since when and why; lifted it is gone, and the journal has both reasons."""
    set_now = desk.rpm.kill_switches.set(level, name, "SUSPEND", "odd fills")
    assert shown(desk) == (SwitchRow(level, name, "SUSPEND", "odd fills", set_now.since, by_limit=False),)
    desk.core.switches.lift(shown(desk)[0], "the broker has mended it")
    assert (shown(desk), desk.rpm.kill_switches.active()) == ((), ())
    assert desk.core.desk is not None
    event = desk.core.desk.book.journal.newest(EventKind.SWITCH_LIFTED)
    assert event is not None
    what = f"SUSPEND of {f'{level.lower()} {name}' if name else 'everything'}: odd fills"
    assert (event.actor, event.reason) == ("trader", f"the broker has mended it ({what})")
    assert desk.core.snapshot().notices[0].text == f"kill switch lifted: {what}; the broker has mended it"


def test_without_a_reason_nothing_is_lifted(desk: Desk) -> None:
    """Blanks are no reason."""
    desk.rpm.kill_switches.set("SYMBOL", "EURUSD", "SUSPEND", "odd fills")
    with pytest.raises(CommandRefused, match="say why"):
        desk.core.switches.lift(shown(desk)[0], "  ")
    assert len(shown(desk)) == 1


def test_what_a_limit_has_set_is_lifted_by_resuming_only(desk: Desk) -> None:
    """Also when the window asks for it as if a person had set it; the person's own beside it goes alone."""
    desk.rpm.kill_switches.suspend_strategy("trend", "20 trades in a short time")
    (by_limit,) = shown(desk)
    assert by_limit.by_limit
    with pytest.raises(CommandRefused, match="Resume lifts it"):
        desk.core.switches.lift(by_limit, "well again")
    with pytest.raises(CommandRefused, match="set again"):
        desk.core.switches.lift(replace(by_limit, by_limit=False), "well again")
    assert shown(desk) == (by_limit,)
    desk.core.resume("looked at it")
    assert shown(desk) == ()


def test_another_switch_than_the_one_seen_stays(desk: Desk) -> None:
    """A program has set it anew, for another reason, while the trader was typing: he has not seen that one."""
    desk.rpm.kill_switches.set("STRATEGY", "trend", "THROTTLE", "noisy")
    (seen,) = shown(desk)
    desk.rpm.kill_switches.set("STRATEGY", "trend", "SHUTDOWN", "runaway")
    with pytest.raises(CommandRefused, match="set again"):
        desk.core.switches.lift(seen, "calm again")
    assert [row.reason for row in shown(desk)] == ["runaway"]


def test_a_switch_that_cannot_be_journalled_stays(desk: Desk) -> None:
    """Fail closed: what is not in the journal did not happen."""
    desk.rpm.kill_switches.set("STRATEGY", "trend", "SUSPEND", "noisy")
    assert desk.core.desk is not None
    desk.core.desk.book.journal.close()
    with pytest.raises(Exception, match=r"journal|closed"):
        desk.core.switches.lift(shown(desk)[0], "calm again")
    assert len(desk.rpm.kill_switches.active()) == 1


def test_why_only_reducing_trades_pass_is_shown(desk: Desk) -> None:
    """REDUCING set by hand has its reason, and no end of its own."""
    desk.rpm.kill_switches.reduce_only(desk.rpm.portfolio_state, "before the weekend")
    risk = desk.core.snapshot().risk
    assert risk is not None
    assert (risk.trading_state, risk.reducing_reason, risk.reducing_until) == ("REDUCING", "before the weekend", None)
