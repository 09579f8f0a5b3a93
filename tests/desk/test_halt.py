# SPDX-License-Identifier: MIT
"""There is one answer to whether trading is halted, whoever halted it, and everybody gives it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.halt import TradingHalt
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.journal.halt_note import HaltNote
from arbitrex_desktop.desk.risk.risk_client import RiskClient
from arbitrex_desktop.desk.settings import DeskSettings
from tests.desk.conftest import BuildDesk, Desk, intent
from tests.fakes.pool import FakePool
from tests.fakes.rpm import FakeRiskManager


def test_a_limits_own_halt_is_the_desks_halt(desk: Desk) -> None:
    """What the risk manager halts by itself closes the gate, shows, and ends when the trader resumes."""
    desk.core.approve(desk.core.submit(intent()))
    desk.step()
    (position,) = desk.core.snapshot().positions
    waiting = desk.core.submit(intent(symbol="GBPUSD"))
    desk.rpm.kill_switches.latch(desk.rpm.portfolio_state, "MAX_DRAWDOWN", "the drawdown is 11%")
    risk = desk.core.snapshot().risk
    assert risk is not None
    assert (risk.trading_state, risk.halt_reason) == ("HALTED", "the drawdown is 11%")
    assert desk.row(waiting).blocker == "trading is halted: the drawdown is 11%"
    with pytest.raises(CommandRefused, match="halted: the drawdown"):
        desk.core.move_stops(position.ticket, position.price_open - 0.02, None)
    desk.core.close_position(position.ticket)
    desk.core.resume("a new day")
    desk.step()
    assert desk.row(waiting).blocker == ""


def test_a_limits_own_halt_cancels_what_waits_where_that_is_set(build: BuildDesk) -> None:
    """The policy follows the same answer as the gate."""
    desk = build(settings=DeskSettings(cancel_on_halt=True))
    waiting = desk.core.submit(intent())
    desk.rpm.kill_switches.latch(desk.rpm.portfolio_state, "DAILY_LOSS", "")
    desk.step()
    assert desk.row(waiting).state is IntentState.CANCELLED
    assert "no reason was given" in desk.row(waiting).details


def test_a_halt_reaches_the_risk_manager(desk: Desk) -> None:
    """It is latched there, too, whatever the reason; a resume lifts both."""
    desk.core.halt("")
    desk.core._background.join()
    assert desk.rpm.portfolio_state.halt_reason == "halted manually"
    desk.core.resume("enough of that")
    assert not desk.rpm.portfolio_state.trading_halted


def halt_of(note: HaltNote | None = None) -> tuple[TradingHalt, RiskClient]:
    """Return a halt of its own, and the risk client behind it, which has no risk manager yet."""
    pool = FakePool()
    risk = RiskClient(pool, pool.clock, DeskSettings(), lambda: FakeRiskManager(pool))
    return TradingHalt(risk, note), risk


def test_it_works_before_there_is_a_risk_manager() -> None:
    """Halting, latching and lifting need nobody; a risk manager that comes later is told by latching."""
    halt, risk = halt_of()
    assert halt_of()[0].reason is None
    halt.latch()
    halt.engage("early")
    halt.latch()
    assert halt.reason == "early"
    risk.start()
    rpm = risk.rpm
    assert isinstance(rpm, FakeRiskManager)
    assert not rpm.portfolio_state.trading_halted
    halt.latch()
    assert (rpm.portfolio_state.trading_halted, rpm.portfolio_state.halt_reason) == (True, "early")
    halt.lift("calm", halt.engaged)
    assert rpm.kill_switches.resumed == ["calm"]
    halt.latch()
    assert not rpm.portfolio_state.trading_halted


def test_the_traders_reason_goes_before_a_limits() -> None:
    """Who halted by hand reads his own words, also when a limit halts besides."""
    halt, risk = halt_of()
    risk.start()
    assert isinstance(risk.rpm, FakeRiskManager)
    risk.rpm.kill_switches.latch(risk.rpm.portfolio_state, "DAILY_LOSS", "the loss is 2%")
    assert halt.reason == "the loss is 2%"
    halt.engage("")
    assert halt.reason == "halted manually"


def test_the_note_outlives_the_program(tmp_path: Path) -> None:
    """What was halted is noted with its reason, what was lifted meanwhile is not, and clearing takes it away."""
    halt, _ = halt_of(HaltNote(tmp_path / "halt"))
    assert halt.read_note() == ""
    halt.write_note()
    assert halt_of(HaltNote(tmp_path / "halt"))[0].read_note() == ""
    halt.engage("news")
    halt.write_note()
    assert halt_of(HaltNote(tmp_path / "halt"))[0].read_note() == "news"
    halt.clear_note()
    assert halt_of(HaltNote(tmp_path / "halt"))[0].read_note() == ""


def test_without_a_place_for_notes_there_are_none() -> None:
    """A desk without a folder halts all the same."""
    halt, _ = halt_of()
    halt.engage("news")
    halt.write_note()
    halt.clear_note()
    assert (halt.read_note(), halt.reason) == ("", "news")


@pytest.mark.parametrize("meanwhile", ["journalled", "resumed"])
def test_a_halt_during_a_resume_wins(desk: Desk, meanwhile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Resuming writes to two files, which takes its time: who halts in it is halted, also after a restart."""
    desk.core.halt("first")
    desk.core._background.join()
    assert desk.core.desk is not None
    owner, name = (
        (desk.core.desk.book, "note") if meanwhile == "journalled" else (desk.rpm.kill_switches, "manual_resume")
    )
    work = getattr(owner, name)

    def halt_and_work(*args: Any, **more: Any) -> None:
        monkeypatch.setattr(owner, name, work)
        desk.core.halt("again")
        work(*args, **more)

    monkeypatch.setattr(owner, name, halt_and_work)
    with pytest.raises(CommandRefused, match="halted again"):
        desk.core.resume("calm")
    desk.core._background.join()
    assert desk.core._halt.reason == "again"
    assert desk.rpm.portfolio_state.halt_reason == "again"
    desk.core.resume("calm now")
    assert desk.core._halt.reason is None
