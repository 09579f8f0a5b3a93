# SPDX-License-Identifier: MIT
"""A position's row says what a move of its price is worth, by the broker's own figures."""

from __future__ import annotations

import pytest

from arbitrex_desktop.desk.presentation.rows import position_row
from tests.fakes.broker_data import make_account, make_position
from tests.fakes.pool import FakePool
from tests.fakes.records import replace


def test_a_move_is_worth_what_a_tick_is() -> None:
    """Lots times the tick's value over its size; what the broker does not tell is not known."""
    pool = FakePool()
    position = make_position("EURUSD", 1, 0.5)
    info = pool.infos["EURUSD"]
    pool.infos["EURUSD"] = replace(info, trade_tick_value=1.0, trade_tick_value_loss=0.0, trade_tick_size=0.00001)
    assert position_row(position, pool).price_value == pytest.approx(50_000.0)
    pool.infos["EURUSD"] = replace(info, trade_tick_size=0.0)
    assert position_row(position, pool).price_value is None
    del pool.infos["EURUSD"]
    assert position_row(position, pool).price_value is None


def test_money_of_a_position_has_the_account_s_currency() -> None:
    """A yen account's amounts are yen, without decimals; before the account was read nobody knows."""
    pool = FakePool(account=make_account(currency="JPY", currency_digits=0))
    pool.read_account()
    row = position_row(make_position("EURUSD", 1, 0.5), pool)
    assert (row.currency, row.money_digits) == ("JPY", 0)
