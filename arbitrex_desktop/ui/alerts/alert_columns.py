# SPDX-License-Identifier: MIT
"""Columns of the list of alerts, and new rules."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from arbitrex_desktop.desk.alerts.texts import amount, rule_text
from arbitrex_desktop.desk.presentation.alert_rows import AlertKind, AlertRow, AlertRule
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.models.table import Column
from arbitrex_desktop.ui.theme.colours import Tone


def new_rule_id() -> str:
    """Return an id that no other rule has."""
    return secrets.token_hex(6)


def price_alert(symbol: str, price: float, present: float | None, digits: int, now: datetime) -> AlertRule:
    """Return a rule that calls once, when the price gets there from where it is at present."""
    above = present is None or price >= present
    level = round(price, digits)
    return AlertRule(new_rule_id(), AlertKind.PRICE, symbol, above, level, once=True, created_at=now, digits=digits)


def state_word(row: AlertRow, when: Callable[[datetime], str]) -> str:
    """Return in a word or two how an alert stands."""
    if not row.rule.is_on:
        return _("off")
    if row.snoozed_until is not None:
        return _("snoozed until {when}").format(when=when(row.snoozed_until))
    if row.rule.is_permanent:
        return _("RAISED") if row.is_raised else _("always on")
    return _("RAISED") if row.is_raised else _("waits")


def value_text(row: AlertRow, currency: str = "") -> str:
    """Return the value now, empty where there is none to show."""
    shown = row.value is not None and not row.rule.is_permanent and row.rule.kind is not AlertKind.INTENT
    return amount(row.rule, row.value, currency) if shown and row.value is not None else ""


def alert_columns(when: Callable[[datetime], str], currency: Callable[[], str]) -> tuple[Column[AlertRow], ...]:
    """Return the columns of alerts; `when` tells a moment as people do, `currency` that of the account."""

    def rule(row: AlertRow) -> str:
        text = rule_text(row.rule, currency())
        return text[:1].upper() + text[1:]

    return (
        Column(N_("Condition"), rule, rule, "x" * 30,
               number=False, tip=lambda row: row.rule.note, least="x" * 14),
        Column(N_("Now"), lambda row: value_text(row, currency()), lambda row: row.value, "100,000.00", spare=2),
        Column(N_("State"), lambda row: state_word(row, when), lambda row: state_word(row, when), "snoozed until 10:00",
               number=False, tone=_tone, least="always on"),
        Column(N_("Note"), lambda row: row.rule.note, lambda row: row.rule.note, "x" * 12, number=False, spare=1,
               tip=lambda row: row.rule.note),
    )  # fmt: skip


def _tone(row: AlertRow) -> Tone:
    if row.is_raised and row.rule.is_on:
        return Tone.WARN
    return Tone.TEXT if row.rule.is_on else Tone.MUTED
