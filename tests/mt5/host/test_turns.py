# SPDX-License-Identifier: MIT
"""Whose turn it is."""

from __future__ import annotations

import threading

from arbitrex_desktop.mt5.host.turns import Turns

PATIENCE = 10.0


def test_the_most_urgent_goes_first_and_equals_in_their_order() -> None:
    """Whoever waits for a taken turn gets it by priority, whatever the order in which they came."""
    noticed = threading.Semaphore(0)
    turns = Turns(noticed.release)
    served: list[str] = []

    def visit(name: str, priority: int) -> None:
        with turns.turn(priority):
            served.append(name)

    callers = [threading.Thread(target=visit, args=each) for each in (("d", 3), ("b", 1), ("a", 0), ("c", 1))]
    with turns.turn(2):
        for caller in callers:
            caller.start()
            assert noticed.acquire(timeout=PATIENCE)
        assert turns.contended
        assert served == []
    for caller in callers:
        caller.join(PATIENCE)
    assert served == ["a", "b", "c", "d"]
    assert not turns.contended


def test_who_gives_up_waiting_holds_nobody_up() -> None:
    """A turn that does not come in time is not taken later."""
    turns = Turns(lambda: None)
    assert turns.enter(1)
    assert not turns.enter(0, timeout=0.0)
    assert not turns.contended
    turns.leave()
    assert turns.enter(3, timeout=0.0)
