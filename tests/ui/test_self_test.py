# SPDX-License-Identifier: MIT
"""The self-test trades on no account that was not meant for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.checkup.self_test import SelfTest
from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.raw_layer.views import AccountMode
from arbitrex_desktop.ui.commands import CommandResult, SubmitIntent, TraderCommand
from arbitrex_desktop.ui.worker import CoreWorker
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import desk_snapshot

DEMO = 12_345


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
    worker = CoreWorker(FakeCore)
    sent: list[TraderCommand] = []
    monkeypatch.setattr(worker, "send", sent.append)
    test = SelfTest(worker, SystemClock(), named)
    snapshot = desk_snapshot()
    worker.snapshot_changed.emit(
        replace(
            snapshot, pool=replace(snapshot.pool, mode=mode, login=DEMO, symbols_with_ticks=99, server_offset_seconds=0)
        )
    )
    assert ("account; the self-test trades on" in test.seen.failure) is refused
    assert bool(sent) is not refused


def test_an_intent_that_came_before_the_desk_was_open_is_sent_again(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other and in their order, until the desk takes both."""
    worker = CoreWorker(FakeCore)
    sent: list[TraderCommand] = []
    monkeypatch.setattr(worker, "send", sent.append)
    test = SelfTest(worker, SystemClock())
    plain = desk_snapshot()
    snapshot = replace(
        plain, pool=replace(plain.pool, mode=AccountMode.SIMULATED, symbols_with_ticks=99, server_offset_seconds=0)
    )
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
    worker = CoreWorker(FakeCore)
    sent: list[TraderCommand] = []
    monkeypatch.setattr(worker, "send", sent.append)
    _test = SelfTest(worker, SystemClock())
    plain = desk_snapshot()
    pool = replace(plain.pool, mode=AccountMode.SIMULATED, symbols_with_ticks=99, server_offset_seconds=None)
    worker.snapshot_changed.emit(replace(plain, pool=pool))
    assert not sent
    worker.snapshot_changed.emit(replace(plain, pool=replace(pool, server_offset_seconds=7_200)))
    assert len(sent) == 1
