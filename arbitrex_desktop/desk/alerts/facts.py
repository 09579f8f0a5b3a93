# SPDX-License-Identifier: MIT
"""What alerts are judged by: figures of prices, account, positions, connection and intents at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from arbitrex_desktop.desk.intents.intent import MANUAL, IntentState
from arbitrex_desktop.desk.presentation.alert_rows import AlertKind, AlertRule
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot, IntentRow
from arbitrex_desktop.raw_layer.views import ConnectionState

_GONE: Final = frozenset(
    {
        ConnectionState.STALE,
        ConnectionState.UNRESPONSIVE,
        ConnectionState.LOST,
        ConnectionState.WRONG_ACCOUNT,
        ConnectionState.DISCONNECTED,
    }
)


@dataclass(frozen=True, slots=True)
class Price:
    """The newest price of a symbol."""

    bid: float
    ask: float
    digits: int

    @property
    def spread_points(self) -> float:
        """The distance of ask and bid in points, the last decimal of the price."""
        return (self.ask - self.bid) * float(10**self.digits)


@dataclass(frozen=True, slots=True)
class Facts:
    """One moment: `now`, UTC; the snapshot, None before the first; prices by symbol.

    `since` is when the desk started: intents from before are no news.
    """

    now: datetime
    since: datetime
    snapshot: DeskSnapshot | None = None
    prices: Mapping[str, Price] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether the account has been read: before that a missing intent is not one that is gone."""
        return self.snapshot is not None and self.snapshot.account is not None


def readings(rule: AlertRule, facts: Facts) -> dict[str, float | None]:
    """Return the rule's values by what they are about: one, with an empty name, or one for each intent."""
    if rule.kind in {AlertKind.DECISION, AlertKind.UNKNOWN, AlertKind.INTENT}:
        return {row.intent_id: 1.0 for row in _intents(rule, facts)}
    return {"": _value(rule, facts)}


def _value(rule: AlertRule, facts: Facts) -> float | None:
    price = facts.prices.get(rule.symbol)
    if rule.kind is AlertKind.PRICE:
        return price.bid if price is not None else None
    if rule.kind is AlertKind.SPREAD:
        return round(price.spread_points, 1) if price is not None else None
    return _of_account(rule, facts.snapshot) if facts.snapshot is not None else None


def _of_account(rule: AlertRule, snapshot: DeskSnapshot) -> float | None:
    """Return a figure of the account, its positions, its trading state or its connection."""
    account, risk = snapshot.account, snapshot.risk
    if rule.kind is AlertKind.CONNECTION:
        return _is_gone(snapshot)
    if rule.kind in {AlertKind.HALT, AlertKind.DRAWDOWN}:
        halted = rule.kind is AlertKind.HALT
        return None if risk is None else float(risk.trading_state == "HALTED") if halted else risk.drawdown * 100.0
    if account is None:
        return None
    if rule.kind is AlertKind.MARGIN:
        # Without margin in use there is no level, and nothing to fear of it.
        return float("inf") if account.margin_level is None else account.margin_level
    return account.equity if rule.kind is AlertKind.EQUITY else _profit(rule, snapshot)


def _profit(rule: AlertRule, snapshot: DeskSnapshot) -> float | None:
    """Return profit and swap of a symbol's positions, or of all; None without any."""
    held = [row for row in snapshot.positions if not rule.symbol or row.symbol == rule.symbol]
    return sum(row.profit + row.swap for row in held) if held else None


def _is_gone(snapshot: DeskSnapshot) -> float | None:
    """Return 1 without a connection that was there, 0 with one, None on the way."""
    state = snapshot.pool.state
    if state is ConnectionState.CONNECTED:
        return 0.0
    return 1.0 if state in _GONE and snapshot.pool.login is not None else None


def _intents(rule: AlertRule, facts: Facts) -> list[IntentRow]:
    """Return the intents that a rule is about."""
    rows = facts.snapshot.intents if facts.snapshot is not None else ()
    if rule.kind is AlertKind.UNKNOWN:
        return [row for row in rows if row.state is IntentState.UNKNOWN]
    if rule.kind is AlertKind.DECISION:
        # Who submits by hand knows of it.
        return [row for row in rows if row.state is IntentState.PENDING and row.source != MANUAL]
    news = max(facts.since, rule.created_at or facts.since)
    return [row for row in rows if row.source == rule.strategy and row.created_at >= news]
