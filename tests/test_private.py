# SPDX-License-Identifier: MIT
"""What is the user's own stays so, and what comes from outside cannot hide or forge anything."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.desk.gateway.endpoint import prepare_endpoint
from arbitrex_desktop.desk.intents.events import Intent
from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.notices import NoticeBoard
from arbitrex_desktop.desk.presentation.rows import intent_row
from arbitrex_desktop.logs import SecretFilter
from arbitrex_desktop.paths import keep_private
from arbitrex_desktop.raw_layer.connection.connector import Identity
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.raw_layer.views import AccountMode
from arbitrex_desktop.visible import visible
from arbitrex_desktop.windows_access import access_list, access_rule
from tests.fakes.broker import FakeBroker
from tests.fakes.clock import START, ManualClock
from tests.fakes.module import FakeModule
from tests.fakes.transport import FakeTransport

RIGHT_TO_LEFT = "\N{RIGHT-TO-LEFT OVERRIDE}"
KEEP = """
import os, sys, pathlib
from arbitrex_desktop.paths import keep_private
os.umask(0)
folder = pathlib.Path(sys.argv[1])
if len(sys.argv) > 2:
    folder.mkdir(mode=0o777)
keep_private(folder)
(folder / "journal").mkdir()
(folder / "journal" / "file").write_text("x")
print([oct(path.stat().st_mode & 0o777) for path in (folder, folder / "journal", folder / "journal" / "file")])
"""


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    """Whatever comes in, what goes out can be printed on one line; what could be printed is not changed."""
    shown = visible(text)
    assert shown.isprintable()
    assert shown == text or not text.isprintable()


def test_a_line_in_the_log_cannot_be_forged() -> None:
    """A line end, an escape or a mark of direction in what a client says stands there as such."""
    record = logging.LogRecord(
        "x", logging.INFO, "", 0, "bad field %s", (f"a\nCRITICAL b\x1b[31m{RIGHT_TO_LEFT}",), None
    )
    SecretFilter(["hunter2"]).filter(record)
    assert record.getMessage() == "bad field a\\nCRITICAL b\\x1b[31m\\u202e"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="permission bits say nothing there")
@pytest.mark.parametrize("there", [[], ["already"]])
def test_the_data_folder_is_the_owners_whatever_the_umask(tmp_path: Path, there: list[str]) -> None:
    """Folders 0700 and files 0600, also where the folder was there with other rights."""
    command = [sys.executable, "-c", KEEP, str(tmp_path / "data"), *there]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "['0o700', '0o700', '0o600']"


@pytest.mark.skipif(sys.platform == "win32", reason="needs no right there")
def test_a_link_in_place_of_the_private_folder_is_not_followed(tmp_path: Path) -> None:
    """Nobody has us change the rights of a folder of their choice."""
    victim = tmp_path / "victim"
    victim.mkdir()
    victim.chmod(0o755)
    (tmp_path / "gateway").symlink_to(victim)
    with pytest.raises(PermissionError, match="is a link"):
        prepare_endpoint(tmp_path)
    assert victim.stat().st_mode & 0o777 == 0o755
    assert list(victim.iterdir()) == []


@pytest.mark.parametrize(
    ("trade_mode", "mode"),
    [
        (0, AccountMode.DEMO),
        (1, AccountMode.DEMO),
        (2, AccountMode.LIVE),
        (3, AccountMode.LIVE),
        (-1, AccountMode.LIVE),
    ],
)
def test_a_mode_that_is_not_known_counts_as_live(trade_mode: int, mode: AccountMode) -> None:
    """Money may be real; a contest and a demo account are known not to be."""
    account = FakeBroker().account
    fields = {name: getattr(account, name) for name in account.__slots__} | {"trade_mode": trade_mode}
    assert Identity.of(type(account).from_mapping(fields), simulated=False).mode is mode


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="permission bits say nothing there")
def test_what_was_open_to_others_is_closed(tmp_path: Path) -> None:
    """Files and folders of an earlier version, or of a careless copy, are closed at the next start; links are left."""
    data, outside = tmp_path / "data", tmp_path / "outside"
    (data / "journal").mkdir(parents=True)
    for path in (data / "journal" / "a.sqlite3", data / "halt.note", outside):
        path.write_text("x", encoding="utf-8")
        path.chmod(0o666)
    (data / "journal").chmod(0o777)
    data.chmod(0o777)
    (data / "link").symlink_to(outside)
    code = (
        "import sys, pathlib; from arbitrex_desktop.paths import keep_private; keep_private(pathlib.Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(data)], check=True)
    open_to_others = [str(path) for path in (data, *data.rglob("*")) if path.lstat().st_mode & 0o077]
    assert [path for path in open_to_others if not path.endswith("link")] == []
    assert outside.stat().st_mode & 0o777 == 0o666


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="permission bits say nothing there")
def test_a_command_leaves_nothing_open_either(tmp_path: Path) -> None:
    """`settings set` under umask 000 writes a file for its owner only, into a folder that is so."""
    data = tmp_path / "data"
    data.mkdir(mode=0o777)
    data.chmod(0o777)
    code = (
        "import os, sys; os.umask(0); from arbitrex_desktop.__main__ import main; "
        f"sys.exit(main(['--data-dir', {str(data)!r}, 'settings', 'set', 'desk.max_pending', '50']))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (data, *data.iterdir()) if not path.is_dir()}
    assert set(modes.values()) == {"0o600"}
    assert data.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() != 0, reason="only root gives a folder away")
def test_somebody_elses_folder_is_told(tmp_path: Path) -> None:
    """A data folder that belongs to another user is not used in silence."""
    umask = os.umask(0o022)
    try:
        folder = tmp_path / "theirs"
        folder.mkdir()
        os.chown(folder, 65_534, 65_534)
        with pytest.raises(PermissionError, match="another user"):
            keep_private(folder)
    finally:
        os.umask(umask)


def test_the_access_list_names_three_and_takes_nothing_from_above() -> None:
    """On Windows: this user, the system and administrators, inherited by what is inside, not from the folder above."""
    assert access_rule("S-1-5-21-7") == "D:P(A;OICI;FA;;;S-1-5-21-7)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
    assert access_rule("S-1-5-21-7", inherited=False) == "D:P(A;;FA;;;S-1-5-21-7)(A;;FA;;;SY)(A;;FA;;;BA)"


@pytest.mark.skipif(sys.platform != "win32", reason="Windows' own access lists")
def test_the_data_folder_is_the_owners_on_windows(tmp_path: Path) -> None:
    """What was in it and what comes into it: nobody but the user, the system and administrators is named."""
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "file").write_text("x")
    keep_private(tmp_path)
    for path in (tmp_path, tmp_path / "journal", tmp_path / "journal" / "file"):
        assert not re.search(r";(WD|BU|AU|IU)\)", access_list(path))


@pytest.mark.parametrize("password", ["hunter2", "pa'ss\"word", "back\\slash", "gehéim\N{SNOWMAN}", "two\nlines"])
def test_an_error_of_the_terminal_that_repeats_the_password(tmp_path: Path, password: str) -> None:
    """Neither the session log nor anything that the pool tells has it, however it was written."""
    clock, module = ManualClock(), FakeModule()
    forms = (password, repr(password), json.dumps(password), visible(password))
    module.failing["initialize"] = (-6, f"Authorization failed for {' '.join(forms)}")
    sessions = {"main": {"terminal_path": None, "login": 1, "password": password, "server": "S"}}
    factory = FakeTransport(module, clock).factory
    pool = MT5ConnectionPool(sessions, session_logs_dir=tmp_path, clock=clock, transport_factory=factory)
    pool.start_tick_collection(5.0)
    stats = pool.stats()
    pool.stop()
    told = f"{stats.reason} {stats.last_error} " + " ".join(path.read_text("utf-8") for path in tmp_path.glob("*"))
    assert "Authorization failed for ***" in told
    for each in forms:
        assert each.strip("'\"") not in told


def test_a_traceback_forges_no_line() -> None:
    """What an exception says with a line end in it stands behind a mark that no line of the log begins with."""
    try:
        int("x\n2026-01-01 00:00:00 CRITICAL forged hunter2")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "it failed", (), sys.exc_info())
    SecretFilter(["hunter2"]).filter(record)
    lines = logging.Formatter("%(asctime)s %(message)s").format(record).split("\n")
    assert all(line.startswith("  | ") for line in lines[1:])
    assert "hunter2" not in "\n".join(lines)


def test_what_a_strategy_says_is_shown_as_it_is_in_rows_and_notices() -> None:
    """A mark of direction or a line end in a name or a reason is visible wherever the window shows it."""
    board = NoticeBoard(ManualClock())
    board.post("info", NoticeSubject.SYNC.of(), f"a{RIGHT_TO_LEFT}b\nc")
    assert board.newest()[0].text == "a\\u202eb\\nc"
    request = IntentRequest(f"EUR{RIGHT_TO_LEFT}USD", 1, 0.5, "TRE\x07", 0.5, source="b\u2066ot")
    row = intent_row(Intent("A", request, IntentState.REJECTED, START, START, START, reason="no\x1b[31m"), None, "", 5)
    assert (row.symbol, row.source, row.regime, row.details) == (
        "EUR\\u202eUSD",
        "b\\u2066ot",
        "TRE\\x07",
        "no\\x1b[31m",
    )
