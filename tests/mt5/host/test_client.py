# SPDX-License-Identifier: MIT
"""The host process, for real: started, asked, hung, crashed, killed, orphaned."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from arbitrex_desktop.mt5.commands import Connect, ReadAccount, SelectSymbols
from arbitrex_desktop.mt5.errors import CallFailed, DeadlineExceeded, HostDied, HostNotRunning
from arbitrex_desktop.mt5.host.client import HostProcess
from arbitrex_desktop.mt5.host.memory import ONE_THREAD
from arbitrex_desktop.mt5.host.messages import HostSpec
from arbitrex_desktop.mt5.polling import Poll
from arbitrex_desktop.mt5.replay_control import ReplayStep, SteerReplay
from arbitrex_desktop.mt5.results import SymbolInfo
from arbitrex_desktop.mt5.simulation_spec import DEFAULT_LOGIN, DEFAULT_SERVER, SimulationSpec
from arbitrex_desktop.mt5.tick_cursor import TickCursor
from tests.fakes.commands import Crash, FailInside, HoldTheGil, ReportEnvironment
from tests.mt5.host.processes import is_gone, until_gone

pytestmark = pytest.mark.slow

CONNECT = Connect(None, DEFAULT_LOGIN, "hunter2", DEFAULT_SERVER)


@pytest.fixture
def host() -> Iterator[HostProcess]:
    """Give a started host with a simulated terminal, and end it."""
    process = HostProcess(HostSpec(SimulationSpec()))
    process.start()
    yield process
    process.stop()


def test_a_session_of_commands(host: HostProcess) -> None:
    """Connect, select, poll and read the account through the pipe; results are frozen and stamped in UTC."""
    connected = host.execute(CONNECT)
    assert connected.value.account.login == DEFAULT_LOGIN
    assert connected.observed_at.tzinfo is not None
    symbols = host.execute(SelectSymbols(("EURUSD", "NOSUCH"))).value
    assert isinstance(symbols["EURUSD"], SymbolInfo)
    assert isinstance(symbols["NOSUCH"], str)
    polled = host.execute(Poll((TickCursor("EURUSD"),)))
    assert polled.market_time_msc is not None
    assert polled.value.account is not None
    assert host.execute(ReadAccount()).value.account.balance > 0


def test_a_host_that_opens_many_files_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A replay of many files may take its time: it is not taken for dead as long as it goes on."""
    row = "2024.05.15\t10:00:00.000\t1.1\t1.2\t\t\t6\n"
    header = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>\n"
    for name in ("EURUSD", "GBPUSD", "AUDUSD"):
        (tmp_path / f"{name}.csv").write_text(header + row)
    process = HostProcess(HostSpec(SimulationSpec(replay=(tmp_path,))))
    with caplog.at_level("INFO"):
        process.start()
    process.stop()
    assert [f"opening file {number} of 3" in caplog.text for number in (1, 2, 3)] == [True] * 3


def test_the_module_s_refusal_comes_with_its_code(host: HostProcess) -> None:
    """Before `initialize` the account cannot be read: -10004, told as a failure of that call."""
    with pytest.raises(CallFailed) as caught:
        host.execute(ReadAccount())
    assert (caught.value.call, caught.value.code) == ("account_info", -10004)


def waiting_poll(host: HostProcess, symbols: tuple[str, ...] = ()) -> threading.Thread:
    """Start a poll on a thread that waits for up to a minute, and return when the host has it.

    Whoever was in a hurry before may have come too late to end a wait: the next poll does not wait then, and the one
    after it does.
    """
    cursors = tuple(TickCursor(symbol) for symbol in symbols)
    pause = threading.Event()
    while True:
        thread = threading.Thread(target=lambda: host.execute(Poll(cursors, account=False, wait=60.0)))
        thread.start()
        while not host._waiting and thread.is_alive():
            pause.wait(0.001)
        thread.join(0.05)
        if thread.is_alive():
            return thread


def test_a_poll_waits_for_ticks_that_the_market_announces(host: HostProcess) -> None:
    """A poll whose cursors stand at the last ticks is answered by the next one, not by its time."""
    host.execute(CONNECT)
    host.execute(SelectSymbols(("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "XAUUSD")))
    cursors = [TickCursor(symbol) for symbol in ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "XAUUSD")]
    first = host.execute(Poll(tuple(cursors))).value
    standing = tuple(cursor.advanced(first.ticks[cursor.symbol]) for cursor in cursors)
    answer = host.execute(Poll(standing, wait=59.0))
    assert answer.value.ticks
    assert answer.waited < 59.0


def test_another_command_ends_the_wait_of_a_poll(host: HostProcess) -> None:
    """A command does not wait for a poll's minute, and neither does one that stops the host."""
    host.execute(CONNECT)
    thread = waiting_poll(host)
    assert host.execute(ReadAccount()).value.account.login == DEFAULT_LOGIN
    thread.join(10.0)
    assert not thread.is_alive()
    thread = waiting_poll(host)
    host.stop()
    thread.join(10.0)
    assert not thread.is_alive()


def test_a_poll_can_be_asked_to_answer_now(host: HostProcess) -> None:
    """`end_wait` ends the wait in flight, or keeps the next poll from waiting at all."""
    host.execute(CONNECT)
    thread = waiting_poll(host)
    host.end_wait()
    thread.join(10.0)
    assert not thread.is_alive()
    host.end_wait()
    assert host.execute(Poll((), account=False, wait=59.0)).waited == 0.0


def test_a_hang_is_cut_at_the_deadline_and_a_new_host_takes_over(host: HostProcess) -> None:
    """A call that holds the GIL gets its host killed at the deadline; `start` brings up another."""
    first = host.pid
    assert first is not None
    with pytest.raises(DeadlineExceeded):
        host.execute(HoldTheGil(60))
    assert is_gone(first)
    with pytest.raises(HostNotRunning):
        host.execute(ReadAccount())
    host.start()
    assert host.pid != first
    assert host.execute(CONNECT).value.account.login == DEFAULT_LOGIN


def test_a_crash_is_told_at_once(host: HostProcess) -> None:
    """A host that dies in a command is noticed by its pipe, not by the deadline."""
    with pytest.raises(HostDied):
        host.execute(Crash(), deadline=50.0)


def test_a_killed_host_is_told(host: HostProcess) -> None:
    """SIGKILL from outside, between two commands: the next command says that the host died."""
    assert host.pid is not None
    os.kill(host.pid, signal.SIGKILL)
    with pytest.raises(HostDied):
        host.execute(CONNECT)


def test_a_fault_in_a_command_does_not_end_the_host(host: HostProcess) -> None:
    """An exception of our own crosses as words, and the host goes on."""
    with pytest.raises(
        CallFailed, match=r"the program itself failed in its host \(ZeroDivisionError: a fault of ours\)"
    ):
        host.execute(FailInside())
    assert host.execute(CONNECT).value.account.login == DEFAULT_LOGIN


def test_stopping_does_not_wait_for_a_hang(host: HostProcess) -> None:
    """While another thread's command hangs, `stop` returns and that thread gets `HostDied`."""
    fates: list[BaseException] = []

    def hang() -> None:
        try:
            host.execute(HoldTheGil(60), deadline=50.0)
        except HostDied as fate:
            fates.append(fate)

    hanging = threading.Thread(target=hang)
    hanging.start()
    host.stop()
    hanging.join(10.0)
    assert len(fates) == 1
    assert host.pid is None


def test_the_host_sees_no_secret_and_no_qt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its command line nor its environment has the password; neither Qt nor the real package is loaded."""
    monkeypatch.setenv("MT5_PASSWORD", "hunter2")
    process = HostProcess(HostSpec(SimulationSpec()))
    process.start()
    try:
        process.execute(CONNECT)
        seen = process.execute(ReportEnvironment()).value
    finally:
        process.stop()
    assert "hunter2" not in repr(seen["environment"]) + repr(seen["arguments"])
    assert seen["qt"] == []
    assert seen["real"] is False


def test_the_host_has_the_users_own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """But for numpy's threads a terminal inherits all as it is, the user's own `PYTHON*` included, wherever it runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    (tmp_path / "struct.py").write_text("raise SystemExit('a file beside the script was imported')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "mine"))
    process = HostProcess(HostSpec(SimulationSpec()))
    process.start()
    try:
        seen = process.execute(ReportEnvironment()).value["environment"]
    finally:
        process.stop()
    assert seen == ONE_THREAD | dict(os.environ)


@pytest.mark.skipif(sys.platform == "win32", reason="the real package may be there")
def test_a_real_terminal_is_refused_in_words_where_there_is_none() -> None:
    """Off Windows the real package cannot be loaded, and the host says so instead of simulating one."""
    process = HostProcess(HostSpec(None))
    with pytest.raises(HostDied, match="MetaTrader5 package is not installed here"):
        process.start()
    assert process.pid is None


ORPHAN = """
import sys
from arbitrex_desktop.mt5.host.client import HostProcess
from arbitrex_desktop.mt5.host.messages import HostSpec
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from tests.fakes.commands import HoldTheGil
host = HostProcess(HostSpec(SimulationSpec()))
host.start()
print(host.pid, flush=True)
if sys.argv[1] == "hung":
    host.execute(HoldTheGil(60), deadline=50.0)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the lifeline is another one elsewhere")
@pytest.mark.parametrize("life", ["idle", "hung"])
def test_the_host_dies_with_a_killed_program(life: str, project_root: Path) -> None:
    """SIGKILL of the program leaves no host behind, even one that hangs with the GIL held."""
    program = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, life],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=project_root,
    )  # fmt: skip
    assert program.stdout is not None
    assert program.stdin is not None
    try:
        pid = int(program.stdout.readline())
        assert not is_gone(pid)
    finally:
        program.kill()
        program.wait()
        program.stdin.close()
        program.stdout.close()
    until_gone(pid)


def test_a_replay_is_steered_through_the_host(tmp_path: Path) -> None:
    """Speed and position are changed by a command, part of every answer; a module without a replay refuses."""
    file = tmp_path / "EURUSD.csv"
    file.write_text("<DATE>\t<TIME>\t<BID>\t<ASK>\n2024.05.15\t10:00:00\t1.1\t1.2\n2024.05.15\t11:00:00\t1.1\t1.2\n")
    host = HostProcess(HostSpec(SimulationSpec(replay=(file,))))
    host.start()
    try:
        paused = host.execute(SteerReplay(speed=0.0)).value
        assert paused.speed == 0.0
        ended = host.execute(SteerReplay(step=ReplayStep.END))
        assert ended.value.ended
        assert ended.replay == ended.value
        with pytest.raises(CallFailed, match="expected a later moment"):
            host.execute(SteerReplay(to_msc=paused.first_msc))
    finally:
        host.stop()
