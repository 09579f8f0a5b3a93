# SPDX-License-Identifier: MIT
"""What a symbol is, what a unit of it is worth, and when that is not known."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import (
    PoolInstruments,
    conversion_rate,
    instrument_by_class,
    split_symbol,
    without_residue,
)
from tests.fakes.broker_data import make_symbol
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import check, intent, pooled, wide

RATES = {"EURUSD": 1.15, "USDJPY": 150.0, "GBPUSD": 1.3, "EURCHF": 0.95}


def price(name: str) -> float | None:
    """Return a rate of the board."""
    return RATES.get(name)


@pytest.mark.parametrize(
    ("symbol", "kind", "base", "profit"),
    [
        ("EURUSD", "fx", "EUR", "USD"),
        ("eurusd", "fx", "EUR", "USD"),
        ("GBPJPYm", "fx", "GBP", "JPY"),
        ("EURUSD.pro", "fx", "EUR", "USD"),
        ("XAUUSD", "metal", "XAU", "USD"),
        ("XAGEUR.r", "metal", "XAG", "EUR"),
        ("x.EURUSD", "fx", "EUR", "USD"),
        ("mUSDJPY", "fx", "USD", "JPY"),
        ("#XAUUSD", "metal", "XAU", "USD"),
        ("FX.eurgbp_i", "fx", "EUR", "GBP"),
        ("EUR/USD", "fx", "EUR", "USD"),
        ("USDXAU", "other", "USDXAU", ""),
        ("AAPL", "other", "AAPL", ""),
        ("US500", "other", "US500", ""),
        ("BTCUSD", "other", "BTCUSD", ""),
        ("EUR", "other", "EUR", ""),
    ],
)
def test_a_name_tells_kind_and_currencies(symbol: str, kind: str, base: str, profit: str) -> None:
    """Two known codes make a pair, whatever suffix the broker adds; anything else is a symbol of its own."""
    assert split_symbol(symbol) == (kind, base, profit)


@pytest.mark.parametrize(
    ("source", "target", "rate"),
    [
        ("USD", "USD", 1.0),
        ("EUR", "USD", 1.15),
        ("USD", "EUR", 1 / 1.15),
        ("JPY", "USD", 1 / 150),
        ("JPY", "EUR", 1 / 150 / 1.15),
        ("GBP", "JPY", 1.3 * 150),
        ("CHF", "EUR", 1 / 0.95),
        ("CHF", "USD", 1.15 / 0.95),
        ("NOK", "USD", None),
        ("USD", "NOK", None),
    ],
)
def test_currencies_are_converted_directly_or_through_one_other(source: str, target: str, rate: float | None) -> None:
    """Either way round of a pair will do; what no pair reaches is not known."""
    assert conversion_rate(source, target, price) == pytest.approx(math.nan if rate is None else rate, nan_ok=True)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan])
def test_a_rate_that_cannot_be_is_not_known(bad: float) -> None:
    """Zero, less, and no number convert nothing, neither way round."""
    for source, target in (("EUR", "USD"), ("USD", "EUR")):
        assert math.isnan(conversion_rate(source, target, lambda name: bad if name == "EURUSD" else None))


@pytest.mark.parametrize(
    ("symbol", "contract", "value"),
    [
        ("EURUSD", 100_000.0, 1.0),
        ("USDJPY", 100_000.0, 1 / 150),
        ("EURGBP", 100_000.0, 1.3),
        ("XAUUSD", 100.0, 1.0),
        ("XAGUSD", 5_000.0, 1.0),
        ("XPDUSD", 100.0, 1.0),
        ("XPTUSD", 100.0, 1.0),
        ("AAPL", 1.0, 1.0),
    ],
)
def test_without_a_pool_the_class_decides(symbol: str, contract: float, value: float) -> None:
    """Contracts are those usual for the class, and a unit's worth follows from the rates."""
    instrument = instrument_by_class(symbol, "USD", price, 0.02, 0.05)
    assert instrument.contract == contract
    assert instrument.value == pytest.approx(value)
    assert (instrument.volume_min, instrument.volume_step, instrument.tick) == (0.02, 0.05, 0.0)
    assert instrument.volume_max == math.inf


def test_without_a_pool_and_a_rate_the_worth_is_not_known() -> None:
    """A pair whose price is in a currency that nothing converts."""
    assert math.isnan(instrument_by_class("EURNOK", "USD", price).value)
    assert instrument_by_class("EURNOK", "NOK", price).value == 1.0


@pytest.mark.parametrize("named", ["x.{}", "{}m", "#{}micro", "FX_{}.r", "{}-ECN"])
@pytest.mark.parametrize(("symbol", "profit", "value"), [("EURJPY", "JPY", 1 / 150), ("GER40", "EUR", 1.15)])
def test_rates_are_found_under_the_broker_s_names(named: str, symbol: str, profit: str, value: float) -> None:
    """What a broker gives no tick value for is converted, whatever stands before and behind the pairs' names."""
    pool = FakePool(symbols=("EURUSD", "USDJPY"))
    for plain in ("EURUSD", "USDJPY"):
        name = named.format(plain)
        pool.infos[name] = replace(pool.infos.pop(plain), name=name)
        pool.quotes[name] = pool.quotes.pop(plain)
    name = named.format(symbol)
    base = symbol[:3] if symbol == "EURJPY" else profit
    kept = replace(pool.infos[named.format("EURUSD")], name=name, trade_tick_value_loss=0.0)
    pool.infos[name] = replace(kept, currency_base=base, currency_profit=profit)
    source = PoolInstruments(pool, pool.clock.monotonic)
    source.account_currency = "USD"
    found = source.get(name)
    assert found is not None
    assert found.value == pytest.approx(value, rel=1e-6)
    assert (found.kind, found.counter) == (("fx", "JPY") if symbol == "EURJPY" else ("other", ""))


def from_pool(**changes: Any) -> tuple[PoolInstruments, FakePool]:
    """Return instruments of a pool whose EURUSD has other properties."""
    pool = FakePool()
    pool.infos["EURUSD"] = replace(pool.infos["EURUSD"], **changes)
    return PoolInstruments(pool, pool.clock.monotonic), pool


def test_with_a_pool_the_symbols_own_properties_decide() -> None:
    """Worth by the tick value for losses, limits and steps as the broker has them."""
    source, _ = from_pool(
        trade_contract_size=10_000.0,
        trade_tick_value_loss=0.2,
        trade_tick_value=7.0,
        trade_tick_size=0.0001,
        volume_min=0.1,
        volume_step=0.2,
        volume_max=9.0,
        volume_limit=8.0,
        trade_stops_level=15,
        trade_freeze_level=4,
        point=0.00001,
        digits=4,
    )
    found = source.get("EURUSD")
    assert found is not None
    assert found.value == pytest.approx(0.2 / 0.0001 / 10_000)
    assert (found.contract, found.tick, found.digits) == (10_000.0, 0.0001, 4)
    assert (found.volume_min, found.volume_step, found.volume_max, found.volume_limit) == (0.1, 0.2, 9.0, 8.0)
    assert found.stops_distance == pytest.approx(0.00015)
    assert (found.kind, found.base, found.profit) == ("fx", "EUR", "USD")


@pytest.mark.parametrize("gone", [{"trade_tick_value_loss": 0.0}, {"trade_tick_size": 0.0}])
def test_without_a_tick_value_the_cross_rates_decide(gone: dict[str, float]) -> None:
    """The board converts into the account's currency; while that is not known, nothing is."""
    source, pool = from_pool(**gone)
    unknown = source.get("EURUSD")
    assert unknown is not None
    assert math.isnan(unknown.value)
    source.account_currency = "JPY"
    known = source.get("EURUSD")
    assert known is not None
    assert known.value == pytest.approx(pool.quotes["USDJPY"].mid)


@pytest.mark.parametrize(
    ("symbol", "told", "believed"),
    [
        ("USDJPY", 1.0, 0.667),
        ("USDJPY", 0.1, 0.667),
        ("USDJPY", 0.68, 0.68),
        ("USDJPY", 0.66, 0.66),
        ("EURJPY", 1.0, 1.0),
        ("EURJPY", 0.1, 0.667),
        ("EURJPY", 0.68, 0.68),
    ],
)
def test_a_tick_value_that_the_rates_contradict_is_not_believed(symbol: str, told: float, believed: float) -> None:
    """The pair's own price tells what a tick is worth; where another symbol's price does, the worse of both counts."""
    pool = FakePool()
    pool.set_quote("USDJPY", 150.0)
    pool.infos[symbol] = replace(
        make_symbol(symbol), trade_tick_value_loss=told, trade_tick_size=0.001, trade_contract_size=100_000.0
    )
    source = PoolInstruments(pool, pool.clock.monotonic)
    source.account_currency = "USD"
    found = source.get(symbol)
    assert found is not None
    assert found.value * 0.001 * 100_000.0 == pytest.approx(believed, rel=1e-3)


def test_an_index_is_no_pair_of_currencies() -> None:
    """Where base and profit currency are the same, a unit is one of the symbol itself."""
    source, _ = from_pool(currency_base="USD", currency_profit="USD")
    found = source.get("EURUSD")
    assert found is not None
    assert (found.kind, found.base, found.profit) == ("other", "EURUSD", "USD")


def test_what_was_converted_is_kept_until_the_properties_are_read_again() -> None:
    """The same reading gives the same instrument; a new one is converted anew; an unknown symbol has none."""
    source, pool = from_pool()
    first = source.get("EURUSD")
    assert source.get("EURUSD") is first
    pool.infos["EURUSD"] = replace(pool.infos["EURUSD"], volume_min=0.5)
    second = source.get("EURUSD")
    assert second is not None
    assert second.volume_min == 0.5
    del pool.infos["EURUSD"]
    assert source.get("EURUSD") is None


@pytest.mark.parametrize(
    "changes", [{"trade_contract_size": 0.0}, {"trade_contract_size": -1.0}, {"volume_step": math.nan}]
)
def test_properties_that_cannot_be_reckoned_with_make_no_instrument(changes: dict[str, float]) -> None:
    """A contract of nothing, or a step that is no number."""
    source, _ = from_pool(**changes)
    assert source.get("EURUSD") is None


def test_an_old_quote_converts_nothing() -> None:
    """R17: a rate that is three days old is none, and one that moves counts at once, not a minute later."""
    pool = FakePool()
    pool.infos["EURGBP"] = replace(pool.infos["EURGBP"], trade_tick_value_loss=0.0)
    source = PoolInstruments(pool, pool.clock.monotonic)
    source.account_currency, source.oldest = "USD", 30.0
    for mid in (1.3, 1.56):
        pool.set_quote("GBPUSD", mid)
        found = source.get("EURGBP")
        assert found is not None
        assert found.value == pytest.approx(mid)
    pool.clock.advance(3 * 86_400.0)
    found = source.get("EURGBP")
    assert found is not None
    assert math.isnan(found.value)


@pytest.mark.parametrize(("symbol", "words"), [("USDJPY", "by its own price"), ("EURJPY", "the worse of both")])
def test_a_tick_value_that_is_not_believed_is_said(symbol: str, words: str) -> None:
    """P22: a tenth of what the rates say: the check of the conversion names both, and the loss is the true one."""
    pool = FakePool()
    right = pool.infos[symbol].trade_tick_value_loss
    pool.infos[symbol] = replace(pool.infos[symbol], trade_tick_value_loss=right / 10.0)
    price = pool.quotes[symbol].ask
    asked = intent(symbol=symbol, current_price=None, stop_loss=price - 1.0, requested_volume=0.1)
    output = pooled(pool, wide()).process_trade_intent(**asked)
    message = check(output, "CONVERSION_UNKNOWN", "loss of one unit").message
    assert f"tick value of {amounts.money_of_any_account(right / 10.0)} USD" in message
    assert words in message
    trade = output.decision.approved_trade
    assert trade is not None
    assert trade.expected_loss == pytest.approx(trade.lots * 1_000.0 * right, rel=0.01)
    pool.infos[symbol] = replace(pool.infos[symbol], trade_tick_value_loss=right)
    output = pooled(pool, wide()).evaluate(**asked)
    assert "contradicts" not in check(output, "CONVERSION_UNKNOWN", "loss of one unit").message


@given(parts=st.integers(-(10**15), 10**15), noise=st.integers(-3, 3))
@example(parts=70_000_000, noise=-1)
def test_eight_decimals_are_left_of_an_amount(parts: int, noise: int) -> None:
    """An amount of whole hundred-millionths that is off by its last bits becomes the float nearest to it."""
    exact = parts / 1e8
    off = exact
    for _ in range(abs(noise)):
        off = math.nextafter(off, math.copysign(math.inf, noise))
    if abs(exact) < 1e6:  # where the last bits are far below the eighth decimal
        assert without_residue(off) == exact
    assert abs(without_residue(off) - off) <= 0.5e-8 + math.ulp(off)


@pytest.mark.parametrize("amount", [math.inf, -math.inf, 1e15, 9.1e7 + 1e-7])
def test_an_amount_too_large_for_decimals_stays(amount: float) -> None:
    """Beyond some 90 million a float has no eight decimals, and infinity none at all."""
    assert without_residue(amount) == amount
