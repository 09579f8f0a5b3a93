# SPDX-License-Identifier: MIT
"""Alerts as the window sees them: what is watched, how it stands, and what called."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from arbitrex_desktop.texts import N_


class AlertKind(StrEnum):
    """What an alert watches; the last four are always watched and cannot be taken away."""

    PRICE = N_("price")
    SPREAD = N_("spread")
    MARGIN = N_("margin level")
    DRAWDOWN = N_("drawdown")
    EQUITY = N_("equity")
    POSITION = N_("profit of positions")
    INTENT = N_("intent of a strategy")
    HALT = N_("HALT")
    UNKNOWN = N_("order of unknown fate")
    CONNECTION = N_("connection lost")
    DECISION = N_("a decision is needed")


ALWAYS: Final = (AlertKind.HALT, AlertKind.UNKNOWN, AlertKind.CONNECTION, AlertKind.DECISION)
"""What calls whatever is set, in quiet hours, too."""

OF_SYMBOL: Final = frozenset({AlertKind.PRICE, AlertKind.SPREAD})
"""Kinds that need a symbol; that of positions may have one."""


@dataclass(frozen=True, slots=True)
class AlertRule:
    """What the trader wants to be called for.

    Attributes:
        rule_id: its id
        kind: what is watched
        symbol: whose price, spread or positions; empty for all positions
        above: whether it calls when the value rises to the level, or when it falls to it
        level: price (bid), points, percent or account currency, as the kind has it
        back: by how much the value has to go back before it can call again, in the level's unit
        strategy: whose intents
        note: the trader's own words, told with the call
        once: whether it is switched off by its first call
        is_on: whether it is watched
        wakes: whether it calls in quiet hours, too
        created_at: UTC moment; what was there before is no news
        digits: decimals of the level
    """

    rule_id: str
    kind: AlertKind
    symbol: str = ""
    above: bool = True
    level: float = 0.0
    back: float = 0.0
    strategy: str = ""
    note: str = ""
    once: bool = False
    is_on: bool = True
    wakes: bool = False
    created_at: datetime | None = None
    digits: int = 2

    @property
    def is_permanent(self) -> bool:
        """Whether it is always watched."""
        return self.kind in ALWAYS


@dataclass(frozen=True, slots=True)
class AlertRow:
    """A rule and how it stands: `value` now, None where it is not known; `snoozed_until`, UTC, None when it is not."""

    rule: AlertRule
    is_raised: bool = False
    value: float | None = None
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertCall:
    """One call: its number, when, UTC, and what for.

    Numbers count up from 1; those of earlier runs are below.  `is_quiet`: shown only, since the hours are quiet.
    `reason`: why trading was halted, of a call for that.
    """

    number: int
    at: datetime
    kind: AlertKind
    text: str
    is_quiet: bool = False
    reason: str = ""

    @property
    def is_urgent(self) -> bool:
        """Whether it is one of those that always call."""
        return self.kind in ALWAYS


@dataclass(frozen=True, slots=True)
class AlertWays:
    """How the trader is called; Telegram and webhook are off until set up, and their secrets are kept elsewhere.

    Attributes:
        sound, balloon, flash: what this computer does
        quiet_from, quiet_to: local time as HH:MM between which only what is urgent calls; empty for never
        telegram, chat: whether a bot writes to a chat, and its id
        webhook: whether an address is told
    """

    sound: bool = True
    balloon: bool = True
    flash: bool = True
    quiet_from: str = ""
    quiet_to: str = ""
    telegram: bool = False
    chat: str = ""
    webhook: bool = False


@dataclass(frozen=True, slots=True)
class AlertsView:
    """All alerts: the rules as they stand, the latest calls newest first, and the ways out.

    `trouble` says what could not be sent or kept, empty when all is well.
    """

    rows: tuple[AlertRow, ...] = ()
    calls: tuple[AlertCall, ...] = ()
    ways: AlertWays = field(default_factory=AlertWays)
    trouble: str = ""
