# SPDX-License-Identifier: MIT
"""The past in portions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.arrays import RATE_DTYPE
from arbitrex_desktop.mt5.commands import Command, CopyRates, CountHistory, History, Observed, ReadHistory
from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.results import AccountKey
from arbitrex_desktop.raw_layer.connection.history_reader import HistoryReader, Portion
from tests.fakes.broker_data import make_deal
from tests.fakes.clock import START

DAY = 86_400
ACCOUNT = ("Broker-Demo", 5)


class Terminal:
    """Answers commands about a past of many bars and deals, each taking a time by its size."""

    def __init__(self, bars: int = 0, seconds: Callable[[float], float] = lambda size: size * 1e-4) -> None:
        self.times = [60 * place for place in range(bars)]
        self.deals = tuple(make_deal(place + 1, place * DAY) for place in range(30))
        self.sizes: list[float] = []
        self.between: Callable[[], None] = lambda: None
        self.seconds = seconds
        self.timeframe = self.counted = 0
        self.can_count = True

    def ask(self, command: Command[Any], /) -> Observed[Any]:
        """Answer, and let happen what happens between two commands."""
        value: Any
        if isinstance(command, CopyRates):
            size: float = command.count
            self.timeframe = command.timeframe
            end = len(self.times) - command.start
            value = np.zeros(len(self.times[max(0, end - command.count) : max(0, end)]), dtype=RATE_DTYPE)
            value["time"] = self.times[max(0, end - command.count) : max(0, end)]
        else:
            assert isinstance(command, ReadHistory | CountHistory)
            size = (command.until - command.since) / DAY
            within = tuple(deal for deal in self.deals if command.since <= deal.time <= command.until)
            if isinstance(command, CountHistory):
                self.counted += 1
                if not self.can_count:
                    raise CallFailed("history_deals_total", -1, "Generic fail")
                return Observed((0, len(within)), START, 0.0)
            value = History(command.account, (), within)
        self.sizes.append(size)
        self.between()
        return Observed(value, START, self.seconds(size))


@given(have=st.integers(0, 900), count=st.integers(1, 900), start=st.integers(0, 50))
def test_the_portions_are_the_whole(have: int, count: int, start: int) -> None:
    """What comes in portions is what one request would have brought."""
    terminal = Terminal(have)
    end = max(0, have - start)
    rows = HistoryReader(terminal.ask).rates("EURUSD", 1, count, start)
    assert rows["time"].tolist() == terminal.times[max(0, end - count) : end]


@pytest.mark.parametrize(("timeframe", "first"), [(1, 16), (15, 16), (16385, 1), (16408, 1), (49153, 1)])
def test_of_long_bars_one_is_asked_for_first(timeframe: int, first: int) -> None:
    """A day of a replayed file is made of all its ticks: a month of days at once would hold up the prices.

    The newest minute comes before, to know what an answer takes anyway.
    """
    terminal = Terminal(100)
    HistoryReader(terminal.ask).rates("EURUSD", timeframe, 50, 0)
    assert terminal.sizes[:2] == [1, first]


def test_a_portion_grows_and_shrinks_to_its_time() -> None:
    """Fast portions grow four times at most, slow ones shrink to a quarter at most, and never below the least."""
    portion = Portion(32, 8, 1000)
    sizes = []
    for size, seconds in (
        *[(32, 0.0001), (32, 0.0001), (128, 0.05), (64, 10.0), (16, 10.0)],
        *[(900, 0.0001), (900, 0.0001), (3, 0.0001), (3, 0.0001), (3, 0.01)],
    ):
        portion.learn(size, seconds)
        sizes.append(portion.size)
    assert sizes == [32, 128, 64, 16, 8, 225, 1000, 750, 750, 8]


def test_a_cheap_bar_is_no_promise() -> None:
    """The day of now is known, and each before it is a second's work: no two of them are asked for at once."""
    terminal = Terminal(500)
    terminal.seconds = lambda size: 0.001 if len(terminal.sizes) <= 2 else 0.001 + 1.0 * size
    HistoryReader(terminal.ask).rates("EURUSD", 16408, 20, 0)
    assert set(terminal.sizes) == {1}


def test_what_was_learnt_is_remembered() -> None:
    """The second request of a timeframe begins with the portion that suits the terminal."""
    terminal = Terminal(5000)
    reader = HistoryReader(terminal.ask)
    reader.rates("EURUSD", 1, 2000, 0)
    terminal.sizes.clear()
    reader.rates("GBPUSD", 1, 2000, 0)
    assert terminal.sizes[0] == pytest.approx(250, rel=0.01)


def test_a_bar_that_begins_meanwhile_comes_once() -> None:
    """All bars move by one place between two portions; none is lost and none comes twice."""
    terminal = Terminal(500)
    terminal.between = lambda: terminal.times.append(terminal.times[-1] + 60)
    times = HistoryReader(terminal.ask).rates("EURUSD", 1, 300, 0)["time"].tolist()
    assert times == sorted(set(times))
    assert times == terminal.times[501 - len(times) : 501]


def test_deals_come_in_portions_and_each_once() -> None:
    """A slow history is cut into stretches of time; a deal on a border comes once, and one ahead of us comes too."""
    terminal = Terminal(seconds=lambda days: days * 0.02)
    history = HistoryReader(terminal.ask).deals(ACCOUNT, 0, 28 * DAY)
    assert [deal.ticket for deal in history.deals] == list(range(1, 31))
    assert len(terminal.sizes) > 5
    assert max(terminal.sizes[1:]) <= 7 / 4


def asked_each_second(reader: HistoryReader, account: AccountKey = ACCOUNT, since: int = 26 * DAY) -> History:
    """Ask as the risk manager does: of the week, each second."""
    return reader.deals(account, since, 28 * DAY)


def test_a_week_that_is_asked_for_each_second_is_read_once_a_minute() -> None:
    """The terminal counts, and is asked for all of it at the first two times, and once in sixty again."""
    terminal = Terminal()
    reader = HistoryReader(terminal.ask)
    found = {asked_each_second(reader) for _ in range(200)}
    assert [deal.ticket for history in found for deal in history.deals] == [27, 28, 29, 30]
    assert (len(terminal.sizes), terminal.counted) == (5, 195)


def test_a_deal_that_comes_is_in_the_very_next_answer() -> None:
    """Also one that came late, before others."""
    terminal = Terminal()
    reader = HistoryReader(terminal.ask)
    for _ in range(5):
        asked_each_second(reader)
    for ticket, at in ((31, 28 * DAY), (32, 26 * DAY + 1)):
        terminal.deals = (*terminal.deals, make_deal(ticket, at))
        assert ticket in [deal.ticket for deal in asked_each_second(reader).deals]
        assert ticket in [deal.ticket for deal in asked_each_second(reader).deals]


def test_what_is_given_again_is_of_the_account_and_the_time_that_were_asked_for() -> None:
    """Another account with as many deals, or another stretch, is read; and who asks once takes nobody's place."""
    terminal = Terminal()
    reader = HistoryReader(terminal.ask)
    for _ in range(3):
        asked_each_second(reader)
    assert asked_each_second(reader, ("Elsewhere", 7)).account == ("Elsewhere", 7)
    assert [deal.ticket for deal in asked_each_second(reader, since=25 * DAY).deals] == [26, 27, 28, 29, 30]
    terminal.sizes.clear()
    assert asked_each_second(reader).account == ACCOUNT
    assert terminal.sizes == []


@pytest.mark.parametrize("way", [0.03, 0.2, 2.0])
def test_a_slow_way_to_the_terminal_is_not_gone_more_often(way: float) -> None:
    """Where each request takes its time whatever it asks, two days of deals are a few requests still."""
    terminal = Terminal(500, seconds=lambda _size: way)
    reader = HistoryReader(terminal.ask)
    for _ in range(20):
        reader.deals(ACCOUNT, 27 * DAY, 28 * DAY)
    terminal.sizes.clear()
    assert [deal.ticket for deal in reader.deals(ACCOUNT, 27 * DAY, 28 * DAY).deals] == [28, 29, 30]
    assert len(terminal.sizes) <= 3


@pytest.mark.parametrize("way", [0.03, 0.2, 2.0])
@pytest.mark.parametrize("timeframe", [1, 15, 16385, 16408, 32769, 49153])
def test_bars_of_any_length_take_few_requests_on_a_slow_way(way: float, timeframe: int) -> None:
    """An hour's, a day's and a month's bars are no more asked for one by one than a minute's, the first time either."""
    terminal = Terminal(500, seconds=lambda size: way + size * 1e-5)
    assert len(HistoryReader(terminal.ask).rates("EURUSD", timeframe, 260, 0)) == 260
    assert len(terminal.sizes) <= 7


@pytest.mark.parametrize(("way", "each"), [(0.001, 0.02), (0.001, 0.3), (0.004, 0.0449)])
def test_work_that_each_bar_needs_is_not_taken_for_the_way(way: float, each: float) -> None:
    """Days of a large replay, each made of its ticks: no portion holds up an order for more than 50 ms or one bar."""
    terminal = Terminal(500)
    terminal.seconds = lambda size: way + (each * size if terminal.timeframe > 1 else 0.0)
    HistoryReader(terminal.ask).rates("EURUSD", 16408, 100, 0)
    assert all(size == 1 or terminal.seconds(size) <= 0.05 for size in terminal.sizes)


def test_a_way_that_became_shorter_is_learnt() -> None:
    """After a slow hour of the terminal its days are asked for by what they cost, as before."""
    terminal = Terminal(500)
    reader = HistoryReader(terminal.ask)
    terminal.seconds = lambda size: 0.5 + 0.01 * size
    reader.rates("EURUSD", 16408, 500, 0)
    terminal.seconds = lambda size: 0.001 + 0.01 * size
    for _ in range(3):
        reader.rates("EURUSD", 16408, 500, 0)
    terminal.sizes.clear()
    reader.rates("EURUSD", 16408, 500, 0)
    assert max(terminal.sizes) <= 4


def test_years_in_which_nothing_happened_are_passed_in_large_steps() -> None:
    """A way of 0.2 s a request does not turn half a century without a deal into thousands of requests."""
    terminal = Terminal(seconds=lambda _size: 0.2)
    terminal.deals = terminal.deals[:1]
    assert len(HistoryReader(terminal.ask).deals(ACCOUNT, 0, 20_000 * DAY).deals) == 1
    assert len(terminal.sizes) < 12


def test_a_terminal_that_does_not_count_is_read() -> None:
    """Counting saves work and nothing else: where it fails, all is read each time, and a sync goes on."""
    terminal = Terminal()
    terminal.can_count = False
    reader = HistoryReader(terminal.ask)
    for _ in range(5):
        assert [deal.ticket for deal in asked_each_second(reader).deals] == [27, 28, 29, 30]
    assert terminal.counted == 3
