# SPDX-License-Identifier: MIT
"""Building a simulated terminal from its specification, in the process that is to hold it."""

from __future__ import annotations

from dataclasses import dataclass

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.simulator.market import GeneratedMarket
from arbitrex_desktop.mt5.simulator.module import SimulatedMetaTrader5
from arbitrex_desktop.mt5.simulator.sim_clock import SimClock
from arbitrex_desktop.mt5.simulator.spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.store import BookStore, NoStore, SqliteStore
from arbitrex_desktop.mt5.simulator.terminal import SimulatedTerminal
from arbitrex_desktop.mt5.simulator.terminal_core import TerminalParts
from arbitrex_desktop.mt5.simulator.trading_calendar import demo_start


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulated terminal and the module that is connected to it; both are for one thread."""

    module: SimulatedMetaTrader5
    terminal: SimulatedTerminal


def build_simulation(spec: SimulationSpec, clock: Clock) -> Simulation:
    """Return a simulated terminal with its account opened or taken up again from `spec.store`.

    Raises `ReplayError` for replay files that cannot be used, `StoreError` for a store that cannot be opened and
    ValueError for an unknown server clock.
    """
    epoch = spec.epoch or clock.now()
    feed = GeneratedMarket(spec.seed)
    sim_clock = SimClock(clock, epoch, demo_start(epoch), spec.speed)
    terminal = SimulatedTerminal(
        TerminalParts(spec=spec, feed=feed, store=_store(spec), sim_clock=sim_clock, wall_clock=clock)
    )
    terminal.open_account()
    return Simulation(module=SimulatedMetaTrader5(terminal), terminal=terminal)


def _store(spec: SimulationSpec) -> BookStore:
    if spec.store is None:
        return NoStore()
    kind = "hedging" if spec.hedging else "netting"
    return SqliteStore(spec.store, f"{spec.server}/{spec.login}/{spec.currency}/{kind}/{spec.seed}")
