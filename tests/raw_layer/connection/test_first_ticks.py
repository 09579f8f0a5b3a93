# SPDX-License-Identifier: MIT
"""The first ticks of a connection: from how far back, and how many polls without a pause."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.raw_layer.settings import PoolSettings
from tests.fakes.module import FakeModule
from tests.fakes.records import replace
from tests.fakes.transport import FakeTransport

SESSION = {"main": {"login": 50_000_001, "password": "hunter2", "server": "Arbitrex-Simulated"}}
NOW = 1_741_770_000_000
PATIENCE = 10.0
SETTINGS = PoolSettings(poll_interval=0.002)
READ_AT_ONCE = 256


class ServerClock:
    """A terminal whose clock stands still."""

    def market_time_msc(self) -> int:
        """Return the present, UTC milliseconds."""
        return NOW

    def server_time_msc(self) -> int:
        """Return the same on the server's clock."""
        return NOW

    def replay_status(self) -> None:
        """Nothing is replayed."""

    def steer(self, *, speed: float | None, to_msc: int | None, step: str | None) -> None:
        """There is nothing to steer."""

    def idle(self) -> None:
        """There is nothing to do meanwhile."""


@contextmanager
def connected(logs: Path, module: FakeModule, settings: PoolSettings) -> Iterator[MT5ConnectionPool]:
    """Give a pool on a module, connected, and stop it afterwards."""
    transport = FakeTransport(module, SystemClock(), ServerClock())
    pool = MT5ConnectionPool(
        SESSION, ("EURUSD",), logs, settings=settings, randomness=Random(1), transport_factory=transport.factory
    )
    try:
        pool.start_tick_collection()
        yield pool
    finally:
        pool.stop()


def wait_for(condition: Callable[[], bool]) -> bool:
    """Wait for the pool's thread to get somewhere; return whether it did in time."""
    pause, clock = threading.Event(), SystemClock()
    deadline = clock.monotonic() + PATIENCE
    while not condition() and clock.monotonic() < deadline:
        pause.wait(0.002)
    return condition()


def test_the_last_ten_seconds_are_read(tmp_path: Path) -> None:
    """Of the ticks that were there before we came, those of the last ten seconds are taken and no older ones."""
    module = FakeModule(["EURUSD"])
    for age in (60_000, 20_000, 10_001, 10_000, 9_999, 500):
        module.add_tick("EURUSD", NOW - age, bid=1.15 + age * 1e-9)
    with connected(tmp_path, module, SETTINGS) as pool:
        assert wait_for(lambda: pool.stats().ticks_total > 0)
        ticks = pool.recent_ticks("EURUSD")
        assert ticks is not None
        assert ticks["time_msc"].tolist() == [NOW - age for age in (10_000, 9_999, 500)]


def test_what_did_not_fit_into_one_poll_is_read_at_once(tmp_path: Path) -> None:
    """While ticks are left at the terminal the next poll follows without the usual pause, here of minutes."""
    module = FakeModule(["EURUSD"])
    count = 4 * READ_AT_ONCE
    for place in range(count):
        module.add_tick("EURUSD", NOW - 9_000 + 8 * place, bid=1.15 + place * 1e-6, ask=1.16)
    with connected(tmp_path, module, replace(SETTINGS, poll_interval=600.0)) as pool:
        assert wait_for(lambda: pool.stats().ticks_total == count)


def test_a_simulated_terminal_tells_its_clock(tmp_path: Path) -> None:
    """The price that was there before we came has an age at once, though no tick has come to measure the clock by."""
    module = FakeModule(["EURUSD"])
    module.add_tick("EURUSD", NOW - 20_000, bid=1.15)
    with connected(tmp_path, module, SETTINGS) as pool:
        assert wait_for(lambda: pool.quote("EURUSD") is not None)
        quote = pool.quote("EURUSD")
        assert quote is not None
        assert 20.0 <= quote.age_at_receipt < 20.0 + PATIENCE
