# SPDX-License-Identifier: MIT
"""The risk manager agrees with an independent reckoning of random accounts; `make reckoning` plays thousands."""

from __future__ import annotations

from collections import Counter

import pytest

from arbitrex_desktop.risk_portfolio_manager.portfolio import pnl_ledger
from tests.trials.reckoning import disagreements


def test_random_accounts_are_reckoned_alike() -> None:
    """Late deals, fail-over, restarts, hedging and netting books, money that comes and goes: every figure."""
    counted: Counter[str] = Counter()
    assert not list(disagreements(40, 7, counted))
    assert counted["figures"] > 3_000
    assert min(counted[name] for name in ("fail_over", "restart", "money", "stop_hit", "trade", "exit")) > 20


def test_a_fault_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of losses counted by deal, and no patience for late ones: the reckoning disagrees."""
    monkeypatch.setattr(pnl_ledger, "losing_run", lambda deals: sum(deal.profit < 0.0 for deal in deals))
    assert any("losses in a row" in each for each in disagreements(30, 7, Counter()))
