# SPDX-License-Identifier: MIT
"""The pool finds the symbols that are meant on any broker, and says so when it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from arbitrex_desktop.raw_layer.symbols import SymbolChoice
from arbitrex_desktop.raw_layer.views import NOTHING_WATCHED, ConnectionState
from tests.fakes.broker_data import make_symbol
from tests.fakes.records import replace
from tests.raw_layer.test_mt5_pool import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Give a pool that is stopped at the end, whatever happened."""
    bench = Bench(tmp_path / "logs")
    yield bench
    bench.pool.stop()


def test_a_broker_s_suffix_does_not_matter(bench: Bench) -> None:
    """Plain names are found under the broker's names, and it is said which they are."""
    bench.module.symbols = {"EURUSDm": make_symbol("EURUSDm"), "GBPUSD.r": make_symbol("GBPUSD.r")}
    bench.module.ticks = {"EURUSDm": [], "GBPUSD.r": []}
    bench.pool.start_tick_collection()
    stats = bench.pool.stats()
    assert stats.symbols == ("EURUSDm", "GBPUSD.r")
    assert stats.resolved_symbols == {"EURUSD": "EURUSDm", "GBPUSD": "GBPUSD.r"}
    assert set(stats.missing_symbols) == {"USDJPY", "NOSUCH"}
    assert (bench.pool.resolve("EURUSD"), bench.pool.resolve("EURUSDm")) == ("EURUSDm", "EURUSDm")


def test_a_terminal_too_old_to_list_its_symbols_is_asked_for_the_names(bench: Bench) -> None:
    """`symbols_get` answers -5 on an old build: plain names are selected as they are."""
    bench.module.failing["symbols_get"] = (-5, "Incompatible versions")
    bench.pool.start_tick_collection()
    assert bench.pool.symbols == ("EURUSD", "GBPUSD", "USDJPY")
    assert "does not have it" in bench.pool.stats().missing_symbols["NOSUCH"]


def test_nothing_watched_is_said_with_the_way_to_mend_it(bench: Bench) -> None:
    """A broker with none of the names is connected to, and the figures say what to do."""
    bench.module.symbols = {"NZDCAD": make_symbol("NZDCAD")}
    bench.pool.start_tick_collection()
    stats = bench.pool.stats()
    assert (stats.state, stats.symbols, stats.last_error) == (ConnectionState.CONNECTED, (), NOTHING_WATCHED)


def test_symbols_are_added_and_removed_while_connected(bench: Bench) -> None:
    """What a person adds gets prices, what is removed gets none, and can be added again."""
    bench.pool.start_tick_collection()
    bench.module.symbols["NZDCAD"] = make_symbol("NZDCAD")
    bench.module.ticks["NZDCAD"] = []
    bench.pool.choose_symbols(SymbolChoice(frozenset({"NZDCAD"}), frozenset({"USDJPY"})))
    bench.until(lambda: bench.pool.symbols == ("EURUSD", "GBPUSD", "NZDCAD"))
    assert bench.pool.board.symbols == bench.pool.symbols
    bench.pool.choose_symbols(SymbolChoice(frozenset({"NZDCAD", "USDJPY"})))
    bench.until(lambda: set(bench.pool.symbols) == {"EURUSD", "GBPUSD", "NZDCAD", "USDJPY"})


def test_all_symbols_of_the_broker_are_listed(bench: Bench) -> None:
    """Also those that nobody watches, for a search."""
    bench.pool.start_tick_collection()
    assert set(bench.pool.stats().listed) == set(bench.module.symbols)


@pytest.mark.parametrize("name", ["EURUSD", "EUR/USD", "x.EURUSD", "eur-usd_i"])
def test_the_pair_that_tells_the_weeks_is_known_by_any_name(bench: Bench, name: str) -> None:
    """Its hourly bars are read for the server clock's summer time, however the broker writes it."""
    bench.module.symbols = {name: replace(make_symbol("EURUSD"), name=name)}
    bench.module.ticks = {name: []}
    bench.pool.start_tick_collection()
    bench.pool._ticks.server_clock.take_known(7_200_000)
    bench.pool.learn_summer_time()
    assert bench.module.calls["copy_rates_from_pos"]
