# SPDX-License-Identifier: MIT
"""A pytest plugin: `slow` tells the truth, so that `make quick` leaves out what starts processes and opens windows.

A test that uses a window is marked by its fixtures.  One that starts a process marks itself, and fails if it does
not; so does, by hand, one that takes more than about a second.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

MARKER = "slow"
WINDOW_FIXTURES = frozenset({"qtbot", "qapp"})
STARTS = frozenset({"subprocess.Popen", "os.fork", "os.posix_spawn"})
QUICK_PROGRAMS = frozenset({"git", "uname"})
"""What may be started all the same: git lists files and `platform` asks uname, in milliseconds."""

_started: list[str] = []


def started_program(event: str, arguments: tuple[Any, ...]) -> str | None:
    """Return the program that an audit event says is started, "a fork" where there is none, None for other events."""
    if event not in STARTS:
        return None
    if event == "os.fork":
        return "a fork"
    command = arguments[1] if event == "subprocess.Popen" else [arguments[0]]
    first = command.split()[0] if isinstance(command, str) else os.fspath(next(iter(command)))
    name = Path(os.fsdecode(first)).name
    return None if name in QUICK_PROGRAMS else name


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    """Keep what was started; called for every audit event of the interpreter."""
    program = started_program(event, arguments)
    if program is not None:
        _started.append(program)


def pytest_configure(config: pytest.Config) -> None:
    """Listen to the interpreter; an audit hook cannot be taken away again, so the test process has one."""
    del config
    if not hasattr(sys, "_arbitrex_process_starts"):
        sys._arbitrex_process_starts = _started  # type: ignore[attr-defined]
        sys.addaudithook(_note)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use a window."""
    for item in items:
        if isinstance(item, pytest.Function) and not WINDOW_FIXTURES.isdisjoint(item.fixturenames):
            item.add_marker(MARKER)


@pytest.fixture(autouse=True)
def only_slow_tests_start_processes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that has started a process, itself or by a fixture made for it, and is not marked."""
    yield
    programs = _started.copy()
    _started.clear()
    if programs and request.node.get_closest_marker(MARKER) is None:
        pytest.fail(f"it started {', '.join(programs)}, so it wants @pytest.mark.{MARKER}", pytrace=False)
