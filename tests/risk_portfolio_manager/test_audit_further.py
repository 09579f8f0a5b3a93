# SPDX-License-Identifier: MIT
"""The audit's findings on accounts in cents, yen and bitcoin, over restarts, clock steps and storms; its numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from arbitrex_desktop.mt5.constants import OrderType
from arbitrex_desktop.risk_portfolio_manager import (
    Outcome,
    Position,
    RiskPortfolioManager,
    RPMConfig,
    RPMOutput,
)
from arbitrex_desktop.risk_portfolio_manager.decision.intent import IntentSource, TradeIntent
from arbitrex_desktop.risk_portfolio_manager.state.persistence import SqliteStateStore, Stored
from tests.fakes.broker_data import make_account, make_deal, make_order, make_position, price_of
from tests.fakes.clock import START
from tests.fakes.pool import DEFAULT_SYMBOLS, FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import check, closing, intent, pooled, reason, static, wide

MANY: dict[str, Any] = {"max_positions_per_symbol": 99, "max_concurrent_positions": 99}
ACCOUNTS: dict[str, tuple[int, float]] = {"JPY": (0, 150.0), "USC": (2, 100.0), "BTC": (8, 1e-5), "EUR": (2, 1 / 1.15)}
"""Decimals of a currency, and how much of it a dollar is."""


def account_in(currency: str, dollars: float, **more: Any) -> FakePool:
    """Return a pool whose account, and whose tick values, are in a currency."""
    digits, rate = ACCOUNTS[currency]
    money = round(dollars * rate, digits)
    account = make_account(
        currency=currency, currency_digits=digits, balance=money, equity=money, margin_free=money, **more
    )
    pool = FakePool(account=account)
    pool.margins = {side: margin * rate for side, margin in pool.margins.items()}
    return pool


def tick(pool: FakePool, seconds: float = 1.0) -> None:
    """Let time pass, and prices tick."""
    pool.clock.advance(seconds)
    pool.refresh_quotes()


@pytest.mark.parametrize("currency", ACCOUNTS)
@pytest.mark.parametrize(("symbol", "atr"), [("EURUSD", 0.0021), ("USDJPY", 0.37), ("XAUUSD", 13.7)])
@pytest.mark.parametrize("side", [1, -1])
def test_r11_no_factor_and_no_cost_passes_the_greatest_risk(currency: str, symbol: str, atr: float, side: int) -> None:
    """0.37% of what 730,000 dollars are in the account's money, commission and slippage included; a step more is."""
    pool = account_in(currency, 730_000.0)
    most = 0.0037 * pool.account.balance
    costs = {"commission_per_lot": 7.0 * ACCOUNTS[currency][1], "expected_slippage": 3.0}
    rpm = pooled(pool, wide(risk_per_trade=0.02, max_risk_per_trade=0.0037, kelly_base_max_pct=0.05, **costs, **MANY))
    sure = {"confidence_score": 0.97, "win_rate": 0.61, "avg_win": 1.3, "avg_loss": 0.7, "num_trades": 90}
    asked = intent(symbol=symbol, atr=atr, current_price=None, direction=side, requested_volume=80.0, **sure)
    trade = rpm.evaluate(**asked).decision.approved_trade
    assert trade is not None
    assert trade.expected_loss is not None
    assert trade.expected_loss <= most * (1.0 + 1e-9)
    assert trade.expected_loss * (1.0 + 0.01 / trade.lots) > most


def test_r11_a_moved_stop_counts_for_the_greatest_risk() -> None:
    """Netting: 0.5 lots held lose 150 more at the trade's stop, so that of 400 only 250 are left for the trade."""
    pool = FakePool(account=make_account(margin_mode=0))
    pool.set_quote("EURUSD", 1.15, spread=0.0)
    pool.positions = (make_position("EURUSD", 1, 0.5, ticket=3, price_open=1.15, sl=1.148, price_current=1.15),)
    rpm = pooled(pool, wide(max_risk_per_trade=0.004, **MANY))
    trade = rpm.evaluate(**intent(stop_loss=1.145, requested_volume=5.0)).decision.approved_trade
    assert trade is not None
    assert trade.lots == pytest.approx(0.5)
    assert trade.expected_loss == pytest.approx(500.0)


@pytest.mark.parametrize("days", [2, 31, 400])
@pytest.mark.parametrize("restart", [False, True])
def test_r12_a_day_begins_once_over_restarts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, days: int, *, restart: bool
) -> None:
    """40,000 and 750 lost; the clock is ahead for three syncs, 130 more are lost, and it is right again: 880."""
    pool = FakePool(account=make_account(balance=40_000.0, equity=40_000.0))

    def start() -> RiskPortfolioManager:
        return pooled(pool, wide(unlock_at_reset=True), enable_persistence=True, data_dir=tmp_path)

    rpm, right = start(), pool.clock.now()
    pool.deals = [make_deal(5, int(right.timestamp()), profit=-750.0)]
    for number, ahead in enumerate((0, days, days, days, 0)):
        tick(pool)
        if number == 2:
            pool.deals.append(make_deal(6, int(right.timestamp()) + 1, profit=-130.0))
        money = 40_000.0 + sum(each.profit for each in pool.deals)
        pool.account = replace(pool.account, balance=money, equity=money)
        moment = right + timedelta(days=ahead, seconds=number)
        monkeypatch.setattr(pool, "market_now", lambda moment=moment: moment)
        if restart:
            rpm.close()
            rpm = start()
        assert rpm.sync_with_mt5_account()
        assert rpm.portfolio_state.halt_code == ("DAILY_LOSS_LIMIT" if number >= 4 else "")
    assert rpm.portfolio_state.day_anchor == 40_000.0
    assert rpm.portfolio_state.daily_pnl == -880.0
    rpm.close()


def test_r17_a_leg_that_is_old_converts_nothing() -> None:
    """Yen to an account in euros through dollars: either leg a minute old is unknown, a move of 7% counts at once."""
    pool = account_in("EUR", 100_000.0)
    pool.infos["USDJPY"] = replace(pool.infos["USDJPY"], trade_tick_value=0.0, trade_tick_value_loss=0.0)
    pool.quotes.pop("EURJPY")
    rpm = pooled(pool, wide(max_quote_age_seconds=30.0, **MANY))
    asked = intent(symbol="USDJPY", current_price=None, atr=0.5)
    before = rpm.evaluate(**asked).decision.approved_trade
    assert before is not None
    pool.set_quote("EURUSD", price_of("EURUSD") * 1.07)
    after = rpm.evaluate(**asked).decision.approved_trade
    assert after is not None
    assert after.base_units == pytest.approx(before.base_units * 1.07, rel=1e-3)
    pool.clock.advance(31.0)
    pool.set_quote("USDJPY", 150.0)
    assert rpm.sync_with_mt5_account()
    assert reason(rpm.evaluate(**asked)) == "CONVERSION_UNKNOWN"
    pool.set_quote("EURUSD", 1.15)
    assert rpm.evaluate(**asked).decision.approved_trade is not None


class DiskWatch(SqliteStateStore):
    """A store that remembers what it was asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.called: list[str] = []

    def load(self, account: str) -> Stored:
        """Note it, then load."""
        self.called.append("load")
        return super().load(account)

    def append(self, account: str, body: bytes, number: int) -> None:
        """Note it, then append."""
        self.called.append("append")
        super().append(account, body, number)

    def save(self, account: str, body: bytes, number: int, moment: datetime) -> None:
        """Note it, then save."""
        self.called.append("save")
        super().save(account, body, number, moment)


def test_r20_looking_writes_nothing_and_a_refusal_waits_for_no_disk(tmp_path: Path) -> None:
    """A hundred looks and fifty refusals touch the disk as good as never; each approval is one append."""
    store = DiskWatch(tmp_path)
    pool = FakePool()
    rpm = pooled(pool, wide(rejection_velocity_count=0, max_intents_per_minute=0, **MANY), store=store)
    rpm.process_trade_intent(**intent(intent_id="first"))
    del store.called[:]
    for number in range(100):
        rpm.evaluate(**intent(atr=0.01 + number / 1e4))
    assert store.called == []
    for number in range(50):
        assert reason(rpm.process_trade_intent(**intent(atr=0.01 + number / 1e4, confidence_score=0.1)))
    assert store.called == []
    for number in range(7):
        rpm.process_trade_intent(**intent(intent_id=f"i{number}", atr=0.2 + number / 1e3))
    assert (store.called.count("append"), store.called.count("save")) == (7, 0)
    rpm.close()


@pytest.mark.parametrize("value", ["much", None, [1.0], float("nan"), -1.0])
@pytest.mark.parametrize(
    "field", ["total_capital", "equity", "daily_pnl", "day_anchor", "current_drawdown", "max_drawdown"]
)
def test_r7_an_exit_passes_whatever_a_figure_has_become(field: str, value: Any) -> None:
    """A program, or a file, may have put anything in its place; an entry is refused for it, and says so."""
    rpm = static(wide(**MANY))
    rpm.portfolio_state.open_positions["EURUSD"] = Position("EURUSD", 1, 1_000.0, 1.15, START)
    setattr(rpm.config if field == "max_drawdown" else rpm.portfolio_state, field, value)
    assert rpm.process_trade_intent(**closing()).decision.approved_trade is not None
    harmless = value == -1.0 or (value is None and field == "day_anchor")
    refused = rpm.evaluate(**intent()).decision.rejected_trade
    assert harmless or refused is not None
    assert refused is None or refused.reason in ("INVALID_STATE", "INVALID_CONFIGURATION", "MAX_DRAWDOWN_EXCEEDED")


@pytest.mark.parametrize("currency", ACCOUNTS)
@pytest.mark.parametrize(
    ("base", "share"), [("balance", 1.0), ("equity", 0.63), ("lesser", 0.63), ("amount", 0.0), ("equity", 1.41)]
)
def test_r25_the_risk_is_of_what_the_settings_say(currency: str, base: str, share: float) -> None:
    """37% float away, or 41% more; of a fixed amount neither matters."""
    pool = account_in(currency, 200_000.0)
    money = pool.account.balance
    pool.account = replace(pool.account, equity=money * (share or 0.5))
    amount = money * 0.004
    open_ = {"max_drawdown": 0.9, "max_daily_drawdown": 0.9}
    rpm = pooled(pool, wide(risk_base=base, risk_amount=amount, risk_per_trade=0.007, **open_, **MANY))
    trade = rpm.evaluate(**intent(current_price=None)).decision.approved_trade
    assert trade is not None
    stop = trade.entry_price - trade.stop_loss  # type: ignore[operator]
    info = pool.infos["EURUSD"]
    value = info.trade_tick_value_loss / info.trade_tick_size / info.trade_contract_size
    right = amount if base == "amount" else 0.007 * money * share
    assert trade.base_units * stop * value == pytest.approx(right)


@pytest.mark.parametrize("base", ["equity", "lesser"])
@pytest.mark.parametrize("equity", [-500.0, 0.0])
def test_r25_of_an_equity_that_is_gone_nothing_is_risked(base: str, equity: float) -> None:
    """Refused, whatever else is allowed, and no size below nothing."""
    rpm = static(wide(risk_base=base, max_drawdown=1.0))
    rpm.portfolio_state.equity = equity
    for asked in (None, 0.2):
        assert rpm.evaluate(**intent(requested_volume=asked)).decision.approved_trade is None


def test_c10_what_all_stops_lose_stays_within_what_the_day_leaves() -> None:
    """Of 1,071 today 400 are lost, 300 stand at a stop, 150 in an order: 221 are left, and a step more is cut."""
    pool = FakePool(account=make_account(balance=62_600.0, equity=62_600.0, margin_free=62_600.0))
    pool.set_quote("EURUSD", 1.15, spread=0.0)
    now = int(pool.clock.now().timestamp())
    pool.deals = [make_deal(5, now, profit=-400.0)]
    pool.positions = (
        make_position("EURUSD", -1, 0.3, ticket=8, price_open=1.15, sl=1.16, price_current=1.15),
        make_position("GBPUSD", 1, 0.4, ticket=9, sl=price_of("GBPUSD") + 0.01),
    )
    pool.orders = (make_order("EURUSD", OrderType.SELL_LIMIT, 0.1, ticket=10, price_open=1.16, sl=1.175),)
    rpm = pooled(pool, wide(daily_loss_limit=0.017, look_ahead=True, risk_per_trade=0.05, **MANY))
    for asked, lots in ((0.22, 0.22), (0.23, 0.22), (3.0, 0.22)):
        output = rpm.evaluate(**intent(stop_loss=1.14, requested_volume=asked))
        trade = output.decision.approved_trade
        assert trade is not None
        assert trade.lots == lots
        told = check(output, "OPEN_RISK_LIMIT")
        assert told.limit == pytest.approx(671.0)
        assert told.outcome is (Outcome.PASS if asked == lots else Outcome.ADJUST)


def _equity(to: float) -> Callable[[FakePool], None]:
    def change(pool: FakePool) -> None:
        pool.account = replace(pool.account, equity=to)

    return change


def _lost(amount: float) -> Callable[[FakePool], None]:
    def change(pool: FakePool) -> None:
        pool.account = replace(pool.account, balance=1e5 - amount, equity=1e5 - amount)
        pool.deals.append(make_deal(5, int(pool.clock.now().timestamp()), profit=-amount))

    return change


OPEN = {"max_drawdown": 1.0, "max_daily_drawdown": 1.0, "daily_loss_limit": 1.0, "weekly_loss_limit": 1.0}
FIRM = {"initial_balance": 1e5, "firm_buffer": 0.1}


@pytest.mark.parametrize(
    ("code", "limits", "change"),
    [
        ("MAX_DRAWDOWN_EXCEEDED", {"max_drawdown": 0.061}, [_equity(93_901.0), _equity(93_899.0)]),
        ("DAILY_LOSS_LIMIT", {"daily_loss_limit": 0.013}, [_lost(1_299.0), _lost(1_301.0)]),
        ("WEEKLY_LOSS_LIMIT", {"weekly_loss_limit": 0.023}, [_lost(2_299.0), _lost(2_301.0)]),
        ("DAILY_DRAWDOWN_LIMIT", {"max_daily_drawdown": 0.017}, [_equity(98_301.0), _equity(98_299.0)]),
        ("ACCOUNT_FLOOR", {"firm_max_loss": 0.07, **FIRM}, [_equity(93_701.0), _equity(93_699.0)]),
        ("FIRM_DAILY_LOSS", {"firm_daily_loss": 0.03, **FIRM}, [_equity(97_301.0), _equity(97_299.0)]),
        ("BEST_DAY", {"best_day_share": 0.3, "profit_target": 0.1, **FIRM}, [_lost(-2_999.0), _lost(-3_001.0)]),
        ("PROFIT_TARGET", {"profit_target": 0.03, **FIRM}, [_lost(-2_999.0), _lost(-3_001.0)]),
    ],
)
def test_c12_a_limit_is_told_as_reached_when_it_refuses_and_not_before(
    code: str, limits: dict[str, Any], change: list[Callable[[FakePool], None]]
) -> None:
    """What the desk acts upon and what refuses the next trade are one figure, a dollar on either side."""
    for reached, let in enumerate(change):
        pool = FakePool(account=make_account(margin_free=1e5))
        rpm = pooled(pool, wide(**{**OPEN, **limits}, **MANY))
        let(pool)
        tick(pool)
        assert rpm.sync_with_mt5_account()
        told = {each.code: each.blocks for each in rpm.limits_in_use()}
        assert told[code] is bool(reached)
        refused = {each.code for each in rpm.evaluate(**intent()).decision.checks if each.blocks}
        assert (code in refused) is bool(reached)
        assert {each for each, blocks in told.items() if blocks} - refused == set()


def test_c13_what_one_source_is_refused_counts_against_no_other() -> None:
    """Strategy a floods and is throttled; b, programs without a name and the trader trade on, each by its own count."""
    rpm = static(wide(max_intents_per_minute=6, rejection_velocity_count=4, **MANY))
    found = [reason(rpm.process_trade_intent(**intent(strategy_id="a", confidence_score=0.1))) for _ in range(9)]
    assert found[0] == "LOW_MODEL_CONFIDENCE"
    assert reason(rpm.process_trade_intent(**intent(strategy_id="a"))) == "STRATEGY_THROTTLED"
    trader = msgspec.structs.replace(TradeIntent(**intent()), source=IntentSource.TRADER)
    for number in range(3):
        for strategy in ("b", None):
            output = rpm.process_trade_intent(**intent(strategy_id=strategy, atr=0.1 + number / 100))
            assert output.decision.approved_trade is not None
        assert rpm.judge(msgspec.structs.replace(trader, atr=0.2 + number / 100), record=True).decision.approved_trade


@pytest.mark.parametrize("restart", [False, True])
def test_c13_a_strategy_that_traded_too_often_waits_for_a_person(tmp_path: Path, *, restart: bool) -> None:
    """Three in a quarter of an hour suspend it, over a restart, for entries alone; another strategy is free."""
    pool = FakePool()
    limits = wide(max_executions=3, executions_window_seconds=900.0, **MANY)

    def start() -> RiskPortfolioManager:
        return pooled(pool, limits, enable_persistence=True, data_dir=tmp_path)

    rpm = start()
    for number in range(3):
        tick(pool, 200.0)
        assert rpm.sync_with_mt5_account()
        assert rpm.process_trade_intent(**intent(strategy_id="a", atr=0.1 + number / 100)).decision.approved_trade
    if restart:
        rpm.close()
        rpm = start()
    tick(pool, 4_000.0)
    assert rpm.sync_with_mt5_account()
    assert reason(rpm.process_trade_intent(**intent(strategy_id="a"))) == "KILL_SWITCH_ACTIVE"
    other = intent(strategy_id="b", symbol="GBPUSD", current_price=None)
    assert rpm.process_trade_intent(**other).decision.approved_trade
    pool.positions = (make_position("EURUSD", 1, 0.3, ticket=11),)
    assert rpm.sync_with_mt5_account()
    assert rpm.process_trade_intent(**closing(strategy_id="a", position_ticket=11)).decision.approved_trade
    rpm.kill_switches.manual_resume(rpm.portfolio_state, "looked at it")
    assert rpm.process_trade_intent(**intent(strategy_id="a")).decision.approved_trade
    rpm.close()


@pytest.mark.parametrize("leverage", [1, 30, 77, 500, 2_000])
@pytest.mark.parametrize("currency", ACCOUNTS)
def test_c14_without_settings_the_limits_fit_the_account(leverage: int, currency: str) -> None:
    """A trade of half a percent is approved as sized where the leverage has room; a bare RPMConfig is what it was."""
    pool = account_in(currency, 250_000.0, leverage=leverage)
    for name in DEFAULT_SYMBOLS:
        for side in (1, -1):
            pool.margins[name, side] = 115_000.0 / leverage * ACCOUNTS[currency][1]
    rpm = pooled(pool)
    assert rpm.config == RPMConfig.for_leverage(leverage)
    trade: RPMOutput = rpm.evaluate(**intent(atr=0.008, current_price=None))
    assert trade.decision.status == ("APPROVED" if leverage > 1 else "ADJUSTED")
    assert trade.decision.approved_trade is not None
    assert trade.decision.approved_trade.expected_loss <= 0.005 * pool.account.balance * (1.0 + 1e-9)  # type: ignore[operator]
    assert pooled(pool, RPMConfig()).config == RPMConfig()


def test_r27_programs_that_name_no_strategy_are_one() -> None:
    """Two trades of one strategy are the most: nobody's third is refused, a person's and a named one's are not."""
    rpm = static(wide(max_positions_per_strategy=2, **MANY))
    found = [rpm.process_trade_intent(**intent(strategy_id=None, atr=0.1 + number / 100)) for number in range(3)]
    assert [output.decision.approved_trade is not None for output in found] == [True, True, False]
    assert reason(found[2]) == "STRATEGY_POSITIONS_REACHED"
    assert rpm.process_trade_intent(**intent(strategy_id="a", atr=0.2)).decision.approved_trade
    person = msgspec.structs.replace(TradeIntent(**intent(atr=0.3)), source=IntentSource.TRADER)
    assert rpm.judge(person, record=True).decision.approved_trade
