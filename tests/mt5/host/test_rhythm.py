# SPDX-License-Identifier: MIT
"""How often a terminal that announces nothing is looked at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.host.rhythm import AdaptiveRhythm, AnnouncedRhythm

CHEAP = 1e-9


def test_a_symbol_that_ticks_is_looked_at_again_soon_and_a_quiet_one_later() -> None:
    """10 ms after a tick, a third of the silence later on, a quarter of a second at most, and a second when closed."""
    rhythm = AdaptiveRhythm()
    assert rhythm.next_look("EURUSD", 1, 0.0, CHEAP) == pytest.approx(0.010)
    assert rhythm.next_look("EURUSD", 1, 0.3, CHEAP) == pytest.approx(0.4)
    assert rhythm.next_look("EURUSD", 1, 60.0, CHEAP) == pytest.approx(60.25)
    assert rhythm.next_look("EURUSD", 1, 301.0, CHEAP) == pytest.approx(302.0)
    assert rhythm.next_look("EURUSD", 2, 302.0, CHEAP) == pytest.approx(302.010)


def test_a_symbol_that_fails_is_no_busy_one() -> None:
    """A failing look is repeated as seldom as one at a quiet symbol."""
    rhythm = AdaptiveRhythm()
    rhythm.next_look("GONE", None, 0.0, CHEAP)
    assert rhythm.next_look("GONE", None, 9.0, CHEAP) == pytest.approx(9.25)


@given(symbols=st.integers(1, 1000), spent=st.floats(1e-5, 5e-3))
def test_looking_takes_a_fifth_of_the_time_at_most(symbols: int, spent: float) -> None:
    """However many symbols tick, and however slow a look is, the looks that are planned fit into a fifth."""
    rhythm = AdaptiveRhythm()
    planned = dict.fromkeys(range(symbols), 0.0)
    for number in range(300 // symbols + 3):
        planned = {symbol: rhythm.next_look(str(symbol), number, 0.0, spent) for symbol in planned}
    assert sum(spent / wait for wait in planned.values()) <= 0.2 * 1.05


class Announcer:
    """A terminal whose next tick is known."""

    def seconds_to_next_tick(self, symbol: str, after_msc: int) -> float:
        """Return something of both."""
        return {"EURUSD": 1.0, "GBPUSD": 2.0}[symbol] + after_msc


def test_an_announced_tick_is_looked_at_when_it_comes() -> None:
    """The terminal's own word counts; a failing symbol is tried again a little later."""
    rhythm = AnnouncedRhythm(Announcer())
    assert rhythm.next_look("GBPUSD", 5, 100.0, CHEAP) == 107.0
    assert rhythm.next_look("EURUSD", None, 100.0, CHEAP) == 100.25
