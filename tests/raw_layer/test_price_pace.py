# SPDX-License-Identifier: MIT
"""Which prices are asked for while nobody looks: what is needed each second, the rest within ten, and no tick lost."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.raw_layer.views import PricePace
from tests.fakes.broker_data import make_position
from tests.fakes.clock import ManualClock
from tests.fakes.module import FakeModule
from tests.fakes.transport import FakeTransport
from tests.raw_layer.test_mt5_pool import SESSION

SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY")


class Bench:
    """A connected pool of three symbols, of which one is held, whose loop is stepped by the test."""

    def __init__(self) -> None:
        self.clock, self.module = ManualClock(), FakeModule(SYMBOLS)
        self.module.positions = [make_position("EURUSD", 1, 0.1)]
        self.transport = FakeTransport(self.module, self.clock)
        factory = self.transport.factory
        self.pool = MT5ConnectionPool(
            SESSION, SYMBOLS, clock=self.clock, randomness=Random(1), transport_factory=factory
        )
        self.sent = 0
        self.step(*SYMBOLS)

    def step(self, *ticking: str) -> None:
        """Let a second pass, prices come, and one poll happen."""
        self.clock.advance(1.0)
        self.tick(*ticking)
        self.pool._loop._step()

    def tick(self, *symbols: str) -> None:
        """Let prices come."""
        for symbol in symbols:
            self.sent += 1
            self.module.add_tick(symbol, int(self.clock.now().timestamp() * 1000))

    def received(self, symbol: str) -> int:
        """Return how many ticks of a symbol the pool has."""
        rows = self.pool.recent_ticks(symbol)
        return 0 if rows is None else len(rows)

    def in_all(self) -> int:
        """Return how many ticks the pool has."""
        return sum(map(self.received, SYMBOLS))


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Give a connected pool which nobody watches, all of whose symbols were just read."""
    bench = Bench()
    bench.pool.set_pace(PricePace.NEEDED)
    bench.step()
    yield bench
    bench.pool.stop()


def test_a_pool_that_nobody_watches_polls_once_a_second(bench: Bench) -> None:
    """A second passes between two polls; watched again, the usual time does."""
    usual = bench.pool._loop._settings.poll_interval
    for pace, pause in ((PricePace.NEEDED, 1.0), (PricePace.EACH_SECOND, 1.0), (PricePace.LIVE, usual)):
        bench.pool.set_pace(pace)
        assert bench.pool._loop._pause(0.0) == pause


def test_what_is_held_comes_each_second_and_the_rest_within_ten(bench: Bench) -> None:
    """The position's price is a second old at most; the other symbols' ticks come with the tenth poll, all of them."""
    missing = []
    for done in range(2, 32):
        bench.step(*SYMBOLS)
        assert bench.received("EURUSD") == done
        missing.append(max(done - bench.received(symbol) for symbol in ("GBPUSD", "USDJPY")))
    assert 0 < max(missing) < 10
    assert missing.count(0) == 3, "the tenth polls; in between one symbol is read in turn"


def test_a_price_that_is_asked_for_comes_each_second(bench: Bench) -> None:
    """As for the rate by which a position in another currency is valued: each sync asks for it."""
    for done in range(2, 12):
        bench.pool.quote("USDJPY")
        bench.step(*SYMBOLS)
        assert bench.received("USDJPY") == done


def test_where_somebody_acts_on_prices_all_come_each_second(bench: Bench) -> None:
    """A connected strategy, or an alert about a price."""
    bench.pool.set_pace(PricePace.EACH_SECOND)
    for _ in range(3):
        bench.step(*SYMBOLS)
        assert bench.in_all() == bench.sent


def test_a_poll_of_everything_reads_everything(bench: Bench) -> None:
    """A person has chosen another symbol, or asked for a price now."""
    bench.step(*SYMBOLS)
    bench.pool._loop.poll_soon()
    bench.step()
    bench.pool._loop._step()
    assert bench.in_all() == bench.sent


def test_after_a_connection_everything_is_read_at_once(bench: Bench) -> None:
    """What was not read before the connection was lost is not waited for."""
    bench.step(*SYMBOLS)
    assert bench.in_all() < bench.sent
    bench.transport.die_on.add("Poll")
    connections = bench.pool.stats().connections
    while bench.pool.stats().connections == connections:
        try:
            bench.step()
        except MT5Error as error:
            bench.pool._loop._after_failure(error)
    bench.pool._loop._step()
    assert bench.in_all() == bench.sent


def test_what_did_not_fit_is_fetched_with_the_next_poll(bench: Bench) -> None:
    """A poll of all that was not enough is followed by another of all, at once."""
    for later in range(600):
        bench.module.add_tick("GBPUSD", int(bench.clock.now().timestamp() * 1000) + later)
    bench.pool._loop._all_at = 0.0
    bench.step()
    assert 1 < bench.received("GBPUSD") < 601
    while bench.received("GBPUSD") < 601:
        before = bench.received("GBPUSD")
        bench.pool._loop._step()
        assert bench.received("GBPUSD") > before


_PACES = st.sampled_from([PricePace.NEEDED, PricePace.EACH_SECOND])
_TICKING = st.sets(st.sampled_from(SYMBOLS))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(_PACES, _TICKING, st.sampled_from([*SYMBOLS, ""])), max_size=40))
def test_no_tick_is_lost_or_comes_twice_however_the_pace_changes(
    steps: list[tuple[PricePace, set[str], str]],
) -> None:
    """Whatever was held or asked for in between: in the end each tick is there once, in its order."""
    bench = Bench()
    try:
        for pace, ticking, asked in steps:
            bench.pool.set_pace(pace)
            if asked:
                bench.pool.quote(asked)
            bench.step(*sorted(ticking))
        bench.pool.set_pace(PricePace.EACH_SECOND)
        bench.step()
        for symbol in SYMBOLS:
            rows = bench.pool.recent_ticks(symbol)
            sent = [msc for msc, _, _ in bench.module.ticks[symbol]]
            assert (rows["time_msc"].tolist() if rows is not None else []) == sent
    finally:
        bench.pool.stop()
