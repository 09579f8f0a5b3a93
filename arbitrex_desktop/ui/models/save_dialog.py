# SPDX-License-Identifier: MIT
"""Where to save a file: asked in the folder used last, among the trader's documents at first."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

_FOLDER: Final = "folder_saved_to"


def save_dialog(parent: QWidget | None, title: str, name: str) -> QFileDialog:
    """Return a dialog that proposes a name; it is not opened yet.  The program's own folder is none of its."""
    app = QCoreApplication.instance()
    folder = Path(str((app.property(_FOLDER) if app else "") or _documents()))
    dialog = QFileDialog(parent, title, str(folder / name))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if app is not None:
        dialog.fileSelected.connect(lambda file: app.setProperty(_FOLDER, str(Path(file).parent)))
    return dialog


def _documents() -> str:
    """Return the folder of the trader's documents, his own where there is none."""
    found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    home = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.HomeLocation)
    return found if found and Path(found).is_dir() else home
