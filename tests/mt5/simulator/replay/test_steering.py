# SPDX-License-Identifier: MIT
"""A replay can be paused, hurried, stepped and moved on, and can begin at a date; nothing is skipped on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.commands import ReplayStatus
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.mt5.replay_control import ReplayStep
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import Simulation, build_simulation
from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError
from tests.fakes.clock import ManualClock

START = datetime(2024, 5, 15, 10, tzinfo=UTC)
FIRST = round(START.timestamp() * 1000)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of a falling price: a tick every ten seconds of an hour."""
    rows = []
    for number in range(361):
        moment, bid = START + timedelta(seconds=10 * number), 1.1 - number / 1e5
        rows.append(f"{moment:%Y.%m.%d\t%H:%M:%S}\t{bid:.5f}\t{bid + 0.0001:.5f}")
    path = tmp_path / "EURUSD.csv"
    path.write_text("<DATE>\t<TIME>\t<BID>\t<ASK>\n" + "\n".join(rows))
    return path


def played(file: Path, clock: ManualClock, **more: Any) -> Simulation:
    """Return a connected simulation of the file on a server whose clock is UTC."""
    simulation = build_simulation(SimulationSpec(replay=(file,), server_clock="UTC", **more), clock)
    assert simulation.module.initialize()
    return simulation


def status(simulation: Simulation) -> ReplayStatus:
    """Return how the replay stands."""
    found = simulation.replay_status()
    assert found is not None
    return found


def steer(
    simulation: Simulation, speed: float | None = None, to_msc: int | None = None, step: ReplayStep | None = None
) -> ReplayStatus:
    """Steer, and return how the replay then stands."""
    simulation.steer(speed=speed, to_msc=to_msc, step=step)
    return status(simulation)


def test_pause_and_speed_change_what_time_does_from_now_on(file: Path) -> None:
    """While it is paused no time passes; then it goes on where it was, at the new speed."""
    clock = ManualClock()
    simulation = played(file, clock)
    clock.advance(30)
    assert status(simulation).position_msc == FIRST + 30_000
    assert steer(simulation, speed=0.0).speed == 0.0
    clock.advance(1000)
    assert status(simulation).position_msc == FIRST + 30_000
    assert simulation.sim_clock.seconds_until(FIRST + 30_001) == float("inf")
    steer(simulation, speed=20.0)
    clock.advance(10)
    assert status(simulation).position_msc == FIRST + 230_000
    assert simulation.sim_clock.seconds_until(FIRST + 330_000) == pytest.approx(5.0)
    assert not status(simulation).ended


def test_a_step_is_the_next_tick(file: Path) -> None:
    """Paused, the replay goes from tick to tick, and stays at the last one."""
    simulation = played(file, ManualClock())
    steer(simulation, speed=0.0)
    module: Any = simulation.module
    for number in range(1, 4):
        assert steer(simulation, step=ReplayStep.TICK).position_msc == FIRST + 10_000 * number
        assert module.symbol_info_tick("EURUSD").bid == pytest.approx(1.1 - number / 1e5)
    assert steer(simulation, step=ReplayStep.END).ended
    assert steer(simulation, step=ReplayStep.TICK).position_msc == FIRST + 3_600_000


def test_what_lies_on_the_way_has_its_effect(file: Path) -> None:
    """A jump over the tick at which a stop is hit finds the position closed there, at that tick's price and time."""
    simulation = played(file, ManualClock())
    module: Any = simulation.module
    module.order_send({"action": 1, "symbol": "EURUSD", "volume": 0.1, "type": 0, "type_filling": 1, "sl": 1.0995})
    steer(simulation, to_msc=FIRST + 3_000_000)
    assert module.positions_get() == ()
    closing = module.history_deals_get(0, 2**31 - 1)[-1]
    assert (closing.price, closing.time_msc) == (1.0995, FIRST + 500_000)


@given(moves=st.lists(st.tuples(st.sampled_from([0.0, 1.0, 50.0]), st.integers(0, 400), st.integers(0, 60))))
@settings(max_examples=30, deadline=None)
def test_time_never_goes_back(tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[float, int, int]]) -> None:
    """However it is steered, the position only grows, and a moment before it is refused."""
    path = tmp_path_factory.mktemp("moves") / "EURUSD.csv"
    path.write_text("<DATE>\t<TIME>\t<BID>\t<ASK>\n2024.05.15\t10:00:00\t1.1\t1.2\n2024.05.15\t12:00:00\t1.1\t1.2\n")
    clock = ManualClock()
    simulation = played(path, clock)
    position = status(simulation).position_msc
    for speed, ahead, seconds in moves:
        now = steer(simulation, speed, position + ahead * 1000 if not status(simulation).ended else None).position_msc
        assert now >= position
        with pytest.raises(ValueError, match="expected a later moment"):
            simulation.steer(speed=None, to_msc=now - 1, step=None)
        clock.advance(seconds)
        position = status(simulation).position_msc
        assert position >= now


@pytest.mark.parametrize("speed", [-1.0, float("nan"), float("inf")])
def test_a_speed_is_a_number_of_zero_or_more(file: Path, speed: float) -> None:
    """What is no speed is refused, and nothing changes."""
    simulation = played(file, ManualClock())
    with pytest.raises(ValueError, match="expected a speed of 0 or more"):
        simulation.steer(speed=speed, to_msc=None, step=None)
    assert status(simulation).speed == 1.0


def test_only_a_replay_is_steered() -> None:
    """A generated market goes its own way."""
    simulation = build_simulation(SimulationSpec(demo_positions=False), ManualClock())
    assert simulation.replay_status() is None
    with pytest.raises(ValueError, match="nothing is replayed"):
        simulation.steer(speed=2.0, to_msc=None, step=None)


def test_a_replay_can_begin_at_a_date_and_has_its_past(file: Path) -> None:
    """From a date within the file on it plays; the bars before are there; a date outside is refused."""
    simulation = played(file, ManualClock(), replay_from=datetime(2024, 5, 15, 10, 30))  # noqa: DTZ001 - the server's
    assert status(simulation).position_msc == FIRST + 1_800_000
    assert status(simulation).began_msc == FIRST + 1_800_000
    bars = simulation.module.copy_rates_from_pos("EURUSD", int(Timeframe.M1), 0, 100)
    assert bars is not None
    assert len(bars) == 31
    with pytest.raises(ReplayError, match="expected a date within the files to replay from, found 2024-05-16 00:00"):
        played(file, ManualClock(), replay_from=datetime(2024, 5, 16))  # noqa: DTZ001 - the server's clock
