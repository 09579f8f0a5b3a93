# SPDX-License-Identifier: MIT
"""The parts of the desk that send orders, alone: a broker, a gate, a store on a journal, and nothing above them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.execution.action_log import ActionLog
from arbitrex_desktop.desk.execution.executor import Executor
from arbitrex_desktop.desk.execution.positions import PositionActions
from arbitrex_desktop.desk.execution.recovery import Recovery
from arbitrex_desktop.desk.execution.unanswered import UnansweredActions
from arbitrex_desktop.desk.gate import Gate
from arbitrex_desktop.desk.halt import TradingHalt
from arbitrex_desktop.desk.intent_queue.intent_store import IntentStore
from arbitrex_desktop.desk.intents.events import Event, EventKind, Intent, RiskAnswer, to_body
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.journal import Journal
from arbitrex_desktop.desk.presentation.notice_topics import NoticeLevel, NoticeTopic
from arbitrex_desktop.desk.risk.risk_client import RiskClient
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.mt5.commands import History
from arbitrex_desktop.mt5.constants import OrderType
from arbitrex_desktop.mt5.results import OrderSendResult
from tests.desk.conftest import intent
from tests.fakes.broker import FakeBroker, Mood
from tests.fakes.broker_data import make_order, make_position
from tests.fakes.clock import START
from tests.fakes.records import replace
from tests.fakes.rpm import FakeRiskManager


def answer(**changes: Any) -> RiskAnswer:
    """Return the RPM's approval of 0.1 lots of EURUSD with stop and target 100 pips around 1.15."""
    values: dict[str, Any] = {"status": "APPROVED", "at": START, "lots": 0.1, "stop_loss": 1.14, "take_profit": 1.17}
    return RiskAnswer(**{**values, **changes})


@dataclass
class Parts:
    """What an order passes on its way, and what was told to the trader."""

    broker: FakeBroker
    gate: Gate
    book: IntentStore
    context: DeskContext
    told: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def log(self) -> ActionLog:
        """Return where orders on positions are written down."""
        return ActionLog(self.book, self.context, None)

    def recovery(self) -> Recovery:
        """Return what finds lost orders."""
        return Recovery(self.book, self.context, UnansweredActions(self.log, self.context))

    def approved(self, judgement: RiskAnswer | None = None, **changes: Any) -> Intent:
        """Return an intent that was received, judged and approved; `changes` are of its request."""
        given = judgement or answer()
        waiting = self.book.receive(intent(**changes), lambda _: given, 100)
        body = to_body(judgement=given)
        return self.book.record(waiting, EventKind.APPROVED, state=IntentState.APPROVED, body=body)

    def send(self, *moods: Mood, judgement: RiskAnswer | None = None, **changes: Any) -> Intent:
        """Have an intent approved and carried out, its orders answered in the moods; return it as it stands then."""
        self.broker.moods.extend(moods)
        self.broker.refresh_quotes()
        return Executor(self.book, self.context).send(self.approved(judgement, **changes))

    def events(self, intent_id: str | None = None) -> tuple[Event, ...]:
        """Return what is in the journal, of one intent or of all."""
        return self.book.journal.events(intent_id=intent_id)

    def kinds(self, intent_id: str | None = None) -> list[str]:
        """Return the kinds of the journalled events."""
        return [event.kind.value for event in self.events(intent_id)]


BuildParts = Callable[..., Parts]


@pytest.fixture
def build_parts(tmp_path: Path) -> Iterator[BuildParts]:
    """Give a function that makes the parts with settings of the test's own; one set a test."""
    with closing(Journal(tmp_path / "parts.sqlite3")) as journal:

        def build(**changes: Any) -> Parts:
            broker, settings = FakeBroker(), DeskSettings(**changes)
            numbers = count(1)
            book = IntentStore(journal, broker.clock, lambda: f"PART{next(numbers):08d}")
            risk = RiskClient(broker, broker.clock, settings, lambda: FakeRiskManager(broker))
            gate = Gate(broker, broker.clock, TradingHalt(risk))
            gate.account = (broker.account.server, broker.account.login)
            told: list[tuple[str, str, str]] = []

            def post(
                level: NoticeLevel, topic: NoticeTopic, text: str, *, replace: bool = False, at: datetime | None = None
            ) -> None:
                del replace
                told.append((level, str(topic), text))

            context = DeskContext(broker, broker.clock, settings, gate, risk, post)
            return Parts(broker, gate, book, context, told)

        yield build


@pytest.fixture
def parts(build_parts: BuildParts) -> Parts:
    """Give the parts with the settings that the program has by itself."""
    return build_parts()


def now(parts: Parts, of: Intent) -> Intent:
    """Return an intent as the book has it now."""
    return parts.book.get(of.intent_id)


class Looking:
    """A recovery, time, and what its looks read of the books."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.recovery = parts.recovery()
        self.windows: list[tuple[datetime, datetime]] = []
        self.connections = 1
        history, stats = parts.broker.read_history, parts.broker.stats

        def listen(since: datetime, until: datetime) -> History:
            self.windows.append((since, until))
            return history(since, until)

        parts.broker.read_history = listen  # type: ignore[method-assign] # listens only
        parts.broker.stats = lambda: replace(stats(), connections=self.connections)  # type: ignore[method-assign] # counts

    def look(self, seconds: float = 1.0) -> None:
        """Let time pass, and look."""
        self.parts.broker.clock.advance(seconds)
        self.recovery.reconcile()


@pytest.fixture
def looking(parts: Parts) -> Looking:
    """Give a recovery on the usual settings."""
    return Looking(parts)


class Held:
    """Two positions and a pending order, and what manages them."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.broker = parts.broker
        self.actions = PositionActions(parts.log, parts.context)
        self.broker.positions = (
            make_position("EURUSD", 1, 0.3, ticket=11, price_open=1.14, sl=1.13, tp=1.2, magic=5),
            make_position("GBPUSD", -1, 0.2, ticket=12, price_open=1.31),
        )
        self.broker.orders = (make_order("EURUSD", OrderType.BUY_LIMIT, 0.1, ticket=21),)

    def look(self, seconds: float) -> None:
        """Let time pass, and see in a fresh reading what became of orders of unknown fate."""
        self.broker.clock.advance(seconds)
        self.actions.unanswered.reconcile(self.broker.read_account())

    def lose(self, act: Callable[[], None], mood: Mood = Mood.LOST) -> None:
        """Do something whose answer is lost."""
        self.broker.moods.append(mood)
        with pytest.raises(CommandRefused, match="looking at the broker's books"):
            act()

    def answer(self, outcome: Exception | OrderSendResult) -> None:
        """Have every order answered so."""

        def send(request: Any, permit: Any = None) -> OrderSendResult:
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        self.broker.send_order = send  # type: ignore[method-assign] # answers only


@pytest.fixture
def held(parts: Parts) -> Held:
    """Give positions on the usual settings."""
    return Held(parts)
