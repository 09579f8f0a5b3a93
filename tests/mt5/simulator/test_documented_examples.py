# SPDX-License-Identifier: MIT
"""The examples on MetaQuotes' pages of the "MetaTrader module for integration with Python", one page a function.

Each test makes the calls of its page's example and expects what the page says of them: kinds, fields, shapes, counts
and the moments that its printed output shows.  Prices are the simulated broker's own, of course.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pytest

from arbitrex_desktop.mt5.simulation_spec import DEFAULT_LOGIN, DEFAULT_SERVER, SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from tests.fakes.clock import ManualClock

JANUARY_10: Final = datetime(2020, 1, 10, tzinfo=UTC)
RATES: Final = ("time", "open", "high", "low", "close", "tick_volume", "spread", "real_volume")
TICKS: Final = ("time", "bid", "ask", "last", "volume", "time_msc", "flags", "volume_real")
SUCCESS: Final = (1, "Success")
FIELDS: Final = {
    "account_info": "login trade_mode leverage limit_orders margin_so_mode trade_allowed trade_expert margin_mode"
    " currency_digits fifo_close balance credit profit equity margin margin_free margin_level margin_so_call"
    " margin_so_so margin_initial margin_maintenance assets liabilities commission_blocked name server currency"
    " company",
    "terminal_info": "community_account community_connection connected dlls_allowed trade_allowed tradeapi_disabled"
    " email_enabled ftp_enabled notifications_enabled mqid build maxbars codepage ping_last community_balance"
    " retransmission company name language path data_path commondata_path",
}


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that stands still on a Wednesday."""
    return ManualClock(datetime(2026, 7, 22, 12, 30, 30, tzinfo=UTC))


@pytest.fixture
def mt5(clock: ManualClock) -> Any:
    """Return the module with a terminal behind it, connected as the examples begin."""
    simulation = build_simulation(SimulationSpec(demo_positions=False, epoch=clock.now()), clock)
    module: Any = simulation.module
    assert module.initialize()
    return module


def day(seconds: float) -> datetime:
    """Return a time as the examples convert it with pandas."""
    return datetime.fromtimestamp(float(seconds), UTC)


def test_initialize_and_shutdown(mt5: Any) -> None:
    """`initialize()` gives True; what follows `shutdown()` fails for want of a connection."""
    assert mt5.__author__ == "MetaQuotes Ltd."
    assert mt5.__version__.count(".") == 2
    assert mt5.terminal_info() is not None
    assert mt5.shutdown() is True
    assert mt5.terminal_info() is None
    assert mt5.last_error()[0] == -10004
    assert mt5.initialize(login=DEFAULT_LOGIN, server=DEFAULT_SERVER, password="first") is True


def test_login(mt5: Any) -> None:
    """The password may be left out for one that the terminal knows; a wrong account is False with a code."""
    assert mt5.login(DEFAULT_LOGIN, password="first", server=DEFAULT_SERVER) is True
    assert mt5.login(DEFAULT_LOGIN) is True
    assert mt5.account_info()._asdict()["login"] == DEFAULT_LOGIN
    assert mt5.login(25115284, password="gqrtz0lbdm") is False
    assert mt5.last_error()[0] == -6


def test_version(mt5: Any) -> None:
    """A tuple of three: terminal version 500, build, and the date of the build."""
    version, build, date = mt5.version()
    assert version == 500
    assert isinstance(build, int)
    assert datetime.strptime(date, "%d %b %Y").replace(tzinfo=UTC).year > 2019


def test_last_error(mt5: Any) -> None:
    """Code and description of the last call; a wrong path of a terminal is a failure of `initialize`."""
    assert mt5.last_error() == SUCCESS
    assert mt5.initialize("C:\\no\\terminal64.exe") is False
    code, text = mt5.last_error()
    assert code < 0
    assert text


@pytest.mark.parametrize("name", FIELDS)
def test_account_and_terminal(mt5: Any, name: str) -> None:
    """A named tuple of the page's fields in its order, which `_asdict()` lists."""
    info = getattr(mt5, name)()
    assert [*info._asdict()] == FIELDS[name].split()
    assert info[0] == next(iter(info._asdict().values()))


def test_symbols_total_and_get(mt5: Any) -> None:
    """All symbols, hidden ones too; filters name parts, several conditions, and `!` for what is left out."""
    symbols = mt5.symbols_get()
    assert isinstance(symbols, tuple)
    assert mt5.symbols_total() == len(symbols) > 40
    yen = mt5.symbols_get("*JPY*")
    assert {each.name for each in yen} == {each.name for each in symbols if "JPY" in each.name}
    assert {each.name for each in mt5.symbols_get(group="*JPY*")} == {each.name for each in yen}
    others = mt5.symbols_get(group="*,!*USD*,!*EUR*,!*JPY*,!*GBP*")
    left_out = ("USD", "EUR", "JPY", "GBP")
    expected = [each.name for each in symbols if not any(part in each.name for part in left_out)]
    assert [each.name for each in others] == expected
    assert expected


def test_symbol_select_and_info(mt5: Any) -> None:
    """A symbol is put into Market Watch, and its properties are a named tuple; an unknown one gives None."""
    assert mt5.symbol_select("EURJPY", True) is True
    info = mt5.symbol_info("EURJPY")
    assert (info.name, info.visible, info.digits, info.point) == ("EURJPY", True, 3, 0.001)
    assert (info.currency_base, info.currency_profit, info.currency_margin) == ("EUR", "JPY", "EUR")
    assert {"spread", "trade_tick_value", "volume_min", "filling_mode", "path"} <= info._asdict().keys()
    assert mt5.symbol_select("EURCAD", True) is True
    assert mt5.symbol_info("EURCAD").visible is True
    assert mt5.symbol_info("NOSUCH") is None
    assert mt5.last_error()[0] == -4


def test_symbol_info_tick(mt5: Any) -> None:
    """The last tick: time, bid, ask, last, volume, time_msc, flags, volume_real."""
    assert mt5.symbol_select("GBPUSD", True)
    tick = mt5.symbol_info_tick("GBPUSD")
    assert tuple(tick._asdict()) == TICKS
    assert 0 < tick.bid < tick.ask
    assert tick.time == tick.time_msc // 1000


def test_market_book(mt5: Any, clock: ManualClock) -> None:
    """Subscribed, the depth comes as a tuple of entries, sales above purchases, ten times; then it is cancelled."""
    assert mt5.market_book_add("EURUSD") is True
    for _ in range(10):
        items = mt5.market_book_get("EURUSD")
        assert isinstance(items, tuple)
        assert tuple(items[0]._asdict()) == ("type", "price", "volume", "volume_dbl")
        sides = [each.type for each in items]
        assert sides == sorted(sides)
        assert {*sides} == {mt5.BOOK_TYPE_SELL, mt5.BOOK_TYPE_BUY}
        prices = [each.price for each in items]
        assert prices == sorted(prices, reverse=True)
        clock.advance(5)
    assert mt5.market_book_release("EURUSD") is True
    assert mt5.market_book_get("EURUSD") is None


def test_copy_rates_from(mt5: Any) -> None:
    """Ten H4 bars of EURUSD from 10 January 2020: those of the page's output, 12:00 on the 8th to 00:00 on the 10th."""
    rates = mt5.copy_rates_from("EURUSD", mt5.TIMEFRAME_H4, JANUARY_10, 10)
    assert isinstance(rates, np.ndarray)
    assert rates.dtype.names == RATES
    assert [day(each) for each in rates["time"]] == [
        datetime(2020, 1, 8 + (12 + 4 * bar) // 24, (12 + 4 * bar) % 24, tzinfo=UTC) for bar in range(10)
    ]
    assert [*rates[0].tolist()] == [rates[name][0] for name in RATES]


def test_copy_rates_from_pos(mt5: Any) -> None:
    """Ten daily bars of GBPUSD counted back from the present one, oldest first."""
    rates = mt5.copy_rates_from_pos("GBPUSD", mt5.TIMEFRAME_D1, 0, 10)
    assert len(rates) == 10
    assert (np.diff(rates["time"]) > 0).all()
    assert day(rates["time"][-1]) == datetime(2026, 7, 22, tzinfo=UTC)
    assert mt5.copy_rates_from_pos("GBPUSD", mt5.TIMEFRAME_D1, 1, 9).tolist() == rates[:9].tolist()


def test_copy_rates_range(mt5: Any) -> None:
    """M5 bars of USDJPY from 10 January, a Friday, to the 11th at 13:00: they end at 23:55, when the week does."""
    rates = mt5.copy_rates_range("USDJPY", mt5.TIMEFRAME_M5, JANUARY_10, datetime(2020, 1, 11, 13, tzinfo=UTC))
    assert [day(rates["time"][0]), day(rates["time"][-1])] == [JANUARY_10, datetime(2020, 1, 10, 23, 55, tzinfo=UTC)]
    assert len(rates) == 288
    assert rates.dtype.names == RATES


def test_copy_ticks_from(mt5: Any) -> None:
    """100,000 ticks of EURUSD from 10 January 2020, of that day on; a named array, oldest first."""
    ticks = mt5.copy_ticks_from("EURUSD", JANUARY_10, 100_000, mt5.COPY_TICKS_ALL)
    assert len(ticks) == 100_000
    assert ticks.dtype.names == TICKS
    assert day(ticks["time"][0]).date() == JANUARY_10.date()
    assert (np.diff(ticks["time_msc"]) >= 0).all()
    assert (ticks["time"] == ticks["time_msc"] // 1000).all()


def test_copy_ticks_range(mt5: Any) -> None:
    """A day's ticks of AUDUSD, which the example does not select first."""
    ticks = mt5.copy_ticks_range("AUDUSD", JANUARY_10, datetime(2020, 1, 11, tzinfo=UTC), mt5.COPY_TICKS_ALL)
    assert len(ticks) > 10_000
    assert {day(each).date() for each in (ticks["time"][0], ticks["time"][-1])} == {JANUARY_10.date()}
    changed = mt5.TICK_FLAG_BID | mt5.TICK_FLAG_ASK
    assert (ticks["flags"] & changed).all()


def test_flags_of_copy_ticks(mt5: Any) -> None:
    """INFO gives changes of bid and ask, TRADE those of last and volume: a currency pair has none of these."""
    hour = (JANUARY_10, datetime(2020, 1, 10, 1, tzinfo=UTC))
    every = mt5.copy_ticks_range("EURUSD", *hour, mt5.COPY_TICKS_ALL)
    assert mt5.copy_ticks_range("EURUSD", *hour, mt5.COPY_TICKS_INFO).tolist() == every.tolist()
    trades = mt5.copy_ticks_range("EURUSD", *hour, mt5.COPY_TICKS_TRADE)
    assert (len(trades), mt5.last_error()) == (0, SUCCESS)


@pytest.mark.parametrize("name", ["copy_rates_from", "copy_rates_range", "copy_ticks_from", "copy_ticks_range"])
def test_what_cannot_be_had_is_none(mt5: Any, name: str) -> None:
    """Each page: "returns None in case of an error", which `last_error()` then tells."""
    last = {"copy_rates_range": JANUARY_10, "copy_ticks_range": JANUARY_10}.get(name, 10)
    middle = (JANUARY_10, last, mt5.COPY_TICKS_ALL) if "ticks" in name else (mt5.TIMEFRAME_H4, JANUARY_10, last)
    assert getattr(mt5, name)("NOSUCH", *middle) is None
    assert mt5.last_error() != SUCCESS
