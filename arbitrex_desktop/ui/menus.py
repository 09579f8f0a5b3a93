# SPDX-License-Identifier: MIT
"""The menus, and the keys that work in the whole application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu

from arbitrex_desktop.texts import _, spoken
from arbitrex_desktop.ui.actions.key_table import BEFORE, FIXED
from arbitrex_desktop.ui.actions.window_actions import WindowActions
from arbitrex_desktop.ui.bars.status import HALT_KEYS
from arbitrex_desktop.ui.cards.pending_text import GO_KEY
from arbitrex_desktop.ui.theme.appearance import LANGUAGES
from arbitrex_desktop.ui.theme.colours import DirectionPair
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice

HELP_MENU = "menu_help"
"""The help menu's object name, by which it is found again."""


@dataclass(frozen=True, slots=True)
class Acts:
    """What the menus set off; each is called on the GUI thread."""

    halt: Callable[[], None]
    resume: Callable[[], None]
    arm: Callable[[], None]
    disarm: Callable[[], None]
    decide: Callable[[], None]
    take_in: Callable[[], None]
    reset_layout: Callable[[], None]
    guide: Callable[[], None]
    about: Callable[[], None]
    settings: Callable[[], None]
    accounts: Callable[[], None]
    tour: Callable[[], None]
    language: Callable[[str], None]
    colours: Callable[[str], None]
    quit: Callable[[], None]


def build_menus(
    window: QMainWindow,
    docks: Iterable[QDockWidget],
    theme: Theme,
    acts: Acts,
    actions: WindowActions,
    *,
    workspaces: QMenu,
) -> QAction:
    """Fill the menu bar and return the HALT action."""
    bar = window.menuBar()
    program = bar.addMenu(_("&Program"))
    _add(program, "settings", _("&Settings\N{HORIZONTAL ELLIPSIS}"), acts.settings, "Ctrl+,")
    _add(program, "accounts", _("&Accounts\N{HORIZONTAL ELLIPSIS}"), acts.accounts, "Ctrl+Shift+U")
    _add(program, "quit", _("&Quit"), acts.quit, "Ctrl+Q")
    trading = bar.addMenu(_("&Trading"))
    halt = _add(trading, "halt", _("&HALT: stop all sending"), acts.halt)
    halt.setShortcuts([QKeySequence(keys) for keys in HALT_KEYS])
    halt.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
    halt.setProperty(FIXED, True)
    _add(trading, "resume", _("&Resume\N{HORIZONTAL ELLIPSIS}"), acts.resume, "Ctrl+R")
    _add(trading, "arm", _("&Arm the LIVE account\N{HORIZONTAL ELLIPSIS}"), acts.arm, "Ctrl+L")
    _add(trading, "disarm", _("D&isarm"), acts.disarm, "Ctrl+Shift+L")
    decide = _add(trading, "decide", _("&Decide pending intents"), acts.decide)
    decide.setShortcut(QKeySequence(GO_KEY))
    decide.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
    _add(trading, "take_unknown", _("&Take unknown orders into the journal"), acts.take_in)
    actions.fill_desk_menus(trading)
    view = bar.addMenu(_("&View"))
    for dock in docks:
        toggle = dock.toggleViewAction()
        toggle.setObjectName(f"show_{dock.objectName()}")
        toggle.setProperty(BEFORE, _("Show or hide "))
        view.addAction(toggle)
    view.addSeparator()
    _add(view, "reset_layout", _("&Reset layout"), acts.reset_layout, "Ctrl+Shift+0")
    _add_themes(view.addMenu(_("&Theme")), theme, acts.colours)
    _add_languages(view.addMenu(_("&Language")), acts.language)
    bar.addMenu(workspaces)
    help_menu = bar.addMenu(_("&Help"))
    help_menu.setObjectName(HELP_MENU)
    _add(help_menu, "guide", _("&User guide"), acts.guide, "Shift+F1")
    _add(help_menu, "tour", _("&Show me around"), acts.tour)
    _add(help_menu, "about", _("&About Arbitrex Desktop"), acts.about)
    actions.fill_menus(view, help_menu)
    return halt


def _add(menu: QMenu, name: str, text: str, act: Callable[[], None], keys: str = "") -> QAction:
    """Add an action; its name, by which chosen keys are kept, is that of no language."""
    action = QAction(text, menu)
    action.setObjectName(name)
    action.triggered.connect(lambda _checked=False: act())
    action.setShortcut(QKeySequence(keys))
    menu.addAction(action)
    return action


def _add_languages(menu: QMenu, choose: Callable[[str], None]) -> None:
    """Offer the languages, each by its own name, so that everybody finds his own again."""
    group = QActionGroup(menu)
    for code, name in LANGUAGES.items():
        action = _add(menu, f"language_{code}", name, partial(choose, code))
        action.setCheckable(True)
        action.setChecked(code == spoken())
        # The mark goes over with the language, in the window that takes this one's place.
        action.triggered.connect(partial(_mark_spoken, group))
        group.addAction(action)


def _mark_spoken(group: QActionGroup, *_checked: bool) -> None:
    for action in group.actions():
        action.setChecked(action.objectName() == f"language_{spoken()}")


def _add_themes(menu: QMenu, theme: Theme, choose_pair: Callable[[str], None]) -> None:
    """Offer the themes and, below them, the colours of direction; what is in use is marked."""
    themes = (
        (ThemeChoice.SYSTEM, _("As the &system")),
        (ThemeChoice.DARK, _("&Dark")),
        (ThemeChoice.LIGHT, _("&Light")),
    )
    pairs = (
        (DirectionPair.BLUE_ORANGE, _("Up and down in &blue and orange, for every eye")),
        (DirectionPair.GREEN_RED, _("Up and down in &green and red")),
    )
    _add_choices(
        menu,
        theme,
        [
            (f"theme_{each}", text, partial(theme.choose, each), partial(_is_theme, theme, each))
            for each, text in themes
        ],
    )
    menu.addSeparator()
    _add_choices(
        menu,
        theme,
        [
            (f"colours_{each.name.lower()}", text, partial(choose_pair, each.value), partial(_is_pair, theme, each))
            for each, text in pairs
        ],
    )


class _Choices(QActionGroup):
    """Marks the choice in use; an object of Qt's, so that it no longer hears of the theme when its menu is gone.

    Attributes:
        marks: each choice with what tells whether it is the one
    """

    def __init__(self, menu: QMenu) -> None:
        super().__init__(menu)
        self.marks: list[tuple[QAction, Callable[[], bool]]] = []

    @Slot()
    def mark(self) -> None:
        """Mark it."""
        for action, is_used in self.marks:
            action.setChecked(is_used())


def _add_choices(
    menu: QMenu, theme: Theme, choices: Iterable[tuple[str, str, Callable[[], None], Callable[[], bool]]]
) -> None:
    """Offer choices of which one is in use: name, text, what takes it, and whether it is the one."""
    group = _Choices(menu)
    for name, text, take, is_used in choices:
        action = _add(menu, name, text, take)
        action.setCheckable(True)
        group.addAction(action)
        group.marks.append((action, is_used))
    group.mark()
    theme.changed.connect(group.mark)


def _is_theme(theme: Theme, choice: ThemeChoice) -> bool:
    return theme.choice is choice


def _is_pair(theme: Theme, pair: DirectionPair) -> bool:
    return theme.pair is pair
