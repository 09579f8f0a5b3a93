# SPDX-License-Identifier: MIT
"""What the trader is told without asking: how orders end, and when the connection goes and comes."""

from __future__ import annotations

from collections import deque

import pytest

from arbitrex_desktop.desk.presentation.connection_notices import OCCUPIED
from arbitrex_desktop.desk.presentation.order_notices import order_notice
from arbitrex_desktop.raw_layer.events import OffsetChanged, Trigger
from arbitrex_desktop.raw_layer.views import ConnectionState
from tests.desk.conftest import BuildDesk, Desk, intent
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make_position
from tests.fakes.records import replace


def told(desk: Desk) -> list[tuple[str, str]]:
    """Return level and text of every notice, newest first."""
    return [(notice.level, notice.text) for notice in desk.core.snapshot().notices]


@pytest.mark.parametrize(
    ("mood", "level", "words"),
    [
        (Mood.FILL, "info", "BUY 0.10 EURUSD FILLED at 1.15006, slippage -0.2 points"),
        (Mood.REJECT, "error", "BUY 0.10 EURUSD FAILED: "),
        (Mood.PART, "error", "BUY 0.10 EURUSD PARTIAL: only 0.05 lots were executed at 1.15006"),
        (Mood.LOST, "error", "The fate of BUY 0.10 EURUSD is UNKNOWN: "),
    ],
)
def test_how_an_order_ended_is_told(desk: Desk, mood: Mood, level: str, words: str) -> None:
    """Whatever came of an approval stands in a notice: symbol, side, lots, and the broker's reason or price."""
    desk.broker.moods = deque([mood])
    intent_id = desk.core.submit(intent())
    desk.core.approve(intent_id)
    (found, text), _ = told(desk)
    assert (found, text[: len(words)]) == (level, words)
    if mood is Mood.REJECT:
        assert desk.row(intent_id).details in text


def test_an_intent_that_expires_is_told(desk: Desk) -> None:
    """Nobody decided in time; the trader learns of it."""
    desk.core.submit(intent(time_to_live=5.0))
    desk.step(6.0)
    assert told(desk)[0] == ("info", "BUY 0.10 EURUSD EXPIRED: nobody decided in time")


def test_an_order_that_closes_is_named_so(desk: Desk) -> None:
    """The notice of a close names the position."""
    desk.broker.positions = (make_position("EURUSD", 1, 0.3, ticket=11),)
    desk.broker.poll()
    desk.rpm.reducing = True
    desk.core.approve(desk.core.submit(intent(direction=-1)))
    assert told(desk)[0][1].startswith("SELL 0.10 EURUSD (close #11) FILLED at ")


def test_a_restart_tells_what_it_finds(desk: Desk, build: BuildDesk) -> None:
    """An order that was lost stays an alarm after a restart, and ends with one notice of what became of it."""
    desk.broker.moods = deque([Mood.FILL_LOST])
    desk.core.approve(desk.core.submit(intent()))
    desk.core.stop()
    again = build(desk.broker)
    again.step()
    again.step()
    assert [level for level, text in told(again) if "FILLED" in text] == ["info"]


def test_what_needs_the_traders_eyes_is_told_again_after_a_restart(desk: Desk, build: BuildDesk) -> None:
    """Failed, in part, of unknown fate: with the time at which it happened; what went well, or is over, is not."""
    desk.broker.moods = deque([Mood.REJECT, Mood.PART, Mood.FILL])
    for _ in range(3):
        desk.core.approve(desk.core.submit(intent()))
        desk.step(1.0)
    before = [each for each in desk.core.snapshot().notices if each.level == "error"]
    assert [each.text.split()[3] for each in before] == ["PARTIAL:", "FAILED:"]
    desk.core.stop()
    desk.clock.advance(3_600.0)
    again = build(desk.broker)
    again.step()
    kept = [each for each in again.core.snapshot().notices if each.level == "error"]
    assert kept == before
    again.core.stop()
    desk.clock.advance(86_400.0)
    later = build(desk.broker)
    later.step()
    assert not [each for each in later.core.snapshot().notices if each.level == "error"]


def test_what_the_trader_decided_himself_is_not_told_again(desk: Desk, build: BuildDesk) -> None:
    """An order of unknown fate that he has ended needs his eyes no more."""
    desk.broker.moods = deque([Mood.LOST])
    intent_id = desk.core.submit(intent())
    desk.core.approve(intent_id)
    desk.core.resolve(intent_id, executed=False, reason="seen in the terminal")
    desk.core.stop()
    again = build(desk.broker)
    again.step()
    assert [text for level, text in told(again) if level == "error"] == []


def test_a_lost_connection_is_told_with_reason_and_duration(desk: Desk) -> None:
    """Going and coming back are notices; attempts that fail for the same reason are one."""
    broker = desk.broker
    broker.change_state(ConnectionState.LOST, Trigger.DROPPED, "no connection to the broker")
    for _ in range(3):
        broker.change_state(ConnectionState.RECONNECTING, Trigger.ATTEMPT, "connecting")
        broker.change_state(ConnectionState.LOST, Trigger.FAILED, "no connection to the broker")
        desk.clock.advance(25.0)
    for listener in broker._listeners:
        listener(OffsetChanged(7_200, desk.clock.now()))
    broker.change_state(ConnectionState.CONNECTED, Trigger.RECONCILED, "account 1")
    assert told(desk) == [
        ("info", "CONNECTED again after 1 min 15 s (LOST: no connection to the broker); account 1"),
        ("error", "LOST: no connection to the broker"),
    ]
    broker.change_state(ConnectionState.STALE, Trigger.WENT_STALE)
    broker.change_state(ConnectionState.CONNECTED, Trigger.RECONCILED, "account 1")
    assert told(desk)[:2] == [
        ("info", "CONNECTED again after 0 s (STALE); account 1"),
        ("warning", "STALE"),
    ]


def test_a_second_window_on_the_same_folder_says_so(desk: Desk) -> None:
    """While another window holds the simulated broker's books, that is what stands in the way, and nothing flickers."""
    broker = desk.broker
    broker.change_state(ConnectionState.LOST, Trigger.DROPPED, "the books cannot be opened: database is locked")
    broker.change_state(ConnectionState.RECONNECTING, Trigger.ATTEMPT, "connecting")
    assert desk.core.snapshot().journal_problem == OCCUPIED == "another window of this program uses this data folder"
    broker.change_state(ConnectionState.CONNECTED, Trigger.RECONCILED, "account 1")
    assert desk.core.snapshot().journal_problem == ""


def test_no_slippage_has_no_minus(desk: Desk) -> None:
    """A fill a hair better than asked reads +0.0 points."""
    intent_id = desk.core.submit(intent())
    desk.core.approve(intent_id)
    filled = desk.intent(intent_id)
    assert desk.core.desk is not None
    assert filled.fill is not None
    event = desk.core.desk.book.journal.events(intent_id=intent_id)[-1]
    for slipped, words in ((-0.04, "slippage +0.0 points"), (None, "at 1.15006"), (1.26, "slippage +1.3 points")):
        news = order_notice(replace(filled, fill=replace(filled.fill, slippage_points=slipped)), event, 5)
        assert news is not None
        assert news.text.endswith(words)
    unpriced = order_notice(replace(filled, fill=replace(filled.fill, price=None)), event, 5)
    assert unpriced is not None
    assert (unpriced.level, unpriced.text) == (
        "info",
        "BUY 0.10 EURUSD FILLED; the broker has not reported the price yet",
    )
