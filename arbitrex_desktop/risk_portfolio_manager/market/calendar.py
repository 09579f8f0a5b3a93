# SPDX-License-Identifier: MIT
"""News that moves currencies, from a calendar file."""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import as_utc
from arbitrex_desktop.texts import N_

COLUMNS: Final = ("time_utc", "currency", "impact", "title")
_IMPACT: Final = {"low": 0, "medium": 1, "high": 2}


class CalendarError(ValueError):
    """A calendar file cannot be used; the text names the file, the line and what was expected."""


class CalendarUnavailable(Exception):  # noqa: N818 - a state, named as one
    """The calendar cannot say whether there is news now."""


@dataclass(frozen=True, slots=True, order=True)
class NewsEvent:
    """One piece of news: its moment in UTC, the currency it moves ("ALL" for every one), low, medium or high impact."""

    at: datetime
    currency: str
    impact: str
    title: str


class NewsCalendar:
    """News from a list; it says nothing of the time after the day of its last entry, and then is unavailable."""

    def __init__(self, events: Iterable[NewsEvent]) -> None:
        self._events = sorted(events)
        self._moments = [event.at for event in self._events]
        self._quiet: tuple[float, float, datetime, datetime] | None = None

    @classmethod
    def from_csv(cls, path: Path | str) -> NewsCalendar:
        """Load a file with the header `time_utc,currency,impact,title`; raise OSError or `CalendarError`."""
        name = Path(path).name
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            if tuple(next(rows, ())) != COLUMNS:
                raise CalendarError(f"{name}, line 1: expected the header {','.join(COLUMNS)}")
            return cls([_event_of_row(name, rows.line_num, row) for row in rows if row])

    def near(
        self, currencies: Iterable[str], now: datetime, before: float, after: float, least: str
    ) -> NewsEvent | None:
        """Return the first news of at least that impact, due within `before` or out for less than `after` minutes.

        None when there is none; until when nothing at all is near is remembered.  Raises `CalendarUnavailable` when it
        cannot tell.
        """
        quiet = self._quiet
        if quiet is not None and quiet[0] == before and quiet[1] == after and quiet[2] <= now < quiet[3]:
            return None
        if not self._moments or now.date() > self._moments[-1].date():
            raise CalendarUnavailable(N_("the calendar has no entries for today or later"))
        ahead = timedelta(minutes=before)
        first, until = bisect_left(self._moments, now - timedelta(minutes=after)), now + ahead
        if first < len(self._moments) and self._moments[first] > until:
            self._quiet = (before, after, now, self._moments[first] - ahead)
            return None
        wanted, floor = {*currencies, "ALL"}, _IMPACT[least]
        for event in self._events[first:]:
            if event.at > until:
                return None
            if event.currency in wanted and _IMPACT[event.impact] >= floor:
                return event
        return None


def _event_of_row(name: str, line: int, row: list[str]) -> NewsEvent:
    """Read one row."""
    if len(row) != len(COLUMNS):
        raise CalendarError(f"{name}, line {line}: expected {len(COLUMNS)} columns, found {len(row)}")
    time_text, currency, impact, title = (cell.strip() for cell in row)
    try:
        moment = as_utc(datetime.fromisoformat(time_text))
    except ValueError as error:
        raise CalendarError(
            f"{name}, line {line}: expected a time such as 2025-03-12T13:30, found {time_text!r}"
        ) from error
    if impact.lower() not in _IMPACT:
        raise CalendarError(f"{name}, line {line}: expected low, medium or high impact, found {impact!r}")
    if not currency:
        raise CalendarError(f"{name}, line {line}: expected a currency, or ALL")
    return NewsEvent(moment, currency.upper(), impact.lower(), title)
