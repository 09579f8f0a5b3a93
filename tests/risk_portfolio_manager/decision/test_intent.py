# SPDX-License-Identifier: MIT
"""Whatever an intent holds, it is read, or refused by the name of the bad field."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from inspect import signature
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.risk_portfolio_manager.decision.intent import (
    FIELDS,
    IntentSource,
    InvalidField,
    OrderKind,
    TradeIntent,
    checked,
)
from tests.risk_portfolio_manager.helpers import intent, reason, static

BAD: dict[str, list[Any]] = {
    "symbol": ["", " ", None, 5, "x" * 500],
    "direction": [0, 2, 1.0, "1", None, True, math.nan],
    "confidence_score": [-0.1, 1.1, math.nan, math.inf, "0.8", None, True, Decimal("NaN"), Decimal("1.1"), 10**400],
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
    "strategy_id": ["", "\t \n", 5],
    "stop_loss": [0.0, math.nan],
    "take_profit": [-1.0, math.inf],
    "requested_volume": [0.0, math.nan, "1"],
    "intent_id": ["", "  ", 5],
    "source": ["TRADER", None, 1],
    "order_kind": ["MARKET", "LIMIT", None],
    "order_price": [1.1, math.nan, "1"],
    "expires_at": [datetime(2030, 1, 1, tzinfo=UTC), 5],
    "reduce_only": [1, None],
    "position_ticket": [0, -1, 1.0, True],
    "magic": [0, -1, 1.0, True],
    "instead_of": ["a", ["a"], ("",), ("a", " "), (5,), None],
}
"""Of an order at the market."""
BAD_OF_A_RESTING_ONE: dict[str, list[Any]] = {
    "order_price": [None, 0.0, -1.0, math.nan, "1.1"],
    "expires_at": [5, "2030-01-01", datetime(2030, 1, 1)],  # noqa: DTZ001 - the fault that is looked for
    "reduce_only": [True],
    "position_ticket": [7],
}


@pytest.mark.parametrize("source", IntentSource)
def test_a_checked_intent_has_every_field_in_its_place(source: IntentSource) -> None:
    """What is handed in field by field, in order, comes out under the same names."""
    asked = TradeIntent(
        "EURUSD",
        -1,
        *(0.7, "RANGING", 0.004, 0.4, 1.1, 0.55, 0.02, 0.01, 99, 1e6, 0.0001, 0.006, "alpha", 1.2, 1.0, 0.5, "name"),
        source=source,
        order_kind=OrderKind.LIMIT,
        order_price=1.15,
        expires_at=datetime(2030, 1, 1, tzinfo=UTC),
        instead_of=("a", "b"),
        magic=7,
    )
    assert msgspec.structs.asdict(checked(asked)) == msgspec.structs.asdict(asked)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_field_refuses_by_its_name(name: str) -> None:
    """Wrong type, out of range, not a number: INVALID_INPUT, the details start with the field, nothing raises."""
    rpm = static()
    for value in BAD[name]:
        output = rpm.judge(TradeIntent(**intent(**{name: value})), record=True)
        refused = output.decision.rejected_trade
        assert reason(output) == "INVALID_INPUT", value
        assert refused is not None
        assert refused.rejection_details.startswith(f"{name} must be"), value
        assert not output.decision.kill_switch_triggered
        json.dumps(output.to_dict(), allow_nan=False)


@pytest.mark.parametrize("name", BAD_OF_A_RESTING_ONE)
def test_a_bad_field_of_an_order_that_rests_refuses_by_its_name(name: str) -> None:
    """An order that rests needs its price, an expiry needs its time zone, and it never only reduces."""
    for value in BAD_OF_A_RESTING_ONE[name]:
        resting = {"order_kind": OrderKind.LIMIT, "order_price": 1.1, name: value}
        output = static().judge(TradeIntent(**intent(**resting)), record=True)
        refused = output.decision.rejected_trade
        assert reason(output) == "INVALID_INPUT", value
        assert refused is not None
        assert refused.rejection_details.startswith(f"{name} must be"), value


def test_every_field_is_covered_here() -> None:
    """No field escapes the table above."""
    assert set(BAD) == set(FIELDS)


@pytest.mark.parametrize("atr", [0.1, np.float32(0.1), Decimal("0.1"), Fraction(1, 10)])
@pytest.mark.parametrize("confidence", [0.8, np.float64(0.8), Decimal("0.8"), 1])
def test_what_is_checked_holds_plain_numbers(atr: Any, confidence: Any) -> None:
    """Whatever kind of number was handed in, alone or beside others."""
    found = checked(TradeIntent("EURUSD", 1, confidence, "RANGING", atr, 0.4, num_trades=50))
    assert [type(value) for value in (found.atr, found.confidence_score, found.vol_percentile)] == [float] * 3
    assert found.atr == pytest.approx(0.1)
    assert found.num_trades == 50


def test_numbers_of_numpy_are_numbers() -> None:
    """Strategies compute with numpy, and hand its numbers in."""
    output = static().evaluate(
        **intent(direction=np.int64(1), atr=np.float32(0.1), confidence_score=np.float64(0.8), num_trades=np.int32(50))
    )
    assert output.decision.status == "APPROVED"


TEXTS = ("symbol", "regime", "strategy_id", "intent_id", "source", "order_kind", "expires_at", "instead_of")
NUMERIC = [name for name in FIELDS if name not in TEXTS]


def test_both_ways_of_asking_are_one() -> None:
    """`judge` with a typed intent answers what the contract's methods answer to the same fields."""
    one, other = static(), static()
    typed = one.judge(TradeIntent(**intent(intent_id="a", stop_loss=1.1)), record=True)
    assert (
        typed.decision.approved_trade
        == other.process_trade_intent(**intent(intent_id="a", stop_loss=1.1)).decision.approved_trade
    )
    assert one.risk_metrics == other.risk_metrics
    assert signature(one.evaluate) == signature(one.process_trade_intent)


class Hostile:
    """An object that fails at everything that might be done to it."""

    def __repr__(self) -> str:
        raise RuntimeError

    __str__ = __repr__


def test_an_object_that_breaks_when_shown_is_refused() -> None:
    """Even a field whose text cannot be made only refuses."""
    rpm = static()
    for name in FIELDS:
        assert reason(rpm.judge(TradeIntent(**intent(**{name: Hostile()})), record=True)) == "INVALID_INPUT"


@given(
    st.sampled_from(NUMERIC),
    st.sampled_from([math.nan, math.inf, -math.inf]),
)
def test_not_a_number_never_passes(name: str, value: float) -> None:
    """NaN or infinity in any numeric field is refused by that field's name."""
    with pytest.raises(InvalidField, match=f"^{name} "):
        checked(TradeIntent(**intent(**{name: value})))
