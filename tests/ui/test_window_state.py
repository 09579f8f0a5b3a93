# SPDX-License-Identifier: MIT
"""The layout survives a restart, and a damaged file is no layout rather than a crash."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui import help as help_module
from arbitrex_desktop.ui.help import TextWindow
from arbitrex_desktop.ui.resources import app_icon, resource
from arbitrex_desktop.ui.window_state import FileWindowState, NoWindowState, WindowState

STATE = WindowState(
    b"\x00\x01geometry",
    b"\xffdocks",
    "system",
    True,
    {"market_watch": {"sorted_by": "Bid"}},
    {"style": "Line"},
    (0.25, 0.125, 0.5, 0.625),
)


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    """Saving makes the folder and leaves no draft behind."""
    memory = FileWindowState(tmp_path / "new folder" / "window.json")
    assert memory.load() is None
    memory.save(STATE)
    assert memory.load() == STATE
    assert [path.name for path in (tmp_path / "new folder").iterdir()] == ["window.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"geometry": "?", "docks": "", "theme": "dark"}',
        "\x00",
        '{"geometry": "", "docks": "", "theme": "dark", "tables": [7]}',
        '{"geometry": "", "docks": "", "theme": "dark", "chart": 7}',
        '{"geometry": "", "docks": "", "theme": "dark", "chart_place": [0.2, 0.1, 1.7, 0.5]}',
        '{"geometry": "", "docks": "", "theme": "dark", "chart_place": [0.2, 0.1]}',
        '{"geometry": "", "docks": "", "theme": "dark", "chart_place": [0.2, "nan", 0.5, 0.5]}',
    ],
)
def test_a_damaged_file_is_no_layout(tmp_path: Path, text: str) -> None:
    """Whatever stands in the file, the window starts; it is set aside."""
    path = tmp_path / "window.json"
    path.write_text(text, encoding="utf-8")
    assert FileWindowState(path).load() is None
    assert (tmp_path / "window.damaged").read_text(encoding="utf-8") == text


def test_a_folder_that_cannot_be_written_costs_the_layout_only(tmp_path: Path) -> None:
    """A failing save is no reason to trouble the trader."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    FileWindowState(tmp_path / "file" / "window.json").save(STATE)
    NoWindowState().save(STATE)
    assert NoWindowState().load() is None


def test_a_missing_guide_is_told(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without its help says so instead of showing nothing."""
    parent = QWidget()
    qtbot.addWidget(parent)
    window = TextWindow("Help", parent)
    monkeypatch.setattr(help_module, "resource", lambda _name: None)
    window.show_guide()
    assert "missing" in window.browser.toPlainText()


def test_the_icon_is_there_in_many_sizes(qtbot: QtBot) -> None:
    """Title bar, task bar and installer each find a size that fits."""
    del qtbot
    assert {size.width() for size in app_icon().availableSizes()} >= {16, 32, 48, 256}
    assert resource("icons/arbitrex.ico") is not None
    assert resource("no such thing") is None
