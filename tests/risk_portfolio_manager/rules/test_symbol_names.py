# SPDX-License-Identifier: MIT
"""Limits by symbol may give the plain name, and mean the broker's."""

from __future__ import annotations

from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.rules.max_lots import MaxLots
from arbitrex_desktop.risk_portfolio_manager.rules.symbol_lists import SymbolLists
from tests.fakes.records import replace
from tests.risk_portfolio_manager.rules.contexts import EURUSD, context

PASS, FAIL = Outcome.PASS, Outcome.FAIL


def on_broker(symbol: str, config: RPMConfig, base: str = "EUR") -> Any:
    """Return the ordinary trade in a symbol of that name."""
    instrument = replace(EURUSD, symbol=symbol, base=base)
    return context(config, intent={"symbol": symbol}, market={"instrument": instrument})


@pytest.mark.parametrize(
    ("name", "denied"),
    [("EURUSD", FAIL), ("EUR/USD", FAIL), ("EURUSDm", FAIL), ("GBPUSD", PASS), ("EURUSD.r", PASS)],
)
def test_a_plain_name_in_a_list_is_the_brokers_symbol(name: str, denied: Outcome) -> None:
    """It denies and allows under either name; another suffix is another symbol."""
    allowed = PASS if denied is FAIL else FAIL
    assert SymbolLists().check(on_broker("EURUSDm", RPMConfig(denied_symbols=(name,)))).outcome is denied
    assert SymbolLists().check(on_broker("EURUSDm", RPMConfig(allowed_symbols=(name,)))).outcome is allowed


def test_an_index_is_known_by_its_usual_names() -> None:
    """`US30` denies `DJ30.cash`, whose currencies say nothing."""
    denied = RPMConfig(denied_symbols=("US30",))
    assert SymbolLists().check(on_broker("DJ30.cash", denied, base="DJ30.cash")).outcome is FAIL


def test_the_tighter_of_two_names_limits_the_lots() -> None:
    """Where both names are in the table, the smaller number counts."""
    table = {"EURUSD": 0.05, "EURUSDm": 3.0}
    result = MaxLots().check(on_broker("EURUSDm", RPMConfig(max_lots_by_symbol=table)))
    assert (result.outcome, result.limit) == (Outcome.ADJUST, 0.05)
