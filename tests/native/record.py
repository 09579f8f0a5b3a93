# SPDX-License-Identifier: MIT
"""Record what the genuine MetaTrader5 package answers with our broker behind its pipe, whose clock stands still.

From the checkout, with a Windows Python that has the package, and with its clock's zone set to UTC:

    python -m tests.native.record FOLDER tests/data/mt5_connected_calls.json.gz
    python -m tests.native.record FOLDER tests/data/mt5_random_calls.json.gz SEED COUNT

The terminal is made in FOLDER, which must not be there.  With a seed and a number the calls are drawn at random.
"""

from __future__ import annotations

import importlib
import platform
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.mt5.conformance import connected, random_calls
from tests.mt5.conformance.outcome import outcome
from tests.mt5.conformance.recording import Program, Recording, save
from tests.native.launcher import make_terminal

CHECKOUT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Record into the file that the command line names."""
    if time.localtime().tm_gmtoff:
        sys.exit("the local time must be UTC")
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    chosen = random_calls.programs(*(int(word) for word in sys.argv[3:])) if sys.argv[3:] else connected.programs()
    program = make_terminal(folder, Path(sys.executable).with_name("pythonw.exe"), CHECKOUT)
    (folder / "frozen").touch()
    module: Any = importlib.import_module("MetaTrader5")
    if not module.initialize(str(program), **connected.ACCOUNT):
        sys.exit(f"no connection: {module.last_error()}")
    found = [Program(group, steps, [outcome(module, step) for step in steps]) for group, steps in chosen]
    about = {"MetaTrader5": module.__version__, "Python": platform.python_version(), "numpy": np.__version__}
    about |= {"broker": repr(connected.SETTINGS), "now": connected.NOW.isoformat()}
    module.shutdown()
    save(
        Recording(
            about | {"broker": repr(connected.SETTINGS), "now": connected.NOW.isoformat()}, [1, "Success"], found
        ),
        target,
    )
    sys.stdout.write(f"{len(found)} programs, {sum(len(each.steps) for each in found)} calls\n")


if __name__ == "__main__":
    main()
