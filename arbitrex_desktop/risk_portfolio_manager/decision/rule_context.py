# SPDX-License-Identifier: MIT
"""One intent with everything that the rules look at, gathered once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple, Protocol

from arbitrex_desktop.mt5.results import AccountInfo
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.result import Found, Room
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsSource
from arbitrex_desktop.risk_portfolio_manager.market.portfolio_risk import JointRisk
from arbitrex_desktop.risk_portfolio_manager.portfolio.exposure_book import Exposures
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState
from arbitrex_desktop.risk_portfolio_manager.state.activity import Activity
from arbitrex_desktop.risk_portfolio_manager.state.kill_switches import KillSwitch


@dataclass(slots=True)
class MarketFacts:
    """What the pool says of symbol and account now; without a pool only `price` may be known.

    Attributes: `has_pool`; `connected`; `price`, what the trade would be entered at (the intent's own price, else
    ask or bid), `mid`, `spread_bps` and `quote_age` in seconds of the last good quote; `account` as last polled;
    `margin_per_lot` in account currency; `shock`, recent volatility over usual, None when not measured.
    """

    has_pool: bool = False
    connected: bool = False
    price: float | None = None
    account: AccountInfo | None = None
    mid: float | None = None
    spread_bps: float | None = None
    quote_age: float | None = None
    margin_per_lot: float | None = None
    shock: float | None = None


class Roomy(Protocol):
    """A rule that has a room; `RoomRule` implements it."""

    in_units: ClassVar[bool]

    def room(self, case: RuleContext) -> Room | None:
        """Return what surely passes, None when that cannot be told without the trade."""

    def check(self, case: RuleContext) -> Found:
        """Judge a case."""


Checks = tuple[tuple[int, Callable[["RuleContext"], Found]], ...]
"""By place among the findings."""


class Template(NamedTuple):
    """Findings of some rules in their order, those that do not stand held open.

    Attributes: `timely`, by place, the checks that must fill them; `counting`, those whose findings stand while the
    book does; `rooms`, the rules that must only look at a trade that does not fit in `least_money` (account currency)
    or `least_units`, which is none at all until they are known.
    """

    findings: list[Found]
    timely: Checks
    counting: Checks
    rooms: tuple[tuple[int, Roomy], ...]
    least_money: float = -math.inf
    least_units: float = -math.inf

    def has_room_for(self, case: RuleContext) -> bool:
        """Tell whether a trade passes all rules that have a room; one that is no number does not."""
        units, worth = case.units, case.unit_notional
        return worth is not None and units <= self.least_units and units * worth <= self.least_money


class Standing(NamedTuple):
    """What the rules before and after the sizing find, as far as it follows from what stands."""

    before: Template
    after: Template


@dataclass
class RuleContext:
    """What the rules judge.

    Money in account currency, shares as fractions.  `now` is market time and `wall` this computer's, in UTC, `moment`
    monotonic seconds.  `drawdown`, `daily_pnl` and `weekly_pnl` are those that count now; `day_anchor` and
    `week_anchor` what a day's and a week's loss are measured from (None before a reset was seen).  `sync_age` in
    seconds, None before the first sync; `syncs`, whether this manager was to sync at all.  `reducing`, whether the
    trade only takes off an open position; `traded`, whether an intent of this name has become a position or is
    another trade under way.
    `together`, how the symbol moves with the portfolio (None when something has no known worth).  `standing`, what
    the rules found before and would find again, None when all of them are to look.  From the sizing on: `sized`,
    units that the risk allows, `units` wanted of them, `least_units` the smallest volume, `unit_notional` and
    `unit_loss`, one unit's exposure and its loss at the stop.
    """

    cfg: RPMConfig
    intent: TradeIntent
    state: PortfolioState
    sums: Exposures
    market: MarketFacts
    activity: Activity
    switches: list[KillSwitch]
    calendar: NewsSource | None
    now: datetime
    wall: datetime
    moment: float
    day_start: datetime
    capital: float
    drawdown: float
    daily_pnl: float
    weekly_pnl: float
    day_anchor: float | None
    week_anchor: float | None
    sync_age: float | None
    syncs: bool
    instrument: Instrument | None = None
    reducible: float = 0.0
    reducing: bool = False
    traded: bool = False
    stop: float | None = None
    stop_distance: float = 0.0
    sized: float = 0.0
    units: float = 0.0
    least_units: float = 0.0
    unit_notional: float | None = None
    unit_loss: float | None = None
    together: JointRisk | None = None
    standing: Standing | None = None
