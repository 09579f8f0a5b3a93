# SPDX-License-Identifier: MIT
"""A simulated terminal on a scripted market, with short ways to trade on it."""

from __future__ import annotations

from typing import Any

from arbitrex_desktop.mt5.constants import OrderFilling, OrderType, TradeAction
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.broker.rules import BrokerRules
from arbitrex_desktop.mt5.simulator.broker.store import BookStore, NoBookStore
from arbitrex_desktop.mt5.simulator.market.sim_clock import SimClock
from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5
from arbitrex_desktop.mt5.simulator.symbols.specs import SYMBOLS
from arbitrex_desktop.mt5.simulator.terminal import SimulatedTerminal
from arbitrex_desktop.mt5.simulator.terminal_core import TerminalParts
from tests.fakes.clock import START, ManualClock
from tests.fakes.market_feed import ScriptedFeed

FIRST_QUOTES = {
    "EURUSD": (1.10000, 1.10010),
    "USDJPY": (150.000, 150.010),
    "EURGBP": (0.85000, 0.85010),
    "GBPUSD": (1.29400, 1.29420),
    "NZDUSD": (0.60000, 0.60010),
    "EURCHF": (0.94000, 0.94010),
    "GBPAUD": (2.00000, 2.00020),
    "XAGUSD": (48.000, 48.020),
    "MXSHAR": (1500.00, 1500.60),
    "GDAXIm": (24000.0, 24001.5),
}
_FILLINGS = {"NZDUSD": OrderFilling.FOK, "EURCHF": OrderFilling.IOC, "MXSHAR": OrderFilling.RETURN}


class BrokerHouse:
    """A connected terminal whose prices and time the test moves.

    Attributes:
        clock, feed, terminal, module: the parts
    """

    def __init__(
        self, spec: SimulationSpec | None = None, store: BookStore | None = None, rules: BrokerRules | None = None
    ) -> None:
        self.clock = ManualClock()
        self.feed = ScriptedFeed(*FIRST_QUOTES)
        for symbol, (bid, ask) in FIRST_QUOTES.items():
            self.feed.quote(symbol, bid, ask, round(START.timestamp() * 1000) - 60_000)
        self.terminal = SimulatedTerminal(
            TerminalParts(
                spec=spec or SimulationSpec(demo_positions=False, server_clock="UTC"),
                feed=self.feed,
                store=store or NoBookStore(),
                sim_clock=SimClock(self.clock, START, START),
                wall_clock=self.clock,
                rules=rules or BrokerRules(exit_deal_delay_msc=0),
            )
        )
        self.terminal.open_account()
        self.module: Any = SimulatedMetaTrader5(self.terminal)
        assert self.module.initialize()

    @property
    def now_msc(self) -> int:
        """Return market time."""
        return self.terminal.market_time_msc()

    def quote(self, symbol: str, bid: float, ask: float | None = None, after: float = 1.0) -> None:
        """Let time pass, then move a price; the spread stays the first one unless an ask is given."""
        self.clock.advance(after)
        first_bid, first_ask = FIRST_QUOTES[symbol]
        asked = round(bid + first_ask - first_bid, SYMBOLS[symbol].digits) if ask is None else ask
        self.feed.quote(symbol, bid, asked, self.now_msc)

    def send(self, **request: Any) -> Any:
        """Send a request as the module takes it; return the result."""
        result = self.module.order_send(request)
        assert result is not None, self.module.last_error()
        return result

    def deal(self, symbol: str, side: int, volume: float, **more: Any) -> Any:
        """Send a market order: `side` 1 buys, -1 sells; with a price where the execution needs one."""
        quote = self.module.symbol_info_tick(symbol) or self._select(symbol)
        return self.send(
            **{
                "action": TradeAction.DEAL,
                "symbol": symbol,
                "type": OrderType.BUY if side > 0 else OrderType.SELL,
                "volume": volume,
                "price": quote.ask if side > 0 else quote.bid,
                "type_filling": _FILLINGS.get(symbol, OrderFilling.IOC),
            }
            | more
        )

    def _select(self, symbol: str) -> Any:
        assert self.module.symbol_select(symbol, True)
        return self.module.symbol_info_tick(symbol)

    def pending(self, symbol: str, kind: OrderType, volume: float, price: float, **more: Any) -> Any:
        """Send a pending order."""
        return self.send(
            **{
                "action": TradeAction.PENDING,
                "symbol": symbol,
                "type": kind,
                "volume": volume,
                "price": price,
                "type_filling": OrderFilling.RETURN,
            }
            | more
        )

    def close(self, ticket: int, volume: float | None = None) -> Any:
        """Close a position, or a part of it, by an opposite deal."""
        (position,) = self.module.positions_get(ticket=ticket)
        side = 1 if position.type == 1 else -1
        return self.deal(position.symbol, side, position.volume if volume is None else volume, position=ticket)

    @property
    def account(self) -> Any:
        """Return the account as the module gives it."""
        return self.module.account_info()

    def position(self, ticket: int) -> Any:
        """Return the open position of a ticket."""
        (found,) = self.module.positions_get(ticket=ticket)
        return found

    def deals(self) -> Any:
        """Return all deals of the history."""
        return self.module.history_deals_get(0, 2**31 - 1)
