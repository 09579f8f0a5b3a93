# SPDX-License-Identifier: MIT
"""What the pool tells its listeners, besides `connection.StateChanged`; all frozen, times in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from arbitrex_desktop.raw_layer.connection.state_machine import StateChanged


@dataclass(frozen=True, slots=True)
class SymbolsMissing:
    """The broker does not have some of the symbols that were asked for; reason in words by symbol."""

    session: str
    reasons: dict[str, str]
    at: datetime


@dataclass(frozen=True, slots=True)
class OffsetChanged:
    """The broker's clock offset was measured, or has changed (daylight saving); server time minus UTC."""

    seconds: int
    at: datetime


PoolEvent = StateChanged | SymbolsMissing | OffsetChanged
