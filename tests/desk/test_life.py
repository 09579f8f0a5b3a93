# SPDX-License-Identifier: MIT
"""The life of intents under everything at once: a state machine of traders, brokers, crashes and clocks."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.intents.events import Intent
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.intents.order_tags import marked_intent
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.journal.journal import journal_opener, journal_path
from arbitrex_desktop.raw_layer.views import ConnectionState
from tests.desk.conftest import intent
from tests.fakes.broker import FakeBroker, Mood
from tests.fakes.disk import Killed
from tests.fakes.rpm import FakeRiskManager

SYMBOLS = st.sampled_from(["EURUSD", "GBPUSD", "USDJPY"])
EXECUTED = (IntentState.FILLED, IntentState.PARTIAL)


class LifeOfIntents(RuleBasedStateMachine):
    """Submits, approves, rejects, halts, loses replies and lines, kills and restarts, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.broker = FakeBroker()
        self.rpm = FakeRiskManager(self.broker)
        self.numbers = count(1)
        self.ids: list[str] = []
        self.core = self.start()

    def start(self) -> TradingCore:
        """Start the program on what is on disk and at the broker."""
        self.broker.connected, self.broker.state = True, ConnectionState.CONNECTED
        self.broker.poll()
        core = TradingCore(
            self.broker,
            lambda _: self.rpm,
            clock=self.broker.clock,
            journal=journal_opener(Path(self.folder.name)),
            new_id=lambda: f"TEST{next(self.numbers):08d}",
        )
        core.start()
        return core

    def teardown(self) -> None:
        """Let everything settle, and hold broker, journal and desk against each other once more."""
        self.core.stop()
        self.broker.step = lambda _: None
        self.broker.moods.clear()
        self.core = self.start()
        self.broker.fill_placed()
        for _ in range(25):
            self.pass_time(1.0)
        self.agree()
        unsettled = {IntentState.SENDING, IntentState.UNKNOWN, IntentState.APPROVED, IntentState.RECEIVED}
        assert not unsettled & {each.state for each in self.intents()}
        self.core.stop()
        report = verify(journal_path(Path(self.folder.name), "Arbitrex-Simulated", 50_000_001))
        assert report.intact, report.problems
        self.folder.cleanup()

    def intents(self) -> tuple[Intent, ...]:
        """Return what the desk knows."""
        return self.core.desk.book.intents() if self.core.desk is not None else ()

    @rule(symbol=SYMBOLS, direction=st.sampled_from([1, -1]), life=st.sampled_from([5.0, 120.0]))
    def submit(self, symbol: str, direction: int, life: float) -> None:
        """Let somebody have an idea."""
        self.ids.append(self.core.submit(intent(symbol=symbol, direction=direction, time_to_live=life)))

    @precondition(lambda self: bool(self.ids))
    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        """Let the trader click on any intent there ever was."""
        with suppress(DeskError):
            self.core.approve(data.draw(st.sampled_from(self.ids)))

    @precondition(lambda self: bool(self.ids))
    @rule(data=st.data())
    def reject(self, data: st.DataObject) -> None:
        """Let the trader say no to any intent there ever was."""
        with suppress(DeskError):
            self.core.reject(data.draw(st.sampled_from(self.ids)), "no")

    @rule(seconds=st.sampled_from([0.25, 1.0, 10.0]))
    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self.broker.clock.advance(seconds)
        self.broker.refresh_quotes()
        if self.broker.connected:
            self.broker.poll()
        self.core.step()

    @rule(mood=st.sampled_from(Mood))
    def change_mood(self, mood: Mood) -> None:
        """Let the broker treat the next order in its own way."""
        self.broker.moods.append(mood)

    @rule()
    def fill_what_was_placed(self) -> None:
        """Let the broker fill what it had only accepted."""
        self.broker.fill_placed()

    @rule(lots=st.sampled_from([0.1, 0.3]), refuses=st.booleans())
    def change_mind(self, lots: float, refuses: bool) -> None:
        """Let the risk manager see it otherwise from now on."""
        self.rpm.lots = lots
        self.rpm.refusal = ("NO", "not any more") if refuses else None

    @rule(connected=st.booleans())
    def change_line(self, connected: bool) -> None:
        """Take the line down, or bring it up."""
        self.broker.connected = connected

    @rule(halted=st.booleans())
    def change_halt(self, halted: bool) -> None:
        """Let the trader halt, or resume."""
        if halted:
            self.core.halt("enough")
            self.core._background.join()
        else:
            self.core.resume("on we go")

    @precondition(lambda self: bool(self.ids))
    @rule(data=st.data(), moment=st.sampled_from(["before the broker has it", "after the broker had it"]))
    def be_killed(self, data: st.DataObject, moment: str) -> None:
        """Kill the program around the call that sends, and start it again."""

        def die(now: str) -> None:
            if now == moment:
                raise Killed

        self.broker.step = die
        with suppress(DeskError, Killed):
            self.core.approve(data.draw(st.sampled_from(self.ids)))
        self.broker.step = lambda _: None
        self.core.stop()
        self.core = self.start()

    @invariant()
    def agree(self) -> None:
        """No order twice, none lost: each deal has one intent, each executed intent its deal."""
        deals = Counter(marked_intent(deal.comment) for deal in self.broker.opening_deals)
        assert all(times == 1 for times in deals.values()), "an order was executed twice"
        known = {each.intent_id: each for each in self.intents()}
        assert set(deals) <= set(known)
        for intent_id, each in known.items():
            if each.state in EXECUTED:
                assert deals[intent_id] == 1
            elif each.state is not IntentState.UNKNOWN:
                assert deals[intent_id] == 0, (each.state, each.reason)


LifeOfIntents.TestCase.settings = settings(max_examples=25, stateful_step_count=25)
TestLifeOfIntents = pytest.mark.slow(LifeOfIntents.TestCase)
