# SPDX-License-Identifier: MIT
"""Every action of the window by a name that lasts, with its keys, which the trader may change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from arbitrex_desktop.texts import _

FIXED: Final = "fixed_keys"
"""Property of an action whose keys stay as they are: in need nobody may find HALT moved."""

BEFORE: Final = "words_before"
"""Property of an action with words that it needs outside its menu, such as “Show or hide ” before a panel."""

_PORTABLE: Final = QKeySequence.SequenceFormat.PortableText


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """An action as the trader finds it.

    Attributes:
        name: lasts from one version to the next; its place in the menus unless it has a name of its own
        text: what it does
        where: the menus that lead to it
        keys: those it had when it was looked at, as the keyboard has them, empty for none
        action: Qt's
    """

    name: str
    text: str
    where: str
    keys: str
    action: QAction

    @property
    def is_fixed(self) -> bool:
        """Whether its keys cannot be changed."""
        return bool(self.action.property(FIXED))


@dataclass(frozen=True, slots=True)
class FixedKeys:
    """Keys that work in one place only, and stay as they are; `panel`, the name of the panel where that is."""

    keys: str
    text: str
    where: str
    panel: str = ""


class KeyTable:
    """The actions of a menu bar, read anew whenever they are asked for, since menus grow.  GUI thread.

    Attributes:
        local: keys that work in one place only
    """

    def __init__(self, bar: QMenuBar, local: tuple[FixedKeys, ...] = ()) -> None:
        self._bar = bar
        self.local = local
        self._usual: dict[str, list[QKeySequence]] = {}
        self._chosen: dict[str, str] = {}

    def entries(self) -> tuple[KeyEntry, ...]:
        """Return every action in the order of the menus, with the keys that were chosen for it."""
        found = tuple(self._walk())
        for entry in found:
            if entry.name not in self._usual:
                self._usual[entry.name] = entry.action.shortcuts()
                self._apply(entry)
        return tuple(replace(entry, keys=_keys_text(entry.action)) for entry in found)

    def assign(self, entry: KeyEntry, keys: QKeySequence) -> str:
        """Give an action keys, or none when they are empty; return why that cannot be, empty when it was done."""
        if entry.is_fixed:
            return _(
                "The keys of \N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK} stay as they are."
            ).format(text=entry.text)
        owner = self.owner_of(keys)
        if owner and owner != entry.text:
            return _("{keys} is taken by \N{LEFT DOUBLE QUOTATION MARK}{owner}\N{RIGHT DOUBLE QUOTATION MARK}.").format(
                keys=keys.toString(), owner=owner
            )
        self._chosen[entry.name] = keys.toString(_PORTABLE)
        self._apply(entry)
        return ""

    def reset(self, entry: KeyEntry) -> None:
        """Give an action its usual keys again, unless another one has them by now."""
        self._chosen.pop(entry.name, None)
        others = {keys.toString() for each in self.entries() if each.name != entry.name for keys in _keys_of(each)}
        usual = self._usual.get(entry.name, [])
        entry.action.setShortcuts([keys for keys in usual if keys.toString() not in others])

    def owner_of(self, keys: QKeySequence) -> str:
        """Return what has these keys, empty for nothing."""
        wanted = keys.toString(_PORTABLE)
        if not wanted:
            return ""
        for entry in self.entries():
            if any(each.toString(_PORTABLE) == wanted for each in _keys_of(entry)):
                return entry.text
        return next((each.text for each in self.local if QKeySequence(each.keys).toString(_PORTABLE) == wanted), "")

    @property
    def kept(self) -> dict[str, str]:
        """The keys that were chosen, by the action's name; safe for JSON."""
        return dict(self._chosen)

    def recall(self, kept: Mapping[str, object]) -> None:
        """Take back what was kept; actions that are no more are passed over."""
        self._chosen = {name: keys for name, keys in kept.items() if isinstance(keys, str)}
        for entry in self.entries():
            self._apply(entry)

    def _apply(self, entry: KeyEntry) -> None:
        chosen = self._chosen.get(entry.name)
        if chosen is not None and not entry.is_fixed:
            entry.action.setShortcuts([QKeySequence(chosen, _PORTABLE)] if chosen else [])

    def _walk(self) -> Iterator[KeyEntry]:
        for action in self._bar.actions():
            menu = _menu_of(action)
            if menu is not None:
                yield from _entries_in(menu, _plain(action.text()))


def _entries_in(menu: QMenu, where: str) -> Iterator[KeyEntry]:
    """Yield the actions of a menu and of those in it."""
    for action in menu.actions():
        inner = _menu_of(action)
        if inner is not None:
            yield from _entries_in(inner, f"{where} > {_plain(action.text())}")
        elif not action.isSeparator() and action.text():
            text = f"{action.property(BEFORE) or ''}{_plain(action.text())}"
            yield KeyEntry(action.objectName() or f"{where}/{text}", text, where, _keys_text(action), action)


def _menu_of(action: QAction) -> QMenu | None:
    """Return the menu that an action opens, None for none.

    WORKAROUND: not `action.menu()`: in PySide6 6.8 the menu's own actions are lost with the action that was asked.
    """
    return QMenu.menuInAction(action)


def _keys_text(action: QAction) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(keys.toString(native) for keys in action.shortcuts())


def _keys_of(entry: KeyEntry) -> list[QKeySequence]:
    return entry.action.shortcuts()


def _plain(text: str) -> str:
    """Return a menu's text without the mark of its letter."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def run(action: QAction, say: Callable[[str], None]) -> None:
    """Set an action off, or say why it cannot be."""
    if action.isEnabled():
        action.trigger()
    else:
        say(_("{plain}: not possible now").format(plain=_plain(action.text())))
