# SPDX-License-Identifier: MIT
"""How long the window's thread stalls while the terminal is killed, hangs, and comes back.

Runs the real application offscreen: window, worker, host process, simulated terminal.  A timer on the GUI thread
measures the longest gap between its own beats; the same timer without an application is the reference.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from arbitrex_desktop.app import Application, keep_for_good
from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.settings import Settings
from tests.benchmarks.beat import Beat, Watch

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]
_REFERENCE_MS = 3_000


@pytest.mark.skipif(sys.platform == "win32", reason="uses SIGKILL and SIGSTOP")
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("name", "kill"), [("killed", signal.SIGKILL), ("hung", signal.SIGSTOP)])
def test_the_window_s_pauses_while_the_host_is_lost(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kill: signal.Signals
) -> None:
    """Prints the longest gap of the GUI thread while a host is lost and replaced; the window is connected again."""
    monkeypatch.setenv("MT5_TERMINAL", "simulated")
    beat = Beat()
    beat.start()
    qtbot.wait(_REFERENCE_MS)
    print(f"\nreference, an empty event loop: {beat.stop()}")
    application = Application(Settings(data_dir=tmp_path, screenshot=tmp_path / "unused.png"))
    watch = Watch(application)
    application.window.show()
    application.window.fill()
    application.worker.start()
    settled: Callable[[], bool] = application.window.content.is_settled
    qtbot.waitUntil(lambda: settled() and watch.connected(1), timeout=60_000)
    keep_for_good()
    beat.start()
    qtbot.wait(_REFERENCE_MS)
    print(f"window, all well: {beat.stop()}")
    assert watch.snapshot is not None
    assert watch.snapshot.pool.host_pid is not None
    beat.start()
    started = SystemClock().monotonic()
    os.kill(watch.snapshot.pool.host_pid, kill)
    qtbot.waitUntil(lambda: watch.connected(2), timeout=60_000)
    print(f"window, host {name}: {beat.stop()}; connected again after {SystemClock().monotonic() - started:.2f} s")
    application.window.close()
    assert QApplication.instance() is not None
