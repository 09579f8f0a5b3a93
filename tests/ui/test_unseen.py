# SPDX-License-Identifier: MIT
"""What nobody sees is neither drawn nor loaded, and has prices asked for seldom."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes.core import FakeBoard, FakeCore
from tests.fakes.desk_data import desk_snapshot, pool_stats, position_row, quote
from tests.ui.conftest import OPEN_MS, WindowMaker

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("way", ["hide", "showMinimized"])
def test_a_window_out_of_sight_draws_nothing_and_catches_up(open_window: WindowMaker, qtbot: QtBot, way: str) -> None:
    """Hidden or minimised, panels keep what they showed and the pool is slowed down; back in sight, all is there."""
    core = FakeCore()
    window = open_window(core)
    window.content.newcomer_help.bring_forward("connection")
    assert core.seen == [True]
    getattr(window, way)()
    qtbot.waitUntil(lambda: core.seen == [True, False])
    core.shown = desk_snapshot(pool=pool_stats(login=777))
    with qtbot.waitSignal(window._worker.snapshot_changed, check_params_cb=lambda shown: shown.pool.login == 777):
        pass
    assert window.content.connection.value_of("login") == "5001234"
    window.showNormal()
    qtbot.waitUntil(lambda: window.content.connection.value_of("login") == "777")
    assert core.seen == [True, False, True]


def test_a_panel_behind_another_is_drawn_once_it_comes_to_the_front(open_window: WindowMaker, qtbot: QtBot) -> None:
    """What it shows is the newest snapshot; the count in the title of one behind another is always current."""
    core = FakeCore()
    content = open_window(core).content
    core.shown = desk_snapshot(pool=pool_stats(login=777), positions=(position_row(), position_row(ticket=8)))
    qtbot.waitUntil(lambda: content._docks.docks["positions"].windowTitle().endswith("(2)"), timeout=OPEN_MS)
    assert content.connection.value_of("login") == ""
    content.newcomer_help.bring_forward("connection")
    assert content.connection.value_of("login") == "777"


def test_the_window_settles(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Settled means: account, ten quotes and, where it is in sight, the curve, whose library is loaded only then."""
    board = FakeBoard({f"SYM{number}": 5 for number in range(12)})
    window = open_window(FakeCore(board))
    assert not window.content.is_settled()
    for symbol in board.symbols:
        board.put(quote(symbol))
    qtbot.waitUntil(window.content.is_settled, timeout=OPEN_MS)
    assert not window.content.equity.has_plot
    window.content.newcomer_help.bring_forward("equity")
    assert not window.content.is_settled()
    qtbot.waitUntil(window.content.is_settled, timeout=OPEN_MS)
    assert window.content.equity.has_plot
