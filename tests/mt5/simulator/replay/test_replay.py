# SPDX-License-Identifier: MIT
"""A replayed market gives every tick of its files once, in order, as simulated time passes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.constants import Timeframe, TradeRetcode
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.mt5.simulator.market.market_feed import extremes_of
from arbitrex_desktop.mt5.simulator.market.server_clock import HOUR_MSC, SimulatedServerClock
from arbitrex_desktop.mt5.simulator.replay import text_file
from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError
from arbitrex_desktop.mt5.simulator.replay.replay import ReplayMarket, load_replay, symbols_in
from arbitrex_desktop.mt5.simulator.symbols.classes import spec_of
from tests.fakes.clock import ManualClock

HEADER = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>\n"
UTC_CLOCK = SimulatedServerClock("UTC")
WEEK = 7 * 86_400_000


def export(folder: Path, name: str, start: datetime, count: int = 50, step: float = 1.0) -> Path:
    """Write ticks `step` seconds apart, two at every fifth moment; return the file."""
    rows = []
    for number in range(count):
        moment = start + timedelta(seconds=step * (number - (number % 5 == 4)))
        time = moment.strftime("%Y.%m.%d\t%H:%M:%S.") + f"{moment.microsecond // 1000:03d}"
        rows.append(f"{time}\t{1.1 + number / 1e5:.5f}\t{1.1002 + number / 1e5:.5f}\t\t\t6\n")
    path = folder / name
    path.write_text(HEADER + "".join(rows))
    return path


def read_all(spec: SimulationSpec, symbols: list[str], step: float, steps: int) -> dict[str, Any]:
    """Poll a replay as the pool does, by a cursor with a count of ties; return what was read by symbol."""
    clock = ManualClock()
    simulation = build_simulation(spec, clock)
    module: Any = simulation.module
    assert module.initialize()
    cursors = dict.fromkeys(symbols, (0, 0))
    pieces: dict[str, list[Any]] = {symbol: [] for symbol in symbols}
    for symbol in symbols:
        assert module.symbol_select(symbol, True)
    for _ in range(steps):
        for symbol in symbols:
            last, ties = cursors[symbol]
            rows = module.copy_ticks_from(symbol, last // 1000, 100_000, -1)
            rows = rows[rows["time_msc"] >= last][ties:]
            if len(rows):
                newest = int(rows["time_msc"][-1])
                again = ties if newest == last else 0
                cursors[symbol] = newest, again + int((rows["time_msc"] == newest).sum())
                pieces[symbol].append(rows)
        clock.advance(step)
    return {symbol: np.concatenate(found) for symbol, found in pieces.items()}


@pytest.mark.slow
def test_every_tick_of_the_real_files_is_read_once(shared_dir: Path) -> None:
    """The 10 000 ticks of each real file, and four of each real bar, are read once and in order, at speed 100."""
    spec = SimulationSpec(replay=(shared_dir / "market_data",), speed=100.0)
    read = read_all(spec, ["EURUSD", "USDJPY", "GBPUSD"], step=1.3, steps=6200)
    assert {symbol: len(rows) for symbol, rows in read.items()} == {
        "EURUSD": 10_000,
        "USDJPY": 10_000,
        "GBPUSD": 40_000,
    }
    for symbol in ("EURUSD", "USDJPY"):
        lines = (shared_dir / "market_data" / f"{symbol}_ticks.csv").read_text().splitlines()[1:]
        first = datetime.strptime(" ".join(lines[0].split("\t")[:2]), "%Y.%m.%d %H:%M:%S.%f").replace(tzinfo=UTC)
        assert read[symbol]["time_msc"][0] == round(first.timestamp() * 1000)
        given = [float(line.split("\t")[3]) for line in lines if line.split("\t")[3]]
        assert read[symbol]["ask"][-1] == given[-1]
        assert (np.diff(read[symbol]["time_msc"]) >= 0).all()
        assert [int(line.split("\t")[6]) for line in lines] == read[symbol]["flags"].tolist()


def test_ties_are_neither_lost_nor_repeated(tmp_path: Path) -> None:
    """Ticks that share a millisecond are all read, whatever the pace of reading."""
    path = export(tmp_path, "EURUSD.csv", datetime(2024, 5, 15, 10, tzinfo=UTC))
    for step in (0.1, 1.0, 7.0):
        read = read_all(SimulationSpec(replay=(path,), server_clock="UTC"), ["EURUSD"], step, round(60 / step))
        assert len(read["EURUSD"]) == 50
        assert (np.diff(read["EURUSD"]["bid"]) > 0).all()


def test_nothing_of_the_future_is_seen(tmp_path: Path) -> None:
    """At the epoch the first tick is there, the others are not; they come at their time, at the speed asked for."""
    clock = ManualClock()
    path = export(tmp_path, "EURUSD.csv", datetime(2024, 5, 15, 10, tzinfo=UTC))
    module: Any = build_simulation(SimulationSpec(replay=(path,), speed=10.0, server_clock="UTC"), clock).module
    assert module.initialize()
    counts = []
    for _ in range(3):
        counts.append(len(module.copy_ticks_from("EURUSD", 0, 1000, -1)))
        clock.advance(1.0)
    assert counts == [1, 11, 21]


def test_a_restarted_replay_goes_on(tmp_path: Path) -> None:
    """A host with the same epoch finds the replay where it is by now, not at its beginning."""
    clock = ManualClock()
    path = export(tmp_path, "EURUSD.csv", datetime(2024, 5, 15, 10, tzinfo=UTC))
    spec = SimulationSpec(replay=(path,), epoch=clock.now(), server_clock="UTC")
    before = build_simulation(spec, clock).terminal.market_time_msc()
    clock.advance(20)
    assert build_simulation(spec, clock).terminal.market_time_msc() == before + 20_000


def test_server_times_are_read_by_the_servers_clock(tmp_path: Path) -> None:
    """An export's times are the broker's: 10:00 on an EET server in May is 07:00 UTC, and is shown as 10:00 again."""
    path = export(tmp_path, "EURUSD.csv", datetime(2024, 5, 15, 10, tzinfo=UTC))
    market = load_replay([path], SimulatedServerClock("EET"))
    assert datetime.fromtimestamp(market.first_msc / 1000, UTC).hour == 7
    module: Any = build_simulation(SimulationSpec(replay=(path,)), ManualClock()).module
    assert module.initialize()
    assert datetime.fromtimestamp(module.symbol_info_tick("EURUSD").time, UTC).hour == 10


def test_files_years_apart_play_side_by_side(tmp_path: Path) -> None:
    """Files that do not meet are moved by whole weeks, so that weekday and time of day stay."""
    export(tmp_path, "EURUSD_new.csv", datetime(2024, 5, 15, 10, tzinfo=UTC))
    export(tmp_path, "GBPUSD_old.csv", datetime(2012, 2, 2, 9, tzinfo=UTC))
    market = load_replay([tmp_path], UTC_CLOCK)
    new, old = market.series["EURUSD"], market.series["GBPUSD"]
    assert (new.shifted_msc, old.shifted_msc % WEEK) == (0, 0)
    assert abs(old.first_msc - new.first_msc) <= WEEK // 2
    assert datetime.fromtimestamp(old.first_msc / 1000, UTC).strftime("%a %H:%M") == "Thu 09:00"


def test_files_that_meet_are_not_moved(tmp_path: Path) -> None:
    """Ordinary neighbours keep their distance."""
    export(tmp_path, "EURUSD.csv", datetime(2024, 5, 15, 10, tzinfo=UTC))
    export(tmp_path, "GBPUSD.csv", datetime(2024, 5, 13, 9, tzinfo=UTC))
    assert [item.shifted_msc for item in load_replay([tmp_path], UTC_CLOCK).series.values()] == [0, 0]


def test_several_files_of_a_symbol_follow_one_another(tmp_path: Path) -> None:
    """Months of a symbol are joined in order, and may not overlap."""
    export(tmp_path, "EURUSD_2.csv", datetime(2024, 5, 15, 10, tzinfo=UTC))
    export(tmp_path, "EURUSD_1.csv", datetime(2024, 5, 14, 10, tzinfo=UTC))
    market = load_replay([tmp_path], UTC_CLOCK)
    rows = market.series["EURUSD"].rows
    assert len(rows) == 100
    assert (np.diff(rows["time_msc"]) >= 0).all()
    export(tmp_path, "EURUSD_3.csv", datetime(2024, 5, 15, 10, 0, 20, tzinfo=UTC))
    with pytest.raises(ReplayError, match=r"EURUSD_3\.csv: expected to begin after the end of .*EURUSD_2\.csv"):
        load_replay([tmp_path], UTC_CLOCK)


def test_one_bad_file_refuses_the_folder(tmp_path: Path) -> None:
    """Nothing is half loaded; folders and paths with nothing in them are refused too."""
    export(tmp_path, "EURUSD.csv", datetime(2024, 5, 15, 10, tzinfo=UTC))
    (tmp_path / "GBPUSD.csv").write_text("nonsense")
    with pytest.raises(ReplayError, match=r"GBPUSD\.csv, line 1"):
        build_simulation(SimulationSpec(replay=(tmp_path,)), ManualClock())
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "none"):
        with pytest.raises(ReplayError, match=path.name):
            load_replay([path], UTC_CLOCK)


def test_bars_and_trading_follow_the_replay(tmp_path: Path) -> None:
    """Bars are made of the replayed ticks, orders fill at their prices, and after the last one the market is closed."""
    clock = ManualClock()
    path = export(tmp_path, "EURGBP.csv", datetime(2024, 5, 15, 10, tzinfo=UTC), count=120)
    module: Any = build_simulation(SimulationSpec(replay=(path,), server_clock="UTC"), clock).module
    assert module.initialize()
    assert module.symbol_select("EURGBP", True)
    clock.advance(90)
    assert module.copy_rates_from_pos("EURGBP", int(Timeframe.M1), 0, 5)["tick_volume"].tolist() == [60, 31]
    request = {"action": 1, "symbol": "EURGBP", "volume": 0.1, "type": 0, "type_filling": 1}
    result = module.order_send(request)
    assert (result.retcode, result.price) == (TradeRetcode.DONE, module.symbol_info_tick("EURGBP").ask)
    # Pounds become dollars at a plausible level, since no pair of theirs is replayed.
    assert module.positions_get()[0].profit == pytest.approx(-0.0002 * 10_000 * 1.32, abs=0.02)
    clock.advance(200)
    assert module.order_send(request).retcode == TradeRetcode.MARKET_CLOSED
    assert [item.name for item in module.symbols_get()] == ["EURGBP"]


def test_market_is_closed_in_long_pauses(tmp_path: Path) -> None:
    """A pause of hours between ticks is a closed market, one of minutes is not."""
    export(tmp_path, "EURUSD_1.csv", datetime(2024, 5, 17, 20, tzinfo=UTC))
    export(tmp_path, "EURUSD_2.csv", datetime(2024, 5, 19, 22, tzinfo=UTC), step=600.0)
    market: ReplayMarket = load_replay([tmp_path], UTC_CLOCK)
    saturday = round(datetime(2024, 5, 18, 12, tzinfo=UTC).timestamp() * 1000)
    sunday = round(datetime(2024, 5, 19, 22, 5, tzinfo=UTC).timestamp() * 1000)
    opened = [market.is_open("EURUSD", moment) for moment in (market.first_msc - 1, saturday, sunday, sunday + WEEK)]
    assert opened == [False, False, True, False]
    assert market.last_tick("EURUSD", market.first_msc - 1) is None


SHORT = 2_000
"""Bytes of a part: some forty rows."""


def test_many_files_are_told_of_by_the_hundredth_and_alike_symbols_in_one_line(tmp_path: Path) -> None:
    """300 files: progress is told 100 times, and what unknown symbols were taken for once."""
    for number in range(300):
        export(tmp_path, f"#S{number:03d}Q.csv", datetime(2024, 5, 15, 10, tzinfo=UTC), count=3)
    told: list[tuple[int, int]] = []
    market = load_replay([tmp_path], UTC_CLOCK, report=lambda done, files: told.append((done, files)))
    assert told == [(done, 300) for done in range(0, 300, 3)]
    (note,) = market.notes
    assert note.startswith("#S000Q, #S001Q, #S002Q, #S003Q, #S004Q and 295 more: unknown: taken for")


@pytest.fixture
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files be read in parts of some forty rows."""
    monkeypatch.setattr(text_file, "PART_BYTES", SHORT)


def shuffled(folder: Path, order: list[int]) -> Path:
    """Write a tick a second of an hour in some order; return the file."""
    path = export(folder, "EURUSD.csv", datetime(2024, 5, 15, 10, tzinfo=UTC), count=len(order))
    lines = path.read_text().splitlines()[1:]
    path.write_text(HEADER + "".join(lines[number] + "\n" for number in order))
    return path


@pytest.mark.usefixtures("short_parts")
@given(seed=st.integers(0, 1000), reach=st.integers(2, 30), count=st.integers(50, 400))
@settings(max_examples=25, deadline=None)
def test_rows_in_the_wrong_order_are_sorted_and_said(
    tmp_path_factory: pytest.TempPathFactory, seed: int, reach: int, count: int
) -> None:
    """Rows that stand some places away come at their time, none is lost, and the user is told; strict refuses them."""
    folder = tmp_path_factory.mktemp("order")
    expected = load_replay([shuffled(folder, [*range(count)])], UTC_CLOCK).series["EURUSD"].rows
    random = np.random.default_rng(seed)
    order = np.argsort(np.arange(count) + random.uniform(0, reach, count), kind="stable").tolist()
    path = shuffled(folder, order)
    market = load_replay([path], UTC_CLOCK)
    while market.read_ahead():
        pass
    rows = market.series["EURUSD"].rows
    assert sorted(rows.tolist()) == sorted(expected.tolist())
    assert (np.diff(rows["time_msc"]) >= 0).all()
    assert (market.first_msc, market.last_msc) == (rows["time_msc"][0], rows["time_msc"][-1])
    played = np.concatenate([*market.ticks("EURUSD", market.first_msc, market.last_msc)])
    assert played.tolist() == rows.tolist()
    assert market.last_tick("EURUSD", market.first_msc) is not None
    disordered = (np.diff([float(expected["time_msc"][number]) for number in order]) < 0).any()
    assert any("played in order of time" in note for note in market.notes) == disordered
    if disordered:
        with pytest.raises(ReplayError, match=r"EURUSD\.csv, line \d+: expected a time no earlier"):
            _read_to_the_end(load_replay([path], UTC_CLOCK, strict=True))


@pytest.mark.parametrize("moved", [5, 15])
def test_the_ends_of_a_file_may_be_in_the_wrong_order(tmp_path: Path, moved: int) -> None:
    """Rows of an hour before the first one, or of before the last ones: all is played, in order of time."""
    sound = load_replay([shuffled(tmp_path, [*range(20)])], UTC_CLOCK).series["EURUSD"].rows
    market = load_replay([shuffled(tmp_path, [*range(moved, 20), *range(moved)])], UTC_CLOCK)
    assert (market.first_msc, market.last_msc) == (sound["time_msc"][0], sound["time_msc"][-1])
    played = np.concatenate([*market.ticks("EURUSD", market.first_msc, market.last_msc)])
    assert played["time_msc"].tolist() == sound["time_msc"].tolist()


def _read_to_the_end(market: ReplayMarket) -> None:
    """Read a market to its end; raise what ended it early."""
    while market.read_ahead():
        pass
    for item in market.series.values():
        if item.fault:
            raise ReplayError(item.fault)


@pytest.mark.usefixtures("short_parts")
def test_rows_far_from_their_place_end_the_replay_in_words(tmp_path: Path) -> None:
    """What would take the whole file to sort is refused, where it is found: at the start, or while playing."""
    backwards = shuffled(tmp_path, [*range(399, -1, -1)])
    with pytest.raises(ReplayError, match=r"EURUSD\.csv: expected rows in order of time"):
        load_replay([backwards], UTC_CLOCK)
    late = shuffled(tmp_path, [*range(390), 10, *range(390, 400)])
    with pytest.raises(ReplayError, match=r"EURUSD\.csv: expected rows in order of time.*the replay of EURUSD ends"):
        _read_to_the_end(load_replay([late], UTC_CLOCK))


@pytest.mark.usefixtures("short_parts")
def test_a_bad_row_far_behind_ends_the_replay_before_it(tmp_path: Path) -> None:
    """A large file plays at once; a row that cannot be read is named while it plays, and nothing after it is played."""
    path = export(tmp_path, "EURUSD.csv", datetime(2024, 5, 15, 10, tzinfo=UTC), count=400)
    lines = path.read_text().splitlines()
    lines[350] = lines[350].replace("1.1", "1,1", 1)
    path.write_text("\n".join(lines) + "\n")
    clock = ManualClock()
    simulation = build_simulation(SimulationSpec(replay=(path,), server_clock="UTC"), clock)
    status = simulation.replay_status()
    assert status is not None
    assert 0 < status.share_read < 1
    for _ in range(20):
        simulation.idle()
    status = simulation.replay_status()
    assert status is not None
    assert f"{path}, line 351: expected BID to be a price, found '1,1" in status.notes[-1]
    module: Any = simulation.module
    assert module.initialize()
    clock.advance(1000)
    rows = module.copy_ticks_from("EURUSD", 0, 1000, -1)
    assert 250 < len(rows) < 350
    assert module.symbol_info_tick("EURUSD").time_msc == rows["time_msc"][-1]


@pytest.mark.usefixtures("short_parts")
def test_a_large_file_is_held_in_parts(tmp_path: Path) -> None:
    """Ticks, the newest one, extremes and bars are those of the whole file, of which only some parts are in memory."""
    path = export(tmp_path, "EURUSD.csv", datetime(2024, 5, 15, 10, tzinfo=UTC), count=2000, step=7.0)
    market = load_replay([path], UTC_CLOCK)
    item = market.series["EURUSD"]
    rows = item.rows
    assert len(rows) == 2000
    assert len(item) > 30
    for first, last in ((0, 1999), (700, 1300), (42, 43), (1990, 1999)):
        start, end = (int(rows["time_msc"][place]) for place in (first, last))
        some = rows[(rows["time_msc"] >= start) & (rows["time_msc"] <= end)]
        assert np.concatenate([*market.ticks("EURUSD", start, end)]).tolist() == some.tolist()
        assert market.extremes("EURUSD", start, end) == extremes_of(some)
        assert market.last_tick("EURUSD", end).tolist() == some[-1:].tolist()  # type: ignore[union-attr]
    hours = {moment // HOUR_MSC * HOUR_MSC for moment in rows["time_msc"].tolist()}
    assert [*market.hours_back("EURUSD", 2**62)] == sorted(hours, reverse=True)
    assert len(item._raw) <= 4
    assert len(item._parts) <= 8


def test_the_repeated_hour_of_winter_time_plays_once(tmp_path: Path) -> None:
    """When clocks are set back the server shows an hour twice: its rows are sorted into one, and this is said."""
    first = export(tmp_path, "BTCUSD_1.csv", datetime(2025, 10, 26, 2, 30, tzinfo=UTC), count=100, step=60.0)
    again = export(tmp_path, "again.csv", datetime(2025, 10, 26, 3, 10, tzinfo=UTC), count=100, step=60.0)
    first.write_text(first.read_text() + again.read_text().removeprefix(HEADER))
    again.unlink()
    market = load_replay([first], SimulatedServerClock("EET"))
    rows = market.series["BTCUSD"].rows
    assert len(rows) == 200
    assert (np.diff(rows["time_msc"]) >= 0).all()
    assert any("played in order of time" in note for note in market.notes)


def test_symbols_and_conditions_come_with_the_files(tmp_path: Path) -> None:
    """Two suffixes are two symbols; a sidecar describes what no class knows; a guess is said; Market Watch has all."""
    for name in ("EURUSD.a", "EURUSD.b", "WINQ20", "Volatility 75 Index"):
        export(tmp_path, f"{name}_2024.csv", datetime(2024, 5, 15, 10, tzinfo=UTC))
    (tmp_path / "symbols.toml").write_text('[WINQ20]\ncontract_size = 0.2\nprofit = "BRL"\n')
    simulation = build_simulation(SimulationSpec(replay=(tmp_path,)), ManualClock())
    module: Any = simulation.module
    assert module.initialize()
    found = {item.name: item for item in module.symbols_get()}
    assert {*found} == {"EURUSD.a", "EURUSD.b", "WINQ20", "Volatility 75 Index"}
    assert all(item.visible for item in found.values())
    assert (found["EURUSD.a"].trade_contract_size, found["WINQ20"].trade_contract_size) == (100_000.0, 0.2)
    status = simulation.replay_status()
    assert status is not None
    assert [note for note in status.notes if "unknown" in note] == [
        f"Volatility 75 Index: {spec_of('Volatility 75 Index', 5).origin}"
    ]
    (tmp_path / "symbols.toml").write_text("[WINQ20]\nsize = 1\n")
    with pytest.raises(ReplayError, match=r"symbols\.toml.*expected one of"):
        load_replay([tmp_path], UTC_CLOCK)


def test_profit_in_another_currency_is_converted_by_a_replayed_pair(tmp_path: Path) -> None:
    """A pair's suffix does not keep it from converting another symbol's profit."""
    for name, start in (("USDJPYm", 150.0), ("JP225m", 40_000.0)):
        path = export(tmp_path, f"{name}_t.csv", datetime(2024, 5, 15, 10, tzinfo=UTC))
        path.write_text(path.read_text().replace("\t1.1", f"\t{start + 1:.0f}.1"))
    module: Any = build_simulation(SimulationSpec(replay=(tmp_path,)), ManualClock()).module
    assert module.initialize()
    ask = module.symbol_info_tick("USDJPYm").ask
    assert module.order_calc_profit(1, "JP225m", 10.0, 40_100.0, 40_000.0) == pytest.approx(1000 / ask, abs=0.02)


def test_symbols_are_told_before_anything_is_played(tmp_path: Path) -> None:
    """Which symbols files bring can be asked by name and first lines; of files that cannot be used there are none."""
    for name in ("US30", "EURUSD.a"):
        export(tmp_path, f"{name}_2024.csv", datetime(2024, 5, 15, 10, tzinfo=UTC))
    (tmp_path / "GBPUSD60.csv").write_text("2026.03.02,18:49,1.10,1.12,1.09,1.11,30\n")
    assert {*symbols_in([tmp_path])} == {"US30", "EURUSD.a", "GBPUSD"}
    assert symbols_in([tmp_path / "none.csv"]) == ()
