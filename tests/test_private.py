# SPDX-License-Identifier: MIT
"""What is the user's own stays so, and what comes from outside cannot hide or forge anything."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.desk.gateway.endpoint import prepare_endpoint
from arbitrex_desktop.logs import SecretFilter
from arbitrex_desktop.raw_layer.connection.connector import Identity
from arbitrex_desktop.raw_layer.views import AccountMode
from arbitrex_desktop.visible import visible
from tests.fakes.broker import FakeBroker

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
    victim.mkdir(mode=0o755)
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
