# SPDX-License-Identifier: MIT
"""What the Risk & Portfolio Manager and the desk need of a pool, and all they may use.

`MT5ConnectionPool` implements it; tests use `tests.fakes.pool.FakePool`.  Methods marked *asks* make a round trip
to the terminal, block for its length and raise `PoolUnavailable` or `MT5Error`; the others answer at once from
memory.  All may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from arbitrex_desktop.mt5.commands import History
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.results import OrderCheckResult, OrderSendResult, SymbolInfo
from arbitrex_desktop.mt5.transport import Permit
from arbitrex_desktop.raw_layer.server_zone import ServerZone
from arbitrex_desktop.raw_layer.views import AccountMode, AccountReading, PoolStats, Quote


class PoolReader(Protocol):
    """The pool as the layers above see it."""

    def is_connected(self) -> bool:
        """Return whether the state is CONNECTED: account verified, symbols selected, polls answered in time."""

    @property
    def mode(self) -> AccountMode | None:
        """Return what is at stake on the connected account; None before the first connection."""

    def quote(self, symbol: str) -> Quote | None:
        """Return the last good tick of a symbol, None when there was none."""

    def resolve(self, name: str) -> str:
        """Return the broker's symbol that a name means, exactly or in plain words (`EURUSD` for `EURUSDm`).

        Raises `UnknownSymbol`, with the candidates in its text, where it means none or several.
        """

    def symbol_info(self, symbol: str) -> SymbolInfo | None:
        """Return a symbol's properties as last read (at most a minute ago), None for one that is not selected."""

    def margin_per_lot(self, symbol: str, direction: int) -> float | None:
        """Return the margin of one lot bought (1) or sold (-1) in account currency, None when not known.

        The terminal's own `order_calc_margin`, asked once a minute in the background, so that no decision waits.
        """

    def latest_account(self) -> AccountReading | None:
        """Return the newest reading of the account that a poll brought, None before the first."""

    def read_account(self) -> AccountReading:
        """Read account, positions and pending orders afresh (asks)."""

    def read_history(self, since: datetime, until: datetime) -> History:
        """Read history orders and deals between two moments in UTC, with times left on the server clock (asks)."""

    def read_rates(self, symbol: str, timeframe: int, count: int, start: int = 0) -> Rows:
        """Read the last bars but `start` of a symbol, oldest first, dtype `RATE_DTYPE`, server clock (asks)."""

    def check_order(self, request: Mapping[str, Any]) -> OrderCheckResult:
        """Ask the terminal what the account would look like after a request (asks)."""

    def send_order(self, request: Mapping[str, Any], permit: Permit | None = None) -> OrderSendResult:
        """Send a trade request, once (asks); after a `HostError` its fate is unknown and must be reconciled.

        The request may wait for its turn behind other calls.  `permit`, called when it has come, raises unless the
        request may still leave; that is passed on, and nothing was sent.
        """

    def server_time_to_utc(self, seconds: float) -> datetime:
        """Convert a time of the server clock, seconds since 1970, to UTC, in whatever season it was."""

    @property
    def server_zone(self) -> ServerZone:
        """How the server clock is set over the year, as far as that is known."""

    def learn_summer_time(self) -> None:
        """Find out whose summer time the server clock follows, once a connection (asks)."""

    def market_now(self) -> datetime:
        """Return the present in market time, UTC: the real clock, or the simulated terminal's own."""

    def stats(self) -> PoolStats:
        """Return the pool's figures."""
