# SPDX-License-Identifier: MIT
"""Every state of the window reads well in every size and theme, as far as a tool can tell; people look at the rest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from arbitrex_desktop import texts
from arbitrex_desktop.ui.docks import LEAST_SIZE
from arbitrex_desktop.ui.models.quotes import COLUMNS
from arbitrex_desktop.ui.resources import resource
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from arbitrex_desktop.ui.workspaces.layouts import WORKSPACES
from tests.fakes.desk_states import STATES
from tests.ui.dialogs_of import opened_dialogs
from tests.ui.gallery import save_sheets
from tests.ui.legibility import complaints
from tests.ui.showroom import ARMING, SIZES, Showroom

ALL_SIZES = {**SIZES, "least": LEAST_SIZE}
_SETTLE_MS = 10
_PATIENCE = 60
_SAMPLE = ("connected", "empty", "disconnected", "halted", "live_unarmed")


@pytest.fixture
def room(theme: Theme) -> Iterator[Showroom]:
    """Return a window to be shown in any state."""
    made = Showroom(theme)
    yield made
    made.close()


def at_rest(window: QWidget) -> list[str]:
    """Return what does not read well once the layout has come to rest."""
    found = complaints(window)
    for _ in range(_PATIENCE):
        if not found:
            break
        QTest.qWait(_SETTLE_MS)
        found = complaints(window)
    return found


def test_a_large_window_shows_more_of_each_symbol(room: Showroom) -> None:
    """Not the same larger: day and trend on a usual screen, range and session besides on a large one."""
    for size, columns in (
        (QSize(1920, 1080), {"Spread", "Day", "Trend"}),
        (SIZES["2560x1440"], {"Low", "High", "Market"}),
    ):
        view = room.show(STATES["connected"](), size).content.market_watch.view
        QTest.qWait(_SETTLE_MS)
        titles = [column.title for column in COLUMNS]
        assert not {title for title in columns if view.isColumnHidden(titles.index(title))}, size


def test_a_large_risk_workspace_shows_what_waits_and_what_was_decided(room: Showroom) -> None:
    """Beside limits, curve and positions, not behind a tab of theirs."""
    window = room.show(STATES["connected"](), SIZES["2560x1440"], "Risk")
    QTest.qWait(_SETTLE_MS)
    hidden = {name for name, panel in window.content.panels.items() if panel.visibleRegion().isEmpty()}
    assert not hidden & {"risk", "account", "equity", "positions", "pending", "history"}


def test_a_curve_is_there_when_its_tab_is_opened_though_nothing_new_comes(room: Showroom) -> None:
    """Where the line is lost no point follows that would have it drawn: "No sync yet" would be untrue."""
    content = room.show(STATES["lost"](), LEAST_SIZE).content
    content._docks.bring_forward("equity")
    plot = content.equity._plot
    assert plot is not None
    for _ in range(_PATIENCE):
        QTest.qWait(_SETTLE_MS)
        if content.equity._stack.currentWidget() is plot.widget():
            break
    assert content.equity._stack.currentWidget() is plot.widget()


def test_a_state_moves_no_panel(room: Showroom) -> None:
    """What is said of old data has the room that there was: no limit slides away under the eye when a line is lost."""
    places = []
    for name in ("connected", "lost", "unknown", "stale"):
        docks = room.show(STATES[name](), LEAST_SIZE, "Risk").content._docks.docks
        QTest.qWait(_SETTLE_MS)
        places.append([docks[each].width() for each in ("risk", "account", "equity")])
    assert places == places[:1] * 4


@pytest.mark.parametrize("words", ALL_SIZES)
def test_nothing_is_cut_or_covered_in_any_state(room: Showroom, words: str) -> None:
    """Every text, button and number in sight is whole, no table scrolls sideways, and the window keeps its size."""
    size = ALL_SIZES[words]
    found: list[str] = []
    for name, make in STATES.items():
        window = room.show(make(), size)
        if (name, words) == ("worst", "least"):
            # In the smallest window of all not everything that takes room fits at once.
            continue
        if name in ARMING:
            window.content.top_bar.arming.arm.click()
        found += [f"{name}: {each}" for each in at_rest(window)]
        assert window.size() == size
        window.content.arming_bar.cancel.click()
    assert found == []


@pytest.fixture
def german_room(theme: Theme) -> Iterator[Showroom]:
    """Return a window in German to be shown in any state."""
    texts.speak(resource("texts/de.mo"))
    made = Showroom(theme)
    yield made
    made.close()
    texts.speak(None)


def test_nothing_is_cut_or_covered_in_german(german_room: Showroom) -> None:
    """Nor in the language whose words are longer, in the smallest size and the usual one, in every workspace."""
    found: list[str] = []
    for name, words in product(_SAMPLE, ("1024x640", "1600x1000")):
        for workspace in WORKSPACES:
            window = german_room.show(STATES[name](), SIZES[words], workspace.name)
            found += [f"{name}, {words}, {workspace.name}: {each}" for each in at_rest(window)]
    assert found == []


def test_every_dialog_reads_well(room: Showroom, tmp_path: Path) -> None:
    """Nothing of a window or bar that the main window opens is cut or covered."""
    assert cut_in_dialogs(room, tmp_path) == []


def test_every_dialog_reads_well_in_german(german_room: Showroom, tmp_path: Path) -> None:
    """Nor in the language whose words are longer."""
    assert cut_in_dialogs(german_room, tmp_path) == []


def cut_in_dialogs(room: Showroom, folder: Path) -> list[str]:
    """Return what does not read well in any of them."""
    found: list[str] = []
    for state in ("connected", "live_unarmed"):
        room.show(STATES[state](), SIZES["1600x1000"])
        for name, shown in opened_dialogs(room, folder):
            found += [f"{name}: {each}" for each in at_rest(shown)]
    return found


def test_every_part_has_its_place(room: Showroom) -> None:
    """What a panel or a bar holds is inside of it, not forgotten: Qt shows nothing that has no place."""
    content = room.window.content
    owners: list[QWidget] = [
        *content.panels.values(), content.top_bar, content.top_bar.arming, content.status, content.notice_bar,
        content.fixed_bar, content.resume_bar, content.arming_bar, content.pending.unknown, content.intent_form.card,
        content.positions.part_bar, content.positions.stops_bar, content.positions.several_bar,
    ]  # fmt: skip
    lost = [
        f"{type(owner).__name__}.{name}"
        for owner in owners
        for name, part in vars(owner).items()
        if isinstance(part, QWidget) and not owner.isAncestorOf(part)
    ]
    assert lost == []


def test_the_gallery_has_a_picture_of_each_theme(qapp: QApplication, tmp_path: Path) -> None:
    """A sheet of panels is saved under the state's name and the theme's, and the themes differ."""
    theme = Theme(qapp)
    for choice in (ThemeChoice.DARK, ThemeChoice.LIGHT):
        theme.choose(choice)
        save_sheets(tmp_path, theme, ["unknown"])
    dark, light = (QImage(str(tmp_path / f"panels_unknown_{name}.png")) for name in ("dark", "light"))
    assert dark.width() > 1_000
    assert dark.pixelColor(1, 1).lightness() < 64 < light.pixelColor(1, 1).lightness()
