# SPDX-License-Identifier: MIT
"""The window in another language: nothing of it outside the catalogue, and changed while it runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTabBar,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from arbitrex_desktop import texts
from arbitrex_desktop.ui.cards.card import IntentCard
from arbitrex_desktop.ui.commands import ChangeSettings, CheckSettings, CommandResult
from arbitrex_desktop.ui.exposure.signed_bars import SignedBars
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.panels.equity_plot import EquityPlot
from arbitrex_desktop.ui.program.appearance import (
    COLOURS,
    LANGUAGE,
    Appearance,
    Language,
    chosen_in,
    colours_changed_by,
)
from arbitrex_desktop.ui.resources import resource
from arbitrex_desktop.ui.theme.colours import DirectionPair
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from arbitrex_desktop.ui.widgets.badges import Badge
from arbitrex_desktop.ui.widgets.typed import typed_in
from arbitrex_desktop.ui.worker import CoreWorker
from tests.fakes.core import FakeCore
from tests.ui.conftest import WindowMaker

pytestmark = pytest.mark.slow


class Pseudo(NullTranslations):
    """A language that puts each text into brackets, with half a blank more at its end."""

    def gettext(self, message: str) -> str:
        """Return a text in brackets, its blanks outside."""
        inner = message.strip()
        return message.replace(inner, f"[{inner}]") if inner else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for a count in brackets."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def info(self) -> dict[str, str]:
        """Return what language this is."""
        return {"language": "pseudo"}


_MARGINS = 8
"""Pixels left and right of words on a button, at least."""

NAMES = (
    r"[A-Z]{6}|[A-Z]+\d+|Arbitrex Desktop|English|Deutsch|top|replay|closing|fixed|resume|arming|"
    r"\d+ @ [\w-]+|(TRENDING|RANGING|VOLATILE|STRESSED|CRISIS)|"
    r"Cut to the limit for one symbol"
)
"""Names that are the same in every language, titles of bars that nobody sees, and what the fake core answers."""


@pytest.fixture
def german() -> Iterator[None]:
    """Speak German."""
    texts.speak(resource("texts/de.mo"))
    yield
    texts.speak(None)


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speak the language of brackets."""
    monkeypatch.setattr(texts, "_catalogue", Pseudo())


def shown_by(thing: QObject) -> Iterator[str]:
    """Yield what a widget or an action shows or tells."""
    if isinstance(thing, QAction | QAbstractButton | QLabel):
        yield thing.text()
    if isinstance(thing, QAction | QWidget):
        yield thing.toolTip() if isinstance(thing, QWidget) else ""
    if isinstance(thing, QWidget):
        yield from (thing.windowTitle(), thing.accessibleName(), thing.accessibleDescription())
    if isinstance(thing, QLineEdit):
        yield thing.placeholderText()
    if isinstance(thing, QMenu):
        yield thing.title()
    if isinstance(thing, QComboBox):
        yield from (thing.itemText(place) for place in range(thing.count()))
    if isinstance(thing, QTabBar):
        yield from (thing.tabText(place) for place in range(thing.count()))
    if isinstance(thing, QTableView):
        model = thing.model()
        heads = (model.headerData(place, Qt.Orientation.Horizontal) for place in range(model.columnCount()))
        yield from (str(head or "") for head in heads)


def everything_in(window: MainWindow) -> Iterator[tuple[QObject, str]]:
    """Yield each text of a window with what shows it."""
    for thing in window.findChildren(QObject):
        yield from ((thing, text) for text in shown_by(thing) if text)


def test_every_text_of_the_window_is_in_the_catalogue(open_window: WindowMaker, pseudo: None) -> None:
    """All that the window shows and tells is bracketed, but for names, codes, amounts, and Qt's own few words."""
    outside = {
        (type(thing).__name__, text)
        for thing, text in everything_in(open_window(FakeCore()))
        if re.search(r"[A-Za-z]{2}", without_brackets(text)) and not is_a_name(thing, text)
    }
    assert outside == set()


def without_brackets(text: str) -> str:
    """Return what stands outside of all brackets; texts are put into one another."""
    while (less := re.sub(r"\[[^\[\]]*\]", "", text)) != text:
        text = less
    return text


def is_a_name(thing: QObject, text: str) -> bool:
    """Return whether a text is no language of ours: what the core says, symbols, accounts, codes, and Qt's own."""
    core = isinstance(thing, Badge | IntentCard | SignedBars)
    qts = thing.objectName().startswith(("qt_", "Scroll"))
    return core or qts or bool(re.fullmatch(NAMES, text))


def words_width(button: QPushButton) -> int:
    """Return how wide a button's words are."""
    return button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))


def test_in_german_no_button_is_cut(open_window: WindowMaker, german: None) -> None:
    """Each button that is seen has room for its words."""
    window = open_window(FakeCore())
    window.resize(1600, 1000)
    buttons = [each for each in window.findChildren(QPushButton) if each.isVisible() and each.text()]
    cut = {each.text() for each in buttons if each.width() < words_width(each) + _MARGINS}
    assert buttons
    assert cut == set()


def test_another_language_keeps_the_desk_and_what_was_typed(
    open_window: WindowMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window in German takes the place of the one in English: same core, same snapshot, workspace and ticket."""
    old = open_window(FakeCore())
    ticket = old.content.intent_form
    ticket.symbol.setCurrentText("XAUUSD")
    ticket.head.sell.setChecked(True)
    ticket.entry.kind.setCurrentIndex(1)
    ticket.entry.price.field.setText("4000.5")
    ticket.fields.volume.field.setText("0.37")
    ticket.fields.stop_loss.put("120", "pips")
    old.content.workspaces.show("Risk")
    monkeypatch.setattr(texts, "_catalogue", Pseudo())
    new = old.make_anew()
    content = new.content
    assert (old.isVisible(), new.isVisible()) == (False, True)
    assert content.intent_form.submit.text().startswith("[")
    assert content.workspaces.current == "Risk"
    assert len(content.pending.deck.cards) == len(old.content.pending.deck.cards) > 0
    assert typed_in(content.intent_form) == typed_in(ticket)
    assert content.intent_form.fields.stop_loss.field.text() == "120"
    assert content.intent_form.entry.price.field.text() == "4000.5"
    assert content.intent_form.fields.volume.field.text() == "0.37"
    new.close()


SWITCH = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from arbitrex_desktop.app import Application
from arbitrex_desktop.settings import parse
application = Application(parse(["--data-dir", sys.argv[1]]))
first = application.window
clock = QTimer(interval=50)
step = 0

def look():
    global step
    window = application.window
    if window._content is None or not window.content.is_settled():
        return
    words = window.menuBar().actions()[0].text()
    if step == 0:
        step = 1
        print(words, flush=True)
        if sys.argv[2]:
            window.content.halt()
        else:
            window.close()
    elif step == 1 and application._session._call_outs.last:
        step = 2
        window.content.intent_form.fields.volume.field.setText("0.03")
        window.findChild(QAction, "language_" + sys.argv[2]).trigger()
    elif step == 2 and window is not first:
        snapshot = window.content._fresh.snapshot
        print(words, window.content.intent_form.fields.volume.field.text(), snapshot.pool.state.value, flush=True)
        clock.stop()
        window.close()

clock.timeout.connect(look)
clock.start()
sys.exit(application.run())
"""


@pytest.mark.timeout(150)
def test_the_language_is_changed_from_the_menu_while_the_desk_runs_and_kept(tmp_path: Path) -> None:
    """View, Language: the window speaks German at once, still connected, its ticket as typed; so does the next start.

    On the way: a HALT calls, as alerts that are always on do.
    """
    said = [run(tmp_path, "de"), run(tmp_path, "")]
    assert said == [["&Program", "&Programm 0.03 CONNECTED"], ["&Programm"]]
    assert 'language = "de"' in (tmp_path / "data" / "settings.toml").read_text(encoding="utf-8")


def run(folder: Path, language: str) -> list[str]:
    """Run the program on the simulated terminal and return what it printed."""
    said = subprocess.run(
        [sys.executable, "-c", SWITCH, str(folder / "data"), language], capture_output=True, text=True, check=False,
        cwd=folder, env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "MT5_TERMINAL": "simulated"}, timeout=70,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    return said.stdout.splitlines()


@pytest.mark.parametrize(
    ("content", "chosen"),
    [
        ('[window]\nlanguage = "de"\n', Appearance("de")),
        ('[window]\nlanguage = "xx"\ncolours = "green and red"\n', Appearance("en", DirectionPair.GREEN_RED)),
        ('[window]\ncolours = "pink"\n', Appearance()),
        ("[window]\ncolours = [1]\nlanguage = {}\n", Appearance()),
        ("window = 3 # no section has a language\n", Appearance()),
        ("[window\nlanguage", Appearance()),
        ("[desk]\nmax_pending = 3\n", Appearance()),
        (None, Appearance()),
    ],
)
def test_the_window_is_as_the_settings_say_else_english_in_blue_and_orange(
    tmp_path: Path, content: str | None, chosen: Appearance
) -> None:
    """A file that is not there, is damaged or asks for what there is not leaves the window as by default."""
    file = tmp_path / "settings.toml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    assert chosen_in(file) == chosen


def test_only_a_change_that_was_kept_changes_the_colours() -> None:
    """A failed change and another setting leave them; taking the setting back is blue and orange again."""
    green = ChangeSettings(((COLOURS, "green and red"),), "")
    back = ChangeSettings(((COLOURS, None),), "")
    other = ChangeSettings((("desk.max_pending", "3"),), "")
    results = (CommandResult(green), CommandResult(green, error="the disk is full"), CommandResult(other))
    assert [colours_changed_by(each) for each in results] == [DirectionPair.GREEN_RED, None, None]
    assert colours_changed_by(CommandResult(back)) is DirectionPair.BLUE_ORANGE


def test_only_a_change_that_was_kept_changes_the_language(qapp: QApplication) -> None:
    """A failed change, another setting, and a question leave it; taking the setting back is English again."""
    language = Language(qapp)
    german = ChangeSettings(((LANGUAGE, "de"),), "")
    others = [
        CommandResult(german, error="the journal is full"),
        CommandResult(ChangeSettings((("desk.max_pending", "3"),), "")),
        CommandResult(CheckSettings(((LANGUAGE, "de"),), 1)),
    ]
    assert [language.follow(result) for result in others] == [False, False, False]
    assert (language.follow(CommandResult(german)), texts.spoken(), qapp.translate("QPlatformTheme", "Cancel")) == (
        True, "de", "Abbrechen",
    )  # fmt: skip
    assert language.follow(CommandResult(german)) is False
    assert language.follow(CommandResult(ChangeSettings(((LANGUAGE, None),), ""))) is True
    assert (texts.spoken(), qapp.translate("QPlatformTheme", "Cancel")) == ("en", "Cancel")


def test_a_window_that_was_replaced_hears_of_no_theme_any_more(theme: Theme, qtbot: QtBot) -> None:
    """After a change of language, another theme and other colours reach nothing that is gone."""
    old = MainWindow(CoreWorker(FakeCore), theme)
    old.show()
    old.fill()
    old.content.equity._loader.stop()
    old.content.equity.install(EquityPlot)
    new = old.make_anew()
    new.content.equity._loader.stop()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not shiboken6.isValid(old)
    theme.choose(ThemeChoice.LIGHT)
    theme.choose_pair(DirectionPair.GREEN_RED)
    new.close()
    new.deleteLater()
