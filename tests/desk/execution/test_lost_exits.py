# SPDX-License-Identifier: MIT
"""A strategy's exit while the journal takes nothing: it leaves where a policy lets it, else the trader is called."""

from __future__ import annotations

from typing import NoReturn

import pytest

from arbitrex_desktop.desk.errors import CommandRefused, ExitSent, JournalUnavailable
from arbitrex_desktop.desk.intents.events import NewEvent
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.raw_layer.views import AccountMode
from tests.desk.conftest import BuildDesk, Desk, intent
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make_position

AUTOMATIC = DeskSettings(auto_approve_lots={"bot": 0.2})


def full(*_: NewEvent) -> NoReturn:
    """Take nothing."""
    raise JournalUnavailable("the journal cannot be used: the disk is full")


def fill_disk(desk: Desk) -> None:
    """Have the journal take nothing from here on."""
    assert desk.core.desk is not None
    desk.core.desk.book.journal.append = full  # type: ignore[method-assign] # what the tests are about


@pytest.fixture
def held(build: BuildDesk) -> Desk:
    """Give a desk with a position that its strategy opened without the trader, and a journal that takes nothing."""
    desk = build(settings=AUTOMATIC)
    desk.core.submit(intent(source="bot"))
    desk.step()
    desk.step()
    assert len(desk.broker.positions) == 1
    desk.rpm.reducing = True
    fill_disk(desk)
    return desk


def wants_out(desk: Desk, source: str = "bot") -> None:
    """Have a strategy ask for the close of the position."""
    ticket = desk.broker.positions[0].ticket
    desk.core.submit(intent(source=source, direction=-1, reduce_only=True, position_ticket=ticket))


def told(desk: Desk) -> str:
    """Return all that the trader was told."""
    return "\n".join(notice.text for notice in desk.core.snapshot().notices)


def kept(desk: Desk) -> list[str]:
    """Return the kinds of the events in the reserve."""
    reserve = desk.core._accounts._reserve
    assert reserve is not None
    return [each.kind.value for each in reserve.events()]


def test_it_leaves_and_is_kept_in_the_reserve(held: Desk) -> None:
    """What needs no person is closed, once, written down in the reserve, and the strategy hears that and why."""
    with pytest.raises(ExitSent, match=r"0\.10 lots of EURUSD .* closed at the market, but there is no intent of it"):
        wants_out(held)
    assert not held.broker.positions
    assert len(held.broker.sent) == 2
    assert kept(held) == ["ACTION_SENDING", "ACTION_ENDED"]
    assert "CLOSED BUY 0.10 EURUSD" in told(held)


def test_it_leaves_while_halted(held: Desk) -> None:
    """HALT lets exits through, and so does a full disk."""
    held.core.halt("enough")
    with pytest.raises(ExitSent):
        wants_out(held)
    assert not held.broker.positions


@pytest.mark.parametrize("case", ["a stranger's position", "too large", "another strategy", "LIVE", "refused"])
def test_what_needs_a_person_is_told(held: Desk, case: str) -> None:
    """Nothing leaves that a policy would not let pass; the trader is told who wants to close what."""
    source = "bot"
    if case == "a stranger's position":
        held.broker.positions = (make_position("EURUSD", 1, 0.1, ticket=77),)
        held.broker.poll()
    elif case == "too large":
        held.broker.positions = (make_position("EURUSD", 1, 0.5, ticket=held.broker.positions[0].ticket),)
        held.broker.poll()
        held.rpm.lots = 0.5
    elif case == "another strategy":
        source = "other"
    elif case == "LIVE":
        held.broker.account_mode = AccountMode.LIVE
    else:
        held.rpm.refusal = ("NO", "no")
    ticket = held.broker.positions[0].ticket
    with pytest.raises(JournalUnavailable, match="the disk is full"):
        wants_out(held, source)
    assert len(held.broker.sent) == 1
    assert f"{source} wants to close EURUSD #{ticket}, which was not taken" in told(held)


def test_an_exit_of_unknown_fate_is_not_sent_again(held: Desk) -> None:
    """A lost answer is looked up; until then a second wish to close the same is refused."""
    held.broker.moods.append(Mood.LOST)
    with pytest.raises(CommandRefused, match="looking at the broker's books"):
        wants_out(held)
    with pytest.raises(CommandRefused, match="is not known yet"):
        wants_out(held)
    assert len(held.broker.sent) == 2


def test_what_adds_risk_does_not_leave(held: Desk) -> None:
    """An intent that opens is refused with the cause, and nobody is called for it."""
    held.rpm.reducing = False
    with pytest.raises(JournalUnavailable):
        held.core.submit(intent(source="bot", symbol="GBPUSD"))
    assert len(held.broker.sent) == 1
    assert "wants to close" not in told(held)


def test_room_again_brings_it_into_the_journal(held: Desk) -> None:
    """The journal takes the exit over once it can be written, and the position is known to be closed."""
    with pytest.raises(ExitSent):
        wants_out(held)
    assert held.core.desk is not None
    journal = held.core.desk.book.journal
    del journal.append
    held.step(6.0)
    held.step(6.0)
    assert [each.actor for each in journal.events() if each.source == "reserve"] == ["bot", "desk"]
    assert kept(held) == []
