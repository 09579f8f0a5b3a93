# SPDX-License-Identifier: MIT
"""One call of the module: what becomes of its failures."""

from __future__ import annotations

import pytest

from arbitrex_desktop.mt5.calls import call
from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5


def failure(name: str, *args: object) -> CallFailed:
    """Return the failure of a call of the module without a terminal."""
    with pytest.raises(CallFailed) as caught:
        call(SimulatedMetaTrader5(), name, *args)
    return caught.value


@pytest.mark.parametrize(
    ("name", "args", "code"),
    [
        ("symbol_info", ("EURUSD",), -10004),
        ("symbol_select", ("EURUSD", True), -10004),
        ("symbol_info", (1,), -2),
        ("login", (-1,), -2),
        ("shutdown", (1,), -2),
    ],
)
def test_none_false_and_exceptions_are_failures(name: str, args: tuple[object, ...], code: int) -> None:
    """A call that answers None or False, or raises for its arguments, fails with the code that tells why."""
    assert failure(name, *args).code == code


def test_terminal_whose_path_is_not_ascii() -> None:
    """Where the module's own words hold a path that it cannot read back, the failure is told all the same."""
    found = failure("initialize", r"C:\Users\José\terminal64.exe")
    assert found.code == -10003
    assert "cannot be started" in found.message


def test_result_is_handed_on() -> None:
    """What is neither None nor False is the result."""
    assert call(SimulatedMetaTrader5(), "version") == (0, 0, "")
