# SPDX-License-Identifier: MIT
"""A kill switch that is set."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.texts import N_


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


_OF: Final = {
    SwitchLevel.GLOBAL: N_("{action} of global {name}: {reason}"),
    SwitchLevel.SYMBOL: N_("{action} of symbol {name}: {reason}"),
    SwitchLevel.STRATEGY: N_("{action} of strategy {name}: {reason}"),
}
_OF_EVERYTHING: Final = N_("{action} of everything: {reason}")


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
        return str(self.phrase)

    @property
    def phrase(self) -> Phrase:
        """Return the same, to be said in any language."""
        form = _OF[self.level] if self.name else _OF_EVERYTHING
        reason = Phrase(self.reason)
        return Phrase(form, {"action": Phrase(self.action.value), "name": self.name, "reason": reason})


def scopes_of(symbol: str, strategy_id: str | None) -> tuple[tuple[SwitchLevel, str], ...]:
    """Return what a switch may be set on that bears on a symbol and a strategy, the widest first."""
    return ((SwitchLevel.GLOBAL, ""), (SwitchLevel.SYMBOL, symbol), (SwitchLevel.STRATEGY, strategy_id or ""))
