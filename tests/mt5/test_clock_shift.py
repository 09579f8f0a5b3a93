# SPDX-License-Identifier: MIT
"""Finding by the ticks themselves how far the server's clock was moved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.clock_shift import TAIL, FindClockShift, Tail
from arbitrex_desktop.mt5.errors import CallFailed
from tests.fakes.module import FakeModule, tick_rows

BEGIN = 1_741_770_000_000
Ticks = list[tuple[int, float, float]]


def moving_prices(symbol: str, count: int) -> Ticks:
    """Return ticks whose prices and pauses differ."""
    salt = len(symbol) + ord(symbol[0])
    return [(BEGIN + 137 * n + (salt * n * n) % 97, 1.1 + (salt * n % 7) / 1e4, 1.2) for n in range(count)]


def moved(module: FakeModule, symbol: str, ticks: Ticks, msc: int) -> Tail:
    """Give the module a symbol's ticks on a moved clock; return the tail as it was known before."""
    module.ticks[symbol] = [(time + msc, bid, ask) for time, bid, ask in ticks]
    return Tail(symbol, tick_rows(*ticks[-TAIL:]), 1000)


@given(msc=st.integers(-40_000_000, 40_000_000), count=st.integers(3, 60), newer=st.integers(0, 5))
def test_any_move_is_found_to_the_millisecond(msc: int, count: int, newer: int) -> None:
    """However far the clock was moved and whatever came since, the shift is exact."""
    module = FakeModule(["EURUSD"])
    tail = moved(module, "EURUSD", moving_prices("EURUSD", count), msc)
    for index in range(newer):
        module.add_tick("EURUSD", BEGIN + msc + 20_000 + index)
    assert FindClockShift((tail,)).run(module) == {"EURUSD": msc}


def test_short_tails_count_when_they_agree() -> None:
    """One tick alone says little, the same move seen by three symbols says enough."""
    module = FakeModule(["EURUSD", "GBPUSD", "USDJPY"])
    tails = [moved(module, symbol, moving_prices(symbol, 1), 5000) for symbol in module.ticks]
    assert FindClockShift(tuple(tails[:2])).run(module) == {"EURUSD": None, "GBPUSD": None}
    assert FindClockShift(tuple(tails)).run(module) == dict.fromkeys(module.ticks, 5000)


def test_a_short_tail_joins_a_sure_one() -> None:
    """A symbol of one tick that may have gone to two places has gone where the sure one went."""
    module = FakeModule(["EURUSD", "GBPUSD"])
    sure = moved(module, "EURUSD", moving_prices("EURUSD", 20), 5000)
    short = moved(module, "GBPUSD", [(BEGIN, 1.3, 1.4)], 5000)
    module.add_tick("GBPUSD", BEGIN + 5100, 1.3, 1.4)
    assert FindClockShift((sure, short)).run(module) == {"EURUSD": 5000, "GBPUSD": 5000}


def test_a_clock_that_stayed_is_found_in_its_place() -> None:
    """Of several places that fit, the nearest is taken: in a market that repeats itself nothing has moved."""
    module = FakeModule(["EURUSD"])
    ticks: Ticks = [(BEGIN + 1000 * n, 1.1, 1.2) for n in range(40)]
    assert FindClockShift((moved(module, "EURUSD", ticks, 0),)).run(module) == {"EURUSD": 0}


def test_an_amended_history_gives_no_answer() -> None:
    """Where one tick of the tail has another price now, it lies nowhere."""
    module = FakeModule(["EURUSD"])
    tail = moved(module, "EURUSD", moving_prices("EURUSD", 20), 5000)
    time, bid, ask = module.ticks["EURUSD"][-3]
    module.ticks["EURUSD"][-3] = (time, bid + 0.01, ask)
    assert FindClockShift((tail,)).run(module) == {"EURUSD": None}


def test_a_symbol_that_cannot_be_read_leaves_the_others_their_answer() -> None:
    """One that vanished is not one whose ticks are gone; only a lost connection fails the search."""
    module = FakeModule(["EURUSD"])
    tail = moved(module, "EURUSD", moving_prices("EURUSD", 20), -77)
    gone = Tail("GONE", tick_rows((BEGIN, 1.1, 1.2)), 0)
    assert FindClockShift((gone, tail)).run(module) == {"EURUSD": -77}
    module.failing["copy_ticks_from"] = (-10004, "No IPC connection")
    with pytest.raises(CallFailed):
        FindClockShift((tail,)).run(module)
