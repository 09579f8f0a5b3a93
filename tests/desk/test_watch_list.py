# SPDX-License-Identifier: MIT
"""What is added to the watch list and taken from it is kept for its account, and what is held stays watched."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.watch_list import WatchList
from arbitrex_desktop.raw_layer.events import Trigger
from arbitrex_desktop.raw_layer.symbols import SymbolChoice
from arbitrex_desktop.raw_layer.views import ConnectionState
from tests.fakes.broker_data import make_account, make_position
from tests.fakes.pool import FakePool


def connected(folder: Path, pool: FakePool) -> WatchList:
    """Return a list that knows of the connection."""
    watch_list = WatchList(folder, pool)
    pool.subscribe(watch_list.take)
    pool.change_state(ConnectionState.CONNECTED, Trigger.RECONCILED)
    return watch_list


def test_a_choice_is_in_force_at_once_and_after_a_restart(tmp_path: Path) -> None:
    """The pool is told, and told again when the same account is connected to by another run."""
    pool = FakePool()
    watch_list = connected(tmp_path, pool)
    watch_list.choose("GBPUSD", watched=True)
    watch_list.choose("NZDUSD", watched=False)
    expected = SymbolChoice(frozenset({"GBPUSD"}), frozenset({"NZDUSD"}))
    assert pool.choice == expected
    again = FakePool()
    connected(tmp_path, again)
    assert again.choice == expected


def test_another_account_has_its_own_list(tmp_path: Path) -> None:
    """Also when the terminal changes it while the program runs."""
    pool = FakePool()
    connected(tmp_path, pool).choose("NZDUSD", watched=False)
    pool.account = make_account(login=7)
    pool.change_state(ConnectionState.CONNECTED, Trigger.RECONCILED)
    assert pool.choice == SymbolChoice()


def test_a_choice_can_be_taken_back(tmp_path: Path) -> None:
    """What was removed and is added again is no longer removed."""
    pool = FakePool()
    watch_list = connected(tmp_path, pool)
    watch_list.choose("NZDUSD", watched=False)
    watch_list.choose("NZDUSD", watched=True)
    assert pool.choice == SymbolChoice(frozenset({"NZDUSD"}), frozenset())


def test_what_is_held_stays_watched(tmp_path: Path) -> None:
    """Risk cannot be judged without its price."""
    pool = FakePool()
    pool.positions = (make_position("EURUSD", 1, 0.1),)
    pool.poll()
    watch_list = connected(tmp_path, pool)
    with pytest.raises(CommandRefused, match="has a position"):
        watch_list.choose("EURUSD", watched=False)
    assert pool.choice == SymbolChoice()


def test_what_cannot_be_watched_is_refused_in_words(tmp_path: Path) -> None:
    """No account yet, a symbol that the broker has not, a folder that cannot be written; nothing has changed then."""
    pool = FakePool()
    with pytest.raises(CommandRefused, match="no account"):
        WatchList(tmp_path, pool).choose("EURUSD", watched=True)
    blocked = tmp_path / "file"
    blocked.write_text("")
    watch_list = connected(blocked, pool)
    with pytest.raises(CommandRefused, match="does not have NOSUCH"):
        watch_list.choose("NOSUCH", watched=True)
    with pytest.raises(CommandRefused, match="cannot be kept"):
        watch_list.choose("EURUSD", watched=False)
    assert pool.choice == SymbolChoice()


@pytest.mark.parametrize("text", ["", "[]", '{"added": 7}', "{"])
def test_a_damaged_file_is_an_empty_choice(tmp_path: Path, text: str) -> None:
    """The program starts with its own list rather than not at all."""
    pool = FakePool()
    connected(tmp_path, pool).choose("NZDUSD", watched=False)
    next(tmp_path.iterdir()).write_text(text)
    again = FakePool()
    connected(tmp_path, again)
    assert again.choice == SymbolChoice()
