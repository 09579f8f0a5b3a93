# SPDX-License-Identifier: MIT
"""Not-a-number and infinity, anywhere at all, refuse a trade or change nothing about it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, get_type_hints

import numpy as np
import pytest

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows
from arbitrex_desktop.mt5.results import AccountInfo, SymbolInfo, TradeDeal, TradePosition
from arbitrex_desktop.raw_layer.views import Quote
from arbitrex_desktop.risk_portfolio_manager import PortfolioState, Position, RPMConfig, RPMOutput
from arbitrex_desktop.risk_portfolio_manager.config import PARAMETERS
from arbitrex_desktop.risk_portfolio_manager.decision.intent import FIELDS, TradeIntent
from arbitrex_desktop.risk_portfolio_manager.parameters import Number
from tests.fakes.broker_data import make_deal, make_position
from tests.fakes.clock import START
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import intent, pooled, reason, static, wide

NOT_FINITE = (math.nan, math.inf, -math.inf)
Spoil = Callable[[FakePool, str, float], None]


def floats(kind: type) -> list[str]:
    """Return the names of a result's fields that are fractions."""
    return [name for name, of in get_type_hints(kind).items() if of is float]


def ordinary_pool() -> FakePool:
    """Return a pool with an ordinary account: one position, one deal of today."""
    pool = FakePool()
    pool.positions = (make_position("GBPUSD", 1, 0.1, profit=5.0),)
    pool.deals = [make_deal(1, int(START.timestamp()) - 60, profit=-20.0)]
    return pool


def spoil_symbol(pool: FakePool, name: str, value: float) -> None:
    """Spoil a property of the symbol that is asked for."""
    changes: dict[str, Any] = {name: value}
    pool.infos["EURUSD"] = replace(pool.infos["EURUSD"], **changes)


def spoil_held_symbol(pool: FakePool, name: str, value: float) -> None:
    """Spoil a property of a symbol that is held."""
    changes: dict[str, Any] = {name: value}
    pool.infos["GBPUSD"] = replace(pool.infos["GBPUSD"], **changes)


def spoil_account(pool: FakePool, name: str, value: float) -> None:
    """Spoil a figure of the account."""
    changes: dict[str, Any] = {name: value}
    pool.account = replace(pool.account, **changes)


def spoil_quote(pool: FakePool, name: str, value: float) -> None:
    """Spoil a price."""
    changes: dict[str, Any] = {name: value}
    pool.quotes["EURUSD"] = replace(pool.quotes["EURUSD"], **changes)


def spoil_position(pool: FakePool, name: str, value: float) -> None:
    """Spoil a number of an open position."""
    changes: dict[str, Any] = {name: value}
    pool.positions = (replace(pool.positions[0], **changes),)


def spoil_deal(pool: FakePool, name: str, value: float) -> None:
    """Spoil a number of a deal."""
    changes: dict[str, Any] = {name: value}
    pool.deals = [replace(pool.deals[0], **changes)]


def spoil_margin(pool: FakePool, name: str, value: float) -> None:
    """Spoil the margin of a lot."""
    pool.margins["EURUSD", int(name)] = value


PLACES: list[tuple[Spoil, str]] = [
    *((spoil_symbol, name) for name in floats(SymbolInfo)),
    *((spoil_held_symbol, name) for name in ("trade_contract_size", "trade_tick_value_loss", "trade_tick_size")),
    *((spoil_account, name) for name in floats(AccountInfo)),
    *((spoil_quote, name) for name in floats(Quote)),
    *((spoil_position, name) for name in floats(TradePosition)),
    *((spoil_deal, name) for name in floats(TradeDeal)),
    (spoil_margin, "1"),
]
NAMES = [f"{spoil.__name__[6:]}.{name}" for spoil, name in PLACES]


def trade_of(output: RPMOutput) -> str:
    """Return the approved trade, as it is written."""
    return json.dumps(output.to_dict()["decision"]["approved_trade"], allow_nan=False)


@pytest.mark.parametrize(("spoil", "name"), PLACES, ids=NAMES)
@pytest.mark.parametrize("moment", ["before the sync", "after the sync", "in a second sync"])
def test_a_number_of_the_terminal_that_is_none_refuses_or_is_not_used(spoil: Spoil, name: str, moment: str) -> None:
    """Wherever it comes from and whenever it turns up, a trade is refused, or is the very same as without it."""
    usual = trade_of(pooled(ordinary_pool(), wide()).process_trade_intent(**intent()))
    for value in NOT_FINITE:
        pool = ordinary_pool()
        if moment == "before the sync":
            spoil(pool, name, value)
        rpm = pooled(pool, wide())
        if moment != "before the sync":
            spoil(pool, name, value)
            pool.clock.advance(0.5)
        if moment == "after the sync":
            pool.poll()
        if moment == "in a second sync":
            rpm.sync_with_mt5_account()
        output = rpm.process_trade_intent(**intent())
        assert output.decision.status == "REJECTED" or trade_of(output) == usual, (name, value)
        json.dumps(output.to_dict(), allow_nan=False)
        assert "INTERNAL_ERROR" not in rpm.risk_metrics.rejections_by_reason


def daily_bars(closes: list[float]) -> Rows:
    """Return daily bars with these closes."""
    rows = np.zeros(len(closes), dtype=RATE_DTYPE)
    rows["time"] = np.arange(len(closes)) * 86_400
    rows["close"] = closes
    return rows


@pytest.mark.parametrize("value", NOT_FINITE)
def test_bars_that_are_no_numbers_are_as_good_as_none(value: float) -> None:
    """One bad close, and a symbol counts as never measured."""
    pool, plain = FakePool(), FakePool()
    pool.rates = {"EURUSD": daily_bars([*[1.1, 1.12] * 60, value])}
    answers = []
    for each in (pool, plain):
        rpm = pooled(each, wide())
        rpm.process_trade_intent(**intent(confidence_score=0.0))
        assert rpm.sync_with_mt5_account()
        answers.append(trade_of(rpm.evaluate(**intent())))
    assert answers[0] == answers[1] != "null"


@pytest.mark.parametrize("value", NOT_FINITE)
def test_every_field_of_an_intent_refuses(value: float) -> None:
    """No field lets it in, text fields included."""
    for name in FIELDS:
        asked: Any = TradeIntent(**intent(**{name: value}))
        assert reason(static(wide()).judge(asked, record=True)) == "INVALID_INPUT", name


@pytest.mark.parametrize("value", NOT_FINITE)
def test_every_setting_refuses(value: float) -> None:
    """A setting that turned into no number refuses all adding, by its label."""
    for name, each in PARAMETERS.items():
        if not isinstance(each, Number):
            continue
        rpm = static(wide())
        setattr(rpm.config, name, value)
        output = rpm.process_trade_intent(**intent())
        assert reason(output) == "INVALID_CONFIGURATION", name
        assert output.decision.rejected_trade is not None
        assert output.decision.rejected_trade.rejection_details.startswith(f'"{each.label}" must be')


@pytest.mark.parametrize("value", NOT_FINITE)
@pytest.mark.parametrize("table", ["regime_adjustments", "kelly_regime_multipliers", "correlation_floors"])
def test_every_entry_of_a_table_refuses(table: str, value: float) -> None:
    """A table that was changed in place is checked anew."""
    for name in getattr(RPMConfig(), table):
        rpm = static(wide())
        assert rpm.evaluate(**intent()).decision.status == "APPROVED"
        getattr(rpm.config, table)[name] = value
        assert reason(rpm.evaluate(**intent())) == "INVALID_CONFIGURATION"


def numbers_of(record: Any) -> list[str]:
    """Return the names of an object's numbers."""
    return [name for name, value in vars(record).items() if type(value) in (int, float) and name != "version"]


@pytest.mark.parametrize("name", [*numbers_of(PortfolioState()), "day_anchor", "week_anchor"])
def test_every_figure_of_the_portfolio_refuses_or_is_not_used(name: str) -> None:
    """Set by hand before or after a decision; nothing raises, and what is written stays JSON."""
    usual = trade_of(static(wide()).evaluate(**intent()))
    for value in NOT_FINITE:
        for before in (False, True):
            rpm = static(wide())
            if before:
                rpm.evaluate(**intent())
            setattr(rpm.portfolio_state, name, value)
            output = rpm.process_trade_intent(**intent())
            assert output.decision.status == "REJECTED" or trade_of(output) == usual, (name, value)
            json.dumps(output.to_dict(), allow_nan=False)
            json.dumps(rpm.get_health_status(), allow_nan=False)


@pytest.mark.parametrize("name", numbers_of(Position("GBPUSD", 1, 1_000.0, 1.3, START, lots=0.01, current_price=1.3)))
def test_every_number_of_a_position_refuses_or_is_not_used(name: str) -> None:
    """The same for what is held."""
    answers = []
    for value in (None, *NOT_FINITE):
        rpm = static(wide())
        position = Position("GBPUSD", 1, 1_000.0, 1.3, START, lots=0.01, current_price=1.3)
        if value is not None:
            setattr(position, name, value)
        rpm.portfolio_state.open_positions["GBPUSD"] = position
        answers.append(rpm.process_trade_intent(**intent()))
    usual = trade_of(answers[0])
    assert all(each.decision.status == "REJECTED" or trade_of(each) == usual for each in answers)
