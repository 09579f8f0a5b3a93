# SPDX-License-Identifier: MIT
"""Print what the simulated module answers differently from a recording: `python -m tests.mt5.conformance.replay FILE`.

The recording was made where local time is UTC, so set TZ=UTC.
"""

from __future__ import annotations

import sys
from pathlib import Path

from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5
from tests.mt5.conformance.recording import differences, load


def main() -> None:
    """Replay the file that the command line names; the exit status tells whether all was equal."""
    recording = load(Path(sys.argv[1]))
    found = list(differences(recording.programs, SimulatedMetaTrader5()))
    summary = f"{len(recording.programs)} programs, {len(found)} different answers"
    sys.stdout.write("\n".join([*found, summary, ""]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
