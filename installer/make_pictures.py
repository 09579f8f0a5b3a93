# SPDX-License-Identifier: MIT
"""Take the guide's pictures from the program itself: a trade on the simulated terminal from ticket to Review.

`make pictures` runs it after the window has changed; prices and times are those of the day.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QElapsedTimer, QSize, Qt, QTimer
from PySide6.QtWidgets import QWidget

from arbitrex_desktop.app import Application
from arbitrex_desktop.settings import parse
from arbitrex_desktop.ui.window_content import WindowContent

FOLDER: Final = Path(__file__).resolve().parent.parent / "resources" / "help" / "pictures"
NAMES: Final = ("window", "watch", "chart", "ticket", "pending", "positions", "limits", "alerts", "review")
WIDEST: Final = 860
"""Pixels; the guide's page is about as wide."""

_COLOURS: Final = np.uint32(0xFFF8F8F8)
"""What is kept of a colour: what nobody sees makes a file twice as large."""

_SIZE: Final = "1600x1000"
_LOOK_MS: Final = 50
_PATIENCE_MS: Final = 120_000

Step = Callable[[], bool]
"""Asked again and again until it is so."""


class Photographer:
    """Goes through the steps of a trade while the program runs, and keeps a picture of each place."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._steps = self._journey()
        self._until: Step = self._is_settled
        self._since = QElapsedTimer()
        self._since.start()
        self.failure = ""
        self._is_filled = False
        application.window.filled.connect(self._on_filled)
        self._looking = QTimer(interval=_LOOK_MS)
        self._looking.timeout.connect(self._look)
        self._looking.start()

    @property
    def _content(self) -> WindowContent:
        return self._application.window.content

    def _on_filled(self) -> None:
        self._is_filled = True

    def _is_settled(self) -> bool:
        return self._is_filled and self._content.is_settled()

    def _look(self) -> None:
        """Take the next step once what the last one waited for is so; end with the last, or when nothing comes."""
        if self._since.elapsed() > _PATIENCE_MS:
            self.failure = f"nothing came of the step before {self._until}"
        elif not self._until():
            return
        self._since.restart()
        following = None if self.failure else next(self._steps, None)
        if following is None:
            self._looking.stop()
            self._application.window.close()
        else:
            self._until = following

    def _journey(self) -> Iterator[Step]:
        """Plan, submit, approve, look back; yields what the next step waits for."""
        content = self._content
        ticket, pending = content.intent_form, content.pending
        ticket.choose_symbol("EURUSD")
        ticket.head.buy.click()
        ticket.fields.take_profit.put("40", "pips")
        yield ticket.submit.isEnabled
        # Its bars are there once the chart says nothing of loading any more.
        yield lambda: not content.chart.chart.note.text
        yield _after(3_000)
        self._keep("window", self._application.window)
        for name, panel in (("watch", content.market_watch), ("chart", content.chart), ("ticket", ticket)):
            self._keep(name, panel)
        self._keep("limits", content.top_bar.gauges)
        ticket.submit.click()
        yield lambda: bool(pending.deck.cards)
        self._keep("pending", pending)
        card = next(iter(pending.deck.cards.values()))
        card.approve.click()
        yield _after(1_500)
        card.approve.click()
        yield lambda: not pending.deck.cards
        content.newcomer_help.bring_forward("positions")
        yield _after(1_500)
        self._keep("positions", content.positions)
        positions = content.positions
        positions.view.choose(next(row.ticket for row in positions.model.rows if row.symbol == "EURUSD"))
        for _press in range(2):
            positions.close_button.click()
            yield _after(1_000)
        content.newcomer_help.bring_forward("notices")
        yield _after(500)
        self._keep("alerts", content.notices)
        content.workspaces.show("Review")
        yield lambda: content.review.data is not None and bool(content.review.data.trades)
        content.review.closed.view.selectRow(0)
        yield _after(3_000)
        self._keep("review", self._application.window)

    def _keep(self, name: str, widget: QWidget) -> None:
        """Keep a picture of a widget, no wider than the guide's page and with few colours, so that it is small."""
        picture = widget.grab().toImage()
        size = picture.size().boundedTo(QSize(WIDEST, picture.height()))
        smooth = Qt.TransformationMode.SmoothTransformation
        picture = picture.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth)
        picture = picture.convertToFormat(picture.Format.Format_RGB32)
        pixels = np.frombuffer(picture.bits(), np.uint32)
        pixels &= _COLOURS
        path = FOLDER / f"{name}.png"
        if picture.save(str(path), quality=0):
            path.chmod(0o644)
        else:
            self.failure = f"{name}.png cannot be written"


def _after(milliseconds: int) -> Step:
    """Return a step that is so after a time: what is drawn takes some, and says nothing when it is done."""
    clock = QElapsedTimer()
    clock.start()
    return lambda: clock.hasExpired(milliseconds)


def main() -> int:
    """Run the program on a fresh simulated account, and take the pictures."""
    os.environ["MT5_TERMINAL"] = "simulated"
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        application = Application(parse(["--data-dir", folder, "--size", _SIZE, "--theme", "dark"]))
        photographer = Photographer(application)
        code = application.run()
    if photographer.failure:
        print(photographer.failure, file=sys.stderr)
    return code or int(bool(photographer.failure))


if __name__ == "__main__":
    sys.exit(main())
