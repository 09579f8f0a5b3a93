# SPDX-License-Identifier: MIT
"""What the window loads before it can be seen."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "pyqtgraph", "msgspec", "sqlite3", "urllib.request", "arbitrex_desktop.risk_portfolio_manager.engine")


@pytest.mark.slow
def test_the_window_does_not_wait_for_the_core_to_be_loaded() -> None:
    """Importing the application loads neither the core nor the libraries that only it and the chart need."""
    code = f"import sys, arbitrex_desktop.app; print([name for name in {HEAVY!r} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
