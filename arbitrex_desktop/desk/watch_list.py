# SPDX-License-Identifier: MIT
"""The symbols that the trader added to the watch list and took from it, remembered for each account."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Final, Protocol

import msgspec

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.storage.json_store import JsonStore
from arbitrex_desktop.paths import account_file_stem
from arbitrex_desktop.raw_layer.events import PoolEvent, StateChanged
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.symbols import SymbolChoice
from arbitrex_desktop.raw_layer.views import ConnectionState


class _Saved(msgspec.Struct, frozen=True):
    """The file's content."""

    added: frozenset[str]
    removed: frozenset[str]


_STORE: Final = JsonStore(_Saved, "the watch list")


class WatchedPool(PoolReader, Protocol):
    """What the list needs of a pool."""

    def choose_symbols(self, choice: SymbolChoice) -> None:
        """Watch what was added and no longer what was removed, soon; returns at once."""


class WatchList:
    """Keeps a small file for each account in a folder; `take` is given the pool's events, on the pool's thread.

    All else may be called from any thread.
    """

    def __init__(self, folder: Path, pool: WatchedPool) -> None:
        self._folder = folder
        self._pool = pool
        self._lock = Lock()
        self._account: tuple[str, int] | None = None
        self._choice = SymbolChoice()

    def take(self, event: PoolEvent) -> None:
        """Take up an account's choice when it has been connected to."""
        if not isinstance(event, StateChanged) or event.after is not ConnectionState.CONNECTED:
            return
        stats = self._pool.stats()
        with self._lock:
            if stats.login is not None and (stats.server, stats.login) != self._account:
                self._account = (stats.server, stats.login)
                self._choice = self._load()
                self._pool.choose_symbols(self._choice)

    def choose(self, symbol: str, *, watched: bool) -> None:
        """Watch a symbol, or no longer; raise `CommandRefused` for what the broker has not, or what is held."""
        with self._lock:
            if self._account is None:
                raise CommandRefused("no account has been connected yet")
            if watched and symbol not in self._pool.stats().listed:
                raise CommandRefused(f"the broker does not have {symbol}")
            if not watched and symbol in self._held():
                raise CommandRefused(f"{symbol} has a position or an order, so it stays watched")
            added, removed = self._choice.added - {symbol}, self._choice.removed - {symbol}
            choice = SymbolChoice(added | {symbol}, removed) if watched else SymbolChoice(added, removed | {symbol})
            self._save(choice)
            self._choice = choice
            self._pool.choose_symbols(choice)

    def meant_by(self, name: str) -> str:
        """Return the broker's symbol that a plain name means; raise `UnknownSymbol` where it means none or several."""
        return self._pool.resolve(name)

    def _held(self) -> set[str]:
        reading = self._pool.latest_account()
        if reading is None:
            return set()
        return {each.symbol for each in reading.positions} | {each.symbol for each in reading.orders}

    @property
    def _path(self) -> Path:
        assert self._account is not None
        return self._folder / f"{account_file_stem(*self._account)}.json"

    def _load(self) -> SymbolChoice:
        """Return what was kept; a missing or damaged file is nothing."""
        saved = _STORE.load(self._path)
        return SymbolChoice() if saved is None else SymbolChoice(saved.added, saved.removed)

    def _save(self, choice: SymbolChoice) -> None:
        """Write the file whole; raise `CommandRefused` where that cannot be done."""
        try:
            _STORE.save(self._path, _Saved(choice.added, choice.removed))
        except OSError as error:
            raise CommandRefused(f"the watch list cannot be kept: {error_text(error)}") from error
