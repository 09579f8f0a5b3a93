# SPDX-License-Identifier: MIT
"""Never twice, never lost: the program is killed, or its disk fails, at every moment of an order's way."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.intents.events import Intent
from arbitrex_desktop.desk.intents.intent import ENDED, IntentRequest, IntentState
from arbitrex_desktop.desk.intents.order_tags import marked_intent
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.journal.journal import Journal, journal_opener, journal_path
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from tests.desk.conftest import intent
from tests.fakes.broker import FakeBroker, Mood
from tests.fakes.disk import DiskFull, Fate, Killed
from tests.fakes.rpm import FakeRiskManager

pytestmark = pytest.mark.slow

MOODS: tuple[tuple[Mood, ...], ...] = (
    (Mood.FILL,),
    (Mood.PART,),
    (Mood.FILL_LOST,),
    (Mood.PART_LOST,),
    (Mood.LOST,),
    (Mood.REJECT,),
    (Mood.REQUOTE, Mood.FILL),
    (Mood.REQUOTE, Mood.FILL_LOST),
    (Mood.REQUOTE, Mood.REQUOTE, Mood.REQUOTE),
    (Mood.PLACED,),
)
EXECUTED = (IntentState.FILLED, IntentState.PARTIAL)


class Trial:
    """One life of a program on a broker that goes on without it."""

    def __init__(self, folder: Path, moods: Sequence[Mood], fate: Fate, *, comments: bool) -> None:
        self.folder = folder
        self.broker = FakeBroker()
        self.broker.moods.extend(moods)
        self.broker.keep_comments = comments
        self.broker.step = fate.moment
        self.fate = fate
        self.path = journal_path(folder, self.broker.account.server, self.broker.account.login)

    def core(self, fate: Fate | None = None) -> TradingCore:
        """Start the program, on a disk that may fail."""
        self.broker.connected, self.broker.state = True, ConnectionState.CONNECTED
        opener = journal_opener(self.folder)
        if fate is not None:
            opener = lambda server, login: Journal(journal_path(self.folder, server, login), fate.connect)  # noqa: E731 - short
        return TradingCore(self.broker, FakeRiskManager, clock=self.broker.clock, journal=opener)

    def work(self, core: TradingCore, request: IntentRequest | None = None) -> None:
        """Submit one intent, approve it, and go on a little."""
        core.start()
        intent_id = core.submit(request or intent())
        core.approve(intent_id)
        self.run(core, 3)

    def run(self, core: TradingCore, steps: int) -> None:
        """Let the program run, two seconds at a time."""
        for _ in range(steps):
            self.broker.clock.advance(2.0)
            self.broker.refresh_quotes()
            core.step()

    def intents(self, core: TradingCore) -> tuple[Intent, ...]:
        """Return what the program knows of intents."""
        assert core.desk is not None
        return core.desk.book.intents()

    def agrees(self, core: TradingCore) -> None:
        """Hold broker, journal and desk against each other."""
        deals = self.broker.opening_deals
        assert len(deals) <= 1, "an order was executed twice"
        intents = self.intents(core)
        assert len(intents) <= 1
        for each in intents:
            assert each.state in (*ENDED, IntentState.PENDING), (each.state, each.reason)
            assert (each.state in EXECUTED) == bool(deals), (each.state, each.reason, deals)
            if deals:
                assert each.fill is not None
                assert each.fill.volume == pytest.approx(deals[0].volume)
                assert each.fill.order == deals[0].order
        if deals:
            assert intents, "the broker has an order that the journal does not know"
            assert marked_intent(str(self.broker.sent[-1]["comment"])) == intents[0].intent_id
        assert verify(self.path).intact, verify(self.path).problems


def moments(folder: Path, moods: Sequence[Mood]) -> int:
    """Return how many moments an order of that kind has at which something could fail."""
    fate = Fate(None)
    trial = Trial(folder / "dry", moods, fate, comments=True)
    with contextlib.closing(stopping(trial.core(fate))) as running:
        trial.work(running.core)
    return len(fate.passed)


class stopping:  # noqa: N801 - reads like contextlib's own
    """Stops a core when it is closed."""

    def __init__(self, core: TradingCore) -> None:
        self.core = core

    def close(self) -> None:
        """Stop it."""
        self.core.stop()


@pytest.fixture(params=MOODS, ids="-".join)
def moods(request: pytest.FixtureRequest) -> tuple[Mood, ...]:
    """Give each way in which the broker may take the order."""
    chosen: tuple[Mood, ...] = request.param
    return chosen


@pytest.mark.parametrize("comments", [True, False], ids=["comments", "no comments"])
def test_killed_at_any_moment(tmp_path: Path, moods: tuple[Mood, ...], comments: bool) -> None:
    """Killed at each moment in turn and started again: one order at most, and broker, journal and desk agree."""
    count = moments(tmp_path, moods)
    assert count > 12
    for number in range(count):
        fate = Fate(number)
        trial = Trial(tmp_path / str(number), moods, fate, comments=comments)
        with contextlib.closing(stopping(trial.core(fate))) as first, pytest.raises(Killed):
            trial.work(first.core)
        trial.broker.step = lambda _: None
        with contextlib.closing(stopping(trial.core())) as second:
            second.core.start()
            trial.run(second.core, 4)
            trial.broker.fill_placed()
            trial.run(second.core, 11)
            trial.agrees(second.core)


@pytest.mark.parametrize("mood", [Mood.FILL, Mood.FILL_LOST, Mood.LOST, Mood.REJECT])
@pytest.mark.parametrize("comments", [True, False], ids=["comments", "no comments"])
def test_killed_at_any_moment_of_placing(tmp_path: Path, mood: Mood, comments: bool) -> None:
    """An order that rests is placed once at most; the desk says PLACED where the broker has it, and only there."""
    request = intent(order_kind=OrderKind.LIMIT, order_price=1.14, stop_loss=1.13)
    killed, number = True, 0
    while killed:
        fate = Fate(number)
        trial = Trial(tmp_path / str(number), (mood,), fate, comments=comments)
        with contextlib.closing(stopping(trial.core(fate))) as first, contextlib.suppress(Killed):
            trial.work(first.core, request)
        killed = bool(fate.failed)
        trial.broker.step = lambda _: None
        with contextlib.closing(stopping(trial.core())) as second:
            second.core.start()
            trial.run(second.core, 15)
            assert len(trial.broker.orders) <= 1, "an order was placed twice"
            placed = [each for each in trial.intents(second.core) if each.state is IntentState.PLACED]
            assert [each.fill and each.fill.order for each in placed] == [each.ticket for each in trial.broker.orders]
        number += 1
    assert number > 12


def test_disk_full_at_any_moment(tmp_path: Path, moods: tuple[Mood, ...]) -> None:
    """Each write in turn finds the disk full, also after it was done; the program lives, heals, and all agree."""
    count = moments(tmp_path, moods)
    for number in range(count):
        fate = Fate(number, lambda: DiskFull("database or disk is full"))
        trial = Trial(tmp_path / str(number), moods, fate, comments=True)
        trial.broker.step = lambda _: None
        with contextlib.closing(stopping(trial.core(fate))) as running:
            with contextlib.suppress(DeskError):
                trial.work(running.core)
            trial.run(running.core, 5)
            trial.broker.fill_placed()
            trial.run(running.core, 11)
            trial.agrees(running.core)
            if fate.failed:
                assert any("the disk is full" in notice.text for notice in running.core.snapshot().notices)


def test_nothing_is_sent_that_could_not_be_journalled(tmp_path: Path) -> None:
    """On a disk that is full for good, approving fails in words and the broker hears nothing."""
    fate = Fate(None, lambda: DiskFull("database or disk is full"))
    trial = Trial(tmp_path, (), fate, comments=True)
    with contextlib.closing(stopping(trial.core(fate))) as running:
        running.core.start()
        intent_id = running.core.submit(intent())
        for _ in range(5):
            fate.chosen = len(fate.passed)
            with pytest.raises(DeskError, match="disk is full"):
                running.core.approve(intent_id)
        assert trial.broker.sent == []
        assert "disk is full" in running.core.snapshot().journal_problem
        trial.run(running.core, 8)
        assert running.core.snapshot().journal_problem == ""
