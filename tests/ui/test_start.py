# SPDX-License-Identifier: MIT
"""What the window loads before it can be seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MADE_BY_QT = {"__feature__", "__mp_main__", "shibokensupport", "signature_bootstrap"}
LIBRARIES = {"PySide6", "platformdirs", "shiboken6"}
OURS = {
    "app", "clock", "paths", "raw_layer.errors", "settings.start", "texts", "ui.main_window", "ui.resources",
    "ui.theme.colours", "ui.theme.theme", "ui.window_state", "ui.worker",
}  # fmt: skip
"""Modules of the program that may be loaded before the first paint."""

START = """
import os, sys
before = set(sys.modules)
from arbitrex_desktop.app import Application
from arbitrex_desktop.settings import parse
application = Application(parse(["--data-dir", sys.argv[1]]))
def painted():
    print(*sorted(set(sys.modules) - before), flush=True)
    os._exit(0)
application.window.first_painted.connect(painted)
application.run()
"""

BEGUN = """
import gc, os, sys
from PySide6.QtCore import QTimer
import arbitrex_desktop.app as app
from arbitrex_desktop.settings import parse
app._LOADED_MS = 1
application = app.Application(parse(["--data-dir", sys.argv[1]]))
def look():
    window = application.window
    if window._content is None or application.worker.core is None or not gc.isenabled():
        return
    from arbitrex_desktop.ui.alerts.desktop_notifications import DesktopNotifications
    print(gc.get_freeze_count() > 10_000, len(window.findChildren(DesktopNotifications)), flush=True)
    os._exit(0)
looking = QTimer(interval=20)
looking.timeout.connect(look)
looking.start()
application.run()
"""


READ = """
import linecache
import arbitrex_desktop.app
import arbitrex_desktop.ui.window_content
print(*(name for name in linecache.cache if "window_content" in name))
"""


def test_pyside_does_not_read_the_program_s_sources() -> None:
    """Nor does it keep them: 12 MB, and a tenth of a start."""
    said = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == ""


@pytest.mark.slow
def test_only_these_modules_are_loaded_before_the_first_paint(tmp_path: Path) -> None:
    """Neither the core nor a library that only it and the charts need keeps the window from being seen."""
    said = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path)],
        capture_output=True, text=True, check=True, env=os.environ | {"MT5_TERMINAL": "simulated"},
    )  # fmt: skip
    loaded = set(said.stdout.split())
    files = {name for name in loaded if not _is_package(name)}
    ours = {name.removeprefix("arbitrex_desktop.") for name in files if name.startswith("arbitrex_desktop.")}
    assert ours <= OURS
    libraries = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names - {"arbitrex_desktop"}
    assert libraries - MADE_BY_QT <= LIBRARIES


@pytest.mark.slow
def test_what_the_start_made_is_kept_and_alerts_call(tmp_path: Path) -> None:
    """The garbage collector works again and passes over what is there for good; the window listens for calls."""
    said = subprocess.run(
        [sys.executable, "-c", BEGUN, str(tmp_path)],
        capture_output=True, text=True, check=True, env=os.environ | {"MT5_TERMINAL": "simulated"}, timeout=60,
    )  # fmt: skip
    assert said.stdout.split() == ["True", "1"]


def _is_package(name: str) -> bool:
    """Return whether a module of ours is a folder."""
    return Path(*name.split(".")).is_dir()
