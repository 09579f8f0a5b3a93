# SPDX-License-Identifier: MIT
"""The demo account, and the terminal's calls about the market, through the module as the program uses it."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.constants import CopyTicks, DealType, OrderFilling, SymbolFilling, Timeframe, TradeRetcode
from arbitrex_desktop.mt5.results import SymbolInfo
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.mt5.simulator.symbols.specs import SYMBOLS
from tests.fakes.clock import ManualClock

WEDNESDAY = datetime(2026, 7, 22, 12, 30, 30, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 13, 40, tzinfo=UTC)


def terminal(clock: ManualClock, **settings_: Any) -> Any:
    """Return a connected module; more arguments go to its specification."""
    module: Any = build_simulation(SimulationSpec(**settings_), clock).module
    assert module.initialize()
    return module


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock on a Wednesday at half past noon."""
    return ManualClock(WEDNESDAY)


@pytest.fixture
def module(clock: ManualClock) -> Any:
    """Return the module of the default demo."""
    return terminal(clock)


@pytest.mark.parametrize("moment", [WEDNESDAY, SUNDAY, datetime(2026, 11, 21, 3, tzinfo=UTC)])
@pytest.mark.parametrize("currency", ["USD", "JPY", "CHF"])
def test_a_new_demo_has_a_deposit_and_positions_whenever_it_starts(moment: datetime, currency: str) -> None:
    """The history begins with the deposit; the positions were opened earlier, at prices of that time; ticks come."""
    deposit = 15_000_000.0 if currency == "JPY" else 100_000.0
    clock = ManualClock(moment)
    module = terminal(clock, currency=currency, deposit=deposit)
    first, *others = module.history_deals_get(0, 2**31 - 1)
    assert (first.type, first.profit) == (DealType.BALANCE, deposit)
    positions = module.positions_get()
    assert 3 <= len(positions) <= 4
    assert len(others) >= len(positions)
    assert all(first.time < item.time < module.symbol_info_tick(item.symbol).time for item in positions)
    account = module.account_info()
    assert account.trade_mode == 0
    assert abs(account.equity / deposit - 1) < 0.02
    tick = module.symbol_info_tick("EURUSD").time_msc
    clock.advance(5)
    assert module.symbol_info_tick("EURUSD").time_msc > tick


def test_a_market_begins_where_it_is_told_to(clock: ManualClock) -> None:
    """A trial's week begins on its Monday, whatever day it is, and goes on from there."""
    monday = datetime(2026, 3, 1, 22, tzinfo=UTC)
    module = terminal(clock, begins=monday, speed=60.0)
    clock.advance(60)
    shown = datetime.fromtimestamp(module.symbol_info_tick("EURUSD").time, UTC)
    assert timedelta(hours=3 - 0.01) < shown - monday <= timedelta(hours=3)


def test_same_specification_same_world(clock: ManualClock) -> None:
    """Two terminals of one seed and clock show the same account and market; another seed shows another one."""
    shown = [
        (terminal(clock, seed=seed).positions_get(), terminal(clock, seed=seed).symbol_info_tick("EURUSD"))
        for seed in (7, 7, 8)
    ]
    assert str(shown[0]) == str(shown[1])
    assert str(shown[0]) != str(shown[2])


def test_the_wrong_account_is_refused(clock: ManualClock) -> None:
    """Another login, server or password is not authorised; the right ones are."""
    module: Any = build_simulation(SimulationSpec(login=5, server="Demo", password="right"), clock).module
    for wrong in ({"login": 6}, {"login": 5, "server": "Live"}, {"login": 5, "password": "wrong"}):
        assert not module.initialize(**wrong)
        assert module.last_error()[0] == -6
    assert module.initialize(login=5, password="right", server="Demo")
    assert module.account_info().login == 5


def test_the_first_login_fixes_the_password(clock: ManualClock, tmp_path: Path) -> None:
    """Another password is not authorised then, after a restart either; none is needed; the books do not hold it."""
    for login, used, other in ((5, "first ü", "second"), (5, "first ü", "third"), (6, "second", "first ü")):
        spec = SimulationSpec(login=login, store=tmp_path / "books.sqlite3", epoch=WEDNESDAY)
        simulation = build_simulation(spec, clock)
        module: Any = simulation.module
        assert module.initialize()
        assert module.initialize(login=login, password=used)
        assert not module.login(login, other)
        assert module.login(login, used)
        assert not module.initialize(login=login, password=other)
        assert module.last_error() == (-6, "Terminal: Authorization failed")
        assert module.initialize(login=login)
        simulation.close()
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"first" not in held
    assert b"mark:password" in held


def test_specification_crosses_to_the_host() -> None:
    """A specification can be pickled, since it is sent to another process."""
    spec = SimulationSpec(epoch=WEDNESDAY)
    assert pickle.loads(pickle.dumps(spec)) == spec


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_symbol_can_be_traded_as_it_says(module: Any, symbol: str) -> None:
    """An order built from a symbol's own properties alone is filled: smallest volume, an allowed filling, its price."""
    assert module.symbol_select(symbol, True)
    info = SymbolInfo.from_module(module.symbol_info(symbol))
    tick = module.symbol_info_tick(symbol)
    allowed = [
        mode
        for mode, flag in ((OrderFilling.FOK, SymbolFilling.FOK), (OrderFilling.IOC, SymbolFilling.IOC))
        if info.filling_mode & flag
    ]
    distance = max(info.trade_stops_level + info.spread, 10) * info.point * 2
    request = {
        "action": 1,
        "symbol": symbol,
        "volume": info.volume_min,
        "type": 0,
        "price": tick.ask,
        "sl": tick.bid - distance,
        "tp": tick.ask + distance,
        "deviation": 10,
        "type_filling": int(allowed[0] if allowed else OrderFilling.RETURN),
    }
    assert module.order_check(request).retcode == 0
    result = module.order_send(request)
    assert (result.retcode, result.price) == (TradeRetcode.DONE, tick.ask)
    (position,) = module.positions_get(ticket=result.order)
    assert position.profit <= 0
    assert position.sl == pytest.approx(tick.bid - distance, abs=info.point)


def test_symbol_properties_agree_with_its_tick(module: Any) -> None:
    """Bid, ask, spread and time are the tick's; the day's open and the close before are near."""
    info, tick = module.symbol_info("EURUSD"), module.symbol_info_tick("EURUSD")
    assert (info.bid, info.ask, info.time) == (tick.bid, tick.ask, tick.time)
    assert info.spread == round((tick.ask - tick.bid) / info.point)
    assert info.session_open == pytest.approx(info.bid, rel=0.03)
    assert info.price_change == pytest.approx((info.bid / info.session_close - 1) * 100, abs=1e-4)


def test_a_symbol_outside_market_watch_has_history_and_no_latest_tick(module: Any) -> None:
    """The latest tick is for selected symbols, past ones are for all; one with a position stays selected."""
    assert len(module.copy_ticks_from("XPDUSD", 0, 5, -1)) == 5
    assert module.symbol_info_tick("XPDUSD") is None
    assert module.symbol_select("XPDUSD", True)
    assert module.symbol_info_tick("XPDUSD") is not None
    assert module.symbol_select("XPDUSD", False)
    assert not module.symbol_select(module.positions_get()[0].symbol, False)
    assert not module.symbol_select("NOSUCH", True)
    assert module.last_error()[0] == -4


def test_groups_filter_symbols(module: Any) -> None:
    """Conditions apply in turn; `!` takes out what the ones before let in."""
    names = {item.name for item in module.symbols_get(group="*USD*,!XAU*,!XAG*")}
    assert "EURUSD" in names
    assert "XPDUSD" in names
    assert not names & {"XAUUSD", "XAGUSD", "EURGBP"}
    assert module.symbols_get(group="NOSUCH*") == ()
    assert module.symbols_total() == len(module.symbols_get()) == 41


def test_ticks_by_count_by_range_and_by_flag(module: Any, clock: ManualClock) -> None:
    """Ticks come oldest first from a second on; TRADE has none where nothing is traded; INFO has all."""
    clock.advance(60)
    now = module.symbol_info_tick("EURUSD").time
    ten = module.copy_ticks_from("EURUSD", now - 30, 10, CopyTicks.ALL)
    assert len(ten) == 10
    assert ten["time"][0] >= now - 30
    ranged = module.copy_ticks_range("EURUSD", now - 30, now - 10, CopyTicks.INFO)
    assert ranged[:10].tobytes() == ten.tobytes()
    assert ranged["time_msc"][-1] <= (now - 10) * 1000
    assert (ranged["time"] == ranged["time_msc"] // 1000).all()
    assert len(module.copy_ticks_from("EURUSD", now - 30, 10, CopyTicks.TRADE)) == 0
    assert not ten.flags.writeable


@given(start=st.integers(0, 50), count=st.integers(1, 50))
@settings(max_examples=10)
def test_bars_by_position_are_a_window_on_all_bars(start: int, count: int) -> None:
    """Bars by position, by date and by range are the same bars."""
    module = terminal(ManualClock(WEDNESDAY))
    every = module.copy_rates_from_pos("EURUSD", int(Timeframe.M5), 0, 100)
    chosen = module.copy_rates_from_pos("EURUSD", int(Timeframe.M5), start, count)
    assert chosen.tobytes() == every[100 - start - count : 100 - start].tobytes()
    dated = module.copy_rates_from("EURUSD", int(Timeframe.M5), int(chosen["time"][-1]), count)
    assert dated.tobytes() == chosen.tobytes()
    ranged = module.copy_rates_range("EURUSD", int(Timeframe.M5), int(chosen["time"][0]), int(chosen["time"][-1]))
    assert ranged.tobytes() == chosen.tobytes()


def test_depth_of_market_surrounds_the_tick(module: Any) -> None:
    """The book is there once subscribed, with the tick's own prices best on each side."""
    assert module.market_book_get("EURUSD") is None
    assert module.market_book_add("EURUSD")
    book = module.market_book_get("EURUSD")
    tick = module.symbol_info_tick("EURUSD")
    assert min(item.price for item in book if item.type == 1) == tick.ask
    assert max(item.price for item in book if item.type == 2) == tick.bid
    assert [item.price for item in book] == sorted((item.price for item in book), reverse=True)
    assert module.market_book_release("EURUSD")
    assert not module.market_book_release("EURUSD")


def test_a_weekend_passes_without_ticks(clock: ManualClock) -> None:
    """From Friday to Sunday nothing ticks and nothing is traded; on Monday the market goes on."""
    module = terminal(clock, demo_positions=False)
    clock.advance(timedelta(days=3).total_seconds())
    last = module.symbol_info_tick("EURUSD")
    clock.advance(3600)
    assert module.symbol_info_tick("EURUSD").time_msc == last.time_msc
    order = {"action": 1, "symbol": "EURUSD", "volume": 0.1, "type": 0, "type_filling": 1}
    assert module.order_send(order).retcode == TradeRetcode.MARKET_CLOSED
    clock.advance(timedelta(days=2).total_seconds())
    assert module.order_send(order).retcode == TradeRetcode.DONE


def test_server_clock_dresses_all_times(clock: ManualClock) -> None:
    """In July an EET server shows three hours more than UTC, on ticks, deals and bars alike."""
    for rule, hours in (("EET", 3), ("NewYork", 3), ("UTC", 0)):
        module = terminal(clock, server_clock=rule)
        expected = WEDNESDAY + timedelta(hours=hours)
        tick = datetime.fromtimestamp(module.symbol_info_tick("EURUSD").time, UTC)
        bar = datetime.fromtimestamp(int(module.copy_rates_from_pos("EURUSD", 1, 0, 1)["time"][0]), UTC)
        assert timedelta(0) <= expected - tick < timedelta(seconds=10)
        assert bar == expected.replace(second=0)


def test_day_long_feed_keeps_its_memory(clock: ManualClock) -> None:
    """The caches of ticks and paths do not grow with time."""
    simulation = build_simulation(SimulationSpec(demo_positions=False), clock)
    feed: Any = simulation.terminal._feed
    sizes = []
    for _ in range(30):
        for symbol in ("EURUSD", "XAUUSD", "GDAXIm"):
            now = simulation.terminal.market_time_msc()
            assert len([*feed.ticks(symbol, now - 60_000, now)]) <= 2
        clock.advance(3600)
        sizes.append(len(feed._recent))
    assert max(sizes) <= len(SYMBOLS) + 15


@pytest.mark.parametrize(
    "path",
    [
        "simulated",
        "Simulated",
        "C:/Program Files/Simulated terminal/terminal64.exe",
        r"c:\program files\simulated terminal\TERMINAL64.EXE",
    ],
)
def test_the_simulated_terminal_has_a_path(module: Any, path: str) -> None:
    """`initialize` takes the word "simulated" and the program in the folder that the terminal itself names."""
    assert module.initialize(path)
    assert module.initialize(path=path)
    info = module.terminal_info()
    assert path.lower() == "simulated" or PureWindowsPath(info.path, "terminal64.exe") == PureWindowsPath(path)
    assert all(PureWindowsPath(folder).is_absolute() for folder in (info.path, info.data_path, info.commondata_path))


def test_another_terminals_path_is_refused(module: Any) -> None:
    """A path at which there is no terminal fails as the package does, and the connection is gone."""
    assert not module.initialize("C:/nonexistent/terminal64.exe")
    assert module.last_error() == (
        -10003,
        "IPC initialize failed, Process create failed 'C:/nonexistent/terminal64.exe'",
    )
    assert module.account_info() is None


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_sums_of_what_is_no_number_are_refused(module: Any, bad: float) -> None:
    """A volume or a price of which no amount can be made is an error of the terminal's, never an exception."""
    asked = (
        ("order_calc_margin", (0, "EURUSD", bad, 1.1)),
        ("order_calc_profit", (1, "EURUSD", 0.1, bad, 1.1)),
        ("order_calc_profit", (0, "USDJPY", bad, 150.0, bad)),
    )
    for name, arguments in asked:
        assert getattr(module, name)(*arguments) is None
        assert module.last_error() == (-2, "Terminal: Invalid params")


@pytest.mark.parametrize("speed", [1.0, 60.0])
def test_the_next_tick_is_announced(clock: ManualClock, speed: float) -> None:
    """Just before the announced moment there is no new tick, at it there is one; a minute is foreseen at most."""
    simulation = build_simulation(SimulationSpec(speed=speed), clock)
    simulation.module.initialize()

    def newest() -> int:
        tick = simulation.module.symbol_info_tick("EURUSD")
        assert tick is not None
        return int(tick.time_msc)

    for _ in range(20):
        before = newest()
        seconds = simulation.terminal.seconds_to_next_tick("EURUSD", before)
        assert 0.0 < seconds <= 60.0
        clock.advance(max(0.0, seconds - 0.002 / speed))
        assert newest() == before
        clock.advance(0.004 / speed)
        assert newest() > before
    assert simulation.terminal.seconds_to_next_tick("EURUSD", newest() - 60_000) == 0.0
