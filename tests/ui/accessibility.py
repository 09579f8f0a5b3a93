# SPDX-License-Identifier: MIT
"""What a screen reader is told of a window: walked from its root through the tree of accessible objects."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QWidget

_ACTIVE = frozenset({
    QAccessible.Role.Button, QAccessible.Role.ButtonMenu, QAccessible.Role.ButtonDropDown, QAccessible.Role.CheckBox,
    QAccessible.Role.RadioButton, QAccessible.Role.ComboBox, QAccessible.Role.EditableText, QAccessible.Role.SpinBox,
    QAccessible.Role.Slider, QAccessible.Role.Table, QAccessible.Role.Tree, QAccessible.Role.List,
    QAccessible.Role.PageTabList, QAccessible.Role.PageTab, QAccessible.Role.MenuItem, QAccessible.Role.Link,
})  # fmt: skip
"""Roles of what can be acted on."""

_ROWS = frozenset({QAccessible.Role.Table, QAccessible.Role.Tree, QAccessible.Role.List})
"""Their rows are read by what stands in them."""


def nameless(window: QWidget) -> list[str]:
    """Return what in a window can be acted on or has the keyboard, and has no name that can be spoken, or no role."""
    root = QAccessible.queryAccessibleInterface(window)
    found = []
    for each, path in _walk(root, type(window).__name__):
        if each.role() is QAccessible.Role.NoRole:
            found.append(f"{path} has no role")
        elif (each.role() in _ACTIVE or each.state().focusable) and not _can_be_spoken(_name(each)):
            found.append(f"{path} ({each.role().name}) has no name: {_name(each)!r}")
    return found


def _walk(each: QAccessibleInterface, path: str) -> Iterator[tuple[QAccessibleInterface, str]]:
    yield each, path
    if each.role() in _ROWS:
        return
    for place in range(each.childCount()):
        child = each.child(place)
        if child is None or not child.isValid() or child.state().invisible:  # type: ignore[redundant-expr] # stubs forget it
            continue
        yield from _walk(child, f"{path} > {type(child.object()).__name__}")


def _name(each: QAccessibleInterface) -> str:
    thing = each.object()
    inner = thing.parent() if isinstance(thing, QWidget) else None
    # What is typed into stands for the box around it, whose name on Linux is what was chosen: that is no name.
    box = thing if isinstance(thing, QComboBox) else inner if isinstance(inner, QComboBox) else None
    if box is not None:
        return box.accessibleName() or _buddy_of(box)
    return each.text(QAccessible.Text.Name)


def _buddy_of(widget: QWidget) -> str:
    labels = [label for window in QApplication.topLevelWidgets() for label in window.findChildren(QLabel)]
    return next((label.text() for label in labels if label.buddy() is widget), "")


def _can_be_spoken(name: str) -> bool:
    return "&&" not in name and any(letter.isalnum() for letter in name)
