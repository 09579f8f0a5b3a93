# SPDX-License-Identifier: MIT
"""What the pool shows of the market and the account: frozen values, times in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    # The window loads this module before its first paint, and those types take a twentieth of a second.
    from arbitrex_desktop.mt5.commands import ReplayStatus
    from arbitrex_desktop.mt5.results import AccountInfo, TradeOrder, TradePosition

NOTHING_WATCHED: Final = (
    "no symbol is watched: show symbols in Market Watch of the terminal (Ctrl+M), or name the broker's symbols in "
    "settings.toml as pool.symbols, and connect again"
)


class ConnectionState(StrEnum):
    """Where the one connection stands; see `connection.state_machine.TRANSITIONS` for what may follow what."""

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


class PricePace(StrEnum):
    """How often prices are asked for: as they come; all once a second; or so those that are needed, others seldom.

    Needed are those of what is held, or waits for its price, and whatever somebody has asked for lately.
    """

    LIVE = "LIVE"
    EACH_SECOND = "EACH_SECOND"
    NEEDED = "NEEDED"


@dataclass(frozen=True, slots=True)
class Quote:
    """The last good tick of a symbol.

    Attributes:
        symbol: its name
        bid, ask, last: in quote currency
        time: the tick's moment, UTC
        received: monotonic seconds at which this computer saw it
        direction: +1 or -1 as the bid last moved up or down, 0 before it moved
        ticks: how many ticks of this symbol have arrived
        age_at_receipt: how old the tick was when it arrived, in seconds of market time
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
    """Account, positions and pending orders as one fresh reading.

    Attributes:
        account, positions, orders: as the terminal has them
        observed_at: UTC
        monotonic: the same moment on this computer's monotonic clock, in seconds
        market_at: the same moment in market time, UTC: that of deals and bars, another day's on a simulated weekend;
            None where it is `observed_at`
    """

    account: AccountInfo
    positions: tuple[TradePosition, ...]
    orders: tuple[TradeOrder, ...]
    observed_at: datetime
    monotonic: float
    market_at: datetime | None = None

    @property
    def symbols(self) -> frozenset[str]:
        """Return the symbols of what is held and of what waits for its price."""
        held = frozenset(position.symbol for position in self.positions)
        return held | {order.symbol for order in self.orders}


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
        since: when it was entered, UTC
        reason: why, fit for the user
        session: the active session's name
        mode: what is at stake, None before the first connection
        login, server: the account connected to, None and empty before the first connection
        terminal: the terminal's program, `simulated` for the simulated one
        attempts: attempts to connect
        initialize_calls: those that came to `initialize()`
        connections: those that came to CONNECTED
        host_restarts: host processes that were replaced
        host_pid: the host's process, None when none runs
        symbols: the selected ones that the broker has
        missing_symbols: the reason, by symbol that was asked for and cannot be had
        resolved_symbols: the broker's symbol in words, by plain name that was asked for and that it lists otherwise
        ticks_total: good ticks so far
        ticks_per_second: over the last ten seconds
        symbols_with_ticks: how many symbols have had a good tick
        bad_ticks: ticks kept off the board, by cause
        gaps: polls whose ticks did not all fit, so that another followed at once
        server_offset_seconds: the broker's clock minus UTC, None before it is measured
        last_error: the last failure, fit for the user
        last_poll_at: when the account was last read, UTC
        listed: all symbols that the broker has; empty where the terminal cannot list them
        market_at: the present in market time, UTC: the real clock's, or that of a simulated terminal or a replay
        market_open: whether the currency week is open in market time, so that old prices mean trouble
        calls: round trips by command
        replay: how a replay stands, None where nothing is replayed
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
    resolved_symbols: dict[str, str] = field(default_factory=dict)
    ticks_total: int = 0
    ticks_per_second: float = 0.0
    symbols_with_ticks: int = 0
    bad_ticks: dict[str, int] = field(default_factory=dict)
    gaps: int = 0
    server_offset_seconds: int | None = None
    last_error: str = ""
    last_poll_at: datetime | None = None
    listed: tuple[str, ...] = ()
    market_at: datetime | None = None
    market_open: bool = True
    calls: dict[str, CallStats] = field(default_factory=dict)
    replay: ReplayStatus | None = None
