# SPDX-License-Identifier: MIT
"""Loads the plotting library after the window's first paint, in steps between which the window lives on."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, Signal

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.background.steps import StepWork

PLOT_MODULE: Final = "arbitrex_desktop.ui.panels.equity_plot"

_NAMES_A_STEP: Final = 6
"""Classes made per step, about 2 ms of work."""

_log = logging.getLogger(__name__)


class PlotLoader(QObject):
    """Has Qt's classes made a few at a time, which is half of the work, and then imports the plot.

    Signals: `loaded(Callable[[Theme], Plot])`; `failed(str)`.
    """

    loaded = Signal(object)
    failed = Signal(str)

    def __init__(self, module: str = PLOT_MODULE, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._module = module
        self._steps = StepWork(self._work(), self)

    def start(self) -> None:
        """Begin."""
        self._steps.start()

    def stop(self) -> None:
        """Begin nothing more."""
        self._steps.stop()

    def _work(self) -> Iterator[None]:
        for number, _name in enumerate(_names_of_qt(), 1):
            if number % _NAMES_A_STEP == 0:
                yield
        self._load()

    def _load(self) -> None:
        try:
            make = importlib.import_module(self._module).EquityPlot
        except Exception as error:  # noqa: BLE001 - a missing chart must not take the window along
            _log.exception("the plotting library cannot be loaded")
            self.failed.emit(_("The chart cannot be loaded: {error}").format(error=error_text(error)))
        else:
            self.loaded.emit(make)


def _names_of_qt() -> Iterator[str]:
    """Have one class of Qt made per turn, and yield its name."""
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            getattr(module, name, None)
            yield name
