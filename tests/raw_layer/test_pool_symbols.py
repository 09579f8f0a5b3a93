# SPDX-License-Identifier: MIT
"""The pool finds the symbols that are meant on any broker, and says so when it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from arbitrex_desktop.raw_layer.views import NOTHING_WATCHED, ConnectionState
from tests.fakes.broker_data import make_symbol
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
