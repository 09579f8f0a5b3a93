# SPDX-License-Identifier: MIT
"""The fake broker, risk manager and disk do what they say, so that tests which lean on them mean something."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.desk.pool_protocol import TradingPool
from arbitrex_desktop.desk.risk.risk_view import RiskManagerView
from arbitrex_desktop.mt5.constants import DealEntry, TradeRetcode
from arbitrex_desktop.mt5.errors import DeadlineExceeded
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from tests.fakes.broker import FakeBroker, Mood
from tests.fakes.disk import DiskFull, Fate, Killed
from tests.fakes.rpm import FakeRiskManager

BUY: dict[str, Any] = {"action": 1, "symbol": "EURUSD", "volume": 0.2, "type": 0, "magic": 7, "comment": "mine"}


def test_a_filled_order_is_in_all_the_books() -> None:
    """A deal, a history order and a position, bound by their tickets."""
    broker = FakeBroker()
    result = broker.send_order(BUY)
    (deal,), (order,), (position,) = broker.deals, broker.history_orders, broker.positions
    assert result.retcode == TradeRetcode.DONE
    assert result.order == deal.order == order.ticket == position.ticket == deal.position_id
    assert (deal.volume, deal.comment, deal.entry) == (0.2, "mine", DealEntry.IN)
    broker.send_order({**BUY, "type": 1, "position": position.ticket, "volume": 0.05})
    assert broker.positions[0].volume == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("mood", "code", "filled"),
    [
        (Mood.PART, TradeRetcode.DONE_PARTIAL, 0.1),
        (Mood.REQUOTE, TradeRetcode.REQUOTE, 0.0),
        (Mood.REJECT, TradeRetcode.REJECT, 0.0),
        (Mood.PLACED, TradeRetcode.PLACED, 0.0),
    ],
)
def test_moods_that_answer(mood: Mood, code: TradeRetcode, filled: float) -> None:
    """Each mood gives its retcode, and executes what it says."""
    broker = FakeBroker()
    broker.moods.append(mood)
    assert broker.send_order(BUY).retcode == code
    assert sum(deal.volume for deal in broker.deals) == pytest.approx(filled)
    broker.fill_placed()
    assert bool(broker.deals) == (mood in (Mood.PART, Mood.PLACED))


@pytest.mark.parametrize(("mood", "filled"), [(Mood.FILL_LOST, 0.2), (Mood.PART_LOST, 0.1), (Mood.LOST, 0.0)])
def test_moods_that_lose_the_reply(mood: Mood, filled: float) -> None:
    """The reply never comes, whether the order was executed or not."""
    broker = FakeBroker()
    broker.moods.append(mood)
    with pytest.raises(DeadlineExceeded):
        broker.send_order(BUY)
    assert sum(deal.volume for deal in broker.deals) == pytest.approx(filled)


def test_the_fakes_fit_the_protocols() -> None:
    """What the desk is given in tests has the shape of what it is given in life."""
    broker: TradingPool = FakeBroker()
    manager: RiskManagerView = FakeRiskManager(broker)
    assert manager.sync_with_mt5_account()
    assert manager.portfolio_state.total_capital == 100_000.0
    manager.kill_switches.manual_halt(manager.portfolio_state, "stop")
    output = manager.judge(TradeIntent("EURUSD", 1, 0.8, "TRENDING", 0.001, 0.5, 1.1), record=False)
    assert (output.decision.status, output.decision.approved_trade) == ("REJECTED", None)


def test_fate_strikes_once_at_the_chosen_moment(tmp_path: Path) -> None:
    """Writes pass until the chosen one, which fails; after that they pass again."""
    fate = Fate(2, lambda: DiskFull("full"))
    with contextlib.closing(fate.connect(tmp_path / "x.sqlite3")) as db:
        db.execute("CREATE TABLE t (x)")
        db.execute("BEGIN")
        db.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(sqlite3.OperationalError, match="full"):
            _commit(db)
        assert fate.failed == "after COMMIT"
        assert db.execute("SELECT count(*) FROM t").fetchone() == (1,)
        db.execute("INSERT INTO t VALUES (2)")
    assert not issubclass(Killed, Exception)


def _commit(db: sqlite3.Connection) -> None:
    """Commit."""
    db.execute("COMMIT")
