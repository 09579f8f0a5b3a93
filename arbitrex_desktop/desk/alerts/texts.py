# SPDX-License-Identifier: MIT
"""What a rule and its call say, in the language that is spoken."""

from __future__ import annotations

from arbitrex_desktop.desk.alerts.facts import Facts
from arbitrex_desktop.desk.presentation.alert_rows import AlertKind, AlertRule
from arbitrex_desktop.desk.presentation.core_text import core_text
from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.texts import _


def call_text(rule: AlertRule, facts: Facts, subject: str, value: float | None) -> str:
    """Return what the trader is told, with the note."""
    text = _text(rule, facts, subject, value)
    return f"{text}. {rule.note}" if rule.note else text


def rule_text(rule: AlertRule, currency: str = "") -> str:
    """Return what a rule waits for, money in the account's currency."""
    if rule.kind is AlertKind.INTENT:
        return _("an intent of {strategy}").format(strategy=rule.strategy)
    if rule.is_permanent:
        return _(rule.kind.value)
    words = _("{whose} rises to {level}") if rule.above else _("{whose} falls to {level}")
    return words.format(whose=_whose(rule), level=amount(rule, rule.level, currency))


def amount(rule: AlertRule, value: float, currency: str = "") -> str:
    """Return a value with its unit as the rule's level has it; `currency`, the account's, where it is money."""
    if value == float("inf"):
        return _("no margin in use")
    text = f"{value:,.{rule.digits}f}"
    if rule.kind is AlertKind.SPREAD:
        return _("{count} points").format(count=text)
    if rule.kind in (AlertKind.EQUITY, AlertKind.POSITION):
        return f"{text} {currency}".rstrip()
    return f"{text} %" if rule.kind in (AlertKind.MARGIN, AlertKind.DRAWDOWN) else text


def _whose(rule: AlertRule) -> str:
    """Return the figure that a rule looks at, with its symbol where it is of one."""
    return f"{rule.symbol} {_(rule.kind.value)}" if rule.symbol else _(rule.kind.value)


def _text(rule: AlertRule, facts: Facts, subject: str, value: float | None) -> str:
    snapshot = facts.snapshot
    if rule.kind is AlertKind.HALT:
        reason = snapshot.risk.halt_reason if snapshot is not None and snapshot.risk is not None else ""
        return _("Trading is HALTED: {reason}").format(reason=core_text(reason)) if reason else _("Trading is HALTED")
    if rule.kind is AlertKind.CONNECTION:
        pool = snapshot.pool if snapshot is not None else None
        if pool is None:
            return _("The connection is gone")
        return _("The connection is {state}: {reason}").format(
            state=core_text(pool.state), reason=core_text(pool.reason)
        )
    row = next((each for each in snapshot.intents if each.intent_id == subject), None) if snapshot is not None else None
    if row is not None:
        return _of_intent(rule, row)
    words = _("{whose} rose to {level}") if rule.above else _("{whose} fell to {level}")
    currency = snapshot.account.currency if snapshot is not None and snapshot.account is not None else ""
    now = _(", now {value}").format(value=amount(rule, value, currency)) if value is not None else ""
    whose, level = _whose(rule), amount(rule, rule.level, currency)
    return words.format(whose=whose if rule.symbol else whose[:1].upper() + whose[1:], level=level) + now


def _of_intent(rule: AlertRule, row: IntentRow) -> str:
    side = "BUY" if row.direction > 0 else "SELL"
    trade = f"{side} {amounts.lots(row.lots)} {row.symbol}"
    if rule.kind is AlertKind.UNKNOWN:
        words = _("The fate of an order is UNKNOWN: {trade}; {symbol} is blocked until you answer")
        return words.format(trade=trade, symbol=row.symbol)
    if rule.kind is AlertKind.DECISION:
        return _("{trade} from {source} waits for your decision").format(trade=trade, source=row.source)
    return _("{source} sent {trade}: {state}").format(source=row.source, trade=trade, state=core_text(row.state))
