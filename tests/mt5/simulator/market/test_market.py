# SPDX-License-Identifier: MIT
"""The generated market: the same for the same seed, plausible, lively, and closed at weekends."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.simulator.broker.symbols import SYMBOLS
from arbitrex_desktop.mt5.simulator.market.market import TICK_DAYS, GeneratedMarket
from arbitrex_desktop.mt5.simulator.market.trading_calendar import TradingHour
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


def test_ticks_are_kept_for_whole_trading_days(market: GeneratedMarket) -> None:
    """The present trading day and the one before, over a weekend too, and never less than 24 hours of trading."""
    friday, monday = SATURDAY - 18 * HOUR, SATURDAY + 48 * HOUR
    thursday_evening = SATURDAY - (12 + 24 + 3) * HOUR
    assert market.ticks_kept_from(friday) == thursday_evening - 24 * HOUR
    assert market.ticks_kept_from(SATURDAY) == thursday_evening - 24 * HOUR
    assert market.ticks_kept_from(monday) == thursday_evening
    assert TICK_DAYS == 2


def test_reading_history_does_not_push_out_the_present(market: GeneratedMarket) -> None:
    """Hours read as a whole, for bars, leave alone what was made for each poll, and are the same as those."""
    busy = GeneratedMarket(7)
    for symbol in SYMBOLS:
        busy.last_tick(symbol, NOON)
    kept = dict(busy._recent._values)
    rows = ticks(busy, "EURUSD", busy.ticks_kept_from(NOON), NOON)
    assert dict(busy._recent._values) == kept
    assert rows.tobytes() == ticks(market, "EURUSD", market.ticks_kept_from(NOON), NOON).tobytes()


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
