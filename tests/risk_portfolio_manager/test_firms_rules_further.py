# SPDX-License-Identifier: MIT
"""The firms' rules once more, on paths with late deals, money that comes and goes, resets unseen, news and weekends.

The account is that of `test_firms_rules`; the firm looks at it every minute, the risk manager only when it reads it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.constants import DealEntry, DealType
from arbitrex_desktop.mt5.results import TradeDeal
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager, RPMConfig
from arbitrex_desktop.risk_portfolio_manager.config.profiles import firm_profiles
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsCalendar, NewsEvent
from tests.fakes.broker_data import make_deal
from tests.fakes.records import replace
from tests.risk_portfolio_manager.test_firms_rules import PIP, START, Market

NEWS = [START + timedelta(minutes=97 * number) for number in range(1, 200)]
CHICAGO, NEW_YORK = ZoneInfo("America/Chicago"), ZoneInfo("America/New_York")


class Busy(Market):
    """The same account with all that happens to one: deals come late, money moves, nobody looks for a while."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name, self.late, self.coming = name, 0.0, list[tuple[float, TradeDeal]]()
        self.made: dict[Any, float] = {}
        config = RPMConfig.from_dict(
            {**self.rpm.config.to_dict(), "news_calendar_needed": True}
            | {key: RPMConfig.preset(name).to_dict()[key] for key in ("session_end", "profit_target", "best_day_share")}
        )
        calendar = NewsCalendar([NewsEvent(at, "USD", "high", "news") for at in NEWS])
        self.rpm = RiskPortfolioManager(config, False, True, self.pool, clock=self.clock, calendar=calendar)

    def mark(self) -> None:
        """Bring deals that are due, then value what is open."""
        now = self.clock.monotonic()
        self.pool.deals += [deal for due, deal in self.coming if due <= now]
        self.coming = [each for each in self.coming if each[0] > now]
        super().mark()

    def deal(self, made: float, entry: DealEntry, position: int) -> None:
        """Let a deal come into the history after a while."""
        day = self.day()
        self.made[day] = self.made.get(day, 0.0) + made
        self.bring(DealType.BUY, entry, made, position)

    def bring(self, kind: DealType, entry: DealEntry, made: float, position: int = 0) -> None:
        """Write a deal of now, to be seen later."""
        self.ticket += 1
        when = int(self.clock.now().timestamp())
        deal = make_deal(self.ticket, when, type=int(kind), entry=int(entry), profit=made, position_id=position)
        self.coming.append((self.clock.monotonic() + self.late, deal))

    def day(self) -> Any:
        """Return the firm's day."""
        _, _, zone, hour = self.firm.rules()
        return (self.clock.now().astimezone(ZoneInfo(zone)) - timedelta(hours=hour)).date()

    def money(self, amount: float, late: float) -> None:
        """Let money come or go; a withdrawal that would break the floor by itself is not made."""
        self.look()
        highest, loss = max([self.firm.initial, self.balance, *self.firm.closes]), self.firm.rules()[1]
        if amount < 0.0 and self.pool.account.equity + amount < highest - 0.9 * loss:
            return
        self.balance = round(self.balance + amount, 2)
        self.firm.start += amount
        self.late = late
        self.bring(DealType.BALANCE, DealEntry.IN, amount)
        self.late = 0.0
        self.look()

    def unseen(self, pips: int, minutes: int) -> None:
        """Let time and price go on where nobody here looks; what breaks there cannot be acted upon."""
        for _ in range(minutes):
            self.clock.advance(60.0)
            self.price = round(self.price + pips * PIP / minutes, 5)
            self.mark_only()
            lots = sum(each.volume for each in self.pool.positions)
            self.firm.see(self.clock.now(), self.balance, self.pool.account.equity, lots)
        assume(not self.firm.broken)
        self.look()

    def mark_only(self) -> None:
        """Value what is open for the firm alone."""
        floating = sum(self.result(each, self.price) for each in self.pool.positions)
        self.pool.account = replace(self.pool.account, profit=floating, equity=self.balance + floating)

    def ask(self, side: int, stop_pips: int, lots: float, late: float) -> None:
        """Ask for a trade at a moment; the firm's hours, news and best day forbid some."""
        self.late = late
        self.look()
        forbidden, before = self.forbidden(), len(self.pool.positions)
        self.trade(side, stop_pips, lots)
        self.late = 0.0
        assert not (forbidden and len(self.pool.positions) > before), f"opened while forbidden: {forbidden}"

    def forbidden(self) -> str:
        """Return why the firm lets nothing be opened now, empty where it does."""
        now = self.clock.now()
        near = any(abs(now - at) <= timedelta(minutes=2) for at in NEWS)
        if near and ("The5ers" in self.name or ("Account" in self.name and "Standard" in self.name)):
            return "news"
        if "Topstep" in self.name:
            local = now.astimezone(CHICAGO)
            if time(15, 10) <= local.time() < time(17, 0):
                return "session"
        if "Account" in self.name and "Standard" in self.name and weekend_in_new_york(now):
            return "weekend"
        target = {"Challenge 1-Step": 0.10, "Combine": 0.06}
        share = next((target[each] for each in target if each in self.name), 0.0)
        whole = max(share * self.firm.initial, self.balance - self.firm.initial)
        return "best day" if share and self.made.get(self.day(), 0.0) >= 0.5 * whole else ""


def weekend_in_new_york(now: datetime) -> bool:
    """Return whether the week's end of the market is near or on, in New York."""
    local = now.astimezone(NEW_YORK)
    if local.weekday() == 4:
        return local.time() >= time(16, 55)
    return local.weekday() == 5 or (local.weekday() == 6 and local.time() < time(17, 0))


lateness = st.sampled_from([0.0, 1.0, 40.0])
steps = st.one_of(
    st.tuples(st.just("move"), st.integers(-60, 60), st.integers(1, 700)),
    st.tuples(st.just("ask"), st.sampled_from([1, -1]), st.integers(15, 80), st.floats(0.1, 20.0), lateness),
    st.tuples(st.just("money"), st.sampled_from([-20_000.0, -3_000.0, 2_500.0, 40_000.0]), lateness),
    st.tuples(st.just("unseen"), st.integers(-30, 30), st.integers(1, 45)),
)


@pytest.mark.parametrize("name", firm_profiles())
@settings(max_examples=4, deadline=None)
@example(
    [("ask", 1, 30, 20.0, 0.0), ("move", 25, 30), ("money", 40_000.0, 40.0), ("move", -40, 400), ("move", -30, 60)]
)
@example(
    [("ask", 1, 30, 20.0, 40.0), ("unseen", 20, 40), ("money", -3_000.0, 1.0), ("move", -45, 5), ("unseen", 5, 30)]
)
@example([("money", 2_500.0, 0.0), ("ask", 1, 15, 3.0, 0.0)])
@given(st.lists(steps, min_size=4, max_size=16))
def test_no_path_breaks_a_firms_rule(name: str, path: list[Any]) -> None:
    """The firm's book, reckoned by itself, is never broken, and nothing is opened when it forbids it."""
    market = Busy(name)
    market.look()
    for what, *numbers in path:
        getattr(market, what)(*numbers)
        assert not market.firm.broken, f"{market.firm.broken}; {market.firm}"
