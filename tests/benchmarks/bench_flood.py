# SPDX-License-Identifier: MIT
"""A strategy that hands in intents as fast as it can, against the real application.

Prints how many it sent a second, what became of them, the longest gap of the GUI thread beside that of an empty event
loop, and the program's resident memory before and after.  `SECONDS` in the environment says for how long, 60 if not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.app import Application, keep_for_good
from arbitrex_desktop.settings import Settings
from tests.benchmarks.beat import Beat, Watch
from tests.benchmarks.bench_memory import resident_megabytes

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

STRATEGY = """
import collections, json, sys, time
from arbitrex_desktop.client import DeskClient, DeskRefused
answers, end, pace = collections.Counter(), time.monotonic() + float(sys.argv[2]), 0.001
with DeskClient("flood", sys.argv[1]) as desk:
    due = time.monotonic()
    while time.monotonic() < end:
        try:
            answer = desk.submit("EURUSD", "buy", confidence_score=0.8, regime="TRENDING", vol_percentile=0.4)
            answers[answer.state] += 1
        except DeskRefused as refusal:
            answers[refusal.code] += 1
        due = max(due + pace, time.monotonic() - 0.1)
        time.sleep(max(0.0, due - time.monotonic()))
print(json.dumps(answers))
"""


@pytest.mark.timeout(300)
def test_a_flood_of_intents_leaves_the_window_alone(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prints rates, pauses and memory; the desk takes no more than its limits allow."""
    seconds = float(os.environ.get("SECONDS", "60"))
    monkeypatch.setenv("MT5_TERMINAL", "simulated")
    beat = Beat()
    beat.start()
    qtbot.wait(3_000)
    print(f"\nreference, an empty event loop: {beat.stop()}")
    application = Application(Settings(data_dir=tmp_path, screenshot=tmp_path / "unused.png"))
    watch = Watch(application)
    application.window.show()
    application.window.fill()
    application.worker.start()
    qtbot.waitUntil(application.window.content.is_settled, timeout=60_000)
    keep_for_good()
    qtbot.wait(3_000)
    before = resident_megabytes()
    flood = subprocess.Popen(
        [sys.executable, "-c", STRATEGY, str(tmp_path), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    beat.start()
    while flood.poll() is None:
        qtbot.wait(100)
    pauses = beat.stop()
    assert flood.stdout is not None
    answers: dict[str, int] = json.loads(flood.stdout.read())
    flood.stdout.close()
    print(f"{sum(answers.values()) / seconds:.0f} intents a second for {seconds:.0f} s: {answers}")
    print(f"window meanwhile: {pauses}; memory {before:.0f} MB before, {resident_megabytes():.0f} MB after")
    assert watch.snapshot is not None
    application.window.close()
    assert sum(count for answer, count in answers.items() if answer != "TOO_FAST") <= 20 + 5 * seconds + 1
