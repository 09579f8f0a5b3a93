# SPDX-License-Identifier: MIT
"""A trade in flight ends with what the broker's books say of its own orders, and with nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from arbitrex_desktop.mt5.constants import DealEntry, DealType, OrderState, OrderType
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager
from tests.fakes.broker_data import make_account, make_deal, make_order, make_position, make_symbol
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import check, intent, pooled, reason, wide

LOTS = 0.5
NETTING = 0


def asked(mode: int = 2, **changes: Any) -> tuple[FakePool, RiskPortfolioManager]:
    """Return a manager that has approved half a lot of EURUSD for strategy alpha under the name A-1, magic 77."""
    pool = FakePool(account=make_account(margin_mode=mode))
    manager = pooled(pool, wide(max_positions_per_symbol=9, pending_ttl_seconds=180.0))
    ask = intent(atr=0.001, requested_volume=LOTS, intent_id="A-1", strategy_id="alpha", magic=77, **changes)
    assert manager.process_trade_intent(**ask).decision.status == "APPROVED"
    later(pool, 1.0)
    return pool, manager


def later(pool: FakePool, seconds: float) -> None:
    """Let time pass with fresh quotes."""
    pool.clock.advance(seconds)
    pool.refresh_quotes()


def now(pool: FakePool) -> int:
    """Return the server's clock."""
    return int(pool.clock.now().timestamp())


def counted(manager: RiskPortfolioManager) -> tuple[float, float]:
    """Return how many positions, and how many units of EURUSD, count for another purchase."""
    output = manager.evaluate(**intent(atr=0.001, requested_volume=0.01))
    lots = check(output, "SYMBOL_EXPOSURE_LIMIT", "symbol exposure").observed
    assert lots is not None
    return check(output, "MAX_POSITIONS_REACHED").observed or 0.0, round(lots - 1_000.0, 6)


@pytest.mark.parametrize(
    "marks", [{"comment": "A-1"}, {"comment": "ABX A-1"}, {"comment": "cut by the broker", "magic": 77}]
)
@pytest.mark.parametrize("by_poll", [True, False])
def test_a_fill_is_known_by_comment_or_magic(marks: dict[str, Any], *, by_poll: bool) -> None:
    """The position that came of it counts, the trade in flight no more."""
    pool, manager = asked()
    pool.positions = (make_position("EURUSD", 1, LOTS, ticket=5, time=now(pool), **marks),)
    if by_poll:
        pool.poll()
    else:
        assert manager.sync_with_mt5_account()
    assert counted(manager) == (1, 50_000)
    assert [each.strategy_id for each in manager.portfolio_state.positions()] == ["alpha"]


@pytest.mark.parametrize(
    "marks",
    [{}, {"comment": "B-7"}, {"comment": "A-12"}, {"magic": 78}, {"magic": 77, "time": 1}],
    ids=["by hand", "another intent", "a longer name", "another magic", "before the approval"],
)
def test_size_alone_settles_nothing(marks: dict[str, Any]) -> None:
    """R15: a position of the same symbol, side and size that is another's counts besides the trade in flight."""
    pool, manager = asked()
    pool.positions = (make_position("EURUSD", 1, LOTS, ticket=5, **{"time": now(pool), **marks}),)
    assert manager.sync_with_mt5_account()
    assert counted(manager) == (2, 100_000)


def test_a_hand_s_position_does_not_make_room_for_a_third_trade() -> None:
    """R15: of 200,000 units, 100,000 are in flight and 100,000 opened by hand; nothing more passes."""
    pool = FakePool()
    manager = pooled(pool, wide(max_positions_per_symbol=9, max_symbol_exposure_units=200_000.0))
    first = intent(atr=0.0005, requested_volume=1.0, intent_id="a")
    assert manager.process_trade_intent(**first).decision.status == "APPROVED"
    pool.positions = (make_position("EURUSD", 1, 1.0, ticket=9, time=now(pool)),)
    later(pool, 1.0)
    assert manager.sync_with_mt5_account()
    assert reason(manager.process_trade_intent(**intent(requested_volume=0.56))) == "SYMBOL_EXPOSURE_LIMIT"


@pytest.mark.parametrize("mode", [NETTING, 2])
def test_what_opened_and_closed_between_two_syncs_lets_go(mode: int) -> None:
    """Defect 2 of the traders' trial: its deals tell, though no position is left."""
    pool, manager = asked(mode)
    told: dict[str, Any] = {"position_id": 5, "volume": LOTS, "symbol": "EURUSD"}
    opened = make_deal(6, now(pool), order=5, type=DealType.BUY, entry=DealEntry.IN, comment="ABX A-1", **told)
    closed = make_deal(7, now(pool) + 1, order=8, type=DealType.SELL, entry=DealEntry.OUT, comment="ABX close", **told)
    pool.deals = [opened, closed]
    later(pool, 1.0)
    assert manager.sync_with_mt5_account()
    assert counted(manager) == (0, 0)
    again = intent(atr=0.001, requested_volume=LOTS, intent_id="A-1", strategy_id="alpha")
    assert reason(manager.evaluate(**again)) == "DUPLICATE_INTENT"


def test_parts_are_taken_off_once_however_often_they_are_seen() -> None:
    """Two deals of one order and its position are the same 0.2 lots; the other 0.3 stay in flight."""
    pool, manager = asked()
    told: dict[str, Any] = {"position_id": 5, "order": 5, "type": DealType.BUY, "entry": DealEntry.IN}
    pool.deals = [make_deal(n, now(pool), volume=0.1, comment="A-1", **told) for n in (6, 7)]
    pool.positions = (make_position("EURUSD", 1, 0.2, ticket=5, time=now(pool), comment="A-1"),)
    for _ in range(3):
        later(pool, 1.0)
        assert manager.sync_with_mt5_account()
        assert counted(manager) == (2, 50_000)
    assert [round(each.units) for each in manager._state.book.reservations] == [30_000]


@pytest.mark.parametrize("state", [OrderState.CANCELED, OrderState.REJECTED, OrderState.EXPIRED])
def test_an_order_that_ended_lets_go_of_its_trade(state: OrderState) -> None:
    """Nothing of it was filled and nothing will be."""
    pool, manager = asked()
    order = make_order("EURUSD", OrderType.BUY, LOTS, ticket=5, state=state, comment="A-1", time_done=now(pool))
    pool.history_orders = [replace(order, time_setup=now(pool))]
    assert manager.sync_with_mt5_account()
    assert counted(manager) == (0, 0)


def test_an_order_that_was_sent_again_is_still_in_flight() -> None:
    """The first was requoted, the second waits: it counts as an order, once."""
    pool, manager = asked()
    old = make_order("EURUSD", OrderType.BUY, LOTS, ticket=5, state=OrderState.REJECTED, comment="A-1")
    pool.history_orders = [replace(old, time_done=now(pool))]
    pool.orders = (make_order("EURUSD", OrderType.BUY_LIMIT, LOTS, ticket=6, comment="A-1"),)
    assert manager.sync_with_mt5_account()
    assert counted(manager) == (1, 50_000)


@pytest.mark.parametrize("seconds", [181.0, 250.0, 299.0])
def test_time_alone_ends_nothing_before_the_account_was_read(seconds: float) -> None:
    """R2: with the settings as they come, no sync since the approval, and so nothing known of it."""
    pool, manager = asked()
    later(pool, seconds)
    assert counted(manager) == (1, 50_000)
    assert manager.sync_with_mt5_account()
    assert counted(manager) == (0, 0)


def test_a_trade_may_be_sent_for_as_long_as_the_settings_say() -> None:
    """A sync at once sees nothing, and says nothing of an order that is sent a minute later."""
    pool, manager = asked()
    for _ in range(3):
        later(pool, 59.0)
        assert manager.sync_with_mt5_account()
        assert counted(manager) == (1, 50_000)


def test_owners_outlive_the_program(tmp_path: Any) -> None:
    """After a restart a position is still its strategy's, and does not settle a second trade with the same magic."""
    pool = FakePool()
    more: dict[str, Any] = {"enable_persistence": True, "data_dir": tmp_path}
    ask: dict[str, Any] = {"atr": 0.001, "requested_volume": LOTS, "strategy_id": "alpha", "magic": 77}
    with pooled(pool, wide(max_positions_per_symbol=9), **more) as manager:
        manager.process_trade_intent(**intent(intent_id="A-1", **ask))
        manager.process_trade_intent(**intent(intent_id="A-2", **ask))
        pool.positions = (make_position("EURUSD", 1, LOTS, ticket=5, time=now(pool), magic=77),)
        later(pool, 1.0)
        assert manager.sync_with_mt5_account()
        assert counted(manager) == (2, 100_000)
    with pooled(pool, wide(max_positions_per_symbol=9), **more) as manager:
        assert [each.intent_id for each in manager._state.book.reservations] == ["A-2"]
        assert [each.strategy_id for each in manager.portfolio_state.positions()] == ["alpha"]


def test_numbers_of_another_account_are_other_orders() -> None:
    """Brokers number their orders for themselves: the same number over there is another order."""
    ask: dict[str, Any] = {"atr": 0.001, "requested_volume": LOTS, "magic": 77}
    pool = FakePool()
    with pooled(pool, wide(max_positions_per_symbol=9)) as manager:
        manager.process_trade_intent(**intent(intent_id="A-1", strategy_id="alpha", **ask))
        pool.positions = (make_position("EURUSD", 1, LOTS, ticket=5, time=now(pool), magic=77),)
        later(pool, 1.0)
        assert manager.sync_with_mt5_account()
        assert [each.strategy_id for each in manager.portfolio_state.positions()] == ["alpha"]
        pool.account = replace(pool.account, login=7)
        pool.positions = (make_position("EURUSD", 1, LOTS, ticket=5, time=now(pool)),)
        later(pool, 1.0)
        assert manager.sync_with_mt5_account()
        assert [each.strategy_id for each in manager.portfolio_state.positions()] == [""]
        pool.positions = ()
        later(pool, 1.0)
        assert manager.sync_with_mt5_account()
        manager.process_trade_intent(**intent(intent_id="B-1", strategy_id="beta", **ask))
        pool.positions = (make_position("EURUSD", 1, LOTS, ticket=5, time=now(pool), magic=77),)
        later(pool, 1.0)
        assert manager.sync_with_mt5_account()
        assert manager._state.book.reservations == []
        assert [each.strategy_id for each in manager.portfolio_state.positions()] == ["beta"]


@pytest.mark.parametrize(
    ("kind", "other", "units"),
    [(OrderType.BUY_LIMIT, 1, 100_000), (OrderType.BUY_STOP, 1, 100_000), (OrderType.SELL_LIMIT, -1, 100_000)],
)
def test_orders_that_wait_count_in_every_limit(kind: OrderType, other: int, units: float) -> None:
    """R16: two orders of half a lot are 100,000 units on their side, two positions, their worth and their margin."""
    pool = FakePool()
    pool.orders = tuple(make_order("EURUSD", kind, 0.5, ticket=n) for n in (1, 2))
    manager = pooled(pool, wide(max_positions_per_symbol=9))
    ask = intent(direction=other, atr=0.001, requested_volume=0.01)
    output = manager.evaluate(**ask)
    assert check(output, "SYMBOL_EXPOSURE_LIMIT").observed == pytest.approx(units + 1_000)
    assert check(output, "MAX_POSITIONS_REACHED").observed == 2
    assert check(output, "SYMBOL_POSITIONS_REACHED").observed == 2
    assert check(output, "STRATEGY_POSITIONS_REACHED").observed == 2
    assert check(output, "TOTAL_EXPOSURE_LIMIT").observed == pytest.approx(1.15 * (units + 1_000) / 100_000, rel=1e-4)
    assert check(output, "FREE_MARGIN_LIMIT").observed == pytest.approx(100_000 - 1_000 * 1.01)
    assert check(manager.evaluate(**{**ask, "direction": -other}), "SYMBOL_EXPOSURE_LIMIT").observed == 1_000


def test_orders_count_when_a_poll_brings_them_and_no_more_when_they_are_gone() -> None:
    """They need no sync; one that closes a position by another opens nothing."""
    pool = FakePool()
    manager = pooled(pool, wide(max_positions_per_symbol=9))
    for orders, count in (
        ((make_order("EURUSD", OrderType.BUY_LIMIT, 50.0, ticket=3),), 1),
        ((make_order("EURUSD", OrderType.CLOSE_BY, 1.0, ticket=4),), 0),
        ((), 0),
    ):
        pool.orders = orders
        later(pool, 1.0)
        pool.poll()
        assert counted(manager)[0] == count


def test_an_order_without_known_worth_refuses() -> None:
    """What may come of it cannot be reckoned with."""
    pool = FakePool()
    pool.orders = (replace(make_order("EURUSD", OrderType.BUY_LIMIT, 1.0), symbol="EURSEK"),)
    manager = pooled(pool, wide())
    assert reason(manager.evaluate(**intent())) == "CONVERSION_UNKNOWN"


def test_an_index_in_euros_is_no_short_euro() -> None:
    """R14: 0.43 lots of EURUSD and an index CFD in euros are 43,000 euros long, whatever the index is worth."""
    pool = FakePool()
    pool.infos["GDAXIm"] = replace(
        make_symbol("EURUSD"), name="GDAXIm", currency_base="EUR", currency_profit="EUR", trade_contract_size=1.0
    )
    pool.set_quote("GDAXIm", 23_000.0)
    pool.positions = (
        make_position("EURUSD", 1, 0.43),
        replace(make_position("EURUSD", 1, 2.1, ticket=2), symbol="GDAXIm", price_current=23_000.0),
    )
    manager = pooled(pool, wide())
    assert manager.portfolio_state.currency_exposure["EUR"] == pytest.approx(43_000 * 1.15)
