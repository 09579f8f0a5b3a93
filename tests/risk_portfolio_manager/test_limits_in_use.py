# SPDX-License-Identifier: MIT
"""How much of each limit is used without any intent is what the next intent would be held against."""

from __future__ import annotations

import math

import pytest

from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager, Verdict
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from tests.fakes.broker_data import make_account, make_position
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import check, intent, pooled, static, wide


@pytest.fixture
def pool() -> FakePool:
    """Return an account with two positions."""
    pool = FakePool()
    pool.positions = (make_position("EURUSD", 1, 0.5, ticket=1), make_position("USDJPY", -1, 0.2, ticket=2))
    return pool


def in_use(manager: RiskPortfolioManager) -> dict[str, Verdict]:
    """Return the figures by code."""
    return {each.code: each for each in manager.limits_in_use()}


def test_a_flat_account_uses_nothing() -> None:
    """Without positions and losses every figure is zero and passes; what has no figure is left out."""
    used = in_use(static())
    assert {code for code, each in used.items() if each.observed != 0.0} == set()
    assert {each.outcome for each in used.values()} == {Outcome.PASS}
    assert "MARGIN_LEVEL_LIMIT" not in used
    assert {"MAX_DRAWDOWN_EXCEEDED", "DAILY_LOSS_LIMIT", "MAX_POSITIONS_REACHED", "TOTAL_EXPOSURE_LIMIT"} <= used.keys()


def test_figures_are_those_of_the_rules(pool: FakePool) -> None:
    """Drawdown, losses and counts equal what the checks of an intent say; exposure is what is held, by hand."""
    manager = pooled(pool, wide(max_concurrent_positions=8))
    used, judged = in_use(manager), manager.evaluate(**intent())
    for code in ("MAX_DRAWDOWN_EXCEEDED", "DAILY_LOSS_LIMIT", "WEEKLY_LOSS_LIMIT", "MAX_POSITIONS_REACHED"):
        seen = check(judged, code)
        assert (used[code].observed, used[code].limit) == (seen.observed, seen.limit)
    assert used["MAX_POSITIONS_REACHED"].observed == 2
    state = manager.portfolio_state
    euro = 0.5 * 100_000 * pool.quotes["EURUSD"].mid
    total = used["TOTAL_EXPOSURE_LIMIT"].observed
    assert total == pytest.approx((euro + 0.2 * 100_000) / state.total_capital, rel=0.01)


def test_value_at_risk_is_of_what_is_held(pool: FakePool) -> None:
    """With positions it is known, and below what the same portfolio with more of a position has."""
    before = in_use(pooled(pool, wide()))["VALUE_AT_RISK_LIMIT"].observed
    pool.positions = (make_position("EURUSD", 1, 2.0, ticket=1), make_position("USDJPY", -1, 0.2, ticket=2))
    after = in_use(pooled(pool, wide()))["VALUE_AT_RISK_LIMIT"].observed
    assert before is not None
    assert after is not None
    assert 0.0 < before < after
    assert math.isfinite(after)


def test_all_places_taken_is_no_limit_broken(pool: FakePool) -> None:
    """Two positions of two are allowed, though a third is not."""
    manager = pooled(pool, wide(max_concurrent_positions=2))
    assert in_use(manager)["MAX_POSITIONS_REACHED"].outcome is Outcome.PASS


def test_other_limits_are_tried_without_coming_into_force(pool: FakePool) -> None:
    """The same portfolio against another limit: its figure stays, the limit is the other one, and none is changed."""
    manager = pooled(pool, wide(max_concurrent_positions=8))
    before = in_use(manager)
    tried = {each.code: each for each in manager.limits_in_use(wide(max_concurrent_positions=1))}
    places = tried["MAX_POSITIONS_REACHED"]
    assert (places.observed, places.limit, places.outcome) == (2, 1, Outcome.FAIL)
    assert in_use(manager) == before
    assert manager.config.max_concurrent_positions == 8


def test_asking_changes_nothing(pool: FakePool) -> None:
    """The next decision is the same, to the byte, whether or not somebody looked."""
    manager, other = pooled(pool, wide()), pooled(pool, wide())
    for _ in range(3):
        manager.limits_in_use()
    one, two = manager.evaluate(**intent()), other.evaluate(**intent())
    assert one.decision.checks == two.decision.checks


def test_what_is_held_is_told_by_symbol_and_in_the_direction_held(pool: FakePool) -> None:
    """In account currency, the largest first; correlations are those of what is held."""
    figures = pooled(pool, wide()).portfolio_figures()
    assert figures.notional["EURUSD"] == pytest.approx(0.5 * 100_000 * pool.quotes["EURUSD"].mid, rel=0.01)
    assert figures.notional["USDJPY"] == pytest.approx(-20_000.0, rel=0.01)
    assert figures.correlated == ("EURUSD", "USDJPY")
    (own, other), (mirrored, _) = figures.correlations
    # Bought euros and sold dollars against yen: without bars the shared leg says 0.5.
    assert [own, other, mirrored] == pytest.approx([1.0, 0.5, 0.5])


def test_a_flat_account_holds_nothing() -> None:
    """No symbol, and nothing to compare."""
    figures = static().portfolio_figures()
    assert (figures.notional, figures.correlated, figures.correlations) == ({}, (), ())


def test_a_changed_limit_counts_at_the_next_decision() -> None:
    """Of the same account, whether the setting is changed, or all are replaced, or only the portfolio."""
    manager = static(wide(daily_loss_limit=0.02))
    manager.portfolio_state.daily_pnl = -1_000.0

    def refused() -> bool:
        return manager.evaluate(**intent()).decision.approved_trade is None

    found = [refused()]
    manager.config.daily_loss_limit = 0.009
    found.append(refused())
    manager.config = wide(daily_loss_limit=0.02)
    found.append(refused())
    manager.portfolio_state.daily_pnl = -2_100.0
    found.append(refused())
    manager.config.daily_loss_limit = 0.03
    found.append(refused())
    manager.portfolio_state.trading_halted = True
    found.append(refused())
    assert found == [False, True, False, True, False, True]


@pytest.mark.parametrize("firm", [{}, {"initial_balance": 1e5, "firm_max_loss": 0.1, "profit_target": 0.1}])
def test_an_account_without_money_is_told_and_trades_nothing(firm: dict[str, float]) -> None:
    """A balance of nothing has no share that could be lost: nothing is divided by it, and nothing is approved."""
    empty = make_account(balance=0.0, equity=0.0, margin_free=0.0)
    manager = pooled(FakePool(account=empty), wide(**firm))
    assert {"MAX_POSITIONS_REACHED", "OPEN_RISK_LIMIT"} <= in_use(manager).keys()
    assert manager.evaluate(**intent()).decision.approved_trade is None
