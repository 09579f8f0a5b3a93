# SPDX-License-Identifier: MIT
"""Polls that wait for the market."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from arbitrex_desktop.mt5.constants import CopyTicks
from arbitrex_desktop.mt5.host.change_watch import ChangeWatch
from arbitrex_desktop.mt5.host.rhythm import AdaptiveRhythm, AnnouncedRhythm
from arbitrex_desktop.mt5.module import MetaTrader5Module
from arbitrex_desktop.mt5.polling import Poll
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5
from arbitrex_desktop.mt5.tick_cursor import TickCursor
from tests.fakes.clock import ManualClock
from tests.fakes.module import FakeModule

BEGIN = 1_741_770_000_000
SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY")


class CountedCalls:
    """A module that counts how often each of its functions is called."""

    def __init__(self, module: SimulatedMetaTrader5) -> None:
        self._module = module
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        """Count the call that follows."""
        self.calls[name] += 1
        return getattr(self._module, name)


class Waiting:
    """An `Interruption` on a clock that moves only while somebody waits; `meanwhile` happens then."""

    def __init__(self, clock: ManualClock, meanwhile: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._meanwhile = meanwhile
        self.asked = False

    def requested(self) -> bool:
        """Return whether another request came."""
        return self.asked

    def wait(self, seconds: float) -> None:
        """Let the time pass."""
        self._clock.advance(max(seconds, 1e-4))
        self._meanwhile()


class OncePerSecond:
    """Looks at every symbol once a second."""

    announces: ClassVar[bool] = False

    def next_look(self, symbol: str, time_msc: int | None, now: float, spent: float) -> float:
        """Return a second later."""
        return now + 1.0


def cursors(module: FakeModule) -> tuple[TickCursor, ...]:
    """Return cursors that stand at each symbol's last tick."""
    rows = Poll(tuple(TickCursor(symbol, BEGIN - 1000) for symbol in module.symbols)).run(module).ticks
    return tuple(TickCursor(symbol, BEGIN - 1000).advanced(rows[symbol]) for symbol in module.symbols)


def quiet_module() -> FakeModule:
    """Return a module whose symbols all have had one tick."""
    module = FakeModule(SYMBOLS)
    for symbol in SYMBOLS:
        module.add_tick(symbol, BEGIN)
    return module


def test_what_is_there_is_answered_at_once() -> None:
    """No wait where there is something to tell."""
    module, clock = quiet_module(), ManualClock()
    watch = ChangeWatch(module, AdaptiveRhythm(), clock)
    result = watch.poll(Poll((TickCursor("EURUSD", BEGIN - 1),), wait=5.0), Waiting(clock))
    assert list(result.ticks) == ["EURUSD"]
    assert watch.waited == 0.0


def test_a_poll_waits_for_the_first_tick_and_no_longer() -> None:
    """It is answered with the tick that came meanwhile, long before its time is over."""
    module, clock = quiet_module(), ManualClock()
    start = clock.monotonic()

    def meanwhile() -> None:
        if clock.monotonic() - start > 0.2:
            module.add_tick("GBPUSD", BEGIN + 200)

    watch = ChangeWatch(module, AdaptiveRhythm(), clock)
    result = watch.poll(Poll(cursors(module), wait=5.0), Waiting(clock, meanwhile))
    assert list(result.ticks) == ["GBPUSD"]
    assert 0.2 < watch.waited < 0.4


def test_a_quiet_market_is_answered_when_the_time_is_over() -> None:
    """After the wait there is an answer without ticks, with the account."""
    module, clock = quiet_module(), ManualClock()
    watch = ChangeWatch(module, AdaptiveRhythm(), clock)
    result = watch.poll(Poll(cursors(module), wait=0.5), Waiting(clock))
    assert not result.ticks
    assert result.account is not None
    assert 0.5 <= watch.waited < 0.52


def test_another_request_ends_the_wait() -> None:
    """The poll answers with what it has, which is nothing."""
    module, clock = quiet_module(), ManualClock()
    waiting = Waiting(clock)
    waiting._meanwhile = lambda: setattr(waiting, "asked", True)
    watch = ChangeWatch(module, OncePerSecond(), clock)
    assert not watch.poll(Poll(cursors(module), wait=60.0), waiting).ticks
    assert watch.waited <= 1.0


def test_another_request_waits_for_one_symbol_at_most() -> None:
    """Where many symbols have ticks, those not yet read are left for the next poll.

    A symbol that was read and whose cursor did not move, since the answer was lost, is read again.
    """
    module, clock = quiet_module(), ManualClock()
    watch, waiting = ChangeWatch(module, AdaptiveRhythm(), clock), Waiting(clock)
    waiting.asked = True
    poll = Poll(tuple(TickCursor(symbol, BEGIN - 1) for symbol in SYMBOLS), wait=1.0)
    first = watch.poll(poll, waiting).ticks
    assert len(first) == 1
    waiting.asked = False
    assert watch.poll(poll, waiting).ticks.keys() == set(SYMBOLS)


def test_quiet_symbols_are_not_looked_at_before_they_are_due() -> None:
    """Most of a second of waiting costs one look at each symbol where one a second is planned."""
    module, clock = quiet_module(), ManualClock()
    poll = Poll(cursors(module), wait=0.9)
    watch = ChangeWatch(module, OncePerSecond(), clock)
    watch.poll(poll, Waiting(clock))
    module.calls.clear()
    watch.poll(poll, Waiting(clock))
    assert module.calls["symbol_info_tick"] == len(SYMBOLS)


def test_a_moved_clock_is_reported_for_all_symbols_in_one_go() -> None:
    """The first symbol out of its place has every symbol read again, due or not, and no tick is taken."""
    module, clock = quiet_module(), ManualClock()
    poll = Poll(cursors(module), wait=5.0)
    watch = ChangeWatch(module, OncePerSecond(), clock)
    watch.poll(Poll(poll.cursors, wait=0.1), Waiting(clock))
    module.ticks = {
        symbol: [(msc + 3_600_000, bid, ask) for msc, bid, ask in ticks] for symbol, ticks in module.ticks.items()
    }
    result = watch.poll(poll, Waiting(clock))
    assert result.displaced == set(SYMBOLS)
    assert not result.ticks


def test_a_poll_tells_the_host_only_which_cursors_moved() -> None:
    """Of a poll with the symbols of the one before; with other symbols, or in another order, it has all of them."""
    first = Poll(cursors(quiet_module()), wait=1.0)
    moved = first.cursors[1]._replace(time_msc=BEGIN + 5)
    second = Poll((first.cursors[0], moved, first.cursors[2]), "EURUSD", account=False)
    assert second.since(first) == Poll((moved,), "EURUSD", account=False, known=True)
    assert first.since(None) is first
    for symbols in (second.cursors[:2], second.cursors[::-1], ()):
        assert Poll(symbols).since(first) == Poll(symbols)


def test_the_audited_symbol_is_read_again_although_its_cursor_was_not_sent() -> None:
    """The host remembers where it stands; a lone poll and one that follows on bring the same."""
    module, clock = quiet_module(), ManualClock()
    first = Poll(cursors(module))
    watch = ChangeWatch(module, OncePerSecond(), clock)
    watch.poll(first, Waiting(clock))
    again = Poll(first.cursors, "GBPUSD")
    overlap = watch.poll(again.since(first), Waiting(clock)).overlap
    alone = again.run(module).overlap
    assert overlap is not None
    assert alone is not None
    assert overlap.tolist() == alone.tolist()


def test_a_moved_clock_is_found_by_a_poll_that_sends_no_cursor() -> None:
    """Every symbol that the host remembers is read again then."""
    module, clock = quiet_module(), ManualClock()
    first = Poll(cursors(module), wait=1.0)
    watch = ChangeWatch(module, OncePerSecond(), clock)
    watch.poll(first, Waiting(clock))
    module.ticks = {
        symbol: [(msc + 3_600_000, bid, ask) for msc, bid, ask in ticks] for symbol, ticks in module.ticks.items()
    }
    assert watch.poll(first.since(first), Waiting(clock)).displaced == set(SYMBOLS)


def test_a_cursor_that_moved_otherwise_is_looked_at_at_once() -> None:
    """As one that was set back, or to a place before the ticks that were reported: the plan is not for it."""
    module, clock = quiet_module(), ManualClock()
    last = Poll(cursors(module))
    watch = ChangeWatch(module, OncePerSecond(), clock)
    watch.poll(last, Waiting(clock))
    back = Poll((TickCursor("EURUSD", BEGIN - 1), *last.cursors[1:]))
    assert list(watch.poll(back.since(last), Waiting(clock)).ticks) == ["EURUSD"]
    other = Poll((TickCursor("EURUSD", BEGIN - 2), *last.cursors[1:]))
    assert list(watch.poll(other.since(back), Waiting(clock)).ticks) == ["EURUSD"]


def test_an_announced_tick_costs_one_look_and_one_call() -> None:
    """On a simulated terminal every tick of ten minutes comes once, soon, and no look is made that finds nothing."""
    clock = ManualClock()
    simulation = build_simulation(SimulationSpec(), clock)
    module, terminal = CountedCalls(simulation.module), simulation.module
    assert terminal.initialize()
    assert all(terminal.symbol_select(symbol, True) for symbol in SYMBOLS)
    counted = cast("MetaTrader5Module", module)
    watch = ChangeWatch(counted, AnnouncedRhythm(simulation.terminal), clock)
    standing = Poll(tuple(TickCursor(symbol) for symbol in SYMBOLS)).run(counted).ticks
    cursors = {symbol: TickCursor(symbol).advanced(standing[symbol]) for symbol in SYMBOLS}
    began = {symbol: cursor.time_msc or 0 for symbol, cursor in cursors.items()}
    given: dict[str, list[int]] = {symbol: [] for symbol in SYMBOLS}
    watch.poll(Poll(tuple(cursors.values())), Waiting(clock))
    module.calls.clear()
    answers = 0
    end = clock.monotonic() + 600.0
    while clock.monotonic() < end:
        poll = Poll(tuple(cursors.values()), account=False, wait=1.0)
        for symbol, rows in watch.poll(poll, Waiting(clock)).ticks.items():
            answers += 1
            given[symbol] += rows["time_msc"].tolist()
            cursors[symbol] = cursors[symbol].advanced(rows)
        clock.advance(0.02)
    assert answers > 100
    assert module.calls["copy_ticks_from"] == answers
    assert module.calls["symbol_info_tick"] == 0
    for symbol in SYMBOLS:
        there = terminal.copy_ticks_from(symbol, began[symbol] // 1000, 100_000, int(CopyTicks.ALL))
        assert there is not None
        times = there["time_msc"].tolist()
        assert given[symbol] == [msc for msc in times if began[symbol] < msc <= (cursors[symbol].time_msc or 0)]


class AnyOrder(RuleBasedStateMachine):
    """Ticks, waits, interruptions and vanished symbols in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.module = FakeModule(SYMBOLS)
        self.clock = ManualClock()
        self.waiting = Waiting(self.clock)
        self.watch = ChangeWatch(self.module, AdaptiveRhythm(), self.clock)
        self.cursors = {symbol: TickCursor(symbol, BEGIN) for symbol in SYMBOLS}
        self.given: dict[str, list[float]] = {symbol: [] for symbol in SYMBOLS}
        self.made: dict[str, list[float]] = {symbol: [] for symbol in SYMBOLS}
        self.asked: Poll | None = None

    @rule(symbol=st.sampled_from(SYMBOLS), count=st.integers(1, 5))
    def ticks_come(self, symbol: str, count: int) -> None:
        """Let ticks of one symbol come, several in one millisecond."""
        for _ in range(count):
            bid = 1.0 + sum(map(len, self.made.values())) / 1e6
            self.made[symbol].append(bid)
            self.module.add_tick(symbol, BEGIN + round(self.clock.monotonic() * 1000) - 1_000_000, bid, bid + 0.5)

    @rule(
        wait=st.sampled_from([0.0, 0.01, 0.3, 2.0]),
        interrupted=st.booleans(),
        whole=st.booleans(),
        lost=st.booleans(),
        symbols=st.lists(st.sampled_from(SYMBOLS), min_size=1, unique=True) | st.just(list(SYMBOLS)),
    )
    def poll(self, wait: float, *, interrupted: bool, whole: bool, lost: bool, symbols: list[str]) -> None:
        """Poll some or all symbols, with what moved since or with everything, and go on from what came."""
        self.waiting.asked = interrupted
        wanted = Poll(tuple(self.cursors[symbol] for symbol in symbols), wait=wait)
        asked = wanted if whole else wanted.since(self.asked)
        self.asked = wanted
        for symbol, rows in self.watch.poll(asked, self.waiting).ticks.items():
            if not lost:
                self.cursors[symbol] = self.cursors[symbol].advanced(rows)
                self.given[symbol] += rows["bid"].tolist()

    @rule()
    def replay_is_steered(self) -> None:
        """Have what was planned hold no longer; what the host knows of the cursors does."""
        self.watch.look_again()

    @invariant()
    def each_tick_comes_once_and_in_order(self) -> None:
        """Check that what was given out is the beginning of what there was."""
        for symbol, bids in self.given.items():
            assert self.made[symbol][: len(bids)] == bids

    def teardown(self) -> None:
        """Soon after the last tick, all were given out."""
        for _ in range(5):
            self.poll(1.0, interrupted=False, whole=False, lost=False, symbols=list(SYMBOLS))
        assert self.given == self.made


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
