# SPDX-License-Identifier: MIT
"""An order that rests is judged at its own price, and one that works at the broker counts as what it would become."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from arbitrex_desktop.mt5.constants import OrderType
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.decision.decision import RPMOutput
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind, TradeIntent
from arbitrex_desktop.risk_portfolio_manager.portfolio.working_orders import working_name
from tests.fakes.broker_data import make_order, make_position
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import check, intent, pooled, reason, units, wide

EASY = {"max_positions_per_symbol": 8, "enforce_time_spacing": False}


def ask(manager: RiskPortfolioManager, *, record: bool = False, **changes: Any) -> RPMOutput:
    """Judge a limit order to buy EURUSD at 1.14, a hundred pips below the market, unless changed."""
    resting: dict[str, Any] = {"order_kind": OrderKind.LIMIT, "order_price": 1.14, "atr": 0.005}
    return manager.judge(TradeIntent(**intent(**{**resting, **changes})), record=record)


class TestAtItsOwnPrice:
    """Size, stop and risk of an order that rests count from where it would be filled."""

    def test_the_stop_is_measured_from_the_orders_price(self) -> None:
        """A limit at 1.14 with its stop at 1.13 loses 100 pips, whatever the market is."""
        trade = ask(pooled(FakePool(), wide()), stop_loss=1.13, requested_volume=0.1).decision.approved_trade
        assert trade is not None
        assert trade.entry_price == pytest.approx(1.14)
        assert trade.expected_loss == pytest.approx(100.0)

    def test_the_risk_managers_own_stop_is_below_the_orders_price(self) -> None:
        """Without a stop of its own it gets one, 1.5 ATR from its price."""
        trade = ask(pooled(FakePool(), wide())).decision.approved_trade
        assert trade is not None
        assert trade.stop_loss == pytest.approx(1.14 - 1.5 * 0.005)

    @pytest.mark.parametrize(
        ("kind", "direction", "price", "rests"),
        [
            (OrderKind.LIMIT, 1, 1.149, True),
            (OrderKind.LIMIT, 1, 1.151, False),
            (OrderKind.LIMIT, -1, 1.151, True),
            (OrderKind.LIMIT, -1, 1.149, False),
            (OrderKind.STOP, 1, 1.151, True),
            (OrderKind.STOP, 1, 1.149, False),
            (OrderKind.STOP, -1, 1.149, True),
            (OrderKind.STOP, -1, 1.151, False),
        ],
    )
    def test_its_price_must_be_on_its_side(self, kind: OrderKind, direction: int, price: float, rests: bool) -> None:
        """A limit waits on the better side of the market and a stop beyond it; else it would be filled at once."""
        output = ask(pooled(FakePool(), wide()), order_kind=kind, direction=direction, order_price=price)
        if rests:
            assert output.decision.status == "APPROVED"
        else:
            assert reason(output) == "ENTRY_PRICE"
            assert "has passed" in check(output, "ENTRY_PRICE").message

    def test_it_keeps_the_brokers_distance(self) -> None:
        """Ten points are the broker's least distance: nine are too near, ten are not."""
        pool = FakePool()
        ask_price = pool.quotes["EURUSD"].ask
        manager = pooled(pool, wide())
        near = ask(manager, order_price=ask_price - 0.00009)
        assert reason(near) == "ENTRY_PRICE"
        assert check(near, "ENTRY_PRICE").limit == pytest.approx(1.0), "in pips"
        assert ask(manager, order_price=ask_price - 0.0001).decision.status == "APPROVED"

    def test_a_price_far_from_the_market_is_a_slip_of_the_hand(self) -> None:
        """A limit 13% below the market is farther than `max_price_deviation_pct` allows."""
        assert reason(ask(pooled(FakePool(), wide()), order_price=1.0)) == "PRICE_COLLAR"

    def test_one_that_has_expired_is_refused(self) -> None:
        """An expiry that is over by market time makes no order."""
        pool = FakePool()
        manager = pooled(pool, wide())
        now = pool.market_now()
        assert ask(manager, expires_at=now + timedelta(seconds=1)).decision.status == "APPROVED"
        output = ask(manager, expires_at=now)
        assert reason(output) == "ENTRY_PRICE"
        assert "expired" in check(output, "ENTRY_PRICE").message

    def test_it_never_counts_as_an_exit(self) -> None:
        """Against an open position it is judged as one that opens, so every rule looks at it, the halt too."""
        pool = FakePool()
        pool.positions = (make_position("EURUSD", -1, 1.0),)
        manager = pooled(pool, wide())
        manager.kill_switches.manual_halt(manager.portfolio_state, "lunch")
        assert reason(ask(manager)) == "TRADING_HALTED"


def working(pool: FakePool, *orders: tuple[str, int, float], seconds: float = 1.0) -> None:
    """Let orders work at the broker: symbol, kind and lots; their tickets count from 70."""
    pool.orders = tuple(
        make_order(symbol, kind, lots, ticket=70 + number) for number, (symbol, kind, lots) in enumerate(orders)
    )
    poll(pool, seconds)


def poll(pool: FakePool, seconds: float = 1.0) -> None:
    """Let time pass, and the pool poll the account as it is then."""
    pool.clock.advance(seconds)
    pool.refresh_quotes()
    pool.poll()


class TestThatWorks:
    """Whoever placed an order: it takes its share of every limit until it is gone."""

    def test_it_takes_a_place(self) -> None:
        """Eight orders placed in the terminal are eight places taken, before one of them is filled."""
        pool = FakePool()
        manager = pooled(pool, wide(**EASY))
        working(pool, *(("GBPUSD", OrderType.SELL_STOP, 0.1),) * 8)
        assert reason(manager.evaluate(**intent())) == "MAX_POSITIONS_REACHED"
        working(pool)
        assert manager.evaluate(**intent()).decision.status == "APPROVED"

    def test_its_margin_and_size_count(self) -> None:
        """Two lots that work leave that much less of a limit of three, and of the free margin."""
        pool = FakePool()
        manager = pooled(pool, wide(**EASY, max_symbol_exposure_units=300_000.0))
        before = manager.evaluate(**intent(atr=0.001))
        working(pool, ("EURUSD", OrderType.BUY_LIMIT, 2.0))
        after = manager.evaluate(**intent(atr=0.001))
        assert units(before) == pytest.approx(300_000.0)
        assert units(after) == pytest.approx(100_000.0)
        wider = manager.evaluate(**intent(requested_volume=0.05))
        free = check(wider, "FREE_MARGIN_LIMIT").observed
        assert free == pytest.approx(pool.account.margin_free - 2_050.0)

    def test_what_it_loses_at_its_stop_counts(self) -> None:
        """One lot that waits at 1.15 with its stop at 1.14 has 1,000 at risk before it is filled."""
        pool = FakePool()
        manager = pooled(pool, wide(**EASY))
        pool.orders = (make_order("EURUSD", OrderType.BUY_LIMIT, 1.0, sl=1.14),)
        poll(pool)
        at_risk = next(each for each in manager.limits_in_use() if each.code == "OPEN_RISK_LIMIT").observed
        assert at_risk == pytest.approx(1_000.0)

    def test_opposite_orders_make_no_room(self) -> None:
        """An order to sell may be filled after one to buy, so that both count in full."""
        pool = FakePool()
        manager = pooled(pool, wide(**EASY))
        working(pool, ("EURUSD", OrderType.BUY_LIMIT, 1.0), ("EURUSD", OrderType.SELL_LIMIT, 1.0))
        total = check(manager.evaluate(**intent(requested_volume=0.05)), "TOTAL_EXPOSURE_LIMIT").observed
        assert total is not None
        assert total == pytest.approx(205_000.0 * 1.15 / 100_000.0, rel=1e-3)

    @pytest.mark.parametrize("what", ["symbol", "margin"])
    def test_one_that_cannot_be_valued_refuses_what_adds(self, what: str) -> None:
        """Without its symbol or margin nobody knows what it would do."""
        pool = FakePool()
        manager = pooled(pool, wide(**EASY))
        if what == "symbol":
            del pool.infos["GBPUSD"]
        else:
            del pool.margins["GBPUSD", -1]
        working(pool, ("GBPUSD", OrderType.SELL_LIMIT, 0.1))
        output = manager.evaluate(**intent())
        assert output.decision.status == "REJECTED"
        assert "order #70 in GBPUSD" in output.decision.rejected_trade.rejection_details  # type: ignore[union-attr]

    def test_what_is_asked_instead_of_it_is_judged_without_it(self) -> None:
        """Of two orders of which one cancels the other only one happens."""
        pool = FakePool()
        manager = pooled(pool, wide(max_positions_per_symbol=1))
        working(pool, ("EURUSD", OrderType.BUY_STOP, 1.0))
        assert reason(ask(manager)) == "SYMBOL_POSITIONS_REACHED"
        assert ask(manager, instead_of=(working_name(70),)).decision.status == "APPROVED"

    def test_what_is_asked_instead_of_an_approved_trade_is_judged_without_it(self) -> None:
        """The same while the first is approved only."""
        manager = pooled(FakePool(), wide(max_positions_per_symbol=1, enforce_time_spacing=False))
        assert ask(manager, record=True, intent_id="first").decision.status == "APPROVED"
        sell: dict[str, Any] = {"direction": -1, "order_price": 1.16}
        assert reason(ask(manager, intent_id="second", **sell)) == "SYMBOL_POSITIONS_REACHED"
        assert ask(manager, intent_id="second", instead_of=("first",), **sell).decision.status == "APPROVED"

    @pytest.mark.parametrize("late", [0.0, 5.0])
    def test_its_position_is_taken_for_no_other_trade(self, late: float) -> None:
        """The order is filled while another trade of the same symbol and side waits: that one stays in flight."""
        pool = FakePool()
        manager = pooled(pool, wide(**EASY))
        working(pool, ("EURUSD", OrderType.BUY_LIMIT, 0.1))
        waiting = intent(intent_id="waiting", requested_volume=0.05)
        assert manager.process_trade_intent(**waiting).decision.status == "APPROVED"
        pool.orders = ()
        if late:
            poll(pool, late)
            manager.evaluate(**intent())
        pool.positions = (make_position("EURUSD", 1, 0.1, ticket=70),)
        poll(pool)
        assert check(manager.evaluate(**intent()), "MAX_POSITIONS_REACHED").observed == 2
        assert manager.evaluate(**waiting).decision.status == "APPROVED"
        pool.positions = (*pool.positions, make_position("EURUSD", 1, 0.05, ticket=80, comment="waiting"))
        poll(pool)
        assert reason(manager.evaluate(**waiting)) == "DUPLICATE_INTENT"

    def test_one_that_was_cancelled_hides_no_position(self) -> None:
        """What appears then is the other trade's, since it bears its name."""
        pool = FakePool()
        manager = pooled(pool, wide(**EASY))
        working(pool, ("EURUSD", OrderType.BUY_LIMIT, 0.1))
        manager.process_trade_intent(**intent(intent_id="waiting", requested_volume=0.05))
        working(pool)
        manager.evaluate(**intent())
        pool.positions = (make_position("EURUSD", 1, 0.05, ticket=80, comment="waiting"),)
        poll(pool)
        assert check(manager.evaluate(**intent()), "MAX_POSITIONS_REACHED").observed == 1

    def test_its_strategy_is_that_of_the_trade_it_was_approved_as(self) -> None:
        """The position of a strategy's order is the strategy's, though its reservation was released."""
        pool = FakePool()
        manager = pooled(pool, wide(**EASY))
        ask(manager, record=True, intent_id="a", strategy_id="trend", requested_volume=0.1)
        working(pool, ("EURUSD", OrderType.BUY_LIMIT, 0.1))
        manager.sync_with_mt5_account()
        manager.release_intent("a")
        pool.orders = ()
        pool.positions = (make_position("EURUSD", 1, 0.1, ticket=70),)
        poll(pool)
        manager.evaluate(**intent())
        (position,) = manager.portfolio_state.positions()
        assert position.strategy_id == "trend"
