# SPDX-License-Identifier: MIT
"""The realistic market: breaks, holidays, triple swaps by symbol, slippage and partial fills; off unless asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.arrays import TICK_DTYPE
from arbitrex_desktop.mt5.constants import OrderFilling, OrderState, Timeframe, TradeRetcode
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.broker.liquidity import Demand, LimitedLiquidity
from arbitrex_desktop.mt5.simulator.broker.records import units
from arbitrex_desktop.mt5.simulator.broker.rules import RequestRefused
from arbitrex_desktop.mt5.simulator.broker.valuation import BrokerQuote, quote_of
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.mt5.simulator.market.bars import BarSource, bars_of_ticks
from arbitrex_desktop.mt5.simulator.market.market import GeneratedMarket
from arbitrex_desktop.mt5.simulator.market.market_feed import extremes_of
from arbitrex_desktop.mt5.simulator.market.server_clock import DAY_MSC, HOUR_MSC, SimulatedServerClock
from arbitrex_desktop.mt5.simulator.symbols.specs import SYMBOLS
from tests.fakes.clock import ManualClock

WEDNESDAY = datetime(2026, 7, 22, 12, 30, 30, tzinfo=UTC)
BREAK = round(datetime(2026, 7, 21, 21, 30, tzinfo=UTC).timestamp() * 1000)  # half past five in New York
CHRISTMAS = round(datetime(2025, 12, 25, 12, tzinfo=UTC).timestamp() * 1000)
MARKET = GeneratedMarket(7, realistic=True)
PLAIN = GeneratedMarket(7)


def connected(moment: datetime = WEDNESDAY, **more: Any) -> tuple[Any, ManualClock]:
    """Return the connected module of a realistic terminal, and its clock."""
    clock = ManualClock(moment)
    spec = SimulationSpec(realistic=True, demo_positions=False, deposit=1e8, **more)
    module: Any = build_simulation(spec, clock).module
    assert module.initialize()
    return module, clock


@pytest.mark.parametrize(("symbol", "open_then"), [("XAUUSD", False), ("MAYM", False), ("EURUSD", True)])
def test_metals_and_indices_pause_an_hour_a_day(symbol: str, open_then: bool) -> None:
    """From 17:00 to 18:00 in New York they have no ticks, bars or trade, and the price before stands; pairs go on."""
    start = BREAK - BREAK % HOUR_MSC
    assert MARKET.is_open(symbol, BREAK) is open_then
    assert any(len(rows) for rows in MARKET.ticks(symbol, start, start + HOUR_MSC - 1)) is open_then
    last = MARKET.last_tick(symbol, BREAK)
    assert last is not None
    assert (last["time_msc"][0] >= start) == open_then
    bars = BarSource(MARKET, SimulatedServerClock("UTC")).last(symbol, Timeframe.H1, 30, until_msc=start + 5 * HOUR_MSC)
    assert (start // 1000 in bars["time"]) is open_then
    assert PLAIN.is_open(symbol, BREAK)


def test_nothing_trades_on_christmas() -> None:
    """The day has no bar; an order on it is refused; a terminal that starts on it stands at the day before."""
    assert not MARKET.is_open("EURUSD", CHRISTMAS)
    days = BarSource(MARKET, SimulatedServerClock("NewYork")).last(
        "EURUSD", Timeframe.D1, 5, until_msc=CHRISTMAS + DAY_MSC * 2
    )
    assert [datetime.fromtimestamp(int(day), UTC).day for day in days["time"]] == [19, 22, 23, 24, 26]
    module, _ = connected(datetime(2025, 12, 25, 12, tzinfo=UTC))
    shown = datetime.fromtimestamp(module.symbol_info_tick("EURUSD").time, UTC)
    assert (shown.month, shown.day) == (12, 24)


@given(st.sampled_from(["XAUUSD", "EURUSD"]), st.integers(-8000, 0), st.integers(1, 40))
@settings(max_examples=20, deadline=None)
def test_bars_and_extremes_are_still_their_ticks(symbol: str, hours: int, length: int) -> None:
    """Across breaks, weekends and holidays, minutes and extremes are those of the ticks."""
    first = BREAK - BREAK % HOUR_MSC + hours * HOUR_MSC
    last = first + length * HOUR_MSC - 1
    rows = np.concatenate([np.zeros(0, dtype=TICK_DTYPE), *MARKET.ticks(symbol, first, last)])
    assert MARKET.extremes(symbol, first, last) == extremes_of(rows)
    bars = BarSource(MARKET, SimulatedServerClock("UTC")).since(symbol, Timeframe.M1, first // 1000, until_msc=last)
    expected = bars_of_ticks(rows, rows["time"] // 60 * 60, 10.0 ** SYMBOLS[symbol].digits)
    assert bars.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("symbol", "filling", "day", "before"), [("MAYM", 2, 5, 23), ("USDCAD", 1, 4, 22), ("EURUSD", 1, 3, 21)]
)
def test_each_symbol_has_its_triple_night(symbol: str, filling: int, day: int, before: int) -> None:
    """The terminal says which night counts three times, 0 being Sunday's, and books it so."""
    module, clock = connected(datetime(2026, 7, before, 12, tzinfo=UTC))
    assert module.symbol_info(symbol).swap_rollover3days == day
    assert module.symbol_select(symbol, True)
    order = {"action": 1, "symbol": symbol, "volume": 1.0, "type": 0, "type_filling": filling}
    assert module.order_send(order).retcode == TradeRetcode.DONE
    swaps = []
    for _ in range(2):
        clock.advance(timedelta(days=1).total_seconds())
        swaps.append(module.positions_get()[0].swap)
    assert swaps[1] - swaps[0] == pytest.approx(3 * swaps[0], rel=0.05)


def demand(volume: float, filling: OrderFilling = OrderFilling.IOC, side: int = 1) -> Demand:
    """Return a demand of EURUSD."""
    return Demand(SYMBOLS["EURUSD"], side, units(volume), filling)


def offer(market_demand: Demand, at_msc: int) -> tuple[float, float]:
    """Return the volume and price that a demand gets."""
    liquidity = LimitedLiquidity(MARKET, 7)
    row = MARKET.last_tick("EURUSD", at_msc)
    assert row is not None
    found = liquidity.offer(market_demand, quote_of(row), at_msc)
    assert found == LimitedLiquidity(MARKET, 7).offer(market_demand, quote_of(row), at_msc)
    return found.volume / 1e8, found.price


@given(st.integers(0, 20_000), st.integers(1, 10_000), st.sampled_from([1, -1]))
@settings(max_examples=60, deadline=None)
def test_a_fill_is_at_most_what_was_asked_and_near_the_price(seconds: int, hundredths: int, side: int) -> None:
    """Of any size at any moment: a part or all of it, on the volume's steps, no more than the book's depth away."""
    at = round(WEDNESDAY.timestamp() * 1000) + seconds * 1000
    volume, price = offer(demand(hundredths / 100, side=side), at)
    quote: BrokerQuote = quote_of(MARKET.last_tick("EURUSD", at))  # type: ignore[arg-type]  # there is one
    assert 0 < volume <= hundredths / 100
    assert volume * 100 == pytest.approx(round(volume * 100), abs=1e-9)
    assert abs(price - quote.opening(side)) < 30e-5
    whole, _ = offer(demand(hundredths / 100, OrderFilling.RETURN, side), at)
    assert whole == hundredths / 100


def test_large_orders_cost_more_and_small_ones_slip_both_ways() -> None:
    """On average a large order is dearer than a small one; small ones are sometimes better than the price shown."""
    moments = [round(WEDNESDAY.timestamp() * 1000) + 1000 * second for second in range(300)]
    slips = {}
    for size in (0.01, 30.0):
        shown = np.array([quote_of(MARKET.last_tick("EURUSD", at)).ask for at in moments])  # type: ignore[arg-type]
        slips[size] = np.array([offer(demand(size), at)[1] for at in moments]) - shown
    assert slips[30.0].mean() > slips[0.01].mean() + 1e-5
    assert (slips[0.01] < 0).any()
    assert (slips[0.01] > 0).any()


def test_what_the_book_does_not_hold_is_left_or_refused() -> None:
    """100 lots are more than there is: filled in part with 10010 (IOC), refused as a whole (FOK)."""
    module, _ = connected(leverage=500)
    order = {"action": 1, "symbol": "EURUSD", "volume": 100.0, "type": 0, "type_filling": int(OrderFilling.IOC)}
    answer = module.order_send(order)
    assert answer.retcode == TradeRetcode.DONE_PARTIAL
    assert 10.0 < answer.volume < 100.0
    assert module.positions_get()[0].volume == answer.volume
    (done,) = module.history_orders_get(ticket=answer.order)
    assert (done.state, done.volume_current) == (OrderState.PARTIAL, pytest.approx(100.0 - answer.volume))
    assert module.order_send(order | {"type_filling": int(OrderFilling.FOK)}).retcode == TradeRetcode.REJECT
    with pytest.raises(RequestRefused):
        offer(demand(100.0, OrderFilling.FOK), round(WEDNESDAY.timestamp() * 1000))
    small = module.order_send(order | {"volume": 0.1})
    assert (small.retcode, small.volume) == (TradeRetcode.DONE, 0.1)


def test_the_plain_market_fills_everything_at_the_price_shown() -> None:
    """Without being asked for nothing of this happens."""
    module: Any = build_simulation(
        SimulationSpec(demo_positions=False, deposit=1e8, leverage=500), ManualClock(WEDNESDAY)
    ).module
    assert module.initialize()
    ask = module.symbol_info_tick("EURUSD").ask
    answer = module.order_send({"action": 1, "symbol": "EURUSD", "volume": 100.0, "type": 0, "type_filling": 0})
    assert (answer.retcode, answer.price, answer.volume) == (TradeRetcode.DONE, ask, 100.0)
