# SPDX-License-Identifier: MIT
"""The panel of `docs/howto/panel.md` is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.desk_data import position_row


def test_the_recipe_s_panel_shows_each_position_s_swap(
    qtbot: QtBot, theme: Theme, fresh: Callable[..., Freshness], project_root: Path
) -> None:
    """With its sign and currency; nothing before the account is known."""
    recipe = (project_root / "docs" / "howto" / "panel.md").read_text(encoding="utf-8")
    made: dict[str, Any] = {}
    exec(dedent(recipe.split("```python\n")[1].split("```")[0]), made)
    panel = made["SwapPanel"](theme)
    qtbot.addWidget(panel)
    panel.show()
    panel.refresh(NOTHING_YET)
    assert panel.model.rowCount() == 0
    panel.refresh(fresh(positions=(position_row(1, swap=-1.25),)))
    assert panel.model.index(0, 1).data() == "\N{MINUS SIGN}1.25 EUR"
    assert not panel.visibleRegion().isEmpty()
