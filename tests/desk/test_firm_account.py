# SPDX-License-Identifier: MIT
"""A day on a firm's account, with the real risk manager: stopped before the firm does, and free again the next day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.gate import LIMITS
from arbitrex_desktop.desk.intents.events import EventKind
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.journal import journal_opener
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager, RPMConfig
from tests.desk.conftest import intent
from tests.fakes.broker import FakeBroker
from tests.fakes.broker_data import make_deal, make_position
from tests.fakes.records import replace

STOP_AT = 95_500.0
"""5% of 100 000 below the day's balance, and a tenth of that before."""


def start(folder: Path, broker: FakeBroker) -> TradingCore:
    """Return a started core on the 2-Step challenge, which may close at the limit of the day."""
    config = RPMConfig.preset("FTMO Challenge 2-Step", initial_balance=100_000.0)

    def make_rpm(pool: Any) -> RiskPortfolioManager:
        return RiskPortfolioManager(config, True, True, pool, clock=broker.clock, data_dir=folder)

    settings = DeskSettings(at_limit={"FIRM_DAILY_LOSS": "lock"})
    core = TradingCore(broker, make_rpm, clock=broker.clock, journal=journal_opener(folder), settings=settings)
    broker.positions = (make_position("EURUSD", 1, 1.0, ticket=11), make_position("GBPUSD", -1, 0.5, ticket=12))
    core.start()
    return core


def worth(broker: FakeBroker, balance: float, equity: float) -> None:
    """Set what the account holds."""
    broker.account = replace(broker.account, balance=balance, equity=equity, profit=equity - balance)


def step(core: TradingCore, broker: FakeBroker, seconds: float = 1.0) -> None:
    """Let time pass."""
    broker.clock.advance(seconds)
    broker.refresh_quotes()
    broker.poll()
    core.step()


def state_of(core: TradingCore, intent_id: str) -> IntentState:
    """Return where an intent stands."""
    return core.intent(intent_id).state


@pytest.mark.parametrize("short", [0.01, 0.0])
def test_positions_are_closed_before_the_firms_limit(tmp_path: Path, short: float) -> None:
    """A cent above the buffer nothing happens; at it everything is closed, halted, and waits for midnight in Prague."""
    broker = FakeBroker()
    core = start(tmp_path, broker)
    try:
        worth(broker, 100_000.0, STOP_AT + short)
        step(core, broker)
        step(core, broker)
        assert len(broker.positions) == (2 if short else 0)
        assert core.rpm is not None
        assert core.rpm.portfolio_state.trading_halted is not bool(short)
        if short:
            return
        assert core.desk is not None
        sent = [each for each in core.desk.book.journal.events() if each.kind is EventKind.ACTION_SUBMITTED]
        assert {draft.actor for draft in sent} == {LIMITS}
        broker.deals.append(make_deal(900, int(broker.clock.now().timestamp()), profit=STOP_AT - 100_000.0))
        worth(broker, STOP_AT, STOP_AT)
        step(core, broker)
        assert state_of(core, core.submit(intent())) is IntentState.REJECTED
        step(core, broker, 14 * 3_600.0)
        assert not core.rpm.portfolio_state.trading_halted, "a new day in Prague"
        assert state_of(core, core.submit(intent())) is IntentState.PENDING
        (resumed,) = [each for each in core.desk.book.journal.events() if each.kind is EventKind.RESUMED]
        assert (resumed.actor, resumed.reason[:21]) == (LIMITS, "a new day has begun: ")
    finally:
        core.stop()
