# SPDX-License-Identifier: MIT
"""`journal verify` and `journal export`: what the command line prints, and how it ends."""

from __future__ import annotations

import argparse
import csv
import io
import json
from pathlib import Path

import pytest

from arbitrex_desktop.desk.journal import cli as journal_cli
from arbitrex_desktop.desk.journal.export import write_csv
from tests.desk.conftest import Desk, intent


def run(*arguments: str) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser()
    journal_cli.add_parser(parser.add_subparsers())
    return journal_cli.run(parser.parse_args(["journal", *arguments]))


@pytest.fixture
def file(desk: Desk) -> Path:
    """Return a journal with a filled and a rejected intent."""
    desk.core.approve(desk.core.submit(intent()))
    desk.step()
    desk.core.reject(desk.core.submit(intent(symbol="GBPUSD", source="bot")), "no")
    return desk.journal


def test_verify_says_intact(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An intact journal is said to be so, with its number of events."""
    assert run("verify", str(file)) == 0
    assert ", intact" in capsys.readouterr().out


def test_verify_of_a_damaged_file_ends_with_one(file: Path, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed byte ends the command with 1 and says where."""
    desk.core.stop()
    content = file.read_bytes()
    at = content.rindex(b"GBPUSD")
    file.write_bytes(content[:at] + b"X" + content[at + 1 :])
    assert run("verify", str(file)) == 1
    assert "NOT INTACT" in capsys.readouterr().out


def test_without_files_all_of_the_data_folder_are_taken(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left out, the files are those of the data folder; without any, the command says so."""
    monkeypatch.setenv("ARBITREX_DATA_DIR", str(file.parent.parent))
    assert run("verify") == 0
    monkeypatch.setenv("ARBITREX_DATA_DIR", str(file.parent / "nothing here"))
    assert run("verify") == 2


def test_export_as_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every event comes out, its body decoded."""
    assert run("export", "--json", str(file)) == 0
    events = json.loads(capsys.readouterr().out)
    assert events[0]["kind"] == "RECEIVED"
    assert events[0]["body"]["request"]["symbol"] == "EURUSD"
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


def test_export_filters(file: Path, tmp_path: Path) -> None:
    """Symbol, strategy, state and time choose events; the output may be a file."""
    out = tmp_path / "out.csv"
    assert run("export", "--csv", "--symbol", "GBPUSD", "--output", str(out), str(file)) == 0
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert {row["symbol"] for row in rows} == {"GBPUSD"}
    assert run("export", "--csv", "--strategy", "bot", "--state", "rejected", "--output", str(out), str(file)) == 0
    (row,) = csv.DictReader(out.read_text("utf-8").splitlines())
    assert (row["kind"], row["why"]) == ("REJECTED", "no")
    assert run("export", "--csv", "--until", "2025-03-12", "--output", str(out), str(file)) == 0
    assert len(out.read_text("utf-8").splitlines()) == 1
    assert run("export", "--csv", "--since", "2025-03-12", "--output", str(out), str(file)) == 0
    assert len(out.read_text("utf-8").splitlines()) > 5


def test_export_of_what_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file, a strange file and too many files end with 2 and words."""
    assert run("export", "--json", str(tmp_path / "none.sqlite3")) == 2
    strange = tmp_path / "strange.sqlite3"
    strange.write_text("not a journal at all, not even a little")
    assert run("export", "--json", str(strange)) == 2
    assert run("export", "--json", str(strange), str(strange)) == 2
    assert "several journals" in capsys.readouterr().err


def test_a_spreadsheet_runs_nothing_that_a_strategy_wrote() -> None:
    """Text that begins like a formula is quoted in CSV."""
    out = io.StringIO()
    write_csv([{"seq": 1, "why": "=HYPERLINK(1)", "body": {}}], out)
    assert "'=HYPERLINK(1)" in out.getvalue()
