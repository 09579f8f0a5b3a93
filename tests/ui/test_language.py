# SPDX-License-Identifier: MIT
"""The window in another language: nothing of it outside the catalogue, and changed while it runs."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from gettext import NullTranslations
from itertools import product
from pathlib import Path

import msgspec
import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QGraphicsScene,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTabBar,
    QTableView,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from arbitrex_desktop import texts
from arbitrex_desktop.risk_portfolio_manager.config.profiles import firm_profiles
from arbitrex_desktop.ui.commands import ChangeSettings, CheckSettings, CommandResult
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.panels.equity_plot import EquityPlot
from arbitrex_desktop.ui.resources import resource
from arbitrex_desktop.ui.theme.appearance import (
    COLOURS,
    LANGUAGE,
    LANGUAGES,
    Appearance,
    Language,
    chosen_in,
    colours_changed_by,
)
from arbitrex_desktop.ui.theme.colours import DirectionPair
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from arbitrex_desktop.ui.widgets.header import Header
from arbitrex_desktop.ui.widgets.typed import typed_in
from arbitrex_desktop.ui.worker import CoreWorker
from arbitrex_desktop.ui.workspaces.layouts import WORKSPACES
from tests.fakes.core import FakeCore
from tests.fakes.desk_states import STATES, SYMBOLS
from tests.fakes.review import INTENTS, TRADES
from tests.ui.conftest import OPEN_MS, WindowMaker
from tests.ui.dialogs_of import opened_dialogs
from tests.ui.showroom import SIZES, Showroom

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

NO_WORDS = re.compile(
    r"https?://\S*|(?:[A-Za-z]:)?/\S+"  # places
    r"|\w+(?:[._]\w+)+"  # names of settings, files and functions
    r"|(?:Ctrl|Alt|Shift)\+\S+"  # keys
    r"|\b[A-Z][A-Z0-9]+[a-z]?\b"  # symbols, currencies, codes, marks such as LIVE
    r"|\b\d[\d.,]*\s?(?:min|ms|px)\b"  # times
    r"|: (?:True|False)\b|^(?:True|False)$"  # how the pool's own names are told
)
"""What is the same in every language, by how it is made."""


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


def rows_of(view: QAbstractItemView) -> Iterator[str]:
    """Yield what stands in the rows of a table or a list, and what they tell to the mouse."""
    model = view.model()
    columns = model.columnCount(view.rootIndex()) if isinstance(view, QTableView) else 1
    for row, column in product(range(model.rowCount(view.rootIndex())), range(columns)):
        for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            yield str(model.index(row, column, view.rootIndex()).data(role) or "")


def everything_in(window: QWidget) -> Iterator[tuple[QObject, str]]:
    """Yield each text of a window with what shows it; Qt's own buttons speak by Qt's own catalogue."""
    for thing in (window, *window.findChildren(QObject)):
        if type(thing) in (QAbstractButton, QToolButton, QHeaderView, Header) or thing.objectName().startswith("qt_"):
            continue
        if isinstance(thing.parent(), QGraphicsScene):
            continue  # pyqtgraph's own menu, which is never shown
        texts_of = [*shown_by(thing), *(rows_of(thing) if isinstance(thing, QAbstractItemView) else ())]
        yield from ((thing, text) for text in texts_of if text)


def said_by(core: object) -> Iterator[str]:
    """Yield every text that a state of the core holds: its sentences, symbols, strategies and names."""
    if isinstance(core, str):
        yield core
    elif isinstance(core, Mapping):
        yield from (text for each in (*core, *core.values()) for text in said_by(each))
    elif isinstance(core, tuple | list | frozenset):
        yield from (text for each in core for text in said_by(each))
    elif isinstance(core, msgspec.Struct) or dataclasses.is_dataclass(core):
        yield from (text for name in fields_of(core) for text in said_by(getattr(core, name)))


def fields_of(core: object) -> tuple[str, ...]:
    """Return the names of what a record holds."""
    return getattr(core, "__struct_fields__", None) or tuple(getattr(core, "__dataclass_fields__", ()))


def outside(window: QWidget, known: Iterable[str]) -> set[str]:
    """Return the texts with words that no catalogue has: outside all brackets, and not the core's own."""
    said = sorted({each for each in ("Arbitrex Desktop", *known) if len(each) > 1}, key=len, reverse=True)
    found = set()
    for thing, text in everything_in(window):
        rest = without_brackets(text)
        for each in said:
            rest = rest.replace(each, "").replace(each[:1].upper() + each[1:], "")
        if re.search(r"[A-Za-z]{2}", NO_WORDS.sub("", rest)):
            found.add(f"{type(thing).__name__}: {text}")
    return found


LANGUAGE_NAMES = frozenset(LANGUAGES.values())
"""Each in its own language."""


@pytest.mark.parametrize("state", ["connected", "empty", "halted", "disconnected", "live_unarmed", "replay"])
def test_every_text_of_every_workspace_is_in_the_catalogue(theme: Theme, pseudo: None, state: str) -> None:
    """All that the window shows and tells is bracketed, but for names, codes, figures and what the core says."""
    room, shown = Showroom(theme), STATES[state]()
    known = [*said_by(shown), *said_by((TRADES, INTENTS)), *SYMBOLS, *LANGUAGE_NAMES]
    found: set[str] = set()
    for workspace in WORKSPACES:
        found |= outside(room.show(shown, SIZES["1600x1000"], workspace.name), known)
    room.close()
    assert found == set()


def test_every_text_of_every_dialog_is_in_the_catalogue(theme: Theme, pseudo: None, tmp_path: Path) -> None:
    """Settings with meanings, units, bounds and choices, the guide's contents, keys, alerts, accounts and the rest."""
    room, shown = Showroom(theme), STATES["live_unarmed"]()
    room.show(shown, SIZES["1600x1000"])
    known = [*said_by(shown), *said_by((TRADES, INTENTS)), *SYMBOLS, *LANGUAGE_NAMES, *firm_profiles(), str(tmp_path)]
    found = {f"{name}, {each}" for name, window in opened_dialogs(room, tmp_path) for each in outside(window, known)}
    room.close()
    assert found == set()


def test_a_text_outside_the_catalogue_is_found(qtbot: QtBot, pseudo: None) -> None:
    """A bare word is, beside bracketed ones, too; a figure, a code, a key and what the core says are not."""
    window = QWidget()
    qtbot.addWidget(window)
    for text in ("[All of it]", "[Half] of it", "EURUSD 1.17 USD", "Ctrl+K", "risk.max_drawdown", "done at once"):
        QLabel(text, window)
    assert outside(window, ["done at once"]) == {"QLabel: [Half] of it"}


def without_brackets(text: str) -> str:
    """Return what stands outside of all brackets; texts are put into one another."""
    while (less := re.sub(r"\[[^\[\]]*\]", "", text)) != text:
        text = less
    return text


def words_width(button: QPushButton) -> int:
    """Return how wide a button's words are."""
    return button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))


def test_in_german_no_button_is_cut(open_window: WindowMaker, qtbot: QtBot, german: None) -> None:
    """Each button that is seen has room for its words, once the layout is that of the size."""
    window = open_window(FakeCore())
    window.resize(1600, 1000)

    def none_is_cut() -> None:
        buttons = [each for each in window.findChildren(QPushButton) if each.isVisible() and each.text()]
        assert buttons
        assert {each.text() for each in buttons if each.width() < words_width(each) + _MARGINS} == set()

    qtbot.waitUntil(none_is_cut, timeout=OPEN_MS)


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
    elif step == 1 and application._session._notifications.last:
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
