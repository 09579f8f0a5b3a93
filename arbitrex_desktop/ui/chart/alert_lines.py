# SPDX-License-Identifier: MIT
"""Alerts of a price as lines on its chart."""

from __future__ import annotations

from arbitrex_desktop.desk.presentation.alert_rows import AlertKind
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.chart.marks import LineKind, LineOwner, LineRef, PriceLine


def alert_lines(snapshot: DeskSnapshot, symbol: str) -> tuple[PriceLine, ...]:
    """Return a line for each alert that waits for a price of the symbol; those switched off have none."""
    rules = (row.rule for row in snapshot.alerts.rows)
    return tuple(
        PriceLine(LineRef(LineOwner.ALERT, rule.rule_id), rule.level, _text(rule.above, rule.note), LineKind.ALERT)
        for rule in rules
        if rule.kind is AlertKind.PRICE and rule.symbol == symbol and rule.is_on
    )


def _text(above: bool, note: str) -> str:  # noqa: FBT001 - the rule's own field
    arrow = formats.UP_ARROW if above else formats.DOWN_ARROW
    return _("{arrow} calls  {note}").format(arrow=arrow, note=note).rstrip()
