# SPDX-License-Identifier: MIT
"""Menus of rows."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget


def row_menu(parent: QWidget) -> QMenu:
    """Return an empty menu that is gone once it was used."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu
