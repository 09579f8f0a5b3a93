# SPDX-License-Identifier: MIT
"""The watch for processes in quick tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.hygiene import slow

TESTS = f"""
import subprocess
import pytest

def test_quick():
    pass

def test_starts():
    subprocess.run([{sys.executable!r}, "-c", ""], check=True)

@pytest.mark.slow
def test_marked():
    subprocess.run([{sys.executable!r}, "-c", ""], check=True)

@pytest.fixture(scope="module")
def child():
    subprocess.run([{sys.executable!r}, "-c", ""], check=True)

def test_with_a_fixture_that_starts(child):
    pass

@pytest.fixture
def qtbot():
    pass

def test_window(qtbot):
    pass
"""


def test_what_counts_as_a_start() -> None:
    """A program is named by its file; a fork has none; git and other events do not count."""
    assert slow.started_program("subprocess.Popen", (None, ["/usr/bin/python3", "-c", ""], None, None)) == "python3"
    assert slow.started_program("subprocess.Popen", (None, "terminal64 /portable", None, None)) == "terminal64"
    assert slow.started_program("os.posix_spawn", (Path("/bin/sh"), ["sh"], {})) == "sh"
    assert slow.started_program("os.fork", ()) == "a fork"
    assert slow.started_program("subprocess.Popen", (None, ["git", "ls-files"], None, None)) is None
    assert slow.started_program("open", ("python3", "r", 0)) is None


@pytest.mark.slow
def test_a_test_that_starts_a_process_is_failed_unless_it_is_marked(pytester: pytest.Pytester) -> None:
    """Those that start one, themselves or by a fixture, fail; the marked one and the quick one pass."""
    pytester.makepyfile(TESTS)
    pytester.makeini("[pytest]\nmarkers = slow: not quick\n")
    plugins = ["-p", "tests.hygiene.slow", "-p", "no:pytest-qt", "-p", "no:cacheprovider"]
    result = pytester.runpytest_subprocess(*plugins, "-p", "no:xdist")
    # A failure in a fixture's end is an error beside the test's own pass.
    result.assert_outcomes(passed=5, errors=2)
    result.stdout.fnmatch_lines(["*at teardown of test_starts*", "it started *, so it wants @pytest.mark.slow"])
    pytester.runpytest_subprocess(*plugins, "-m", "not slow").assert_outcomes(passed=3, errors=2, deselected=2)
