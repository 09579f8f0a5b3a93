# SPDX-License-Identifier: MIT
"""The firms' rules on two symbols at once, with deals that come hours late, and flat before the session's end.

The account is that of `test_firms_rules_further`, with USDJPY beside EURUSD; positions are closed before the session's
end as the desk does it where it is allowed to, and the firm looks at its own clock whether one was left open.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.constants import DealEntry
from arbitrex_desktop.mt5.results import TradePosition
from arbitrex_desktop.risk_portfolio_manager.config.profiles import firm_profiles
from arbitrex_desktop.risk_portfolio_manager.market.session import session_over
from tests.fakes.broker_data import make_position
from tests.fakes.records import replace
from tests.risk_portfolio_manager import test_firms_rules_sessions
from tests.risk_portfolio_manager.helpers import intent
from tests.risk_portfolio_manager.test_firms_rules import Firm
from tests.risk_portfolio_manager.test_firms_rules_further import CHICAGO, Busy, weekend_in_new_york

PIPS: Final = {"EURUSD": 0.0001, "USDJPY": 0.01}
STARTS: Final = (  # a quiet morning, before the end of a futures day, and before the week's end
    datetime(2025, 3, 11, 8, 0, tzinfo=ZoneInfo("UTC")),
    datetime(2025, 3, 11, 19, 40, tzinfo=ZoneInfo("UTC")),
    datetime(2025, 3, 14, 20, 15, tzinfo=ZoneInfo("UTC")),
)
_MOST_MINUTES: Final = 3


class Strict(Firm):
    """A firm that also looks whether positions are open while it allows none."""

    def see(self, now: datetime, balance: float, equity: float, lots: float) -> None:
        """Look at the account at a moment."""
        super().see(now, balance, equity, lots)
        closed = "Topstep" in self.name and time(15, 10) <= now.astimezone(CHICAGO).time() < time(17, 0)
        if "Account" in self.name and "Standard" in self.name:
            closed = closed or weekend_in_new_york(now)
        if closed and lots > 0.0:
            self.broken = f"open over the session's end at {now}"


class Pair(Busy):
    """The account with two symbols."""

    def __init__(self, name: str, start: datetime) -> None:
        self.prices = {"EURUSD": 1.1, "USDJPY": 150.0}
        super().__init__(name)
        self.firm = Strict(name, self.firm.initial)
        self.clock.set_wall(start)

    def set_price(self) -> None:
        """Show both prices to the pool, and what a yen is worth now."""
        for symbol, price in self.prices.items():
            self.pool.set_quote(symbol, price, spread=0.0)
        value = 0.001 * 100_000.0 / self.prices["USDJPY"]
        yen: dict[str, Any] = {
            "trade_tick_value": value,
            "trade_tick_value_loss": value,
            "trade_tick_value_profit": value,
        }
        self.pool.infos["USDJPY"] = replace(self.pool.infos["USDJPY"], **yen)

    def result(self, position: TradePosition, price: float) -> float:  # type: ignore[override] # its prices are its own
        """Return what a position has made, at a price of its symbol or, as the others call it, at that of now."""
        symbol = position.symbol
        now = self.prices[symbol] if price == self.price else price
        made = (1 if position.type == 0 else -1) * (now - position.price_open) * position.volume * 100_000
        return round(made if symbol == "EURUSD" else made / self.prices["USDJPY"], 2)

    def mark(self) -> None:
        """Value what is open, and close it before the session's end."""
        self.price = -1.0  # stands for each symbol's own
        super().mark()
        config = self.rpm.config
        over = config.session_end and session_over(self.pool.market_now(), config, config.flat_minutes)
        if self.pool.positions and over:
            for each in self.pool.positions:
                self.close(each, self.prices[each.symbol])
            super().mark()
        self.pool.positions = tuple(
            replace(each, price_current=self.prices[each.symbol]) for each in self.pool.positions
        )
        self.pool.poll()

    def walk(self, symbol: str, pips: int, minutes: int) -> None:
        """Let a price go step by step, stops be hit at their prices, and both sides look at each."""
        steps = max(abs(pips), minutes // _MOST_MINUTES, 1)
        pip = PIPS[symbol]
        for _ in range(steps):
            self.clock.advance(minutes * 60.0 / steps)
            self.prices[symbol] = round(self.prices[symbol] + pip * pips / steps, 6)
            for each in self.pool.positions:
                side = 1 if each.type == 0 else -1
                if each.sl and side * (self.prices[each.symbol] - each.sl) <= 1e-9:
                    self.close(each, each.sl)
            self.look()

    def order(self, symbol: str, side: int, stop_pips: int, lots: float, late: float) -> None:
        """Ask for a trade; what is approved is filled at once, its deals come late."""
        self.look()
        self.late = late
        price, pip = self.prices[symbol], PIPS[symbol]
        asked = {"symbol": symbol, "direction": side, "current_price": price, "requested_volume": lots}
        stop = round(price - side * stop_pips * pip, 6)
        forbidden = self.forbidden()
        output = self.rpm.process_trade_intent(**intent(**asked, stop_loss=stop, atr=20 * pip))
        trade = output.decision.approved_trade
        assert trade is None or trade.reducing or not forbidden, f"opened while forbidden: {forbidden}"
        if trade is not None and trade.reducing:
            held = next(each for each in self.pool.positions if each.ticket == trade.position_ticket)
            self.close(held, self.prices[symbol])
        elif trade is not None:
            self.ticket += 1
            terms: dict[str, Any] = {"ticket": self.ticket, "price_open": price, "sl": trade.stop_loss or 0.0}
            self.pool.positions = (*self.pool.positions, make_position(symbol, side, trade.lots, **terms))
            self.deal(0.0, DealEntry.IN, self.ticket)
        self.look()

    def close(self, position: TradePosition, price: float) -> None:
        """Close at the price of now where the others say so by their one price."""
        super().close(position, self.prices[position.symbol] if price == self.price else price)


symbols = st.sampled_from(["EURUSD", "USDJPY"])
lateness = st.sampled_from([0.0, 40.0, 9_000.0])
orders = st.tuples(
    st.just("order"),
    symbols,
    st.sampled_from([1, -1]),
    st.integers(15, 80),
    st.sampled_from([0.3, 1.0, 3.0, 20.0]),
    lateness,
)
steps = st.one_of(
    st.tuples(st.just("walk"), symbols, st.integers(-45, 45), st.integers(1, 75)),
    orders,
    orders,  # twice as often as the others
    st.tuples(st.just("money"), st.sampled_from([-3_000.0, 2_500.0]), lateness),
)
BOTH: Final[list[Any]] = [
    ("order", "EURUSD", 1, 30, 1.5, 9_000.0), ("order", "USDJPY", -1, 30, 1.5, 0.0), ("walk", "EURUSD", 25, 20),
    ("walk", "USDJPY", 40, 30), ("walk", "EURUSD", -40, 60),
]  # fmt: skip
"""Two positions that lose one after the other, and one whose deals come hours later."""


@pytest.mark.slow
@pytest.mark.parametrize("name", firm_profiles())
@settings(max_examples=3, deadline=None)
@example(1, BOTH)
@example(2, BOTH)
@given(st.integers(0, 2), st.lists(steps, min_size=4, max_size=9))
def test_no_path_of_two_symbols_breaks_a_firms_rule(name: str, start: int, path: list[Any]) -> None:
    """The firm's book is never broken, nothing is opened when it forbids it, nor left open when it must be closed."""
    market = Pair(name, STARTS[start])
    market.look()
    for what, *numbers in path:
        getattr(market, what)(*numbers)
        assert not market.firm.broken, f"{market.firm.broken}; {market.firm}"


def test_a_position_that_is_left_open_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody closes it before the session's end, the firm's book is broken."""
    monkeypatch.setattr(test_firms_rules_sessions, "session_over", lambda *_: False)
    market = Pair("Topstep Combine 50K", STARTS[1])
    market.order("EURUSD", 1, 30, 0.5, 0.0)
    market.walk("EURUSD", 0, 60)
    assert market.firm.broken.startswith("open over the session's end")
