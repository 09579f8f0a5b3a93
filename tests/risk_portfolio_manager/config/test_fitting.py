# SPDX-License-Identifier: MIT
"""Without settings the limits fit the account; with them, and without an account, they are what they say."""

from __future__ import annotations

import pytest

from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from tests.fakes.broker_data import make_account
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import intent, pooled, static

ORDINARY = {
    "EURUSD": [0.0003, 0.0007, 0.0015, 0.0080],
    "USDJPY": [0.05, 0.11, 0.22, 1.6],
    "XAUUSD": [2.5, 4.7, 8.9, 54.0],
}
"""ATRs of M5, M15, H1 and D1 bars."""


@pytest.mark.parametrize(("symbol", "atr"), [(name, atr) for name, atrs in ORDINARY.items() for atr in atrs])
@pytest.mark.parametrize("direction", [1, -1])
def test_without_settings_an_ordinary_trade_is_approved_as_sized(symbol: str, atr: float, direction: int) -> None:
    """On an account of 1:100 nothing cuts it, and at most half a percent is lost at its stop."""
    pool = FakePool(account=make_account(leverage=100))
    quote = pool.quotes[symbol]
    output = pooled(pool).evaluate(
        **intent(symbol=symbol, direction=direction, atr=atr, current_price=quote.ask if direction > 0 else quote.bid)
    )
    assert output.decision.status == "APPROVED", [each.message for each in output.decision.checks if each.blocks]
    trade = output.decision.approved_trade
    assert trade is not None
    assert trade.expected_loss is not None
    assert 0.0 < trade.expected_loss <= 500.0 + 1e-6


def test_less_leverage_means_less_exposure_and_never_less_than_the_documented_values() -> None:
    """Limits grow with the leverage up to 1:100, and begin at those of a bare RPMConfig."""
    bare, *fitted = RPMConfig(), *(RPMConfig.for_leverage(leverage) for leverage in (1, 30, 100, 500))
    symbol = [config.max_symbol_exposure_pct for config in fitted]
    assert symbol == [bare.max_symbol_exposure_pct, 6.0, 20.0, 20.0]
    assert all(config.max_var_pct >= bare.max_var_pct for config in fitted)
    assert {config.risk_per_trade for config in fitted} == {config.max_risk_per_trade for config in fitted} == {0.005}


def test_settings_that_were_given_or_changed_are_left_alone() -> None:
    """A bare RPMConfig keeps its values; one changed before the first sync counts; without a pool nothing is fitted."""
    assert pooled(FakePool(), RPMConfig()).config == RPMConfig()
    assert static().config == RPMConfig()
    pool = FakePool()
    pool.connected = False
    late, given = pooled(pool), pooled(pool)
    assert late.config == RPMConfig()
    given.config.max_drawdown = 0.05
    pool.connected = True
    assert late.sync_with_mt5_account()
    assert given.sync_with_mt5_account()
    assert late.config == RPMConfig.for_leverage(100)
    assert given.config == RPMConfig(max_drawdown=0.05)
    given.config = RPMConfig()
    given.sync_with_mt5_account()
    assert given.config == RPMConfig()
