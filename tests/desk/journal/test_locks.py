# SPDX-License-Identifier: MIT
"""A lock of another program on the journal's lock file: one that reads keeps nobody out, any other is told with who."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from arbitrex_desktop.desk.errors import JournalOccupied, JournalUnavailable
from arbitrex_desktop.desk.journal.files import hold
from arbitrex_desktop.desk.journal.journal import Journal
from tests.desk.conftest import BuildDesk

HOLDER = """
import sqlite3, sys
lock = sqlite3.connect(sys.argv[1], isolation_level=None)
lock.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_reader_keeps_nobody_out(tmp_path: Path) -> None:
    """A foreign program that only reads the lock file, for ever, does not keep the desk from starting."""
    path = tmp_path / "journal" / "a.sqlite3"
    Journal(path).close()
    with contextlib.closing(sqlite3.connect(path.with_suffix(".lock"), isolation_level=None)) as reader:
        reader.execute("CREATE TABLE t (x)")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM t").fetchall()
        Journal(path).close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="which process holds a lock is told on Linux")
def test_whoever_holds_it_is_named_and_the_desk_says_so(build: BuildDesk, tmp_path: Path) -> None:
    """The desk starts, says in words which process holds which file, and is there once it is let go of."""
    lock = tmp_path / "journal" / "Arbitrex-Simulated_50000001.lock"
    lock.parent.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(JournalOccupied, match=f"process {holder.pid}"):
            hold(lock)
        desk = build()
        desk.step(1.0)
        assert f"process {holder.pid}" in desk.core.snapshot().journal_problem
        assert str(lock) in desk.core.snapshot().journal_problem
        holder.communicate("")
    desk.step(6.0)
    assert desk.core.snapshot().journal_problem == ""


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "mkfifo"), reason="needs a folder in the way")
def test_what_is_no_lock_of_another_is_not_said_to_be_one(tmp_path: Path) -> None:
    """A folder where the lock file should be is told as what it is."""
    (tmp_path / "a.lock").mkdir()
    with pytest.raises(JournalUnavailable) as told:
        hold(tmp_path / "a.lock")
    assert not isinstance(told.value, JournalOccupied)
    assert "another window" not in str(told.value)
