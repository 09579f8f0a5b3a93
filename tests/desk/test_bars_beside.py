# SPDX-License-Identifier: MIT
"""The desk works on while a terminal takes its time to hand out bars."""

from __future__ import annotations

from arbitrex_desktop.desk.intents.intent import IntentState
from tests.desk.conftest import Desk, intent


def test_the_desk_is_not_held_by_bars(desk: Desk) -> None:
    """An approval goes out and its fill comes back while the bars for the risk are still being fetched."""
    desk.core._risk._reading.join()  # of the start
    desk.rpm.bars_come.clear()
    desk.rpm.bars_read = False
    desk.clock.advance(60.0)
    desk.step()
    waiting = desk.core.submit(intent())
    desk.core.approve(waiting)
    desk.step()
    assert desk.row(waiting).state is IntentState.FILLED
    read_before = desk.rpm.bars_read
    desk.rpm.bars_come.set()
    desk.core.stop()
    assert (read_before, desk.rpm.bars_read, desk.rpm.closed) == (False, True, True)
