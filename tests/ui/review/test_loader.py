# SPDX-License-Identifier: MIT
"""Work beside the GUI thread: told, replaced, given up, and never lost in silence."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.review.loader import Finished, ReportProgress, ReviewLoader, Task, Topic
from arbitrex_desktop.ui.seam import ReviewAccess
from tests.fakes.review import FakeReview

READ, NOTE = Topic(Task.READ), Topic(Task.ANNOTATE, "7.0")


@pytest.fixture
def loader(qtbot: QtBot) -> Iterator[ReviewLoader]:
    """Return a loader that runs."""
    loader = ReviewLoader()
    loader.start(FakeReview([]))
    yield loader
    assert loader.stop(5_000)


def test_work_is_done_on_another_thread(loader: ReviewLoader, qtbot: QtBot) -> None:
    """What it returns comes back, and what it says on the way."""
    said: list[tuple[Topic, str, float]] = []
    loader.progressed.connect(lambda *each: said.append(each))

    def work(access: ReviewAccess, report: ReportProgress) -> object:
        report("reading", 0.25)
        return threading.get_ident()

    with qtbot.waitSignal(loader.done, timeout=5_000) as done:
        assert loader.ask(READ, work)
    (outcome,) = done.args
    assert outcome.error == ""
    assert outcome.result not in (None, threading.get_ident())
    assert said == [(READ, "reading", 0.25)]


def test_a_failure_is_told_in_words(loader: ReviewLoader, qtbot: QtBot) -> None:
    """The thread lives on and does the next piece."""

    def fail(_access: ReviewAccess, _report: ReportProgress) -> object:
        raise OSError("the disk is full")

    with qtbot.waitSignal(loader.done, timeout=5_000) as done:
        loader.ask(READ, fail)
    assert done.args == [Finished(READ, error="the disk is full")]
    with qtbot.waitSignal(loader.done, timeout=5_000) as done:
        loader.ask(READ, lambda _access, _report: 7)
    assert done.args == [Finished(READ, 7)]


def test_a_newer_question_replaces_the_older(loader: ReviewLoader, qtbot: QtBot) -> None:
    """What nobody waits for ends at its next word, and its answer is not shown."""
    begun, go = threading.Event(), threading.Event()
    outcomes: list[Finished] = []
    loader.done.connect(outcomes.append)

    def slow(_access: ReviewAccess, report: ReportProgress) -> object:
        begun.set()
        go.wait(10.0)
        report("still", 0.5)
        return "old"

    loader.ask(READ, slow)
    assert begun.wait(10.0)
    loader.ask(READ, lambda _access, _report: "new")
    go.set()
    qtbot.waitUntil(lambda: bool(outcomes), timeout=5_000)
    assert outcomes == [Finished(READ, "new")]


def test_what_is_cancelled_tells_nothing(loader: ReviewLoader, qtbot: QtBot) -> None:
    """Another topic is not touched by it."""
    begun, go = threading.Event(), threading.Event()
    outcomes: list[Finished] = []
    loader.done.connect(outcomes.append)

    def slow(_access: ReviewAccess, _report: ReportProgress) -> object:
        begun.set()
        go.wait(10.0)
        return "late"

    loader.ask(READ, slow)
    assert begun.wait(10.0)
    loader.ask(NOTE, lambda _access, _report: "kept")
    loader.cancel(READ)
    go.set()
    qtbot.waitUntil(lambda: bool(outcomes), timeout=5_000)
    assert outcomes == [Finished(NOTE, "kept")]


def test_before_the_start_and_after_the_end_nothing_is_done(qtbot: QtBot) -> None:
    """And a loader that was stopped does not begin again."""
    loader = ReviewLoader()
    assert not loader.ask(READ, lambda _access, _report: 1)
    loader.stop(1_000)
    loader.start(FakeReview([]))
    assert loader.source is None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied", "trades.csv"), "trades.csv: this user may not write to it"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "the file is not plain text in UTF-8"),
        (KeyError("symbol"), "the program itself failed (KeyError)"),
        (ValueError(""), "the program itself failed (ValueError)"),
    ],
)
def test_what_failed_is_told_in_words(loader: ReviewLoader, qtbot: QtBot, error: Exception, words: str) -> None:
    """No number of a system, no codec and no text that only Python means reaches the trader."""

    def fail(_access: object, _report: object) -> object:
        raise error

    with qtbot.waitSignal(loader.done, timeout=15_000) as done:
        loader.ask(Topic(Task.EXPORT), fail)
    assert done.args[0].error.startswith(words)
    assert "Errno" not in done.args[0].error
