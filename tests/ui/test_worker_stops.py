# SPDX-License-Identifier: MIT
"""HALT and disarming against what waits in the worker's queue."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.commands import ArmAccount, CommandResult, ResumeTrading, TraderCommand
from arbitrex_desktop.ui.worker import CoreWorker
from tests.fakes.core import FakeCore
from tests.ui.test_worker import collect, core, until, worker

__all__ = ["core", "worker"]


@pytest.mark.parametrize("stop", [lambda worker: worker.halt("no"), lambda worker: worker.disarm()])
@pytest.mark.parametrize("command", [ResumeTrading("calm"), ArmAccount("5001234")], ids=["resume", "arm"])
def test_what_was_asked_for_before_a_halt_does_not_undo_it(
    qtbot: QtBot, worker: CoreWorker, core: FakeCore, stop: Callable[[CoreWorker], None], command: TraderCommand
) -> None:
    """Resume, and nothing happens since the core hangs; HALT: what waits in the queue must not let trading go on."""
    done = collect(worker.command_done)
    core.hold("step")
    worker.start()
    until(qtbot, core.reached.is_set)
    worker.send(command)
    stop(worker)
    core.release()
    until(qtbot, lambda: done)
    assert done == [(CommandResult(command, error="trading was stopped after this was asked for, so it was not done"),)]
    assert not {"resume", "arm"} & {what for what, *_ in core.asked}
    worker.send(command)
    until(qtbot, lambda: {"resume", "arm"} & {what for what, *_ in core.asked})
