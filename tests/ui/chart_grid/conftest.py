# SPDX-License-Identifier: MIT
"""A bench that shows a chart with its bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.clock import ManualClock
from tests.ui.chart_grid.bench import Bench

Make = Callable[..., Freshness]


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, clock: ManualClock, fresh: Make) -> Iterator[Bench]:
    """Return a connected bench that shows EURUSD with its first bars."""
    bench = Bench(qtbot, theme, clock)
    bench.grid.refresh(fresh(positions=(), orders=(), intents=()))
    bench.grid.show_symbol("EURUSD")
    bench.answer()
    yield bench
    bench.grid.stop()
