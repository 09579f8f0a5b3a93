# SPDX-License-Identifier: MIT
"""Reads and exports for Review on a thread of its own, so that a long history blocks nothing and can be given up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.ui.background.reader_thread import ReaderThread

if TYPE_CHECKING:
    from arbitrex_desktop.ui.seam import ReviewAccess

ReportProgress = Callable[[str, float], None]
Work = Callable[["ReviewAccess", ReportProgress], object]
"""A piece of work on the loader's thread; what it returns is given back, what it raises is told."""

_log: Final = logging.getLogger(__name__)


class Task(StrEnum):
    """What is done for Review."""

    READ = "READ"
    ANNOTATE = "ANNOTATE"
    READ_CHECKS_OF_TRADE = "READ_CHECKS_OF_TRADE"
    READ_CHECKS_OF_INTENT = "READ_CHECKS_OF_INTENT"
    EXPORT = "EXPORT"


@dataclass(frozen=True, slots=True)
class Topic:
    """What a piece of work is for: a newer one of the same replaces an older.

    Attributes:
        task: what is done.
        trade: the trade that is annotated; empty for other tasks.
    """

    task: Task
    trade: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a piece of work.

    Attributes:
        topic: what it was for
        result: what it returned, None where it failed
        error: why it failed, in words; empty when it did not
    """

    topic: Topic
    result: object = None
    error: str = ""


class _GivenUp(Exception):  # noqa: N818 - no failure: somebody said so
    """Nobody waits for the work any more."""


class _Worker(QObject):
    """Lives on the loader's thread."""

    progressed = Signal(object, str, float)
    done = Signal(object)

    def __init__(self, is_current: Callable[[Topic, Work], bool]) -> None:
        super().__init__()
        self._is_current = is_current

    @Slot(object, object, object)
    def run(self, topic: Topic, work: Work, access: ReviewAccess) -> None:
        """Do a piece of work unless nobody waits for it any more."""

        def report(message: str, share: float) -> None:
            if not self._is_current(topic, work):
                raise _GivenUp
            self.progressed.emit(topic, message, share)

        if not self._is_current(topic, work):
            return
        try:
            outcome = Finished(topic, work(access, report))
        except _GivenUp:
            return
        except Exception as error:  # noqa: BLE001 - whatever it was, the thread must live on
            _log.warning("review: %s failed", topic.task, exc_info=True)
            outcome = Finished(topic, error=error_text(error))
        if self._is_current(topic, work):
            self.done.emit(outcome)


class ReviewLoader(ReaderThread["ReviewAccess"]):
    """Runs one piece of work at a time; a newer one of a topic replaces an older.  Lives on the GUI thread.

    Signals:
        progressed(Topic, str, float): topic, what is being done, and its share from 0 to 1.
        done(Finished): a piece of work ended, well or not; one that was given up tells nothing.
    """

    progressed = Signal(object, str, float)
    done = Signal(object)
    _run = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        self._wanted: dict[Topic, Work] = {}
        self._lock = threading.Lock()
        worker = _Worker(self._is_wanted)
        super().__init__("review", worker, parent)
        worker.progressed.connect(self._on_progress)
        worker.done.connect(self._on_done)
        self._run.connect(worker.run)

    def ask(self, topic: Topic, work: Work) -> bool:
        """Have a piece of work done; return False before `start` and after `stop`."""
        if self.source is None:
            return False
        with self._lock:
            self._wanted[topic] = work
        self._run.emit(topic, work, self.source)
        return True

    def cancel(self, topic: Topic) -> None:
        """Give a topic's work up."""
        with self._lock:
            self._wanted.pop(topic, None)

    def give_up(self) -> None:
        """Have nobody wait for anything."""
        with self._lock:
            self._wanted.clear()

    def _is_wanted(self, topic: Topic, work: Work) -> bool:
        with self._lock:
            return self._wanted.get(topic) is work

    @Slot(object, str, float)
    def _on_progress(self, topic: Topic, message: str, share: float) -> None:
        if topic in self._wanted:
            self.progressed.emit(topic, message, share)

    @Slot(object)
    def _on_done(self, outcome: Finished) -> None:
        self.cancel(outcome.topic)
        self.done.emit(outcome)
