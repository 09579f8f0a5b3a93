# SPDX-License-Identifier: MIT
"""Whatever an intent holds, it is read, or refused by the name of the bad field."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.risk_portfolio_manager.decision.intent import FIELDS, InvalidField, read_intent
from tests.risk_portfolio_manager.helpers import intent, reason, static

BAD: dict[str, list[Any]] = {
    "symbol": ["", None, 5, "x" * 500],
    "direction": [0, 2, 1.0, "1", None, True, math.nan],
    "confidence_score": [-0.1, 1.1, math.nan, math.inf, "0.8", None, True, Decimal("0.8"), 10**400],
    "regime": ["trending", "", None, 3, "SIDEWAYS", ["TRENDING"]],
    "atr": [0.0, -1.0, math.nan, math.inf, "1", None, np.float64("nan"), 1e15, 1e300, 9e-16, 7e-240],
    "vol_percentile": [-0.01, 1.01, math.nan, None],
    "current_price": [0.0, -1.0, math.nan, math.inf, "1"],
    "win_rate": [1.5, math.nan],
    "avg_win": [0.0, -0.01, math.nan],
    "avg_loss": [0.0, math.nan],
    "num_trades": [-1, 1.5, math.nan],
    "adv_units": [-1.0, math.inf, 1e300],
    "spread_pct": [-0.1, math.nan],
    "daily_volatility": [-0.1, math.nan],
    "strategy_id": ["", 5],
    "stop_loss": [0.0, math.nan],
    "take_profit": [-1.0, math.inf],
    "requested_volume": [0.0, math.nan, "1"],
    "intent_id": ["", 5],
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_field_refuses_by_its_name(name: str) -> None:
    """Wrong type, out of range, not a number: INVALID_INPUT, the details start with the field, nothing raises."""
    rpm = static()
    for value in BAD[name]:
        output = rpm.process_trade_intent(**intent(**{name: value}))
        refused = output.decision.rejected_trade
        assert reason(output) == "INVALID_INPUT", value
        assert refused is not None
        assert refused.rejection_details.startswith(f"{name} must be"), value
        assert not output.decision.kill_switch_triggered
        json.dumps(output.to_dict(), allow_nan=False)


def test_every_field_is_covered_here() -> None:
    """No field escapes the table above."""
    assert set(BAD) == set(FIELDS)


def test_numbers_of_numpy_are_numbers() -> None:
    """Strategies compute with numpy, and hand its numbers in."""
    output = static().evaluate(
        **intent(direction=np.int64(1), atr=np.float32(0.1), confidence_score=np.float64(0.8), num_trades=np.int32(50))
    )
    assert output.decision.status == "APPROVED"


class Hostile:
    """An object that fails at everything that might be done to it."""

    def __repr__(self) -> str:
        raise RuntimeError

    __str__ = __repr__


def test_an_object_that_breaks_when_shown_is_refused() -> None:
    """Even a field whose text cannot be made only refuses."""
    rpm = static()
    for name in FIELDS:
        assert reason(rpm.process_trade_intent(**intent(**{name: Hostile()}))) == "INVALID_INPUT"


@given(
    st.sampled_from([name for name in FIELDS if name not in ("symbol", "regime", "strategy_id", "intent_id")]),
    st.sampled_from([math.nan, math.inf, -math.inf]),
)
def test_not_a_number_never_passes(name: str, value: float) -> None:
    """NaN or infinity in any numeric field is refused by that field's name."""
    with pytest.raises(InvalidField, match=f"^{name} "):
        read_intent(**intent(**{name: value}))
