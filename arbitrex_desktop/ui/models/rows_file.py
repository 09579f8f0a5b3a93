# SPDX-License-Identifier: MIT
"""The rows of any table for elsewhere: as CSV for a spreadsheet, as JSON for a program, or in the clipboard."""

from __future__ import annotations

import contextlib
import csv
import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.paths import written_whole
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.models.save_dialog import save_dialog
from arbitrex_desktop.visible import spreadsheet_safe

Cell = str | int | float | None
Row = list[Cell]
ReportProgress = Callable[[int], None]

FILTERS: Final = (N_("For a spreadsheet (*.csv)"), N_("For a program (*.json)"))
_AT_ONCE: Final = 256
_SHOWN_AFTER_MS: Final = 400
_JSON: Final = ".json"

_log = logging.getLogger(__name__)


class _SavingGivenUp(Exception):  # noqa: N818 - no failure: somebody said so
    """Nobody waits for the file any more."""


def cell_of(text: str) -> Cell:
    """Return a cell's text as a number where it is one, None for nothing, else in one line."""
    words = " ".join(text.split())
    if words in ("", formats.DASH):
        return None
    number = words.replace(",", "").replace(formats.MINUS, "-")
    try:
        # What Python takes for a number besides is a word or a name here.
        return words if not set(number) <= set("+-.0123456789") else float(number) if "." in number else int(number)
    except ValueError:
        return words


def write_rows(titles: Sequence[str], rows: Iterator[Row], path: Path, report: ReportProgress) -> None:
    """Write a file, whole or not at all (any thread; blocks on the disk); raises OSError, and what `report` raises."""
    write = _write_json if path.suffix == _JSON else _write_csv
    with written_whole(path) as draft, draft.open("w", encoding="utf-8", newline="") as out:
        write(titles, _with_progress(rows, report), out)


def _write_csv(titles: Sequence[str], rows: Iterator[Row], out: TextIO) -> None:
    writer = csv.writer(out)
    writer.writerow(titles)
    writer.writerows([spreadsheet_safe(cell) for cell in row] for row in rows)


def _write_json(titles: Sequence[str], rows: Iterator[Row], out: TextIO) -> None:
    out.write("[")
    for place, row in enumerate(rows):
        out.write(",\n " if place else "\n ")
        json.dump(dict(zip(titles, row, strict=True)), out, ensure_ascii=False)
    out.write("\n]\n")


def _with_progress(rows: Iterator[Row], report: ReportProgress) -> Iterator[Row]:
    for place, row in enumerate(rows):
        if place % _AT_ONCE == 0:
            report(place)
        yield row


class RowsFileWindow(QDialog):
    """Asks where to, reads and writes on a thread of its own, and says what came of it; modeless.

    `read` gives the rows on that thread, from what is frozen.
    """

    _progressed = Signal(int)
    _ended = Signal(str)

    def __init__(
        self, name: str, titles: Sequence[str], read: Callable[[], Iterator[Row]], count: int, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._name, self._titles, self._read = name, tuple(titles), read
        self._given_up, self._copies = threading.Event(), False
        self.setWindowTitle(_("Save {name}").format(name=name))
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.message, self.progress, self.button = QLabel(), QProgressBar(), QPushButton(_("Cancel"))
        self.message.setWordWrap(True)
        self.progress.setRange(0, max(1, count))
        self.progress.setAccessibleName(_("Rows written"))
        self.button.clicked.connect(self.close)
        self._lay_out()
        self._progressed.connect(self.progress.setValue)
        self._ended.connect(self._end)
        self.finished.connect(self._given_up.set)
        self._soon = QTimer(self, singleShot=True, interval=_SHOWN_AFTER_MS)
        self._soon.timeout.connect(self.show)

    def ask(self) -> QFileDialog:
        """Ask where to; the dialog is the trader's own doing, and trading goes on behind it."""
        dialog = save_dialog(self.parentWidget(), self.windowTitle(), f"{self._name.lower()}.csv".replace(" ", "-"))
        dialog.setNameFilters([_(each) for each in FILTERS])
        dialog.rejected.connect(self.close)
        dialog.fileSelected.connect(lambda file: self.save(self._path_of(dialog, file)))
        dialog.open()
        return dialog

    def save(self, path: Path) -> None:
        """Begin to write a file."""
        self.message.setText(_("Writing {name}").format(name=path.name))
        self._soon.start()
        threading.Thread(target=self._run, args=(path,), name="rows-file", daemon=True).start()

    def copy(self) -> None:
        """Put all rows with their headings where spreadsheets take them from."""
        self._copies = True
        self.message.setText(_("Copying rows"))
        self._soon.start()
        threading.Thread(target=self._gather, name="rows-copy", daemon=True).start()

    def _path_of(self, dialog: QFileDialog, file: str) -> Path:
        """Return the file chosen, with the ending of the kind chosen where it has none of the two."""
        path = Path(file)
        is_json = dialog.selectedNameFilter() == _(FILTERS[1])
        if path.suffix == _JSON or (path.suffix == ".csv" and not is_json):
            return path
        return path.with_suffix(_JSON if is_json else ".csv")

    def _run(self, path: Path) -> None:
        try:
            write_rows(self._titles, self._read(), path, self._report)
        except _SavingGivenUp:
            return
        except Exception as error:  # noqa: BLE001 - whatever it was, somebody waits for an answer
            _log.warning("rows could not be saved", exc_info=True)
            message = _("Not saved: {error}").format(error=error_text(error))
        else:
            message = _("Saved to {path}").format(path=path)
        with contextlib.suppress(RuntimeError):  # the window has gone meanwhile
            self._ended.emit(message)

    def _gather(self) -> None:
        lines = ["\t".join(self._titles)]
        try:
            lines += [
                "\t".join("" if cell is None else str(cell) for cell in row)
                for row in _with_progress(self._read(), self._report)
            ]
        except _SavingGivenUp:
            return
        with contextlib.suppress(RuntimeError):  # the window has gone meanwhile
            self._ended.emit("\n".join(lines))

    def _report(self, done: int) -> None:
        if self._given_up.is_set():
            raise _SavingGivenUp
        try:
            self._progressed.emit(done)
        except RuntimeError as gone:  # the window was closed this very moment
            raise _SavingGivenUp from gone

    def _end(self, message: str) -> None:
        self._soon.stop()
        if self._copies:
            QGuiApplication.clipboard().setText(message)
            self.close()
            return
        self.message.setText(message)
        self.progress.hide()
        self.button.setText(_("Close"))
        self.adjustSize()
        self.show()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.progress, 1)
        row.addStretch(1)
        row.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.message)
        layout.addLayout(row)
        self.setMinimumWidth(420)
