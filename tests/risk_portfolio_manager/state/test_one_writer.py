# SPDX-License-Identifier: MIT
"""One writer a data folder: a second program is refused with words, and takes up what the first one left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop import file_lock
from arbitrex_desktop.raw_layer.views import AccountMode
from arbitrex_desktop.risk_portfolio_manager import Position, RiskPortfolioManager
from tests.fakes.broker_data import make_account
from tests.fakes.clock import START, ManualClock
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import intent, pooled, reason, static, units, wide

OTHER = """
import sys
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager
rpm = RiskPortfolioManager()
print("open", flush=True)
for line in sys.stdin:
    exec(line)
    print("done", flush=True)
rpm.close()
"""


class OtherProgram:
    """A program with a manager of its own on a data folder."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._hear("open")

    def do(self, line: str) -> None:
        """Let it run a line of Python that knows `rpm`."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        self._hear("done")

    def end(self) -> None:
        """Let it close its manager and end."""
        self.process.communicate("")

    def _hear(self, word: str) -> None:
        """Wait for what it says."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == f"{word}\n"


@contextmanager
def other_program(folder: Path) -> Iterator[OtherProgram]:
    """Start another program, and end it."""
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    environment = {**os.environ, "ARBITREX_DATA_DIR": str(folder)}
    with subprocess.Popen([sys.executable, "-c", OTHER], env=environment, **pipes) as process:
        try:
            yield OtherProgram(process)
        finally:
            process.kill()


def kept(folder: Path, clock: ManualClock | None = None, **more: Any) -> RiskPortfolioManager:
    """Return a manager without a pool that keeps its state in a folder."""
    return static(wide(), clock, enable_persistence=True, data_dir=folder, **more)


@pytest.mark.slow
def test_a_second_program_is_refused_and_takes_over_what_the_first_one_left(tmp_path: Path) -> None:
    """R8: A halts by hand and suspends GBPUSD while B is open; B could not add risk, wrote nothing, and has both."""
    clock = ManualClock()
    with other_program(tmp_path) as first:
        first.do("rpm.save_state()")
        with kept(tmp_path, clock) as second:
            refused = second.process_trade_intent(**intent())
            assert reason(refused) == reason(second.evaluate(**intent())) == "STATE_IN_USE"
            assert refused.decision.rejected_trade is not None
            words = refused.decision.rejected_trade.details
            assert "another program keeps its risk state in this data folder" in words
            assert sys.platform != "linux" or f"process {first.process.pid}" in words
            second.portfolio_state.open_positions["USDJPY"] = Position("USDJPY", 1, 10_000, 150.0, START)
            assert units(second.process_trade_intent(**intent(symbol="USDJPY", direction=-1))) == 10_000
            first.do("rpm.kill_switches.manual_halt(rpm.portfolio_state, 'by the first')")
            first.do("rpm.kill_switches.set('SYMBOL', 'GBPUSD', 'SUSPEND', 'odd')")
            assert not second.save_state()
            first.end()
            clock.advance(6.0)
            assert reason(second.process_trade_intent(**intent())) == "TRADING_HALTED"
            assert second.portfolio_state.halt_reason == "by the first"
            assert second.save_state()
    with kept(tmp_path) as third:
        assert third.portfolio_state.halt_reason == "by the first"
        assert [each.name for each in third.kill_switches.active()] == ["GBPUSD"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_program_keeps_nobody_out(tmp_path: Path) -> None:
    """The lock ends with its program, whatever ended that."""
    with other_program(tmp_path) as first:
        first.do("rpm.kill_switches.manual_halt(rpm.portfolio_state, 'by the first')")
    with kept(tmp_path) as second:
        assert second.portfolio_state.halt_reason == "by the first"
        second.kill_switches.manual_resume(second.portfolio_state)
        assert second.process_trade_intent(**intent()).decision.status == "APPROVED"


@pytest.mark.slow
def test_the_halt_of_a_program_that_may_not_write_is_written_once_it_may(tmp_path: Path) -> None:
    """B halts by hand while A has the folder: B is halted, and so is who starts after both."""
    clock = ManualClock()
    with other_program(tmp_path) as first:
        first.do("rpm.save_state()")
        second = kept(tmp_path, clock)
        second.kill_switches.manual_halt(second.portfolio_state, "by the second")
        first.end()
        clock.advance(6.0)
        second.close()
    with kept(tmp_path) as third:
        assert third.portfolio_state.halt_reason == "by the second"


def test_in_one_program_the_manager_made_last_keeps_the_state(tmp_path: Path) -> None:
    """A program that makes its manager anew goes on with the new one; the old one undoes nothing of it."""
    clock = ManualClock()
    first = kept(tmp_path, clock)
    first.kill_switches.manual_halt(first.portfolio_state, "by the first")
    second = kept(tmp_path, clock)
    assert second.portfolio_state.halt_reason == "by the first"
    second.kill_switches.manual_resume(second.portfolio_state)
    second.kill_switches.set("SYMBOL", "GBPUSD", "SUSPEND", "odd")
    assert second.process_trade_intent(**intent()).decision.status == "APPROVED"
    first.kill_switches.manual_resume(first.portfolio_state)
    assert reason(first.process_trade_intent(**intent())) == "STATE_IN_USE"
    assert not first.save_state()
    second.close()
    clock.advance(6.0)
    assert reason(first.process_trade_intent(**intent())) == "SYMBOL_POSITIONS_REACHED"
    assert [each.name for each in first.kill_switches.active()] == ["GBPUSD"]
    first.close()


def test_two_accounts_of_one_program_share_a_folder(tmp_path: Path) -> None:
    """Managers of different accounts do not stand in each other's way."""
    pools = [FakePool(account=make_account(login=number)) for number in (1, 2)]
    managers = [pooled(pool, wide(), enable_persistence=True, data_dir=tmp_path) for pool in pools]
    managers[0].kill_switches.manual_halt(managers[0].portfolio_state, "by hand")
    assert managers[1].process_trade_intent(**intent()).decision.status == "APPROVED"
    for manager in managers:
        assert manager.save_state()
        manager.close()
    with pooled(pools[0], wide(), enable_persistence=True, data_dir=tmp_path) as again:
        assert again.portfolio_state.halt_reason == "by hand"


def test_a_manager_that_was_closed_reads_again_before_it_writes(tmp_path: Path) -> None:
    """What another one saved meanwhile is not undone by it."""
    clock = ManualClock()
    first = kept(tmp_path, clock)
    first.close()
    with kept(tmp_path, clock) as second:
        second.kill_switches.manual_halt(second.portfolio_state, "by the second")
    assert reason(first.process_trade_intent(**intent())) == "TRADING_HALTED"
    first.close()
    with kept(tmp_path) as third:
        assert third.portfolio_state.halt_reason == "by the second"


@pytest.mark.parametrize(("mode", "told"), [(AccountMode.LIVE, True), (AccountMode.SIMULATED, False)])
def test_a_real_account_that_is_traded_from_two_is_told(tmp_path: Path, mode: AccountMode, *, told: bool) -> None:
    """Data folders of their own hide two programs from each other; both trade on, the second one is told."""
    pools = [FakePool(), FakePool()]
    for pool in pools:
        pool.account_mode = mode
    first, second = (
        pooled(pool, wide(), enable_persistence=True, data_dir=tmp_path / str(number))
        for number, pool in enumerate(pools)
    )
    assert first.get_mt5_sync_stats()["account_traded_by_others"] == ""
    assert bool(second.get_mt5_sync_stats()["account_traded_by_others"]) is told
    assert second.process_trade_intent(**intent()).decision.status == "APPROVED"
    first.close()
    assert second.sync_with_mt5_account()
    assert second.get_mt5_sync_stats()["account_traded_by_others"] == ""
    second.close()


@pytest.mark.slow
def test_another_program_on_a_real_account_is_named(tmp_path: Path) -> None:
    """The words say which program it is, as far as the system tells."""
    pool = FakePool()
    pool.account_mode = AccountMode.DEMO
    path = file_lock.locks_folder("accounts") / f"{pool.account.server}_{pool.account.login}.lock"
    with other_program(tmp_path) as first:
        first.do(f"from pathlib import Path; path = Path({str(path)!r}); path.parent.mkdir(parents=True)")
        first.do("from arbitrex_desktop.file_lock import hold; lock = hold(path)")
        with pooled(pool, wide()) as second:
            words = second.get_mt5_sync_stats()["account_traded_by_others"]
    assert "another program trades this account" in words
    assert sys.platform != "linux" or f"process {first.process.pid}" in words
