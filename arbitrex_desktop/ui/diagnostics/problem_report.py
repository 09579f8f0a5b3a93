# SPDX-License-Identifier: MIT
"""A report for whoever is to help: versions and the ends of the logs, without secrets, in one file."""

from __future__ import annotations

import logging
import platform
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import PySide6
from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

import arbitrex_desktop
from arbitrex_desktop import logs
from arbitrex_desktop.causes import error_text
from arbitrex_desktop.clock import Clock
from arbitrex_desktop.paths import written_whole
from arbitrex_desktop.texts import N_, _

_log = logging.getLogger(__name__)

_MOST_BYTES: Final = 2 * 1024 * 1024
"""Of each log the end is told."""
_EXPLANATION: Final = N_(
    "The report has the program's and the terminal's logs, settings.toml and the versions in use. Passwords, tokens "
    "and addresses that the program knows are blacked out, and .env is left out. Nothing is sent: the file stays on "
    "this computer, and you may read it before you pass it on."
)


def _no_progress(_share: float) -> None:
    """Hear nothing."""


class _ReportGivenUp(Exception):  # noqa: N818 - no failure: somebody said so
    """Nobody waits for the report any more."""


def write_report(
    data_dir: Path,
    target: Path,
    redact: Callable[[str], str] = logs.redact,
    report: Callable[[float], None] = _no_progress,
) -> None:
    """Write the report to a new file (any thread; blocks on the disk), telling `report` its share from 0 to 1.

    Raises OSError and what `report` raises, and leaves no half of one.
    """
    sources = [data_dir / "settings.toml", *sorted((data_dir / "logs").rglob("*.log*"))]
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(target) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("versions.txt", versions())
        for path in _with_progress(sources, report):
            archive.writestr(path.relative_to(data_dir).as_posix(), redact(_end_of(path)))
        report(1.0)


def _with_progress(sources: Sequence[Path], report: Callable[[float], None]) -> Iterator[Path]:
    """Yield the files that there are, and tell before each how far it is."""
    for place, path in enumerate(sources):
        report(place / len(sources))
        if path.is_file():
            yield path


def versions() -> str:
    """Return the versions in use, a line each."""
    lines = {
        "Arbitrex Desktop": arbitrex_desktop.__version__,
        "Python": platform.python_version(),
        "PySide6": PySide6.__version__,
        "System": platform.platform(),
    }
    return "".join(f"{name}: {version}\n" for name, version in lines.items())


def _end_of(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _MOST_BYTES))
        return file.read(_MOST_BYTES).decode("utf-8", errors="replace")


class ReportWriter(QObject):
    """Writes a report on a thread of its own.

    Signals, on the GUI thread: `progressed(float)`, its share; `written(str)`, the file; `failed(str)`, why not.
    """

    progressed = Signal(float)
    written = Signal(str)
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._wanted: Path | None = None

    def start(self, data_dir: Path, target: Path) -> None:
        """Begin; one at a time."""
        self._wanted = target
        # Not waited for at the end: half a report is no report, and is written anew.
        threading.Thread(target=self._run, args=(data_dir, target), name="report", daemon=True).start()

    def cancel(self) -> None:
        """Give it up; nothing is told of it any more."""
        self._wanted = None

    def _run(self, data_dir: Path, target: Path) -> None:
        def report(share: float) -> None:
            if self._wanted != target:
                raise _ReportGivenUp
            self.progressed.emit(share)

        try:
            write_report(data_dir, target, report=report)
        except _ReportGivenUp:
            return
        except Exception as error:  # noqa: BLE001 - whatever it was, somebody waits for an answer
            _log.warning("the report could not be written", exc_info=True)
            self.failed.emit(_("The report could not be written: {in_words}").format(in_words=error_text(error)))
        else:
            self.written.emit(str(target))


class ReportWindow(QDialog):
    """Says what the report has, makes it, and shows where it is; modeless."""

    def __init__(self, data_dir: Path, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Report a problem"))
        self.setModal(False)
        self._data_dir, self._clock = data_dir, clock
        self._writer = ReportWriter(self)
        self.make, self.folder = QPushButton(_("&Make the report")), QPushButton(_("&Open its folder"))
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.cancel = QPushButton(_("Cancel"))
        self.progress.setAccessibleName(_("The report is being made"))
        self.outcome = QLabel()
        self.outcome.setWordWrap(True)
        self._lay_out()
        self.make.clicked.connect(self._make_report)
        self.folder.clicked.connect(self._open_folder)
        self.cancel.clicked.connect(self._give_up)
        self._writer.progressed.connect(lambda share: self.progress.setValue(round(100 * share)))
        self._writer.written.connect(self._on_written)
        self._writer.failed.connect(self._end)

    @property
    def folder_path(self) -> Path:
        """Where reports are put."""
        return self._data_dir / "reports"

    def _make_report(self) -> None:
        moment: datetime = self._clock.now()
        self._show_busy(busy=True)
        self.outcome.setText("")
        self._writer.start(self._data_dir, self.folder_path / f"report-{moment:%Y%m%d-%H%M%S}.zip")

    def _on_written(self, path: str) -> None:
        self._end(_("The report is {path}").format(path=path))
        self.folder.setEnabled(True)

    def _give_up(self) -> None:
        self._writer.cancel()
        self._end(_("No report was made"))

    def _end(self, message: str) -> None:
        self._show_busy(busy=False)
        self.outcome.setText(message)

    def _show_busy(self, *, busy: bool) -> None:
        self.make.setEnabled(not busy)
        for part in (self.progress, self.cancel):
            part.setVisible(busy)
        self.progress.setValue(0)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.folder_path)))

    def _lay_out(self) -> None:
        explanation = QLabel(_(_EXPLANATION))
        explanation.setWordWrap(True)
        self._show_busy(busy=False)
        self.folder.setEnabled(False)
        buttons = QHBoxLayout()
        buttons.addWidget(self.make)
        buttons.addWidget(self.folder)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        for part in (explanation, self.progress, self.outcome):
            layout.addWidget(part)
        layout.addLayout(buttons)
        self.setMinimumWidth(520)
