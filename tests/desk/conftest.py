# SPDX-License-Identifier: MIT
"""A desk on fakes: a broker with books, a risk manager that says what it is told, a journal on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.intents.events import Intent
from arbitrex_desktop.desk.intents.intent import IntentRequest
from arbitrex_desktop.desk.journal.journal import journal_opener, journal_path
from arbitrex_desktop.desk.journal.reserve import reserve_opener
from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.raw_layer.views import ConnectionState
from tests.fakes.broker import FakeBroker
from tests.fakes.clock import ManualClock
from tests.fakes.rpm import FakeRiskManager

PATIENCE = 30.0
"""Seconds after which a test gives up on what has to happen: longer than a busy machine takes for it."""


def intent(**changes: Any) -> IntentRequest:
    """Return an intent to buy EURUSD."""
    values: dict[str, Any] = {
        "symbol": "EURUSD",
        "direction": 1,
        "confidence_score": 0.8,
        "regime": "TRENDING",
        "vol_percentile": 0.4,
    }
    return IntentRequest(**{**values, **changes})


@dataclass
class Desk:
    """A core with everything around it, and what a test does over and over."""

    core: TradingCore
    broker: FakeBroker
    rpm: FakeRiskManager
    clock: ManualClock
    journal: Path

    def step(self, seconds: float = 1.0) -> None:
        """Let time pass, quotes tick, and the core do what is due."""
        self.clock.advance(seconds)
        self.broker.refresh_quotes()
        self.core.step()

    def row(self, intent_id: str) -> IntentRow:
        """Return an intent as the window sees it."""
        return next(row for row in self.core.snapshot().intents if row.intent_id == intent_id)

    def intent(self, intent_id: str) -> Intent:
        """Return an intent as the book has it."""
        assert self.core.desk is not None
        return self.core.desk.book.get(intent_id)


BuildDesk = Callable[..., Desk]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[BuildDesk]:
    """Give a function that starts a desk; a second one goes on with the first one's broker and journal."""
    started: list[Desk] = []

    def start(broker: FakeBroker | None = None, settings: DeskSettings | None = None, **changes: Any) -> Desk:
        broker = broker or FakeBroker()
        if started:
            broker.connected, broker.state = True, ConnectionState.CONNECTED
        rpm = FakeRiskManager(broker)
        numbers = count(sum(1 for _ in started) * 1000 + 1)
        arguments: dict[str, Any] = {
            "clock": broker.clock,
            "journal": journal_opener(tmp_path),
            "reserves": reserve_opener(tmp_path),
            "settings": settings,
            "new_id": lambda: f"TEST{next(numbers):08d}",
        }
        core = TradingCore(broker, lambda _: rpm, **{**arguments, **changes})
        desk = Desk(
            core, broker, rpm, broker.clock, journal_path(tmp_path, broker.account.server, broker.account.login)
        )
        started.append(desk)
        core.start()
        return desk

    yield start
    for desk in started:
        desk.core.stop()


@pytest.fixture
def desk(build: BuildDesk) -> Desk:
    """Give a started desk."""
    return build()
