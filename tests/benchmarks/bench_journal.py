# SPDX-License-Identifier: MIT
"""How long the check of a whole journal takes, beside hashing the same bytes.

`python -m tests.benchmarks.bench_journal [--events N]` writes a journal and prints seconds for 1,000,000 events: the
check as `journal verify` makes it; on a thread of its own, as at a start after a crash; and SHA-256 of as many bytes.
Then what Review takes to read the last day, week and ten years of it, and to filter them by a text.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.intents.events import EventKind, NewEvent, RiskAnswer, to_body
from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState
from arbitrex_desktop.desk.journal.chain_watch import ChainWatch
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.journal.journal import Journal, journal_path
from arbitrex_desktop.desk.journal.notes import note_paths
from arbitrex_desktop.desk.review.review_desk import ReviewDesk
from arbitrex_desktop.desk.review.views import ReviewQuery
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from tests.fakes.clock import ManualClock
from tests.fakes.pool import FakePool
from tests.fakes.records import replace

BATCH: Final = 2_000
CHECKS: Final = (Verdict("MAX_LOTS", Outcome.PASS, 1.5, 2.0, "lots", "lots 1.5, limit 2"),) * 3


def story(number: int, at: datetime) -> tuple[NewEvent, NewEvent]:
    """Return an intent's two events: it came, and it was refused, by two rules in turn; nothing is left to be done."""
    event = partial(NewEvent, at, actor="desk", intent_id=f"INTENT{number}", source="bot", symbol="EURUSD")
    judgement = RiskAnswer("REJECTED", at, reason=("MAX_LOTS", "SPREAD_TOO_WIDE")[number % 2], checks=CHECKS)
    request = to_body(request=IntentRequest("EURUSD", 1, source="bot"), expires_at=at + timedelta(minutes=2))
    return (
        event(EventKind.RECEIVED, new_state=IntentState.RECEIVED, body=request),
        event(EventKind.JUDGED, new_state=IntentState.REJECTED, body=to_body(judgement=judgement)),
    )


def fill(path: Path, events: int) -> None:
    """Write a journal of so many events, an intent a minute up to now, as a desk does but many in one transaction."""
    journal, intents = Journal(path), events // 2
    begun = SystemClock().now() - timedelta(minutes=intents)
    for first in range(0, intents, BATCH // 2):
        numbers = range(first, first + BATCH // 2)
        journal.append(*(event for number in numbers for event in story(number, begun + timedelta(minutes=number))))
    journal.close()
    for note in note_paths(path):
        # As after a crash: nothing says that it was closed whole.
        note.write_bytes(note.read_bytes().splitlines(keepends=True)[0])


def filtered(review: ReviewDesk, days: int) -> tuple[float, float]:
    """Return how long Review takes to read the last days, and then to find what a text fits."""
    query = ReviewQuery(since=SystemClock().now() - timedelta(days=days))

    def ask(query: ReviewQuery) -> float:
        return seconds(lambda: review.read(query, lambda _stage, _share: None))

    return ask(query), ask(replace(query, text="LOTS"))


def reviewing(folder: Path) -> tuple[ReviewDesk, Path]:
    """Return what reads the past of an account without deals, and where its journal belongs."""
    pool = FakePool(ManualClock(start=SystemClock().now()))
    pool.poll()
    path = journal_path(folder, pool.account.server, pool.account.login)
    path.parent.mkdir(parents=True)
    return ReviewDesk(pool, SystemClock(), folder), path


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
        review, path = reviewing(Path(name))
        fill(path, events)
        content = path.read_bytes()
        figures = {
            "journal verify": seconds(lambda: verify(path)),
            "on its own thread": watched(path),
            "SHA-256 of its bytes": seconds(lambda: hashlib.sha256(content)),
        }
        filters = {days: filtered(review, days) for days in (1, 7, 3_650)}
    for label, value in figures.items():
        sys.stdout.write(f"{label}: {value * 1_000_000 / events:.2f} s for 1,000,000 events\n")
    for days, (read, typed) in filters.items():
        what = f"the last {days} days, among {events:,} events"
        sys.stdout.write(f"{what}: read in {read * 1_000:.0f} ms, filtered in {typed * 1_000:.0f} ms, aim 200\n")


if __name__ == "__main__":
    main()
