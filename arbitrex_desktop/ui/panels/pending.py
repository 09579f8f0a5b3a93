# SPDX-License-Identifier: MIT
"""Intents that wait for the trader: what the RPM found, and Approve or Reject."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSplitter, QVBoxLayout, QWidget

from arbitrex_desktop.desk.intents import ENDED, IntentState
from arbitrex_desktop.desk.snapshot import IntentRow
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.answers import Answers
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.desk import STATE_WORDS, pending_columns
from arbitrex_desktop.ui.models.table import Column, RowTableModel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.checks_table import ChecksTable
from arbitrex_desktop.ui.widgets.confirm_button import ConfirmButton
from arbitrex_desktop.ui.widgets.figure import TonedLabel
from arbitrex_desktop.ui.widgets.filled import FilledButton
from arbitrex_desktop.ui.widgets.keyed_table import KeyedTable
from arbitrex_desktop.ui.widgets.unknown_box import UnknownBox

GUARD_MS: Final = 700
"""How long Approve stays off after the window chose another intent, or asked: a click under way must not hit it."""

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

    The first Approve of a run only says that there is no undo; the next one of the same intent, and every one after
    that, acts.

    Signals: `approve_asked(str)` with the intent's id; `reject_asked(str, str)` with id and reason;
    `resolve_asked(str, bool, str, int)` with id, whether it was executed, reason, and ticket or 0.
    """

    name = "pending"
    title = "Pending intents"

    approve_asked = Signal(str)
    reject_asked = Signal(str, str)
    resolve_asked = Signal(str, bool, str, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        self._busy: dict[str, str] = {}
        self._answers = Answers()
        self._warned: str | None = None
        self._knows_no_undo = False
        time_left: Column[IntentRow] = Column(
            "Left", self._left_text, lambda row: row.expires_at.timestamp(), "? UNKNOWN", tone=self._left_tone,
            tip=lambda row: f"Expires {formats.utc_tip(row.expires_at)}", hint="Time until the intent expires",
        )  # fmt: skip
        self.model: RowTableModel[IntentRow] = RowTableModel(
            pending_columns(time_left, self._answers.change), lambda row: row.intent_id, self, on_top=is_unknown
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
        self._answers.follow(rows)
        self.view.set_rows(rows)
        self._choose_first_if_none()
        for place in range(self.model.rowCount()):
            self.model.changed(place, _TIME_LEFT, _TIME_LEFT)
        self._show_choice()

    def command_done(self, intent_id: str) -> None:
        """Let an intent's buttons work again: its command has been run."""
        self._busy.pop(intent_id, None)
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
        if self._fresh.hindrance or journal:
            return self._fresh.hindrance or journal
        if row.state is not IntentState.PENDING:
            return f"The intent is {row.state}"
        if not row.can_approve:
            return row.blocker or "The trading core does not allow it"
        if self._seconds_left(row) <= 0:
            return "The intent has expired"
        return ""

    def _choose_first_if_none(self) -> None:
        first = self.model.row_at(0)
        if self.view.chosen is None and first is not None:
            self._guard.start()
            self.view.choose(first.intent_id)

    def _seconds_left(self, row: IntentRow) -> float:
        past = self._fresh.seconds_since(row.expires_at)
        return 0.0 if past is None else -past

    def _left_text(self, row: IntentRow) -> str:
        if row.state is not IntentState.PENDING:
            return STATE_WORDS.get(row.state, row.state.value)
        return formats.countdown(self._seconds_left(row))

    def _left_tone(self, row: IntentRow) -> Tone:
        if row.state is IntentState.UNKNOWN:
            return Tone.BAD
        return Tone.WARN if self._seconds_left(row) < _LITTLE_TIME_S else Tone.TEXT

    def _show_choice(self) -> None:
        row = self.view.chosen
        self.unknown.show_rows(self._unknown(), row, self._busy)
        self.reject_all.setEnabled(bool(self._rejectable()))
        if row is None or row.intent_id != self._warned:
            self._warned = None
        if row is None:
            self._show_nothing()
            return
        self.checks.show_checks(row.checks)
        blocker = self.blocker_of(row)
        self.approve.setText(_approve_text(row, again=self._warned is not None))
        # The button that asked once more stays on, and only does not act yet, so that the keyboard stays on it.
        self._enable_approve(on=not blocker and (self._warned is not None or not self._guard.isActive()))
        self.approve.setToolTip(
            blocker or "Judge it once more and send the order (Ctrl+Return). This cannot be undone."
        )
        self.reject.setEnabled(row.state is IntentState.PENDING and row.intent_id not in self._busy)
        self.blocker.show_text(*self._words_for(row, blocker))

    def _enable_approve(self, *, on: bool) -> None:
        """Turn Approve on or off; Qt would hand the keyboard of a button that goes off to the next one, Reject."""
        if not on and self.window().focusWidget() is self.approve:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.approve.setEnabled(on)

    def _words_for(self, row: IntentRow, blocker: str) -> tuple[str, Tone]:
        words, tone = self._words_besides(row, blocker)
        return (f"{row.closes_words}. {words}", Tone.WARN) if row.closes_words else (words, tone)

    def _words_besides(self, row: IntentRow, blocker: str) -> tuple[str, Tone]:
        if blocker:
            change = self._answers.change(row)
            return f"Cannot approve: {blocker}{f' (changed: {change})' if change else ''}", Tone.WARN
        if self._warned:
            return "Approving sends the order at once. It CANNOT BE UNDONE. Press Approve again to send it.", Tone.WARN
        found = row.details or row.reason or "Nothing speaks against it"
        change = self._answers.change(row)
        if change:
            return f"Changed while it waited: {change}. {found}. Approving cannot be undone.", Tone.WARN
        return f"{found}. Approving sends the order at once and cannot be undone.", Tone.MUTED

    def _show_nothing(self) -> None:
        self.checks.show_checks(())
        self.approve.setText("Approve")
        self._enable_approve(on=False)
        self.approve.setToolTip("Choose an intent first")
        self.reject.setEnabled(False)
        self.blocker.show_text("Choose an intent to see its checks", Tone.MUTED)

    def _approve(self) -> None:
        row = self.view.chosen
        if row is None or not self.approve.isEnabled() or self._guard.isActive() or self.blocker_of(row):
            return
        if not self._knows_no_undo and self._warned is None:
            self._warned = row.intent_id
            self._guard.start()
            self._show_choice()
            return
        self._knows_no_undo, self._warned = True, None
        self._busy[row.intent_id] = "Approved"
        self.approve_asked.emit(row.intent_id)
        self._show_choice()

    def _reject(self) -> None:
        row = self.view.chosen
        if row is None or not self.reject.isEnabled():
            return
        self._ask_to_reject(row)
        self.reason.clear()
        self._show_choice()

    def _reject_all(self) -> None:
        for row in self._rejectable():
            self._ask_to_reject(row)
        self.reason.clear()
        self._show_choice()

    def _ask_to_reject(self, row: IntentRow) -> None:
        self._busy[row.intent_id] = "Rejected"
        self.reject_asked.emit(row.intent_id, self.reason.text().strip())

    def _resolve(self, intent_id: str, executed: bool, reason: str, ticket: int) -> None:  # noqa: FBT001 - a slot
        self._busy[intent_id] = "Answered"
        self.resolve_asked.emit(intent_id, executed, reason, ticket)
        self._show_choice()

    def _unknown(self) -> list[IntentRow]:
        return [row for row in self.model.rows if is_unknown(row)]

    def _rejectable(self) -> list[IntentRow]:
        return [row for row in self.model.rows if row.state is IntentState.PENDING and row.intent_id not in self._busy]

    def _connect(self) -> None:
        self.view.choice_changed.connect(self._show_choice)
        self._guard.timeout.connect(self._show_choice)
        self.approve.clicked.connect(self._approve)
        self.reject.clicked.connect(self._reject)
        self.reject_all.confirmed.connect(self._reject_all)
        self.unknown.resolve_asked.connect(self._resolve)
        for keys, act in (("Ctrl+Return", self._approve), ("Ctrl+Backspace", self._reject)):
            shortcut = QShortcut(QKeySequence(keys), self)
            # A key held down is one press.
            shortcut.setAutoRepeat(False)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for widget in (self.approve, self.reject, self.reason, self.reject_all):
            buttons.addWidget(widget, 1 if widget is self.reason else 0)
        self.reject.setToolTip("End the intent; nothing is sent (Ctrl+Backspace). This cannot be undone.")
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


def _approve_text(row: IntentRow, *, again: bool) -> str:
    """Return what the button does, in words; what is refused cannot be approved, and has no size to name."""
    if row.lots <= 0.0:
        return "Cannot approve"
    verb = "Really approve" if again else "Approve"
    if row.closes is not None:
        return f"{verb}: close #{row.closes}"
    return f"{verb} {formats.side(row.direction)} {formats.lots(row.lots)} {row.symbol}"
