# SPDX-License-Identifier: MIT
"""Record what the real MetaTrader5 package answers with no terminal installed, for a new version of it in a minute.

From the checkout, with a Windows Python that has the package, on a machine (or in a Wine prefix) without a terminal
and with its clock's zone set to UTC:

    python -m tests.mt5.conformance.record tests/data/mt5_no_terminal_calls.json.gz

It needs neither pytest nor this program.  With `--all` nothing is left out of the file (30 000 calls instead of the
few that each rule needs).  Then, with any Python, what the simulated module answers differently is printed by

    python -m tests.mt5.conformance.replay FILE

Only what the package answered is written down.  Where a call kills the process, another goes on after it.
"""

from __future__ import annotations

import importlib
import json
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.mt5.conformance.calls import programs
from tests.mt5.conformance.outcome import run
from tests.mt5.conformance.recording import Program, Recording, save, thinned


def _all_programs() -> list[tuple[str, list[str]]]:
    return [(group, steps) for group, found in programs().items() for steps in found]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _answer(start: int) -> None:
    """Print one line about the module, then the outcomes of each program from a place on."""
    module: Any = importlib.import_module("MetaTrader5")
    about = {"MetaTrader5": module.__version__, "Python": platform.python_version(), "numpy": np.__version__}
    _say(json.dumps([about, list(module.last_error())]))
    for _, steps in _all_programs()[start:]:
        _say(json.dumps(run(module, steps)))


def _record() -> Recording:
    todo = _all_programs()
    found: list[list[dict[str, Any]] | None] = []
    while len(found) < len(todo):
        command = [sys.executable, "-m", "tests.mt5.conformance.record", "--from", str(len(found))]
        output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout
        (about, at_first), *answers = map(json.loads, output.splitlines())
        found += answers
        if len(found) < len(todo):
            _say(f"not recorded, it killed the process: {todo[len(found)]}")
            found.append(None)
    done = [Program(*program, outcomes) for program, outcomes in zip(todo, found, strict=True) if outcomes]
    return Recording(about, at_first, done)


def main() -> None:
    """Record into the file that the command line names."""
    match sys.argv[1:]:
        case ["--from", start]:
            _answer(int(start))
        case [path, *options] if time.localtime().tm_gmtoff == 0:
            recording = _record()
            kept = recording.programs if options == ["--all"] else thinned(recording.programs)
            save(Recording(recording.about, recording.at_first, kept), Path(path))
            _say(f"{len(kept)} of {len(recording.programs)} programs kept; {recording.about}")
        case _:
            sys.exit("usage: record FILE [--all], where the local time is UTC")


if __name__ == "__main__":
    main()
