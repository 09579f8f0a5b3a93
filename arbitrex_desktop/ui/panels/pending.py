# SPDX-License-Identifier: MIT
"""Intents that wait for the trader: what the RPM found, and Approve or Reject."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QSplitter, QVBoxLayout, QWidget

from arbitrex_desktop.desk.intents.intent import ENDED, IntentState, SeenTrade
from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.commands import ApproveIntent, CommandResult, RejectIntent, ResolveIntent
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.desk import STATE_NAMES, pending_columns
from arbitrex_desktop.ui.models.table import Column, RowTableModel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.panels.pending_text import (
    APPROVE_KEYS,
    CHOICE_IS_GONE,
    NEXT_IS_YOURS,
    NOTHING_CHOSEN,
    OUT_OF_SIGHT,
    REJECT_KEYS,
    WHERE_KEYS_WORK,
    approve_text,
    text_for,
    trade_text,
)
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.badges import FilledButton
from arbitrex_desktop.ui.widgets.checks_table import ChecksTable
from arbitrex_desktop.ui.widgets.confirm_button import ConfirmButton
from arbitrex_desktop.ui.widgets.keyed_table import KeyedTable
from arbitrex_desktop.ui.widgets.metric import TonedLabel
from arbitrex_desktop.ui.widgets.unknown_box import UnknownBox

GUARD_MS: Final = 700
"""How long a button that has asked once more does not act: a double click is one press."""

_LITTLE_TIME_S: Final = 15.0
_TIME_LEFT: Final = 8


def is_open(row: IntentRow) -> bool:
    """Tell whether the desk still has something to do with an intent."""
    return row.state not in ENDED


def is_unknown(row: IntentRow) -> bool:
    """Tell whether it is not known what became of an intent's order."""
    return row.state is IntentState.UNKNOWN


class PendingPanel(Panel):
    """Open intents, the checks of the chosen one, and the two buttons; orders of unknown fate above all.

    No intent is ever chosen but by the trader: after a decision none is, so that a second press hits nothing.  The
    first Approve of a run only says that there is no undo, and that of an intent which has become more than what
    arrived says so; the next one of the same intent acts.  Keys act only while the keyboard is here, outside of the
    fields, and on a row that is in sight.
    """

    name = "pending"
    title = "Pending intents"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        self._busy: dict[str, str] = {}
        self._decided: set[str] = set()
        self._choice_is_gone = False
        self._was_out_of_sight = False
        self._decision = ""
        self._warned: tuple[str, str] | None = None
        self._knows_no_undo = False
        time_left: Column[IntentRow] = Column(
            "Left", self._left_text, lambda row: row.expires_at.timestamp(), "? UNKNOWN", tone=self._left_tone,
            tip=lambda row: f"Expires {formats.utc_tip(row.expires_at)}", hint="Time until the intent expires",
        )  # fmt: skip
        self.model: RowTableModel[IntentRow] = RowTableModel(
            pending_columns(time_left), lambda row: row.intent_id, self, on_top=is_unknown
        )
        self.view = KeyedTable(self.model, theme, "No intents are waiting", lambda row: row.intent_id)
        self.unknown = UnknownBox(theme)
        self.checks = ChecksTable(theme)
        self.blocker = TonedLabel(theme, Tone.MUTED)
        self.blocker.setWordWrap(True)
        self.approve = FilledButton("Approve", theme, lambda colours: colours.buy)
        self.reject = FilledButton("Reject", theme, lambda colours: colours.sell)
        self.reject_all = ConfirmButton("Reject all", theme)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText("Reason to reject (optional)")
        self.reason.setMaxLength(200)
        self._key_widgets = (self.view, self.checks, self.approve, self.reject)
        self._guard = QTimer(self)
        self._guard.setSingleShot(True)
        self._guard.setInterval(GUARD_MS)
        self._lay_out()
        self._connect()
        self._show_choice()

    def refresh(self, fresh: Freshness) -> None:
        """Show open intents; their time left counts down on the core's clock."""
        self._fresh = fresh
        rows = [row for row in fresh.snapshot.intents if is_open(row)] if fresh.snapshot else []
        known = fresh.snapshot is not None and fresh.snapshot.account is not None
        self.view.set_empty_text("No intents are waiting" if known else "Intents are not known yet")
        self._show_rows(rows)
        for place in range(self.model.rowCount()):
            self.model.changed(place, _TIME_LEFT, _TIME_LEFT)
        self._show_choice()

    def choose_first(self) -> None:
        """Choose the first intent that can be decided on, unless one is chosen: a deliberate act of the trader's."""
        if self.view.chosen is None:
            row = next(iter(self._rejectable()), self.model.row_at(0))
            self.view.choose(row.intent_id if row else None)

    def command_done(self, result: CommandResult) -> None:
        """Let an intent's buttons work again: its command has been run."""
        command = result.command
        if isinstance(command, ApproveIntent | RejectIntent | ResolveIntent):
            self._busy.pop(command.intent_id, None)
            self._show_choice()

    def tab_title(self) -> str:
        """Return the title with the number of open intents, and of those of unknown fate."""
        count, unknown = self.model.rowCount(), len(self._unknown())
        more = f", {unknown} UNKNOWN" if unknown else ""
        return f"{self.title} ({count}{more})" if count else self.title

    def blocker_of(self, row: IntentRow) -> str:
        """Return in words why the intent cannot be approved now, empty when it can."""
        if row.intent_id in self._busy:
            return f"{self._busy[row.intent_id]}, waiting for the trading core"
        snapshot = self._fresh.snapshot
        journal = f"Nothing can be sent: {snapshot.journal_problem}" if snapshot and snapshot.journal_problem else ""
        if self._fresh.blocking_reason or journal:
            return self._fresh.blocking_reason or journal
        if row.state is not IntentState.PENDING:
            return f"The intent is {row.state}"
        if not row.can_approve:
            return row.blocker or "The trading core does not allow it"
        if self._seconds_left(row) <= 0:
            return "The intent has expired"
        return ""

    def _show_rows(self, rows: list[IntentRow]) -> None:
        """Show these intents; where the chosen one has ended by itself, say so, and let nothing stand in its place."""
        before = self.view.chosen
        self.view.set_rows(rows)
        if before is not None and self.view.chosen is None and before.intent_id not in self._decided:
            self._choice_is_gone = bool(rows)
        self._decided &= {row.intent_id for row in rows}
        self._choice_is_gone = self._choice_is_gone and bool(rows)

    def _seconds_left(self, row: IntentRow) -> float:
        past = self._fresh.seconds_since(row.expires_at)
        return 0.0 if past is None else -past

    def _left_text(self, row: IntentRow) -> str:
        if row.state is not IntentState.PENDING:
            return STATE_NAMES.get(row.state, row.state.value)
        return formats.countdown(self._seconds_left(row))

    def _left_tone(self, row: IntentRow) -> Tone:
        if row.state is IntentState.UNKNOWN:
            return Tone.BAD
        return Tone.WARN if self._seconds_left(row) < _LITTLE_TIME_S else Tone.TEXT

    def _show_choice(self) -> None:
        row = self.view.chosen
        if row is not None:
            self._choice_is_gone, self._decision = False, ""
        self.unknown.show_rows(self._unknown(), row, self._busy)
        self.reject_all.setEnabled(bool(self._rejectable()))
        if row is None or (row.intent_id, row.escalation) != self._warned:
            self._warned = None
        if row is None:
            self._show_nothing()
            return
        self.checks.show_checks(row.checks)
        blocker = self.blocker_of(row)
        self.approve.setText(approve_text(row, again=self._warned is not None))
        # The button that asked once more stays on, and only does not act yet, so that the keyboard stays on it.
        settled = self._warned is not None or not self._guard.isActive()
        self._enable_approve(on=not blocker and settled)
        self.approve.setToolTip(
            blocker
            or f"Judge it once more and send the order; this cannot be undone. Also {APPROVE_KEYS}, {WHERE_KEYS_WORK}."
        )
        rejectable = row.state is IntentState.PENDING and row.intent_id not in self._busy
        self.reject.setEnabled(rejectable and settled)
        message = text_for(row, blocker, again=self._warned is not None, keys=self._keys_work())
        self.blocker.show_text(*((OUT_OF_SIGHT, Tone.WARN) if self._was_out_of_sight else message))

    def _on_choice(self) -> None:
        self._was_out_of_sight = False
        self._show_choice()

    def _enable_approve(self, *, on: bool) -> None:
        """Turn Approve on or off; Qt would hand the keyboard of a button that goes off to the next one, Reject."""
        if not on and self.window().focusWidget() is self.approve:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.approve.setEnabled(on)

    def _show_nothing(self) -> None:
        self.checks.show_checks(())
        self.approve.setText("Approve")
        self._enable_approve(on=False)
        self.approve.setToolTip("Choose an intent first")
        self.reject.setEnabled(False)
        if self._decision:
            self.blocker.show_text(self._decision, Tone.TEXT)
        elif self._choice_is_gone:
            self.blocker.show_text(CHOICE_IS_GONE, Tone.WARN)
        else:
            self.blocker.show_text(NOTHING_CHOSEN, Tone.MUTED)

    def _approve(self) -> None:
        row = self.view.chosen
        if row is None or not self.approve.isEnabled() or self._guard.isActive() or self.blocker_of(row):
            return
        self._was_out_of_sight = False
        if self._warned is None and (row.escalation or not self._knows_no_undo):
            self._warned = (row.intent_id, row.escalation)
            self._guard.start()
            self._show_choice()
            return
        self._knows_no_undo, self._warned = True, None
        self._decide(row.intent_id, "Approved")
        self.asked.emit(ApproveIntent(row.intent_id, SeenTrade(row.lots, row.closes)))
        self._choose_none(f"Approved {trade_text(row)}")

    def _reject(self) -> None:
        row = self.view.chosen
        if row is None or not self.reject.isEnabled():
            return
        self._was_out_of_sight = False
        self._ask_to_reject(row)
        self.reason.clear()
        self._choose_none(f"Rejected {trade_text(row)}")

    def _reject_all(self) -> None:
        for row in self._rejectable():
            self._ask_to_reject(row)
        self.reason.clear()
        self._show_choice()

    def _choose_none(self, decision: str) -> None:
        """Leave none chosen after a decision, and say what was decided."""
        self.view.choose(None)
        self._decision = f"{decision}. {NEXT_IS_YOURS}"
        self._show_choice()

    def _ask_to_reject(self, row: IntentRow) -> None:
        self._decide(row.intent_id, "Rejected")
        self.asked.emit(RejectIntent(row.intent_id, self.reason.text().strip()))

    def _resolve(self, intent_id: str, executed: bool, reason: str, ticket: int) -> None:  # noqa: FBT001 - a slot
        self._decide(intent_id, "Answered")
        self.asked.emit(ResolveIntent(intent_id, executed, reason, ticket))
        self._show_choice()

    def _decide(self, intent_id: str, word: str) -> None:
        self._busy[intent_id] = word
        self._decided.add(intent_id)

    def _keys_work(self) -> bool:
        """Tell whether the keyboard is where the keys act."""
        return any(widget.hasFocus() for widget in self._key_widgets)

    def _by_key(self, act: Callable[[], None]) -> None:
        """Act on the chosen row for a key, if the trader sees it; one that was scrolled away is brought back first."""
        index = self.model.index(self.model.row_of(self.view.chosen.intent_id), 0) if self.view.chosen else None
        if index is not None and not self.view.viewport().rect().contains(self.view.visualRect(index)):
            self.view.scrollTo(index)
            self._guard.start()
            self._was_out_of_sight = True
            self._show_choice()
            return
        act()

    def _unknown(self) -> list[IntentRow]:
        return [row for row in self.model.rows if is_unknown(row)]

    def _rejectable(self) -> list[IntentRow]:
        return [row for row in self.model.rows if row.state is IntentState.PENDING and row.intent_id not in self._busy]

    def _connect(self) -> None:
        self.view.choice_changed.connect(self._on_choice)
        self._guard.timeout.connect(self._show_choice)
        self.approve.clicked.connect(self._approve)
        self.reject.clicked.connect(self._reject)
        self.reject_all.confirmed.connect(self._reject_all)
        self.unknown.resolve_asked.connect(self._resolve)
        for widget, (keys, act) in product(
            self._key_widgets, ((APPROVE_KEYS, self._approve), (REJECT_KEYS, self._reject))
        ):
            # Not in the fields: there the one deletes a word, and the other would approve what is being rejected.
            shortcut = QShortcut(QKeySequence(keys), widget)
            # A key held down is one press.
            shortcut.setAutoRepeat(False)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(partial(self._by_key, act))
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._show_choice)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for widget in (self.approve, self.reject, self.reason, self.reject_all):
            buttons.addWidget(widget, 1 if widget is self.reason else 0)
        self.reject.setToolTip(
            f"End the intent; nothing is sent; this cannot be undone. Also {REJECT_KEYS}, {WHERE_KEYS_WORK}."
        )
        self.reject_all.set_subject("Reject all", "Really reject all?")
        lower = QWidget()
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 0, 0, 0)
        below.addLayout(buttons)
        below.addWidget(self.blocker)
        below.addWidget(self.checks, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.view)
        splitter.addWidget(lower)
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 3)
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.unknown)
        layout.addWidget(splitter)
