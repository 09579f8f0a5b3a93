# SPDX-License-Identifier: MIT
"""How old prices are that were there before the program came, on a broker whose clock has to be found out first."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.raw_layer.ticks.tick_pipeline import TickPipeline
from tests.fakes.broker_data import make_symbol
from tests.fakes.clock import ManualClock
from tests.fakes.module import FakeModule

SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD")
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
_HOUR_MSC = 3_600_000


@given(
    old_s=st.integers(0, 9),
    ahead_hours=st.integers(-5, 10),
    wrong_s=st.integers(-300, 300),
    waits_s=st.lists(st.floats(0.05, 20.0), min_size=3, max_size=3),
)
def test_the_first_price_has_its_age_once_the_brokers_clock_is_known(
    old_s: int, ahead_hours: int, wrong_s: int, waits_s: list[float]
) -> None:
    """By the ticks that told the clock, however wrong this computer's own is; before that it is not known."""
    module, clock = FakeModule(SYMBOLS), ManualClock(NOW)
    feed = TickPipeline(clock, 100)

    def server_msc() -> int:
        return round(clock.now().timestamp() * 1000) + ahead_hours * _HOUR_MSC

    def poll() -> None:
        feed.apply(feed.next_poll().run(module), clock.now() + timedelta(seconds=wrong_s))

    feed.select({name: make_symbol(name) for name in SYMBOLS}, None)
    for symbol in SYMBOLS:
        module.add_tick(symbol, server_msc() - old_s * 1000)
    poll()
    first = feed.board.quote("AUDUSD")
    assert first is not None
    for symbol, wait in zip(SYMBOLS, waits_s, strict=False):
        assert (quote := feed.board.quote("AUDUSD")) is not None
        assert math.isinf(quote.age(clock.monotonic()))
        clock.advance(wait)
        poll()
        module.add_tick(symbol, server_msc())
        poll()
    assert feed.server_clock.offset_seconds == ahead_hours * 3600
    assert (quote := feed.board.quote("AUDUSD")) is not None
    true_age = old_s + clock.monotonic() - first.received
    assert true_age - 0.01 <= quote.age(clock.monotonic()) <= true_age + waits_s[-1] + 0.01
    assert quote.time.timestamp() == pytest.approx(first.received - clock.monotonic() + clock.now().timestamp() - old_s)


def test_bad_ticks_make_no_old_price_fresh() -> None:
    """They tell the broker's clock, but none of them is the newest price that an old one could be measured by."""
    module, clock = FakeModule(SYMBOLS), ManualClock(NOW)
    feed = TickPipeline(clock, 100)
    feed.select({name: make_symbol(name) for name in SYMBOLS}, None)
    now_msc = round(NOW.timestamp() * 1000)
    for symbol in SYMBOLS:
        module.add_tick(symbol, now_msc - 3_600_000)
    feed.apply(feed.next_poll().run(module), NOW)
    feed.apply(feed.next_poll().run(module), NOW)
    for symbol in SYMBOLS[:3]:
        module.add_tick(symbol, now_msc, bid=1.2, ask=1.1)
    feed.apply(feed.next_poll().run(module), NOW)
    assert feed.server_clock.offset_seconds == 0
    quotes = feed.board.changed_since(0)[1]
    assert [math.isinf(quote.age_at_receipt) for quote in quotes] == [True] * len(SYMBOLS)
