# SPDX-License-Identifier: MIT
"""The pool against a terminal that misbehaves in every way it can, in a real host process."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from arbitrex_desktop.mt5.simulator.faults import Fault, FaultKind, FaultPlan
from arbitrex_desktop.raw_layer.views import ConnectionState as S
from tests.raw_layer.trial import SYMBOLS, Trial

START, DURATION = 1.2, 1.0
STRIKES: dict[str, tuple[Fault, S | None]] = {
    "hang of a minute": (Fault(FaultKind.HANG, START, seconds=60.0), S.UNRESPONSIVE),
    "crash": (Fault(FaultKind.CRASH, START), S.LOST),
    "slow calls": (Fault(FaultKind.SLOW, START, DURATION, seconds=0.02), None),
    "pipe lost": (Fault(FaultKind.IPC_LOST, START, DURATION), S.LOST),
    "pipe lost while sending": (Fault(FaultKind.IPC_LOST, START, DURATION, code=-10001), S.LOST),
    "broker lost": (Fault(FaultKind.BROKER_LINK_LOST, START, DURATION), S.STALE),
    "account switched": (Fault(FaultKind.ACCOUNT_SWITCHED, START, DURATION), S.WRONG_ACCOUNT),
    "symbols vanished": (Fault(FaultKind.SYMBOLS_VANISHED, START), None),
    "frozen ticks": (Fault(FaultKind.FROZEN_TICKS, START, DURATION), None),
    "crazy prices": (Fault(FaultKind.CRAZY_PRICES, START, DURATION), None),
    "duplicated ticks": (Fault(FaultKind.DUPLICATED_TICKS, START, DURATION), None),
    "late ticks": (Fault(FaultKind.LATE_TICKS, START, DURATION, seconds=0.3), None),
    "clock an hour ahead": (Fault(FaultKind.CLOCK_JUMP, START, DURATION, value=3600.0), None),
    "clock an hour back": (Fault(FaultKind.CLOCK_JUMP, START, DURATION, value=-3600.0), None),
}


@pytest.fixture
def trial(request: pytest.FixtureRequest) -> Iterator[Trial]:
    """Give a running pool under the faults of the test's parameter."""
    trial = Trial(FaultPlan(request.param))
    trial.pool.start_tick_collection()
    yield trial
    trial.pool.stop()


@pytest.mark.parametrize(
    ("trial", "state", "end"),
    [((fault,), state, fault.end) for fault, state in STRIKES.values()],
    indirect=["trial"],
    ids=list(STRIKES),
)
def test_each_fault_is_seen_survived_and_costs_no_tick(trial: Trial, state: S | None, end: float) -> None:
    """The fault shows in the state, the pool is CONNECTED after it, no tick is lost and none comes twice."""
    trial.until_elapsed(end + 0.2)
    trial.until_sound()
    if state is not None:
        assert state in trial.states
    for symbol in SYMBOLS:
        trial.until_balanced(symbol)


@pytest.mark.parametrize(
    ("trial", "words"),
    [
        ((Fault(FaultKind.AUTH_FAILED, 0.0, 1.0),), "-6"),
        ((Fault(FaultKind.TIMEOUT, 0.0, 1.0),), "-10005"),
        ((Fault(FaultKind.INITIALIZE_BLOCKS, 0.0, 1.5, seconds=60.0),), "no answer"),
    ],
    indirect=["trial"],
    ids=["authorisation failed", "time-out", "initialize blocks"],
)
def test_a_failing_initialize_is_told_and_tried_again(trial: Trial, words: str) -> None:
    """One attempt at a time, its failure in words, and CONNECTED once the terminal lets us in."""
    assert words in trial.pool.stats().last_error
    trial.until_sound()
    stats = trial.pool.stats()
    assert stats.attempts == stats.initialize_calls
    assert stats.connections == 1


@pytest.mark.parametrize("trial", [(Fault(FaultKind.FROZEN_TICKS, 0.8, math.inf),)], indirect=True)
def test_frozen_ticks_grow_old(trial: Trial) -> None:
    """A feed that stands still while the line lives shows in the quotes' age, which nothing makes young again."""
    trial.until_sound()
    trial.until_elapsed(1.5)
    frozen = trial.pool.stats().ticks_total
    quote = trial.pool.quote("EURUSD")
    trial.until_elapsed(2.2)
    assert trial.pool.stats().ticks_total == frozen
    assert trial.pool.quote("EURUSD") is quote
