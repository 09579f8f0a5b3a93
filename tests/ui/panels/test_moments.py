# SPDX-License-Identifier: MIT
"""A time that is not of today shows its day, and an order shows when it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.alert_rows import AlertCall, AlertKind, AlertsView
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.snapshot import Notice
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.panels.decisions import DecisionsPanel
from arbitrex_desktop.ui.panels.notices import NoticesPanel
from arbitrex_desktop.ui.panels.orders import OrdersPanel
from arbitrex_desktop.ui.panels.risk import RiskPanel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.clock import START
from tests.fakes.desk_data import intent_row, order_row, risk_row

Make = Callable[..., Freshness]
LONG_AGO = START - timedelta(days=3)


def cells(model: RowTableModel[Any], title: str, role: int = Qt.ItemDataRole.DisplayRole) -> list[str]:
    """Return a column's cells from top to bottom."""
    place = [column.title for column in model.columns].index(title)
    return [str(model.index(row, place).data(role)) for row in range(model.rowCount())]


def test_decisions_of_other_days_show_the_day(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """Today's shows the time, an older one day and time; both sort by the moment."""
    panel = DecisionsPanel(theme)
    qtbot.addWidget(panel)
    old = intent_row("o", state=IntentState.EXPIRED, changed_at=LONG_AGO)
    new = intent_row("n", state=IntentState.EXPIRED, changed_at=START)
    panel.refresh(fresh(intents=(old, new)))
    # The newest decision stands first, whenever the intent was received.
    assert cells(panel.model, "Time") == [START.astimezone().strftime("%H:%M:%S"), formats.short_time(LONG_AGO, START)]
    assert "Mar" in cells(panel.model, "Time")[1]
    panel.model.sort(0, Qt.SortOrder.AscendingOrder)
    assert [row.intent_id for row in panel.model.rows] == ["o", "n"]


def test_the_time_gets_its_day_when_the_day_ends(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """What was today's yesterday is not taken for today's."""
    panel = DecisionsPanel(theme)
    qtbot.addWidget(panel)
    ended = (intent_row("e", state=IntentState.EXPIRED, changed_at=START),)
    panel.refresh(fresh(intents=ended))
    assert ":00:00" in cells(panel.model, "Time")[0]
    panel.refresh(fresh(intents=ended, taken_at=START + timedelta(days=1)))
    assert cells(panel.model, "Time") == [formats.short_time(START, START + timedelta(days=1))]


def test_notices_of_other_days_show_the_day(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """An error of yesterday does not read as one of this morning."""
    panel = NoticesPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(
        fresh(
            notices=(
                Notice(START, "info", NoticeSubject.SYNC.of(), "now"),
                Notice(LONG_AGO, "error", NoticeSubject.JOURNAL.of(), "then"),
            )
        )
    )
    assert cells(panel.model, "Time")[1] == formats.short_time(LONG_AGO, START)


def test_a_halt_that_the_core_told_is_not_told_again_by_its_call(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """One line for one HALT; a call for another reason, or much later, has a line of its own."""
    panel = NoticesPanel(theme)
    qtbot.addWidget(panel)
    halts = ((1, "by the trader"), (2, "daily loss"), (300, "by the trader"))
    calls = [
        AlertCall(number, START + timedelta(seconds=after), AlertKind.HALT, f"In any language: {number}", reason=reason)
        for number, (after, reason) in enumerate(halts, 1)
    ]
    told = Notice(START, "warning", NoticeSubject.HALT.of(), "HALTED: by the trader", "by the trader")
    panel.refresh(fresh(notices=(told,), alerts=AlertsView((), tuple(reversed(calls)))))
    assert [row.text for row in panel.model.rows] == [calls[2].text, calls[1].text, told.text]


def test_a_halt_of_another_day_shows_the_day(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """A halt may outlive the program by days."""
    panel = RiskPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(risk=risk_row(trading_state="HALTED", halt_reason="news", halted_at=LONG_AGO)))
    assert panel.state.text() == f"Trading is HALTED since {formats.short_time(LONG_AGO, START)}: news"


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> OrdersPanel:
    """Return a panel of orders."""
    made = OrdersPanel(theme)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(
    ("changes", "text", "tip"),
    [
        ({}, "never", "Rests until it is cancelled"),
        ({"for_the_day": True}, "end of day", "Rests until the broker's trading day is over"),
        ({"expires_at": START + timedelta(hours=2)}, None, "Rests until 2025-03-12 12:00:00 UTC"),
        (
            {"expires_at": START + timedelta(days=2), "for_the_day": True}, None,
            "Rests until the broker's trading day is over (until 2025-03-14 10:00:00 UTC)",
        ),
    ],
)  # fmt: skip
def test_orders_show_when_they_end(
    panel: OrdersPanel, fresh: Make, changes: dict[str, Any], text: str | None, tip: str
) -> None:
    """The broker's moment, a day order as such, and one that never ends in grey; the tip has it in UTC."""
    row = order_row(**changes)
    panel.refresh(fresh(orders=(row,)))
    assert cells(panel.model, "Expires") == [text or formats.short_time(changes["expires_at"], START)]
    assert tip in cells(panel.model, "Symbol", Qt.ItemDataRole.ToolTipRole)[0].splitlines()
    column = next(column for column in panel.model.columns if column.title == "Expires")
    assert column.tone(row) is (Tone.TEXT if changes else Tone.MUTED)


def test_orders_sort_by_when_they_end(panel: OrdersPanel, fresh: Make) -> None:
    """Those that end soonest come first, and those that never do last, either way."""
    soon, later = (order_row(each, expires_at=START + timedelta(hours=each)) for each in (1, 2))
    panel.refresh(fresh(orders=(order_row(9), later, soon)))
    place = [column.title for column in panel.model.columns].index("Expires")
    for order, wanted in ((Qt.SortOrder.AscendingOrder, [1, 2, 9]), (Qt.SortOrder.DescendingOrder, [2, 1, 9])):
        panel.model.sort(place, order)
        assert [row.ticket for row in panel.model.rows] == wanted
