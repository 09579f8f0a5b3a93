# SPDX-License-Identifier: MIT
"""What Tab reaches; it goes from one to the next in the order in which they were given their places."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QWidget


def reached_by_tab(part: QWidget) -> list[QWidget]:
    """Return the widgets inside of another that Tab reaches, shown or not, from the top and in a row from the left.

    WORKAROUND: asked for the next in its focus chain, PySide6 6.11 takes that for a part of the one that was asked, and
    deletes it with it (seen as a crash of a table whose header was gone), so the chain itself is left alone.
    """
    found = [each for each in part.findChildren(QWidget) if _takes_tab(each)]
    places = {each: each.mapTo(part, QPoint(0, 0)) for each in found}
    return sorted(found, key=lambda each: (places[each].y(), places[each].x()))


def _takes_tab(widget: QWidget) -> bool:
    # The line edit inside of a spin box or a combo box stands for that one.
    is_inner = isinstance(widget.parent(), QComboBox | QAbstractSpinBox)
    return not is_inner and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
