# SPDX-License-Identifier: MIT
"""Writing a journal out as CSV or JSON, filtered by time, symbol, strategy and state."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.check import read_only
from arbitrex_desktop.desk.journal.schema import COLUMNS
from arbitrex_desktop.visible import spreadsheet_safe

FIELDS: Final = tuple(name.strip() for name in COLUMNS.split(","))


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """Which events to export; None takes all. `since` inclusive and `until` exclusive, UTC; `strategy`, the source."""

    since: datetime | None = None
    until: datetime | None = None
    symbol: str | None = None
    strategy: str | None = None
    state: IntentState | None = None


def export_events(path: Path, chosen: JournalFilter) -> Iterator[dict[str, Any]]:
    """Yield a journal's events as plain values, oldest first, the body decoded; raise `JournalError`."""
    condition, values = _sql_condition(chosen)
    sql = f"SELECT {COLUMNS} FROM events WHERE {condition} ORDER BY seq"  # noqa: S608 - constants, values are bound
    with read_only(path) as connection:
        for row in connection.execute(sql, values):
            event = dict(zip(FIELDS, row, strict=True))
            event["body"] = json.loads(event["body"])
            yield event


def write_json(events: Iterable[dict[str, Any]], out: TextIO) -> int:
    """Write one JSON array, an event a line; return how many."""
    count = 0
    out.write("[")
    for count, event in enumerate(events, start=1):
        out.write(",\n" if count > 1 else "\n")
        out.write(json.dumps(event, ensure_ascii=False))
    out.write("\n]\n")
    return count


def write_csv(events: Iterable[dict[str, Any]], out: TextIO) -> int:
    """Write a header and a row for each event, the body as JSON; return how many."""
    writer = csv.DictWriter(out, FIELDS)
    writer.writeheader()
    count = 0
    for count, event in enumerate(events, start=1):  # noqa: B007 - the count is what is returned
        body = json.dumps(event["body"], ensure_ascii=False, sort_keys=True)
        writer.writerow({name: spreadsheet_safe(value) for name, value in (event | {"body": body}).items()})
    return count


def _sql_condition(chosen: JournalFilter) -> tuple[str, list[str]]:
    """Return the filter as SQL with its values; times compare as text, all of them UTC of one length."""
    parts = {
        "at >= ?": _journal_time(chosen.since),
        "at < ?": _journal_time(chosen.until),
        "symbol = ?": chosen.symbol,
        "source = ?": chosen.strategy,
        "after = ?": chosen.state.value if chosen.state else None,
    }
    given = {part: value for part, value in parts.items() if value is not None}
    return " AND ".join(["1", *given]), list(given.values())


def _journal_time(value: datetime | None) -> str | None:
    """Return a moment as the journal writes it."""
    return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")
