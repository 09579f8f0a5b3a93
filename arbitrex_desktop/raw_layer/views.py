# SPDX-License-Identifier: MIT
"""What the pool shows of the market and the account: frozen values, times in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from arbitrex_desktop.mt5.results import AccountInfo, TradeOrder, TradePosition


class ConnectionState(StrEnum):
    """Where the one connection stands; see `connection.TRANSITIONS` for what may follow what."""

    DISCONNECTED = "DISCONNECTED"
    CONNECTING = "CONNECTING"
    CONNECTED = "CONNECTED"
    STALE = "STALE"
    UNRESPONSIVE = "UNRESPONSIVE"
    LOST = "LOST"
    WRONG_ACCOUNT = "WRONG_ACCOUNT"
    RECONNECTING = "RECONNECTING"
    RECONCILING = "RECONCILING"
    STOPPED = "STOPPED"


class AccountMode(StrEnum):
    """What is at stake: nothing real (SIMULATED), a broker's demo or contest money (DEMO), or real money (LIVE)."""

    SIMULATED = "SIMULATED"
    DEMO = "DEMO"
    LIVE = "LIVE"


@dataclass(frozen=True, slots=True)
class Quote:
    """The last good tick of a symbol.

    Attributes:
        bid, ask, last: prices in quote currency
        time: the tick's moment in UTC
        received: monotonic seconds at which this computer saw it
        direction: +1 or -1 as the bid last moved up or down, 0 before it moved
        ticks: how many ticks of this symbol have arrived
        age_at_receipt: how old the tick was then, in seconds of market time
    """

    symbol: str
    bid: float
    ask: float
    last: float
    time: datetime
    received: float
    direction: int
    ticks: int
    age_at_receipt: float = 0.0

    @property
    def mid(self) -> float:
        """Return the middle of bid and ask."""
        return (self.bid + self.ask) / 2.0

    @property
    def spread(self) -> float:
        """Return ask minus bid, in price units."""
        return self.ask - self.bid

    def age(self, monotonic_now: float) -> float:
        """Return the quote's age in seconds at a moment of the monotonic clock."""
        return self.age_at_receipt + max(0.0, monotonic_now - self.received)


@dataclass(frozen=True, slots=True)
class AccountReading:
    """Account, positions and pending orders as one fresh reading; `observed_at` in UTC, `monotonic` in seconds."""

    account: AccountInfo
    positions: tuple[TradePosition, ...]
    orders: tuple[TradeOrder, ...]
    observed_at: datetime
    monotonic: float


@dataclass(frozen=True, slots=True)
class CallStats:
    """How often a kind of call was made, and its round trip in milliseconds over the latest thousand."""

    count: int
    failures: int
    p50_ms: float
    p99_ms: float
    max_ms: float


@dataclass(frozen=True, slots=True)
class PoolStats:
    """The pool's figures at one moment.

    Attributes:
        state: of the connection
        since: when it came to that state, UTC
        reason: why, in words
        session: the active session's name
        mode: SIMULATED, DEMO or LIVE, None before the first connection
        login, server, terminal: who we are connected to
        attempts: connection attempts made
        initialize_calls: calls of `initialize()` made
        connections: attempts that came to CONNECTED
        host_restarts: host processes replaced
        host_pid: process id of the host, None without one
        symbols: the selected ones
        missing_symbols: reason in words by symbol
        ticks_total: good ticks since the start
        ticks_per_second: rate over the last seconds
        symbols_with_ticks: how many symbols have had a tick
        bad_ticks: kept off the board, by cause
        gaps: polls whose ticks may be incomplete
        server_offset_seconds: broker clock minus UTC, None before it is measured
        last_error: the last failure in words
        last_poll_at: moment of the last answered poll, UTC
        market_open: whether the currency week is open in market time, so that old prices mean trouble
        calls: round-trip times by command
    """

    state: ConnectionState
    since: datetime
    reason: str
    session: str
    mode: AccountMode | None = None
    login: int | None = None
    server: str = ""
    terminal: str = ""
    attempts: int = 0
    initialize_calls: int = 0
    connections: int = 0
    host_restarts: int = 0
    host_pid: int | None = None
    symbols: tuple[str, ...] = ()
    missing_symbols: dict[str, str] = field(default_factory=dict)
    ticks_total: int = 0
    ticks_per_second: float = 0.0
    symbols_with_ticks: int = 0
    bad_ticks: dict[str, int] = field(default_factory=dict)
    gaps: int = 0
    server_offset_seconds: int | None = None
    last_error: str = ""
    last_poll_at: datetime | None = None
    market_open: bool = True
    calls: dict[str, CallStats] = field(default_factory=dict)
