# SPDX-License-Identifier: MIT
"""Alerts kept over a restart: rules, how they stand, and the ways out, in one small file without secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from arbitrex_desktop.desk.alerts.book import AlertBook
from arbitrex_desktop.desk.alerts.machine import AlertState
from arbitrex_desktop.desk.presentation.alert_rows import AlertCall, AlertRule, AlertWays
from arbitrex_desktop.desk.storage.json_store import JsonStore


class _State(msgspec.Struct, frozen=True):
    """The state of one alert in the file."""

    rule_id: str
    subject: str
    state: AlertState


class _Kept(msgspec.Struct, frozen=True):
    """The file's content."""

    rules: tuple[AlertRule, ...] = ()
    states: tuple[_State, ...] = ()
    ways: AlertWays = AlertWays()
    calls: tuple[AlertCall, ...] = ()


_STORE: Final = JsonStore(_Kept, "the alerts")


class AlertStore:
    """Reads and writes the file of a data folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, book: AlertBook) -> None:
        """Fill a book with what was kept; a file that cannot be read is set aside, and nothing is taken from it."""
        kept = _STORE.load(self._path)
        if kept is None:
            return
        book.rules = {rule.rule_id: rule for rule in kept.rules if not rule.is_permanent}
        book.states = {(each.rule_id, each.subject): each.state for each in kept.states}
        book.ways = kept.ways
        book.recall(kept.calls)

    def save(self, book: AlertBook) -> None:
        """Write the file whole; raises OSError."""
        states = tuple(_State(*key, state) for key, state in book.states.items())
        _STORE.save(self._path, _Kept(tuple(book.rules.values()), states, book.ways, book.view().calls))
