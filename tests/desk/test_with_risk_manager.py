# SPDX-License-Identifier: MIT
"""The desk with the real risk manager, on a broker that is a fake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.events import Event, Intent
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.journal import journal_opener
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.mt5.constants import AccountMarginMode
from arbitrex_desktop.raw_layer.views import AccountMode
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager, RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from tests.desk.conftest import intent
from tests.fakes.broker import FakeBroker
from tests.fakes.broker_data import make_position
from tests.fakes.records import replace


class Real:
    """A core whose risk manager is the real one."""

    def __init__(self, folder: Path, broker: FakeBroker, preset: str = "Standard FX") -> None:
        self.broker = broker
        self.broker.connected = True

        def make_rpm(pool: Any) -> RiskPortfolioManager:
            config = RPMConfig.preset(preset)
            return RiskPortfolioManager(config, True, True, pool, clock=broker.clock, data_dir=folder)

        self.core = TradingCore(broker, make_rpm, clock=broker.clock, journal=journal_opener(folder))
        self.core.start()

    def step(self, seconds: float = 1.0) -> None:
        """Let time pass."""
        self.broker.clock.advance(seconds)
        self.broker.refresh_quotes()
        self.broker.poll()
        self.core.step()

    def row(self, intent_id: str) -> IntentRow:
        """Return an intent as the window sees it."""
        return next(row for row in self.core.snapshot().intents if row.intent_id == intent_id)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Real]:
    """Give a started core."""
    made = Real(tmp_path, FakeBroker())
    yield made
    made.core.stop()


def test_what_was_just_submitted_can_be_approved_at_once(real: Real) -> None:
    """The second look does not count the intent against itself: not as a trade just made, not as a duplicate."""
    intent_id = real.core.submit(intent())
    row = real.row(intent_id)
    assert (row.state, row.can_approve, row.blocker) == (IntentState.PENDING, True, "")
    real.core.approve(intent_id)
    row = real.row(intent_id)
    assert row.state is IntentState.FILLED
    assert row.risk_amount is not None
    assert 0.0 < row.risk_amount <= 0.05 * 100_000.0
    (request,) = real.broker.sent
    assert request["sl"] < request["price"] < request["tp"] or request["tp"] == 0.0


def test_a_later_trade_is_still_paced(real: Real) -> None:
    """Another intent right after the first is refused by the spacing rule, as it should be."""
    real.core.approve(real.core.submit(intent()))
    row = real.row(real.core.submit(intent(symbol="GBPUSD")))
    assert (row.state, row.reason) == (IntentState.REJECTED, "TRADE_SPACING")


def test_a_pending_intent_that_waits_stays_approvable(real: Real) -> None:
    """Being judged again each second does not use up any limit."""
    intent_id = real.core.submit(intent())
    for _ in range(60):
        real.step()
    assert real.row(intent_id).blocker == ""
    real.core.approve(intent_id)
    assert real.row(intent_id).state is IntentState.FILLED


@pytest.mark.parametrize("by_ticket", [False, True])
def test_an_intent_that_only_reduces_closes_what_is_open(real: Real, *, by_ticket: bool) -> None:
    """On a hedging account it closes a position by its name, also while halted; one that does not say so opens."""
    first = real.core.submit(intent())
    real.core.approve(first)
    real.step()
    (position,) = real.broker.positions
    real.core.halt("news")
    assert real.row(real.core.submit(intent(direction=-1))).reason == "TRADING_HALTED"
    told: dict[str, Any] = {"position_ticket": position.ticket} if by_ticket else {"reduce_only": True}
    second = real.core.submit(intent(direction=-1, **told))
    row = real.row(second)
    assert row.state is IntentState.PENDING, (row.reason, row.details)
    real.core.approve(second)
    assert real.broker.sent[-1]["position"] == position.ticket
    assert sum(each.volume for each in real.broker.positions) < position.volume


def test_a_halt_refuses_what_adds_and_outlives_the_program(real: Real, tmp_path: Path) -> None:
    """HALT is the RPM's halt too, and a new program starts halted."""
    real.core.halt("enough for today")
    real.core.stop()
    again = Real(tmp_path, real.broker)
    try:
        row = again.row(again.core.submit(intent()))
        assert (row.state, row.reason) == (IntentState.REJECTED, "TRADING_HALTED")
        risk = again.core.snapshot().risk
        assert risk is not None
        assert (risk.trading_state, risk.halt_reason) == ("HALTED", "enough for today")
        again.core.resume("a new day")
        again.step(60.0)
        assert again.row(again.core.submit(intent())).state is IntentState.PENDING
    finally:
        again.core.stop()


def test_rejected_intents_free_their_room(real: Real) -> None:
    """What the trader turned down is no longer under way for the RPM."""
    intent_id = real.core.submit(intent())
    assert real.core.rpm is not None
    real.core.reject(intent_id)
    assert not real.core.rpm.release_intent(intent_id)


def test_a_drawdown_at_the_click_refuses(real: Real) -> None:
    """The account fell while the intent waited: the RPM halts at the click, and nothing is sent."""
    intent_id = real.core.submit(intent())
    lost = real.broker.account
    real.broker.account = type(lost).from_mapping(
        {name: getattr(lost, name) for name in lost.__slots__} | {"equity": 80_000.0, "profit": -20_000.0}
    )
    real.broker.poll()
    with pytest.raises(CommandRefused, match="trading is halted: drawdown"):
        real.core.approve(intent_id)
    assert real.broker.sent == []
    assert real.row(intent_id).state is IntentState.PENDING
    assert not real.row(intent_id).can_approve


def test_what_opened_and_closed_between_two_syncs_is_not_counted_on(real: Real) -> None:
    """The broker's books confirm a fill whose position is gone again: no phantom of it refuses later trades."""
    assert real.core.desk is not None
    assert real.core.rpm is not None

    def close_at_once(_intent: Intent, event: Event) -> None:
        if event.kind == "FILLED":
            real.broker.positions = ()

    real.core.desk.book.listeners.append(close_at_once)
    intent_id = real.core.submit(intent())
    real.core.approve(intent_id)
    assert real.row(intent_id).state is IntentState.FILLED
    real.step()
    assert real.core.snapshot().positions == ()
    assert not real.core.rpm.release_intent(intent_id)


def test_a_reversal_on_a_netting_account_is_told_before_it_is_approved(tmp_path: Path) -> None:
    """Short 0.1 and an intent to buy 0.3: the row says that it closes the one and is long 0.2 afterwards."""
    broker = FakeBroker()
    broker.account = replace(broker.account, margin_mode=int(AccountMarginMode.RETAIL_NETTING))
    broker.positions = (make_position("EURUSD", -1, 0.1, ticket=501),)
    broker.poll()
    real = Real(tmp_path, broker)
    row = real.row(real.core.submit(intent(requested_volume=0.3)))
    assert row.can_approve
    assert row.closing_text == "REVERSES the position (SELL 0.10 EURUSD): BUY 0.20 will be open"
    real.core.stop()


SUFFIXED = ("EURUSDm", "GBPUSDm", "USDJPYm", "AUDUSD.r", "AUDUSD_x")


def test_a_plain_name_is_traded_under_the_broker_s(tmp_path: Path) -> None:
    """From an intent in EURUSD to a filled order, a journal entry and a position in EURUSDm."""
    real = Real(tmp_path, FakeBroker(symbols=SUFFIXED))
    intent_id = real.core.submit(intent(symbol="EURUSD"))
    assert real.row(intent_id).symbol == "EURUSDm"
    real.core.approve(intent_id)
    assert real.row(intent_id).state is IntentState.FILLED
    assert [request["symbol"] for request in real.broker.sent] == ["EURUSDm"]
    real.step()
    assert [position.symbol for position in real.core.snapshot().positions] == ["EURUSDm"]
    assert real.core.preview(intent(symbol="EURUSD"), 1).intent.symbol == "EURUSDm"
    real.core.stop()


def test_an_ambiguous_plain_name_is_refused_with_the_candidates(tmp_path: Path) -> None:
    """Of two symbols that could be meant none is traded."""
    real = Real(tmp_path, FakeBroker(symbols=SUFFIXED))
    row = real.row(real.core.submit(intent(symbol="AUDUSD")))
    assert (row.state, row.reason) == (IntentState.REJECTED, "UNKNOWN_SYMBOL")
    assert "AUDUSD.r, AUDUSD_x" in row.details
    assert real.broker.sent == []
    real.core.stop()


def test_the_risk_manager_answers_for_the_broker_s_symbol(tmp_path: Path) -> None:
    """`process_trade_intent` takes either name, and its approved trade has the broker's."""
    broker = FakeBroker(symbols=SUFFIXED)
    with RiskPortfolioManager(RPMConfig(), False, True, broker, clock=broker.clock, data_dir=tmp_path) as rpm:
        for name in ("EURUSD", "EURUSDm"):
            decision = rpm.evaluate(name, 1, 0.8, "TRENDING", 0.002, 0.5).decision
            assert decision.approved_trade is not None, decision.rejected_trade
            assert decision.approved_trade.symbol == "EURUSDm"


def test_a_pair_is_placed_at_once_and_its_end_makes_room(real: Real) -> None:
    """Both legs of a breakout pass the limits of one trade, pacing included; filled, one is left, and the next fits."""
    stop: dict[str, Any] = {"order_kind": OrderKind.STOP, "requested_volume": 0.1}
    low = real.core.submit(intent(direction=-1, order_price=1.145, stop_loss=1.15, **stop))
    real.core.approve(low)
    high = real.core.submit(intent(order_price=1.155, stop_loss=1.15, oco_with=low, **stop))
    assert (real.row(high).state, real.row(high).details) == (IntentState.PENDING, "")
    real.core.approve(high)
    assert [real.row(leg).state for leg in (low, high)] == [IntentState.PLACED, IntentState.PLACED]
    for _ in range(5):
        real.step()
    alone = real.core.submit(intent(order_price=1.156, stop_loss=1.15, **stop))
    assert real.row(alone).state is IntentState.REJECTED
    real.broker.trigger(real.broker.orders[0].ticket)
    for _ in range(5):
        real.step()
    assert [real.row(leg).state for leg in (low, high)] == [IntentState.FILLED, IntentState.CANCELLED]
    assert len(real.broker.positions) == 1
    assert real.broker.orders == ()


def test_a_limit_outlives_its_reservation_and_still_counts(real: Real) -> None:
    """An hour later, long after the approval is forgotten, the order takes its place among the positions."""
    limit: dict[str, Any] = {"order_kind": OrderKind.LIMIT, "requested_volume": 0.1}
    real.core.approve(real.core.submit(intent(order_price=1.145, stop_loss=1.14, **limit)))
    for _ in range(4):
        real.step(900.0)
    assert real.core.rpm is not None
    used = {each.code: each.observed for each in real.core.rpm.limits_in_use()}
    assert used["MAX_POSITIONS_REACHED"] == 1


def test_a_real_account_traded_by_another_program_is_told(tmp_path: Path) -> None:
    """Once, as a warning, while both go on."""
    broker = FakeBroker()
    broker.account_mode = AccountMode.DEMO
    other = RiskPortfolioManager(RPMConfig(), False, True, broker, clock=broker.clock)
    real = Real(tmp_path, broker)
    for _ in range(3):
        real.step()
    told = [each for each in real.core.snapshot().notices if each.topic.subject is NoticeSubject.SHARED_ACCOUNT]
    assert [each.level for each in told] == ["warning"]
    assert "trades this account" in told[0].text
    real.core.stop()
    other.close()
