# SPDX-License-Identifier: MIT
"""Kill switches that are on, and the way back for those that a person has set: a reason, and a second press."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from arbitrex_desktop.desk.presentation.core_text import core_text
from arbitrex_desktop.desk.presentation.snapshot import SwitchRow
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.bars.prompt_bar import PromptBar
from arbitrex_desktop.ui.commands import LiftSwitch
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.confirm_button import ConfirmButton
from arbitrex_desktop.ui.widgets.metric import TonedLabel
from arbitrex_desktop.visible import visible

_SCOPES: Final = {"GLOBAL": N_("everything"), "SYMBOL": N_("the symbol {name}"), "STRATEGY": N_("the strategy {name}")}
_EFFECTS: Final = {
    "THROTTLE": N_("{scope} is throttled: one trade that adds risk per interval"),
    "SUSPEND": N_("{scope} is suspended: only trades that reduce risk pass"),
    "SHUTDOWN": N_("{scope} is shut down: only trades that reduce risk pass"),
}
_LIFTED: Final = N_("Trades of {scope} that add risk are judged by the limits again")


def scope_text(row: SwitchRow) -> str:
    """Return in words what a switch is set on."""
    return _(_SCOPES.get(row.level, "{name}")).format(name=visible(row.name))


def switch_text(row: SwitchRow, now: datetime | None) -> str:
    """Return in words what a switch does, who set it, since when and why, and the way back."""
    effect = _(_EFFECTS.get(row.action, "{scope}")).format(scope=scope_text(row))
    form = (
        _("Kill switch: {effect}. Set by a limit, {since}: {reason}. Resume in the menu Trading lifts it.")
        if row.by_limit
        else _("Kill switch: {effect}. Set by hand, {since}: {reason}")
    )
    return form.format(effect=effect, since=formats.short_time(row.since, now), reason=core_text(row.reason))


class SwitchLine(QWidget):
    """One switch, with a button where a person may lift it.

    Signal: `lift_asked(SwitchRow)`.
    """

    lift_asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._row: SwitchRow | None = None
        self.label = TonedLabel(theme, Tone.WARN)
        self.label.setWordWrap(True)
        self.lift = QPushButton(_("Lift\N{HORIZONTAL ELLIPSIS}"))
        self.lift.clicked.connect(lambda: self.lift_asked.emit(self._row))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.lift, 0, Qt.AlignmentFlag.AlignTop)

    def show_switch(self, row: SwitchRow, now: datetime | None) -> None:
        """Show a switch that is on."""
        self._row = row
        self.label.show_text(switch_text(row, now), Tone.WARN)
        self.lift.setAccessibleName(_("Lift the kill switch on {scope}").format(scope=scope_text(row)))
        self.lift.setVisible(not row.by_limit)


class SwitchList(QWidget):
    """The switches that are on, one below the other.

    Signal: `lift_asked(SwitchRow)`, the trader wants to lift one; the reason is asked for elsewhere.
    """

    lift_asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: tuple[SwitchRow, ...] = ()
        self.lines: list[SwitchLine] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(3)
        self.hide()

    def show_switches(self, rows: Sequence[SwitchRow], now: datetime | None) -> None:
        """Show the switches that are on; without one nothing is shown."""
        self.rows = tuple(rows)
        while len(self.lines) < len(rows):
            line = SwitchLine(self._theme)
            line.lift_asked.connect(self.lift_asked)
            self._layout.addWidget(line)
            self.lines.append(line)
        for line, row in zip(self.lines, rows, strict=False):
            line.show_switch(row, now)
        for place, line in enumerate(self.lines):
            line.setVisible(place < len(rows))
        self.setVisible(bool(rows))


class LiftBar(PromptBar):
    """Asks why a kill switch may be lifted, and lifts it on the second press."""

    def __init__(self, theme: Theme) -> None:
        self._row: SwitchRow | None = None
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("Reason, kept in the journal"))
        self.reason.setAccessibleName(_("Reason, kept in the journal"))
        self.reason.setMaxLength(200)
        self.act = ConfirmButton(_("Lift"), theme)
        self.act.setEnabled(False)
        super().__init__(theme, self.reason, self.act, wide=self.reason)
        self.act.set_subject(_("Lift"), _("Really lift it?"))
        self.reason.textChanged.connect(self._show_button)
        self.reason.returnPressed.connect(self.act.click)
        self.act.confirmed.connect(self._send_command)

    def open(self, row: SwitchRow) -> None:
        """Ask about a switch, with the keyboard on the empty reason."""
        self._row = row
        self.reason.clear()
        scope = scope_text(row)
        message = f"{scope}: {core_text(row.reason)}. {_(_LIFTED).format(scope=scope)}"
        self.message.show_text(message[:1].upper() + message[1:], Tone.WARN)
        self._show_button()
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self, rows: Sequence[SwitchRow]) -> None:
        """Go away when the switch is not on any more, or is another one by now."""
        if self._row is not None and self._row not in rows:
            self._row = None
            self.closed.emit()

    def _show_button(self) -> None:
        self.act.disarm()
        self.act.setEnabled(bool(self.reason.text().strip()))

    def _send_command(self) -> None:
        row, reason = self._row, self.reason.text().strip()
        if row is not None and reason:
            self._row = None
            self.closed.emit()
            self.asked.emit(LiftSwitch(row, reason))
