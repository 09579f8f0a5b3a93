# SPDX-License-Identifier: MIT
"""The folder that takes Qt away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROBE = """
import importlib.util, subprocess, sys
assert importlib.util.find_spec("PySide6") is None
try:
    import PySide6.QtCore
except ModuleNotFoundError as error:
    print(error)
import numpy, arbitrex_desktop
print(subprocess.run([sys.executable, "-c", "import pyqtgraph"], capture_output=True, text=True).stderr)
"""


def test_qt_is_gone_here_and_in_children_and_the_rest_is_there() -> None:
    """Neither a search nor an import finds Qt, in the process and its children; other packages import."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    run = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=True)
    assert "No module named 'PySide6'" in run.stdout
    assert "No module named 'pyqtgraph'" in run.stdout
