# SPDX-License-Identifier: MIT
"""The bar that steers a replay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pytestqt.qtbot import QtBot

from arbitrex_desktop.mt5.commands import ReplayStatus
from arbitrex_desktop.ui.bars.replay_bar import ReplayBar
from arbitrex_desktop.ui.commands import DirectReplay
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.desk_data import pool_stats

STATUS = ReplayStatus(0, 1_000_000, 250_000, 5.0, 0, 1.0, ("EURUSD: by its name",))


def test_it_shows_and_steers(qtbot: QtBot, theme: Theme, fresh: Callable[..., Freshness]) -> None:
    """Nothing without a replay; with one the position, and each button asks for one thing; time never goes back."""
    bar = ReplayBar(theme)
    asked: list[object] = []
    qtbot.addWidget(bar)
    bar.asked.connect(asked.append)
    assert not bar.follow(fresh())
    assert bar.follow(fresh(pool=pool_stats(replay=STATUS)))
    assert (bar.badge.text(), bar.slider.value()) == ("REPLAY", 250)
    assert bar.position.text() == "1970-01-01 00:04:10 of 1970-01-01 00:16:40 UTC"
    bar.pause.click()
    bar.step.click()
    bar.end.click()
    for place in (100, 600):
        bar.slider.setValue(place)
        bar.slider.sliderReleased.emit()
    bar.follow(fresh(pool=pool_stats(replay=replace(STATUS, speed=0.0))))
    assert bar.position.text().endswith("paused")
    bar.pause.click()
    steps = [DirectReplay(speed=0.0), DirectReplay(step="tick"), DirectReplay(step="end"), DirectReplay(to_msc=600_000)]
    assert asked == [*steps, DirectReplay(speed=5.0)]
    bar.follow(fresh(pool=pool_stats(replay=replace(STATUS, position_msc=1_700_000))))
    assert not bar.pause.isEnabled()
    assert bar.position.text() == "1970-01-01 00:16:40 of 1970-01-01 00:16:40 UTC, ended"


def test_a_speed_of_the_command_line_is_shown_and_kept(
    qtbot: QtBot, theme: Theme, fresh: Callable[..., Freshness]
) -> None:
    """`--speed 20` is not told as one of the usual speeds, and is what a pause goes on with."""
    bar = ReplayBar(theme)
    asked: list[object] = []
    qtbot.addWidget(bar)
    bar.asked.connect(asked.append)
    for speed in (20.0, 0.0, 20.0):
        bar.follow(fresh(pool=pool_stats(replay=replace(STATUS, speed=speed))))
        assert bar.speed.currentText() == "20\N{MULTIPLICATION SIGN}"
    assert [bar.speed.itemData(place) for place in range(bar.speed.count())] == [1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 300.0]
    bar.follow(fresh(pool=pool_stats(replay=replace(STATUS, speed=0.0))))
    bar.pause.click()
    assert asked == [DirectReplay(speed=20.0)]
