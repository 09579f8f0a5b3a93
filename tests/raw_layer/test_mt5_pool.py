# SPDX-License-Identifier: MIT
"""The pool on a fake terminal: connection, loss, recovery, wrong accounts, reads and sends."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.mt5.errors import CallFailed, DeadlineExceeded
from arbitrex_desktop.raw_layer.connection.connector import WrongAccount
from arbitrex_desktop.raw_layer.errors import PoolError, PoolUnavailable
from arbitrex_desktop.raw_layer.events import OffsetChanged, PoolEvent, StateChanged, SymbolsMissing
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.raw_layer.settings import PoolSettings
from arbitrex_desktop.raw_layer.views import AccountMode, ConnectionState
from tests.fakes.broker_data import make_position, make_symbol
from tests.fakes.module import FakeModule
from tests.fakes.records import replace
from tests.fakes.transport import FakeTransport

QUICK = PoolSettings(
    poll_interval=0.002,
    account_interval=0.002,
    backoff_first=0.002,
    backoff_longest=0.01,
    recheck_interval=0.002,
    selection_interval=0.002,
)
SESSION = {"main": {"login": 50_000_001, "password": "hunter2", "server": "Arbitrex-Simulated"}}
PATIENCE = 10.0


class Watch:
    """A listener of the pool that a test can wait on."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.events: list[PoolEvent] = []

    def __call__(self, event: PoolEvent) -> None:
        """Take an event, on whatever thread it comes."""
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    @property
    def states(self) -> list[ConnectionState]:
        """Return the states entered so far."""
        return [event.after for event in self.events if isinstance(event, StateChanged)]

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition on the events holds."""
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE), self.events


class Bench:
    """A pool with its fakes."""

    def __init__(self, logs: Path, sessions: dict[str, dict[str, Any]] | None = None) -> None:
        self.module = FakeModule()
        self.transport = FakeTransport(self.module, SystemClock())
        self.watch = Watch()
        self.logs = logs
        self.pool = MT5ConnectionPool(
            sessions or SESSION,
            ("EURUSD", "GBPUSD", "USDJPY", "NOSUCH"),
            logs,
            settings=QUICK,
            randomness=Random(1),
            transport_factory=self.transport.factory,
        )
        self.pool.subscribe(self.watch)

    def log(self) -> list[dict[str, Any]]:
        """Return the session log."""
        lines = [line for path in sorted(self.logs.glob("*.jsonl")) for line in path.read_text().splitlines()]
        return [json.loads(line) for line in lines]

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for the pool to get somewhere that no event tells."""
        pause = threading.Event()
        deadline = SystemClock().monotonic() + PATIENCE
        while not condition():
            assert SystemClock().monotonic() < deadline, self.pool.stats()
            pause.wait(0.002)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Give a pool that is stopped at the end, whatever happened."""
    bench = Bench(tmp_path / "logs")
    yield bench
    bench.pool.stop()


def server_msc(bench: Bench, hours: int = 2) -> int:
    """Return the present on a broker's clock, milliseconds."""
    return int((SystemClock().now() + timedelta(hours=hours)).timestamp() * 1000)


def test_starting_connects_once_and_says_who_we_are(bench: Bench) -> None:
    """After the start the pool is connected, by one initialize, and the broker's missing symbol is reported."""
    bench.pool.start_tick_collection()
    stats = bench.pool.stats()
    assert stats.state is ConnectionState.CONNECTED
    assert (stats.initialize_calls, stats.connections, bench.module.calls["initialize"]) == (1, 1, 1)
    assert (stats.login, stats.server, stats.mode) == (50_000_001, "Arbitrex-Simulated", AccountMode.DEMO)
    assert bench.pool.symbols == ("EURUSD", "GBPUSD", "USDJPY")
    assert "does not have it" in stats.missing_symbols["NOSUCH"]
    assert any(isinstance(event, SymbolsMissing) for event in bench.watch.events)
    assert [line["event"] for line in bench.log()].count("initialize") == 1


def test_no_secret_reaches_log_or_stats(bench: Bench) -> None:
    """The password is in neither the session log, the figures, nor an event."""
    bench.pool.start_tick_collection()
    bench.pool.stop()
    assert bench.log()
    assert "hunter2" not in json.dumps(bench.log()) + repr(bench.pool.stats()) + repr(bench.watch.events)


def test_starting_twice_is_starting_once(bench: Bench) -> None:
    """A second start neither connects again nor raises."""
    bench.pool.start_tick_collection()
    bench.pool.start_tick_collection()
    assert bench.module.calls["initialize"] == 1


def test_a_stopped_pool_stays_stopped(bench: Bench) -> None:
    """Stopping twice is stopping once, and a stopped pool refuses to start or to answer."""
    bench.pool.start_tick_collection()
    bench.pool.stop()
    bench.pool.stop()
    assert bench.pool.stats().state is ConnectionState.STOPPED
    with pytest.raises(PoolError, match="stopped"):
        bench.pool.start_tick_collection()
    with pytest.raises(PoolUnavailable, match="STOPPED"):
        bench.pool.read_account()


def test_ticks_reach_the_board_with_their_time_in_utc(bench: Bench) -> None:
    """Live ticks of three symbols tell the broker's offset, and the board shows them in UTC."""
    bench.pool.start_tick_collection()
    for symbol in bench.pool.symbols:
        bench.module.add_tick(symbol, server_msc(bench) - 1000)
    bench.until(lambda: bench.pool.stats().symbols_with_ticks == 3)
    for symbol in bench.pool.symbols:
        bench.module.add_tick(symbol, server_msc(bench), bid=1.2, ask=1.2002)
    bench.watch.until(lambda: OffsetChanged in map(type, bench.watch.events))
    bench.until(lambda: bench.pool.stats().ticks_total == 6)
    quote = bench.pool.quote("EURUSD")
    assert quote is not None
    assert (quote.bid, quote.ask, quote.direction, quote.ticks) == (1.2, 1.2002, 1, 2)
    assert abs(quote.time - SystemClock().now()) < timedelta(minutes=1)
    assert bench.pool.stats().server_offset_seconds == 7200
    ticks = bench.pool.recent_ticks("EURUSD")
    assert ticks is not None
    assert len(ticks) == 2


def test_the_last_tick_of_a_closed_market_is_not_fresh(bench: Bench) -> None:
    """A tick that was there before we came has no known age until the broker's clock is measured."""
    bench.module.add_tick("EURUSD", server_msc(bench) - 86_400_000)
    bench.pool.start_tick_collection()
    bench.until(lambda: bench.pool.quote("EURUSD") is not None)
    quote = bench.pool.quote("EURUSD")
    assert quote is not None
    assert quote.age(SystemClock().monotonic()) == float("inf")


@pytest.mark.parametrize(
    ("break_it", "state"),
    [
        (lambda bench: bench.transport.hang_on.add("Poll"), ConnectionState.UNRESPONSIVE),
        (lambda bench: bench.transport.die_on.add("Poll"), ConnectionState.LOST),
    ],
)
def test_a_lost_host_is_replaced_and_the_account_verified_again(
    bench: Bench, break_it: Callable[[Bench], None], state: ConnectionState
) -> None:
    """A hang or a crash ends one host; the next one is verified before the state is CONNECTED again."""
    bench.pool.start_tick_collection()
    break_it(bench)
    bench.watch.until(lambda: bench.watch.states.count(ConnectionState.CONNECTED) == 2)
    seen = bench.watch.states
    assert seen[seen.index(state) :] == [
        state, ConnectionState.RECONNECTING, ConnectionState.RECONCILING, ConnectionState.CONNECTED,
    ]  # fmt: skip
    stats = bench.pool.stats()
    assert (stats.host_restarts, stats.initialize_calls, stats.connections) == (1, 2, 2)


def test_cursors_go_on_where_they_were_after_a_loss(bench: Bench) -> None:
    """Ticks that came while the line was down are read once, and none is read again."""
    bench.pool.start_tick_collection()
    start = server_msc(bench)
    for index in range(5):
        bench.module.add_tick("EURUSD", start + index, bid=1.1 + index / 1e4, ask=1.2)
        bench.until(lambda index=index: bench.pool.stats().ticks_total == index + 1)  # type: ignore[misc]  # bound now
    bench.transport.die_on.add("Poll")
    for index in range(5, 9):
        bench.module.add_tick("EURUSD", start + index, bid=1.1 + index / 1e4, ask=1.2)
    bench.until(lambda: bench.pool.stats().ticks_total >= 9)
    rows = bench.pool.recent_ticks("EURUSD")
    assert rows is not None
    assert rows["time_msc"].tolist() == [start + index for index in range(9)]


def test_an_ipc_failure_of_the_module_reconnects(bench: Bench) -> None:
    """-10004 from a poll means that the terminal is gone: LOST, then connected again once it is back."""
    bench.pool.start_tick_collection()
    bench.module.failing["terminal_info"] = (-10004, "No IPC connection")
    bench.watch.until(lambda: ConnectionState.LOST in bench.watch.states)
    bench.module.failing.clear()
    bench.watch.until(lambda: bench.watch.states[-1] is ConnectionState.CONNECTED)


def test_a_terminal_without_its_broker_is_stale_not_connected(bench: Bench) -> None:
    """The line to the broker is lost: data are stale, sending is refused, recovery is verified."""
    bench.pool.start_tick_collection()
    sound = bench.module.terminal
    bench.module.terminal = replace(sound, connected=False)
    bench.watch.until(lambda: bench.watch.states[-1] is ConnectionState.STALE)
    assert not bench.pool.is_connected()
    with pytest.raises(PoolUnavailable, match="STALE: the terminal has lost its broker"):
        bench.pool.send_order({"symbol": "EURUSD"})
    bench.module.terminal = sound
    bench.watch.until(lambda: bench.watch.states[-1] is ConnectionState.CONNECTED)
    assert bench.module.calls["initialize"] == 1


def test_symbols_taken_out_of_market_watch_are_put_back(bench: Bench) -> None:
    """A symbol that vanished is selected again, and its ticks go on; the others never stopped."""
    bench.pool.start_tick_collection()
    bench.module.symbols["GONE"] = bench.module.symbols.pop("GBPUSD")
    before = bench.module.calls["symbol_select"]
    bench.until(lambda: "GBPUSD" in bench.pool.stats().missing_symbols)
    assert bench.module.calls["symbol_select"] > before
    bench.module.symbols["GBPUSD"] = bench.module.symbols.pop("GONE")
    bench.module.add_tick("GBPUSD", server_msc(bench))
    bench.until(lambda: bench.pool.quote("GBPUSD") is not None)
    # A poll may bring the tick before the symbol has been selected again.
    bench.until(lambda: "GBPUSD" not in bench.pool.stats().missing_symbols)


def test_symbols_of_positions_opened_elsewhere_are_followed(bench: Bench) -> None:
    """A position in a symbol that nobody asked for brings its properties and prices, from the next poll on."""
    bench.module.symbols["XAUUSD"] = make_symbol("XAUUSD")
    bench.module.ticks["XAUUSD"] = []
    bench.pool.start_tick_collection()
    assert "XAUUSD" not in bench.pool.symbols
    bench.module.positions.append(make_position("XAUUSD", 1, 0.1))
    bench.module.add_tick("XAUUSD", server_msc(bench), bid=2600.0, ask=2600.3)
    bench.until(lambda: bench.pool.quote("XAUUSD") is not None)
    assert bench.pool.symbol_info("XAUUSD") is not None
    bench.transport.die_on.add("Poll")
    bench.watch.until(lambda: bench.watch.states.count(ConnectionState.CONNECTED) == 2)
    bench.until(lambda: "XAUUSD" in bench.pool.symbols)


def test_a_failed_read_never_becomes_an_empty_account(bench: Bench) -> None:
    """While positions cannot be read the last known reading stays, and a fresh reading raises."""
    bench.module.positions.append(make_position("EURUSD", 1, 0.5))
    bench.pool.start_tick_collection()
    bench.module.failing["positions_get"] = (-1, "Terminal: Fail")
    bench.watch.until(lambda: bench.watch.states[-1] is ConnectionState.STALE)
    known = bench.pool.latest_account()
    assert known is not None
    assert [position.symbol for position in known.positions] == ["EURUSD"]
    with pytest.raises(PoolUnavailable):
        bench.pool.read_account()


def test_an_account_switched_under_us_is_wrong_until_it_is_back(bench: Bench) -> None:
    """Another account in the terminal: nothing is read or sent, nobody is logged in by force, then verified."""
    bench.pool.start_tick_collection()
    ours = bench.module.account
    bench.module.account = replace(ours, login=99)
    bench.watch.until(lambda: bench.watch.states[-1] is ConnectionState.WRONG_ACCOUNT)
    assert "the terminal is on account 99" in bench.pool.stats().reason
    with pytest.raises(PoolUnavailable, match="WRONG_ACCOUNT"):
        bench.pool.read_account()
    known = bench.pool.latest_account()
    assert known is not None
    assert known.account.login == ours.login
    bench.module.account = ours
    bench.watch.until(lambda: bench.watch.states[-1] is ConnectionState.CONNECTED)
    assert bench.module.calls["initialize"] == 1


def test_a_demo_account_that_turns_real_is_another_account(bench: Bench) -> None:
    """Login and server being equal is not enough: what is at stake may not change under us."""
    bench.pool.start_tick_collection()
    bench.module.account = replace(bench.module.account, trade_mode=2)
    bench.watch.until(lambda: bench.watch.states[-1] is ConnectionState.WRONG_ACCOUNT)


def test_a_refused_login_is_told_and_tried_again_with_backoff(bench: Bench) -> None:
    """A failed initialize leaves DISCONNECTED with the terminal's words, and the next attempt may succeed."""
    bench.module.failing["initialize"] = (-6, "Terminal: Authorization failed")
    bench.pool.start_tick_collection()
    assert "Authorization failed (-6)" in bench.pool.stats().last_error
    assert not bench.pool.is_connected()
    bench.module.failing.clear()
    bench.watch.until(lambda: bench.watch.states[-1] is ConnectionState.CONNECTED)


def test_a_host_that_cannot_start_is_told(bench: Bench) -> None:
    """What the host says when it has no module is what the trader reads."""
    bench.transport.refuse_start = "the MetaTrader5 package is not installed here"
    bench.pool.start_tick_collection()
    assert "not installed here" in bench.pool.stats().reason


def test_a_terminal_that_is_not_there_is_told_before_anything_starts(tmp_path: Path) -> None:
    """A path without a terminal gives words that name it, and no host is started for it."""
    session = {"main": {**SESSION["main"], "terminal_path": str(tmp_path / "terminal64.exe")}}
    bench = Bench(tmp_path / "logs", session)
    with bench.pool as pool:
        pool.start_tick_collection()
        assert "there is no terminal at" in pool.stats().reason
    assert bench.transport.starts == 0


def test_sessions_fail_over_in_order(tmp_path: Path) -> None:
    """When the first session is refused, the second one is tried, and it is the active one from then on."""
    bench = Bench(tmp_path / "logs", {"main": {"login": 1, "server": "Elsewhere"}, "spare": SESSION["main"]})
    bench.module.refused_logins.add(1)
    with bench.pool as pool:
        pool.start_tick_collection()
        bench.until(pool.is_connected)
        assert (pool.stats().session, pool.stats().attempts) == ("spare", 2)
        bench.transport.die_on.add("Poll")
        bench.watch.until(lambda: bench.watch.states.count(ConnectionState.CONNECTED) == 2)
        assert (pool.stats().session, pool.stats().attempts) == ("spare", 3)


def test_orders_and_reads_go_through_the_one_connection(bench: Bench) -> None:
    """Sending, checking, history, rates and margins all answer while CONNECTED."""
    for symbol in ("EURUSD", "GBPUSD", "USDJPY"):
        bench.module.add_tick(symbol, server_msc(bench))
    bench.pool.start_tick_collection()
    assert bench.pool.send_order({"symbol": "EURUSD", "volume": 0.1}).retcode == 10009
    assert bench.module.sent == [{"symbol": "EURUSD", "volume": 0.1}]
    assert bench.pool.check_order({"symbol": "EURUSD"}).retcode == 0
    now = SystemClock().now()
    assert bench.pool.read_history(now - timedelta(days=1), now).deals == ()
    assert len(bench.pool.read_rates("EURUSD", 15, 10)) == 0
    assert bench.pool.margin_per_lot("EURUSD", 1) == pytest.approx(1150.1)
    assert bench.pool.read_account().account.balance == 100_000.0
    assert bench.module.calls["initialize"] == 1


def test_an_order_asks_for_its_permit_when_it_leaves(bench: Bench) -> None:
    """What the permit raises reaches the caller, the terminal gets nothing, and the connection stands."""

    def withdrawn() -> None:
        raise PermissionError("halted meanwhile")

    bench.pool.start_tick_collection()
    with pytest.raises(PermissionError, match="halted meanwhile"):
        bench.pool.send_order({"symbol": "EURUSD"}, withdrawn)
    assert "SendOrder" not in bench.transport.commands
    assert bench.pool.is_connected()
    assert bench.pool.send_order({"symbol": "EURUSD", "volume": 0.1}, lambda: None).retcode == 10009


def test_an_order_in_a_dying_host_is_sent_at_most_once(bench: Bench) -> None:
    """The failure is passed on as unknown fate, and neither pool nor host sends it again."""
    bench.pool.start_tick_collection()
    bench.transport.hang_on.add("SendOrder")
    with pytest.raises(DeadlineExceeded):
        bench.pool.send_order({"symbol": "EURUSD"})
    bench.watch.until(lambda: bench.watch.states[-1] is ConnectionState.CONNECTED)
    assert bench.transport.commands.count("SendOrder") == 1


def test_an_order_is_not_sent_to_another_account(bench: Bench) -> None:
    """Even between two polls: an account switched under us gets no order, and nothing of it is given out."""
    bench.pool.start_tick_collection()
    bench.pool.stats()
    bench.transport.pause_polls()
    bench.module.account = replace(bench.module.account, login=99)
    with pytest.raises(CallFailed, match="the terminal is on account 99"):
        bench.pool.send_order({"symbol": "EURUSD"})
    with pytest.raises(WrongAccount):
        bench.pool.read_account()
    now = SystemClock().now()
    with pytest.raises(CallFailed, match="the terminal is on account 99"):
        bench.pool.read_history(now - timedelta(days=1), now)
    assert bench.module.sent == []
    bench.transport.resume_polls()
    bench.watch.until(lambda: bench.watch.states[-1] is ConnectionState.WRONG_ACCOUNT)


def test_a_refused_order_carries_code_and_words(bench: Bench) -> None:
    """AutoTrading switched off in the terminal (-8) is a failure with its own words, not a lost line."""
    bench.pool.start_tick_collection()
    bench.module.failing["order_send"] = (-8, "Terminal: Auto-Trading disabled")
    with pytest.raises(CallFailed) as caught:
        bench.pool.send_order({"symbol": "EURUSD"})
    assert (caught.value.code, caught.value.connection_lost) == (-8, False)
    assert bench.pool.is_connected()


@pytest.mark.expects_log_errors("a listener of the pool failed")
def test_a_failing_listener_harms_nobody(bench: Bench) -> None:
    """One listener that raises neither stops the pool nor keeps events from the others."""

    def broken(event: PoolEvent) -> None:
        raise RuntimeError("no")

    unsubscribe = bench.pool.subscribe(broken)
    bench.pool.start_tick_collection()
    assert bench.pool.is_connected()
    assert ConnectionState.CONNECTED in bench.watch.states
    unsubscribe()


def test_symbols_default_to_the_universe(tmp_path: Path) -> None:
    """A pool without symbols asks for all 41."""
    module = FakeModule()
    transport = FakeTransport(module, SystemClock())
    with MT5ConnectionPool(SESSION, settings=QUICK, transport_factory=transport.factory) as pool:
        pool.start_tick_collection()
        assert len(pool.symbols) + len(pool.stats().missing_symbols) == 41


def test_a_stop_while_it_connects_is_no_fault(bench: Bench) -> None:
    """The host that the thread was about to ask is gone: it ends, and no error is logged."""
    loop = bench.pool._loop

    def stopped_meanwhile(*_given: object) -> None:
        loop._stopping.set()
        raise PoolUnavailable("not connected: stopped")

    bench.pool._client.ask = stopped_meanwhile  # type: ignore[method-assign, assignment] # as it is once stopped
    bench.pool.start_tick_collection(0.0)
    loop._thread.join(PATIENCE)
    assert not loop._thread.is_alive()
