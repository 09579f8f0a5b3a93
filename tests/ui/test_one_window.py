# SPDX-License-Identifier: MIT
"""A second start of the program shows the first one's window and ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from multiprocessing.connection import Client
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desktop_session import bring_forward
from arbitrex_desktop.one_window import OneWindow, show_first


@pytest.fixture
def first(tmp_path: Path, qtbot: QtBot) -> Iterator[OneWindow]:
    """Give the listening first start on a folder."""
    first = OneWindow(tmp_path)
    first.listen()
    yield first
    first.close()


def test_a_later_start_is_heard_each_time(first: OneWindow, tmp_path: Path, qtbot: QtBot) -> None:
    """Each later start finds the first one, which is told."""
    for _ in range(2):
        with qtbot.waitSignal(first.asked):
            assert show_first(tmp_path)


def test_another_data_folder_has_a_window_of_its_own(first: OneWindow, tmp_path: Path) -> None:
    """Two accounts in two folders are two windows."""
    assert not show_first(tmp_path / "other")


def test_a_closed_window_is_not_found(first: OneWindow, tmp_path: Path) -> None:
    """After the first window closed, the next start is a first one again."""
    first.close()
    assert not show_first(tmp_path)


def test_what_a_killed_program_left_behind_is_no_window(first: OneWindow, tmp_path: Path, qtbot: QtBot) -> None:
    """A socket where nobody listens any more keeps no start from being the first."""
    address = Path(first._address[0])
    first.close()
    address.parent.mkdir(parents=True, exist_ok=True)
    address.touch()
    assert not show_first(tmp_path)
    again = OneWindow(tmp_path)
    again.listen()
    with qtbot.waitSignal(again.asked):
        assert show_first(tmp_path)
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe needs no folder")
def test_a_start_that_cannot_listen_runs_all_the_same(
    tmp_path: Path, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder that cannot be made is a line in the log."""
    (tmp_path / "file").touch()
    blocked = OneWindow(tmp_path)
    blocked._address = (str(tmp_path / "file" / "folder" / "socket"), "AF_UNIX")
    blocked.listen()
    assert "will open a second window" in caplog.text
    blocked.close()


def test_a_minimised_window_is_shown_again(qtbot: QtBot) -> None:
    """Bringing a window forward takes it out of the taskbar."""
    window = QWidget()
    qtbot.addWidget(window)
    window.showMinimized()
    bring_forward(window)
    assert not window.windowState() & Qt.WindowState.WindowMinimized
    assert window.isVisible()


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe has no file")
def test_it_ends_well_where_its_address_was_cleared_away(first: OneWindow, tmp_path: Path) -> None:
    """The end of the program goes on, which may be the way to another account."""
    address, other = Path(first._address[0]), tmp_path / "other"
    other.hardlink_to(address)
    address.unlink()
    first.close()
    assert not show_first(tmp_path)
    # Nobody could wake what waits there; this test must leave nothing running.
    Client(str(other), "AF_UNIX").close()
