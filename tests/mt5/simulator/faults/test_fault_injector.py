# SPDX-License-Identifier: MIT
"""Each kind of fault does what it says, when it says, and is over when it is over."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from arbitrex_desktop.mt5.constants import TradeRetcode
from arbitrex_desktop.mt5.fault_plan import Fault, FaultKind, FaultPlan
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import Simulation, build_simulation
from arbitrex_desktop.mt5.simulator.faults.fault_injector import FaultyTerminal
from arbitrex_desktop.mt5.simulator.module.backend import TerminalBackend
from tests.fakes.clock import ManualClock
from tests.fakes.hazards import Crashed, RecordedHazards

EPOCH = datetime(2026, 7, 22, 12, 30, tzinfo=UTC)
ORDER = {"action": 1, "symbol": "EURUSD", "volume": 0.1, "type": 0, "type_filling": 1}
BROKEN, GONE, NOT_FOUND = (-10002, "IPC recv failed"), (-10004, "No IPC connection"), -10003


class Host:
    """A simulated terminal with faults, and a clock that tells seconds after the plan's zero."""

    def __init__(self, *faults: Fault, started: float = 0.0, store: Path | None = None) -> None:
        self.clock = ManualClock(EPOCH)
        self.clock.advance(started)
        self.hazards = RecordedHazards()
        spec = SimulationSpec(faults=FaultPlan(faults), epoch=EPOCH, store=store)
        self.simulation: Simulation = build_simulation(spec, self.clock, self.hazards)
        self.module: Any = self.simulation.module
        self.started = started

    def at(self, seconds: float) -> Any:
        """Go to so many seconds after the plan's zero; return the module."""
        self.clock.advance(seconds - (self.clock.now() - EPOCH).total_seconds())
        return self.module


def connected(*faults: Fault) -> Host:
    """Return a host that is connected before anything goes wrong."""
    host = Host(*faults)
    assert host.module.initialize()
    return host


def test_every_call_of_the_backend_passes_through() -> None:
    """No method of the terminal's interface is left without its faults."""
    host = Host(Fault(FaultKind.SLOW, start=5))
    faulty = FaultyTerminal(host.simulation.terminal, FaultPlan(), host.hazards)
    names = [name for name, _ in inspect.getmembers(TerminalBackend, inspect.isfunction) if not name.startswith("_")]
    assert len(names) > 25
    assert all(callable(getattr(faulty, name)) for name in names)
    assert cast("TerminalBackend", faulty).symbols_total() == 41


def test_a_hang_lasts_till_its_end_and_spares_the_next_host() -> None:
    """The call in its time blocks for the rest of it, once; a host that starts after its beginning works at once."""
    fault = Fault(FaultKind.HANG, start=10, duration=60)
    host = connected(fault)
    host.at(25).account_info()
    host.at(26).account_info()
    assert host.hazards.log == [("hold", 45.0)]
    assert Host(fault, started=30).module.initialize()


def test_a_crash_strikes_one_host_only(tmp_path: Path) -> None:
    """A crash at a call is written down before it happens, so that the host after it lives."""
    fault = Fault(FaultKind.CRASH, call=3)
    first = Host(fault, store=tmp_path / "books.sqlite3")
    assert first.module.initialize()
    with pytest.raises(Crashed):
        first.module.initialize()
    first.simulation.close()
    second = Host(fault, started=5, store=tmp_path / "books.sqlite3")
    for _ in range(5):
        assert second.module.initialize()
    assert second.hazards.log == []
    second.simulation.close()


def test_slow_calls_are_delayed_each() -> None:
    """Every call in the time of a SLOW fault takes its seconds, none after it."""
    host = connected(Fault(FaultKind.SLOW, start=10, duration=5, seconds=0.7, function="account_info"))
    for moment in (11, 12, 16):
        host.at(moment).account_info()
        host.module.positions_get()
    assert host.hazards.log == [("pause", 0.7), ("pause", 0.7)]


@pytest.mark.parametrize("code", [-10001, -10004])
def test_a_lost_pipe_stays_lost_until_initialize(code: int) -> None:
    """First -10002, then the lasting code; `initialize` fails while the fault lasts, and mends it afterwards."""
    host = connected(Fault(FaultKind.IPC_LOST, start=10, duration=5, code=code))
    errors = []
    for moment in (11, 12, 20):
        assert host.at(moment).account_info() is None
        errors.append(host.module.last_error()[0])
    assert errors == [-10002, code, code]
    again = connected(Fault(FaultKind.IPC_LOST, start=10, duration=5))
    assert not again.at(11).initialize()
    assert again.module.last_error()[0] == NOT_FOUND
    assert again.at(16).initialize()
    assert again.module.account_info() is not None


def test_a_lost_broker_link_leaves_the_account_readable() -> None:
    """The terminal says that it is not connected, ticks stop, orders are refused, the account is still there."""
    host = connected(Fault(FaultKind.BROKER_LINK_LOST, start=10, duration=5))
    module = host.at(12)
    assert not module.terminal_info().connected
    account = module.account_info()
    assert host.at(14).account_info() == account
    assert module.order_send(ORDER).retcode == TradeRetcode.CONNECTION
    age = host.simulation.terminal.server_time_msc() - module.symbol_info_tick("EURUSD").time_msc
    assert age > 3_900
    assert host.at(16).terminal_info().connected


def test_initialize_blocks_times_out_or_is_refused() -> None:
    """The three ways in which connecting goes wrong; other calls do not notice."""
    host = connected(
        Fault(FaultKind.INITIALIZE_BLOCKS, start=10, duration=5, seconds=100),
        Fault(FaultKind.TIMEOUT, start=20, duration=5),
        Fault(FaultKind.AUTH_FAILED, start=30, duration=5),
    )
    assert host.at(11).account_info() is not None
    assert host.module.initialize()
    assert host.hazards.log == [("hold", 100.0)]
    for moment, code in ((21, -10005), (31, -6)):
        assert not host.at(moment).initialize()
        assert host.module.last_error()[0] == code
    assert host.at(36).initialize()


def test_a_switched_account_is_another_one() -> None:
    """Another login answers, without our positions, until the fault ends."""
    host = connected(Fault(FaultKind.ACCOUNT_SWITCHED, start=10, duration=5, login=4711))
    module = host.at(12)
    assert (module.account_info().login, module.positions_get()) == (4711, ())
    module = host.at(16)
    assert module.account_info().login == SimulationSpec().login
    assert len(module.positions_get()) == 4


def test_vanished_symbols_come_back_when_selected() -> None:
    """Market Watch is emptied once; a symbol that is selected again ticks."""
    host = connected(Fault(FaultKind.SYMBOLS_VANISHED, start=10))
    module = host.at(11)
    assert module.symbol_info_tick("EURUSD") is None
    assert not module.symbol_info("EURUSD").select
    assert module.symbol_select("EURUSD", True)
    assert module.symbol_info_tick("EURUSD") is not None


def test_frozen_ticks_all_come_when_the_fault_ends() -> None:
    """Nothing newer than the fault's start is seen in its time, for its symbols; afterwards nothing is missing."""
    host = connected(Fault(FaultKind.FROZEN_TICKS, start=10, duration=20, symbols=("EURUSD",)))
    start = host.at(0).symbol_info_tick("EURUSD").time
    frozen = host.at(29).copy_ticks_from("EURUSD", start, 100_000, -1)
    other = host.module.symbol_info_tick("GBPUSD")
    assert 17_000 < other.time_msc - frozen["time_msc"][-1] < 25_000
    after = host.at(31).copy_ticks_from("EURUSD", start, 100_000, -1)
    clean = connected().at(31).copy_ticks_from("EURUSD", start, 100_000, -1)
    assert after.tobytes() == clean.tobytes()


def window(host: Host, start: float, end: float) -> Any:
    """Return EURUSD's ticks between two seconds after the plan's zero."""
    zero = host.simulation.terminal.server_time_msc() - (host.clock.now() - EPOCH).total_seconds() * 1000
    rows = host.module.copy_ticks_from("EURUSD", int(zero / 1000) - 5, 100_000, -1)
    moment = rows["time_msc"] - zero
    return rows[(moment >= start * 1000) & (moment < end * 1000)]


def test_crazy_prices_are_crazy_in_every_way_and_alike_at_each_reading() -> None:
    """Zero, negative, crossed and NaN prices occur within the fault's time only, the same ones for every reader."""
    host = connected(Fault(FaultKind.CRAZY_PRICES, start=10, duration=60))
    host.at(80)
    spoilt = window(host, 10, 70)
    bid, ask = spoilt["bid"], spoilt["ask"]
    assert (bid == 0).any()
    assert (bid < 0).any()
    assert (bid > ask).any()
    assert np.isnan(bid).any()
    assert ((bid > 0) & (ask > bid)).any()
    clean = window(host, 0, 10)
    assert ((clean["bid"] > 0) & (clean["ask"] > clean["bid"])).all()
    assert window(host, 10, 70).tobytes() == spoilt.tobytes()


def test_crazy_prices_reach_the_single_tick() -> None:
    """With a share of 1 the latest tick is crazy too."""
    host = connected(Fault(FaultKind.CRAZY_PRICES, start=10, duration=60, share=1.0))
    tick = host.at(40).symbol_info_tick("EURUSD")
    assert not 0 < tick.bid < tick.ask


def test_duplicated_ticks_come_twice_in_a_row() -> None:
    """Some ticks of the fault's time are doubled; without the doubles it is the true stream."""
    faulty, clean = connected(Fault(FaultKind.DUPLICATED_TICKS, start=10, duration=30)), connected()
    for host in (faulty, clean):
        host.at(50)
    doubled, true = window(faulty, 0, 50), window(clean, 0, 50)
    assert len(doubled) > len(true)
    assert np.unique(doubled).tobytes() == np.unique(true).tobytes()


def test_late_ticks_arrive_in_the_end() -> None:
    """Some ticks are missing at first, behind newer ones, and are there when they have arrived."""
    faulty, clean = connected(Fault(FaultKind.LATE_TICKS, start=10, duration=30, seconds=5.0)), connected()
    for host in (faulty, clean):
        host.at(30)
    missing = len(window(clean, 10, 30)) - len(window(faulty, 10, 30))
    assert missing > 0
    assert window(faulty, 10, 25).tobytes() == window(clean, 10, 25).tobytes()
    for host in (faulty, clean):
        host.at(46)
    assert window(faulty, 10, 46).tobytes() == window(clean, 10, 46).tobytes()


def test_the_servers_clock_jumps_and_comes_back() -> None:
    """All that carries a server time carries the jump, and ticks are asked for by it."""
    host = connected(Fault(FaultKind.CLOCK_JUMP, start=10, duration=5, value=3600))
    before = host.at(9).symbol_info_tick("EURUSD").time
    jumped = host.at(12).symbol_info_tick("EURUSD").time
    assert 3600 <= jumped - before < 3610
    assert len(host.module.copy_ticks_from("EURUSD", jumped - 30, 1000, -1)) > 20
    assert host.simulation.terminal.server_time_msc() // 1000 - jumped < 5
    assert host.at(16).symbol_info_tick("EURUSD").time - before < 10


REFUSALS = {
    FaultKind.REQUOTE: TradeRetcode.REQUOTE,
    FaultKind.PRICE_CHANGED: TradeRetcode.PRICE_CHANGED,
    FaultKind.NO_MONEY: TradeRetcode.NO_MONEY,
    FaultKind.MARKET_CLOSED: TradeRetcode.MARKET_CLOSED,
    FaultKind.TRADE_DISABLED: TradeRetcode.TRADE_DISABLED,
    FaultKind.AUTOTRADING_OFF: TradeRetcode.CLIENT_DISABLES_AT,
    FaultKind.TOO_MANY_REQUESTS: TradeRetcode.TOO_MANY_REQUESTS,
}


@pytest.mark.parametrize(("kind", "retcode"), REFUSALS.items())
def test_trade_faults_refuse_one_order(kind: FaultKind, retcode: TradeRetcode) -> None:
    """A fault without a duration refuses the next order, and the one after it is filled."""
    host = connected(Fault(kind, start=10))
    module = host.at(11)
    count = module.positions_total()
    assert module.order_send(ORDER).retcode == retcode
    assert module.positions_total() == count
    assert module.order_send(ORDER).retcode == TradeRetcode.DONE


def test_trading_that_is_switched_off_shows_in_the_terminal() -> None:
    """While AutoTrading or the API is off, the terminal says so; with the API off there is no answer but -8."""
    host = connected(
        Fault(FaultKind.AUTOTRADING_OFF, start=10, duration=5), Fault(FaultKind.API_OFF, start=20, duration=5)
    )
    assert not host.at(11).terminal_info().trade_allowed
    module = host.at(21)
    assert module.terminal_info().tradeapi_disabled
    assert module.order_send(ORDER) is None
    assert module.last_error()[0] == -8
    info = host.at(26).terminal_info()
    assert (info.trade_allowed, info.tradeapi_disabled) == (True, False)


def test_a_partial_fill_fills_a_part() -> None:
    """Half of the volume is filled, and the answer says so with 10010; the request is echoed whole."""
    result = connected(Fault(FaultKind.PARTIAL_FILL, start=10)).at(11).order_send(ORDER)
    assert (result.retcode, result.volume, result.request.volume) == (TradeRetcode.DONE_PARTIAL, 0.05, 0.1)


def test_a_lost_reply_is_of_an_order_that_was_filled() -> None:
    """The caller gets no answer, and the position is there."""
    host = connected(Fault(FaultKind.REPLY_LOST, start=10, seconds=20))
    module = host.at(11)
    count = module.positions_total()
    assert module.order_send(ORDER) is None
    assert module.last_error() == BROKEN
    assert host.hazards.log == [("hold", 20.0)]
    assert module.positions_total() == count + 1
