# SPDX-License-Identifier: MIT
"""Where files are saved: among the trader's documents first, and then where the last one went."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.models import save_dialog as module
from arbitrex_desktop.ui.models.save_dialog import save_dialog


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Iterator[Path]:
    """Return the documents' folder of a trader who has saved nothing yet."""
    folder = tmp_path / "documents"
    folder.mkdir()
    home = QStandardPaths.StandardLocation.HomeLocation
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda kind: str(tmp_path if kind is home else folder))
    kept = qapp.property(module._FOLDER)
    qapp.setProperty(module._FOLDER, None)
    yield folder
    qapp.setProperty(module._FOLDER, kept)


def test_the_first_file_goes_among_the_documents(documents: Path, qtbot: QtBot, tmp_path: Path) -> None:
    """Not where the program stands, which an installed one may not write; without such a folder to the trader's own."""
    first = save_dialog(None, "Save", "a.csv")
    qtbot.addWidget(first)
    assert Path(first.directory().absolutePath()) == documents
    documents.rmdir()
    second = save_dialog(None, "Save", "a.csv")
    qtbot.addWidget(second)
    assert Path(second.directory().absolutePath()) == tmp_path


def test_the_next_one_goes_where_the_last_one_went(documents: Path, qtbot: QtBot, tmp_path: Path) -> None:
    """One folder for a day's reports is chosen once."""
    first = save_dialog(None, "Save", "a.csv")
    qtbot.addWidget(first)
    first.fileSelected.emit(str(tmp_path / "a.csv"))
    again = save_dialog(None, "Save", "b.csv")
    qtbot.addWidget(again)
    assert Path(again.directory().absolutePath()) == tmp_path
