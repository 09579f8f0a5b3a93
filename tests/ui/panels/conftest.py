# SPDX-License-Identifier: MIT
"""A ticket, shown, and what it asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.commands import PreviewIntent
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.intent_form import IntentFormPanel
from arbitrex_desktop.ui.theme.theme import Theme

Make = Callable[..., Freshness]


@pytest.fixture
def form(qtbot: QtBot, theme: Theme, fresh: Make) -> IntentFormPanel:
    """Return a shown form with two symbols."""
    form = IntentFormPanel(theme)
    qtbot.addWidget(form)
    form.set_symbols(["AUDUSD", "EURUSD"])
    form.show()
    form.refresh(fresh())
    return form


@pytest.fixture
def asked(form: IntentFormPanel) -> list[PreviewIntent]:
    """Return a list that fills with the previews asked for."""
    asked: list[PreviewIntent] = []
    form.asked.connect(asked.append)
    return asked
