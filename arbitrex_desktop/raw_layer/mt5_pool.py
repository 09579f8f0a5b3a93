# SPDX-License-Identifier: MIT
"""`MT5ConnectionPool`: the owner of the only connection to the terminal."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Final, Self

from arbitrex_desktop.clock import Clock, SystemClock
from arbitrex_desktop.mt5.commands import CheckOrder, History, ReadAccount, ReplayStatus, SendOrder
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.mt5.host.client import HostProcess
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.replay_control import SteerReplay
from arbitrex_desktop.mt5.results import AccountKey, OrderCheckResult, OrderSendResult, SymbolInfo
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.transport import Permit
from arbitrex_desktop.raw_layer.config import TRADING_UNIVERSE
from arbitrex_desktop.raw_layer.connection.connection_loop import ConnectionLoop
from arbitrex_desktop.raw_layer.connection.connector import Wanted, WrongAccount
from arbitrex_desktop.raw_layer.connection.history_reader import HistoryReader
from arbitrex_desktop.raw_layer.connection.session_log import SessionLog
from arbitrex_desktop.raw_layer.connection.sessions import SessionConfig, parse_sessions
from arbitrex_desktop.raw_layer.connection.simulated_session import simulation_for
from arbitrex_desktop.raw_layer.connection.state_machine import ConnectionMachine
from arbitrex_desktop.raw_layer.connection.terminal_client import TerminalClient, TransportFactory
from arbitrex_desktop.raw_layer.errors import PoolError, PoolUnavailable
from arbitrex_desktop.raw_layer.events import PoolEvent, StateChanged, Trigger
from arbitrex_desktop.raw_layer.server_zone import ServerZone, bars_around, offset_in, rule_of, telling_weekends
from arbitrex_desktop.raw_layer.settings import PoolSettings
from arbitrex_desktop.raw_layer.symbols import SymbolChoice, is_called
from arbitrex_desktop.raw_layer.ticks.latest_quotes import LatestQuotes
from arbitrex_desktop.raw_layer.ticks.market_hours import market_is_open
from arbitrex_desktop.raw_layer.ticks.tick_pipeline import TickPipeline
from arbitrex_desktop.raw_layer.ticks.tick_sinks import TickSink
from arbitrex_desktop.raw_layer.views import AccountMode, AccountReading, ConnectionState, PoolStats, PricePace, Quote
from arbitrex_desktop.visible import Redactor

_STOP_PATIENCE = 2.0
_FIRST_CONNECT_SECONDS = 20.0
_log = logging.getLogger(__name__)


_SERVER_CLOCK_SYMBOL: Final = "EURUSD"
"""The pair by whose weeks the server clock is known over the year."""


class MT5ConnectionPool:
    """One connection to one terminal, shared by all that need it.

    `sessions` is an ordered fail-over list by name, each a dict of `terminal_path` ('simulated' for the simulated
    terminal), `login`, `password`, `server`; raises `SessionConfigError` when it cannot be used.  `symbols` are
    selected on every connection, by the broker's names or plain ones; when empty those of the settings, and without
    those the whole `TRADING_UNIVERSE` and what Market Watch shows; those that the broker lacks are reported
    and skipped.  `session_logs_dir` takes JSON lines of what happened, without secrets.

    The keyword-only rest is for composition and tests: `simulation`, what the simulated terminal is made of;
    `sinks`, takers of ticks; `settings`, times and sizes; `clock`, `randomness`, `transport_factory`, injected.

    All methods may be called from any thread.  Implements `PoolReader`.  Use `stop()`, or the pool as a context
    manager, to leave nothing running.
    """

    def __init__(
        self,
        sessions: Mapping[str, Mapping[str, Any]],
        symbols: Sequence[str] = (),
        session_logs_dir: str | Path | None = None,
        *,
        simulation: SimulationSpec | None = None,
        sinks: Iterable[TickSink] = (),
        settings: PoolSettings | None = None,
        clock: Clock | None = None,
        randomness: Random | None = None,
        transport_factory: TransportFactory = HostProcess,
    ) -> None:
        self._clock = clock or SystemClock()
        self._settings = settings or PoolSettings()
        self._listeners: tuple[Callable[[PoolEvent], None], ...] = ()
        self._lock = threading.Lock()
        parsed = parse_sessions(sessions)
        redactor = Redactor(session.password for session in parsed if session.password)
        self._log = SessionLog(Path(session_logs_dir) if session_logs_dir is not None else None, self._clock, redactor)
        self._machine = ConnectionMachine(self._clock, self._emit)
        self._client = TerminalClient(self._machine, self._clock, transport_factory, redactor)
        self._ticks = TickPipeline(self._clock, self._settings.ring_capacity, sinks)
        self._history = HistoryReader(self._client.ask_connected)
        self._learned_in = 0
        self._started = False
        epoch = self._clock.now()
        chosen = symbols or self._settings.symbols
        universe = [symbol for group in TRADING_UNIVERSE.values() for symbol in group]
        self._loop = ConnectionLoop(
            parsed,
            Wanted(tuple(dict.fromkeys(chosen or universe)), market_watch=not chosen),
            self._client,
            self._ticks,
            simulation=lambda session: simulation_for(session, simulation, epoch),
            settings=self._settings,
            clock=self._clock,
            randomness=randomness or Random(),  # noqa: S311 - jitter, no secret
            log=self._log,
            emit=self._emit,
        )

    # Life

    def start_tick_collection(self, wait: float = _FIRST_CONNECT_SECONDS) -> None:
        """Connect and begin to collect ticks on a thread of the pool's own; a second call does nothing.

        Returns when the first attempt to connect has ended, well or not, or after `wait` seconds (0 not to wait).
        A failure shows in `stats()` and reaches the listeners; the pool goes on trying.  Raises `PoolError` after
        `stop()`.
        """
        with self._lock:
            if self._machine.state is ConnectionState.STOPPED:
                raise PoolError("the pool was stopped; make a new one")
            if not self._started:
                self._started = True
                self._loop.start()
        if wait > 0:
            self._loop.attempted.wait(wait)

    def set_pace(self, pace: PricePace) -> None:
        """Ask for prices as often as that from now on; returns at once."""
        self._loop.set_pace(pace)

    def stop(self) -> None:
        """End thread and host; returns within seconds even when the terminal hangs.  A second call does nothing."""
        with self._lock:
            if self._machine.state is ConnectionState.STOPPED:
                return
            # An attempt to connect holds nothing that is worth waiting for, and may take minutes.
            connecting = self._machine.state in (ConnectionState.CONNECTING, ConnectionState.RECONNECTING)
            ended = not self._started or self._loop.stop(0.0 if connecting else _STOP_PATIENCE)
            self._machine.fire(Trigger.STOP, "stopped")
            self._client.close(at_once=connecting)
            if not ended:
                self._loop.stop(_STOP_PATIENCE)
            self._ticks.sinks.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def subscribe(self, listener: Callable[[PoolEvent], None]) -> Callable[[], None]:
        """Call `listener` with every `PoolEvent`, on the thread that caused it; return what ends the subscription."""
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

        return unsubscribe

    # What is known, answered from memory

    @property
    def board(self) -> LatestQuotes:
        """Return the board with the last good tick of each symbol."""
        return self._ticks.board

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return the selected symbols that the broker has, empty before the first connection."""
        return tuple(self._loop.symbols)

    @property
    def mode(self) -> AccountMode | None:
        """Return what is at stake on the account connected last, None before the first connection."""
        identity = self._loop.identity
        return identity.mode if identity is not None else None

    def is_connected(self) -> bool:
        """Return whether the state is CONNECTED."""
        return self._machine.state is ConnectionState.CONNECTED

    def quote(self, symbol: str) -> Quote | None:
        """Return the last good tick of a symbol, None when there was none."""
        self._ticks.asked.add(symbol)
        return self.board.quote(symbol)

    def recent_ticks(self, symbol: str, count: int | None = None) -> Rows | None:
        """Return a copy of a symbol's last ticks, dtype `TICK_DTYPE`, server clock; None for one not selected."""
        ring = self._ticks.ring(symbol)
        return ring.latest(count) if ring is not None else None

    def resolve(self, name: str) -> str:
        """Return the broker's symbol that a name means, exactly or in plain words (`EURUSD` for `EURUSDm`).

        Raises `UnknownSymbol` with the candidates where it means none or several.  Before the first connection, and
        where the terminal cannot list its symbols, every name is its own.
        """
        account = self._loop.account
        # What is held keeps its name, though the broker no longer lists it: an exit must not become another trade.
        held = {position.symbol for position in account.positions} if account is not None else set()
        return self._loop.book.resolve(name, self._loop.symbols.keys() | held)

    def choose_symbols(self, choice: SymbolChoice) -> None:
        """Watch what was added and no longer what was removed, soon; what is held stays watched.  Returns at once."""
        self._loop.choice = choice
        self._loop.poll_soon()

    def symbol_info(self, symbol: str) -> SymbolInfo | None:
        """Return a symbol's properties as last read, None for one that is not selected."""
        return self._loop.symbols.get(symbol)

    def margin_per_lot(self, symbol: str, direction: int) -> float | None:
        """Return the margin of one lot in account currency, None when it is not known."""
        return self._loop.margins.get((symbol, direction))

    def latest_account(self) -> AccountReading | None:
        """Return the newest reading of the account, None before the first."""
        return self._loop.account

    def server_time_to_utc(self, seconds: float) -> datetime:
        """Convert a time of the server clock to UTC, in whatever season it was."""
        return self.server_zone.to_utc(seconds)

    @property
    def server_zone(self) -> ServerZone:
        """How the server clock is set, as far as that is known."""
        return self._ticks.server_clock.zone(self.market_now())

    def market_now(self) -> datetime:
        """Return the present in market time, UTC."""
        return self._client.market_now()

    def stats(self) -> PoolStats:
        """Return the pool's figures."""
        loop, machine, account = self._loop, self._machine, self._loop.account
        identity, market_at = loop.identity, self.market_now()
        return PoolStats(
            state=machine.state,
            since=machine.since,
            reason=machine.reason,
            session=loop.session.name,
            mode=self.mode,
            login=identity.login if identity else None,
            server=identity.server if identity else "",
            terminal=loop.session.terminal_path or "",
            attempts=loop.attempts,
            initialize_calls=loop.initialize_calls,
            connections=loop.connections,
            host_restarts=max(0, self._client.hosts_started - 1),
            host_pid=self._client.host_pid,
            symbols=self.symbols,
            missing_symbols=dict(loop.missing),
            resolved_symbols=dict(loop.resolved),
            ticks_total=self._ticks.counters.total,
            ticks_per_second=self._ticks.counters.rate(),
            symbols_with_ticks=self._ticks.symbols_with_ticks,
            bad_ticks=dict(self._ticks.counters.bad),
            gaps=self._ticks.counters.gaps,
            server_offset_seconds=self._ticks.server_clock.offset_seconds,
            last_error=self._client.last_error or self._log.error or self._ticks.sinks.error,
            last_poll_at=account.observed_at if account else None,
            listed=loop.listed,
            market_at=market_at,
            market_open=market_is_open(market_at),
            calls=self._client.calls.summary(),
            replay=self._client.replay,
        )

    # What has to be asked of the terminal

    @property
    def replay(self) -> ReplayStatus | None:
        """How a replay stood at the last answer, None where nothing is replayed."""
        return self._client.replay

    def steer_replay(self, command: SteerReplay) -> ReplayStatus:
        """Change how a replay goes on and return how it stands; raises `CallFailed` with the reason if it cannot be."""
        return self._client.ask_connected(command).value

    def read_account(self) -> AccountReading:
        """Read account, positions and orders afresh; raises `PoolUnavailable` or `MT5Error`.

        Another account than the one we are connected to is `WrongAccount`, never a reading.
        """
        answer = self._client.ask_connected(ReadAccount())
        try:
            self._loop.verify(answer.value)
        except WrongAccount:
            self._loop.poll_soon()
            raise
        reading = self._loop.reading(answer)
        self._loop.take(reading)
        return reading

    def read_history(self, since: datetime, until: datetime) -> History:
        """Read history orders and deals between two moments; raises `PoolUnavailable` or `MT5Error`.

        Those of another account than the one we are connected to are no answer; the answer says whose they are.
        """
        to_server = self.server_zone.to_server
        return self._history.deals(self._account_key(), int(to_server(since)), int(to_server(until)))

    def read_rates(self, symbol: str, timeframe: int, count: int, start: int = 0) -> Rows:
        """Read the last bars but `start` of a symbol, oldest first; raises `PoolUnavailable` or `MT5Error`."""
        return self._history.rates(symbol, int(timeframe), count, start)

    def learn_summer_time(self) -> None:
        """Find out from hourly bars whose summer time the server clock follows, once a connection.

        Raises `PoolUnavailable` or `MT5Error`.  Where bars do not tell, none is followed.
        """
        clock, now, connections = self._ticks.server_clock, self.market_now(), self._loop.connections
        present = clock.offset_seconds
        if present is None or self._learned_in == connections:
            return
        infos = self._loop.symbols.values()
        called = (
            is_called(each.name, each.currency_base, each.currency_profit, _SERVER_CLOCK_SYMBOL) for each in infos
        )
        symbol = next((each.name for each, is_it in zip(infos, called, strict=True) if is_it), None)
        if symbol is None:
            return
        offsets: dict[datetime, int] = {}
        for opening in telling_weekends(now):
            start, count = bars_around(opening, now)
            rows = self.read_rates(symbol, int(Timeframe.H1), count, start)
            found = offset_in(rows, opening)
            offsets |= {opening: found} if found is not None else {}
        clock.rule = rule_of(offsets, now, present)
        self._learned_in = connections

    def check_order(self, request: Mapping[str, Any]) -> OrderCheckResult:
        """Ask what the account would look like after a request; raises `PoolUnavailable` or `MT5Error`."""
        return self._client.ask_connected(CheckOrder(dict(request))).value

    def send_order(self, request: Mapping[str, Any], permit: Permit | None = None) -> OrderSendResult:
        """Send a trade request, once, to the account we are connected to, if `permit` still lets it when it leaves.

        Raises `PoolUnavailable` (not sent) or `MT5Error`.
        After a `HostError`, or a `CallFailed` whose `connection_lost` is set, the request's fate is unknown.
        """
        order = SendOrder(dict(request), self._account_key())
        try:
            return self._client.ask_connected(order, permit=permit).value
        finally:
            self._loop.poll_soon()

    def _account_key(self) -> AccountKey:
        """Return the account we are connected to; raise `PoolUnavailable` before the first connection."""
        identity = self._loop.identity
        if identity is None:
            raise PoolUnavailable("no account has been connected yet")
        return identity.server, identity.login

    def _emit(self, event: PoolEvent) -> None:
        """Log an event and notify the listeners; one that raises harms no other."""
        if isinstance(event, StateChanged):
            self._log.write(
                self._loop.session.name,
                "state",
                before=event.before,
                after=event.after,
                reason=event.reason,
                seconds_before=round(event.seconds_before, 3),
            )
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - a listener's fault is its own
                _log.exception("a listener of the pool failed")


__all__ = ["MT5ConnectionPool", "MT5Error", "PoolError", "SessionConfig"]
