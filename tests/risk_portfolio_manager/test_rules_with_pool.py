# SPDX-License-Identifier: MIT
"""Each rule that reads the pool: passes, refuses, and refuses what it cannot read."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from arbitrex_desktop.mt5.constants import SymbolTradeMode
from arbitrex_desktop.risk_portfolio_manager import Outcome, RPMConfig
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsCalendar, NewsEvent
from tests.fakes.broker_data import make_position
from tests.fakes.clock import START
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import check, closing, intent, pooled, reason, static, units, wide

Spoil = Callable[[FakePool], None]


def info(pool: FakePool, **changes: Any) -> None:
    """Change EURUSD's properties."""
    pool.infos["EURUSD"] = replace(pool.infos["EURUSD"], **changes)


def account(pool: FakePool, **changes: Any) -> None:
    """Change the account, and let a later poll bring it."""
    pool.clock.advance(1)
    pool.account = replace(pool.account, **changes)
    pool.poll()


def wait(pool: FakePool, seconds: float) -> None:
    """Let time pass while quotes go on."""
    pool.clock.advance(seconds)
    pool.refresh_quotes()


def quote(pool: FakePool, mid: float, spread: float = 0.0001) -> None:
    """Let the price move."""
    pool.set_quote("EURUSD", mid, spread=spread)


SPOILT: list[tuple[str, Spoil]] = [
    ("CONNECTION_DOWN", lambda pool: setattr(pool, "connected", False)),
    ("ACCOUNT_STALE", lambda pool: wait(pool, 301)),
    ("TRADING_NOT_ALLOWED", lambda pool: account(pool, trade_allowed=False)),
    ("TRADING_NOT_ALLOWED", lambda pool: account(pool, trade_expert=False)),
    ("SYMBOL_UNKNOWN", lambda pool: pool.infos.clear()),
    ("SYMBOL_NOT_TRADABLE", lambda pool: info(pool, trade_mode=SymbolTradeMode.CLOSEONLY)),
    ("SYMBOL_NOT_TRADABLE", lambda pool: info(pool, trade_mode=SymbolTradeMode.SHORTONLY)),
    ("QUOTE_STALE", lambda pool: pool.quotes.clear()),
    ("QUOTE_STALE", lambda pool: pool.clock.advance(31)),
    ("QUOTE_STALE", lambda pool: quote(pool, float("nan"))),
    ("QUOTE_STALE", lambda pool: quote(pool, 1.15, spread=-0.1)),
    ("MARGIN_LEVEL_LIMIT", lambda pool: pool.margins.clear()),
    ("MARGIN_LEVEL_LIMIT", lambda pool: pool.margins.update({("EURUSD", 1): float("nan")})),
    ("MARGIN_LEVEL_LIMIT", lambda pool: account(pool, margin=50_000.0)),
    ("FREE_MARGIN_LIMIT", lambda pool: account(pool, margin_free=10_000.0)),
    ("SPREAD_TOO_WIDE", lambda pool: quote(pool, 1.15, spread=0.003)),
    ("PRICE_COLLAR", lambda pool: quote(pool, 1.0)),
    ("INVALID_STOPS", lambda pool: info(pool, trade_stops_level=20_000)),
    ("INVALID_STOPS", lambda pool: info(pool, trade_freeze_level=20_000)),
    ("VOLUME_LIMIT", lambda pool: info(pool, volume_max=0.001)),
]


@pytest.mark.parametrize(("code", "spoil"), SPOILT, ids=[f"{n}-{code}" for n, (code, _) in enumerate(SPOILT)])
def test_what_is_wrong_or_cannot_be_read_refuses(code: str, spoil: Spoil) -> None:
    """The ordinary intent passes; after one thing was spoilt it is refused for that reason."""
    pool = FakePool()
    rpm = pooled(pool, wide())
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"
    spoil(pool)
    assert reason(rpm.evaluate(**intent())) == code


def test_every_source_that_was_never_given_is_skipped() -> None:
    """Without pool and calendar their rules are listed as skipped, and nothing else is."""
    checks = static(wide()).evaluate(**intent()).decision.checks
    skipped = {each.code for each in checks if each.outcome is Outcome.SKIPPED}
    assert {"CONNECTION_DOWN", "ACCOUNT_STALE", "QUOTE_STALE", "MARGIN_LEVEL_LIMIT", "NEWS_BLACKOUT"} <= skipped
    assert all(each.message for each in checks)


def test_a_pool_that_was_not_to_be_synced_is_read_for_prices_only() -> None:
    """With `sync_with_mt5` off the capital is the settings', and the sync's age is no reason to refuse."""
    pool = FakePool()
    rpm = static(wide(), pool.clock, mt5_pool=pool)
    pool.poll()
    output = rpm.evaluate(**intent())
    assert output.decision.status == "APPROVED"
    assert check(output, "ACCOUNT_STALE").outcome is Outcome.SKIPPED
    assert rpm.get_mt5_sync_stats()["using_mt5_pool"] is True


def test_a_position_of_unknown_worth_refuses_adding() -> None:
    """An open position whose symbol the pool does not know leaves the exposures unknown."""
    pool = FakePool()
    pool.positions = (replace(make_position("EURUSD", 1, 0.1), symbol="USDMXN"),)
    assert reason(pooled(pool, wide()).evaluate(**intent())) == "CONVERSION_UNKNOWN"


def test_the_market_price_is_used_when_the_intents_own_is_off() -> None:
    """Within a tenth of the stop distance the intent's price stands; beyond it the market's does."""
    pool = FakePool()
    rpm = pooled(pool, wide())
    near = rpm.evaluate(**intent(current_price=1.151)).decision.approved_trade
    far = rpm.evaluate(**intent(current_price=1.19)).decision.approved_trade
    none = rpm.evaluate(**intent(current_price=None, direction=-1)).decision.approved_trade
    assert near is not None
    assert far is not None
    assert none is not None
    assert near.entry_price == 1.151
    assert far.entry_price == pool.quotes["EURUSD"].ask
    assert none.entry_price == pool.quotes["EURUSD"].bid


def test_stops_lie_on_the_symbols_price_steps() -> None:
    """The stop has the symbol's digits, and the loss at it is that of the rounded stop."""
    rpm = pooled(FakePool(), wide())
    trade = rpm.evaluate(**intent(atr=0.0012345678, current_price=1.15)).decision.approved_trade
    assert trade is not None
    assert trade.stop_loss == 1.14821
    assert trade.expected_loss == pytest.approx(trade.position_units * (1.1500575 - 1.14821))


@pytest.mark.parametrize("atr", [0.001, 0.1, 5.0])
@pytest.mark.parametrize(("direction", "wanted", "stop"), [(1, 1.14, 1.139), (-1, 1.16, 1.161)])
def test_a_price_that_is_off_does_not_make_a_given_stop_look_near(
    direction: int, wanted: float, stop: float, atr: float
) -> None:
    """However large the range is said to be, the loss at the stop is reckoned from where the broker would fill."""
    pool = FakePool()
    output = pooled(pool, wide()).evaluate(**intent(direction=direction, atr=atr, current_price=wanted, stop_loss=stop))
    trade, quote = output.decision.approved_trade, pool.quotes["EURUSD"]
    assert trade is not None
    fill = quote.ask if direction > 0 else quote.bid
    assert trade.entry_price == fill
    assert abs(fill - stop) * trade.position_units <= 1_000 * math.prod(output.decision.sizing_adjustments.values())


def test_given_stops_are_put_on_price_steps() -> None:
    """The nearest step is what the broker would take, and the loss at it is the one that was sized."""
    trade = pooled(FakePool(), wide()).evaluate(
        **intent(stop_loss=1.1234567, take_profit=1.2000049, current_price=1.15)
    )
    approved = trade.decision.approved_trade
    assert approved is not None
    assert (approved.stop_loss, approved.take_profit) == (1.12346, 1.2)
    assert approved.expected_loss == pytest.approx(approved.position_units * (1.1500575 - 1.12346))
    assert approved.base_units == pytest.approx(1_000 / (1.1500575 - 1.12346))


@pytest.mark.parametrize(
    "sides", [{"stop_loss": 1.2}, {"stop_loss": 1.15}, {"take_profit": 1.1}, {"direction": -1, "stop_loss": 1.1}]
)
def test_stops_on_the_wrong_side_are_refused(sides: dict[str, float]) -> None:
    """A buy's stop lies below the price and its target above, a sale's the other way round."""
    assert reason(static(wide()).evaluate(**intent(**sides))) in ("INVALID_STOPS", "CONVERSION_UNKNOWN")


@pytest.mark.parametrize(("direction", "given", "entry"), [
    (1, 1.14907, 1.1500575), (1, 1.15050, 1.15050), (-1, 1.15090, 1.1499425), (-1, 1.14950, 1.14950),
])  # fmt: skip
def test_a_trade_is_sized_at_the_worse_price(direction: int, given: float, entry: float) -> None:
    """The sender's price or the market's: a stop 100 points away is as far as the worse of them says."""
    stop = 1.14006 if direction > 0 else 1.15994
    asked = intent(direction=direction, current_price=given, stop_loss=stop)
    trade = pooled(FakePool(), wide()).evaluate(**asked).decision.approved_trade
    assert trade is not None
    assert trade.entry_price == pytest.approx(entry)
    assert trade.expected_loss == pytest.approx(trade.position_units * abs(entry - stop))


def test_a_take_profit_by_ratio_lies_on_the_tick() -> None:
    """A symbol of quarter points has no price at 2625.84."""
    pool = FakePool()
    pool.infos["EURUSD"] = replace(pool.infos["EURUSD"], trade_tick_size=0.00025, trade_tick_value_loss=25.0)
    asked = intent(atr=0.00331, current_price=None)
    trade = pooled(pool, wide(take_profit_ratio=1.7)).evaluate(**asked).decision.approved_trade
    assert trade is not None
    assert trade.take_profit is not None
    steps = trade.take_profit / 0.00025
    assert steps == pytest.approx(round(steps), abs=1e-6)


def test_a_take_profit_can_follow_from_the_stop() -> None:
    """With a ratio of two the target is twice as far as the stop; a given one stands."""
    rpm = static(wide(take_profit_ratio=2.0))
    made, given = (rpm.evaluate(**intent(**more)).decision.approved_trade for more in ({}, {"take_profit": 1.2}))
    assert made is not None
    assert given is not None
    assert made.take_profit == pytest.approx(1.45) == made.take_profit_price
    assert given.take_profit == 1.2
    assert given.stop_loss_price == given.stop_loss


def test_margin_counts_trades_under_way() -> None:
    """Each approval takes its margin; the last ones find too little left."""
    pool = FakePool()
    for symbol in pool.infos:
        pool.margins[symbol, 1] = 200_000.0
    rpm = pooled(pool, wide(max_concurrent_positions=99))
    statuses = [
        rpm.process_trade_intent(**intent(symbol=symbol, current_price=None, atr=0.05)).decision.status
        for symbol in ("EURUSD", "GBPUSD", "AUDUSD", "NZDUSD")
    ]
    assert statuses[0] == "APPROVED"
    assert statuses[-1] == "REJECTED"
    used = sum(each.margin for each in rpm._state.book.reservations)
    assert 100_000.0 / used >= 2.0


def test_a_volume_limit_of_the_broker_counts_what_is_held() -> None:
    """The limit in one direction leaves room for the rest only."""
    pool = FakePool()
    info(pool, volume_limit=0.15)
    pool.positions = (make_position("EURUSD", 1, 0.1),)
    output = pooled(pool, wide(max_positions_per_symbol=9)).evaluate(**intent())
    assert output.decision.status == "ADJUSTED"
    assert units(output) == 5_000


def test_news_blocks_the_currencies_it_moves() -> None:
    """From half an hour before to a quarter after, both currencies of a pair count; other pairs trade on."""
    pool = FakePool()
    calendar = NewsCalendar(
        [
            NewsEvent(START + timedelta(minutes=20), "EUR", "high", "rate decision"),
            NewsEvent(START + timedelta(hours=9), "USD", "low", "speech"),
        ]
    )
    rpm = pooled(pool, wide(max_sync_age_seconds=1e6), calendar)
    output = rpm.evaluate(**intent())
    assert reason(output) == "NEWS_BLACKOUT"
    assert "rate decision" in str(output.decision.rejected_trade)
    assert rpm.evaluate(**intent(symbol="GBPUSD", current_price=1.3)).decision.status == "APPROVED"
    pool.clock.advance(20 * 60 + 15 * 60 + 1)
    pool.refresh_quotes()
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"


def test_a_calendar_that_has_ended_refuses() -> None:
    """A calendar was given, and cannot say what today brings."""
    stale = NewsCalendar([NewsEvent(START - timedelta(days=3), "USD", "high", "old")])
    for calendar in (stale, NewsCalendar([])):
        output = pooled(FakePool(), wide(), calendar).evaluate(**intent())
        assert reason(output) == "NEWS_BLACKOUT"
        assert check(output, "NEWS_BLACKOUT").outcome is Outcome.UNKNOWN


def test_the_first_price_may_come_from_the_symbols_properties() -> None:
    """Before the first tick the properties' own bid and ask serve, with their age."""
    pool = FakePool()
    pool.quotes.clear()
    info(pool, bid=1.1499, ask=1.1501, time=int(START.timestamp()) - 5)
    rpm = pooled(pool, wide())
    output = rpm.evaluate(**intent())
    assert output.decision.status == "APPROVED"
    assert check(output, "QUOTE_STALE").observed == pytest.approx(5.0)


def test_a_reduction_needs_nothing_of_the_pool() -> None:
    """A position can be reduced while the line is down and the symbol is gone."""
    pool = FakePool()
    pool.positions = (make_position("EURUSD", 1, 0.3),)
    rpm = pooled(pool, RPMConfig())
    pool.connected = False
    pool.infos.clear()
    pool.quotes.clear()
    trade = rpm.process_trade_intent(**closing(current_price=None)).decision.approved_trade
    assert trade is not None
    assert (trade.lots, trade.reducing) == (0.3, True)


def test_a_decision_never_asks_the_terminal() -> None:
    """Deciding reads memory: no call that makes a round trip."""
    pool = FakePool()
    rpm = pooled(pool, wide())
    before = dict(pool.calls)
    rpm.process_trade_intent(**intent())
    rpm.evaluate(**intent(symbol="GBPUSD"))
    made = {name for name in pool.calls if pool.calls[name] != before.get(name, 0)}
    assert made <= {"quote", "symbol_info", "margin_per_lot", "latest_account", "is_connected", "market_now"}


def test_properties_that_are_no_number_never_approve() -> None:
    """NaN in any of the symbol's properties that are used refuses."""
    names = ("trade_contract_size", "volume_min", "volume_step", "trade_tick_size", "point")
    for name in names:
        pool = FakePool()
        info(pool, **{name: float("nan")})
        assert pooled(pool, wide()).evaluate(**intent()).decision.status == "REJECTED", name


@pytest.mark.parametrize("name", ["equity", "margin", "margin_free"])
def test_a_polled_account_that_is_no_number_never_approves(name: str) -> None:
    """NaN in what the last poll brought refuses."""
    pool = FakePool()
    rpm = pooled(pool, wide())
    account(pool, **{name: float("nan")})
    assert rpm.evaluate(**intent()).decision.status == "REJECTED"


@pytest.mark.parametrize(("direction", "stop"), [(1, 1.30), (-1, 1.00)])
def test_a_stop_on_the_wrong_side_is_called_that(direction: int, stop: float) -> None:
    """A buy's stop above the price, a sale's below it: refused for its stop, in those words."""
    decision = pooled(FakePool(), wide()).evaluate(**intent(direction=direction, stop_loss=stop)).decision
    assert decision.rejected_trade is not None
    assert decision.rejected_trade.rejection_reason == "INVALID_STOPS"
    assert "wrong side" in decision.rejected_trade.rejection_details


@pytest.mark.parametrize("direction", [1, -1])
def test_a_stop_within_the_spread_would_close_at_once(direction: int) -> None:
    """A position is closed on the other side of the spread, so a stop between bid and ask is on the wrong side."""
    pool = FakePool()
    quote(pool, 1.15, spread=0.001)
    decision = (
        pooled(pool, wide())
        .evaluate(**intent(direction=direction, stop_loss=1.15, current_price=1.15 + direction * 0.0005))
        .decision
    )
    assert decision.rejected_trade is not None
    assert decision.rejected_trade.rejection_reason == "INVALID_STOPS"
