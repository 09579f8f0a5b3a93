# SPDX-License-Identifier: MIT
"""An exit is never blocked, never becomes an entry, and names the position that it closes."""

from __future__ import annotations

import math
from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from tests.fakes.broker_data import make_account, make_position
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import closing, intent, pooled, reason, static, units, wide

NETTING = 0


def holding(*held: tuple[int, float], halted: bool = True, **account: Any) -> tuple[FakePool, RiskPortfolioManager]:
    """Return a manager of EURUSD positions (side, lots; tickets from 1), halted where nothing else is said."""
    pool = FakePool(account=make_account(**account))
    pool.positions = tuple(
        make_position("EURUSD", side, lots, ticket=number, time=number)
        for number, (side, lots) in enumerate(held, start=1)
    )
    manager = pooled(pool, wide(max_positions_per_symbol=9))
    if halted:
        manager.kill_switches.manual_halt(manager.portfolio_state, "test")
    return pool, manager


def test_an_exit_says_that_it_only_reduces_and_which_position() -> None:
    """The trade carries what an order needs so that it cannot open a position."""
    _, manager = holding((1, 0.3), (1, 0.5))
    trade = manager.process_trade_intent(**closing()).decision.approved_trade
    assert trade is not None
    assert (trade.reduce_only, trade.position_ticket, trade.lots) == (True, 1, 0.3)
    trade = manager.process_trade_intent(**closing()).decision.approved_trade
    assert trade is not None
    assert (trade.position_ticket, trade.lots) == (2, 0.5)


@pytest.mark.parametrize("mode", [NETTING, 2])
@pytest.mark.parametrize("halted", [True, False])
def test_a_second_close_of_a_position_is_refused(mode: int, halted: bool) -> None:
    """It is being closed already; the second trade would open one on the other side."""
    pool, manager = holding((1, 1.0), halted=halted, margin_mode=mode)
    assert units(manager.process_trade_intent(**closing())) == 100_000.0
    pool.clock.advance(11.0)
    pool.refresh_quotes()
    code = "TRADING_HALTED" if halted else "NOTHING_TO_REDUCE"
    for again in ({}, {"requested_volume": 1.0}, {"intent_id": "x"}):
        assert reason(manager.process_trade_intent(**closing(**again))) == code


def test_the_same_exit_twice_is_a_duplicate() -> None:
    """A retry under the same name takes nothing off a second time, though something is left."""
    _, manager = holding((1, 1.0))
    part = closing(requested_volume=0.3, intent_id="x")
    assert units(manager.process_trade_intent(**part)) == 30_000.0
    assert units(manager.evaluate(**part)) == 30_000.0
    assert reason(manager.process_trade_intent(**part)) == "DUPLICATE_INTENT"


def test_reduce_only_finds_a_position_or_is_refused() -> None:
    """Whatever it says besides, it opens nothing."""
    _, manager = holding((1, 1.0), halted=False)
    told = TradeIntent("EURUSD", -1, 0.8, "TRENDING", 0.1, 0.4, 1.15, stop_loss=1.2, reduce_only=True)
    trade = manager.judge(told, record=False).decision.approved_trade
    assert trade is not None
    assert trade.reduce_only
    for changes in ({"direction": 1, "stop_loss": 1.1}, {"position_ticket": 7}):
        other = TradeIntent(**{**{name: getattr(told, name) for name in told.__struct_fields__}, **changes})
        assert reason(manager.judge(other, record=False)) == "NOTHING_TO_REDUCE"


def test_a_position_of_less_than_a_step_cannot_be_closed() -> None:
    """The broker's volume step leaves nothing of it: the refusal says so in lots."""
    _, manager = holding((1, 0.004), halted=False)
    refused = manager.process_trade_intent(**closing()).decision.rejected_trade
    assert refused is not None
    assert refused.rejection_details.endswith("nothing is left: 0.00 lots, the smallest volume is 0.01")
    assert refused.rejection_reason == "ZERO_POSITION_SIZE"


@pytest.mark.parametrize("mode", [NETTING, 1, 2])
@pytest.mark.parametrize("told", [{"reduce_only": True}, {"position_ticket": 1}])
def test_an_exit_of_more_than_is_held_reverses_nothing(mode: int, told: dict[str, Any]) -> None:
    """1.5 lots to close of 1.0: on a netting account the rest would open the other way, on a hedging one all of it."""
    _, manager = holding((1, 1.0), halted=False, margin_mode=mode, balance=1e7, equity=1e7, margin_free=1e7)
    asked = intent(direction=-1, requested_volume=1.5, atr=0.005, **told)
    assert reason(manager.process_trade_intent(**asked)) == "NOTHING_TO_REDUCE"
    assert units(manager.process_trade_intent(**{**asked, "requested_volume": 1.0})) == 100_000.0


@pytest.mark.parametrize("stop", [None, 1.2])
def test_what_does_not_say_that_it_closes_opens_on_a_hedging_account(stop: float | None) -> None:
    """With a stop, its own or the RPM's, and a halt refuses it; on a netting account there is only one to take off."""
    asked = intent(direction=-1, stop_loss=stop)
    assert reason(holding((1, 1.0))[1].process_trade_intent(**asked)) == "TRADING_HALTED"
    assert units(holding((1, 1.0), margin_mode=NETTING)[1].process_trade_intent(**asked)) == 100_000.0
    trade = holding((1, 1.0), halted=False)[1].process_trade_intent(**asked).decision.approved_trade
    assert trade is not None
    assert (trade.reduce_only, trade.position_ticket) == (False, None)
    assert trade.stop_loss == (stop or pytest.approx(1.3, abs=1e-3))


@pytest.mark.parametrize(("side", "ticket"), [(-1, 1), (1, 2)])
def test_either_leg_of_a_locked_book_can_be_closed(side: int, ticket: int) -> None:
    """Long and short of the same size, halted: both are open positions."""
    _, manager = holding((1, 1.0), (-1, 1.0))
    trade = manager.process_trade_intent(**closing(direction=side)).decision.approved_trade
    assert trade is not None
    assert (trade.position_ticket, trade.lots) == (ticket, 1.0)


def test_the_larger_leg_can_be_closed_whole() -> None:
    """Three lots long against one short: all three may go."""
    _, manager = holding((1, 3.0), (-1, 1.0))
    assert units(manager.process_trade_intent(**closing(requested_volume=3.0))) == 300_000.0


@pytest.mark.parametrize(
    "bad", [{"trade_contract_size": 0.0}, {"trade_tick_value_loss": math.nan}, {"volume_max": math.nan}, None]
)
def test_a_position_in_a_symbol_of_unknown_properties_can_be_closed(bad: dict[str, Any] | None) -> None:
    """The exit needs its lots, and nothing of the symbol."""
    pool, manager = holding((1, 1.0))
    if bad is None:
        del pool.infos["EURUSD"]
    else:
        pool.infos["EURUSD"] = replace(pool.infos["EURUSD"], **bad)
    assert manager.sync_with_mt5_account(measure=False)
    trade = manager.process_trade_intent(**closing()).decision.approved_trade
    assert trade is not None
    assert (trade.lots, trade.position_ticket) == (1.0, 1)


@pytest.mark.parametrize(
    "bad",
    [
        {"atr": 0.0},
        {"confidence_score": math.nan},
        {"regime": "trending"},
        {"vol_percentile": None},
        {"stop_loss": -5.0},
    ],
)
def test_an_exit_needs_no_figures_of_an_entry(bad: dict[str, Any]) -> None:
    """What only sizes an entry may be anything; an entry is refused for it."""
    _, manager = holding((1, 1.0))
    assert units(manager.process_trade_intent(**closing(**bad))) == 100_000.0
    assert reason(manager.process_trade_intent(**intent(direction=1, **bad))) == "INVALID_INPUT"
    assert reason(static().process_trade_intent(**intent(direction=-1, **bad))) == "INVALID_INPUT"
