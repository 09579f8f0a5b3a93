# SPDX-License-Identifier: MIT
"""How alerts call: sound, balloon, taskbar, quiet hours, Telegram and a webhook."""

from __future__ import annotations

from datetime import time
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from arbitrex_desktop.desk.presentation.alert_rows import AlertsView, AlertWays
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.commands import SetAlertWays, TryAlertWays
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.badges import FilledButton
from arbitrex_desktop.ui.widgets.metric import TonedLabel

_EXPLANATION = N_(
    "HALT, an order of unknown fate, a lost connection and a strategy's intent that waits for you always call. "
    "Token and address are kept in the system's credential store; nothing is sent before you switch it on here."
)
_LEAST_WIDTH: Final = 460


class NotificationSettings(QDialog):
    """Changes the ways; modeless.  Secrets that are left empty stay as they are.

    Signal: `asked(TraderCommand)`.
    """

    asked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Notifications"))
        self.setModal(False)
        self.sound, self.balloon, self.flash = (
            QCheckBox(_("Sound")),
            QCheckBox(_("Balloon")),
            QCheckBox(_("Flash the taskbar")),
        )
        self.quiet_from, self.quiet_to = QLineEdit(), QLineEdit()
        self.telegram, self.webhook = QCheckBox(_("Send to Telegram")), QCheckBox(_("Call a webhook"))
        self.token, self.chat, self.address = QLineEdit(), QLineEdit(), QLineEdit()
        for secret in (self.token, self.address):
            secret.setEchoMode(QLineEdit.EchoMode.Password)
        for field, text in ((self.quiet_from, "22:00"), (self.quiet_to, "07:00")):
            field.setPlaceholderText(_("none (as {time})").format(time=text))
            field.setMaxLength(5)
        self.chat.setPlaceholderText(_("the id of your chat"))
        self.message = TonedLabel(theme, Tone.MUTED)
        self.message.setWordWrap(True)
        self.keep = FilledButton(_("Keep"), theme, lambda colours: colours.buy)
        self.test = QPushButton(_("Send a test"))
        self._lay_out()
        self.keep.clicked.connect(self._keep)
        self.test.clicked.connect(lambda: self.asked.emit(TryAlertWays()))

    def open_ways(self, view: AlertsView) -> None:
        """Show the ways as they are."""
        ways = view.ways
        for box, on in self._boxes(ways):
            box.setChecked(on)
        for field, text in ((self.quiet_from, ways.quiet_from), (self.quiet_to, ways.quiet_to), (self.chat, ways.chat)):
            field.setText(text)
        kept = _("saved; enter another one to change it")
        self.token.setPlaceholderText(kept if ways.telegram else _("from BotFather"))
        self.address.setPlaceholderText(kept if ways.webhook else "https://")
        self.token.clear()
        self.address.clear()
        self.follow(view)
        self.show()
        self.raise_()
        self.activateWindow()

    def follow(self, view: AlertsView) -> None:
        """Say what could not be sent."""
        if view.trouble or self.message.tone is Tone.WARN:
            self.message.show_text(view.trouble, Tone.WARN if view.trouble else Tone.MUTED)

    def ways(self) -> AlertWays | None:
        """Return what is in the form, None where something is wrong, which is then said."""
        wrong = self._wrong()
        self.message.show_text(wrong, Tone.BAD if wrong else Tone.MUTED)
        if wrong:
            return None
        return AlertWays(
            sound=self.sound.isChecked(),
            balloon=self.balloon.isChecked(),
            flash=self.flash.isChecked(),
            quiet_from=self.quiet_from.text().strip(),
            quiet_to=self.quiet_to.text().strip(),
            telegram=self.telegram.isChecked(),
            chat=self.chat.text().strip(),
            webhook=self.webhook.isChecked(),
        )

    def _wrong(self) -> str:
        """Return what is wrong, in words; empty when nothing is."""
        begin, end = self.quiet_from.text().strip(), self.quiet_to.text().strip()
        if bool(begin) != bool(end):
            return _("Quiet hours: write both times, or none")
        for text in filter(None, (begin, end)):
            if not _is_time(text):
                return _(
                    "Quiet hours: \N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK} is no time "
                    "like 22:00"
                ).format(text=text)
        if self.telegram.isChecked() and not self.chat.text().strip():
            return _("Telegram: write the id of the chat")
        address = self.address.text().strip()
        if address and not address.startswith("https://"):
            return _("Webhook: the address must begin with https://")
        return ""

    def _keep(self) -> None:
        ways = self.ways()
        if ways is None:
            return
        token, address = self.token.text().strip(), self.address.text().strip()
        self.asked.emit(SetAlertWays(ways, token or None, address or None))
        self.token.clear()
        self.address.clear()
        self.message.show_text(_("Saved. Send a test to see whether it arrives."), Tone.MUTED)

    def _boxes(self, ways: AlertWays) -> tuple[tuple[QCheckBox, bool], ...]:
        return (
            (self.sound, ways.sound),
            (self.balloon, ways.balloon),
            (self.flash, ways.flash),
            (self.telegram, ways.telegram),
            (self.webhook, ways.webhook),
        )

    def _lay_out(self) -> None:
        explanation = QLabel(_(_EXPLANATION))
        explanation.setWordWrap(True)
        form = QFormLayout(self)
        form.addRow(explanation)
        for box in (self.sound, self.balloon, self.flash):
            form.addRow("", box)
        hours = QHBoxLayout()
        for widget in (self.quiet_from, QLabel(_("to")), self.quiet_to):
            hours.addWidget(widget)
        form.addRow(_("Quiet from"), hours)
        form.addRow("", self.telegram)
        form.addRow(_("Bot's token"), self.token)
        form.addRow(_("Chat"), self.chat)
        form.addRow("", self.webhook)
        form.addRow(_("Address"), self.address)
        form.addRow(self.message)
        buttons = QHBoxLayout()
        buttons.addWidget(self.test)
        buttons.addStretch(1)
        buttons.addWidget(self.keep)
        form.addRow(buttons)
        for field, name in (
            (self.quiet_from, _("Quiet from")),
            (self.quiet_to, _("Quiet to")),
            (self.token, _("Token of the bot")),
            (self.chat, _("Chat of Telegram")),
            (self.address, _("Address of the webhook")),
        ):
            field.setAccessibleName(name)
        self.setMinimumWidth(_LEAST_WIDTH)
        # At a fractional scale the form gives a text of several lines less than it needs.
        margins = form.contentsMargins()
        explanation.setMinimumHeight(explanation.heightForWidth(_LEAST_WIDTH - margins.left() - margins.right()))


def _is_time(text: str) -> bool:
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("22:00")
