# SPDX-License-Identifier: MIT
"""Building a simulated terminal from its specification, in the process that is to hold it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import cast

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.commands import ReplayStatus
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.broker.store import BookStore, NoBookStore, SqliteStore
from arbitrex_desktop.mt5.simulator.faults.fault_injector import FaultyTerminal
from arbitrex_desktop.mt5.simulator.faults.hazards import Hazards, RealHazards
from arbitrex_desktop.mt5.simulator.market.market import GeneratedMarket
from arbitrex_desktop.mt5.simulator.market.market_feed import MarketFeed
from arbitrex_desktop.mt5.simulator.market.server_clock import SimulatedServerClock
from arbitrex_desktop.mt5.simulator.market.sim_clock import SimClock
from arbitrex_desktop.mt5.simulator.market.trading_calendar import demo_start
from arbitrex_desktop.mt5.simulator.module.backend import TerminalBackend
from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5
from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError
from arbitrex_desktop.mt5.simulator.replay.replay import Progress, ReplayMarket, load_replay, no_progress
from arbitrex_desktop.mt5.simulator.terminal import SimulatedTerminal
from arbitrex_desktop.mt5.simulator.terminal_core import TerminalParts


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulated terminal and the module that is connected to it; both are for one thread."""

    module: SimulatedMetaTrader5
    terminal: SimulatedTerminal
    sim_clock: SimClock
    began_msc: int
    replay: ReplayMarket | None = None

    def market_time_msc(self) -> int:
        """Return the simulated present, UTC milliseconds."""
        return self.terminal.market_time_msc()

    def server_time_msc(self) -> int:
        """Return the same on the broker's server clock."""
        return self.terminal.server_time_msc()

    def replay_status(self) -> ReplayStatus | None:
        """Return how the replay stands, None of a generated market."""
        replay = self.replay
        if replay is None:
            return None
        return ReplayStatus(
            first_msc=replay.first_msc,
            last_msc=replay.last_msc,
            position_msc=self.terminal.market_time_msc(),
            speed=self.sim_clock.speed,
            began_msc=self.terminal.time.shown(self.began_msc),
            share_read=replay.share_read,
            notes=replay.notes,
        )

    def steer(self, *, speed: float | None, to_msc: int | None, step: str | None) -> None:
        """Let the replay go on at another speed, or from a later moment: one given, the next tick's, or the end's.

        Raises ValueError where nothing is replayed, for a speed that is none, and for a moment that has passed.
        """
        if self.replay is None:
            raise ValueError("nothing is replayed")
        if speed is not None and not 0.0 <= speed < inf:
            raise ValueError(f"expected a speed of 0 or more, found {speed!r}")
        now = self.terminal.market_time_msc()
        target = now if to_msc is None else min(to_msc, self.replay.last_msc)
        if target < now:
            raise ValueError("expected a later moment; to go back, start the replay again from a date")
        if step is not None:
            target = self.replay.last_msc if step == "end" else self.replay.next_tick_msc(now)
        self.sim_clock.steer(self.sim_clock.speed if speed is None else speed, max(target, now))

    def idle(self) -> None:
        """Use a moment in which nothing is asked: read on in files that are too large to be read at the start."""
        if self.replay is not None:
            self.replay.read_ahead()

    def close(self) -> None:
        """Let go of the books' file; the simulation is of no use afterwards."""
        self.terminal.close()


def build_simulation(
    spec: SimulationSpec, clock: Clock, hazards: Hazards | None = None, *, report: Progress = no_progress
) -> Simulation:
    """Return a simulated terminal with its account opened or taken up again from `spec.store`.

    Raises `ReplayError` for replay files that cannot be used, `StoreError` for a store that cannot be opened and
    ValueError for an unknown server clock.  `hazards` is what faults may do to the process, the real thing by default;
    `report` hears how many of a replay's files are open.
    """
    epoch = spec.epoch or clock.now()
    feed, start = _market(spec, epoch, report)
    sim_clock = SimClock(clock, epoch, start, spec.speed)
    terminal = SimulatedTerminal(
        TerminalParts(spec=spec, feed=feed, store=_store(spec, epoch), sim_clock=sim_clock, wall_clock=clock)
    )
    terminal.open_account()
    module = SimulatedMetaTrader5(_backend(terminal, hazards or RealHazards()))
    return Simulation(
        module=module,
        terminal=terminal,
        sim_clock=sim_clock,
        began_msc=round(start.timestamp() * 1000),
        replay=feed if isinstance(feed, ReplayMarket) else None,
    )


def _backend(terminal: SimulatedTerminal, hazards: Hazards) -> TerminalBackend:
    """Return the terminal, behind what goes wrong if anything is to."""
    if terminal.spec.faults is None:
        return terminal
    return cast("TerminalBackend", FaultyTerminal(terminal, terminal.spec.faults, hazards))


def _market(spec: SimulationSpec, epoch: datetime, report: Progress) -> tuple[MarketFeed, datetime]:
    """Return the market, and its time at the epoch: a replay's first tick, or a moment of the trading week."""
    if not spec.replay:
        market = GeneratedMarket(spec.seed, realistic=spec.realistic, named=spec.named, more=spec.more_symbols)
        return market, spec.begins or demo_start(epoch, lambda moment: market.is_open(spec.named("EURUSD"), moment))
    clock = SimulatedServerClock(spec.server_clock)
    replay = load_replay(spec.replay, clock, strict=spec.strict, report=report)
    first = replay.first_msc
    if spec.replay_from is not None:
        chosen = clock.to_utc(round(spec.replay_from.replace(tzinfo=UTC).timestamp() * 1000))
        if not first <= chosen < replay.last_msc:
            given = f"{spec.replay_from:%Y-%m-%d %H:%M}"
            raise ReplayError(f"expected a date within the files to replay from, found {given}")
        first = chosen
    return replay, datetime.fromtimestamp(first / 1000, tz=UTC)


def _store(spec: SimulationSpec, epoch: datetime) -> BookStore:
    """Return where the account's books are kept; each play of a replay has an account of its own."""
    if spec.store is None:
        return NoBookStore()
    kind = "hedging" if spec.hedging else "netting"
    market = f"replay {epoch.isoformat()}" if spec.replay else f"seed {spec.seed}"
    return SqliteStore(spec.store, f"{spec.server}/{spec.login}/{spec.currency}/{kind}/{market}")
