# SPDX-License-Identifier: MIT
"""A pool on a real host process whose simulated terminal misbehaves, and what became of its ticks."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random

import numpy as np

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.mt5.commands import SelectSymbols
from arbitrex_desktop.mt5.fault_plan import FaultPlan
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.raw_layer.events import PoolEvent, StateChanged
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.raw_layer.settings import PoolSettings
from arbitrex_desktop.raw_layer.ticks.quality import bad_ticks
from arbitrex_desktop.raw_layer.views import ConnectionState
from tests.fakes.commands import ReadTicks
from tests.fakes.records import replace

SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "XAUUSD")
SETTINGS = PoolSettings(
    account_interval=0.02, poll_deadline=0.7, connect_deadline=0.7, backoff_first=0.05, backoff_longest=0.2,
    recheck_interval=0.1, selection_interval=0.1,
)  # fmt: skip
PATIENCE = SelectSymbols.deadline + 15.0
"""A hang may meet the command with the longest deadline among those that connect."""
_CLOCK = SystemClock()
_NO_POSITIONS = SimulationSpec(demo_positions=False)


class Trial:
    """Runs a pool under a plan of faults.  Keeps every tick it gave out and every state it entered."""

    def __init__(self, plan: FaultPlan, spec: SimulationSpec = _NO_POSITIONS) -> None:
        self.states: list[ConnectionState] = []
        self._rows: dict[str, list[Rows]] = {symbol: [] for symbol in SYMBOLS}
        self.difference = ""
        self.began = _CLOCK.now()
        self.pool = MT5ConnectionPool(
            {"main": {"terminal_path": "simulated"}},
            SYMBOLS,
            simulation=replace(spec, epoch=self.began, faults=plan),
            sinks=[self],
            settings=SETTINGS,
            randomness=Random(3),
        )
        self.pool.subscribe(self._on_event)

    def write(self, batch: Mapping[str, Rows]) -> None:
        """Take ticks."""
        for symbol, rows in batch.items():
            self._rows[symbol].append(rows)

    def close(self) -> None:
        """Nothing is open."""

    def until(self, condition: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait for a condition."""
        pause, deadline = threading.Event(), _CLOCK.monotonic() + patience
        while not condition():
            assert _CLOCK.monotonic() < deadline, (self.difference, self.states, self.pool.stats())
            pause.wait(0.01)

    def elapsed(self) -> float:
        """Return the seconds of the plan that have passed."""
        return (_CLOCK.now() - self.began).total_seconds()

    def until_elapsed(self, seconds: float) -> None:
        """Wait until so many seconds of the plan have passed."""
        self.until(lambda: self.elapsed() >= seconds, seconds + PATIENCE)

    def until_sound(self) -> None:
        """Wait until the pool is connected and every symbol has been audited once more.

        Polls are asked for meanwhile: where no tick comes each would wait its half second.
        """
        self.until(self.pool.is_connected)
        polls = self._polls()

        def is_audited() -> bool:
            self.pool._loop.poll_soon()
            return self.pool.is_connected() and self._polls() > polls + 3 * len(SYMBOLS)

        self.until(is_audited)

    def _polls(self) -> int:
        """Return how many polls were made."""
        calls = self.pool.stats().calls.get("Poll")
        return calls.count if calls is not None else 0

    def _on_event(self, event: PoolEvent) -> None:
        if isinstance(event, StateChanged):
            self.states.append(event.after)

    def until_balanced(self, symbol: str) -> None:
        """Wait until the ticks given out are the terminal's.

        The feed goes on between the two readings, so one comparison may be off by a tick on its way; what was lost
        or came twice is so in every later comparison.
        """

        def balanced() -> bool:
            given, has = self.ledger(symbol)
            self.difference = f"{symbol}: lost {has - given}, twice {given - has}"
            return given == has

        self.until(balanced, patience=5.0)

    def ledger(self, symbol: str) -> tuple[Counter[tuple[float, float]], Counter[tuple[float, float]]]:
        """Return the quotes (bid, ask) that a symbol's feed gave out, and those that the terminal has now.

        Times are left out: a server clock that was moved changes them.  Only the stretch up to the last tick that
        was given out counts, since the market goes on.
        """
        given = np.concatenate(self._rows[symbol])
        has = self.pool._client.ask(ReadTicks(symbol, int(given["time_msc"][0]) // 1000)).value
        good, _ = bad_ticks(has, 0)
        has = has[good & (has["time_msc"] >= given["time_msc"][0]) & (has["time_msc"] <= self._last(symbol))]
        return _quotes(given), _quotes(has)

    def _last(self, symbol: str) -> int:
        """Return the time of the last tick that the feed gave out, on the server clock as it is now."""
        cursor = next(cursor for cursor in self.pool._ticks.cursors if cursor.symbol == symbol)
        assert cursor.time_msc is not None
        return cursor.time_msc


def _quotes(rows: Rows) -> Counter[tuple[float, float]]:
    """Count the pairs of bid and ask."""
    return Counter(zip(rows["bid"].tolist(), rows["ask"].tolist(), strict=True))
