# SPDX-License-Identifier: MIT
"""The audit's defects once more, with other values than those by which they were found; the numbers are the audit's."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from arbitrex_desktop.mt5.constants import DealEntry, OrderType
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager, RPMConfig, RPMOutput
from arbitrex_desktop.risk_portfolio_manager.market.session import session_over
from tests.fakes.broker_data import make_account, make_deal, make_order, make_position, make_symbol
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import closing, intent, pooled, reason, wide

MANY = {"max_positions_per_symbol": 9}


def status(output: RPMOutput) -> str:
    """Return the status of what lives, the reason of what does not."""
    refused = output.decision.rejected_trade
    return output.decision.status.value if refused is None else str(refused.rejection_reason)


def later(pool: FakePool, seconds: float = 1.0) -> None:
    """Let time pass, and prices tick."""
    pool.clock.advance(seconds)
    pool.refresh_quotes()


def test_r1_the_polled_account_counts_for_the_week_and_for_currencies() -> None:
    """A week's loss and a currency that only the poll has seen refuse; another account's poll is not believed."""
    loose: dict[str, Any] = {"daily_loss_limit": 1.0, "max_drawdown": 1.0, "max_daily_drawdown": 1.0}
    pool = FakePool()
    rpm = pooled(pool, wide(weekly_loss_limit=0.03, **loose))
    pool.account = replace(pool.account, balance=96_500.0, equity=96_500.0)
    later(pool)
    pool.poll()
    assert reason(rpm.evaluate(**intent())) == "WEEKLY_LOSS_LIMIT"
    pool = FakePool()
    rpm = pooled(pool, RPMConfig.preset("Standard FX", max_currency_exposure_pct=0.5))
    pool.positions = (make_position("EURJPY", 1, 0.5, ticket=4),)
    pool.poll()
    assert reason(rpm.evaluate(**intent(atr=0.002))) == "CURRENCY_EXPOSURE_LIMIT"
    pool = FakePool()
    rpm = pooled(pool, wide())
    pool.account = replace(pool.account, login=77, balance=1e6, equity=1e6)
    later(pool)
    pool.poll()
    assert reason(rpm.evaluate(**intent())) == "ACCOUNT_STALE"


@pytest.mark.parametrize("kept", [True, False])
def test_r4_a_limits_halt_stands_on_the_next_account_and_on_the_way_back(tmp_path: Path, *, kept: bool) -> None:
    """Fail-over clears nothing, whether anything is kept on disk or not."""
    pool = FakePool()
    rpm = pooled(pool, wide(), enable_persistence=kept, data_dir=tmp_path)
    pool.account = replace(pool.account, equity=80_000.0)
    for account in (pool.account, make_account(login=5), make_account()):
        pool.account = account
        later(pool)
        assert rpm.sync_with_mt5_account()
        assert rpm.portfolio_state.halt_code == "MAX_DRAWDOWN_EXCEEDED"
        assert reason(rpm.process_trade_intent(**intent())) == "TRADING_HALTED"
    rpm.close()


def test_r5_a_name_is_used_once() -> None:
    """In another symbol, on the other side, and after all its time is over."""
    pool = FakePool()
    rpm = pooled(pool, wide(**MANY))
    assert status(rpm.process_trade_intent(**intent(intent_id="x", magic=7))) == "APPROVED"
    for changes in ({"symbol": "GBPUSD", "current_price": 1.3}, {"direction": -1}):
        assert reason(rpm.process_trade_intent(**intent(intent_id="x", **changes))) == "DUPLICATE_INTENT"
    for _ in range(2):
        later(pool, 400.0)
        assert rpm.sync_with_mt5_account()
    assert reason(rpm.process_trade_intent(**intent(intent_id="x"))) == "DUPLICATE_INTENT"


def test_r6_what_is_being_closed_is_closed_once() -> None:
    """Of a short of 0.3 lots, 0.1 are on their way: 0.2 are left, and no more."""
    pool = FakePool()
    pool.positions = (make_position("EURUSD", -1, 0.3, ticket=11),)
    rpm = pooled(pool, wide(**MANY))
    asked = [0.1, 0.3, 0.2, 0.01]
    found = [
        rpm.process_trade_intent(**intent(reduce_only=True, requested_volume=volume)).decision.approved_trade
        for volume in asked
    ]
    assert [None if each is None else each.lots for each in found] == [0.1, None, 0.2, None]


def _set_limit(_: FakePool, rpm: RiskPortfolioManager) -> None:
    rpm.config.max_drawdown = -1.0


HINDRANCES: dict[str, Callable[[FakePool, RiskPortfolioManager], object]] = {
    "equity is no number": lambda _, rpm: setattr(rpm.portfolio_state, "equity", math.nan),
    "halted": lambda _, rpm: rpm.kill_switches.manual_halt(rpm.portfolio_state, "x"),
    "shut down": lambda _, rpm: rpm.kill_switches.set("GLOBAL", "", "SHUTDOWN", "x"),
    "no quotes": lambda pool, _: pool.quotes.clear(),
    "no properties": lambda pool, _: pool.infos.clear(),
    "not connected": lambda pool, _: setattr(pool, "connected", False),
    "stale": lambda pool, _: pool.clock.advance(9e4),
    "wrong settings": _set_limit,
}


@pytest.mark.parametrize("what", HINDRANCES)
def test_r7_a_declared_exit_passes(what: str) -> None:
    """Of a locked book, with figures that are none, whatever else is wrong."""
    pool = FakePool()
    pool.positions = (make_position("EURUSD", 1, 0.3, ticket=11), make_position("EURUSD", -1, 0.3, ticket=12))
    rpm = pooled(pool, wide(**MANY))
    HINDRANCES[what](pool, rpm)
    bad = {"atr": 0.0, "confidence_score": math.nan, "vol_percentile": None, "regime": "?", "stop_loss": -5.0}
    output = rpm.process_trade_intent(**closing(position_ticket=11, **bad))
    assert output.decision.approved_trade is not None
    assert output.decision.approved_trade.position_ticket == 11


def test_r14_an_index_in_euros_holds_no_euros() -> None:
    """0.4 lots of EURUSD are 46,000; two of an index in euros change nothing."""
    pool = FakePool()
    tick: dict[str, Any] = {
        "trade_tick_size": 0.1,
        "trade_tick_value_loss": 0.115,
        "trade_tick_value": 0.115,
        "trade_contract_size": 1.0,
    }
    index: dict[str, Any] = {
        "name": "GER40",
        "currency_base": "EUR",
        "currency_profit": "EUR",
        "digits": 1,
        "point": 0.1,
    }
    pool.infos["GER40"] = replace(make_symbol("EURUSD"), **index, **tick)
    pool.set_quote("GER40", 18_000.0)
    held = make_position("EURUSD", 1, 2.0, ticket=2, price_open=18_000.0, price_current=18_000.0)
    pool.positions = (make_position("EURUSD", 1, 0.4, ticket=1), replace(held, symbol="GER40"))
    assert pooled(pool, wide()).portfolio_state.currency_exposure["EUR"] == pytest.approx(46_000.0)


def test_r16_eight_resting_orders_are_eight_positions() -> None:
    """They count before they are filled."""
    pool = FakePool()
    pool.orders = tuple(make_order("GBPUSD", OrderType.SELL_STOP, 0.01, ticket=5 + number) for number in range(8))
    assert reason(pooled(pool, wide()).evaluate(**intent())) == "MAX_POSITIONS_REACHED"


@pytest.mark.parametrize(
    ("deals", "run"),
    [
        ([(50, -1.0, DealEntry.OUT, 0.0)] * 5, 1),
        ([(50, -10.0, DealEntry.OUT, 0.0), (51, -5.0, DealEntry.OUT_BY, 0.0), (52, 0.0, DealEntry.OUT_BY, 0.0)], 2),
        ([(50, -10.0, DealEntry.OUT, 0.0), (51, -5.0, DealEntry.OUT, 6.0)], 0),
        ([(50, -10.0, DealEntry.OUT, 0.0), (51, 5.0, DealEntry.OUT, -6.0)], 2),
    ],
)
def test_r18_losses_are_counted_by_position(deals: list[Any], run: int) -> None:
    """In parts, by each other, and with what the broker charges or pays back."""
    pool = FakePool()
    now = int(pool.clock.now().timestamp())
    pool.deals = [
        make_deal(number, now - 100 + number, position_id=position, profit=profit, entry=entry, commission=commission)
        for number, (position, profit, entry, commission) in enumerate(deals, 1)
    ]
    assert pooled(pool, wide()).portfolio_state.consecutive_losses == run


@pytest.mark.parametrize(("digits", "tick"), [(2, 0.25), (3, 0.005), (5, 0.00005), (0, 1.0), (1, 0.5)])
@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("ratio", [0.9, 1.37, 2.3])
def test_r22_stop_and_target_lie_on_the_tick(digits: int, tick: float, side: int, ratio: float) -> None:
    """Whatever the tick is, and however many digits show it."""
    pool = FakePool()
    value: dict[str, Any] = {"trade_tick_value_loss": 100 * tick, "trade_tick_value": 100 * tick}
    gold = replace(
        pool.infos["XAUUSD"], trade_tick_size=tick, digits=digits, point=10.0**-digits, trade_stops_level=0, **value
    )
    pool.infos["XAUUSD"] = gold
    for atr in (3.37, 7.3, 11.11):
        asked = intent(symbol="XAUUSD", current_price=None, atr=atr, direction=side)
        output = pooled(pool, wide(take_profit_ratio=ratio)).evaluate(**asked)
        trade = output.decision.approved_trade
        assert trade is not None, output.decision.rejected_trade
        for price in (trade.stop_loss, trade.take_profit):
            assert price is not None
            assert abs(price / tick - round(price / tick)) < 1e-6


def test_r23_a_sales_stop_is_held_against_the_ask() -> None:
    """Eight pips away by the freeze level, which is the larger: one point less is too near."""
    pool = FakePool()
    pool.infos["EURUSD"] = replace(pool.infos["EURUSD"], trade_stops_level=50, trade_freeze_level=80)
    ask = pool.set_quote("EURUSD", 1.15, spread=0.0002).ask
    rpm = pooled(pool, wide())
    found = [
        status(rpm.evaluate(**intent(direction=-1, current_price=None, stop_loss=round(ask + distance, 5))))
        for distance in (0.0008, 0.00079)
    ]
    assert found[0] in ("APPROVED", "ADJUSTED")
    assert found[1] == "INVALID_STOPS"


@pytest.mark.parametrize("margin", [0.0, -1.0, math.nan, math.inf])
def test_r24_a_margin_that_is_none_is_not_known(margin: float) -> None:
    """Nothing that adds risk passes on it."""
    pool = FakePool()
    pool.margins["EURUSD", 1] = margin
    assert reason(pooled(pool, wide()).evaluate(**intent())) == "MARGIN_LEVEL_LIMIT"


def test_c13_sessions_over_a_year_as_the_clocks_on_the_wall_tell() -> None:
    """Every 37 minutes of 2026, over four changes of summer time: Topstep's day, and FTMO's end of the week."""
    topstep, ftmo = RPMConfig.preset("Topstep Combine 50K"), RPMConfig.preset("FTMO Account 2-Step Standard")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    while now.year == 2026:
        day, minute = _wall(now, "America/Chicago")
        over = 900 <= minute < 1020 or (day == 4 and minute >= 900) or day == 5 or (day == 6 and minute < 1020)
        assert session_over(now, topstep, topstep.no_entry_minutes) == over, now
        day, minute = _wall(now, "America/New_York")
        over = (day == 4 and minute >= 985) or day == 5 or (day == 6 and minute < 1020)
        assert session_over(now, ftmo, ftmo.no_entry_minutes) == over, now
        now += timedelta(minutes=37)


def _wall(now: datetime, zone: str) -> tuple[int, int]:
    """Return weekday and minute of the day in a zone."""
    local = now.astimezone(ZoneInfo(zone))
    return local.weekday(), local.hour * 60 + local.minute
