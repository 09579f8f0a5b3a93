# SPDX-License-Identifier: MIT
"""The generated market: the same for the same seed, plausible, lively, and closed at weekends."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.simulator.market.market import HISTORY_START, GeneratedMarket
from arbitrex_desktop.mt5.simulator.market.market_feed import extremes_of
from arbitrex_desktop.mt5.simulator.market.trading_calendar import TradingHour
from arbitrex_desktop.mt5.simulator.symbols.specs import SYMBOLS
from arbitrex_desktop.raw_layer.config import TRADING_UNIVERSE

NOON = round(datetime(2026, 7, 22, 12, 30, tzinfo=UTC).timestamp() * 1000)
NIGHT = round(datetime(2026, 7, 21, 21, 30, tzinfo=UTC).timestamp() * 1000)
SATURDAY = round(datetime(2026, 7, 25, 12, 0, tzinfo=UTC).timestamp() * 1000)
MINUTE = 60_000
HOUR = 60 * MINUTE


def ticks(market: GeneratedMarket, symbol: str, first: int, last: int) -> Rows:
    """Return the ticks within two moments."""
    return np.concatenate([*market.ticks(symbol, first, last)])


@pytest.fixture(scope="module")
def market() -> GeneratedMarket:
    """Return one market for all tests, which only read it."""
    return GeneratedMarket(7)


def test_every_symbol_of_the_universe_is_there(market: GeneratedMarket) -> None:
    """The simulated broker lists exactly the program's universe."""
    assert set(market.symbols) == {name for group in TRADING_UNIVERSE.values() for name in group}


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_quotes_are_sound_and_lively(market: GeneratedMarket, symbol: str) -> None:
    """In session no symbol pauses for more than some seconds; prices stand on their grid and never cross."""
    rows = ticks(market, symbol, NOON, NOON + 10 * MINUTE)
    spec = SYMBOLS[symbol]
    assert np.diff(rows["time_msc"]).min() >= 0
    assert np.diff(rows["time_msc"]).max() < 8_000
    assert len(rows) > 200
    assert (rows["ask"] > rows["bid"]).all()
    assert (rows["bid"] == np.round(rows["bid"], spec.digits)).all()
    changed = (np.diff(rows["bid"]) != 0) | (np.diff(rows["ask"]) != 0)
    assert changed.all()


def test_same_seed_same_market_whatever_was_read_before() -> None:
    """A market that is read backwards, or from the middle, has the same ticks as one read forward."""
    first, second = GeneratedMarket(11), GeneratedMarket(11)
    forward = [ticks(first, "EURJPY", NOON + step * HOUR, NOON + (step + 1) * HOUR - 1) for step in range(3)]
    backward = [ticks(second, "EURJPY", NOON + step * HOUR, NOON + (step + 1) * HOUR - 1) for step in (2, 1, 0)]
    for one, other in zip(forward, reversed(backward), strict=True):
        assert one.tobytes() == other.tobytes()
    assert ticks(GeneratedMarket(12), "EURJPY", NOON, NOON + HOUR).tobytes() != forward[0].tobytes()


def test_reading_in_pieces_gives_every_tick_once(market: GeneratedMarket) -> None:
    """Adjacent readings, cut anywhere, also across an hour, neither lose nor repeat a tick."""
    whole = ticks(market, "GBPUSD", NOON, NOON + HOUR)
    cuts = [NOON, NOON + 1, NOON + 17 * MINUTE, NOON + 30 * MINUTE, NOON + HOUR + 1]
    pieces = [ticks(market, "GBPUSD", cuts[i], cuts[i + 1] - 1) for i in range(len(cuts) - 1)]
    assert np.concatenate(pieces).tobytes() == whole.tobytes()


def test_history_has_a_beginning(market: GeneratedMarket) -> None:
    """There are ticks from the first moment of history on, and none before it, however far back one asks."""
    first = round(HISTORY_START.timestamp() * 1000)
    assert TradingHour.at(first).hour == 0
    assert TradingHour.at(first).start_msc == first
    for early in (-(2**31) * 1000, 0, first - 1):
        rows = next(rows for rows in market.ticks("EURUSD", early, first + HOUR) if len(rows))
        assert 0 <= rows["time_msc"][0] - first < 5_000
    assert not [*market.ticks("EURUSD", 0, first - 1)]
    assert market.last_tick("EURUSD", first - 1) is None
    assert market.extremes("EURUSD", 0, first - 1) is None
    assert [*market.days_back("EURUSD", first - 1)] == []


@given(st.sampled_from(["EURUSD", "XPDUSD", "MAYM"]), st.integers(-100_000_000, 0), st.integers(0, 40 * MINUTE))
@settings(max_examples=25, deadline=None)
def test_extremes_are_those_of_the_ticks(symbol: str, seconds: int, length: int) -> None:
    """Of any stretch of any past, read from bars or from ticks, the extremes of bid and ask are the ticks' own."""
    market = GeneratedMarket(7)
    first = NOON + seconds * 1000
    for last in (first + length, first + 2 * HOUR + length):
        rows = ticks(market, symbol, first, last) if market.extremes(symbol, first, last) else None
        assert market.extremes(symbol, first, last) == (None if rows is None else extremes_of(rows))


def test_reading_history_does_not_push_out_the_present(market: GeneratedMarket) -> None:
    """Hours read as a whole, for bars, leave alone what was made for each poll, and are the same as those."""
    busy = GeneratedMarket(7)
    for symbol in SYMBOLS:
        busy.last_tick(symbol, NOON)
    kept = dict(busy._recent._values)
    rows = ticks(busy, "EURUSD", NOON - 30 * MINUTE - 30 * HOUR, NOON)
    assert dict(busy._recent._values) == kept
    assert rows.tobytes() == ticks(market, "EURUSD", NOON - 30 * MINUTE - 30 * HOUR, NOON).tobytes()


def test_about_one_tick_in_a_hundred_shares_its_millisecond(market: GeneratedMarket) -> None:
    """Ties at a millisecond occur, as they do at real brokers."""
    rows = ticks(market, "EURUSD", NOON, NOON + HOUR)
    share = (np.diff(rows["time_msc"]) == 0).mean()
    assert 0.002 < share < 0.02


def test_triangles_leave_no_arbitrage(market: GeneratedMarket) -> None:
    """A cross is the quotient of its legs within their spreads."""
    quote = {symbol: market.last_tick(symbol, NOON) for symbol in ("EURUSD", "USDJPY", "EURJPY")}
    middle = {symbol: float((row["bid"][0] + row["ask"][0]) / 2) for symbol, row in quote.items() if row is not None}
    assert middle["EURJPY"] == pytest.approx(middle["EURUSD"] * middle["USDJPY"], rel=3e-4)


def test_night_is_thinner_and_wider_than_noon(market: GeneratedMarket) -> None:
    """At the day's turn there are fewer ticks, and the spread is wider."""
    noon, night = (ticks(market, "EURUSD", moment, moment + 20 * MINUTE) for moment in (NOON, NIGHT))
    assert len(night) < len(noon)
    assert (night["ask"] - night["bid"]).mean() > 1.5 * (noon["ask"] - noon["bid"]).mean()


def test_weekend_is_closed_and_keeps_fridays_price(market: GeneratedMarket) -> None:
    """No ticks come on a Saturday; the last one is Friday's, before 21:00 UTC."""
    assert not market.is_open("EURUSD", SATURDAY)
    assert len(ticks(market, "EURUSD", SATURDAY - HOUR, SATURDAY)) == 0
    last = market.last_tick("EURUSD", SATURDAY)
    assert last is not None
    assert SATURDAY - last["time_msc"][0] == pytest.approx(15 * HOUR, abs=MINUTE)


def test_paths_go_on_from_hour_to_hour(market: GeneratedMarket) -> None:
    """The price at an hour's end is the price at the next one's start, over a weekend too."""
    friday = TradingHour.at(SATURDAY)
    for hour in (TradingHour.at(NOON), friday):
        before = ticks(market, "EURUSD", hour.start_msc, hour.start_msc + HOUR - 1)
        start = hour.moved(1).start_msc
        after = ticks(market, "EURUSD", start, start + MINUTE)
        assert after["bid"][0] == pytest.approx(before["bid"][-1], rel=2e-4)


def test_a_year_stays_near_its_level() -> None:
    """Prices wander, and come back: a year's daily prices stay within some percent of the level."""
    market = GeneratedMarket(3)
    day = 24 * HOUR
    prices = [market.last_tick("EURUSD", NOON - 7 * day * week) for week in range(52)]
    values = [float(row["bid"][0]) for row in prices if row is not None]
    assert 1.0 < min(values) < max(values) < 1.32
    assert np.std(values) > 0.003
