# SPDX-License-Identifier: MIT
"""The command line of the journal: `journal verify`, `journal export` and `journal set-aside`."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.errors import DeskError, JournalError
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.journal.export import JournalFilter, export_events, write_csv, write_json
from arbitrex_desktop.desk.journal.notes import journals_noted
from arbitrex_desktop.desk.journal.salvage import set_aside
from arbitrex_desktop.paths import data_dir

if TYPE_CHECKING:
    # argparse has no public name for what `add_subparsers` gives.
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - as said above


def add_parser(subparsers: Subparsers) -> None:
    """Add the command `journal` with its actions to the program's command line."""
    journal = subparsers.add_parser("journal", help="verify, export or set aside the journal of decisions and orders")
    actions = journal.add_subparsers(dest="journal_action", required=True)
    check = actions.add_parser("verify", help="find any edit, deletion or change of order, and say where")
    check.add_argument("files", nargs="*", type=Path, help="journals; all of the data folder when left out")
    salvage = actions.add_parser("set-aside", help="keep a damaged journal under another name and begin a new one")
    salvage.add_argument("files", nargs=1, type=Path, metavar="file", help="the damaged journal")
    salvage.add_argument("--reason", required=True, help="what you know of the damage; it is journalled")
    export = actions.add_parser("export", help="write the events out")
    export.add_argument(
        "files", nargs="*", type=Path, help="one journal; the only one of the data folder when left out"
    )
    kind = export.add_mutually_exclusive_group(required=True)
    kind.add_argument("--csv", action="store_true", help="comma-separated values")
    kind.add_argument("--json", action="store_true", help="a JSON array, an event a line")
    export.add_argument("--output", type=Path, metavar="FILE", help="where to; the screen when left out")
    export.add_argument("--since", type=moment, metavar="TIME", help="ISO date or time, UTC unless it says otherwise")
    export.add_argument("--until", type=moment, metavar="TIME", help="as --since, exclusive")
    export.add_argument("--symbol")
    export.add_argument("--strategy", help='source of the intents, "manual" for those typed by hand')
    export.add_argument("--state", type=state, help="events that brought an intent to this state")


def run(args: argparse.Namespace) -> int:
    """Carry out what the command line asks; return 0, 1 when a journal is not intact, 2 when it cannot be read."""
    files: Sequence[Path] = args.files or journals_noted(data_dir() / "journal")
    if not files:
        return _report_failure(f"there is no journal in {data_dir() / 'journal'}")
    if args.journal_action == "verify":
        return _verify_journals(files)
    if args.journal_action == "set-aside":
        return _set_aside(files[0], args.reason)
    if len(files) > 1:
        return _report_failure("there are several journals; name one: " + ", ".join(str(file) for file in files))
    try:
        return _export_journal(files[0], args)
    except (JournalError, OSError) as error:
        return _report_failure(str(error))


def moment(text: str) -> datetime:
    """Read a time of the command line; a time without zone is UTC.  Raises ValueError."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def state(text: str) -> IntentState:
    """Read a state of the command line, in any case.  Raises ValueError."""
    return IntentState(text.upper())


def _verify_journals(files: Sequence[Path]) -> int:
    """Check each journal and say what was found."""
    reports = [verify(file) for file in files]
    for report in reports:
        message = "intact" if report.intact else "NOT INTACT"
        sys.stdout.write(f"{report.path}: {report.events} events, {message}\n")
        sys.stdout.writelines(f"  {problem}\n" for problem in report.problems)
    return 0 if all(report.intact for report in reports) else 1


def _set_aside(file: Path, reason: str) -> int:
    """Set a journal aside and say where it is and what to see to."""
    try:
        done = set_aside(file, reason, SystemClock())
    except DeskError as error:
        return _report_failure(str(error))
    sys.stdout.write(
        f"{file}: a new journal was begun; the damaged one, {done.found.events} events, is kept as {done.kept.name}\n"
        "Orders that were on their way are no longer followed, and what a strategy sent before may be taken for new:\n"
        "compare positions and orders with your broker's before you approve anything.\n"
    )
    return 0


def _export_journal(file: Path, args: argparse.Namespace) -> int:
    """Write one journal out."""
    chosen = JournalFilter(args.since, args.until, args.symbol, args.strategy, args.state)
    events = export_events(file, chosen)
    with contextlib.ExitStack() as stack:
        out: TextIO = sys.stdout
        if args.output is not None:
            out = stack.enter_context(args.output.open("w", encoding="utf-8", newline=""))
        count = write_csv(events, out) if args.csv else write_json(events, out)
    sys.stderr.write(f"{count} events\n")
    return 0


def _report_failure(message: str) -> int:
    """Say why nothing was done."""
    sys.stderr.write(f"{message}\n")
    return 2
