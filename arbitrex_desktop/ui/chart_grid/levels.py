# SPDX-License-Identifier: MIT
"""Horizontal levels that a trader draws, with notes, kept by symbol for each account."""

from __future__ import annotations

import json
import logging
import math
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from arbitrex_desktop.paths import account_file_stem, written_whole

_FOLDER: Final = "levels"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Level:
    """A price that the trader marked; `number` names it among those of its symbol, `note` may be empty."""

    number: int
    price: float
    note: str = ""


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
        self._by_symbol = {}
        if path is None:
            self.changed.emit()
            return
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            self._by_symbol = {symbol: tuple(map(_level, levels)) for symbol, levels in kept.items()}
        except FileNotFoundError:
            _log.debug("no levels in %s yet", path)
        except OSError:
            _log.warning("the levels in %s cannot be read", path, exc_info=True)
        except (ValueError, KeyError, TypeError, AttributeError):
            aside = _set_aside(path)
            _log.warning("the levels in %s are damaged; they were set aside as %s", path, aside, exc_info=True)
        self.changed.emit()

    def _save(self) -> None:
        path = self._path
        if path is None:
            return
        kept = {symbol: [asdict(level) for level in levels] for symbol, levels in self._by_symbol.items() if levels}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with written_whole(path) as draft:
                draft.write_text(json.dumps(kept), encoding="utf-8")
        except OSError:
            _log.warning("the levels cannot be kept in %s", path, exc_info=True)


def _set_aside(path: Path) -> Path:
    """Move a damaged file away, so that the next change does not write over what a person may still read in it."""
    aside = path.with_suffix(".damaged")
    with suppress(OSError):
        path.replace(aside)
    return aside


def _level(kept: dict[str, object]) -> Level:
    number, price = kept["number"], kept["price"]
    if not isinstance(number, int) or not isinstance(price, (int, float)) or not math.isfinite(price):
        raise TypeError("a level is a number and a price")
    return Level(number, float(price), str(kept["note"]))
