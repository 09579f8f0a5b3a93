# SPDX-License-Identifier: MIT
"""How an account keeps positions rules what a trade means: one a symbol, or each by itself."""

from __future__ import annotations

from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.decision.decision import ApprovedTrade
from tests.fakes.broker_data import make_account, make_position
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import check, closing, intent, pooled, reason, units, wide

NETTING, EXCHANGE, HEDGING = 0, 1, 2


def keeping(mode: int, *held: tuple[int, float, float], **limits: Any) -> tuple[FakePool, RiskPortfolioManager]:
    """Return a manager of EURUSD positions: side, lots, stop."""
    pool = FakePool(account=make_account(margin_mode=mode))
    pool.positions = tuple(
        make_position("EURUSD", side, lots, ticket=number, sl=stop)
        for number, (side, lots, stop) in enumerate(held, start=1)
    )
    return pool, pooled(pool, wide(**{"max_positions_per_symbol": 1, **limits}))


def traded(manager: RiskPortfolioManager, **changes: Any) -> ApprovedTrade:
    """Return the approved trade of an intent."""
    trade = manager.process_trade_intent(**intent(**changes)).decision.approved_trade
    assert trade is not None
    return trade


@pytest.mark.parametrize("mode", [NETTING, EXCHANGE])
def test_a_trade_beyond_what_is_held_is_told_as_a_reversal(mode: int) -> None:
    """P46, P51: short 0.10, buy 0.30 closes 0.10 and opens 0.20, whose loss at the stop is what is told."""
    pool, manager = keeping(mode, (-1, 0.1, 0.0))
    output = manager.evaluate(**intent(requested_volume=0.3))
    assert "closes the 0.10 lots that are held" in check(output, "NOTHING_TO_REDUCE").message
    trade = traded(manager, requested_volume=0.3, stop_loss=1.14, current_price=None)
    ask = pool.quotes["EURUSD"].ask
    assert (trade.lots, trade.closing_lots, trade.reduce_only, trade.position_ticket) == (0.3, 0.1, False, None)
    assert trade.expected_loss == pytest.approx(20_000 * (ask - 1.14))


def test_a_reversal_that_was_cut_to_what_is_held_opens_nothing() -> None:
    """Both parts are what was approved: 0.10 of the 0.10 close, and nothing is at risk at the stop."""
    _, manager = keeping(NETTING, (-1, 0.1, 0.0), max_symbol_exposure_units=10_000.0)
    trade = traded(manager, requested_volume=0.3)
    assert (trade.lots, trade.closing_lots, trade.expected_loss) == (0.1, 0.1, 0.0)


@pytest.mark.parametrize("mode", [NETTING, EXCHANGE])
def test_what_a_reversal_in_flight_closes_is_closed_once(mode: int) -> None:
    """Long 1.0, of which 1.5 sold close all: an exit beside them would open 1.0 short; released, it closes again.

    What sells more than is held at all is no exit, and opens all of it.
    """
    wealth = {"balance": 1e6, "equity": 1e6, "margin_free": 1e6}
    pool = FakePool(account=make_account(margin_mode=mode, **wealth))
    pool.positions = (make_position("EURUSD", 1, 1.0, ticket=1, sl=1.1),)
    manager = pooled(pool, wide(max_positions_per_symbol=9, risk_per_trade=0.05))
    asked = {"direction": -1, "requested_volume": 1.5, "atr": 0.01, "intent_id": "r"}
    assert traded(manager, **asked).closing_lots == 1.0
    assert reason(manager.process_trade_intent(**closing(intent_id="e"))) == "NOTHING_TO_REDUCE"
    assert (
        reason(manager.evaluate(**intent(**{**asked, "intent_id": "s", "requested_volume": 0.9})))
        == "NOTHING_TO_REDUCE"
    )
    more = manager.evaluate(**intent(**{**asked, "intent_id": "s", "requested_volume": 1.1})).decision.approved_trade
    assert more is not None
    assert (more.lots, more.closing_lots, more.reduce_only) == (1.1, 0.0, False)
    again = manager.evaluate(**intent(**asked)).decision.approved_trade
    assert again is not None
    assert again.closing_lots == 1.0
    assert manager.release_intent("r")
    assert units(manager.process_trade_intent(**closing(intent_id="e"))) == 100_000.0


def test_a_reversal_is_held_against_every_limit_as_if_it_opened_all() -> None:
    """The position may be closed before: what is opened at worst is the whole order; a halt refuses it."""
    _, manager = keeping(NETTING, (-1, 0.1, 0.0))
    manager.kill_switches.manual_halt(manager.portfolio_state, "test")
    assert reason(manager.process_trade_intent(**intent(requested_volume=0.3))) == "TRADING_HALTED"
    assert units(manager.process_trade_intent(**intent(requested_volume=0.1))) == 10_000


def test_the_second_stop_stands_for_the_whole_position() -> None:
    """P59: 0.20 lots with a stop 10 pips off, 0.05 more with one 60 pips off: 150 are at risk, and that is told."""
    pool, manager = keeping(NETTING, (1, 0.2, 1.149), max_positions_per_symbol=9)
    pool.set_quote("EURUSD", 1.15, spread=0.0)
    trade = traded(manager, requested_volume=0.05, stop_loss=1.144, current_price=None)
    assert trade.closing_lots == 0.0
    assert trade.expected_loss == pytest.approx(25_000 * 0.006)


def test_what_the_moved_stop_adds_comes_off_what_may_be_risked() -> None:
    """0.5 lots lose 500 more at the new stop; of the 1,000 that a trade may lose, 500 are left for new lots."""
    limits = {"max_positions_per_symbol": 9, "max_risk_per_trade": 0.01, "correlation_penalty": 0.0}
    pool, manager = keeping(NETTING, (1, 0.5, 1.14), **limits)
    pool.set_quote("EURUSD", 1.15, spread=0.0)
    trade = traded(manager, stop_loss=1.13, current_price=None)
    assert trade.lots == 0.25
    assert trade.expected_loss == pytest.approx(75_000 * 0.02)
    refused = manager.evaluate(**intent(stop_loss=1.11, current_price=None, requested_volume=0.01, direction=1))
    assert refused.decision.status == "REJECTED"


def test_a_nearer_stop_adds_nothing_and_a_hedging_account_moves_none() -> None:
    """A nearer stop lowers what the position may lose; where each keeps its own, only the new trade's is told."""
    pool, manager = keeping(NETTING, (1, 0.2, 1.14), max_positions_per_symbol=9)
    pool.set_quote("EURUSD", 1.15, spread=0.0)
    trade = traded(manager, requested_volume=0.05, stop_loss=1.149, current_price=None)
    assert trade.expected_loss == pytest.approx(25_000 * 0.001)
    pool, manager = keeping(HEDGING, (1, 0.2, 1.149), max_positions_per_symbol=9)
    pool.set_quote("EURUSD", 1.15, spread=0.0)
    trade = traded(manager, requested_volume=0.05, stop_loss=1.144, current_price=None)
    assert trade.expected_loss == pytest.approx(5_000 * 0.006)


@pytest.mark.parametrize("mode", [3, -1])
def test_where_it_is_not_known_how_positions_are_kept_nothing_reduces_unless_told(mode: int) -> None:
    """An opposite trade opens, with its own stop and beside what is held; one that says so closes."""
    _, manager = keeping(mode, (1, 1.0, 0.0), max_positions_per_symbol=9)
    trade = traded(manager, direction=-1, requested_volume=0.2)
    assert (trade.reduce_only, trade.closing_lots) == (False, 0.0)
    assert trade.stop_loss is not None
    told = traded(manager, direction=-1, requested_volume=0.2, reduce_only=True)
    assert (told.reduce_only, told.position_ticket) == (True, 1)
    manager.kill_switches.manual_halt(manager.portfolio_state, "test")
    assert reason(manager.process_trade_intent(**intent(direction=-1))) == "TRADING_HALTED"
    assert traded(manager, direction=-1, position_ticket=1, requested_volume=0.5).reduce_only


@pytest.mark.parametrize("told", [{"reduce_only": True}, {"position_ticket": 1}])
def test_a_strategy_closes_no_other_s_position_whatever_it_says(told: dict[str, Any]) -> None:
    """On a hedging account only its own, or one that is nobody's."""
    pool = FakePool()
    manager = pooled(pool, wide(max_positions_per_symbol=9))
    manager.process_trade_intent(**intent(strategy_id="alpha", intent_id="A", requested_volume=0.1))
    pool.positions = (replace(make_position("EURUSD", 1, 0.1), comment="A"),)
    assert manager.sync_with_mt5_account()
    manager.kill_switches.manual_halt(manager.portfolio_state, "test")
    close = intent(direction=-1, **told)
    assert reason(manager.process_trade_intent(**close, strategy_id="beta")) == "TRADING_HALTED"
    assert units(manager.process_trade_intent(**close, strategy_id="alpha")) == 10_000
