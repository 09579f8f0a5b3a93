# SPDX-License-Identifier: MIT
"""Journal and notes put back to an older copy that agrees with itself: what the broker did since is told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.check import verify
from tests.desk.conftest import BuildDesk, Desk, intent
from tests.desk.execution.test_unjournalled import told

FOLDERS = ("journal", "journal-notes")


def by_hand(desk: Desk) -> None:
    """Close as the trader does."""
    desk.core.close_position(desk.broker.positions[0].ticket)


def by_an_intent(desk: Desk) -> None:
    """Close as a strategy does."""
    desk.rpm.reducing = True
    ticket = desk.broker.positions[0].ticket
    desk.core.approve(desk.core.submit(intent(source="bot", direction=-1, reduce_only=True, position_ticket=ticket)))
    desk.rpm.reducing = False


def copy(tmp_path: Path) -> None:
    """Keep a copy of all that is written, as a backup of a closed program would."""
    for name in FOLDERS:
        shutil.copytree(tmp_path / name, tmp_path / "backup" / name)


def put_back(tmp_path: Path) -> None:
    """Put the copy in the place of what is there."""
    for name in FOLDERS:
        shutil.rmtree(tmp_path / name)
        shutil.copytree(tmp_path / "backup" / name, tmp_path / name)


@pytest.mark.parametrize("comments", [True, False], ids=["comments", "no comments"])
@pytest.mark.parametrize("close", [by_hand, by_an_intent])
def test_a_close_that_the_older_copy_lacks_is_told(
    build: BuildDesk, tmp_path: Path, close: Callable[[Desk], None], comments: bool
) -> None:
    """The open trade is in both; the close is told once, taken in by the command, and known over a restart."""
    first = build()
    first.broker.keep_comments = comments
    first.core.approve(first.core.submit(intent(source="bot")))
    for _ in range(3):
        first.step(2.0)
    (ticket,) = (each.ticket for each in first.broker.positions)
    first.core.stop()
    copy(tmp_path)
    second = build(first.broker)
    second.step(1.0)
    close(second)
    for _ in range(3):
        second.step(2.0)
    assert not second.broker.positions
    second.clock.advance(120.0)
    second.core.stop()
    put_back(tmp_path)
    third = build(first.broker)
    third.step(1.0)
    (words,) = told(third)
    assert f"SELL 0.10 EURUSD of 2025-03-12 10:00 UTC closed position #{ticket}: it bears this desk's mark" in words
    assert third.core.take_in_unknown() == 1
    third.step(700.0)
    with pytest.raises(CommandRefused, match="knows every trade"):
        third.core.take_in_unknown()
    third.core.stop()
    fourth = build(first.broker)
    fourth.step(700.0)
    assert told(fourth) == []
    assert verify(fourth.journal).intact


def test_an_intent_that_waits_in_the_older_copy_does_not_leave_again(build: BuildDesk, tmp_path: Path) -> None:
    """It was approved and filled after the copy was made: no approval, by nobody, until it is taken in as filled."""
    first = build()
    wanted = first.core.submit(intent(source="bot", time_to_live=3_600.0))
    first.step(2.0)
    first.core.stop()
    copy(tmp_path)
    second = build(first.broker)
    second.step(1.0)
    second.core.approve(wanted)
    for _ in range(3):
        second.step(2.0)
    second.core.stop()
    put_back(tmp_path)
    third = build(first.broker)
    third.step(1.0)
    assert third.intent(wanted).state is IntentState.PENDING
    assert len(told(third)) == 1
    with pytest.raises(CommandRefused, match="has executed it already"):
        third.core.approve(wanted)
    assert len(third.broker.sent) == 1
    assert third.core.take_in_unknown() == 1
    assert third.intent(wanted).state is IntentState.FILLED
    assert third.intent(wanted).request.source == "bot"
