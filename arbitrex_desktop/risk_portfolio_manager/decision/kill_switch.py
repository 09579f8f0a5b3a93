# SPDX-License-Identifier: MIT
"""A kill switch that is set."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class SwitchLevel(StrEnum):
    """What a kill switch covers."""

    GLOBAL = "GLOBAL"
    SYMBOL = "SYMBOL"
    STRATEGY = "STRATEGY"


class SwitchAction(StrEnum):
    """THROTTLE: one intent per interval. SUSPEND and SHUTDOWN: reducing only, the latter for good."""

    THROTTLE = "THROTTLE"
    SUSPEND = "SUSPEND"
    SHUTDOWN = "SHUTDOWN"


class KillSwitch(msgspec.Struct, frozen=True):
    """One switch that is set; `name` is the symbol or strategy, empty for everything; `since` in UTC.

    `until_resumed`, whether resuming trading manually lifts it: a limit has set it.
    """

    level: SwitchLevel
    name: str
    action: SwitchAction
    reason: str
    since: datetime
    until_resumed: bool = False

    @property
    def message(self) -> str:
        """Return what it is and why, in one phrase."""
        over = f"{self.level.lower()} {self.name}" if self.name else "everything"
        return f"{self.action} of {over}: {self.reason}"


def scopes_of(symbol: str, strategy_id: str | None) -> tuple[tuple[SwitchLevel, str], ...]:
    """Return what a switch may be set on that bears on a symbol and a strategy, the widest first."""
    return ((SwitchLevel.GLOBAL, ""), (SwitchLevel.SYMBOL, symbol), (SwitchLevel.STRATEGY, strategy_id or ""))
