# SPDX-License-Identifier: MIT
"""The window has three sizes of type, whatever it shows."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from arbitrex_desktop.ui.theme.theme import LARGE, SMALL
from arbitrex_desktop.ui.workspaces.layouts import WORKSPACES
from tests.ui.conftest import WindowMaker

pytestmark = pytest.mark.slow


def test_every_text_is_in_one_of_three_sizes(open_window: WindowMaker, qapp: QApplication) -> None:
    """Small, usual and large, in every workspace; anything between would be noise."""
    window = open_window()
    usual = qapp.font().pointSizeF()
    allowed = {round(usual * scale, 2) for scale in (SMALL, 1.0, LARGE)}
    for workspace in WORKSPACES:
        window.content.workspaces.show(workspace.name)
        found = {
            (type(each).__name__, round(each.font().pointSizeF(), 2))
            for each in window.findChildren(QWidget)
            if round(each.font().pointSizeF(), 2) not in allowed
        }
        assert not found, workspace.name
