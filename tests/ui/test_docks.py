# SPDX-License-Identifier: MIT
"""The window's layout: panels keep their room at every size, and nothing moves by itself under the mouse."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.docks import COMPACT, LEAST_SIZE, MEDIUM, WIDE, Layout, layout_for
from arbitrex_desktop.ui.main_window import MainWindow
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import desk_snapshot
from tests.ui.conftest import OPEN_MS, WindowMaker
from tests.ui.test_main_window import RememberedState

_STILL = 5
"""So many looks in a row, some milliseconds apart, must find everything in its place."""


def places(window: MainWindow) -> dict[str, QPoint]:
    """Return where the things stand that are clicked."""
    form, pending = window.content.intent_form, window.content.pending
    watched: dict[str, QWidget] = {
        "halt": window.content.top_bar.halt, "buy": form.buy, "submit": form.submit,
        "cards": pending.deck, "watch": window.content.market_watch.view,
    }  # fmt: skip
    return {name: widget.mapTo(window, QPoint()) for name, widget in watched.items()}


def opened(open_window: WindowMaker, qtbot: QtBot, size: QSize) -> MainWindow:
    """Return a window of a size that has come to rest."""
    window = open_window()
    window.resize(size)
    window.content.workspaces.reset()
    rest(window, qtbot)
    return window


def rest(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until nothing moves any more."""
    seen: list[dict[str, QPoint]] = []

    def is_still() -> bool:
        seen.append(places(window))
        return len(seen) > _STILL and all(each == seen[-1] for each in seen[-_STILL:])

    qtbot.waitUntil(is_still, timeout=OPEN_MS)


def test_a_notice_moves_nothing(open_window: WindowMaker, qtbot: QtBot) -> None:
    """What the core tells by itself, and its going, leave every button where it is."""
    window = opened(open_window, qtbot, QSize(1280, 720))
    before = places(window)
    for text in ("broken", "a long story " * 40):
        window.content.notice_bar.post("error", text, "x")
        window.grab()
        assert places(window) == before
    window.content.notice_bar.clear("x")
    window.grab()
    assert places(window) == before


def overlaps(window: MainWindow) -> list[tuple[str, str]]:
    """Return the pairs of panels in sight that cover one another, and the panels that reach over the status bar."""
    in_sight = {name: dock for name, dock in window.content._docks.docks.items() if not dock.visibleRegion().isEmpty()}
    pairs = [
        (first, second)
        for first, second in combinations(in_sight, 2)
        if in_sight[first].geometry().intersects(in_sight[second].geometry())
    ]
    room = window.rect().adjusted(0, 0, 0, -window.content.status.height())
    return pairs + [(name, "outside") for name, dock in in_sight.items() if not room.contains(dock.geometry())]


def prices_in_sight(window: MainWindow) -> bool:
    """Return whether symbol, bid and ask of the Market Watch are seen whole."""
    view = window.content.market_watch.view
    place = [column.title for column in window.content.market_watch.model.columns].index("Ask")
    return view.columnViewportPosition(place) + view.columnWidth(place) <= view.viewport().width()


def resized(window: MainWindow, qtbot: QtBot, size: QSize, layout: Layout) -> None:
    """Make the window so large, and wait until it has come to rest in a layout."""
    window.resize(size)
    qtbot.waitUntil(lambda: window.content._docks.layout is layout, timeout=OPEN_MS)
    rest(window, qtbot)
    assert window.size() == size


@pytest.mark.parametrize(
    ("size", "layout"),
    [
        ((1024, 640), COMPACT), ((1600, 859), COMPACT), ((1499, 1000), COMPACT), ((1500, 860), MEDIUM),
        ((800, 600), COMPACT), ((2300, 1200), WIDE), ((2560, 1440), WIDE), ((2299, 1440), MEDIUM),
    ],
)  # fmt: skip
def test_each_size_has_its_layout(size: tuple[int, int], layout: Layout) -> None:
    """The roomy layout is taken where there is room for it."""
    assert layout_for(QSize(*size)) is layout


@pytest.mark.parametrize("layout", [COMPACT, MEDIUM, WIDE], ids=["compact", "roomy", "wide"])
def test_nothing_is_covered_in_the_smallest_window_of_a_layout(
    open_window: WindowMaker, qtbot: QtBot, layout: Layout
) -> None:
    """Every panel keeps its room there, below what blocks sending, too, and prices are in sight."""
    core = FakeCore(shown=desk_snapshot(journal_problem="the disk is full"))
    window = open_window(core)
    window.resize(layout.least)
    window.content.workspaces.reset()
    qtbot.waitUntil(window.content.fixed_bar.isVisible, timeout=OPEN_MS)
    rest(window, qtbot)
    assert window.content._docks.layout is layout
    assert window.size() == layout.least
    assert not overlaps(window)
    assert prices_in_sight(window)


def test_the_layout_follows_the_windows_size(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Shrunk and grown back, no panel covers another, and Market Watch is as wide as before."""
    window = opened(open_window, qtbot, MEDIUM.least)
    wide = window.content.market_watch.width()
    for layout in (COMPACT, MEDIUM, WIDE, COMPACT, MEDIUM):
        resized(window, qtbot, layout.least, layout)
        assert not overlaps(window)
        assert prices_in_sight(window)
    assert window.content.market_watch.width() == wide


def test_the_layout_follows_without_forgetting(open_window: WindowMaker, qtbot: QtBot) -> None:
    """A closed panel stays closed, the tab in front stays in front, and the keyboard stays where it is."""
    window = opened(open_window, qtbot, COMPACT.least)
    window.activateWindow()
    docks = window.content._docks.docks
    docks["equity"].close()
    docks["history"].raise_()
    rest(window, qtbot)
    window.content.intent_form.fields.volume.field.setFocus()
    resized(window, qtbot, MEDIUM.least, MEDIUM)
    assert docks["equity"].isHidden()
    assert not docks["history"].visibleRegion().isEmpty()
    assert window.focusWidget() is window.content.intent_form.fields.volume.field


def test_a_panel_moved_by_hand_stays(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The user's own layout is not laid out anew, nor can the window become too small for it, until it is reset."""
    window = opened(open_window, qtbot, MEDIUM.least)
    docks = window.content._docks.docks
    docks["risk"].setFloating(True)
    docks["risk"].setFloating(False)
    qtbot.waitUntil(lambda: window.minimumHeight() > COMPACT.least.height(), timeout=OPEN_MS)
    window.resize(COMPACT.least)
    rest(window, qtbot)
    window.content._docks.fit()
    assert window.content._docks.layout is MEDIUM
    assert window.height() > COMPACT.least.height()
    assert not overlaps(window)
    window.content.workspaces.reset()
    assert not window.content._docks.moved
    assert window.minimumSize() == LEAST_SIZE.boundedTo(window.screen().availableSize())
    assert window.content._docks.layout is not MEDIUM


@pytest.mark.parametrize("moved", [False, True])
def test_a_remembered_layout_fits_the_window_unless_it_is_the_users_own(
    open_window: WindowMaker, qtbot: QtBot, *, moved: bool
) -> None:
    """On the next day the program's own layout is that of the size; one made by hand comes back as it was."""
    memory = RememberedState()
    first = opened(lambda: open_window(memory=memory), qtbot, MEDIUM.least)
    first.content._docks.moved = moved
    first.content.fixed_bar.shown_changed.emit(True)
    first.close()
    assert memory.state is not None
    memory.state = replace(memory.state, geometry=b"")
    second = open_window(memory=memory)
    assert second.width() < MEDIUM.least.width() or moved
    assert second.content._docks.moved is moved
    assert second.content._docks.layout is (MEDIUM if moved else layout_for(second.size()))
    assert not second.content.fixed_bar.isVisible()


def test_a_screen_smaller_than_the_smallest_window_has_all_of_it(open_window: WindowMaker) -> None:
    """At 200 % of 1920x1080 HALT stood outside: the window is no larger than its screen, and HALT is in sight."""
    window = open_window()
    screen = window.screen().availableSize()
    assert screen.width() < LEAST_SIZE.width(), "the tests' screen is a small one"
    window.resize(screen)
    assert window.size() == screen
    halt = window.content.top_bar.halt
    assert halt.visibleRegion().boundingRect() == halt.rect()
    assert window.rect().contains(halt.mapTo(window, halt.rect().bottomRight()))


@pytest.mark.parametrize("kind", ["Market", "Limit"])
def test_the_whole_ticket_is_seen_in_the_smallest_window(open_window: WindowMaker, qtbot: QtBot, kind: str) -> None:
    """Size, stop and target with what they mean, the RPM's answer and Submit need no scrolling."""
    window = opened(open_window, qtbot, LEAST_SIZE)
    form = window.content.intent_form
    form.entry.kind.setCurrentText(kind)
    rest(window, qtbot)
    seen = (form.fields.volume, form.fields.stop_loss, form.fields.take_profit, form.card, form.submit)
    assert [each for each in seen if each.visibleRegion().boundingRect() != each.rect()] == []
