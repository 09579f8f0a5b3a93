# SPDX-License-Identifier: MIT
"""Steering a replay while it plays: speed, pause, one tick further, a later moment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from arbitrex_desktop.mt5.commands import Command, ReplayStatus
from arbitrex_desktop.mt5.constants import ResultCode
from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.module import MetaTrader5Module


class ReplayStep(StrEnum):
    """A single move of a replay."""

    TICK = "tick"
    END = "end"


@dataclass(frozen=True)
class SteerReplay(Command[ReplayStatus]):
    """Change how a replay goes on; what is left out stays as it is.  The answer is how it stands then.

    Time goes forward only, since what happened on the account cannot be undone: who wants to see something again
    starts the replay again, from a date.  The host answers it, not its module.

    Attributes:
        speed: market seconds per second; 0 pauses
        to_msc: a later moment to jump to, UTC milliseconds; all ticks on the way have their effect
        step: on to the next tick of any symbol, or to the last one of all
    """

    speed: float | None = None
    to_msc: int | None = None
    step: ReplayStep | None = None

    def run(self, module: MetaTrader5Module) -> ReplayStatus:
        """Refuse: a module has no replay."""
        del module
        raise CallFailed("steering the replay", ResultCode.E_UNSUPPORTED, "nothing is replayed")
