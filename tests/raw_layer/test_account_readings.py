# SPDX-License-Identifier: MIT
"""How often the pool reads the account: as often as it may change, and not again where somebody else has read it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from arbitrex_desktop.raw_layer.connection.connection_loop import ConnectionLoop
from arbitrex_desktop.raw_layer.connection.connector import WrongAccount
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.raw_layer.views import ConnectionState, PricePace
from tests.fakes.broker_data import make_position, make_symbol
from tests.fakes.clock import ManualClock
from tests.fakes.module import FakeModule
from tests.fakes.records import replace
from tests.fakes.transport import FakeTransport
from tests.raw_layer.test_mt5_pool import SESSION

READINGS = "positions_get"
"""Of the module's functions the one that each reading of the account calls once, and nothing else calls."""


class _Hurried(FakeTransport):
    """Lets no poll wait: each step is over at once."""

    def requested(self) -> bool:
        """Want an answer now."""
        return True


class Bench:
    """A connected pool whose loop is stepped by the test."""

    def __init__(self) -> None:
        self.clock, self.module = ManualClock(), FakeModule()
        factory = _Hurried(self.module, self.clock).factory
        self.pool = MT5ConnectionPool(
            SESSION, ("EURUSD",), clock=self.clock, randomness=Random(1), transport_factory=factory
        )
        self.step()
        assert self.pool.is_connected()
        self.module.calls.clear()

    @property
    def loop(self) -> ConnectionLoop:
        """Return what the pool's thread would run."""
        return self.pool._loop

    @property
    def readings(self) -> int:
        """Return how often the account was read since the connection."""
        return self.module.calls[READINGS]

    def step(self, seconds: float = 0.0) -> None:
        """Let time pass, and one poll happen."""
        self.clock.advance(seconds)
        self.loop._step()

    def tick(self) -> None:
        """Let a price come."""
        self.module.add_tick("EURUSD", int(self.clock.now().timestamp() * 1000))


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Give a connected pool."""
    bench = Bench()
    yield bench
    bench.pool.stop()


def test_while_prices_come_it_is_read_up_to_five_times_a_second(bench: Bench) -> None:
    """Its equity moves with them."""
    for _ in range(60):
        bench.tick()
        bench.step(1 / 60)
    assert 4 <= bench.readings <= 5


def test_in_a_closed_market_it_is_not_read_again_after_a_sync(bench: Bench) -> None:
    """What the risk manager has read in each second is the pool's newest reading, too."""
    for _ in range(10):
        reading = bench.pool.read_account()
        assert bench.pool.latest_account() is reading
        for _ in range(2):
            bench.step(0.5)
    assert bench.readings == 10
    bench.step(0.5)
    bench.step(0.5)
    assert bench.readings == 11


@pytest.mark.parametrize("open_market", [True, False])
def test_while_nobody_watches_it_is_not_read_again_after_a_sync(bench: Bench, *, open_market: bool) -> None:
    """A poll a second brings the prices, and whether the terminal has its broker."""
    bench.pool.set_pace(PricePace.EACH_SECOND)
    for _ in range(10):
        bench.pool.read_account()
        if open_market:
            bench.tick()
        bench.step(1.0)
    assert bench.readings == 10
    assert bench.module.calls["terminal_info"] == 10


def test_without_syncs_it_is_read_all_the_same(bench: Bench) -> None:
    """Where the risk manager cannot sync, what is shown is no older than before by more than a second."""
    bench.pool.set_pace(PricePace.EACH_SECOND)
    for _ in range(10):
        bench.step(1.0)
    assert bench.readings == 5


def test_a_lost_broker_is_noticed_by_polls_that_leave_the_account_out(bench: Bench) -> None:
    """Unwatched and just synced, the connection is STALE with the next poll."""
    bench.pool.set_pace(PricePace.EACH_SECOND)
    bench.pool.read_account()
    bench.module.terminal = replace(bench.module.terminal, connected=False)
    bench.tick()
    bench.step(1.0)
    assert bench.loop._client.machine.state is ConnectionState.STALE


@pytest.mark.parametrize("pace", PricePace)
def test_late_ticks_are_found_by_polls_that_leave_the_account_out(bench: Bench, pace: PricePace) -> None:
    """What the terminal got late is recorded though the account was just read by others, all the while."""
    bench.pool.set_pace(pace)
    for _ in range(3):
        bench.tick()
        bench.step(1.0)
    _, last = bench.module.ticks["EURUSD"][-2:]
    bench.module.ticks["EURUSD"].insert(-1, (last[0] - 400, 1.1, 1.2))
    bench.pool.read_account()
    bench.step(0.5)
    assert bench.pool.stats().bad_ticks == {"late": 1}


def test_what_a_sync_finds_open_is_followed(bench: Bench) -> None:
    """The symbol of a position that somebody opened elsewhere is watched with the next poll."""
    bench.pool.set_pace(PricePace.EACH_SECOND)
    bench.module.symbols["XAUUSD"] = make_symbol("XAUUSD")
    bench.module.ticks["XAUUSD"] = []
    bench.module.positions = [make_position("XAUUSD", 1, 0.1)]
    bench.pool.read_account()
    bench.step(1.0)
    assert bench.pool.symbols == ("EURUSD", "XAUUSD")
    assert bench.readings == 1


def test_another_account_that_a_sync_finds_is_wrong_with_the_next_poll(bench: Bench) -> None:
    """What was read of it is nobody's newest reading."""
    known = bench.pool.latest_account()
    bench.module.account = replace(bench.module.account, login=7)
    with pytest.raises(WrongAccount):
        bench.pool.read_account()
    assert bench.pool.latest_account() is known
    with pytest.raises(WrongAccount):
        bench.step()


def test_an_older_reading_does_not_take_the_place_of_a_newer_one(bench: Bench) -> None:
    """Two threads read; what came first may be kept last."""
    newer = bench.pool.read_account()
    bench.loop.take(replace(newer, monotonic=newer.monotonic - 1.0))
    assert bench.pool.latest_account() is newer


def test_polls_that_take_long_follow_one_another_sooner(bench: Bench) -> None:
    """Pause, the poll's own time, and that of the way to the paint add up to the same, down to a quarter's pause.

    Of a second in which nobody watches nothing is taken off.
    """
    interval = bench.pool._loop._settings.poll_interval
    pauses = [bench.pool._loop._pause(share * interval) for share in (0.0, 0.125, 0.25, 1.0, 50.0)]
    assert pauses == pytest.approx([interval * share for share in (1.0, 0.625, 0.25, 0.25, 0.25)])
    bench.pool.set_pace(PricePace.EACH_SECOND)
    assert bench.pool._loop._pause(0.5) == 1.0
