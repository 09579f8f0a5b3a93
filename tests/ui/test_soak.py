# SPDX-License-Identifier: MIT
"""The long run: what it takes down is what was there, and growth is reckoned between settled looks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from arbitrex_desktop.checkup.soak import ProcessUse, SoakReport, SoakSample, summary, use_of
from arbitrex_desktop.settings import parse

USE = ProcessUse(resident_mb=100.0, threads=10, handles=50, cpu_seconds=4.0)
NO_PROCESS = 4_194_305
"""Above the largest process id of Linux."""

SAMPLE = SoakSample(
    seconds=0.0,
    state="CONNECTED",
    ticks=0,
    bad_ticks=0,
    connections=1,
    host_restarts=0,
    intents=0,
    app=USE,
    host=USE,
    data_mb=1.0,
    data_files=5,
    pause_ms=0.0,
)


def test_growth_is_reckoned_from_a_tenth_of_the_time() -> None:
    """The first tenth, in which caches fill, is no growth; cores are CPU seconds of both over the rest."""
    report = SoakReport(hours_asked=1.0)
    grown = replace(USE, resident_mb=300.0)
    for seconds, app, cpu in (
        (0.0, USE, 0.0),
        (100.0, grown, 10.0),
        (1000.0, replace(grown, resident_mb=303.0), 100.0),
    ):
        report.take(
            replace(SAMPLE, seconds=seconds, app=replace(app, cpu_seconds=cpu), host=replace(USE, cpu_seconds=cpu))
        )
    assert report.growth["app_resident_percent"] == 1.0
    assert report.growth["host_resident_percent"] == 0.0
    assert report.cores == pytest.approx(0.2)
    assert report.hours == pytest.approx(1000 / 3600)


def test_a_host_that_was_replaced_is_not_compared_with_its_successor() -> None:
    """Memory of two processes says nothing of growth."""
    report = SoakReport(hours_asked=1.0)
    report.take(SAMPLE)
    report.take(replace(SAMPLE, seconds=10.0))
    report.take(replace(SAMPLE, seconds=100.0, host_restarts=1, host=replace(USE, resident_mb=500.0)))
    assert "host_resident_percent" not in report.growth
    assert report.growth["app_threads"] == 0
    for seconds, megabytes in ((110.0, 510.0), (160.0, 550.0), (200.0, 561.0)):
        use = replace(USE, resident_mb=megabytes)
        report.take(replace(SAMPLE, seconds=seconds, host_restarts=1, host=use))
    assert report.growth["host_resident_percent"] == 2.0, "from a tenth of the time after its own start"


def test_what_comes_and_goes_is_no_growth() -> None:
    """A file that is open for a moment is none; one that is never closed is."""
    report = SoakReport(hours_asked=1.0)
    for second in range(100):
        passing = second == 99
        report.take(replace(SAMPLE, seconds=float(second), app=replace(USE, handles=50 + passing)))
    assert report.growth["app_handles"] == 0
    for second in range(100, 120):
        report.take(replace(SAMPLE, seconds=float(second), app=replace(USE, handles=51)))
    assert report.growth["app_handles"] == 1


def test_a_process_says_what_it_holds() -> None:
    """This one has memory, a thread and open files; one that is gone has nothing to say."""
    mine = use_of(os.getpid())
    assert mine is not None
    assert mine.resident_mb > 10
    assert mine.threads >= 1
    assert mine.handles > 0
    assert use_of(None) is None
    assert use_of(NO_PROCESS) is None


def test_hours_that_make_no_sense_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """In words, before a window opens."""
    for text in ("0", "-1", "ten", "nan", "1e9"):
        with pytest.raises(SystemExit):
            parse(["--soak", text])
        assert "the hours must be a number" in capsys.readouterr().err


@pytest.mark.slow
def test_the_program_watches_itself_and_ends(tmp_path: Path) -> None:
    """A run of some seconds: ticks came, both processes were looked at, the report is whole, the exit code 0."""
    report = tmp_path / "reports" / "soak.json"
    command = [sys.executable, "-m", "arbitrex_desktop", "--data-dir", str(tmp_path / "data"), "--soak", str(8 / 3600)]
    done = subprocess.run(
        [*command, "--report", str(report)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "MT5_TERMINAL": "simulated"},
    )
    found = json.loads(report.read_text(encoding="utf-8"))
    assert found["ended"] == "the time was up"
    assert found["samples"][-1]["ticks"] > 0
    assert found["samples"][-1]["host"]["resident_mb"] > 10
    assert found["messages"] == []
    assert "the time was up" in done.stdout


def test_a_run_that_saw_nothing_has_a_summary() -> None:
    """A window that is closed at once leaves no sample and no traceback."""
    assert "0.00 h (running)" in summary(SoakReport(hours_asked=2.0))
