# SPDX-License-Identifier: MIT
"""One desk a terminal, over all data folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.raw_layer.connection.sessions import SessionConfig
from arbitrex_desktop.settings.terminal_use import TerminalsInUse

A, B = SessionConfig("a", "/opt/a/terminal64.exe"), SessionConfig("b", "/opt/b/terminal64.exe")
LAST = SessionConfig("c", None)
SIMULATED = SessionConfig("d", "simulated")


@pytest.mark.parametrize(
    ("desk", "other", "together"),
    [
        ([A], [A], False),
        ([A], [B], True),
        ([A, B], [B], False),
        ([LAST], [A], False),
        ([A], [LAST], False),
        ([LAST], [LAST], False),
        ([SIMULATED], [SIMULATED], False),
        ([SIMULATED], [A], True),
    ],
)
def test_a_terminal_is_used_once(
    tmp_path: Path, desk: list[SessionConfig], other: list[SessionConfig], together: bool
) -> None:
    """Named terminals are told apart; the one used last may be any of them; the simulated one is none of them."""
    first, second = TerminalsInUse(desk, tmp_path), TerminalsInUse(other, tmp_path)
    first.start()
    if together:
        second.start()
    else:
        with pytest.raises(DeskError, match="uses this terminal"):
            second.start()
        first.stop()
        second.start()
    second.stop()
    first.stop()
