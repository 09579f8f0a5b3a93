# SPDX-License-Identifier: MIT
"""Measure one start of a program with a window, until something is painted in it; prints seconds.

python -m installer.smoke.cold_start PROGRAM
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from installer.smoke import steps

assert sys.platform == "win32"  # tells the type checker which half of the libraries this is


def main() -> None:
    """Start, print, end."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        steps.started(Path(sys.argv[1]), MT5_TERMINAL="simulated", ARBITREX_DATA_DIR=folder) as app,
    ):
        print(f"painted after {app.seconds:.3f} s")


if __name__ == "__main__":
    main()
