# SPDX-License-Identifier: MIT
"""The real hazards do real harm, to a process of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HOLD = """
import threading, time
from arbitrex_desktop.mt5.simulator.faults.hazards import RealHazards

seen, ready, done = [], threading.Event(), threading.Event()

def count():
    while not done.is_set():
        seen.append(time.monotonic())
        ready.set()

thread = threading.Thread(target=count)
thread.start()
ready.wait()
begun = time.monotonic()
RealHazards().{call}(0.3)
ended = time.monotonic()
done.set()
thread.join()
within = [begun, *(at for at in seen if begun <= at <= ended), ended]
print(max(later - earlier for earlier, later in zip(within, within[1:])))
"""


def run(code: str, root: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=False)


def test_a_hang_stops_every_thread_and_a_pause_only_its_own(project_root: Path) -> None:
    """While one thread hangs, no other one has a turn, as with the real module; while it sleeps, others have."""
    held = run(HOLD.format(call="hold"), project_root)
    paused = run(HOLD.format(call="pause"), project_root)
    assert held.returncode == paused.returncode == 0, held.stderr + paused.stderr
    assert float(held.stdout) >= 0.3 > float(paused.stdout)


def test_a_crash_ends_the_process_without_tidying_up(project_root: Path) -> None:
    """Nothing after the crash runs, not even what is to run at exit."""
    code = "import atexit; atexit.register(print, 'tidied'); "
    code += (
        "from arbitrex_desktop.mt5.simulator.faults.hazards import RealHazards; RealHazards().crash(); print('alive')"
    )
    crashed = run(code, project_root)
    assert crashed.returncode not in {0, 1}
    assert crashed.stdout == ""
