# SPDX-License-Identifier: MIT
"""The window for updates asks when told to, says what came back, and keeps what was chosen."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import arbitrex_desktop
from arbitrex_desktop.ui.updates import UpdateWindow
from arbitrex_desktop.updates import UpdateAnswer, UpdateCheckError, UpdateChoice, load_choice, save_choice
from tests.ui.conftest import OPEN_MS

ADDRESS = "https://updates.example/newest"


class Oracle:
    """Answers each question the same way.  Attributes: `asked`, the addresses."""

    def __init__(self, answer: UpdateAnswer | UpdateCheckError) -> None:
        self._answer = answer
        self.asked: list[str] = []

    def __call__(self, address: str, present: str) -> UpdateAnswer:
        """Answer, or fail."""
        assert present == arbitrex_desktop.__version__
        self.asked.append(address)
        if isinstance(self._answer, UpdateCheckError):
            raise self._answer
        return self._answer


def test_nothing_is_asked_by_itself(qtbot: QtBot, tmp_path: Path) -> None:
    """A new user has no address, a button that is off, and no question at the start."""
    oracle = Oracle(UpdateAnswer("9.9.9", is_newer=True))
    window = UpdateWindow(tmp_path, question=oracle)
    qtbot.addWidget(window)
    window.ask_at_start()
    assert not window.ask_now.isEnabled()
    assert oracle.asked == []
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (UpdateAnswer("9.9.9", is_newer=True), "Version 9.9.9 is out"),
        (UpdateAnswer("0.0.1", is_newer=False), "is the newest"),
        (UpdateCheckError("the address does not answer"), "The address does not answer."),
    ],
)
def test_the_button_asks_and_the_answer_is_shown(
    qtbot: QtBot, tmp_path: Path, answer: UpdateAnswer | UpdateCheckError, words: str
) -> None:
    """The answer, or why there is none, stands beside the button."""
    oracle = Oracle(answer)
    window = UpdateWindow(tmp_path, question=oracle)
    qtbot.addWidget(window)
    window.show()
    QTest.keyClicks(window.address, ADDRESS)
    QTest.mouseClick(window.ask_now, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: words in window.outcome.text())
    assert oracle.asked == [ADDRESS]


def test_a_question_is_waited_for_no_longer_when_it_is_cancelled(qtbot: QtBot, tmp_path: Path) -> None:
    """Progress meanwhile; after Cancel a late answer changes nothing, and the next question is answered."""
    go, asked = threading.Event(), threading.Event()

    def slow(_address: str, _present: str) -> UpdateAnswer:
        asked.set()
        go.wait(OPEN_MS / 1000)
        return UpdateAnswer("9.9.9", is_newer=True)

    window = UpdateWindow(tmp_path, question=slow)
    qtbot.addWidget(window)
    window.show()
    QTest.keyClicks(window.address, ADDRESS)
    window.ask_now.click()
    assert asked.wait(OPEN_MS / 1000)
    assert (window.progress.isVisible(), window.cancel.isVisible()) == (True, True)
    window.cancel.click()
    assert window.progress.isHidden()
    thread = window._asker._thread
    assert thread is not None
    go.set()
    thread.join()
    qtbot.wait(1)
    assert window.outcome.text() == "Not waited for any longer"
    window.ask_now.click()
    qtbot.waitUntil(lambda: "9.9.9" in window.outcome.text(), timeout=OPEN_MS)
    assert window.progress.isHidden()


def test_a_choice_is_kept_and_obeyed_at_the_next_start(qtbot: QtBot, tmp_path: Path) -> None:
    """Who chose to be told at the start is told by the main window, not by a window that opens by itself."""
    window = UpdateWindow(tmp_path, question=Oracle(UpdateAnswer("9.9.9", is_newer=True)))
    qtbot.addWidget(window)
    QTest.keyClicks(window.address, ADDRESS)
    window.at_start.setChecked(True)
    assert load_choice(tmp_path) == UpdateChoice(ADDRESS, at_start=True)
    again = UpdateWindow(tmp_path, question=Oracle(UpdateAnswer("9.9.9", is_newer=True)))
    qtbot.addWidget(again)
    with qtbot.waitSignal(again.newer) as told:
        again.ask_at_start()
    assert "9.9.9" in told.args[0]
    assert not again.isVisible()


def test_a_choice_that_cannot_be_kept_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    """A folder that cannot be written is no secret."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    window = UpdateWindow(tmp_path / "file", question=Oracle(UpdateAnswer("9.9.9", is_newer=True)))
    qtbot.addWidget(window)
    window.at_start.setChecked(True)
    assert "could not be saved" in window.outcome.text()


def test_a_run_without_memory_asks_nobody(qtbot: QtBot, tmp_path: Path) -> None:
    """The self-test and pictures neither ask nor keep anything."""
    save_choice(tmp_path, UpdateChoice(ADDRESS, at_start=True))
    oracle = Oracle(UpdateAnswer("9.9.9", is_newer=True))
    window = UpdateWindow(None, question=oracle)
    qtbot.addWidget(window)
    window.ask_at_start()
    window.at_start.setChecked(True)
    assert oracle.asked == []
