# SPDX-License-Identifier: MIT
"""The self-test trades on no account that was not meant for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.checkup.self_test import SelfTest
from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.raw_layer.views import AccountMode
from arbitrex_desktop.ui.commands import CommandResult, SubmitIntent, TraderCommand
from arbitrex_desktop.ui.worker import CoreWorker
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import desk_snapshot

DEMO = 12_345


def noting(monkeypatch: pytest.MonkeyPatch) -> tuple[CoreWorker, list[TraderCommand]]:
    """Return a worker that carries out nothing, and the list of what it is sent."""
    worker = CoreWorker(FakeCore)
    sent: list[TraderCommand] = []
    monkeypatch.setattr(worker, "send", sent.append)
    return worker, sent


def ready(**changes: Any) -> DeskSnapshot:
    """Return a snapshot of a simulated account whose prices have come and whose broker's time is known."""
    snapshot = desk_snapshot()
    pool = replace(snapshot.pool, mode=AccountMode.SIMULATED, symbols_with_ticks=99, server_offset_seconds=0)
    return replace(snapshot, pool=replace(pool, **changes))


@pytest.mark.parametrize(
    ("mode", "named", "refused"),
    [
        (AccountMode.SIMULATED, None, False),
        (AccountMode.DEMO, None, True),
        (AccountMode.DEMO, DEMO + 1, True),
        (AccountMode.DEMO, DEMO, False),
        (AccountMode.LIVE, DEMO, True),
    ],
)
def test_only_a_simulated_account_or_the_demo_account_that_was_named(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, mode: AccountMode, named: int | None, refused: bool
) -> None:
    """On any other account it ends before it has asked for anything."""
    worker, sent = noting(monkeypatch)
    test = SelfTest(worker, SystemClock(), named)
    worker.snapshot_changed.emit(ready(mode=mode, login=DEMO))
    assert ("account; the self-test trades on" in test.seen.failure) is refused
    assert bool(sent) is not refused


def test_an_intent_that_came_before_the_desk_was_open_is_sent_again(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other and in their order, until the desk takes both."""
    worker, sent = noting(monkeypatch)
    test = SelfTest(worker, SystemClock())
    snapshot = ready()
    for error in ("no account has been connected yet", "no account has been connected yet", "", ""):
        worker.snapshot_changed.emit(snapshot)
        worker.snapshot_changed.emit(snapshot)
        worker.command_done.emit(CommandResult(sent[-1], answer="I1", error=error))
    asked = [each.request.confidence_score for each in sent if isinstance(each, SubmitIntent)]
    assert asked == [0.9, 0.9, 0.9, 0.05]
    assert not test.seen.failure


def test_nothing_is_submitted_before_the_age_of_prices_can_be_told(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An intent that comes before the broker's time is known would be refused, and the test would fail by its haste."""
    worker, sent = noting(monkeypatch)
    _test = SelfTest(worker, SystemClock())
    worker.snapshot_changed.emit(ready(server_offset_seconds=None))
    assert not sent
    worker.snapshot_changed.emit(ready(server_offset_seconds=7_200))
    assert len(sent) == 1
