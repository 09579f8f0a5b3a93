# SPDX-License-Identifier: MIT
"""Crypto, shares and futures of the realistic market, and simulated brokers with suffixes or thousands of symbols."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.arrays import TICK_DTYPE
from arbitrex_desktop.mt5.constants import CopyTicks, OrderFilling, TickFlag, Timeframe, TradeRetcode
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.mt5.simulator.market.bars import BarSource, bars_of_ticks
from arbitrex_desktop.mt5.simulator.market.market import GeneratedMarket
from arbitrex_desktop.mt5.simulator.market.market_feed import bids_of_ticks, extremes_of
from arbitrex_desktop.mt5.simulator.market.server_clock import DAY_MSC, HOUR_MSC, SERVER_CLOCKS, SimulatedServerClock
from tests.fakes.clock import ManualClock

MARKET = GeneratedMarket(7, realistic=True)
NEW_YORK = ZoneInfo("America/New_York")
NEW_ONES = ("BTCUSD", "ETHUSD", "AAPL", "MSFT", "CL", "GC")
BEGIN = round(datetime(2025, 9, 1, tzinfo=UTC).timestamp() * 1000) // HOUR_MSC * HOUR_MSC
HOURS_OF_A_YEAR = 365 * 24


def connected(moment: datetime, **more: Any) -> tuple[Any, ManualClock]:
    """Return the connected module of a simulated terminal, and its clock."""
    clock = ManualClock(moment)
    module: Any = build_simulation(SimulationSpec(demo_positions=False, deposit=1e7, **more), clock).module
    assert module.initialize()
    return module, clock


def msc(moment: datetime) -> int:
    """Return milliseconds of UTC."""
    return round(moment.timestamp() * 1000)


@given(
    st.sampled_from([MARKET, GeneratedMarket(7)]),
    st.sampled_from(("EURUSD", "XAUUSD")) | st.sampled_from(NEW_ONES),
    st.integers(0, HOURS_OF_A_YEAR),
    st.integers(0, 90_000) | st.integers(0, 80 * HOUR_MSC),
)
@settings(max_examples=60, deadline=None)
def test_the_bids_around_an_hour_are_its_ticks(market: GeneratedMarket, symbol: str, hours: int, length: int) -> None:
    """In and out of sessions, with the first minute still unfinished, in a long weekend: what the ticks say."""
    assume(symbol in market.symbols)
    at = BEGIN + hours * HOUR_MSC
    assert market.bids_around(symbol, at, at + length) == bids_of_ticks(market, symbol, at, at + length)


@given(st.sampled_from(NEW_ONES), st.integers(0, HOURS_OF_A_YEAR), st.integers(1, 30), st.sampled_from(SERVER_CLOCKS))
@settings(max_examples=20, deadline=None)
def test_bars_and_extremes_are_their_ticks(symbol: str, hours: int, length: int, rule: str) -> None:
    """Through bells, breaks, weekends, holidays and changes of the clock: prices, ticks and volumes of each minute."""
    first = BEGIN + hours * HOUR_MSC
    last = first + length * HOUR_MSC - 1
    rows = np.concatenate([np.zeros(0, dtype=TICK_DTYPE), *MARKET.ticks(symbol, first, last)])
    assert MARKET.extremes(symbol, first, last) == extremes_of(rows)
    clock = SimulatedServerClock(rule)
    bars = BarSource(MARKET, clock).since(symbol, Timeframe.M1, clock.to_server(first) // 1000, until_msc=last)
    shown = (rows["time_msc"] + clock.offsets_msc(rows["time_msc"])) // 1000 // 60 * 60
    expected = bars_of_ticks(rows, shown, 10.0 ** MARKET.symbols[symbol].digits)
    assert bars.tolist() == expected.tolist()
    assert (np.diff(bars["time"]) > 0).all()


@given(st.integers(0, HOURS_OF_A_YEAR * 60))
@settings(max_examples=40, deadline=None)
def test_who_trades_when(minutes: int) -> None:
    """Crypto always but in an hour that a clock shows twice, shares from 9:30 to 16:00 in New York, never at weekends.

    A market that is open ticks within the minute, and one that is closed does not.
    """
    at = BEGIN + minutes * 60_000
    local = datetime.fromtimestamp(at / 1000, NEW_YORK)
    weekend = local.isoweekday() > 5
    bell, end = local.replace(hour=9, minute=30, second=0), local.replace(hour=16, minute=0, second=0)
    if MARKET.is_open("AAPL", at):
        assert bell <= local < end
        assert not weekend
    if not MARKET.is_open("BTCUSD", at):
        assert local.month in (10, 11)
        assert datetime.fromtimestamp(at / 1000, UTC).isoweekday() == 7
    for symbol in ("AAPL", "BTCUSD", "CL"):
        ticks = sum(len(rows) for rows in MARKET.ticks(symbol, at, at + 59_999))
        assert bool(ticks) is MARKET.is_open(symbol, at)


@pytest.mark.parametrize(
    ("moment", "open_ones"),
    [
        (datetime(2026, 7, 25, 12, 0, tzinfo=NEW_YORK), {"BTCUSD"}),  # a Saturday
        (datetime(2025, 12, 25, 12, 0, tzinfo=NEW_YORK), {"BTCUSD"}),
        (datetime(2025, 11, 27, 12, 0, tzinfo=NEW_YORK), {"BTCUSD", "CL", "EURUSD"}),  # Thanksgiving
        (datetime(2025, 11, 27, 13, 0, tzinfo=NEW_YORK), {"BTCUSD", "EURUSD"}),
        (datetime(2025, 11, 28, 12, 59, tzinfo=NEW_YORK), {"BTCUSD", "CL", "EURUSD", "AAPL"}),
        (datetime(2025, 11, 28, 13, 0, tzinfo=NEW_YORK), {"BTCUSD", "CL", "EURUSD"}),
        (datetime(2026, 4, 3, 12, 0, tzinfo=NEW_YORK), {"BTCUSD"}),  # Good Friday
        (datetime(2026, 1, 19, 12, 0, tzinfo=NEW_YORK), {"BTCUSD", "CL", "EURUSD"}),  # a Monday in January
        (datetime(2027, 7, 5, 12, 0, tzinfo=NEW_YORK), {"BTCUSD", "CL", "EURUSD"}),  # Independence Day was a Sunday
        (datetime(2026, 7, 22, 9, 29, tzinfo=NEW_YORK), {"BTCUSD", "CL", "EURUSD"}),
        (datetime(2026, 7, 22, 9, 30, tzinfo=NEW_YORK), {"BTCUSD", "CL", "EURUSD", "AAPL"}),
        (datetime(2026, 7, 22, 17, 30, tzinfo=NEW_YORK), {"BTCUSD", "EURUSD"}),  # the futures' daily break
    ],
)
def test_days_and_hours_by_name(moment: datetime, open_ones: set[str]) -> None:
    """New York time: what is open at a few moments that everybody knows."""
    at = msc(moment)
    assert {name for name in ("BTCUSD", "CL", "EURUSD", "AAPL") if MARKET.is_open(name, at)} == open_ones


def test_an_exchange_tells_of_deals() -> None:
    """Price and volume of deals stand in ticks, bars and properties; a pair has neither."""
    module, _ = connected(datetime(2026, 7, 22, 15, 0, 30, tzinfo=UTC), realistic=True)
    now = module.symbol_info_tick("EURUSD").time
    rows = module.copy_ticks_range("AAPL", now - 600, now + 60, int(CopyTicks.ALL))
    deals = module.copy_ticks_range("AAPL", now - 600, now + 60, int(CopyTicks.TRADE))
    assert 0 < len(deals) < len(rows)
    assert (deals["flags"] & int(TickFlag.LAST) != 0).all()
    assert (deals["volume"] > 0).all()
    assert ((deals["last"] == deals["bid"]) | (deals["last"] == deals["ask"])).all()
    assert (rows["last"] > 0).all()
    assert module.symbol_info("AAPL").last == rows["last"][-1]
    bars = module.copy_rates_from_pos("AAPL", int(Timeframe.M1), 0, 5)
    assert bars["real_volume"].sum() == rows["volume"][rows["time"] >= bars["time"][0]].sum()
    assert not module.copy_rates_from_pos("EURUSD", int(Timeframe.M1), 0, 5)["real_volume"].any()
    assert module.symbol_info("CL").margin_initial == 6_000.0
    assert module.symbol_info("AAPL").swap_rollover3days == 5


@pytest.mark.parametrize("symbol", ["AAPL", "CL", "EURUSD"])
def test_the_day_s_deals_have_a_highest_and_a_lowest(symbol: str) -> None:
    """Last price and volume of the server's day are its ticks', and go on with them; nothing of what has no deals."""
    module, clock = connected(datetime(2026, 7, 22, 15, tzinfo=UTC), realistic=True)
    assert module.symbol_select(symbol, True)
    for _ in range(3):
        info = module.symbol_info(symbol)
        midnight = module.copy_rates_from_pos(symbol, int(Timeframe.D1), 0, 1)["time"][0]
        ticks = module.copy_ticks_range(symbol, int(midnight), 2**31 - 1, CopyTicks.ALL)
        seen = (info.lastlow, info.lasthigh, info.volumelow_real, info.volumehigh_real)
        last, volume = ticks["last"][ticks["last"] > 0.0], ticks["volume_real"][ticks["volume_real"] > 0.0]
        expected = (last.min(), last.max(), volume.min(), volume.max()) if len(last) else (0.0,) * 4
        assert seen == expected
        assert (info.volumelow, info.volumehigh) == seen[2:]
        clock.advance(3600)


def test_crypto_is_bought_on_a_saturday_and_a_share_at_its_bell() -> None:
    """The order of the closed market is refused with 10018; on Monday it is filled."""
    module, clock = connected(datetime(2026, 7, 24, 20, 30, tzinfo=UTC), realistic=True)
    for name in ("BTCUSD", "AAPL"):
        assert module.symbol_select(name, True)
    clock.advance(timedelta(hours=20).total_seconds())

    def buy(symbol: str, volume: float) -> int:
        order = {"action": 1, "symbol": symbol, "volume": volume, "type": 0, "type_filling": int(OrderFilling.IOC)}
        return int(module.order_send(order).retcode)

    assert (buy("BTCUSD", 0.5), buy("AAPL", 10.0)) == (TradeRetcode.DONE, TradeRetcode.MARKET_CLOSED)
    clock.advance(timedelta(hours=48).total_seconds())
    assert buy("AAPL", 10.0) == TradeRetcode.DONE


def test_a_broker_with_a_suffix_and_three_thousand_symbols() -> None:
    """All carry the suffix, Market Watch shows the usual four, and any of them has prices and can be traded."""
    module, _ = connected(datetime(2026, 7, 22, 12, tzinfo=UTC), suffix=".r", more_symbols=3_000)
    listed = module.symbols_get()
    assert len(listed) == 3_041
    assert all(one.name.endswith(".r") for one in listed)
    assert {one.name for one in listed if one.visible} == {"EURUSD.r", "GBPUSD.r", "USDCHF.r", "USDJPY.r"}
    name = listed[2_000].name
    assert module.symbol_select(name, True)
    volume = module.symbol_info(name).volume_min
    filling = int(OrderFilling.IOC if module.symbol_info(name).filling_mode & 2 else OrderFilling.FOK)
    ask = module.symbol_info_tick(name).ask
    order = {"action": 1, "symbol": name, "volume": volume, "type": 0, "type_filling": filling, "price": ask}
    assert module.order_send(order).retcode == TradeRetcode.DONE
    assert len(module.copy_rates_from_pos(name, int(Timeframe.D1), 0, 10)) == 10


def test_an_account_in_bitcoin_is_worth_something() -> None:
    """Two coins are no two dollars: a tenth of a lot finds its margin, told with eight decimals."""
    clock = ManualClock(datetime(2026, 7, 22, 12, tzinfo=UTC))
    spec = SimulationSpec(demo_positions=False, currency="BTC", deposit=2.0)
    module: Any = build_simulation(spec, clock).module
    assert module.initialize()
    assert module.account_info().currency_digits == 8
    order = {"action": 1, "symbol": "EURUSD", "volume": 0.1, "type": 0, "type_filling": int(OrderFilling.IOC)}
    assert module.order_send(order).retcode == TradeRetcode.DONE
    assert 0.0 < module.account_info().margin < 0.1


def test_a_crypto_week_has_seven_days() -> None:
    """Daily bars of Saturday and Sunday are there, and a longer range holds the shorter."""
    source = BarSource(MARKET, SimulatedServerClock("UTC"))
    until = msc(datetime(2026, 7, 27, tzinfo=UTC)) - 1
    days = source.last("BTCUSD", Timeframe.D1, 7, until_msc=until)
    assert (np.diff(days["time"]) == DAY_MSC // 1000).all()
    assert source.last("BTCUSD", Timeframe.D1, 30, until_msc=until)[-7:].tolist() == days.tolist()
