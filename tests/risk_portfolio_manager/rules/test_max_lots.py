# SPDX-License-Identifier: MIT
"""How many lots an order, and a symbol, may have."""

from __future__ import annotations

from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import Outcome, Position, RPMConfig, RPMOutput
from tests.fakes.clock import START
from tests.risk_portfolio_manager.helpers import check, intent, reason, static, units, wide


def asked(lots: float, held: float = 0.0, **limits: Any) -> RPMOutput:
    """Return the answer to a purchase of EURUSD, of which some lots are held."""
    rpm = static(wide(max_positions_per_symbol=9, risk_per_trade=0.05, **limits))
    if held:
        rpm.portfolio_state.open_positions["EURUSD"] = Position("EURUSD", 1, held * 100_000, 1.15, START)
    return rpm.evaluate(**intent(atr=0.01, requested_volume=lots))


def test_without_a_limit_nothing_is_checked() -> None:
    """The rule is off by default, and says so."""
    assert check(asked(1.0), "MAX_LOTS").outcome is Outcome.SKIPPED
    assert check(asked(1.0, max_lots_by_symbol={"GBPUSD": 0.1}), "MAX_LOTS").outcome is Outcome.SKIPPED


@pytest.mark.parametrize(("lots", "left"), [(0.5, 50_000), (0.51, 50_000), (0.49, 49_000)])
def test_an_order_is_cut_to_its_most_lots(lots: float, left: float) -> None:
    """At the limit it passes, above it is cut; what is held does not count."""
    output = asked(lots, held=3.0, max_lots_per_order=0.5)
    assert units(output) == left
    assert output.decision.status == ("ADJUSTED" if lots > 0.5 else "APPROVED")
    assert "of one order" in check(output, "MAX_LOTS").message


@pytest.mark.parametrize(("lots", "held", "left"), [(0.4, 0.6, 40_000), (0.5, 0.6, 40_000), (0.1, 1.0, 0)])
def test_a_symbol_is_cut_to_its_most_lots_with_what_is_held(lots: float, held: float, left: float) -> None:
    """What is left of the symbol's lots is all that is approved; nothing left refuses."""
    output = asked(lots, held, max_lots_by_symbol={"EURUSD": 1.0})
    assert units(output) == left
    assert left or reason(output) == "MAX_LOTS"
    assert "of EURUSD" in check(output, "MAX_LOTS").message


def test_the_tighter_of_both_decides() -> None:
    """Whichever leaves less."""
    limits: dict[str, Any] = {"max_lots_per_order": 0.3, "max_lots_by_symbol": {"EURUSD": 1.0}}
    assert units(asked(1.0, **limits)) == 30_000
    assert units(asked(1.0, held=0.9, **limits)) == 10_000


def test_a_limit_changed_in_the_table_counts_at_once() -> None:
    """A table is no trap: in place changes are seen by the next decision, and bad ones refuse."""
    rpm = static(wide(max_lots_by_symbol={"EURUSD": 9.0}))
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"
    rpm.config.max_lots_by_symbol["EURUSD"] = 0.01
    assert units(rpm.evaluate(**intent())) == 1_000
    rpm.config.max_lots_by_symbol["EURUSD"] = -1.0
    assert reason(rpm.evaluate(**intent())) == "INVALID_CONFIGURATION"


def test_trades_in_flight_count_too() -> None:
    """What was approved and is not filled yet takes its lots."""
    rpm = static(wide(max_positions_per_symbol=9, max_lots_by_symbol={"EURUSD": 0.15}))
    assert units(rpm.process_trade_intent(**intent(requested_volume=0.1))) == 10_000
    assert units(rpm.process_trade_intent(**intent(requested_volume=0.1))) == 5_000
    assert reason(rpm.process_trade_intent(**intent(requested_volume=0.1))) == "MAX_LOTS"


@pytest.mark.parametrize("table", [{"": 1.0}, {"EURUSD": "1"}, {"EURUSD": float("nan")}, {1: 1.0}, 3])
def test_a_table_that_makes_no_sense_is_refused(table: Any) -> None:
    """Symbols are names, lots are numbers."""
    with pytest.raises(ValueError, match=r"^max_lots_by_symbol must"):
        RPMConfig(max_lots_by_symbol=table).validate()
