# SPDX-License-Identifier: MIT
"""The program's very first start, on a bare data folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FIRST_START = """
import sys
from PySide6.QtCore import QTimer
from arbitrex_desktop.app import Application
from arbitrex_desktop.settings import parse
application = Application(parse(["--data-dir", sys.argv[1]]))
first = application.window
clock = QTimer(interval=50)

def look():
    window = application.window
    if window is first:
        if application._accounts is not None and application._accounts.isVisible():
            print(window.content.top_bar.mode.text(), flush=True)
            application._accounts.simulated.click()
    elif window._content is not None and window.content.is_settled():
        print(window.content.top_bar.mode.text(), window.content.first_steps.tour.isVisible(), flush=True)
        clock.stop()
        window.close()

clock.timeout.connect(look)
clock.start()
sys.exit(application.run())
"""


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_first_start_asks_for_the_account_and_begins_anew_on_it(tmp_path: Path) -> None:
    """Without an account the window asks; on the simulated one it opens a full desk and shows the trader around."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MT5_")}
    said = subprocess.run(
        [sys.executable, "-c", FIRST_START, str(tmp_path / "data")], capture_output=True, text=True, check=False,
        cwd=tmp_path, env={**clean, "QT_QPA_PLATFORM": "offscreen"}, timeout=100,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines() == ["NO ACCOUNT", "SIMULATED True"]
