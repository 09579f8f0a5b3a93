# SPDX-License-Identifier: MIT
"""The feed between a module and the sinks: every tick once, whatever the server's clock does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.polling import Poll
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.raw_layer.ticks.tick_pipeline import TickPipeline
from tests.fakes.broker_data import make_symbol
from tests.fakes.clock import ManualClock
from tests.fakes.module import FakeModule

BEGIN = 1_741_770_000_000
NOW = datetime.fromtimestamp(BEGIN / 1000, UTC)
SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY")


class Ledger:
    """A sink that counts the quotes given out, by symbol."""

    def __init__(self) -> None:
        self.given: Counter[tuple[str, float, float]] = Counter()

    def write(self, batch: Mapping[str, Rows]) -> None:
        """Count."""
        for symbol, rows in batch.items():
            self.given.update((symbol, bid, ask) for bid, ask in zip(rows["bid"], rows["ask"], strict=True))

    def close(self) -> None:
        """Nothing is open."""


class InterruptedModule(FakeModule):
    """A module in which something happens between two calls that read ticks.

    Attributes:
        calls_left: how many such calls until it happens, 0 for never
        happens: what does
    """

    calls_left = 0
    happens: Callable[[], None] = staticmethod(lambda: None)

    def symbol_info_tick(self, symbol: str, /) -> Any:
        """Return the last tick."""
        found = super().symbol_info_tick(symbol)
        self._count()
        return found

    def copy_ticks_from(self, symbol: str, date_from: int, count: int, flags: int, /) -> Rows | None:
        """Return ticks."""
        found = super().copy_ticks_from(symbol, date_from, count, flags)
        self._count()
        return found

    def _count(self) -> None:
        self.calls_left = max(0, self.calls_left - 1)
        if self.calls_left == 0:
            happens, self.happens = self.happens, lambda: None
            happens()


class Followed:
    """A module, and a feed that follows it."""

    def __init__(self) -> None:
        self.module = InterruptedModule(SYMBOLS)
        self.clock = ManualClock(NOW)
        self.ledger = Ledger()
        self.feed = TickPipeline(self.clock, 500, [self.ledger])
        self.feed.select({name: make_symbol(name) for name in SYMBOLS}, BEGIN)
        self.moved_msc = 0
        self.passed_msc = 0
        self.made: Counter[tuple[str, float, float]] = Counter()

    def tick(self, symbol: str, *, late_msc: int = 0, bid: float | None = None) -> None:
        """Let a tick come; every one has a price of its own, so that each is known again, unless it is told one."""
        bid = 1.0 + sum(self.made.values()) / 1e6 if bid is None else bid
        self.made[symbol, bid, bid + 0.5] += 1
        self.module.add_tick(symbol, BEGIN + self.passed_msc + self.moved_msc - late_msc, bid, bid + 0.5)
        self.module.ticks[symbol].sort(key=lambda tick: tick[0])

    def wait(self, msc: int) -> None:
        """Let time pass."""
        self.passed_msc += msc
        self.clock.advance(msc / 1000.0)

    def move_clock(self, msc: int) -> None:
        """Move the server's clock, its history with it."""
        self.moved_msc += msc
        for symbol, ticks in self.module.ticks.items():
            self.module.ticks[symbol] = [(time + msc, bid, ask) for time, bid, ask in ticks]

    def poll(self, now: datetime = NOW) -> bool:
        """Poll as the collector does; return whether ticks were displaced."""
        result = self.feed.next_poll().run(self.module)
        self.feed.apply(result, now)
        if result.displaced:
            shifts = self.feed.search(result.displaced).run(self.module)
            self.feed.realign(result.displaced, shifts)
        return bool(result.displaced)

    def settle(self) -> None:
        """Poll until every symbol was audited; nothing may stay displaced."""
        for _ in range(3):
            self.poll()
        assert not any(self.poll() for _ in SYMBOLS)


class MovingClock(RuleBasedStateMachine):
    """Ticks, pauses, and a clock that jumps, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.followed = Followed()
        for symbol in SYMBOLS:
            self.followed.tick(symbol)
        self.followed.poll()

    @rule(symbol=st.sampled_from(SYMBOLS), count=st.integers(1, 4), pause=st.sampled_from([0, 0, 1, 30, 700]))
    def ticks_come(self, symbol: str, count: int, pause: int) -> None:
        """Let a few ticks of one symbol come, some in one millisecond."""
        for _ in range(count):
            self.followed.wait(pause)
            self.followed.tick(symbol)

    @rule(msc=st.sampled_from([5, 400, 2500, 90_000, 7_200_000]))
    def quiet(self, msc: int) -> None:
        """Let nothing happen for a while."""
        self.followed.wait(msc)

    @rule(msc=st.one_of(st.sampled_from([3_600_000, -3_600_000, 1000, -1000]), st.integers(-100_000, 100_000)))
    def clock_is_moved(self, msc: int) -> None:
        """Move it by hours, seconds, or any number of milliseconds."""
        self.followed.move_clock(msc)

    @rule(symbol=st.sampled_from(SYMBOLS), back=st.integers(1, 9), pause=st.sampled_from([1, 30, 700, 7_250, 90_000]))
    def clock_is_moved_onto_a_price_that_was_there(self, symbol: str, back: int, pause: int) -> None:
        """Bring an earlier tick's bid and ask once more, read it, and put the earlier tick in its very place."""
        followed = self.followed
        for _ in range(3):
            followed.wait(pause)
            followed.tick(symbol)
        ticks = followed.module.ticks[symbol]
        _, bid, _ = ticks[-min(back, len(ticks))]
        followed.wait(pause)
        followed.tick(symbol, bid=bid)
        followed.settle()
        ticks = followed.module.ticks[symbol]
        followed.move_clock(ticks[-1][0] - next(msc for msc, other, _ in reversed(ticks[:-1]) if other == bid))

    @rule(msc=st.sampled_from([3_600_000, -3_600_000, 7250, -2500, 40]), calls=st.integers(1, 14))
    def clock_is_moved_within_a_poll(self, msc: int, calls: int) -> None:
        """Move it between any two calls of a poll, its audit, or the search that follows."""
        module = self.followed.module
        module.calls_left, module.happens = calls, lambda: self.followed.move_clock(msc)
        while module.calls_left:
            self.followed.poll()
        for _ in range(3):
            self.followed.poll()

    @rule(searched=st.booleans())
    def a_reply_is_lost(self, *, searched: bool) -> None:
        """Let the host die, or answer too late, after it has read: the same is asked again."""
        feed, module = self.followed.feed, self.followed.module
        result = feed.next_poll().run(module)
        if searched and result.displaced:
            feed.apply(result, NOW)
            feed.search(result.displaced).run(module)

    @precondition(lambda self: self.followed.passed_msc > 1000)
    @rule(symbol=st.sampled_from(SYMBOLS), late_msc=st.integers(1, 900))
    def a_tick_comes_late(self, symbol: str, late_msc: int) -> None:
        """Bring a tick that belongs before others that were read; the next round of audits is soon."""
        self.followed.poll()
        self.followed.tick(symbol, late_msc=late_msc)
        for _ in SYMBOLS:
            self.followed.poll()

    @rule()
    def polled(self) -> None:
        """Give the collector its turn."""
        self.followed.poll()

    @invariant()
    def none_comes_twice(self) -> None:
        """No tick is ever given out again."""
        assert not self.followed.ledger.given - self.followed.made

    def teardown(self) -> None:
        """At rest, every tick was given out once."""
        self.followed.settle()
        assert self.followed.ledger.given == self.followed.made


TestMovingClock = pytest.mark.slow(MovingClock.TestCase)
TestMovingClock.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)


def test_an_earlier_tick_of_the_same_price_in_the_place_of_the_last_one_is_not_taken_for_it() -> None:
    """The clock jumps by just the time since the price was last the same: the stretch in between comes once."""
    followed = Followed()
    for bid in (1.2, 1.3, 1.1, 1.4, 1.5, 1.1):
        followed.wait(1450)
        followed.tick("EURUSD", bid=bid)
    followed.poll()
    followed.move_clock(3 * 1450)
    followed.wait(20)
    followed.tick("EURUSD")
    assert followed.poll()
    followed.settle()
    assert followed.ledger.given == followed.made


@pytest.mark.parametrize("calls", range(1, 16))
def test_a_jump_between_two_calls_of_a_poll_costs_nothing(calls: int) -> None:
    """Of some symbols one tick is known; those read before the jump are seen to be moved after the others."""
    followed = Followed()
    for symbol in (*SYMBOLS, "USDJPY", "USDJPY"):
        followed.wait(7)
        followed.tick(symbol)
        followed.poll()
    followed.module.calls_left, followed.module.happens = calls, lambda: followed.move_clock(7250)
    for _ in range(6):
        followed.wait(20)
        followed.tick("GBPUSD")
        followed.poll()
    followed.settle()
    assert followed.moved_msc == 7250
    assert followed.ledger.given == followed.made


def test_a_tick_before_the_last_that_was_amended_brings_none_twice() -> None:
    """Where the last tick is still in its place, all goes on behind it."""
    followed = Followed()
    for _ in range(3):
        followed.tick("EURUSD")
    followed.poll()
    given = followed.ledger.given.copy()
    time, bid, ask = followed.module.ticks["EURUSD"][0]
    followed.module.ticks["EURUSD"][0] = (time, bid + 0.25, ask + 0.25)
    followed.wait(10)
    followed.tick("EURUSD")
    assert all(followed.poll() for _ in range(3))
    assert not followed.poll()
    assert sum((followed.ledger.given - given).values()) == 1


def test_a_symbol_that_was_out_of_sight_goes_on_where_it_was() -> None:
    """A symbol that could not be selected when we came back is neither forgotten nor read twice."""
    followed = Followed()
    for symbol in SYMBOLS:
        followed.tick(symbol)
    followed.poll()
    followed.feed.select({"EURUSD": make_symbol("EURUSD")}, BEGIN)
    followed.tick("GBPUSD")
    followed.poll()
    assert sum(followed.ledger.given.values()) == 3
    followed.feed.select({name: make_symbol(name) for name in SYMBOLS}, BEGIN)
    followed.settle()
    assert followed.ledger.given == followed.made


def test_a_symbol_that_cannot_be_searched_is_left_for_the_next_poll() -> None:
    """A symbol that vanished between the poll and the search has not lost its place."""
    followed = Followed()
    for symbol in SYMBOLS:
        followed.tick(symbol)
    followed.poll()
    followed.move_clock(3_600_000)
    followed.module.failing["copy_ticks_from"] = (-1, "Terminal: Fail")
    result = Poll(followed.feed.cursors).run(followed.module)
    assert set(result.failed) == set(SYMBOLS)
    shifts = followed.feed.search(SYMBOLS).run(followed.module)
    assert shifts == {}
    assert not followed.feed.realign(SYMBOLS, shifts)
    del followed.module.failing["copy_ticks_from"]
    followed.settle()
    assert followed.ledger.given == followed.made


def test_a_history_that_was_amended_does_not_stop_the_feed() -> None:
    """When the cursor's tick is gone for good, what comes after its time is read on."""
    followed = Followed()
    followed.tick("EURUSD")
    followed.poll()
    time, bid, ask = followed.module.ticks["EURUSD"][0]
    followed.module.ticks["EURUSD"] = [(time + 1, bid + 0.25, ask + 0.25)]
    followed.wait(10)
    followed.tick("EURUSD")
    assert all(followed.poll() for _ in range(3)), "the others could be seen to be moved meanwhile"
    assert not followed.poll()
    assert len(followed.ledger.given) == 3


def test_a_symbol_that_only_had_bad_ticks_is_not_stuck() -> None:
    """A cursor that stands at a spoilt tick, without a good one before, is let go when that tick is gone."""
    followed = Followed()
    followed.module.add_tick("EURUSD", BEGIN, bid=-1.0)
    followed.poll()
    followed.move_clock(-3_600_000)
    followed.tick("EURUSD")
    assert all(followed.poll() for _ in range(3))
    assert not followed.poll()
    assert followed.ledger.given == followed.made


def test_a_quote_is_as_old_as_the_newest_tick_is_ahead_of_it() -> None:
    """A symbol that lags behind the others shows by how much; the newest of all is fresh."""
    followed = Followed()
    for symbol in SYMBOLS:
        followed.tick(symbol)
    followed.poll()
    followed.wait(1500)
    followed.tick("GBPUSD")
    followed.wait(500)
    followed.tick("EURUSD")
    followed.poll()
    ages = {symbol: quote.age_at_receipt for symbol in SYMBOLS if (quote := followed.feed.board.quote(symbol))}
    assert ages == {"EURUSD": 0.0, "GBPUSD": 0.5, "USDJPY": 0.0}


def test_the_rate_is_that_of_the_last_ten_seconds() -> None:
    """Twenty ticks now are two a second; eleven seconds later they are none."""
    followed = Followed()
    for _ in range(20):
        followed.tick("EURUSD")
    followed.poll()
    assert followed.feed.counters.rate() == pytest.approx(2.0)
    followed.wait(11_000)
    assert followed.feed.counters.rate() == 0.0


def test_the_direction_of_a_price_is_kept_while_it_stands() -> None:
    """Up, unchanged, down: a repeated price keeps the colour of the last move."""
    followed = Followed()
    directions: list[int] = []
    for bid in (1.1, 1.2, 1.2, 1.15, 1.15):
        followed.wait(10)
        followed.module.add_tick("EURUSD", BEGIN + followed.passed_msc, bid, 1.5)
        followed.poll()
        quote = followed.feed.board.quote("EURUSD")
        assert quote is not None
        directions.append(quote.direction)
    assert directions == [0, 1, 1, -1, -1]


def test_a_symbol_that_is_not_found_goes_with_the_others() -> None:
    """One whose own ticks were amended while the clock moved is taken along by the move of the rest."""
    followed = Followed()
    for _ in range(4):
        followed.wait(30)
        for symbol in SYMBOLS:
            followed.tick(symbol)
        followed.poll()
    followed.move_clock(3_600_000)
    amended = [(msc, bid + 0.25, ask + 0.25) for msc, bid, ask in followed.module.ticks["USDJPY"]]
    followed.module.ticks["USDJPY"] = amended
    followed.wait(30)
    for symbol in SYMBOLS:
        followed.tick(symbol)
    assert followed.poll()
    for _ in range(6):
        followed.poll()
    assert not followed.poll()
    assert sum(followed.ledger.given.values()) - sum(followed.made.values()) <= len(amended)
    assert not (followed.made - followed.ledger.given)


def test_a_price_that_came_before_the_offset_was_known_is_shown_at_its_time() -> None:
    """Three symbols tell the broker's clock; the first one's time is put right, although it does not tick again."""
    followed, now = Followed(), NOW - timedelta(hours=2)
    followed.poll(now)
    for symbol in SYMBOLS:
        followed.tick(symbol)
        followed.poll(now)
    _, quotes = followed.feed.board.changed_since(0)
    assert [abs(quote.time - now) < timedelta(minutes=1) for quote in quotes] == [True] * len(SYMBOLS)


def test_ticks_of_before_a_sleep_tell_neither_time_nor_freshness() -> None:
    """A computer that slept from Friday to Saturday finds old ticks: they are old, and the broker's clock stays."""
    followed = Followed()
    for _ in range(2):
        followed.wait(50)
        for symbol in SYMBOLS:
            followed.tick(symbol)
        followed.poll(NOW + timedelta(seconds=followed.passed_msc / 1000))
    assert followed.feed.server_clock.offset_seconds == 0
    followed.wait(1000)
    for symbol in SYMBOLS:
        followed.tick(symbol)
    followed.wait(13 * 3_600_000)
    followed.poll(NOW + timedelta(seconds=followed.passed_msc / 1000))
    assert followed.feed.server_clock.offset_seconds == 0
    quote = followed.feed.board.quote("EURUSD")
    assert quote is not None
    assert quote.age_at_receipt == pytest.approx(13 * 3600.0)


@pytest.mark.parametrize(
    ("friday", "sunday", "before", "after"),
    [
        (datetime(2026, 10, 23, 20, 30, tzinfo=UTC), datetime(2026, 10, 25, 22, 5, tzinfo=UTC), 3, 2),
        (datetime(2026, 3, 27, 20, 30, tzinfo=UTC), datetime(2026, 3, 29, 21, 5, tzinfo=UTC), 2, 3),
    ],
    ids=["autumn", "spring"],
)
def test_daylight_saving_is_noticed_and_costs_no_tick(
    friday: datetime, sunday: datetime, before: int, after: int
) -> None:
    """Over the weekend on which the broker's clock changes, the offset follows and every tick comes once."""
    clock = ManualClock(friday)
    spec = SimulationSpec(epoch=friday, server_clock="EET", demo_positions=False)
    simulation = build_simulation(spec, clock)
    module, ledger = simulation.module, Ledger()
    module.initialize()
    for symbol in SYMBOLS:
        module.symbol_select(symbol, True)
    feed = TickPipeline(clock, 5000, [ledger])
    begin_msc = simulation.terminal.server_time_msc()
    feed.select({name: make_symbol(name) for name in SYMBOLS}, begin_msc)
    offsets: list[int | None] = []
    for seconds in (*[10.0] * 18, (sunday - clock.now()).total_seconds() - 180.0, *[20.0] * 20):
        clock.advance(seconds)
        behind = True
        while behind:
            poll = feed.next_poll().run(module)
            feed.apply(poll, datetime.fromtimestamp(simulation.terminal.market_time_msc() / 1000, UTC))
            behind = bool(poll.behind)
        offsets.append(feed.server_clock.offset_seconds)
    assert offsets[17] == before * 3600
    assert offsets[-1] == after * 3600
    for symbol in SYMBOLS:
        rows = module.copy_ticks_from(symbol, begin_msc // 1000, 1_000_000, -1)
        assert rows is not None
        known = Counter((symbol, bid, ask) for bid, ask in zip(rows["bid"], rows["ask"], strict=True))
        assert {key: count for key, count in ledger.given.items() if key[0] == symbol} == known
