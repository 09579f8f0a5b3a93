# SPDX-License-Identifier: MIT
"""The fake core keeps the seam's promises, so that what the window's tests find holds for the real one."""

from __future__ import annotations

import threading

import pytest

from arbitrex_desktop.desk.execution.positions import Which
from arbitrex_desktop.desk.intents.intent import IntentRequest
from arbitrex_desktop.ui.seam import Core
from tests.fakes.core import FakeBoard, FakeCore
from tests.fakes.desk_data import quote

REQUEST = IntentRequest("EURUSD", 1, 0.7, "TRENDING", 0.5)


def as_core(core: Core) -> Core:
    """Let the type checker compare the fake with the seam."""
    return core


def test_the_board_gives_each_change_once() -> None:
    """A quote is given to who has not seen its revision, and to nobody twice."""
    board = FakeBoard({"EURUSD": 5, "USDJPY": 3})
    board.put(quote("EURUSD"))
    revision, first = board.changed_since(0)
    assert [each.symbol for each in first] == ["EURUSD"]
    assert board.changed_since(revision) == (revision, ())
    board.put(quote("USDJPY", 150.0))
    assert [each.symbol for each in board.changed_since(revision)[1]] == ["USDJPY"]
    assert board.symbols == ("EURUSD", "USDJPY")
    assert board.digits("USDJPY") == 3


def test_commands_are_noted_in_order() -> None:
    """What the window asks for is kept with its arguments."""
    core = as_core(FakeCore())
    assert isinstance(core, FakeCore)
    core.start()
    core.submit(REQUEST)
    core.approve("a")
    core.reject("b", "no")
    core.close_position(7, 0.2)
    core.close_many(Which.SYMBOL, "EURUSD")
    core.move_stops(7, 1.09, None)
    core.break_even(7)
    core.cancel_order(8)
    core.resolve("c", executed=True, reason="seen in the terminal", ticket=9)
    core.stop()
    assert core.asked[0] == ("start",)
    assert core.asked[2:] == [
        ("approve", "a"),
        ("reject", "b", "no"),
        ("close_position", 7, 0.2),
        ("close_many", Which.SYMBOL, "EURUSD"),
        ("move_stops", 7, 1.09, None),
        ("break_even", 7),
        ("cancel_order", 8),
        ("resolve", "c", True, "seen in the terminal", 9),
        ("stop",),
    ]
    assert core.preview(REQUEST, 9).number == 9


def test_a_halt_shows_until_resumed() -> None:
    """The snapshot says HALTED after a halt and ACTIVE after a resume."""
    core = FakeCore()
    core.halt("enough")
    risk = core.snapshot().risk
    assert risk is not None
    assert (risk.trading_state, risk.halt_reason) == ("HALTED", "enough")
    core.resume("calm again")
    risk = core.snapshot().risk
    assert risk is not None
    assert risk.trading_state == "ACTIVE"


def test_arming_shows_until_disarmed() -> None:
    """The snapshot says until when a LIVE account is armed, and that it no longer is."""
    core = FakeCore()
    core.arm("5001234")
    assert core.snapshot().arming.until is not None
    core.disarm()
    assert core.snapshot().arming.until is None
    assert core.asked == [("arm", "5001234"), ("disarm",)]


def test_a_held_call_hangs_until_released() -> None:
    """Only the held method hangs; the others answer meanwhile."""
    core = FakeCore()
    core.hold("step")
    thread = threading.Thread(target=core.step)
    thread.start()
    assert core.reached.wait(5)
    core.halt("now")
    assert core.halts == ["now"]
    assert core.steps == 0
    core.release()
    thread.join(5)
    assert core.steps == 1


def test_a_failure_is_raised() -> None:
    """A method fails as told."""
    core = FakeCore()
    core.failures["approve"] = RuntimeError("no")
    with pytest.raises(RuntimeError, match="no"):
        core.approve("a")


def test_more_is_due_as_often_as_it_is_told() -> None:
    """A step says that more is due for a number of steps, and then no longer."""
    core = FakeCore()
    core.more_due = 2
    assert [core.step() for _ in range(4)] == [True, True, False, False]
