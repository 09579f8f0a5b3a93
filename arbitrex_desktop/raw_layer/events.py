# SPDX-License-Identifier: MIT
"""What the pool reports to its listeners; all frozen, times in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from arbitrex_desktop.raw_layer.views import ConnectionState


class Trigger(StrEnum):
    """What happens to a connection."""

    ATTEMPT = "ATTEMPT"
    INITIALIZED = "INITIALIZED"
    RECONCILED = "RECONCILED"
    FAILED = "FAILED"
    WENT_STALE = "WENT_STALE"
    RECOVERED = "RECOVERED"
    NO_ANSWER = "NO_ANSWER"
    DROPPED = "DROPPED"
    OTHER_ACCOUNT = "OTHER_ACCOUNT"
    STOP = "STOP"


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The connection went from one state to another; `at` in UTC, `seconds_before`, how long the old one lasted."""

    before: ConnectionState
    after: ConnectionState
    trigger: Trigger
    reason: str
    at: datetime
    seconds_before: float


@dataclass(frozen=True, slots=True)
class SymbolsMissing:
    """The broker does not have some of the symbols that were asked for; the reason by symbol."""

    session: str
    reasons: dict[str, str]
    at: datetime


@dataclass(frozen=True, slots=True)
class OffsetChanged:
    """The broker's clock offset was measured, or has changed (daylight saving); server time minus UTC."""

    seconds: int
    at: datetime


PoolEvent = StateChanged | SymbolsMissing | OffsetChanged
