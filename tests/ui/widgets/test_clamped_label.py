# SPDX-License-Identifier: MIT
"""A label of two lines shows what fits and says that there is more."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.clamped_label import LINES, ClampedLabel


def test_a_long_text_takes_two_lines_and_ends_in_an_ellipsis(qtbot: QtBot, theme: Theme) -> None:
    """As tall with much text as with none, and no line wider than there is room."""
    label = ClampedLabel(theme)
    qtbot.addWidget(label)
    empty = label.sizeHint()
    label.setText("the limit would be passed " * 20)
    lines = label.shown_lines(200)
    assert label.sizeHint() == empty
    assert len(lines) == LINES
    assert lines[-1].endswith("\N{HORIZONTAL ELLIPSIS}")
    assert all(label.fontMetrics().horizontalAdvance(line) <= 200 for line in lines)


def test_a_short_text_is_whole(qtbot: QtBot, theme: Theme) -> None:
    """What fits is not shortened."""
    label = ClampedLabel(theme)
    qtbot.addWidget(label)
    label.setText("Every check passes.")
    assert label.shown_lines(400) == ["Every check passes."]
    assert "".join(label.shown_lines(90)).replace(" ", "") == "Everycheckpasses."
