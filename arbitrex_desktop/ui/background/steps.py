# SPDX-License-Identifier: MIT
"""Work for the window's thread that takes longer than a frame, done in steps between which the window lives on."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QObject, QTimer


class StepWork(QObject):
    """Takes one step of `work` each time nothing else is to be done, until there are no more or `stop`.  GUI thread.

    `wanted` is asked before each step; once it says no, none is taken any more.
    """

    def __init__(self, work: Iterator[object], parent: QObject, wanted: Callable[[], bool] = lambda: True) -> None:
        super().__init__(parent)
        self._work = work
        self._wanted = wanted
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.step)

    @property
    def is_busy(self) -> bool:
        """Whether there may be more steps to take."""
        return self._timer.isActive()

    def start(self) -> None:
        """Begin."""
        self._timer.start(0)

    def stop(self) -> None:
        """Take no more steps."""
        self._timer.stop()

    def step(self) -> None:
        """Take the next step now."""
        if not self._wanted() or next(self._work, self) is self:
            self._timer.stop()


def load_modules(names: Iterable[str]) -> Iterator[None]:
    """Load a module a step.

    Not on a thread: PySide6 makes its classes when they are first asked for, and two threads that ask for one at a
    time, or a thread that is still at it when the process ends, crash the interpreter (seen as a segmentation fault
    at exit).
    """
    for name in names:
        importlib.import_module(name)
        yield
