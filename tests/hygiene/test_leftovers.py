# SPDX-License-Identifier: MIT
"""The watch for threads and processes left behind."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.hygiene import leftovers

WAIT_FOR_INPUT = [sys.executable, "-c", "input()"]


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a process's children")
def test_a_running_child_is_found_and_an_ended_one_is_not() -> None:
    """A child counts from its start to its end, and not as a zombie."""
    before = leftovers.child_processes()
    with subprocess.Popen(WAIT_FOR_INPUT, stdin=subprocess.PIPE) as child:
        assert child.pid in leftovers.leftover_children(before, grace=0.0)
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
        leftovers.wait_for_end(child.pid, 30.0)
        assert child.pid not in leftovers.child_processes()


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a process's children")
def test_children_are_found_without_the_kernels_list_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the kernel keeps no list of children, every process is looked at."""
    with subprocess.Popen(WAIT_FOR_INPUT, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.pid in leftovers.child_pids()
        for name in [str(child.pid), "1"]:
            (tmp_path / name).symlink_to(f"/proc/{name}")
        monkeypatch.setattr(leftovers, "_PROC", tmp_path)
        assert leftovers.child_pids() == [child.pid]
        monkeypatch.undo()
        leftovers.end_children([child.pid])


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a process's children")
def test_a_child_left_running_can_be_ended() -> None:
    """What `end_children` was given does not run afterwards."""
    with subprocess.Popen(WAIT_FOR_INPUT, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        leftovers.end_children([child.pid])
        assert child.pid not in leftovers.child_processes()


def test_a_running_thread_is_found_and_an_ended_one_is_not() -> None:
    """A thread counts while it runs."""
    before = set(threading.enumerate())
    go_on = threading.Event()
    thread = threading.Thread(target=go_on.wait)
    thread.start()
    assert leftovers.leftover_threads(before, grace=0.0) == [thread]
    go_on.set()
    assert leftovers.leftover_threads(before, grace=30.0) == []


@pytest.mark.slow
def test_a_process_that_is_gone_has_no_parent() -> None:
    """Looking at a process that ended meanwhile is no error."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert leftovers.parent_and_state(child.pid) == (0, "X")
    assert leftovers.command_line(child.pid) == "?"
    leftovers.wait_for_end(child.pid, 1.0)


@pytest.mark.slow
def test_a_test_that_leaves_things_running_is_failed_by_name(pytester: pytest.Pytester, project_root: Path) -> None:
    """The plugin names the thread and the process, ends the process, and lets a clean test pass."""
    pytester.makepyfile(
        """
        import subprocess, sys, threading

        def test_clean():
            worker = threading.Thread(target=int)
            worker.start()

        def test_leaves_a_thread():
            stray = threading.Thread(target=threading.Event().wait, name="the stray thread", daemon=True)
            stray.start()

        def test_leaves_a_process():
            global child
            child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)

        def test_after_it():
            assert child.wait() != 0
            child.stdin.close()
        """
    )
    result = run_with_plugin(pytester, project_root, "-W", "ignore::ResourceWarning")
    expected_errors = 2 if sys.platform.startswith("linux") else 1
    result.assert_outcomes(passed=4, errors=expected_errors)
    result.stdout.fnmatch_lines(["*thread the stray thread*"])


def run_with_plugin(pytester: pytest.Pytester, root: Path, *arguments: str) -> pytest.RunResult:
    """Run the plugin alone, with little grace, in a pytest process of its own."""
    pytester.makeconftest(
        "import tests.hygiene.leftovers as plugin\n"
        "plugin.GRACE_SECONDS = 0.2\n"
        "nothing_left_running = plugin.nothing_left_running\n"
    )
    return pytester.runpytest_subprocess(
        "-p", "no:pytest-qt", "-p", "no:cacheprovider", "-o", f"pythonpath={root}", *arguments
    )
