# SPDX-License-Identifier: MIT
"""What a person does not say of the signal is not judged, and said so; a strategy must say it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from arbitrex_desktop.risk_portfolio_manager import Outcome, RPMOutput
from arbitrex_desktop.risk_portfolio_manager.decision.intent import IntentSource, TradeIntent
from tests.risk_portfolio_manager.helpers import check, reason, static, units, wide

TYPED = TradeIntent("EURUSD", 1, None, None, 0.1, None, current_price=1.15, source=IntentSource.TRADER)


def judged(**changes: Any) -> RPMOutput:
    """Return the answer to what was typed."""
    return static(wide()).judge(msgspec.structs.replace(TYPED, **changes), record=False)


def test_a_typed_intent_needs_no_signal() -> None:
    """It is sized by the risk alone, and the checks say what was not given."""
    output = judged()
    assert units(output) == 6_000
    assert output.decision.sizing_adjustments.keys() == {"correlation"}
    for code in ("LOW_MODEL_CONFIDENCE", "STRESSED_REGIME", "VOLATILE_REGIME", "EXTREME_VOLATILITY"):
        verdict = check(output, code)
        assert verdict.outcome is Outcome.SKIPPED
        assert "was given" in verdict.message
    trade = output.decision.approved_trade
    assert trade is not None
    assert (trade.confidence_score, trade.regime, trade.vol_percentile) == (None, None, None)


def test_what_a_person_does_give_is_judged() -> None:
    """Each by itself."""
    assert reason(judged(confidence_score=0.1)) == "LOW_MODEL_CONFIDENCE"
    assert reason(judged(vol_percentile=1.0)) == "EXTREME_VOLATILITY"
    assert units(judged(regime="CRISIS")) < units(judged())


def test_win_statistics_without_a_regime_are_capped_by_the_plain_bet() -> None:
    """Kelly's cap needs no regime."""
    output = judged(win_rate=0.6, avg_win=1.0, avg_loss=1.0, num_trades=100)
    assert check(output, "KELLY_REFUSED", "Kelly bet").limit == pytest.approx(0.01)


@pytest.mark.parametrize("field", ["confidence_score", "regime", "vol_percentile"])
def test_a_strategys_missing_value_is_refused(field: str) -> None:
    """By its name."""
    whole = {"confidence_score": 0.8, "regime": "TRENDING", "vol_percentile": 0.4}
    output = judged(**{**whole, field: None}, source=IntentSource.STRATEGY, strategy_id="alpha")
    assert reason(output) == "INVALID_INPUT"
    assert output.decision.rejected_trade is not None
    assert output.decision.rejected_trade.details.startswith(field)
