# SPDX-License-Identifier: MIT
"""What a call says."""

from __future__ import annotations

from arbitrex_desktop.desk.alerts.facts import Facts
from arbitrex_desktop.desk.presentation.alert_rows import AlertKind, AlertRule
from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.raw_layer import amounts


def call_text(rule: AlertRule, facts: Facts, subject: str, value: float | None) -> str:
    """Return what the trader is told, with the note."""
    text = _text(rule, facts, subject, value)
    return f"{text}. {rule.note}" if rule.note else text


def rule_text(rule: AlertRule) -> str:
    """Return what a rule waits for."""
    if rule.kind is AlertKind.INTENT:
        return f"an intent of {rule.strategy}"
    if rule.is_permanent:
        return rule.kind.value
    whose = f"{rule.symbol} {rule.kind}" if rule.symbol else str(rule.kind)
    return f"{whose} {'rises' if rule.above else 'falls'} to {amount(rule, rule.level)}"


def amount(rule: AlertRule, value: float) -> str:
    """Return a value with its unit as the rule's level has it."""
    if value == float("inf"):
        return "no margin in use"
    text = f"{value:,.{rule.digits}f}"
    units = {AlertKind.SPREAD: " points", AlertKind.MARGIN: " %", AlertKind.DRAWDOWN: " %"}
    return text + units.get(rule.kind, "")


def _text(rule: AlertRule, facts: Facts, subject: str, value: float | None) -> str:
    snapshot = facts.snapshot
    if rule.kind is AlertKind.HALT:
        reason = snapshot.risk.halt_reason if snapshot is not None and snapshot.risk is not None else ""
        return f"Trading is HALTED: {reason}" if reason else "Trading is HALTED"
    if rule.kind is AlertKind.CONNECTION:
        pool = snapshot.pool if snapshot is not None else None
        return f"The connection is {pool.state}: {pool.reason}" if pool is not None else "The connection is gone"
    row = next((each for each in snapshot.intents if each.intent_id == subject), None) if snapshot is not None else None
    if row is not None:
        return _of_intent(rule, row)
    past = "rose" if rule.above else "fell"
    now = f", now {amount(rule, value)}" if value is not None else ""
    whose = f"{rule.symbol} {rule.kind}" if rule.symbol else f"{rule.kind}".capitalize()
    return f"{whose} {past} to {amount(rule, rule.level)}{now}"


def _of_intent(rule: AlertRule, row: IntentRow) -> str:
    side = "BUY" if row.direction > 0 else "SELL"
    trade = f"{side} {amounts.lots(row.lots)} {row.symbol}"
    if rule.kind is AlertKind.UNKNOWN:
        return f"The fate of an order is UNKNOWN: {trade}; {row.symbol} is blocked until you answer"
    if rule.kind is AlertKind.DECISION:
        return f"{trade} from {row.source} waits for your decision"
    return f"{row.source} sent {trade}: {row.state.value}"
