# SPDX-License-Identifier: MIT
"""The builders of desk data agree with one another, so that a test that changes one thing changes only that."""

from __future__ import annotations

from arbitrex_desktop.desk.intents.intent import IntentState
from tests.fakes.clock import START, ManualClock
from tests.fakes.desk_data import (
    account_row,
    desk_snapshot,
    intent_row,
    order_row,
    pool_stats,
    position_row,
    quote,
    risk_row,
)


def test_the_usual_desk_is_healthy_and_of_one_account() -> None:
    """Connected, synced at the clock's start, one account throughout, equity being balance and profit."""
    snapshot = desk_snapshot()
    account = snapshot.account
    assert account is not None
    assert (account.login, account.server) == (snapshot.pool.login, snapshot.pool.server)
    assert account.equity == account.capital + account.unrealized_pnl
    assert account.free_margin == account.equity - account.margin
    assert snapshot.sync["last_sync_time"] == START.isoformat()
    assert snapshot.taken_at == ManualClock().now()
    assert [point.at for point in snapshot.equity] == sorted(point.at for point in snapshot.equity)


def test_changes_change_what_they_name() -> None:
    """Each builder takes the fields of what it builds."""
    assert quote(bid=2.0, ticks=9).ticks == 9
    assert quote().age(ManualClock().monotonic()) == 0.0
    assert pool_stats(gaps=3).gaps == 3
    assert account_row(currency="USD").currency == "USD"
    assert risk_row(drawdown=0.5).drawdown == 0.5
    assert position_row(7, volume=2.0).ticket == 7
    assert order_row(8, volume=2.0).ticket == 8
    assert intent_row("x", state=IntentState.FILLED).state is IntentState.FILLED
    assert desk_snapshot(positions=()).positions == ()
