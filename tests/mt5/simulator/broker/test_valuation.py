# SPDX-License-Identifier: MIT
"""Profit, margin and tick values in any account currency, against formulas written down anew."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from arbitrex_desktop.mt5.constants import SymbolCalcMode
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.broker.valuation import Valuation
from arbitrex_desktop.mt5.simulator.factory import Simulation, build_simulation
from arbitrex_desktop.mt5.simulator.symbols.specs import SYMBOLS
from tests.fakes.broker_house import BrokerHouse
from tests.fakes.clock import ManualClock
from tests.fakes.market_feed import ScriptedFeed
from tests.fakes.records import replace

NOON = datetime(2026, 7, 22, 12, 30, tzinfo=UTC)
CURRENCIES = ("USD", "EUR", "JPY")


@pytest.fixture(scope="module")
def brokers() -> dict[str, Simulation]:
    """Return a connected broker for each account currency, all at the same moment of the same market."""
    made = {}
    for currency in CURRENCIES:
        spec = SimulationSpec(currency=currency, demo_positions=False)
        made[currency] = build_simulation(spec, ManualClock(NOON))
        assert made[currency].module.initialize()
        for name in SYMBOLS:
            assert made[currency].module.symbol_select(name, True)
    return made


def rate(module: Any, source: str, target: str, gain: bool) -> float:
    """Return the worse price at which a gain in one currency becomes the other, or a loss is paid for."""
    if source == target:
        return 1.0
    tick = module.symbol_info_tick(source + target)
    if tick is not None:
        return float(tick.bid if gain else tick.ask)
    tick = module.symbol_info_tick(target + source)
    if tick is not None:
        return 1.0 / float(tick.ask if gain else tick.bid)
    return rate(module, source, "USD", gain) * rate(module, "USD", target, gain)


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("symbol", SYMBOLS)
def test_profit_is_price_difference_times_contract_in_account_currency(
    brokers: dict[str, Simulation], symbol: str, currency: str
) -> None:
    """For every symbol, bought or sold, won or lost: the terminal's figure is the formula's, to the minor unit."""
    module: Any = brokers[currency].module
    info = module.symbol_info(symbol)
    for action, side in ((0, 1), (1, -1)):
        for percent in (0.4, -0.4):
            close = round(info.bid * (1 + percent / 100), info.digits)
            raw = (close - info.bid) * side * info.trade_contract_size * 0.7
            expected = raw * rate(module, info.currency_profit, currency, gain=raw > 0)
            shown = module.order_calc_profit(action, symbol, 0.7, info.bid, close)
            assert shown == pytest.approx(expected, abs=0.51 if currency == "JPY" else 0.0051)


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("symbol", SYMBOLS)
def test_margin_is_that_of_the_symbols_mode(brokers: dict[str, Simulation], symbol: str, currency: str) -> None:
    """Pairs are margined in their base currency, the others by their price; CFDINDEX in full by tick price and size."""
    module: Any = brokers[currency].module
    info = module.symbol_info(symbol)
    size = 0.5 * info.trade_contract_size * (10 if symbol == "MXSHAR" else 0.01)
    by_price = size * info.ask * rate(module, info.currency_profit, currency, gain=False)
    pair = info.trade_calc_mode == 0 and info.currency_profit != currency
    expected = size * rate(module, info.currency_margin, currency, gain=False) if pair else by_price
    shown = module.order_calc_margin(0, symbol, 0.5, info.ask)
    assert shown == pytest.approx(expected, abs=0.51 if currency == "JPY" else 0.0051)


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("symbol", SYMBOLS)
def test_tick_values_are_the_profit_of_one_tick(brokers: dict[str, Simulation], symbol: str, currency: str) -> None:
    """A thousand ticks of a lot make a thousand tick values, for gains and for losses."""
    module: Any = brokers[currency].module
    info = module.symbol_info(symbol)
    far = round(info.bid + 1000 * info.point, info.digits)
    gain = module.order_calc_profit(0, symbol, 1.0, info.bid, far)
    loss = module.order_calc_profit(1, symbol, 1.0, info.bid, far)
    assert info.trade_tick_value_profit * 1000 == pytest.approx(gain, rel=1e-4, abs=1)
    assert info.trade_tick_value_loss * 1000 == pytest.approx(-loss, rel=1e-4, abs=1)


def test_account_in_yen_has_no_decimals() -> None:
    """Yen have no minor unit: every amount is whole."""
    house = BrokerHouse(SimulationSpec(currency="JPY", deposit=10_000_000.0, demo_positions=False))
    house.deal("EURUSD", 1, 0.13)
    house.quote("EURUSD", 1.10123)
    account = house.account
    assert account.currency_digits == 0
    amounts = (account.balance, account.profit, account.margin, house.position(account_position(house)).profit)
    assert all(amount == int(amount) for amount in amounts)


def account_position(house: BrokerHouse) -> int:
    """Return the ticket of the only position."""
    (position,) = house.module.positions_get()
    return int(position.ticket)


# What one lot and a half needs at a price of 50 with 1:20, by MetaTrader's help "Margin calculation", all in dollars.
MARGINS = {
    SymbolCalcMode.FOREX: 1.5 * 200 / 20 * 50,
    SymbolCalcMode.FOREX_NO_LEVERAGE: 1.5 * 200 * 50,
    SymbolCalcMode.FUTURES: 0.0,
    SymbolCalcMode.CFD: 1.5 * 200 * 50,
    SymbolCalcMode.CFDINDEX: 1.5 * 200 * 50 * 200,
    SymbolCalcMode.CFDLEVERAGE: 1.5 * 200 * 50 / 20,
    SymbolCalcMode.EXCH_STOCKS: 1.5 * 200 * 50,
    SymbolCalcMode.EXCH_FUTURES: 0.0,
    SymbolCalcMode.EXCH_OPTIONS: 1.5 * 200 * 50,
    SymbolCalcMode.EXCH_OPTIONS_MARGIN: 1.5 * 200 * 50,
    SymbolCalcMode.EXCH_BONDS: 1.5 * 200 * 1000 * 50 / 100,
    SymbolCalcMode.EXCH_STOCKS_MOEX: 1.5 * 200 * 50,
    SymbolCalcMode.EXCH_BONDS_MOEX: 1.5 * 200 * 1000 * 50 / 100,
    SymbolCalcMode.SERV_COLLATERAL: 0.0,
}


@pytest.mark.parametrize("mode", SymbolCalcMode)
def test_every_mode_has_its_margin(mode: SymbolCalcMode) -> None:
    """Each of the terminal's ways to compute a margin; where the broker fixes one per lot, that counts instead."""
    valuation = Valuation(ScriptedFeed("EURUSD"), "USD", leverage=20)
    plain = replace(SYMBOLS["XAUUSD"], calc_mode=mode, base="USD", margin="USD", contract_size=200.0, face_value=1000.0)
    fixed = replace(plain, margin_initial=740.0)
    leveraged = mode in {SymbolCalcMode.FOREX, SymbolCalcMode.CFDLEVERAGE}
    expected = 0.0 if mode is SymbolCalcMode.SERV_COLLATERAL else 1.5 * 740 / (20 if leveraged else 1)
    assert valuation.money(valuation.margin(plain, 1.5, 50.0, 0)) == pytest.approx(MARGINS[mode])
    assert valuation.money(valuation.margin(fixed, 1.5, 50.0, 0)) == pytest.approx(expected)
