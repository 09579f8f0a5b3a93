# SPDX-License-Identifier: MIT
"""Whatever a program puts into the portfolio, it is reckoned with or it refuses; nothing ever raises in a decision."""

from __future__ import annotations

import json
import math
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arbitrex_desktop.risk_portfolio_manager import PortfolioState, Position, RiskPortfolioManager, RPMOutput
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import json_safe, plain_number
from tests.fakes.clock import START
from tests.risk_portfolio_manager.helpers import intent, reason, static, wide

NUMBERS = [np.float32(-2_500), np.float64(-2_500), np.int64(-2_500), Decimal(-2_500), Fraction(-2_500)]


def kept(folder: Path) -> RiskPortfolioManager:
    """Return a manager that writes its state to disk with every decision, as programs do by default."""
    return static(wide(), enable_persistence=True, data_dir=folder)


def decided(rpm: RiskPortfolioManager, **changes: Any) -> RPMOutput:
    """Record a decision whose output, health and saved state must all hold what was put in."""
    output = rpm.process_trade_intent(**intent(**changes))
    json.dumps(output.to_dict(), allow_nan=False)
    json.dumps(rpm.get_health_status(), allow_nan=False)
    assert rpm.save_state() is True
    return output


@pytest.mark.parametrize("loss", NUMBERS, ids=lambda loss: type(loss).__name__)
def test_every_kind_of_number_is_a_number(tmp_path: Path, loss: Any) -> None:
    """A loss of 2.5% is one, whether it comes from numpy, as a decimal or as a fraction."""
    with kept(tmp_path) as rpm:
        rpm.portfolio_state.daily_pnl = loss
        assert type(rpm.portfolio_state.daily_pnl) in (int, float)
        assert reason(decided(rpm)) == "DAILY_LOSS_LIMIT"


@pytest.mark.parametrize("name", ["units", "entry_price", "unrealized_pnl", "current_price", "lots"])
def test_positions_may_hold_numbers_of_numpy(tmp_path: Path, name: str) -> None:
    """They count as plain ones do, and are written as such."""
    with kept(tmp_path) as rpm:
        position = Position("GBPUSD", 1, 1_000, 1.3, START)
        setattr(position, name, np.float32(2.0))
        rpm.portfolio_state.open_positions["GBPUSD"] = position
        assert decided(rpm).decision.status == "APPROVED"


def test_exposures_may_be_numbers_of_numpy(tmp_path: Path) -> None:
    """An exposure of 200 000 units fills the limit whatever kind of number it is."""
    with static(wide(max_symbol_exposure_units=200_000), enable_persistence=True, data_dir=tmp_path) as rpm:
        rpm.portfolio_state.symbol_exposure["EURUSD"] = np.float32(200_000)  # type: ignore[assignment] # it happens
        assert reason(decided(rpm)) == "SYMBOL_EXPOSURE_LIMIT"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("open_positions", None),
        ("open_positions", 3),
        ("open_positions", "EURUSD"),
        ("symbol_exposure", None),
        ("symbol_exposure", [1.0]),
        ("currency_exposure", 0.0),
    ],
)
def test_what_is_no_collection_refuses_by_its_name(tmp_path: Path, name: str, value: Any) -> None:
    """An unreadable portfolio never reads as a flat one."""
    with kept(tmp_path) as rpm:
        setattr(rpm.portfolio_state, name, value)
        output = decided(rpm)
        assert reason(output) == "INVALID_STATE"
        assert name in str(output.decision.rejected_trade)
        setattr(rpm.portfolio_state, name, {})
        assert decided(rpm).decision.status == "APPROVED"


@pytest.mark.parametrize("position", [None, {"symbol": "EURUSD"}, "EURUSD", 3])
@pytest.mark.parametrize("as_list", [False, True])
def test_what_is_no_position_refuses(tmp_path: Path, position: Any, *, as_list: bool) -> None:
    """Something else among the positions leaves the exposures unknown."""
    with kept(tmp_path) as rpm:
        rpm.portfolio_state.open_positions = [position] if as_list else {"EURUSD": position}  # type: ignore[assignment]
        output = decided(rpm)
        assert reason(output) == "CONVERSION_UNKNOWN"
        assert "no Position" in str(output.decision.rejected_trade)


@pytest.mark.parametrize(
    "changes",
    [
        {"units": None},
        {"units": "1000"},
        {"units": -1_000.0},
        {"units": True},
        {"units": math.nan},
        {"entry_price": None},
        {"entry_price": "1.1"},
        {"direction": "long"},
        {"direction": 0},
        {"direction": None},
    ],
    ids=str,
)
def test_a_position_that_cannot_be_valued_refuses(tmp_path: Path, changes: dict[str, Any]) -> None:
    """A wrong type or an impossible value in a position never approves and never raises."""
    with kept(tmp_path) as rpm:
        position = Position("GBPUSD", 1, 1_000.0, 1.3, START)
        for name, value in changes.items():
            setattr(position, name, value)
        rpm.portfolio_state.open_positions["GBPUSD"] = position
        output = decided(rpm)
        assert reason(output) == "CONVERSION_UNKNOWN"
        assert "GBPUSD" in str(output.decision.rejected_trade)


@pytest.mark.parametrize("entered", [None, 1_700_000_000.0, "2020-01-01T00:00:00"])
def test_a_position_without_a_time_of_entry_counts_as_a_new_one(entered: Any) -> None:
    """Nothing is known of its age, so a stressed market counts it among the new positions."""
    rpm = static(wide(stressed_max_positions=1))
    rpm.portfolio_state.open_positions["GBPUSD"] = Position("GBPUSD", 1, 1_000.0, 1.3, entered)
    assert reason(rpm.process_trade_intent(**intent(regime="STRESSED"))) == "STRESSED_REGIME"
    assert rpm.process_trade_intent(**intent()).decision.status == "APPROVED"


def test_naive_times_are_taken_for_utc() -> None:
    """A position opened yesterday by a naive clock is none of today's."""
    rpm = static(wide(stressed_max_positions=1))
    yesterday = datetime(2025, 3, 11, 23, 59)  # noqa: DTZ001 - that is the point
    rpm.portfolio_state.open_positions["GBPUSD"] = Position("GBPUSD", 1, 1_000.0, 1.3, yesterday)
    assert rpm.evaluate(**intent(regime="STRESSED")).decision.status == "APPROVED"


@pytest.mark.parametrize("words", [ValueError("margin call"), ("a", 1), {"why": "x"}, b"x", object])
def test_a_reason_may_be_anything(tmp_path: Path, words: Any) -> None:
    """A halt counts whatever its reason is, and survives a restart with the reason's text."""
    with kept(tmp_path) as rpm:
        rpm.portfolio_state.trading_halted, rpm.portfolio_state.halt_reason = True, words
        assert reason(decided(rpm)) == "TRADING_HALTED"
    with kept(tmp_path) as rpm:
        assert rpm.portfolio_state.trading_halted


@pytest.mark.parametrize("flag", [np.bool_(True), 1, "yes"])
def test_a_halt_may_be_set_by_anything_true(tmp_path: Path, flag: Any) -> None:
    """The truth of numpy is a truth, and so is after a restart the one that was not."""
    with kept(tmp_path) as rpm:
        rpm.portfolio_state.trading_halted = flag
        assert reason(decided(rpm)) == "TRADING_HALTED"
        rpm.portfolio_state.trading_halted = np.bool_(False)  # type: ignore[assignment] # that is the point
        assert decided(rpm).decision.status == "APPROVED"
    with kept(tmp_path) as rpm:
        assert rpm.portfolio_state.trading_halted is False


def test_a_copy_keeps_the_names_that_a_program_gave() -> None:
    """The output's portfolio has the positions under the program's own keys."""
    rpm = static(wide())
    rpm.portfolio_state.open_positions = {"ticket-7": Position("GBPUSD", 1, 1_000.0, 1.3, START)}
    copied = rpm.evaluate(**intent()).portfolio_state.open_positions
    assert list(copied) == ["ticket-7"]
    assert copied["ticket-7"] == rpm.portfolio_state.open_positions["ticket-7"]
    assert copied["ticket-7"] is not rpm.portfolio_state.open_positions["ticket-7"]


def test_an_unknown_field_cannot_be_given_to_a_portfolio() -> None:
    """A misspelt field of the constructor raises instead of being lost."""
    with pytest.raises(TypeError, match="traiding_halted"):
        PortfolioState(traiding_halted=True)


def test_plain_numbers_and_json_values() -> None:
    """Numbers become plain ones, what has no finite value is nothing in JSON, everything else keeps its sense."""
    assert plain_number(np.int32(3)) == 3
    assert plain_number(Decimal("0.5")) == 0.5
    assert math.isnan(plain_number(Decimal("sNaN")))
    assert plain_number("3") == "3"
    table = np.zeros(2)
    assert plain_number(table) is table
    mixed = {"a": Decimal("Infinity"), 2: (np.float32(0.5), None, True), "t": START}
    assert json_safe(mixed) == {"a": None, "2": [0.5, None, True], "t": "2025-03-12T10:00:00+00:00"}
