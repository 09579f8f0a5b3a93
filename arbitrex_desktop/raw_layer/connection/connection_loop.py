# SPDX-License-Identifier: MIT
"""The pool's one thread: connects, polls, notices trouble, connects again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from random import Random

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.commands import (
    AccountState,
    CalcMargins,
    Disconnect,
    MarginQuery,
    Observed,
    ReadSymbols,
    SelectSymbols,
)
from arbitrex_desktop.mt5.constants import OrderType
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.mt5.polling import Poll, PollResult
from arbitrex_desktop.mt5.results import SymbolInfo
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.raw_layer.connection.backoff import Backoff
from arbitrex_desktop.raw_layer.connection.connector import (
    Identity,
    Wanted,
    WrongAccount,
    check_identity,
    check_terminal_path,
    connect_command,
    reconcile,
)
from arbitrex_desktop.raw_layer.connection.session_log import SessionLog
from arbitrex_desktop.raw_layer.connection.sessions import SessionConfig
from arbitrex_desktop.raw_layer.connection.terminal_client import TerminalClient
from arbitrex_desktop.raw_layer.errors import PoolUnavailable
from arbitrex_desktop.raw_layer.events import OffsetChanged, PoolEvent, SymbolsMissing, Trigger
from arbitrex_desktop.raw_layer.settings import PoolSettings
from arbitrex_desktop.raw_layer.symbols import SymbolBook, SymbolChoice
from arbitrex_desktop.raw_layer.ticks.tick_pipeline import TickPipeline
from arbitrex_desktop.raw_layer.views import NOTHING_WATCHED, AccountReading, ConnectionState, PricePace

_LEAD_MSC = 10_000
_LONGEST_WAIT = 0.5
_SLOW_SECONDS = 1.0
_REST_SECONDS = 9.5
"""Unwatched, what nobody needs is read with every tenth poll."""
_QUIET_SECONDS = 1.5
"""Longer than between two syncs of the risk manager, which read the account, too."""
_QUIET_TIMES = 15
_AUDIT_SECONDS = 0.5
"""At least so often a symbol is looked at for late ticks: each of forty before what it is compared with is too old."""
_HEARTBEAT_SECONDS = 30.0
_SYMBOLS_SECONDS = 60.0
_log = logging.getLogger(__name__)
_S = ConnectionState


class ConnectionLoop:
    """Runs the connection's life on a thread of its own.

    Attributes, written by the thread and read by any:
        session: the active one
        identity: the account connected to, None before the first connection
        symbols: properties of the selected ones
        missing: why a symbol that was asked for cannot be had
        resolved: the broker's symbol in words, by plain name that was asked for
        book: all symbols that the broker lists; `listed`, their names
        choice: what a person added and took away; may be replaced from any thread
        margins: account currency per lot, by symbol and direction
        account: the newest reading
        attempts, initialize_calls, connections: how often each was made
        pace: set by any: how often prices are asked for
        attempted: set when the first attempt has ended
    """

    def __init__(
        self,
        sessions: tuple[SessionConfig, ...],
        wanted: Wanted,
        client: TerminalClient,
        ticks: TickPipeline,
        *,
        simulation: Callable[[SessionConfig], SimulationSpec | None],
        settings: PoolSettings,
        clock: Clock,
        randomness: Random,
        log: SessionLog,
        emit: Callable[[PoolEvent], None],
    ) -> None:
        self._sessions = sessions
        self._wanted = wanted
        self._client = client
        self._ticks = ticks
        self._simulation = simulation
        self._settings = settings
        self._clock = clock
        self._log = log
        self._emit = emit
        self._backoff = Backoff(settings.backoff_first, settings.backoff_longest, randomness)
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mt5-pool", daemon=True)
        self._last_heartbeat = self._last_symbols = clock.monotonic()
        self._next_selection = 0.0
        self._is_live, self._all_wanted = True, False
        self._audited_at = self._all_at = self._waited = 0.0
        self._followed: AccountReading | None = None
        self.pace = PricePace.LIVE
        self._home = self._failed_attempts = 0
        self.session = sessions[0]
        self.identity: Identity | None = None
        self.symbols: dict[str, SymbolInfo] = {}
        self.missing: dict[str, str] = {}
        self.resolved: dict[str, str] = {}
        self.book = SymbolBook()
        self.listed: tuple[str, ...] = ()
        self.choice = SymbolChoice()
        self.margins: dict[tuple[str, int], float] = {}
        self.account: AccountReading | None = None
        self.attempts = self.initialize_calls = self.connections = 0
        self.attempted = threading.Event()

    # From any thread

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def poll_soon(self) -> None:
        """Ask for a poll of all there is, now."""
        self._all_wanted = True
        self._wake.set()
        self._client.end_wait()

    def set_pace(self, pace: PricePace) -> None:
        """Ask for prices as often as that, from now on."""
        self.pace = pace
        self._wake.set()

    def verify(self, account: AccountState) -> None:
        """Raise `WrongAccount` when the terminal changed its account under us."""
        check_identity(self.session, self.identity, Identity.of(account.account, simulated=self.session.is_simulated))

    def reading(self, answer: Observed[AccountState]) -> AccountReading:
        """Return an answer that has just come with its moments."""
        state, market_now = answer.value, self._client.market_now()
        return AccountReading(
            state.account, state.positions, state.orders, answer.observed_at, answer.received, market_now
        )

    def take(self, reading: AccountReading) -> None:
        """Keep a reading of the account, whoever asked for it, so that nobody needs to ask again soon."""
        if self.account is None or reading.monotonic >= self.account.monotonic:
            self.account = reading

    def stop(self, patience: float) -> bool:
        """Ask the thread to end and wait `patience` seconds; return whether it has ended."""
        self._stopping.set()
        self.poll_soon()
        if self._thread.is_alive():
            self._thread.join(patience)
        return not self._thread.is_alive()

    # On the thread

    def _run(self) -> None:
        """Live until stopped; a fault of our own is logged, counts as a loss, and is survived."""
        while not self._stopping.is_set():
            try:
                wait = self._step()
            except MT5Error as error:
                wait = self._after_failure(error)
            except PoolUnavailable:  # it was stopped meanwhile
                wait = self._backoff.next_wait()
            except Exception as error:  # noqa: BLE001 - the thread outlives its own faults: the trader sees LOST
                _log.exception("the pool's thread failed")
                self._client.machine.fire(Trigger.DROPPED, error_text(error))
                wait = self._backoff.next_wait()
            self.attempted.set()
            self._wake.wait(wait)
            self._wake.clear()
        self._disconnect()

    def _step(self) -> float:
        """Do what the present state asks for; return how long to wait afterwards."""
        state = self._client.machine.state
        if state in (_S.DISCONNECTED, _S.LOST, _S.UNRESPONSIVE):
            self._attempt()
            return 0.0
        if state is _S.WRONG_ACCOUNT:
            self._recheck()
            return self._settings.recheck_interval
        began = self._clock.monotonic()
        behind = self._poll(_LONGEST_WAIT if self.pace is PricePace.LIVE else 0.0)
        self._upkeep()
        return 0.0 if behind else self._pause(self._clock.monotonic() - began - self._waited)

    def _pause(self, busy: float) -> float:
        """Return the seconds to the next poll, after one that took `busy` seconds besides its waiting.

        A tick waits for this poll, for the pause and for the next one, and is painted, which takes the longer the more
        there is in a poll: so much sooner the poll has to come for the tick to be on the screen in time.
        """
        interval = self._settings.poll_interval
        live = max(interval - 3.0 * busy, interval / 4.0)
        return live if self.pace is PricePace.LIVE else max(_SLOW_SECONDS, interval)

    def _attempt(self) -> None:
        """Make one attempt to connect to the next session in turn."""
        session = self._enter(self._home + self._failed_attempts)
        self._failed_attempts += 1
        if self._client.machine.fire(Trigger.ATTEMPT, f"connecting to session {session.name!r}") is _S.STOPPED:
            return
        self.attempts += 1
        check_terminal_path(session)
        simulation = self._simulation(session)
        self._client.open(simulation)
        self.initialize_calls += 1
        self._log.write(
            session.name, "initialize", login=session.login, server=session.server, terminal=session.terminal_path
        )
        connected = self._client.ask(connect_command(session), self._settings.connect_deadline)
        build = connected.value.version[1]
        self._client.machine.fire(Trigger.INITIALIZED, f"terminal build {build} answers; verifying the account")
        replay, now = connected.replay, connected.server_time_msc
        # A replay is followed from where it began, since its clock ran on while we connected; otherwise the last
        # seconds are enough to show a price for every symbol at once.
        lead = None if now is None else now - _LEAD_MSC
        if now is not None and connected.market_time_msc is not None:
            self._ticks.server_clock.take_known(now - connected.market_time_msc)
        self._reconcile(lead if replay is None else replay.began_msc)
        self._poll()

    def _enter(self, turn: int) -> SessionConfig:
        """Take the session whose turn it is: after a loss the active one first, then the others in order.

        Another account's ticks and identity are forgotten.
        """
        session = self._sessions[turn % len(self._sessions)]
        if session.name != self.session.name:
            self._ticks.forget()
            self.identity, self.account, self.symbols = None, None, {}
        self.session = session
        return session

    def _reconcile(self, begin_msc: int | None) -> None:
        """Verify who we are, select the symbols, take the account, and be CONNECTED."""
        found = reconcile(self._client.ask, self.session, self.identity, self._wanted, self.symbols)
        self.identity = found.identity
        self.symbols, self.missing = dict(found.symbols), dict(found.missing)
        self.book, self.resolved = found.book, dict(found.resolved)
        self.listed = tuple(one.name for one in found.book.listed)
        self._ticks.select(found.symbols, begin_msc)
        self.take(self.reading(found.account))
        self._read_margins()
        if found.resolved:
            self._log.write(self.session.name, "symbols resolved", symbols=found.resolved)
        if found.missing:
            self._log.write(self.session.name, "symbols missing", reasons=found.missing)
            self._emit(SymbolsMissing(self.session.name, dict(found.missing), self._clock.now()))
        self.connections += 1
        self._home, self._failed_attempts, self._all_at = self._sessions.index(self.session), 0, 0.0
        self._backoff.reset()
        who = f"{found.identity.login} at {found.identity.server}"
        if not found.symbols:
            self._client.last_error = NOTHING_WATCHED
        watched = f"{len(found.symbols)} symbols" if found.symbols else NOTHING_WATCHED
        self._client.machine.fire(Trigger.RECONCILED, f"account {who}, {watched}")

    def _poll(self, wait: float = 0.0) -> bool:
        """Take what changed, waiting up to `wait` seconds for it; return whether there is more at once.

        The account is read along at most so often, since it is most of a poll's work.
        """
        only, with_account = self._only(), self._wants_account()
        self._all_wanted = self._all_wanted and not with_account
        audit = with_account or self._clock.monotonic() - self._audited_at >= _AUDIT_SECONDS
        if audit:
            self._audited_at = self._clock.monotonic()
        wanted = self._ticks.next_poll(wait, account=with_account, audit=audit, only=only)
        answer = self._client.ask(wanted, self._settings.poll_deadline)
        poll, self._waited = answer.value, answer.waited
        self._is_live = bool(poll.ticks)
        if self._ticks.apply(poll, self._client.market_now()):
            self._report_offset()
        if poll.displaced:
            self._realign(poll.displaced)
        self._check_connection(poll, answer)
        if self.account is not None and self.account is not self._followed:
            self._followed = self.account
            self._follow_positions(self.account)
        vanished = {name: str(failure) for name, failure in poll.failed.items()}
        vanished |= {name: reason for name, reason in self.missing.items() if name in self.symbols}
        if vanished:
            self._select_again(vanished)
        unfinished = bool(poll.behind or poll.displaced)
        if only is None:
            self._all_at = 0.0 if unfinished else self._clock.monotonic() + _REST_SECONDS
        return unfinished

    def _wants_account(self) -> bool:
        """Return whether the newest reading is old: it may change often where ticks come and somebody watches."""
        if self.account is None or self._all_wanted or self._client.machine.state is not _S.CONNECTED:
            return True
        least = self._settings.account_interval
        if self.pace is not PricePace.LIVE or not self._is_live:
            least = max(least, min(_QUIET_TIMES * least, _QUIET_SECONDS))
        return self._clock.monotonic() - self.account.monotonic >= least

    def _only(self) -> frozenset[str] | None:
        """Return the symbols that the next poll is about, None for all."""
        is_due = self._all_wanted or self._clock.monotonic() >= self._all_at
        if is_due or self.account is None or self.pace is not PricePace.NEEDED:
            return None
        return self.account.symbols | self._ticks.asked

    def _realign(self, displaced: frozenset[str]) -> None:
        """Find the displaced symbols' ticks again, after the server's clock was moved or its history amended."""
        shifts = self._client.ask(self._ticks.search(displaced, self._client.speed), self._settings.poll_deadline).value
        self._log.write(self.session.name, "ticks displaced", symbols=sorted(displaced), moved_msc=dict(shifts))
        if self._ticks.realign(displaced, shifts):
            self._report_offset()

    def _report_offset(self) -> None:
        """Report that the broker's offset from UTC changed."""
        seconds = self._ticks.server_clock.offset_seconds or 0
        self._log.write(self.session.name, "server clock", offset_seconds=seconds)
        self._emit(OffsetChanged(seconds, self._clock.now()))

    def _select_again(self, vanished: Mapping[str, str]) -> None:
        """Put symbols, given with the reason, back into Market Watch, from which somebody took them; not too often."""
        now = self._clock.monotonic()
        if now < self._next_selection:
            return
        self._next_selection = now + self._settings.selection_interval
        self._log.write(self.session.name, "symbols selected again", reasons=vanished)
        answer = self._client.ask(SelectSymbols(tuple(vanished))).value
        self.missing = {name: found for name, found in answer.items() if isinstance(found, str)} | {
            name: reason for name, reason in self.missing.items() if name not in answer
        }

    def _check_connection(self, poll: PollResult, answer: Observed[PollResult]) -> None:
        """Take the account of a poll; fire what it says about the connection: sound, stale, or another account."""
        machine = self._client.machine
        if poll.terminal is None:
            return
        if poll.account_error is not None:
            self._go_stale(f"the account cannot be read: {poll.account_error}")
            return
        if poll.account is not None:
            self.verify(poll.account)
            read = Observed(poll.account, answer.observed_at, answer.seconds, received=answer.received)
            self.take(self.reading(read))
        if not poll.terminal.connected:
            self._go_stale("the terminal has lost its broker")
        elif machine.state is _S.STALE:
            machine.fire(Trigger.RECOVERED, "the broker is back; verifying")
            self._reconcile(None)

    def _follow_positions(self, account: AccountReading) -> None:
        """Follow what a person chose, and the symbols of positions and orders that others opened.

        Risk cannot be judged without their prices, so what is held is never let go of.
        """
        held, choice = account.symbols, self.choice
        dropped = (self.symbols.keys() & choice.removed) - held
        if dropped:
            self.symbols = {name: info for name, info in self.symbols.items() if name not in dropped}
            self._ticks.select(self.symbols, None)
            self._log.write(self.session.name, "symbols removed", symbols=sorted(dropped))
        unselected = tuple(sorted((held | choice.added) - self.symbols.keys() - self.missing.keys()))
        if not unselected:
            return
        answer = self._client.ask(SelectSymbols(unselected)).value
        self.missing = self.missing | {name: found for name, found in answer.items() if isinstance(found, str)}
        self.symbols = self.symbols | {name: found for name, found in answer.items() if isinstance(found, SymbolInfo)}
        self._ticks.select(self.symbols, None)
        self._read_margins()
        self._log.write(self.session.name, "symbols added", symbols=unselected)

    def _recheck(self) -> None:
        """See whether the right account is back; the terminal is not forced, since a person may be at work there."""
        account = self._client.ask(Poll(())).value.account
        if account is None:
            return
        self.verify(account)
        self._client.machine.fire(Trigger.RECOVERED, "the right account is back; verifying")
        self._reconcile(None)

    def _go_stale(self, reason: str) -> None:
        """Mark a connection whose data can no longer be trusted."""
        if self._client.machine.state is not _S.STALE:
            self._client.machine.fire(Trigger.WENT_STALE, reason)

    def _upkeep(self) -> None:
        """Write the heartbeat and read the slowly moving properties when they are due."""
        now = self._clock.monotonic()
        if now - self._last_heartbeat >= _HEARTBEAT_SECONDS:
            self._last_heartbeat = now
            counters, state = self._ticks.counters, self._client.machine.state
            rate, bad = round(counters.rate(), 1), dict(counters.bad)
            self._log.write(
                self.session.name, "heartbeat", state=state, ticks=counters.total, ticks_per_second=rate, bad_ticks=bad
            )
        if now - self._last_symbols >= _SYMBOLS_SECONDS:
            self.symbols |= self._client.ask(ReadSymbols(tuple(self.symbols))).value
            self._read_margins()

    def _read_margins(self) -> None:
        """Ask the margin of one lot of every symbol with a price, both ways."""
        self._last_symbols = self._clock.monotonic()
        sides = ((OrderType.BUY, 1), (OrderType.SELL, -1))
        priced = [info for info in self.symbols.values() if info.bid > 0 and info.ask > 0]
        wanted = [(info, order, direction) for info in priced for order, direction in sides]
        queries = tuple(
            MarginQuery(info.name, int(order), 1.0, info.ask if direction > 0 else info.bid)
            for info, order, direction in wanted
        )
        answers = self._client.ask(CalcMargins(queries)).value
        keys = ((info.name, direction) for info, _, direction in wanted)
        self.margins = {key: margin for key, margin in zip(keys, answers, strict=True) if margin is not None}

    def _after_failure(self, error: MT5Error) -> float:
        """Bring the state in order after a failure; return how long to wait."""
        machine = self._client.machine
        self._client.last_error = str(error)
        if isinstance(error, WrongAccount):
            if machine.state is not _S.WRONG_ACCOUNT:
                machine.fire(Trigger.OTHER_ACCOUNT, str(error))
            return self._settings.recheck_interval
        if machine.state in (_S.CONNECTING, _S.RECONNECTING, _S.RECONCILING):
            machine.fire(Trigger.FAILED, str(error))
        elif machine.state is _S.CONNECTED:
            self._go_stale(str(error))
        self._log.write(self.session.name, "failure", error=str(error), state=machine.state)
        return self._settings.recheck_interval if machine.state is _S.STALE else self._backoff.next_wait()

    def _disconnect(self) -> None:
        """Disconnect where there is still a connection."""
        try:
            if self._client.machine.state in (_S.CONNECTED, _S.STALE, _S.WRONG_ACCOUNT):
                self._client.ask(Disconnect())
        except MT5Error as error:
            _log.info("the terminal was not disconnected: %s", error)
