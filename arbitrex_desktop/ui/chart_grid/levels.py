# SPDX-License-Identifier: MIT
"""Horizontal levels that a trader draws, with notes, kept by symbol for each account."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from arbitrex_desktop.desk.storage.json_store import JsonStore
from arbitrex_desktop.paths import account_file_stem

_FOLDER: Final = "levels"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Level:
    """A price that the trader marked; `number` names it among those of its symbol, `note` may be empty."""

    number: int
    price: float
    note: str = ""


_STORE: Final = JsonStore(dict[str, tuple[Level, ...]], "the file of levels")


class Levels(QObject):
    """The levels of one account at a time; GUI thread only.

    They are kept in a small JSON file by account, written at each change; a failure is logged and no more.

    Signals:
        changed(): there are others.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._by_symbol: dict[str, tuple[Level, ...]] = {}
        self._folder: Path | None = None
        self._account: tuple[str, int] | None = None

    def keep_in(self, data_dir: Path | None) -> None:
        """Keep them below this folder; None keeps them for this run only."""
        self._folder = data_dir
        self._load()

    def use_account(self, server: str, login: int) -> None:
        """Show those of this account."""
        if (server, login) != self._account:
            self._account = (server, login)
            self._load()

    def of(self, symbol: str) -> tuple[Level, ...]:
        """Return a symbol's levels, oldest first."""
        return self._by_symbol.get(symbol, ())

    def get(self, symbol: str, number: int) -> Level | None:
        """Return a level, None when there is none of that number."""
        return next((level for level in self.of(symbol) if level.number == number), None)

    def add(self, symbol: str, price: float) -> Level:
        """Add a level and return it."""
        before = self.of(symbol)
        level = Level(max((one.number for one in before), default=0) + 1, price)
        self._put(symbol, (*before, level))
        return level

    def change(self, symbol: str, changed: Level) -> None:
        """Give the level of this number another price or note."""
        self._put(symbol, tuple(changed if one.number == changed.number else one for one in self.of(symbol)))

    def move(self, symbol: str, number: int, price: float) -> None:
        """Move a level to another price."""
        level = self.get(symbol, number)
        if level is not None:
            self.change(symbol, replace(level, price=price))

    def remove(self, symbol: str, number: int) -> None:
        """Take a level away."""
        self._put(symbol, tuple(one for one in self.of(symbol) if one.number != number))

    def _put(self, symbol: str, levels: tuple[Level, ...]) -> None:
        self._by_symbol[symbol] = levels
        self._save()
        self.changed.emit()

    @property
    def _path(self) -> Path | None:
        if self._folder is None or self._account is None:
            return None
        return self._folder / _FOLDER / f"{account_file_stem(*self._account)}.json"

    def _load(self) -> None:
        path = self._path
        self._by_symbol = (None if path is None else _STORE.load(path)) or {}
        self.changed.emit()

    def _save(self) -> None:
        path = self._path
        if path is None:
            return
        try:
            _STORE.save(path, {symbol: levels for symbol, levels in self._by_symbol.items() if levels})
        except OSError:
            _log.warning("the levels cannot be kept in %s", path, exc_info=True)
