# SPDX-License-Identifier: MIT
"""The pool against a terminal that misbehaves in every way it can, in a real host process."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from arbitrex_desktop.mt5.fault_plan import Fault, FaultKind, FaultPlan
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.raw_layer.views import ConnectionState as S
from tests.raw_layer.storm import storm
from tests.raw_layer.trial import SYMBOLS, Trial

pytestmark = pytest.mark.slow

DURATION = 1.0
STARTS = (1.2, 5.0, 15.0)
"""Seconds after which a fault begins; the later ones are for a machine that is busy with other things."""

STRIKES: dict[str, tuple[Fault, S | None]] = {
    "hang of a minute": (Fault(FaultKind.HANG, seconds=60.0), S.UNRESPONSIVE),
    "crash": (Fault(FaultKind.CRASH), S.LOST),
    "slow calls": (Fault(FaultKind.SLOW, duration=DURATION, seconds=0.02), None),
    "pipe lost": (Fault(FaultKind.IPC_LOST, duration=DURATION), S.LOST),
    "pipe lost while sending": (Fault(FaultKind.IPC_LOST, duration=DURATION, code=-10001), S.LOST),
    "broker lost": (Fault(FaultKind.BROKER_LINK_LOST, duration=DURATION), S.STALE),
    "account switched": (Fault(FaultKind.ACCOUNT_SWITCHED, duration=DURATION), S.WRONG_ACCOUNT),
    "symbols vanished": (Fault(FaultKind.SYMBOLS_VANISHED), None),
    "frozen ticks": (Fault(FaultKind.FROZEN_TICKS, duration=DURATION), None),
    "crazy prices": (Fault(FaultKind.CRAZY_PRICES, duration=DURATION), None),
    "duplicated ticks": (Fault(FaultKind.DUPLICATED_TICKS, duration=DURATION), None),
    "late ticks": (Fault(FaultKind.LATE_TICKS, duration=DURATION, seconds=0.3), None),
    "clock an hour ahead": (Fault(FaultKind.CLOCK_JUMP, duration=DURATION, value=3600.0), None),
    "clock an hour back": (Fault(FaultKind.CLOCK_JUMP, duration=DURATION, value=-3600.0), None),
    "clock seconds ahead": (Fault(FaultKind.CLOCK_JUMP, duration=DURATION, value=7.25), None),
    "clock seconds back": (Fault(FaultKind.CLOCK_JUMP, duration=DURATION, value=-2.5), None),
}


@pytest.fixture
def trials() -> Iterator[list[Trial]]:
    """Give a list of trials that are stopped at the end."""
    trials: list[Trial] = []
    yield trials
    for trial in trials:
        trial.pool.stop()


def run(trials: list[Trial], fault: Fault) -> tuple[Trial, float]:
    """Start a pool that follows all its symbols before the fault begins; return it and the end of the fault."""
    for start in STARTS:
        struck = replace(fault, start=start)
        trial = Trial(FaultPlan((struck,)))
        trials.append(trial)
        trial.pool.start_tick_collection()
        trial.until(lambda trial=trial: trial.pool.stats().symbols_with_ticks == len(SYMBOLS))  # type: ignore[misc]  # bound now
        if trial.elapsed() < start:
            return trial, struck.end
        trial.pool.stop()
    pytest.fail("this machine is too busy to start a host within 15 s")


@pytest.mark.parametrize(("fault", "state"), STRIKES.values(), ids=list(STRIKES))
def test_each_fault_is_seen_survived_and_costs_no_tick(trials: list[Trial], fault: Fault, state: S | None) -> None:
    """The fault shows in the state, the pool is CONNECTED after it, no tick is lost and none comes twice."""
    trial, end = run(trials, fault)
    trial.until_elapsed(end + 0.2)
    trial.until_sound()
    if state is not None:
        assert state in trial.states
    for symbol in SYMBOLS:
        trial.until_balanced(symbol)


@pytest.mark.parametrize(
    ("kind", "words"),
    [(FaultKind.AUTH_FAILED, "-6"), (FaultKind.TIMEOUT, "-10005"), (FaultKind.INITIALIZE_BLOCKS, "no answer")],
)
def test_a_failing_initialize_is_told_and_tried_again(trials: list[Trial], kind: FaultKind, words: str) -> None:
    """One attempt at a time, its failure in words, and CONNECTED once the terminal lets us in."""
    trial = Trial(FaultPlan((Fault(kind, 0.0, 3.0, seconds=60.0),)))
    trials.append(trial)
    trial.pool.start_tick_collection()
    assert words in trial.pool.stats().last_error
    trial.until_sound()
    stats = trial.pool.stats()
    assert stats.attempts == stats.initialize_calls
    assert stats.connections == 1


def test_faults_in_any_order_cost_no_tick_and_give_none_twice(trials: list[Trial], tmp_path: Path) -> None:
    """Twenty faults from a seed, one into the other; the benchmarks have the storm of two hundred."""
    plan = storm(20, seed=5, first_seconds=2.0, pace=0.5)
    trial = Trial(plan, SimulationSpec(store=tmp_path / "books.sqlite3", demo_positions=False))
    trials.append(trial)
    trial.pool.start_tick_collection()
    trial.until_elapsed(plan.faults[-1].end + 1.0)
    trial.until_sound()
    for symbol in SYMBOLS:
        trial.until_balanced(symbol)
    assert {fault.kind for fault in plan.faults} >= {FaultKind.CLOCK_JUMP, FaultKind.CRASH, FaultKind.LATE_TICKS}


def test_frozen_ticks_grow_old(trials: list[Trial]) -> None:
    """A feed that stands still while the line lives shows in the quotes' age, which nothing makes young again."""
    trial, _ = run(trials, Fault(FaultKind.FROZEN_TICKS, duration=math.inf))
    trial.until_elapsed(STARTS[len(trials) - 1] + 0.3)
    trial.until_sound()
    frozen, quote = trial.pool.stats().ticks_total, trial.pool.quote("EURUSD")
    trial.until_sound()
    assert trial.pool.stats().ticks_total == frozen
    assert trial.pool.quote("EURUSD") is quote
