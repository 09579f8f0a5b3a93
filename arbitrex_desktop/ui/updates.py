# SPDX-License-Identifier: MIT
"""The window in which the user lets the program ask for a newer version.  Off until chosen; nothing is downloaded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QFormLayout, QLabel, QLineEdit, QProgressBar, QPushButton, QWidget

import arbitrex_desktop
from arbitrex_desktop.causes import error_text
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.updates import UpdateAnswer, UpdateCheckError, UpdateChoice, ask, load_choice, save_choice

Ask = Callable[[str, str], UpdateAnswer]

_EXPLANATION = N_(
    "The address is asked for the number of the newest version, and nothing else happens: "
    "nothing is downloaded, and nothing about you or your account is sent."
)


class UpdateAsker(QObject):
    """Asks on a thread of its own, one question at a time.  Lives on the GUI thread.

    Signals, on the GUI thread: `answered(UpdateAnswer)`; `failed(str)`, words for the user.
    """

    answered = Signal(object)
    failed = Signal(str)

    def __init__(self, question: Ask = ask, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._question = question
        self._thread: threading.Thread | None = None
        self._wanted: threading.Thread | None = None

    def ask(self, address: str) -> None:
        """Ask an address, unless it is still being asked."""
        if self._thread is None or not self._thread.is_alive():
            # Not waited for at the end: a slow server must not keep the window open.
            self._thread = threading.Thread(target=self._run, args=(address,), name="update-check", daemon=True)
            self._wanted = self._thread
            self._thread.start()

    def cancel(self) -> None:
        """Wait for the answer no longer; a later question goes out once this one has ended by itself."""
        self._wanted = None

    def _run(self, address: str) -> None:
        """Asking thread: emit what came back."""
        try:
            answer = self._question(address, arbitrex_desktop.__version__)
        except UpdateCheckError as error:
            self._emit(self.failed, str(error))
        else:
            self._emit(self.answered, answer)

    def _emit(self, signal: object, value: object) -> None:
        """Emit, unless the window has gone meanwhile, or waits no longer."""
        if self._wanted is not threading.current_thread():
            return
        try:
            signal.emit(value)  # type: ignore[attr-defined]  # a bound signal, which the stubs do not name
        except RuntimeError:
            return


class UpdateWindow(QDialog):
    """Address, choice and answer; modeless.

    Signals: `newer(str)`, in words, when asking at the start found a newer version.
    """

    newer = Signal(str)

    def __init__(self, folder: Path | None, parent: QWidget | None = None, question: Ask = ask) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Updates"))
        self.setModal(False)
        self._folder = folder
        self._asker = UpdateAsker(question, self)
        choice = load_choice(folder) if folder is not None else UpdateChoice()
        self.address = QLineEdit(choice.address)
        self.address.setPlaceholderText("https://")
        self.at_start = QCheckBox(_("Ask at each start"))
        self.at_start.setChecked(choice.at_start)
        self.ask_now = QPushButton(_("Ask now"))
        self.ask_now.setEnabled(bool(choice.address))
        self.progress, self.cancel = QProgressBar(), QPushButton(_("Cancel"))
        self.progress.setRange(0, 0)
        self.progress.setAccessibleName(_("The address is being asked"))
        self.outcome = QLabel(_("This is version {version}.").format(version=arbitrex_desktop.__version__))
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        """Lay the window out."""
        explanation = QLabel(_(_EXPLANATION))
        explanation.setWordWrap(True)
        self.outcome.setWordWrap(True)
        layout = QFormLayout(self)
        layout.addRow(explanation)
        layout.addRow(_("Address"), self.address)
        layout.addRow(self.at_start)
        layout.addRow(self.ask_now, self.outcome)
        layout.addRow(self.cancel, self.progress)
        self._show_busy(busy=False)
        self.setMinimumWidth(480)

    def _connect(self) -> None:
        """Keep each choice as it is made; show what comes back."""
        self.address.textChanged.connect(lambda text: self.ask_now.setEnabled(bool(text.strip())))
        self.address.editingFinished.connect(self._keep)
        self.at_start.toggled.connect(self._keep)
        self.ask_now.clicked.connect(self._ask)
        self.cancel.clicked.connect(self._give_up)
        self._asker.answered.connect(self._show_answer)
        self._asker.failed.connect(self._show_failure)

    @property
    def choice(self) -> UpdateChoice:
        """What is chosen in the window."""
        return UpdateChoice(self.address.text().strip(), self.at_start.isChecked())

    def ask_at_start(self) -> None:
        """Ask if the user has chosen that; called once, when the program has started."""
        if self.choice.at_start and self.choice.address:
            self._asker.ask(self.choice.address)

    def _ask(self) -> None:
        """Ask now."""
        self._show_busy(busy=True)
        self.outcome.setText(_("Asking\N{HORIZONTAL ELLIPSIS}"))
        self._asker.ask(self.choice.address)

    def _give_up(self) -> None:
        self._asker.cancel()
        self._show_busy(busy=False)
        self.outcome.setText(_("Not waited for any longer"))

    def _show_busy(self, *, busy: bool) -> None:
        self.progress.setVisible(busy)
        self.cancel.setVisible(busy)

    def _keep(self) -> None:
        """Write the choice down."""
        if self._folder is None:
            return
        try:
            save_choice(self._folder, self.choice)
        except OSError as error:
            self.outcome.setText(_("The choice could not be saved: {error}").format(error=error_text(error)))

    def _show_answer(self, answer: UpdateAnswer) -> None:
        """Say what there is; tell the main window when nobody is looking here."""
        self._show_busy(busy=False)
        present = arbitrex_desktop.__version__
        if not answer.is_newer:
            self.outcome.setText(_("Version {present} is the newest.").format(present=present))
            return
        message = _("Version {newest} is out; this is {present}.").format(newest=answer.newest, present=present)
        self.outcome.setText(message)
        if not self.isVisible():
            self.newer.emit(message)

    def _show_failure(self, message: str) -> None:
        """Say why there is no answer."""
        self._show_busy(busy=False)
        self.outcome.setText(message[:1].upper() + message[1:] + ".")
