# SPDX-License-Identifier: MIT
"""The loss at the stop is what the simulated broker itself says it is, in any account currency."""

from __future__ import annotations

import math

import pytest

from arbitrex_desktop.mt5.constants import OrderType
from arbitrex_desktop.mt5.results import AccountInfo, SymbolInfo
from arbitrex_desktop.mt5.simulation_spec import DEFAULT_LOGIN, DEFAULT_SERVER, SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5
from arbitrex_desktop.raw_layer.config import TRADING_UNIVERSE
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager
from tests.fakes.clock import ManualClock
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import pooled, wide

SYMBOLS = [symbol for group in TRADING_UNIVERSE.values() for symbol in group]


def mirrored(module: SimulatedMetaTrader5) -> tuple[RiskPortfolioManager, FakePool]:
    """Return a manager on a pool that shows what the simulated terminal says, symbol by symbol."""
    account = module.account_info()
    assert account is not None
    pool = FakePool(ManualClock(), symbols=(), account=AccountInfo.from_module(account))
    for symbol in SYMBOLS:
        assert module.symbol_select(symbol, True)
        raw = module.symbol_info(symbol)
        assert raw is not None
        info = SymbolInfo.from_module(raw)
        pool.infos[symbol] = info
        pool.set_quote(symbol, (info.bid + info.ask) / 2, spread=info.ask - info.bid)
        pool.margins[symbol, 1] = pool.margins[symbol, -1] = 1.0
    return pooled(pool, wide(max_spread_bps=1e4)), pool


@pytest.mark.parametrize("currency", ["USD", "EUR", "JPY"])
def test_the_loss_at_the_stop_is_the_brokers_own(currency: str) -> None:
    """For every symbol of the universe: at most the risk that was meant, and less than one volume step below it."""
    deposit = 10_000_000.0 if currency != "JPY" else 1_500_000_000.0
    spec = SimulationSpec(currency=currency, deposit=deposit, demo_positions=False)
    simulation = build_simulation(spec, ManualClock())
    module = simulation.module
    try:
        assert module.initialize(login=DEFAULT_LOGIN, password="any", server=DEFAULT_SERVER)
        rpm, pool = mirrored(module)
        for symbol in SYMBOLS:
            for direction in (1, -1):
                _hold_against_the_broker(rpm, pool, module, symbol, direction)
    finally:
        module.shutdown()
        simulation.close()


def _hold_against_the_broker(
    rpm: RiskPortfolioManager, pool: FakePool, module: SimulatedMetaTrader5, symbol: str, direction: int
) -> None:
    """Size one trade, and let the broker compute its loss."""
    atr = pool.quotes[symbol].mid * 0.02
    output = rpm.evaluate(symbol, direction, 0.8, "TRENDING", atr, 0.4)
    trade = output.decision.approved_trade
    assert trade is not None, f"{symbol}: {output.decision.rejected_trade}"
    kind = int(OrderType.BUY if direction > 0 else OrderType.SELL)
    step = pool.infos[symbol].volume_step
    profit = module.order_calc_profit(kind, symbol, trade.lots, trade.entry_price, trade.stop_loss)
    one_step = module.order_calc_profit(kind, symbol, step, trade.entry_price, trade.stop_loss)
    assert profit is not None
    assert one_step is not None
    meant = rpm.portfolio_state.total_capital * 0.01 * math.prod(output.decision.sizing_adjustments.values())
    if any(check.outcome == "ADJUST" for check in output.decision.checks):
        assert -profit <= meant
    else:
        assert abs(-profit - meant) <= -one_step * 1.001, f"{symbol}: lost {-profit}, meant {meant}"
    assert trade.expected_loss == pytest.approx(-profit, rel=2e-3)
