# SPDX-License-Identifier: MIT
"""The program as a whole, started as a user starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.mt5.host.processes import children_of, until, until_gone

pytestmark = pytest.mark.slow


def start(arguments: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a folder of its own, without a screen, and wait for its end."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MT5_")}
    return subprocess.run(
        [sys.executable, "-m", "arbitrex_desktop", "--data-dir", str(folder / "data"), *arguments],
        cwd=folder,
        env={**clean, "QT_QPA_PLATFORM": "offscreen", **environment},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


@pytest.mark.timeout(180)
def test_the_self_test_passes_and_reports(tmp_path: Path) -> None:
    """Window, worker, host and simulated terminal: ticks, sync, one fill, one refusal, and nothing left behind."""
    result = start(["--self-test", "--report", str(tmp_path / "report.json")], tmp_path)
    assert result.returncode == 0, result.stderr
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["symbols_with_ticks"] >= 10
    assert report["using_mt5_pool"] is True
    assert report["initialized_by_sync"] is False
    assert report["initialize_calls"] == 1
    assert (report["intents"], report["fills"], report["host_restarts"]) == (2, 1, 0)
    assert report["capital"] > 0
    assert report["refused"]
    assert (report["stops_moved"], report["parts_closed"], report["halted"]) == (1, 1, True)
    assert report["positions"] == 4, "its own position is closed again, and none of the four that a new account has"
    assert report["host_ended"] is True
    assert result.stdout.startswith("self-test passed")


@pytest.mark.timeout(180)
def test_a_broker_with_suffixes_and_three_thousand_symbols_trades(tmp_path: Path) -> None:
    """From the start to a filled order in the window: plain names are found among 3,041 that end with `.r`."""
    arguments = ["--broker-suffix", ".r", "--broker-symbols", "3000", "--self-test", "--report", "report.json"]
    result = start(arguments, tmp_path, MT5_TERMINAL="simulated")
    assert result.returncode == 0, result.stderr
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (report["fills"], report["stops_moved"], report["host_restarts"]) == (1, 1, 0)
    assert report["symbols_with_ticks"] >= 10


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("name", "price", "digits"),
    [("#EURUSD", 1.1, 5), ("FX.EURUSD_i", 1.1, 5), ("XAUUSD.", 2600.0, 2), ("eurusd-ecn", 1.1, 5)],
)
def test_a_broker_with_unusual_names_trades(tmp_path: Path, name: str, price: float, digits: int) -> None:
    """From the start to a filled order in the window, on the one symbol that a file brings under the broker's name."""
    begin = datetime(2026, 3, 4, 8)  # noqa: DTZ001 - the file's own clock
    rows = [
        f"{begin + timedelta(seconds=2 * row):%Y.%m.%d\t%H:%M:%S}.000"
        f"\t{price * (1 + row % 9 * 1e-4):.{digits}f}\t{price * (1.0001 + row % 9 * 1e-4):.{digits}f}\t\t\t6"
        for row in range(12_000)
    ]
    file = tmp_path / f"{name}_202603040800_202603041440.csv"
    header = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>"
    file.write_text("\n".join([header, *rows, ""]), encoding="ascii")
    replayed = ["--replay", str(file), "--from", "2026-03-04T12:30"]
    result = start([*replayed, "--self-test", "--report", "report.json"], tmp_path)
    assert result.returncode == 0, result.stderr
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (report["fills"], report["symbols_with_ticks"], report["host_restarts"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("MT5_LOGIN=12x4\nMT5_PASSWORD=hunter2\nMT5_SERVER=Demo\n", "MT5_LOGIN must be the account's number"),
        ("MT5_LOGIN=1234\nMT5_SERVER=Demo\n", "MT5_PASSWORD is missing"),
        (
            "MT5_LOGIN=1234\nMT5_PASSWORD=hunter2\nMT5_SERVER=Demo\nMT5_TERMINAL=/nowhere/terminal64.exe\n",
            "there is no terminal at '/nowhere/terminal64.exe'",
        ),
    ],
)
def test_wrong_settings_are_told_on_stderr_without_secrets(tmp_path: Path, lines: str, words: str) -> None:
    """The self-test names what is wrong with the account, exits 1, and no password is in any output or file."""
    (tmp_path / "my.env").write_text(lines, encoding="utf-8")
    result = start(["--self-test", "--env", "my.env", "--report", "report.json"], tmp_path)
    assert result.returncode == 1
    assert words in result.stderr
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "my.env"]
    assert b"hunter2" not in b"".join(written) + result.stdout.encode() + result.stderr.encode()


@pytest.mark.timeout(120)
def test_a_screenshot_is_a_picture_of_the_window(tmp_path: Path) -> None:
    """`--screenshot` saves a PNG of the size asked for and ends."""
    result = start(["--screenshot", "window.png", "--size", "1280x720"], tmp_path, MT5_TERMINAL="simulated")
    assert result.returncode == 0, result.stderr
    header = (tmp_path / "window.png").read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(header[16:20]), int.from_bytes(header[20:24])) == (1280, 720)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_nothing_is_left_when_the_program_is_killed(tmp_path: Path) -> None:
    """SIGKILL of the running window leaves no host process behind."""
    program = subprocess.Popen(
        [sys.executable, "-m", "arbitrex_desktop", "--data-dir", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "MT5_TERMINAL": "simulated"},
    )
    try:
        (host,) = children_of(program.pid)
    finally:
        program.kill()
        program.wait()
    until_gone(host)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_of_two_starts_at_once_one_is_the_window(tmp_path: Path) -> None:
    """However close together they come, one window has the data folder, and the other start shows it and ends."""
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "arbitrex_desktop", "--data-dir", str(tmp_path / "data")],
            cwd=tmp_path,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "MT5_TERMINAL": "simulated"},
        )
        for _ in range(2)
    ]
    try:
        until(lambda: any(each.poll() is not None for each in both), "both starts stay")
        (window,) = [each for each in both if each.poll() is None]
        assert [each.returncode for each in both if each is not window] == [0]
        window.send_signal(signal.SIGTERM)
        assert window.wait(30.0) == 0
    finally:
        for each in both:
            each.kill()
            each.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("polite", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_signal_closes_the_window_in_order(tmp_path: Path, polite: signal.Signals) -> None:
    """Ctrl+C and SIGTERM end the program as closing its window does: exit code 0, layout kept, no host left."""
    program = subprocess.Popen(
        [sys.executable, "-m", "arbitrex_desktop", "--data-dir", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "MT5_TERMINAL": "simulated"},
    )
    try:
        (host,) = children_of(program.pid)
        # A window that is still empty has no layout of its own to keep.
        logs = tmp_path / "logs" / "mt5"
        until(lambda: any('"CONNECTED"' in log.read_text() for log in logs.glob("*.jsonl")), "it does not connect")
        program.send_signal(polite)
        assert program.wait(30.0) == 0
    finally:
        program.kill()
        program.wait()
    until_gone(host)
    assert (tmp_path / "window.json").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_the_window_closes_in_order_while_initialize_hangs(tmp_path: Path) -> None:
    """A terminal that hangs in `initialize` for a minute keeps nobody: exit code 0, no host left, no core left."""
    faults = tmp_path / "faults.toml"
    faults.write_text('[[fault]]\nkind = "INITIALIZE_BLOCKS"\nduration = 600\n', encoding="utf-8")
    program = subprocess.Popen(
        [sys.executable, "-m", "arbitrex_desktop", "--data-dir", str(tmp_path), "--faults", str(faults)],
        cwd=tmp_path,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "MT5_TERMINAL": "simulated"},
    )
    try:
        (host,) = children_of(program.pid)
        logs = tmp_path / "logs" / "mt5"
        until(lambda: any("initialize" in log.read_text() for log in logs.glob("*.jsonl")), "nothing is initialized")
        program.send_signal(signal.SIGTERM)
        assert program.wait(30.0) == 0
    finally:
        program.kill()
        program.wait()
    until_gone(host)
    words = (tmp_path / "logs" / "arbitrex.log").read_text(encoding="utf-8")
    assert "did not stop" not in words


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_second_start_ends_and_leaves_the_first_alone(tmp_path: Path) -> None:
    """With one data folder there is one window: the second start says so and ends with 0, the first runs on."""
    program = subprocess.Popen(
        [sys.executable, "-m", "arbitrex_desktop", "--data-dir", str(tmp_path / "data")],
        cwd=tmp_path,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "MT5_TERMINAL": "simulated"},
    )
    try:
        children_of(program.pid)
        second = start([], tmp_path, MT5_TERMINAL="simulated")
        assert (second.returncode, second.stdout) == (0, "the window that is open was brought to the front\n")
        assert program.poll() is None
        program.send_signal(signal.SIGTERM)
        assert program.wait(30.0) == 0
    finally:
        program.kill()
        program.wait()
