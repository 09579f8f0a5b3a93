# SPDX-License-Identifier: MIT
"""Random sequences of faults, from a seed."""

from __future__ import annotations

from random import Random

from msgspec.structs import replace

from arbitrex_desktop.mt5.fault_plan import Fault, FaultKind, FaultPlan

_KINDS = (
    FaultKind.HANG, FaultKind.CRASH, FaultKind.SLOW, FaultKind.IPC_LOST, FaultKind.BROKER_LINK_LOST,
    FaultKind.TIMEOUT, FaultKind.AUTH_FAILED, FaultKind.ACCOUNT_SWITCHED, FaultKind.SYMBOLS_VANISHED,
    FaultKind.FROZEN_TICKS, FaultKind.CRAZY_PRICES, FaultKind.DUPLICATED_TICKS, FaultKind.LATE_TICKS,
    FaultKind.CLOCK_JUMP,
)  # fmt: skip
_STRIKE_ONCE = frozenset({FaultKind.HANG, FaultKind.CRASH, FaultKind.SYMBOLS_VANISHED})
_SECONDS = {FaultKind.HANG: 60.0, FaultKind.SLOW: 0.05, FaultKind.LATE_TICKS: 0.2}
_JUMPS = (-3600.0, 3600.0, -2.5, 7.25)


def storm(count: int, seed: int, first_seconds: float, pace: float = 1.0) -> FaultPlan:
    """Return that many faults of a few tenths of a second each, one after the other, from `first_seconds` on.

    `pace` stretches the time between them; below 1 one begins before the other has ended.
    """
    random, faults, start = Random(seed), [], first_seconds
    for _ in range(count):
        kind = random.choice(_KINDS)
        fault = Fault(kind, start, 0.0 if kind in _STRIKE_ONCE else 0.3, value=random.choice(_JUMPS))
        faults.append(replace(fault, seconds=_SECONDS.get(kind, 0.0)))
        start += random.uniform(0.3, 0.9) * pace
    return FaultPlan(tuple(faults))
