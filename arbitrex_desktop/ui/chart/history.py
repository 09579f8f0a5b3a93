# SPDX-License-Identifier: MIT
"""History for charts, read in portions on a thread of its own: a slow one blocks nothing and can be given up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.ui.background.reader_thread import ReaderThread

if TYPE_CHECKING:
    # At run time it loads numpy, which the window's first picture must not wait for.
    from arbitrex_desktop.desk.presentation.bar_history import BarHistory

FIRST_PORTION: Final = 100
"""The newest bars come first and soon, however long the terminal takes for each; the next portion is larger."""
_GROWTH: Final = 4
PORTION: Final = 2_000
"""Bars a request to the terminal: some 50 ms of its time."""

OVERLAP: Final = 4
"""Bars read twice at each seam, since a bar that begins meanwhile shifts all positions by one."""

_log = logging.getLogger(__name__)

ReadBars = Callable[[str, int, int, int], "BarHistory"]
"""Symbol, timeframe, count, and how many of the newest to leave out; `ui.seam.Core.bars`."""


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """Bars that a chart wants.

    Attributes:
        chart: the chart's number, for whom the answer is.
        symbol, timeframe: which bars.
        count: how many.
        start: how many of the newest to leave out, since the chart has them.
    """

    chart: int
    symbol: str
    timeframe: Timeframe
    count: int
    start: int = 0


@dataclass(frozen=True, slots=True)
class HistoryAnswer:
    """A portion of what was asked for.

    Attributes:
        request: what was asked.
        bars: the portion, None when it could not be read.
        done: bars read so far.
        is_last: whether nothing more comes, since all was read, the terminal has no more, or it failed.
        error: why it failed, in words.
    """

    request: HistoryRequest
    bars: BarHistory | None
    done: int
    is_last: bool
    error: str = ""


class _Reader(QObject):
    """Lives on the loader's thread."""

    answered = Signal(object)

    def __init__(self, current: Callable[[HistoryRequest], bool]) -> None:
        super().__init__()
        self._is_current = current

    @Slot(object, object)
    def read(self, request: HistoryRequest, read_bars: ReadBars) -> None:
        """Read in portions, newest first, until all is there or nobody waits for it any more."""
        done, is_last, size = 0, False, FIRST_PORTION
        while not is_last and self._is_current(request):
            count = min(size, request.count - done)
            start = max(0, request.start + done - OVERLAP)
            try:
                bars = read_bars(request.symbol, request.timeframe, count + OVERLAP, start)
            except Exception as error:  # noqa: BLE001 - whatever it was, the thread must live on
                if not self._is_current(request):
                    # Given up, as when the window closes and the terminal with it.
                    return
                _log.warning("history of %s could not be read", request.symbol, exc_info=True)
                self.answered.emit(HistoryAnswer(request, None, done, is_last=True, error=error_text(error)))
                return
            done += count
            size = min(PORTION, size * _GROWTH)
            is_last = done >= request.count or len(bars.rows) < count
            self.answered.emit(HistoryAnswer(request, bars, min(done, request.count), is_last))


class HistoryLoader(ReaderThread["ReadBars"]):
    """Reads bars for charts, one request at a time; lives on the GUI thread.

    A chart's newer request replaces its older one, also one that is being read.

    Signals:
        answered(HistoryAnswer): a portion came, or the request failed.
    """

    answered = Signal(object)
    _read = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        self._wanted: dict[int, HistoryRequest] = {}
        self._lock = threading.Lock()
        reader = _Reader(self._is_wanted)
        super().__init__("chart-history", reader, parent)
        reader.answered.connect(self._on_answer)
        self._read.connect(reader.read)

    def ask(self, request: HistoryRequest) -> bool:
        """Have bars read; return False before `start` and after `stop`."""
        if self.source is None:
            return False
        with self._lock:
            self._wanted[request.chart] = request
        self._read.emit(request, self.source)
        return True

    def cancel(self, chart: int) -> None:
        """Give up what a chart waits for; a portion that is being read is dropped."""
        with self._lock:
            self._wanted.pop(chart, None)

    def give_up(self) -> None:
        """Have nobody wait for anything."""
        with self._lock:
            self._wanted.clear()

    def _is_wanted(self, request: HistoryRequest) -> bool:
        with self._lock:
            return self._wanted.get(request.chart) is request

    @Slot(object)
    def _on_answer(self, answer: HistoryAnswer) -> None:
        if self._is_wanted(answer.request):
            if answer.is_last:
                self.cancel(answer.request.chart)
            self.answered.emit(answer)
