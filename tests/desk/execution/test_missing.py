# SPDX-License-Identifier: MIT
"""Trades that the broker's books lack: what the journal has and the broker has not is told, once."""

from __future__ import annotations

import pytest

from arbitrex_desktop.desk.execution.missing import MissingTrades
from arbitrex_desktop.mt5.constants import AccountMarginMode
from tests.desk.execution.conftest import Parts
from tests.fakes.broker import Mood
from tests.fakes.records import replace


class Books:
    """A filled and confirmed intent, and what looks for it."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.broker = parts.broker
        self.filled = parts.send(Mood.FILL)
        parts.recovery().reconcile()
        self.missing = MissingTrades(parts.book, parts.context)
        self.ticket = parts.broker.positions[0].ticket

    def look(self, *pauses: float) -> list[str]:
        """Let time pass and look, once for each pause; return what the trader was told."""
        for seconds in pauses:
            self.broker.clock.advance(seconds)
            self.missing.look()
        return [text for level, _, text in self.parts.told if level == "error"]


@pytest.fixture
def books(parts: Parts) -> Books:
    """Give books in which all is well."""
    return Books(parts)


def test_what_is_there_is_not_told(books: Books) -> None:
    """An open position, one that its stop closed, and one that was closed here are all in the books."""
    assert books.look(61.0, 600.0) == []
    books.broker.close_by_stop(books.ticket)
    assert books.look(600.0, 10.0) == []


def test_a_trade_that_the_broker_took_back_is_told_once(books: Books) -> None:
    """Neither deal nor position: told in the second look, never again."""
    books.broker.positions, books.broker.deals = (), []
    assert books.look(61.0) == []
    words = f"order #{books.ticket}, 0.10 EURUSD ({books.filled.intent_id}), was filled, and the broker's books do not "
    assert books.look(10.0, 10.0, 600.0, 600.0) == [f"{words}show it any more"]


def test_a_position_that_is_gone_without_a_deal_is_told(books: Books) -> None:
    """Opened by a deal, closed by none."""
    books.broker.positions = ()
    name = f"position #{books.ticket}, 0.10 EURUSD ({books.filled.intent_id})"
    words = f"{name}, is gone, and the broker's history has no deal that closed 0.10 lots of it"
    assert books.look(61.0, 10.0, 600.0) == [words]


def test_a_netted_position_is_not_one_order_s(books: Books) -> None:
    """Where a symbol has one position, the deals of an order do not tell what is left of it."""
    books.broker.account = replace(books.broker.account, margin_mode=int(AccountMarginMode.RETAIL_NETTING))
    books.broker.positions = ()
    assert books.look(61.0, 10.0, 600.0) == []


def test_a_deal_that_comes_late_is_no_alarm(books: Books) -> None:
    """Positions change before their deals come: one look proves nothing."""
    kept, books.broker.positions = books.broker.positions, ()
    assert books.look(61.0) == []
    books.broker.positions = kept
    books.broker.close_by_stop(books.ticket)
    assert books.look(10.0, 600.0) == []


def test_the_broker_is_asked_seldom(books: Books) -> None:
    """At the start, then every ten minutes, and not at all without a line or without a fill of a minute ago."""
    before = books.broker.calls["read_history"]
    books.look(30.0)
    books.broker.connected = False
    books.look(40.0)
    assert books.broker.calls["read_history"] == before
    books.broker.connected = True
    books.look(1.0, 100.0, 100.0, 399.0)
    assert books.broker.calls["read_history"] == before + 1
    books.look(1.0)
    assert books.broker.calls["read_history"] == before + 2
