# SPDX-License-Identifier: MIT
"""A pytest plugin: a test fails when it leaves a thread or a child process running.

What is on its way out gets `GRACE_SECONDS`; what is found then is named, and processes are killed so that the
tests after it start clean.
"""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Collection, Iterator
from multiprocessing import resource_tracker
from pathlib import Path

import pytest

GRACE_SECONDS = 3.0
_PROC = Path("/proc")


def is_running(thread: threading.Thread) -> bool:
    """Return whether a thread runs.

    Python 3.11 and 3.12 keep a stand-in for ever for each thread that it did not start itself (a QThread, say);
    of such, ask the operating system where it can be asked, and take it for ended elsewhere.
    """
    if isinstance(thread, threading._DummyThread):
        return (_PROC / "self" / "task" / str(thread.native_id)).exists()
    return thread.is_alive()


def wait_for_os_thread(thread: threading.Thread, deadline: float) -> None:
    """Wait until a thread that Python did not start has ended, at most until a moment of the monotonic clock.

    A QThread says that it is done shortly before the operating system's thread is gone, and nobody tells of that.
    """
    while is_running(thread) and time.monotonic() < deadline:
        time.sleep(0.005)


def leftover_threads(before: Collection[threading.Thread], grace: float) -> list[threading.Thread]:
    """Return the threads that run now and are not in `before`, after waiting for them for `grace` seconds in all."""
    deadline = time.monotonic() + grace
    left = []
    for thread in threading.enumerate():
        if thread in before or thread is threading.current_thread() or not is_running(thread):
            continue
        if isinstance(thread, threading._DummyThread):
            wait_for_os_thread(thread, deadline)
        else:
            thread.join(max(0.0, deadline - time.monotonic()))
        if is_running(thread):
            left.append(thread)
    return left


def parent_and_state(pid: int) -> tuple[int, str]:
    """Return a process's parent and state letter as Linux tells them; (0, "X") for one that is gone."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0, "X"
    # The second field is the program's name in parentheses, and may itself hold anything.
    state, parent = stat.rpartition(")")[2].split()[:2]
    return int(parent), state


def child_pids() -> list[int]:
    """Return the children of this process, ended ones included, as Linux tells them.

    The kernel's own list costs a twentieth of looking at every process, and is asked twice in each test; where it is
    not kept, or a thread ends meanwhile, every process is looked at.
    """
    try:
        lists = [(task / "children").read_text(encoding="ascii") for task in (_PROC / "self" / "task").iterdir()]
        return [int(pid) for each in lists for pid in each.split()]
    except OSError:
        pids = [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]
        return [pid for pid in pids if parent_and_state(pid)[0] == os.getpid()]


def child_processes() -> dict[int, str]:
    """Return the running children of this process: command line by process id.

    The tracker that multiprocessing keeps for itself is left out, and so are children that ended and only wait to
    be asked for their exit code.
    """
    tracker = getattr(resource_tracker._resource_tracker, "_pid", None)
    found = {child.pid: child.name for child in multiprocessing.active_children() if child.pid is not None}
    if sys.platform.startswith("linux"):
        running = (pid for pid in child_pids() if parent_and_state(pid)[1] not in "ZX")
        found |= {pid: command_line(pid) for pid in running}
    return {pid: name for pid, name in found.items() if pid != tracker}


def command_line(pid: int) -> str:
    """Return what a process was started with, for a message."""
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return "?"


def wait_for_end(pid: int, timeout: float) -> None:
    """Wait until a process ends, `timeout` seconds at most; returns at once where that cannot be waited for."""
    if not hasattr(os, "pidfd_open"):
        return
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return
    try:
        select.select([handle], [], [], timeout)
    finally:
        os.close(handle)


def leftover_children(before: Collection[int], grace: float) -> dict[int, str]:
    """Return the children that run now and are not in `before`, after waiting for them for `grace` seconds in all."""
    deadline = time.monotonic() + grace
    for child in multiprocessing.active_children():
        child.join(max(0.0, deadline - time.monotonic()) if child.pid not in before else 0.0)
    for pid in set(child_processes()) - set(before):
        wait_for_end(pid, max(0.0, deadline - time.monotonic()))
    return {pid: name for pid, name in child_processes().items() if pid not in before}


def end_children(pids: Collection[int]) -> None:
    """Kill children that were left running."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        except ProcessLookupError:
            continue
        wait_for_end(pid, GRACE_SECONDS)


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Fail the test when a thread or a child process that it started still runs after it."""
    threads = set(threading.enumerate())
    children = set(child_processes())
    yield
    left = [f"thread {thread.name}" for thread in leftover_threads(threads, GRACE_SECONDS)]
    stray = leftover_children(children, GRACE_SECONDS)
    end_children(stray)
    left += [f"process {pid}: {name}" for pid, name in stray.items()]
    if left:
        pytest.fail("left running after the test:\n" + "\n".join(left), pytrace=False)
