# SPDX-License-Identifier: MIT
"""What a rule looks at, made by hand: an ordinary trade in an ordinary market, to be changed part by part."""

from __future__ import annotations

from collections import deque
from typing import Any

import msgspec

from arbitrex_desktop.mt5.constants import SymbolTradeMode
from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.context import (
    AccountView,
    ExposureView,
    MarketView,
    RuleContext,
    SizeResult,
)
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.kill_switch import KillSwitch, SwitchAction, SwitchLevel
from arbitrex_desktop.risk_portfolio_manager.market.portfolio_risk import JointRisk
from arbitrex_desktop.risk_portfolio_manager.portfolio.activity import Activity, Asked
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import Instrument
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, RuleResult
from arbitrex_desktop.risk_portfolio_manager.rules.registry import plan_of
from tests.fakes.broker_data import make_account
from tests.fakes.clock import START

EURUSD = Instrument(
    symbol="EURUSD", kind="fx", base="EUR", profit="USD", contract=100_000.0, value=1.0, tick=0.00001, digits=5,
    volume_min=0.01, volume_step=0.01, volume_max=100.0, volume_limit=0.0, stops_distance=0.0001,
    trade_mode=int(SymbolTradeMode.FULL),
)  # fmt: skip
INTENT = TradeIntent("EURUSD", 1, 0.8, "TRENDING", 0.01, 0.4)
MARKET = MarketView(
    now=START, has_pool=True, connected=True, instrument=EURUSD, price=1.15, closing=1.149885, mid=1.15, spread_bps=1.0,
    quote_age=1.0, margin_per_lot=1_000.0, shock=None, calendar=None,
)  # fmt: skip
ACCOUNT = AccountView(
    capital=100_000.0, equity=100_000.0, drawdown=0.0, daily_pnl=0.0, weekly_pnl=0.0, day_start=START,
    day_anchor=None, week_anchor=None, consecutive_losses=0, halted=False, halt_reason=None, reducing="", syncs=True,
    synced_at=999.0, latest=make_account(),
)  # fmt: skip
JOINT = JointRisk(cluster=0.0, highest=0.0, sigma=0.01, variance=0.0, covariance=0.0, past=None)
EXPOSURE = ExposureView(
    units=0.0, notional=0.0, manual=False, base=0.0, profit=0.0, net=0.0, gross=0.0, margin=0.0, count=0, in_symbol=0,
    of_strategy=0, opened=(), unknown="", unpriced="", reducible=0.0, reducing=False, reused=False, admitted=False,
    joint=JOINT,
)  # fmt: skip
SIZE = SizeResult(
    base_units=10_000.0, allowed=10_000.0, units=10_000.0, least_units=1_000.0, lots=0.1, unit_notional=1.15,
    unit_loss=0.015, stop=1.135, stop_distance=0.015,
)  # fmt: skip
"""A tenth of a lot, worth 11 500; a thousand units are the least."""
NOW = 1_000.0


def changed(part: Any, changes: dict[str, Any]) -> Any:
    """Return a part with other fields, None and whole parts as they are."""
    return msgspec.structs.replace(part, **changes)


def context(
    config: RPMConfig | None = None,
    activity: Activity | None = None,
    switches: tuple[KillSwitch, ...] = (),
    **parts: Any,
) -> RuleContext:
    """Return the ordinary case with fields of `intent`, `market`, `account`, `exposure` or `size` changed."""
    usual = {"intent": INTENT, "market": MARKET, "account": ACCOUNT, "exposure": EXPOSURE, "size": SIZE}
    views = {name: changed(view, parts.pop(name, {})) for name, view in usual.items()}
    assert not parts, f"no such part: {parts}"
    views["market"] = changed(views["market"], {"closing": _closing(views["market"], views["intent"].direction)})
    config = config or RPMConfig()
    limits = plan_of(config).limits_of(views["account"], config)
    return RuleContext(
        config=config, activity=activity or Activity(), switches=switches, moment=NOW, limits=limits, **views
    )


def told(rule: Rule, case: RuleContext) -> RuleResult:
    """Return what is told of a rule: that it is off, or what it says."""
    return rule.check(case) if rule.is_on(case.config) else rule.off()


def _closing(market: MarketView, direction: int) -> float | None:
    """Return the price of a market less its spread, on the side that closes a trade of a direction."""
    if market.price is None or market.mid is None or market.spread_bps is None:
        return market.price
    return market.price - direction * market.spread_bps * 1e-4 * market.mid


def asked_at(*moments: float, intent_id: str = "") -> Activity:
    """Return a memory of the same purchase of EURUSD asked for at some moments."""
    activity = Activity()
    for moment in moments:
        activity.note_asked(Asked(moment, "", "EURUSD", 1, None, intent_id))
    return activity


def approved_at(*moments: float, symbol: str = "EURUSD", notional: float = 0.0) -> Activity:
    """Return a memory of approvals at some moments."""
    activity = Activity()
    for moment in moments:
        activity.note_approval(symbol, notional, moment)
    return activity


def executed_at(*moments: float) -> Activity:
    """Return a memory of trades of programs that name no strategy, approved at some moments."""
    activity = Activity()
    for moment in moments:
        activity.note_execution("", moment)
    return activity


def refused_at(*moments: float) -> Activity:
    """Return a memory of refusals of strategy `bot`."""
    return Activity(refusals={"bot": deque(moments)})


def switch(action: SwitchAction, level: SwitchLevel = SwitchLevel.GLOBAL, name: str = "") -> KillSwitch:
    """Return a switch."""
    return KillSwitch(level, name, action, "why", START)


def poor(**changes: Any) -> dict[str, Any]:
    """Return an account view whose latest reading differs."""
    return {"latest": make_account(**changes)}
