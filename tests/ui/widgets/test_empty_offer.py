# SPDX-License-Identifier: MIT
"""Empty places say what to do next by a button that does it."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.freshness import NoCore
from arbitrex_desktop.ui.widgets.empty_offer import NextStep
from tests.fakes.core import FakeBoard, FakeCore
from tests.fakes.desk_data import desk_snapshot, intent_row, position_row
from tests.ui.conftest import OPEN_MS, WindowMaker


def test_an_empty_desk_leads_to_the_ticket(open_window: WindowMaker, qtbot: QtBot) -> None:
    """From positions, orders and pending intents; the keyboard is on the size."""
    window = open_window(FakeCore(shown=desk_snapshot(positions=(), orders=(), intents=())))
    window.activateWindow()
    content = window.content
    for panel in (content.positions, content.orders, content.pending):
        content._docks.bring_forward(panel.name)
        assert panel.offer.isVisible()
        assert panel.offer.text() == NextStep.INTENT
        content.market_watch.view.setFocus()
        panel.offer.click()
        qtbot.waitUntil(content.intent_form.fields.volume.field.hasFocus, timeout=OPEN_MS)


def test_a_full_desk_offers_nothing(open_window: WindowMaker) -> None:
    """Where there are rows no button covers them."""
    content = open_window(FakeCore(shown=desk_snapshot(positions=(position_row(),), intents=(intent_row(),)))).content
    assert content.positions.offer.isHidden()
    assert content.pending.offer.isHidden()
    assert content.market_watch.offer.isHidden() or not content.market_watch.model.listed


def test_a_list_without_symbols_leads_to_the_search(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The filter finds every symbol of the broker, so the button takes the keyboard there."""
    window = open_window(FakeCore(FakeBoard({})))
    window.activateWindow()
    watch = window.content.market_watch
    qtbot.waitUntil(lambda: watch.offer.text() == NextStep.SYMBOLS, timeout=OPEN_MS)
    watch.offer.click()
    qtbot.waitUntil(watch._filter.hasFocus, timeout=OPEN_MS)


def test_without_a_core_the_way_to_an_account_is_offered(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The button asks for the assistant; it stays in the middle of its place when that grows."""
    window = open_window(FakeCore(FakeBoard({})))
    content = window.content
    content._no_core, content._fresh = (
        NoCore("no account is set up", lacks_account=True),
        type(content._fresh)(None, 0.0, 0.0),
    )
    content.refresh()
    content.market_watch.refresh(content._fresh)
    offer = content.market_watch.offer
    assert offer.text() == NextStep.ACCOUNT
    with qtbot.waitSignal(content.newcomer_help.accounts_asked):
        offer.click()
    window.resize(1900, 1000)
    place = content.market_watch.view.viewport()
    qtbot.waitUntil(lambda: abs(offer.geometry().center().x() - place.rect().center().x()) <= 1, timeout=OPEN_MS)
