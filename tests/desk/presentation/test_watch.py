# SPDX-License-Identifier: MIT
"""A symbol's day is what the broker tells, and nothing where it tells nothing."""

from __future__ import annotations

import pytest

from arbitrex_desktop.desk.presentation.snapshot import SymbolDay
from arbitrex_desktop.desk.presentation.watch import symbol_day, symbol_days
from arbitrex_desktop.mt5.constants import SymbolTradeMode
from tests.fakes.broker_data import make_symbol
from tests.fakes.pool import FakePool
from tests.fakes.records import replace

INFO = replace(
    make_symbol("EURUSD", "EUR"), bid=1.1, bidhigh=1.12, bidlow=1.05, price_change=10.0, path="Forex\\Majors\\EURUSD",
    description="Euro", trade_mode=SymbolTradeMode.FULL,
)  # fmt: skip


def test_a_day_is_read_from_the_symbols_properties() -> None:
    """The close of the day before follows from the change in percent; the group is the first part of the path."""
    day = symbol_day(INFO)
    assert day.before == pytest.approx(1.0)
    assert replace(day, before=1.0) == SymbolDay("EURUSD", "Forex", "Euro", 1.0, 1.12, 1.05)


def test_what_the_broker_does_not_tell_is_not_known() -> None:
    """Without a range of the day its change of zero means nothing; a bare path is no group."""
    day = symbol_day(replace(INFO, bidhigh=0.0, bidlow=0.0, price_change=0.0, path="EURUSD"))
    assert (day.before, day.high, day.low, day.group) == (None, None, None, "")


@pytest.mark.parametrize(
    ("mode", "words"),
    [(SymbolTradeMode.DISABLED, "no trading"), (SymbolTradeMode.CLOSEONLY, "close only"), (SymbolTradeMode.FULL, "")],
)
def test_a_restriction_is_said_in_words(mode: SymbolTradeMode, words: str) -> None:
    """What may not be traded stands beside the price."""
    assert symbol_day(replace(INFO, trade_mode=mode)).restriction == words


def test_nothing_is_asked_for_a_day() -> None:
    """The days come from what the pool has read; a symbol that it has not read is left out."""
    pool = FakePool()
    days = symbol_days(pool, ("EURUSD", "NOSUCH"))
    assert [day.symbol for day in days] == ["EURUSD"]
    assert set(pool.calls) <= {"symbol_info"}
