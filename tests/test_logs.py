# SPDX-License-Identifier: MIT
"""The program's own log."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from arbitrex_desktop import logs


@pytest.fixture(autouse=True)
def root_as_it_was() -> Iterator[None]:
    """Take the handlers down again."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in [handler for handler in root.handlers if handler not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def _flush() -> None:
    """Wait for what the console's thread has to write."""
    for handler in logging.getLogger().handlers:
        handler.flush()


def test_no_secret_reaches_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a message, its arguments nor a traceback shows the password; the screen gets one sentence."""
    logs.configure(tmp_path, ["hunter2"])
    log = logging.getLogger("somewhere")
    log.info("logging in with %s", "hunter2")
    try:
        int("hunter2")
    except ValueError:
        log.warning("it failed", exc_info=True)
    _flush()
    assert capsys.readouterr().err == "warning: it failed\n"
    text = (tmp_path / "arbitrex.log").read_text(encoding="utf-8")
    assert "hunter2" not in text
    assert "logging in with ***" in text
    assert "base 10: '***'" in text


def test_a_secret_that_comes_later_is_hidden_from_then_on(tmp_path: Path) -> None:
    """A password of the credential store is known only after the log was opened."""
    logs.configure(tmp_path)
    logs.hide(["geheim77"])
    logging.getLogger("somewhere").warning("it is geheim77")
    assert "it is ***" in (tmp_path / "arbitrex.log").read_text(encoding="utf-8")


def test_an_unwritable_folder_leaves_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a log file the program still runs, and says so on stderr."""
    (tmp_path / "file").write_text("in the way")
    handlers = logs.configure(tmp_path / "file")
    assert len(handlers) == 1
    _flush()
    assert "no log file" in capsys.readouterr().err


def test_a_thread_of_qt_keeps_one_name(tmp_path: Path) -> None:
    """A thread that Python only met has one name for its whole life: from 3.13 on it is a new Dummy-N at each entry."""
    logs.configure(tmp_path)
    log = logging.getLogger("somewhere")
    record = log.makeRecord("somewhere", logging.INFO, __file__, 1, "painted", (), None)
    record.threadName, record.thread = "Dummy-7", 4711
    log.handle(record)
    assert "thread-4711 somewhere: painted" in (tmp_path / "arbitrex.log").read_text(encoding="utf-8")


UNREAD = """
import logging, pathlib, sys
from arbitrex_desktop import logs
logs.configure(pathlib.Path(sys.argv[1]))
for number in range(5_000):
    logging.getLogger("x").warning("%d %s", number, "x" * 200)
"""


@pytest.mark.slow
def test_a_pipe_that_nobody_reads_stops_nobody(tmp_path: Path) -> None:
    """A program whose warnings nobody takes goes on, writes its log file, and ends."""
    with subprocess.Popen([sys.executable, "-c", UNREAD, str(tmp_path)], stderr=subprocess.PIPE) as program:
        assert program.wait(60.0) == 0
    assert " 4999 " in (tmp_path / "arbitrex.log").read_text(encoding="utf-8").replace(":", "").splitlines()[-1]


def test_warnings_are_written_when_the_program_ends() -> None:
    """Closing waits for what was handed over last, also on a stream that has no number."""
    stream = io.StringIO()
    handler = logs.ConsoleHandler(stream)
    handler.handle(logging.LogRecord("x", logging.WARNING, "", 0, "late", (), None))
    handler.close()
    assert stream.getvalue() == "late\n"
