# SPDX-License-Identifier: MIT
"""Two hundred faults at random, from a seed, against the real application.

Prints the longest gap of the GUI thread beside that of an empty event loop, how often the connection was lost and
came back, and whether the risk manager's state ever changed by a read that failed.  At the end the pool must be
CONNECTED.  A second run without the window counts the ticks: each that the terminal has was given out, none twice.
The faults come one after the other, a few tenths of a second each; `FAULTS` and `SEED` in the environment choose
others.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.app import Application, keep_for_good
from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.journal.journal import journal_opener
from arbitrex_desktop.desk.pool_protocol import TradingPool
from arbitrex_desktop.mt5.fault_plan import FaultPlan
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.raw_layer.settings import PoolSettings
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager, RPMConfig
from arbitrex_desktop.settings import Settings
from tests.benchmarks.beat import Beat, Watch
from tests.raw_layer.storm import storm
from tests.raw_layer.trial import SYMBOLS, Trial

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]
_FIRST_SECONDS = 8.0
_QUICK = PoolSettings(
    poll_deadline=0.7, connect_deadline=1.0, backoff_first=0.05, backoff_longest=0.3, recheck_interval=0.1
)


def chosen() -> tuple[int, int]:
    """Return the number of faults and the seed that the environment asks for."""
    return int(os.environ.get("FAULTS", "200")), int(os.environ.get("SEED", "1"))


class Storm:
    """The core of the real application, on a terminal under the plan; notes what the risk manager believed."""

    def __init__(self, plan: FaultPlan, folder: Path) -> None:
        self._clock = SystemClock()
        self._plan = plan
        self._folder = folder
        self.began = self._clock.now()
        self.rpm: RiskPortfolioManager | None = None

    def build(self) -> TradingCore:
        """Build it, on the worker's thread."""
        pool = MT5ConnectionPool(
            {"main": {"terminal_path": "simulated"}},
            simulation=SimulationSpec(epoch=self.began, store=self._folder / "books.sqlite3", faults=self._plan),
            settings=_QUICK,
            session_logs_dir=self._folder / "mt5",
        )
        return TradingCore(pool, self._make_rpm, clock=self._clock, journal=journal_opener(self._folder))

    def elapsed(self) -> float:
        """Return the seconds of the plan that have passed."""
        return (self._clock.now() - self.began).total_seconds()

    def _make_rpm(self, pool: TradingPool) -> RiskPortfolioManager:
        config = RPMConfig.preset("Standard FX")
        self.rpm = RiskPortfolioManager(config, mt5_pool=pool, sync_with_mt5=True, enable_persistence=False)
        return self.rpm


@pytest.mark.timeout(600)
def test_a_storm_of_faults_neither_freezes_the_window_nor_fools_the_risk_manager(qtbot: QtBot, tmp_path: Path) -> None:
    """Prints pauses and recoveries; the account that the risk manager believes in is never empty or another one."""
    count, seed = chosen()
    beat = Beat()
    beat.start()
    qtbot.wait(3_000)
    print(f"\nreference, an empty event loop: {beat.stop()}")
    plan = storm(count, seed, _FIRST_SECONDS)
    faulty = Storm(plan, tmp_path)
    application = Application(Settings(data_dir=tmp_path, screenshot=tmp_path / "unused.png"), faulty.build)
    watch = Watch(application)
    application.window.show()
    application.window.fill()
    application.worker.start()
    qtbot.waitUntil(application.window.content.is_settled, timeout=60_000)
    keep_for_good()
    assert faulty.rpm is not None
    believed: set[tuple[int, float]] = set()
    beat.start()
    while faulty.elapsed() < plan.faults[-1].end + 1.0:
        qtbot.wait(50)
        state = faulty.rpm.portfolio_state
        believed.add((len(state.open_positions), round(state.total_capital)))
    qtbot.waitUntil(lambda: watch.connected(2), timeout=60_000)
    print(f"window under {count} faults, seed {seed}: {beat.stop()}")
    assert watch.snapshot is not None
    pool = watch.snapshot.pool
    print(
        f"{pool.connections} connections, {pool.host_restarts} hosts replaced, {pool.attempts} attempts, "
        f"{pool.ticks_total} ticks, kept off the board: {pool.bad_ticks}"
    )
    print(f"positions and capital that the risk manager believed in: {sorted(believed)}")
    application.window.close()
    assert pool.state is ConnectionState.CONNECTED
    assert len(believed) == 1


@pytest.mark.timeout(600)
def test_a_storm_of_faults_loses_no_tick_and_gives_none_twice(tmp_path: Path) -> None:
    """Prints how many ticks were given out for each symbol; they are the terminal's, each once."""
    count, seed = chosen()
    plan = storm(count, seed, 3.0)
    trial = Trial(plan, SimulationSpec(store=tmp_path / "books.sqlite3", demo_positions=False))
    trial.pool.start_tick_collection()
    try:
        trial.until_elapsed(plan.faults[-1].end + 1.0)
        trial.until_sound()
        for symbol in SYMBOLS:
            trial.until_balanced(symbol)
        given = {symbol: sum(trial.ledger(symbol)[0].values()) for symbol in SYMBOLS}
        stats = trial.pool.stats()
        searches = stats.calls["FindClockShift"].count
        print(f"\n{count} faults, seed {seed}: {given} ticks given out, none lost, none twice")
        print(f"{stats.connections} connections, {searches} searches for a moved clock, kept out: {stats.bad_ticks}")
    finally:
        trial.pool.stop()
