# SPDX-License-Identifier: MIT
"""A clock that was a day ahead forgets no loss when it is right again."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from tests.fakes.broker_data import make_account, make_deal
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import check, intent, pooled, wide


@pytest.mark.parametrize("days", [1, 7])
def test_a_day_begins_once(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """R12: 100,000 at the reset, and a loss of 1,900 since: so before the clock was ahead and after it."""
    pool = FakePool(account=make_account(balance=100_000.0, equity=100_000.0))
    manager = pooled(pool, wide())
    pool.clock.advance(60.0)
    pool.deals = [make_deal(9, int(pool.clock.now().timestamp()), profit=-1_900.0)]
    pool.account = dataclasses.replace(pool.account, balance=98_100.0, equity=97_200.0)
    anchors, lost = list[float | None](), list[float | None]()
    for ahead in (0, days, 0, days, 0):
        moment = pool.clock.now() + timedelta(days=ahead)
        monkeypatch.setattr(pool, "market_now", lambda moment=moment: moment)
        assert manager.sync_with_mt5_account()
        pool.refresh_quotes()
        output = manager.evaluate(**intent())
        anchors.append(manager.portfolio_state.day_anchor)
        lost.append(check(output, "DAILY_LOSS_LIMIT").observed)
    assert anchors == [100_000.0, 98_100.0, 100_000.0, 98_100.0, 100_000.0]
    assert lost[::2] == pytest.approx([0.019] * 3)
    assert manager.portfolio_state.week_anchor == 100_000.0
