# SPDX-License-Identifier: MIT
"""HALT and Disarm take effect at once, whatever the worker is doing and wherever an order is waiting."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.raw_layer.views import AccountMode
from tests.desk.conftest import PATIENCE, Desk, intent


@pytest.fixture
def armed(desk: Desk) -> Desk:
    """Give a desk on a LIVE account that is armed."""
    desk.broker.account_mode = AccountMode.LIVE
    desk.core.arm(str(desk.broker.account.login))
    return desk


@pytest.mark.parametrize("way", ["halt", "disarm"])
def test_an_order_that_waits_for_its_turn_is_still_stopped(armed: Desk, way: str) -> None:
    """An order may queue behind a slow call; what the trader stops meanwhile does not leave when its turn comes."""
    intent_id = armed.core.submit(intent())
    armed.broker.queueing = armed.core.disarm if way == "disarm" else lambda: armed.core.halt("now")
    armed.core.approve(intent_id)
    row = armed.row(intent_id)
    assert row.state is IntentState.FAILED
    assert row.details.endswith("nothing was sent")
    assert ("halted: now" if way == "halt" else "arming comes first") in row.details
    assert armed.broker.sent == []


def test_a_close_that_waits_for_its_turn_is_stopped_by_disarming(armed: Desk) -> None:
    """What the trader does to positions passes the same last gate."""
    armed.core.approve(armed.core.submit(intent()))
    armed.step()
    (position,) = armed.core.snapshot().positions
    armed.broker.queueing = armed.core.disarm
    with pytest.raises(CommandRefused, match="arming comes first"):
        armed.core.close_position(position.ticket)
    assert len(armed.broker.sent) == 1


def test_disarming_waits_for_nothing(armed: Desk) -> None:
    """While the worker hangs in the terminal, disarm() returns at once, shows, and the next order stays."""
    inside, release = Event(), Event()

    def hang(moment: str) -> None:
        if moment == "before the broker has it":
            inside.set()
            assert release.wait(PATIENCE)

    first, second = armed.core.submit(intent()), armed.core.submit(intent(symbol="GBPUSD"))
    armed.broker.step = hang
    worker = Thread(target=armed.core.approve, args=(first,))
    worker.start()
    assert inside.wait(PATIENCE)
    armed.core.disarm()
    assert armed.core.snapshot().arming.until is None
    release.set()
    worker.join(PATIENCE)
    with pytest.raises(CommandRefused, match="arming comes first"):
        armed.core.approve(second)
    assert len(armed.broker.sent) == 1


def test_a_disarming_is_journalled(armed: Desk) -> None:
    """Nobody waits for it, but it is written down."""
    armed.core.disarm()
    armed.core._background.join()
    assert armed.core.desk is not None
    kinds = [event.kind for event in armed.core.desk.book.journal.events()]
    assert kinds.index(EventKind.ARMED) < kinds.index(EventKind.DISARMED)


def test_a_disarming_before_any_account_is_no_error(desk: Desk) -> None:
    """There is nothing to take back, and nobody is told of a failure."""
    desk.core._accounts.leave()
    desk.core.disarm()
    desk.core._background.join()
    assert desk.core.snapshot().notices == ()
