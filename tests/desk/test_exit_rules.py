# SPDX-License-Identifier: MIT
"""Exit rules: stops that only come nearer, parts that are closed once, over kills and restarts."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.exit_rules import (
    Distance,
    DistanceUnit,
    ExitRules,
    ExitRulesRequest,
    PriceRules,
    is_better,
    next_stop,
)
from arbitrex_desktop.desk.journal.journal import Journal, journal_opener, journal_path
from arbitrex_desktop.mt5.constants import DealEntry, TradeAction
from arbitrex_desktop.raw_layer.views import AccountMode, ConnectionState
from tests.desk.conftest import BuildDesk, Desk
from tests.fakes.broker import FakeBroker, Mood
from tests.fakes.broker_data import make_position
from tests.fakes.disk import Fate, Killed
from tests.fakes.records import replace
from tests.fakes.rpm import FakeRiskManager

R1 = Distance(1.0, DistanceUnit.R)
PIPS_20 = Distance(20.0, DistanceUnit.PIPS)
TICK = 0.00001
prices = st.integers(100_000, 130_000).map(lambda points: points * TICK)


@given(
    st.sampled_from([1, -1]),
    st.lists(prices, min_size=1, max_size=40),
    st.one_of(st.just(0.0), prices),
    st.one_of(st.none(), st.floats(0.0001, 0.05)),
    st.one_of(st.none(), st.floats(0.0001, 0.05)),
    st.sampled_from([0.0, 0.0005]),
)
def test_on_any_path(  # noqa: PLR0917 - what a path is made of
    side: int, path: list[float], first: float, even: float | None, trail: float | None, least: float
) -> None:
    """Each new stop is better than the one before, on the grid, behind the price by the least distance."""
    exit_rules = ExitRules(1, "EURUSD", side, 1.15, even, trail)
    rules, stop = PriceRules(TICK, least), first
    for price in path:
        new = next_stop(exit_rules, stop, price, rules)
        if new is None:
            continue
        assert is_better(side, new, stop)
        assert (price - new) * side >= max(least, TICK) - 1e-9
        assert abs(new / TICK - round(new / TICK)) < 1e-6
        if trail is None:
            assert even is not None
            assert new == pytest.approx(1.15)
            assert (price - 1.15) * side >= even - 1e-9
        stop = new


@given(st.sampled_from([1, -1]), st.lists(prices, min_size=1, max_size=40), st.floats(0.001, 0.05))
def test_a_trailing_stop_is_never_farther_behind_than_it_may_be(side: int, path: Sequence[float], trail: float) -> None:
    """After the best price of a path the stop is at most its distance and one step behind that."""
    exit_rules, stop = ExitRules(1, "EURUSD", side, 1.15, trailing=trail), 0.0
    best = path[0]
    for price in path:
        best = max(best, price) if side > 0 else min(best, price)
        stop = next_stop(exit_rules, stop, price, PriceRules(TICK)) or stop
        assert (best - stop) * side <= trail * 1.1 + 2 * TICK


class TestStopsOnlyComeNearer:
    """The pure part, for any prices."""

    def test_break_even_waits_for_its_distance(self) -> None:
        """Nothing at 99 points ahead, the opening price at 100; nothing more once it is there."""
        exit_rules, rules = ExitRules(1, "EURUSD", 1, 1.15, break_even=0.001), PriceRules(TICK)
        assert next_stop(exit_rules, 1.14, 1.15099, rules) is None
        assert next_stop(exit_rules, 1.14, 1.151, rules) == 1.15
        assert next_stop(exit_rules, 1.15, 1.16, rules) is None

    def test_a_stop_that_the_broker_would_not_take_is_not_asked_for(self) -> None:
        """The opening price is nearer than the broker's least distance: it waits."""
        exit_rules = ExitRules(1, "EURUSD", 1, 1.15, break_even=0.0003)
        assert next_stop(exit_rules, 1.14, 1.1504, PriceRules(TICK, 0.0005)) is None
        assert next_stop(exit_rules, 1.14, 1.1505, PriceRules(TICK, 0.0005)) == 1.15


def hold(desk: Desk, side: int = 1, **changes: Any) -> None:
    """Let position 11 be open: 0.3 lots of EURUSD at the present bid or ask, its stop 100 pips behind."""
    quote = desk.broker.quotes["EURUSD"]
    opened = round(quote.bid if side > 0 else quote.ask, 5)
    stop = round(opened - side * 0.01, 5)
    values = {"ticket": 11, "price_open": opened, "sl": stop, "tp": 0.0, **changes}
    desk.broker.positions = (make_position("EURUSD", side, 0.3, **values),)
    desk.broker.poll()


def move(desk: Desk, pips: float, steps: int = 1) -> None:
    """Let the market be so many pips from where it was at first, for some steps."""
    desk.broker.set_quote("EURUSD", 1.15 + pips / 10_000.0)
    for _ in range(steps):
        desk.step(3.0)


def stop_of(desk: Desk) -> float:
    """Return the stop of position 11."""
    return next(each.sl for each in desk.broker.positions if each.ticket == 11)


class TestCarriedOut:
    """On a desk, as the broker sees it."""

    def test_r_is_known_where_prices_are_below_one(self, desk: Desk) -> None:
        """A stop at 0.94 is one: R is its distance from the opening price, 100 pips."""
        hold(desk, price_open=0.95, sl=0.94)
        desk.core.set_exit_rules(11, ExitRulesRequest(break_even=R1))
        text = desk.core.snapshot().positions[0].exit_rules
        assert text == "break-even at 0.96000 (+1 R)"

    @pytest.mark.parametrize("side", [1, -1])
    def test_break_even_at_one_r(self, desk: Desk, side: int) -> None:
        """100 pips ahead the stop goes to the opening price, once, with the target left as it is."""
        hold(desk, side, tp=1.15 + side * 0.05)
        desk.core.set_exit_rules(11, ExitRulesRequest(break_even=R1))
        move(desk, side * 99)
        assert desk.broker.sent == []
        move(desk, side * 101, steps=4)
        (sent,) = desk.broker.sent
        assert (sent["action"], sent["tp"]) == (TradeAction.SLTP, pytest.approx(1.15 + side * 0.05))
        assert stop_of(desk) == pytest.approx(desk.broker.positions[0].price_open)
        assert desk.core.snapshot().positions[0].exit_rules == ""

    @pytest.mark.parametrize("side", [1, -1])
    def test_a_stop_trails(self, desk: Desk, side: int) -> None:
        """It follows 20 pips behind the best price, and stays when the market turns."""
        hold(desk, side)
        desk.core.set_exit_rules(11, ExitRulesRequest(trailing=PIPS_20))
        seen = [stop_of(desk)]
        for pips in (0, 10, 40, 35, 25, 60, 50):
            move(desk, side * pips)
            seen.append(stop_of(desk))
        assert all((after - before) * side >= 0.0 for before, after in pairwise(seen))
        quote = desk.broker.quotes["EURUSD"]
        closing = quote.bid if side > 0 else quote.ask
        assert (closing + side * 0.001 - seen[-1]) * side == pytest.approx(0.002, abs=2e-5)

    def test_a_part_is_closed_at_its_target(self, desk: Desk) -> None:
        """Half of 0.30 at 1 R, once; the rest stays, and the row says what is to come until then."""
        hold(desk)
        desk.core.set_exit_rules(11, ExitRulesRequest(partial=R1, partial_share=0.5, trailing=PIPS_20))
        desk.step()
        text = desk.core.snapshot().positions[0].exit_rules
        assert text.startswith("stop trails by 20 pips, down to 0.15 lots at 1.15")
        move(desk, 101, steps=5)
        closes = [each for each in desk.broker.sent if each["action"] == TradeAction.DEAL]
        assert [(each["volume"], each["position"]) for each in closes] == [(0.15, 11)]
        assert desk.broker.positions[0].volume == pytest.approx(0.15)
        assert desk.core.snapshot().positions[0].exit_rules == "stop trails by 20 pips"

    def test_atr_is_measured(self, desk: Desk) -> None:
        """A distance in ATR is that of the symbol's bars when it is given."""
        hold(desk)
        desk.core.set_exit_rules(11, ExitRulesRequest(trailing=Distance(1.0, DistanceUnit.ATR)))
        assert desk.core.snapshot().positions[0].exit_rules == "stop trails by 1 ATR"
        assert stop_of(desk) == pytest.approx(1.15 - 1.15 * 0.002, abs=1e-4)

    def test_works_while_halted(self, desk: Desk) -> None:
        """It only reduces risk, so a halt does not hold it up."""
        hold(desk)
        desk.core.set_exit_rules(11, ExitRulesRequest(break_even=R1, partial=R1))
        desk.core.halt("enough")
        move(desk, 101, steps=4)
        assert stop_of(desk) == pytest.approx(desk.broker.positions[0].price_open)
        assert desk.broker.positions[0].volume == pytest.approx(0.15)

    def test_waits_on_an_account_that_is_not_armed_and_says_so(self, desk: Desk) -> None:
        """Nothing leaves a LIVE account that is not armed; the trader is told what waits, and why."""
        hold(desk)
        desk.core.set_exit_rules(11, ExitRulesRequest(break_even=R1))
        desk.broker.account_mode = AccountMode.LIVE
        move(desk, 101, steps=2)
        assert desk.broker.sent == []
        assert any(
            "exit rule on EURUSD #11 waits" in each.text and "arming" in each.text
            for each in desk.core.snapshot().notices
        )

    def test_a_stale_price_sets_nothing_off(self, desk: Desk) -> None:
        """A price of a closed market is none to act on."""
        hold(desk)
        desk.core.set_exit_rules(11, ExitRulesRequest(break_even=R1))
        desk.broker.set_quote("EURUSD", 1.17)
        desk.clock.advance(60.0)
        desk.core.step()
        assert desk.broker.sent == []

    def test_a_frozen_position_waits(self, desk: Desk) -> None:
        """Within the broker's freeze level of the target nothing is asked for; beyond it is."""
        desk.broker.infos["EURUSD"] = replace(desk.broker.infos["EURUSD"], trade_freeze_level=50)
        hold(desk, tp=1.1606)
        desk.core.set_exit_rules(11, ExitRulesRequest(break_even=R1))
        move(desk, 102, steps=2)
        assert desk.broker.sent == []
        move(desk, 100.7, steps=2)
        assert len(desk.broker.sent) == 1

    def test_the_traders_own_stop_is_never_loosened(self, desk: Desk) -> None:
        """The trader has moved it nearer in the terminal since the last reading: it stays there."""
        hold(desk)
        desk.core.set_exit_rules(11, ExitRulesRequest(trailing=PIPS_20))
        desk.broker.set_quote("EURUSD", 1.16)
        tight = 1.1595
        desk.broker.positions = (replace(desk.broker.positions[0], sl=tight),)
        desk.clock.advance(3.0)
        desk.broker.refresh_quotes()
        desk.core.step()
        assert stop_of(desk) == tight

    def test_a_refusal_is_told_and_tried_again_later(self, desk: Desk) -> None:
        """The broker says no: a warning, and another try after five seconds."""
        hold(desk)
        desk.core.set_exit_rules(11, ExitRulesRequest(break_even=R1))
        desk.broker.moods.append(Mood.REJECT)
        move(desk, 101)
        assert any("waits" in each.text for each in desk.core.snapshot().notices)
        desk.step(1.0)
        assert len(desk.broker.sent) == 1
        move(desk, 101, steps=2)
        assert len(desk.broker.sent) == 2

    def test_it_says_whether_anything_was_sent(self, desk: Desk) -> None:
        """The account is read again soon after something was, and only then; two positions are looked at alike."""
        hold(desk)
        desk.core.set_exit_rules(11, ExitRulesRequest(break_even=R1))
        assert desk.core.desk is not None
        exit_rules = desk.core.desk.exit_rules
        assert exit_rules.act(desk.broker.read_account()) is False
        desk.broker.set_quote("EURUSD", 1.15 + 0.0101)
        desk.broker.poll()
        assert exit_rules.act(desk.broker.read_account()) is True
        assert len(desk.broker.sent) == 1

    def test_the_journal_says_who_did_it(self, desk: Desk) -> None:
        """The instructions are the trader's, what they do is the desk's, each before it leaves."""
        hold(desk)
        desk.core.set_exit_rules(11, ExitRulesRequest(break_even=R1))
        move(desk, 101, steps=2)
        assert desk.core.desk is not None
        said = [(each.kind.value, each.actor) for each in desk.core.desk.book.journal.events() if each.ticket == 11]
        assert said == [
            ("STANDING_SET", "trader"),
            ("ACTION_SENDING", "desk"),
            ("ACTION_ENDED", "desk"),
            ("STANDING_ENDED", "desk"),
        ]


class TestGiven:
    """What cannot be is refused in words, and changes nothing."""

    @pytest.mark.parametrize(
        ("wanted", "position", "words"),
        [
            (ExitRulesRequest(break_even=R1), {"sl": 0.0}, "no stop behind it"),
            (ExitRulesRequest(break_even=R1), {"sl": 1.2}, "no stop behind it"),
            (ExitRulesRequest(trailing=Distance(0.5, DistanceUnit.PIPS)), {}, "10 points away at least"),
            (ExitRulesRequest(trailing=Distance(0.0, DistanceUnit.PIPS)), {}, "above zero"),
            (ExitRulesRequest(partial=PIPS_20, partial_share=1.0), {}, "less than all"),
            (ExitRulesRequest(partial=PIPS_20, partial_share=0.01), {}, "least volume"),
        ],
    )
    def test_what_cannot_be(self, desk: Desk, wanted: ExitRulesRequest, position: dict[str, Any], words: str) -> None:
        """The position keeps what it had."""
        hold(desk, **position)
        with pytest.raises(CommandRefused, match=words):
            desk.core.set_exit_rules(11, wanted)
        assert desk.core.snapshot().positions[0].exit_rules == ""

    def test_taken_back(self, desk: Desk) -> None:
        """Nothing wanted ends what there was."""
        hold(desk)
        desk.core.set_exit_rules(11, ExitRulesRequest(trailing=Distance(200.0, DistanceUnit.PIPS)))
        desk.core.set_exit_rules(11, ExitRulesRequest())
        move(desk, 300, steps=2)
        assert desk.broker.sent == []

    def test_a_position_that_is_not_there(self, desk: Desk) -> None:
        """There is nothing to give instructions to."""
        with pytest.raises(CommandRefused, match="no open position #99"):
            desk.core.set_exit_rules(99, ExitRulesRequest(trailing=PIPS_20))


class TestRestarts:
    """They survive the program, and end with their position."""

    def test_they_go_on_after_a_restart(self, build: BuildDesk) -> None:
        """What was given before the end is carried out by the next run."""
        desk = build()
        hold(desk)
        desk.core.set_exit_rules(11, ExitRulesRequest(break_even=R1))
        desk.core.stop()
        again = build(desk.broker)
        again.step()
        assert again.core.snapshot().positions[0].exit_rules.startswith("break-even at 1.15")
        move(again, 101, steps=2)
        assert stop_of(again) == pytest.approx(desk.broker.positions[0].price_open)

    def test_they_end_with_their_position(self, build: BuildDesk) -> None:
        """Not at the first reading without it, which may have a gap, and not at all when it is there again."""
        desk = build()
        hold(desk)
        desk.core.set_exit_rules(11, ExitRulesRequest(trailing=Distance(200.0, DistanceUnit.PIPS)))
        kept, desk.broker.positions = desk.broker.positions, ()
        desk.step(3.0)
        desk.broker.positions = kept
        desk.step(20.0)
        desk.step(20.0)
        assert desk.core.snapshot().positions[0].exit_rules == "stop trails by 200 pips"
        desk.broker.positions = ()
        for _ in range(12):
            desk.step(3.0)
        assert any("ended: the position is closed" in each.text for each in desk.core.snapshot().notices)
        desk.core.stop()
        assert build(desk.broker).core.desk.exit_rules.text(11, 5) == ""  # type: ignore[union-attr]

    def test_without_a_connection_none_end(self, desk: Desk) -> None:
        """Readings that lack the position count while the terminal is connected only."""
        hold(desk)
        desk.core.set_exit_rules(11, ExitRulesRequest(trailing=PIPS_20))
        desk.broker.positions = ()
        reading, desk.broker.connected = desk.broker.read_account(), False
        assert desk.core.desk is not None
        exit_rules = desk.core.desk.exit_rules
        for seconds in (0.0, 20.0, 40.0):
            assert not exit_rules.act(replace(reading, monotonic=reading.monotonic + seconds))
        assert exit_rules.text(11, 5) == "stop trails by 20 pips"


@pytest.mark.slow
@pytest.mark.parametrize("mood", [Mood.FILL, Mood.FILL_LOST, Mood.LOST, Mood.REJECT])
def test_killed_at_any_moment(tmp_path: Path, mood: Mood) -> None:
    """Killed at each moment of a break-even and a partial target: in the end each was done, and only once."""
    killed, number = True, 0
    while killed:
        fate, broker = Fate(number), FakeBroker()
        broker.positions = (make_position("EURUSD", 1, 0.3, ticket=11, price_open=1.15, sl=1.14, identifier=11),)
        folder = tmp_path / str(number)
        first = _core(broker, folder, None)
        first.start()
        first.set_exit_rules(11, ExitRulesRequest(break_even=R1, partial=R1, partial_share=0.5))
        first.stop()
        broker.set_quote("EURUSD", 1.1605)
        broker.moods.append(mood)
        broker.step = fate.moment
        running = _core(broker, folder, fate)
        with contextlib.suppress(Killed):
            running.start()
            _run(broker, running, 20)
        killed = bool(fate.failed)
        running.stop()
        broker.step = lambda _: None
        last = _core(broker, folder, None)
        last.start()
        _run(broker, last, 30)
        (position,) = broker.positions
        exits = [deal for deal in broker.deals if deal.entry == DealEntry.OUT]
        assert [deal.volume for deal in exits] == [pytest.approx(0.15)]
        assert position.volume == pytest.approx(0.15)
        assert position.sl == pytest.approx(1.15)
        assert last.desk is not None
        assert last.desk.exit_rules.text(11, 5) == ""
        last.stop()
        number += 1
    assert number > 10


def _core(broker: FakeBroker, folder: Path, fate: Fate | None) -> TradingCore:
    """Return a program on a broker that outlives it."""
    broker.connected, broker.state = True, ConnectionState.CONNECTED
    opener = journal_opener(folder)
    if fate is not None:
        opener = lambda server, login: Journal(journal_path(folder, server, login), fate.connect)  # noqa: E731 - short
    return TradingCore(broker, FakeRiskManager, clock=broker.clock, journal=opener)


def _run(broker: FakeBroker, core: TradingCore, steps: int) -> None:
    """Let the program run, two seconds at a time."""
    for _ in range(steps):
        broker.clock.advance(2.0)
        broker.refresh_quotes()
        core.step()


@given(st.lists(st.integers(-150, 300), min_size=3, max_size=15))
@settings(deadline=None, max_examples=25)
def test_no_path_of_the_market_loosens_a_stop_at_the_broker(tmp_path_factory: Any, path: list[int]) -> None:
    """A whole desk with every instruction at once: at the broker the stop only rises, and the volume only falls."""
    broker = FakeBroker()
    broker.positions = (make_position("EURUSD", 1, 0.3, ticket=11, price_open=1.15, sl=1.13, identifier=11),)
    core = _core(broker, tmp_path_factory.mktemp("path"), None)
    core.start()
    wanted = ExitRulesRequest(break_even=Distance(30.0, DistanceUnit.PIPS), trailing=PIPS_20, partial=R1)
    core.set_exit_rules(11, wanted)
    before = broker.positions[0]
    for pips in path:
        broker.set_quote("EURUSD", 1.15 + pips / 10_000.0)
        _run(broker, core, 2)
        after = broker.positions[0]
        assert after.sl >= before.sl
        assert after.volume <= before.volume
        assert after.sl < broker.quotes["EURUSD"].bid or after.sl == before.sl
        before = after
    core.stop()
