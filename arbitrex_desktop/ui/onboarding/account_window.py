# SPDX-License-Identifier: MIT
"""Setting an account up in the window: simulated, or a MetaTrader 5 account that is tried before it is kept."""

from __future__ import annotations

import threading
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.raw_layer.connection.sessions import account_number
from arbitrex_desktop.raw_layer.errors import SessionConfigError
from arbitrex_desktop.raw_layer.views import AccountMode
from arbitrex_desktop.settings.account_setup import AccountSetup, LoginAnswer, LoginTrial, name_for
from arbitrex_desktop.settings.catalogue import Account
from arbitrex_desktop.settings.toml_file import SettingsError
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import LARGE, Theme, tabular
from arbitrex_desktop.ui.widgets.badges import FilledButton, quiet
from arbitrex_desktop.ui.widgets.metric import TonedLabel

_TICK_MS: Final = 500
_LAST_USED: Final = N_("The terminal used last")
_SIMULATED: Final = N_(
    "Generated prices, money that is not real, everything else as on a real account. Nothing leaves this computer. "
    "It begins with four positions, as if they had been opened elsewhere."
)
_REAL: Final = N_(
    "A demo or live account at your broker, through the MetaTrader 5 terminal on this computer. "
    "On a LIVE account nothing is sent until you arm it."
)
_TRYING: Final = N_("Logging in, {:.0f} s; a terminal that is not open yet may take a minute")


class LoginAsker(QObject):
    """Makes one login at a time on a thread of its own.  Lives on the GUI thread.

    Signals, on the GUI thread: `answered(LoginAnswer)`; `failed(str)`, words for the trader.
    """

    answered = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._trial: LoginTrial | None = None
        self._done.connect(self._finish)

    _done = Signal(object, object)

    @property
    def is_busy(self) -> bool:
        """Whether a login is under way."""
        return self._trial is not None

    def ask(self, trial: LoginTrial) -> None:
        """Make a login, unless one is under way."""
        if self._trial is None:
            self._trial = trial
            # A daemon: a terminal that hangs must not keep the program; `cancel` ends its host.
            threading.Thread(target=self._run, args=(trial,), name="login-trial", daemon=True).start()

    def cancel(self) -> None:
        """End the login; `failed` tells of it."""
        if self._trial is not None:
            self._trial.cancel()

    def _run(self, trial: LoginTrial) -> None:
        """Asking thread: tell what came back, unless the window has gone meanwhile."""
        outcome: LoginAnswer | str
        try:
            outcome = trial.run()
        except (MT5Error, DeskError, OSError) as error:
            outcome = error_text(error)
        try:
            self._done.emit(trial, outcome)
        except RuntimeError:
            return

    def _finish(self, _trial: object, outcome: LoginAnswer | str) -> None:
        self._trial = None
        (self.failed if isinstance(outcome, str) else self.answered).emit(outcome)


class AccountWindow(QDialog):
    """Asks which account the desk is for; modeless.

    Signals:
        chosen(bool, bool): the desk is to begin anew; whether on the simulated account for this time only, and whether
            the trader wants to be shown around.
    """

    chosen = Signal(bool, bool)

    def __init__(self, setup: AccountSetup, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup = setup
        self._theme = theme
        self._asker = LoginAsker(self)
        self._since = QElapsedTimer()
        self._tick = QTimer(self, interval=_TICK_MS)
        self.setWindowTitle(_("Accounts"))
        self.setModal(False)
        self._make_parts()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._first_page())
        self._pages.addWidget(self._account_page())
        layout = QVBoxLayout(self)
        layout.addWidget(self._pages)
        self.setMinimumWidth(540)
        self._connect()
        self._show_busy()

    def begin(self) -> None:
        """Show the first page, with what is found on this computer now."""
        self._pages.setCurrentIndex(0)
        self._offer_terminals()
        before = self._setup.before
        self.before.show_text(before, Tone.WARN)
        self.before.setVisible(bool(before))
        self.outcome.show_text("")
        self.show()
        self.raise_()
        self.activateWindow()
        self.simulated.setFocus(Qt.FocusReason.OtherFocusReason)

    def done(self, result: int) -> None:
        """Close, and end a login that is under way."""
        self._asker.cancel()
        self.password.clear()
        super().done(result)

    def typed(self) -> Account:
        """Return the account in the fields; raise ValueError in words for one that cannot be."""
        login = account_number(self.login.text().strip(), _("Login"))
        server = self.server.text().strip()
        if not server:
            raise ValueError(_("Server: as MetaTrader shows it, for example Broker-Demo"))
        terminal = self.terminal.currentText().strip()
        return Account(name_for(login, server), login, server, "" if terminal == _(_LAST_USED) else terminal)

    # The hand

    def _take_simulated(self) -> None:
        try:
            kept = self._setup.keep_simulated()
        except (SettingsError, OSError) as error:
            self.before.show_text(error_text(error), Tone.BAD)
            self.before.show()
            return
        self._choose(simulated=not kept)

    def _try(self) -> None:
        try:
            account = self.typed()
        except (ValueError, SessionConfigError) as error:
            self.outcome.show_text(error_text(error), Tone.WARN)
            return
        self.outcome.show_text("")
        self._since.start()
        self._asker.ask(self._setup.trial(account, self.password.text()))
        self._show_busy()

    def _keep(self) -> None:
        try:
            self._setup.keep(self.typed(), self.password.text())
        except (ValueError, SessionConfigError, OSError) as error:
            self.outcome.show_text(error_text(error), Tone.BAD)
            return
        self._choose(simulated=False)

    def _choose(self, *, simulated: bool) -> None:
        self.accept()
        self.chosen.emit(simulated, self.tour.isChecked())

    def _browse(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(
            self, _("The terminal's program"), "", _("terminal64.exe (terminal64.exe)")
        )
        if path:
            self.terminal.setCurrentText(path)

    # What is shown

    def _take_answer(self, answer: LoginAnswer) -> None:
        self._show_busy()
        live = answer.identity.mode is AccountMode.LIVE
        more = _(". It is real money: nothing is sent until you arm it") if live else ""
        self.outcome.show_text(f"{answer.message}{more}", Tone.WARN if live else Tone.GOOD)
        self.keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_failure(self, message: str) -> None:
        self._show_busy()
        self.outcome.show_text(f"{message[:1].upper()}{message[1:]}", Tone.BAD)

    def _show_busy(self) -> None:
        """Show how long a login has been under way, or the outcome."""
        busy = self._asker.is_busy
        self._tick.start() if busy else self._tick.stop()
        self.progress.setVisible(busy)
        self.cancel.setVisible(busy)
        for part in (self.test, self.keep, self.back, *self._fields):
            part.setEnabled(not busy)
        if busy:
            self.outcome.show_text(_(_TRYING).format(self._since.elapsed() / 1000.0), Tone.MUTED)

    def _offer_terminals(self) -> None:
        typed = self.terminal.currentText()
        self.terminal.clear()
        found = self._setup.terminals()
        self.terminal.addItems([*found, _(_LAST_USED)])
        if typed and typed != _(_LAST_USED):
            self.terminal.setCurrentText(typed)

    def _make_parts(self) -> None:
        self.before, self.outcome = TonedLabel(self._theme, Tone.WARN), TonedLabel(self._theme)
        for label in (self.before, self.outcome):
            label.setWordWrap(True)
        self.outcome.setMinimumHeight(2 * self.outcome.fontMetrics().lineSpacing())
        self.simulated = FilledButton(_("Simulated account"), self._theme, lambda colours: colours.simulated, 1.1)
        self.real = FilledButton(_("MetaTrader 5 account\N{HORIZONTAL ELLIPSIS}"), self._theme, quiet, 1.1)
        self.tour = QCheckBox(_("Show me around afterwards"))
        self.tour.setChecked(True)
        self.terminal = QComboBox()
        self.terminal.setEditable(True)
        self.terminal.setAccessibleName(_("Terminal"))
        self.browse = QPushButton(_("Browse\N{HORIZONTAL ELLIPSIS}"))
        self.login, self.server, self.password = QLineEdit(), QLineEdit(), QLineEdit()
        self.login.setPlaceholderText(_("the account's number"))
        self.server.setPlaceholderText(_("as MetaTrader shows it, for example Broker-Demo"))
        self.password.setPlaceholderText(_("empty: the one that the terminal has saved"))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self._fields = (self.terminal, self.browse, self.login, self.server, self.password)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.cancel = QPushButton(_("Cancel the login"))
        self.back = QPushButton(_("Back"))
        self.test = FilledButton(_("Test the login"), self._theme, quiet)
        self.keep = FilledButton(_("Save and connect"), self._theme, lambda colours: colours.accent)
        for button in (self.browse, self.cancel, self.back, self.test, self.keep):
            # Return in a field presses nothing by itself; on the first page, which has none, it takes the answer.
            button.setAutoDefault(False)

    def _first_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        head = TonedLabel(self._theme)
        head.setText(_("Which account is the desk for?"))
        head.setFont(tabular(self.font(), LARGE, bold=True))
        column.addWidget(head)
        for button, message in ((self.simulated, _SIMULATED), (self.real, _REAL)):
            column.addSpacing(6)
            column.addWidget(button)
            column.addWidget(self._explanation(_(message)))
        column.addSpacing(6)
        column.addWidget(self.before)
        column.addWidget(self.tour)
        column.addStretch(1)
        return page

    def _account_page(self) -> QWidget:
        page, terminal, bottom, running = QWidget(), QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        terminal.addWidget(self.terminal, 1)
        terminal.addWidget(self.browse)
        form = QFormLayout()
        form.addRow(_("Terminal"), terminal)
        form.addRow(_("Login"), self.login)
        form.addRow(_("Password"), self.password)
        form.addRow(_("Server"), self.server)
        message = _("The password goes into the system's credential store, never into a file.")
        for part, share in ((self.progress, 1), (self.cancel, 0)):
            running.addWidget(part, share)
        bottom.addWidget(self.back)
        bottom.addStretch(1)
        bottom.addWidget(self.test)
        bottom.addWidget(self.keep)
        column = QVBoxLayout(page)
        column.addLayout(form)
        column.addWidget(self._explanation(message))
        column.addWidget(self.outcome)
        column.addLayout(running)
        column.addStretch(1)
        column.addLayout(bottom)
        return page

    def _explanation(self, message: str) -> TonedLabel:
        label = TonedLabel(self._theme, Tone.MUTED)
        label.setText(message)
        label.setWordWrap(True)
        return label

    def _connect(self) -> None:
        self.simulated.clicked.connect(self._take_simulated)
        self.real.clicked.connect(lambda: self._turn(1))
        self.back.clicked.connect(lambda: self._turn(0))
        self.browse.clicked.connect(self._browse)
        self.test.clicked.connect(self._try)
        self.keep.clicked.connect(self._keep)
        self.cancel.clicked.connect(self._asker.cancel)
        self._asker.answered.connect(self._take_answer)
        self._asker.failed.connect(self._take_failure)
        self._tick.timeout.connect(self._show_busy)

    def _turn(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        (self.login if page else self.simulated).setFocus(Qt.FocusReason.OtherFocusReason)
