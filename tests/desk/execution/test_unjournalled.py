# SPDX-License-Identifier: MIT
"""What the broker has under this desk's mark and the journal lacks is told, and taken in by one command."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from tests.desk.conftest import BuildDesk, Desk, intent


def lose_the_journal(desk: Desk, tmp_path: Path) -> None:
    """Stop the desk and take away all that it wrote, both notes included: nothing on the disk tells any more."""
    desk.core.stop()
    for folder in ("journal", "journal-notes"):
        shutil.rmtree(tmp_path / folder)


def told(desk: Desk) -> list[str]:
    """Return what was told of orders that the journal does not know."""
    return [
        notice.text for notice in desk.core.snapshot().notices if notice.topic.subject is NoticeSubject.UNJOURNALLED
    ]


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
@pytest.mark.parametrize("comments", [True, False], ids=["comments", "no comments"])
def test_a_lost_journal_is_found_out_by_the_broker(
    build: BuildDesk, tmp_path: Path, closed: bool, comments: bool
) -> None:
    """Journal and notes gone: each trade of ours is told, open or closed, and the command journals it once."""
    first = build()
    first.broker.keep_comments = comments
    first.core.approve(first.core.submit(intent(source="bot")))
    first.step(2.0)
    (ticket,) = (each.ticket for each in first.broker.positions)
    if closed:
        first.core.close_position(ticket)
    first.clock.advance(120.0)
    lose_the_journal(first, tmp_path)
    second = build(first.broker)
    second.step(1.0)
    assert len(told(second)) == 1 + closed
    assert any("BUY 0.10 EURUSD" in each and "was executed" in each for each in told(second))
    assert all("Trading > Take unknown orders into the journal" in each for each in told(second))
    assert any(f"closed position #{ticket}" in each for each in told(second)) is closed
    assert second.core.take_in_unknown() == 1 + closed
    assert second.core.desk is not None
    (event,) = (each for each in second.core.desk.book.journal.events() if each.kind is EventKind.TAKEN_IN)
    taken = second.intent(event.intent_id)
    assert (taken.state, taken.request.symbol, taken.actor) == (IntentState.FILLED, "EURUSD", "trader")
    assert taken.fill is not None
    assert taken.fill.volume == pytest.approx(0.1)
    assert second.row(taken.intent_id).state is IntentState.FILLED
    with pytest.raises(CommandRefused, match="knows every trade"):
        second.core.take_in_unknown()
    second.core.stop()
    third = build(first.broker)
    third.step(700.0)
    assert told(third) == []
    assert third.intent(event.intent_id) == taken
    assert verify(third.journal).intact


def test_what_the_journal_knows_is_not_told(build: BuildDesk) -> None:
    """Fills with and without comments, closes, parts and others' trades: nothing is told of them over a day."""
    desk = build()
    for keep in (True, False):
        desk.broker.keep_comments = keep
        desk.core.approve(desk.core.submit(intent(source="bot")))
        for _ in range(4):
            desk.step(2.0)
    for position in desk.broker.positions:
        desk.core.close_position(position.ticket)
    for _ in range(8):
        desk.step(650.0)
    assert told(desk) == []
    with pytest.raises(CommandRefused):
        desk.core.take_in_unknown()


def test_an_order_that_appears_while_running_is_told(build: BuildDesk, tmp_path: Path) -> None:
    """Another desk's order with our mark, on the same account, shows within a minute or so."""
    desk = build()
    desk.step(1.0)
    what = {"symbol": "GBPUSD", "type": 1, "volume": 0.2, "magic": 5, "comment": "ABX 0123456789AB"}
    desk.broker.send_order({"action": 1, "price": 0.0, "deviation": 5, "sl": 0.0, "tp": 0.0, **what})
    for _ in range(4):
        desk.step(15.0)
    (words,) = told(desk)
    assert "SELL 0.20 GBPUSD" in words
    assert desk.core.take_in_unknown() == 1
    assert desk.intent("0123456789AB").state is IntentState.FILLED
