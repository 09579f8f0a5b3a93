# SPDX-License-Identifier: MIT
"""How much of a limit is used as things stand, rule by rule."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.market.scenarios import Scenarios
from arbitrex_desktop.risk_portfolio_manager.rules.margin import MarginLevel
from arbitrex_desktop.risk_portfolio_manager.rules.tail_risk import ExpectedShortfall, ValueAtRisk
from arbitrex_desktop.risk_portfolio_manager.rules.total_exposure import TotalExposure
from tests.fakes.broker_data import make_account
from tests.risk_portfolio_manager.rules.contexts import JOINT, context


def test_the_tail_in_use_is_the_larger_of_both_losses() -> None:
    """Parametric by the deviation, historical by the past days, each for value at risk and for shortfall."""
    days = np.array([-9_000.0, -7_000.0, *[0.0] * 98])
    past = Scenarios(days, np.zeros(100), 1)
    config = RPMConfig(var_confidence=0.98)
    calm = msgspec.structs.replace(JOINT, past=past)
    wild = msgspec.structs.replace(calm, variance=1e10)
    for rule, historical, deviations in ((ValueAtRisk(), 0.07, 2.0537), (ExpectedShortfall(), 0.08, 2.4209)):
        found = rule.in_use(context(config, exposure={"joint": calm}))
        assert found is not None
        assert found.observed == pytest.approx(historical)
        found = rule.in_use(context(config, exposure={"joint": wild}))
        assert found is not None
        assert found.observed == pytest.approx(deviations, rel=1e-3)


def test_without_capital_no_share_of_it_is_in_use() -> None:
    """An empty account has no figure, rather than a division by nothing."""
    assert TotalExposure().in_use(context(account={"capital": 0.0})) is None


def test_the_margin_level_in_use_counts_what_is_in_flight() -> None:
    """Equity over margin in use and in flight; of an account that was not read, or uses none, there is no level."""
    account = make_account(equity=50_000.0, margin=8_000.0)
    found = MarginLevel().in_use(context(account={"latest": account}, exposure={"margin": 2_000.0}))
    assert found is not None
    assert (found.observed, found.limit) == (500.0, RPMConfig().min_margin_level_pct)
    assert MarginLevel().in_use(context(account={"latest": None}, exposure={"margin": 2_000.0})) is None
    assert MarginLevel().in_use(context(account={"latest": make_account(margin=0.0)})) is None
