# SPDX-License-Identifier: MIT
"""The report has the logs without secrets, in one file on this computer; errors are words with what to do."""

from __future__ import annotations

import errno
import json
import sqlite3
import zipfile
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.ui.diagnostics.problem_report import ReportWindow, write_report
from arbitrex_desktop.visible import Redactor
from tests.fakes.clock import ManualClock
from tests.ui.conftest import OPEN_MS


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Return a data folder with logs, settings and secrets."""
    (tmp_path / "logs" / "mt5").mkdir(parents=True)
    (tmp_path / "logs" / "arbitrex.log").write_text("the password is hunter2\n", encoding="utf-8")
    (tmp_path / "logs" / "mt5" / "session.log").write_bytes(b"\xff terminal\n")
    (tmp_path / "settings.toml").write_text("[desk]\nmax_pending = 5\n", encoding="utf-8")
    (tmp_path / ".env").write_text("MT5_PASSWORD=hunter2\n", encoding="utf-8")
    return tmp_path


def test_a_report_has_logs_settings_and_versions_and_no_secret(data_dir: Path) -> None:
    """Nothing of .env, and every known secret blacked out."""
    target = data_dir / "reports" / "report.zip"
    write_report(data_dir, target, Redactor(["hunter2"]).text)
    with zipfile.ZipFile(target) as report:
        texts = {name: report.read(name).decode("utf-8") for name in report.namelist()}
    assert set(texts) == {"versions.txt", "settings.toml", "logs/arbitrex.log", "logs/mt5/session.log"}
    assert texts["logs/arbitrex.log"] == "the password is ***\n"
    assert "Python: " in texts["versions.txt"]
    assert not list(data_dir.glob("reports/*.new"))


def test_only_the_end_of_a_long_log_is_told(data_dir: Path) -> None:
    """A report can be sent by mail."""
    (data_dir / "logs" / "arbitrex.log").write_bytes(b"old\n" + b"x" * 3_000_000 + b"new\n")
    target = data_dir / "report.zip"
    write_report(data_dir, target)
    with zipfile.ZipFile(target) as report:
        text = report.read("logs/arbitrex.log")
    assert text.endswith(b"new\n")
    assert b"old" not in text


def test_the_window_makes_a_report_and_says_where(data_dir: Path, qtbot: QtBot) -> None:
    """One press; progress meanwhile; then the file's place."""
    window = ReportWindow(data_dir, ManualClock())
    qtbot.addWidget(window)
    window.show()
    window.make.click()
    qtbot.waitUntil(window.folder.isEnabled, timeout=OPEN_MS)
    assert "report-20250312-100000.zip" in window.outcome.text()
    assert window.progress.isHidden()


def test_a_report_tells_how_far_it_is_and_is_given_up(data_dir: Path) -> None:
    """What is given up at any place leaves nothing behind."""
    shares: list[float] = []
    write_report(data_dir, data_dir / "whole.zip", report=shares.append)
    assert shares == sorted(set(shares))
    assert (shares[0], shares[-1]) == (0.0, 1.0)

    for last in shares:

        def give_up(share: float, last: float = last) -> None:
            if share >= last:
                raise InterruptedError

        with pytest.raises(InterruptedError):
            write_report(data_dir, data_dir / "reports" / "half.zip", report=give_up)
    assert list((data_dir / "reports").iterdir()) == []


def test_cancel_ends_the_making_of_a_report(data_dir: Path, qtbot: QtBot) -> None:
    """The window says so at once, no file comes, and the next press makes one."""
    window = ReportWindow(data_dir, ManualClock())
    qtbot.addWidget(window)
    window.show()
    window.make.click()
    assert (window.progress.isVisible(), window.cancel.isVisible()) == (True, True)
    window.cancel.click()
    assert window.outcome.text() == "No report was made"
    assert (window.progress.isVisible(), window.make.isEnabled()) == (False, True)
    window.make.click()
    qtbot.waitUntil(window.folder.isEnabled, timeout=OPEN_MS)


def test_a_report_that_cannot_be_written_says_why(data_dir: Path, qtbot: QtBot) -> None:
    """In words, and the button works again."""
    (data_dir / "reports").write_text("in the way", encoding="utf-8")
    window = ReportWindow(data_dir, ManualClock())
    qtbot.addWidget(window)
    window.make.click()
    qtbot.waitUntil(window.make.isEnabled, timeout=OPEN_MS)
    assert "could not be written" in window.outcome.text()
    assert "Errno" not in window.outcome.text()


def of_sqlite(message: str, code: int) -> sqlite3.Error:
    """Return an error as SQLite raises it, with its number."""
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CommandRefused("the intent is gone"), "the intent is gone"),
        (OSError(errno.ENOSPC, "No space left on device", "/data/x"), "/data/x: the disk is full"),
        (KeyError("symbol"), "the program itself failed (KeyError); Help, Report a problem, has the log"),
        (
            ZeroDivisionError("division by zero"),
            "the program itself failed (ZeroDivisionError); Help, Report",
        ),
        (of_sqlite("no such table: x", sqlite3.SQLITE_ERROR), "it cannot be used now"),
        (of_sqlite("file is not a database", sqlite3.SQLITE_NOTADB), "it is damaged"),
        (of_sqlite("database is locked", sqlite3.SQLITE_BUSY), "another program is using it"),
        (json.JSONDecodeError("Expecting value", "", 0), "its content is not as it was written"),
        (msgspec.ValidationError("Expected `array`, got `object`"), "its content is not as it was written"),
        (OSError(errno.EBUSY, "Device or resource busy", "x"), "x: another program is using it"),
        (RuntimeError(), "the program itself failed (RuntimeError)"),
        (ValueError("lots must be above zero"), "lots must be above zero"),
    ],
)
def test_errors_are_words(error: Exception, words: str) -> None:
    """What our parts say is passed on; what Python says is put into words, with what to do."""
    assert error_text(error).startswith(words)


def test_a_file_of_another_coding_is_told_with_what_to_do() -> None:
    """No codec's message."""
    with pytest.raises(UnicodeDecodeError) as raised:
        b"abc\xff".decode()
    assert error_text(raised.value) == "the file is not plain text in UTF-8 (at byte 4): save it anew as UTF-8"
