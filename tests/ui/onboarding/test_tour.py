# SPDX-License-Identifier: MIT
"""The way through the window: every stop frames a part that is there and in front."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.onboarding.tour import STOPS
from tests.ui.conftest import OPEN_MS, WindowMaker


def test_every_stop_frames_its_part(open_window: WindowMaker, qtbot: QtBot) -> None:
    """In front and in sight, with the box inside the window; the last stop ends it, and no edge is left."""
    window = open_window()
    tour = window.content.newcomer_help.tour
    tour.begin()
    for place, stop in enumerate(STOPS):
        # Return goes on: the window behind, where it would do something else, has not got the keyboard.
        qtbot.waitUntil(lambda: tour.isActiveWindow() and tour.onward.hasFocus(), timeout=OPEN_MS)
        part = window.content.newcomer_help.bring_forward(stop.name)
        assert tour.head.text() == stop.title
        assert tour.count.text() == f"{place + 1} of {len(STOPS)}"
        area = QRect(part.mapTo(window, QPoint()), part.size())
        qtbot.waitUntil(lambda area=area: tour._frame.geometry().contains(area), timeout=OPEN_MS)  # type: ignore[misc]
        assert not part.visibleRegion().isEmpty()
        tour.onward.click()
    assert not tour.isVisible()
    assert not tour._frame.isVisible()


def test_back_goes_back(open_window: WindowMaker) -> None:
    """One stop; before the first there is none."""
    tour = open_window().content.newcomer_help.tour
    tour.begin()
    assert not tour.back.isEnabled()
    tour.onward.click()
    tour.back.click()
    assert tour.head.text() == STOPS[0].title
    tour.close()
