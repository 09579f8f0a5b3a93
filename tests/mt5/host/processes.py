# SPDX-License-Identifier: MIT
"""Looking at other processes, on Linux."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from arbitrex_desktop.clock import SystemClock

PATIENCE = 20.0
_PROC = Path("/proc")


def is_gone(pid: int) -> bool:
    """Return whether a process has ended (a zombie has)."""
    try:
        state = (_PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def until(condition: Callable[[], bool], words: str) -> None:
    """Wait for a condition; `words` tell what is so as long as it does not hold."""
    pause, deadline = threading.Event(), SystemClock().monotonic() + PATIENCE
    while not condition():
        assert SystemClock().monotonic() < deadline, words
        pause.wait(0.01)


def until_gone(pid: int) -> None:
    """Wait until a process has ended."""
    until(lambda: is_gone(pid), f"process {pid} still runs")


def children_of(pid: int) -> list[int]:
    """Wait until a process has children, and return them."""
    pause, deadline = threading.Event(), SystemClock().monotonic() + PATIENCE
    while True:
        tasks = (_PROC / str(pid) / "task").glob("*/children")
        children = [int(child) for task in tasks for child in task.read_text(encoding="ascii").split()]
        if children:
            return children
        assert SystemClock().monotonic() < deadline, f"process {pid} has no children"
        pause.wait(0.01)
