# SPDX-License-Identifier: MIT
"""How long the check of a whole journal takes, beside hashing the same bytes.

`python -m tests.benchmarks.bench_journal [--events N]` writes a journal and prints seconds for 1,000,000 events: the
check as `journal verify` makes it; on a thread of its own, as at a start after a crash; and SHA-256 of as many bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.intents.events import EventKind, NewEvent
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.chain_watch import ChainWatch
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.journal.journal import Journal
from arbitrex_desktop.desk.journal.notes import note_paths

BATCH: Final = 2_000
CHECKS: Final = [{"code": "MAX_LOTS", "observed": 1.5, "limit": 2.0, "outcome": "PASS"} for _ in range(3)]


def fill(path: Path, events: int) -> None:
    """Write a journal of so many events about intents, as a desk does but many in one transaction."""
    journal, now = Journal(path), SystemClock().now()
    for first in range(0, events, BATCH):
        drafts = (
            NewEvent(
                now,
                EventKind.JUDGED,
                "desk",
                intent_id=f"INTENT{number}",
                source="bot",
                symbol="EURUSD",
                new_state=IntentState.PENDING,
                body={"judgement": {"status": "APPROVED", "checks": CHECKS}},
            )
            for number in range(first, first + BATCH)
        )
        journal.append(*drafts)
    journal.close()
    for note in note_paths(path):
        # As after a crash: nothing says that it was closed whole.
        note.write_bytes(note.read_bytes().splitlines(keepends=True)[0])


def seconds(act: Callable[[], object]) -> float:
    """Return how long an act takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def watched(path: Path) -> float:
    """Return how long the check on a thread of its own takes."""
    journal = Journal(path)
    watch = ChainWatch(journal, SystemClock())
    took = seconds(lambda: watch.wait(600.0))
    assert watch.blocker == ""
    watch.close()
    journal.close()
    return took


def main() -> None:
    """Write, check and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=200_000)
    events = parser.parse_args().events
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "journal" / "account.sqlite3"
        fill(path, events)
        content = path.read_bytes()
        figures = {
            "journal verify": seconds(lambda: verify(path)),
            "on its own thread": watched(path),
            "SHA-256 of its bytes": seconds(lambda: hashlib.sha256(content)),
        }
    for label, value in figures.items():
        sys.stdout.write(f"{label}: {value * 1_000_000 / events:.2f} s for 1,000,000 events\n")


if __name__ == "__main__":
    main()
