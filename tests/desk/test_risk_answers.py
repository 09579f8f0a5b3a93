# SPDX-License-Identifier: MIT
"""The risk manager's answers as the desk keeps them, by the hundred."""

from __future__ import annotations

from arbitrex_desktop.desk.risk.risk_client import RiskClient
from arbitrex_desktop.desk.settings import DeskSettings
from tests.desk.conftest import intent
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import pooled, wide


def test_what_two_answers_have_in_common_is_kept_once() -> None:
    """Most checks come to the same from one intent to the next; what an answer says is its own all the same."""
    pool = FakePool()
    rpm = pooled(pool, wide())
    risk = RiskClient(pool, pool.clock, DeskSettings(), lambda: rpm)
    risk.start()
    first = risk.judge(intent(atr=0.1), "one").checks
    pool.clock.advance(1.0)
    pool.refresh_quotes()
    alone = RiskClient(pool, pool.clock, DeskSettings(), lambda: rpm)
    alone.start()
    fresh = alone.evaluate(intent(symbol="GBPUSD", direction=-1, atr=0.1), "two").checks
    second = risk.evaluate(intent(symbol="GBPUSD", direction=-1, atr=0.1), "two").checks
    assert second == fresh
    same = sum(one is other for one, other in zip(first, second, strict=True))
    assert len(second) > same > len(second) / 2
