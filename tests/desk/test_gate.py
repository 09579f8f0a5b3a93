# SPDX-License-Identifier: MIT
"""The gate: HALT and arming, the last things that an order passes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.gate import NOT_ARMED, Arming, Gate
from arbitrex_desktop.desk.halt import TradingHalt
from arbitrex_desktop.desk.risk.risk_client import RiskClient
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.raw_layer.views import AccountMode, PoolStats
from tests.fakes.clock import ManualClock
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.fakes.rpm import FakeRiskManager


class LivePool(FakePool):
    """A pool on a LIVE account that reconnects and changes accounts at will."""

    def __init__(self) -> None:
        super().__init__(ManualClock())
        self.account_mode = AccountMode.LIVE
        self.connections = 1

    def stats(self) -> PoolStats:
        """Return figures with the number of connections."""
        return replace(super().stats(), connections=self.connections)


def make_gate(pool: FakePool) -> Gate:
    """Return a gate in front of a pool, not halted."""
    risk = RiskClient(pool, pool.clock, DeskSettings(), lambda: FakeRiskManager(pool))
    return Gate(pool, pool.clock, TradingHalt(risk))


@pytest.fixture
def pool() -> LivePool:
    """Give a LIVE pool."""
    return LivePool()


@pytest.fixture
def gate(pool: LivePool) -> Gate:
    """Give a gate that was armed for a quarter of an hour."""
    made = make_gate(pool)
    made.arm(str(pool.account.login), 900.0)
    return made


def test_armed_until_the_time_is_over(gate: Gate, pool: LivePool) -> None:
    """Arming lasts so long and no longer."""
    pool.clock.advance(899.0)
    assert gate.blocker() == ""
    pool.clock.advance(1.0)
    assert gate.blocker() == NOT_ARMED
    assert gate.armed() is None


def test_a_clock_set_back_does_not_lengthen_it(gate: Gate, pool: LivePool) -> None:
    """The arming's end is measured on the clock that never goes back."""
    pool.clock.advance(950.0)
    pool.clock.set_wall(pool.clock.now().replace(year=2024))
    assert gate.blocker() == NOT_ARMED


def test_a_reconnect_disarms(gate: Gate, pool: LivePool) -> None:
    """After a new connection the trader has to mean it again."""
    pool.connections = 2
    assert gate.blocker() == NOT_ARMED
    pool.connections = 1
    assert gate.blocker() == NOT_ARMED


def test_another_account_disarms(gate: Gate, pool: LivePool) -> None:
    """Arming one account does not arm another."""
    pool.account = replace(pool.account, login=8)
    assert gate.blocker() == NOT_ARMED


def test_disarming_is_at_once(gate: Gate) -> None:
    """What was armed can be taken back."""
    gate.disarm()
    with pytest.raises(CommandRefused, match="LIVE"):
        gate.check()


@pytest.mark.parametrize("mode", [AccountMode.SIMULATED, AccountMode.DEMO, None])
def test_only_live_accounts_are_armed(pool: LivePool, mode: AccountMode | None) -> None:
    """SIMULATED and DEMO need no arming and cannot be armed; an unknown mode cannot either, and is closed."""
    gate = make_gate(pool)
    pool.account_mode = mode
    with pytest.raises(CommandRefused, match="only a connected LIVE account"):
        gate.arm(str(pool.account.login), 900.0)
    assert (gate.blocker() == "") == (mode is not None)


def test_a_lost_line_cannot_be_armed(pool: LivePool) -> None:
    """Nobody arms what is not there."""
    pool.connected = False
    with pytest.raises(CommandRefused, match="only a connected"):
        make_gate(pool).arm(str(pool.account.login), 900.0)


def test_halt_lets_only_reducing_orders_pass(gate: Gate) -> None:
    """A closed gate stops what adds risk, and says why."""
    gate.halt.engage("")
    assert gate.blocker() == "trading is halted: halted manually"
    assert gate.blocker(reducing=True) == ""
    gate.halt.lift("calm", gate.halt.engaged)
    assert gate.blocker() == ""


@pytest.mark.parametrize("reducing", [False, True])
def test_before_an_account_is_known_nothing_leaves(pool: LivePool, reducing: bool) -> None:
    """A desk that does not know yet which account it works on sends nothing, whatever the account or the order."""
    pool.account_mode = AccountMode.DEMO
    gate = make_gate(pool)
    with pytest.raises(CommandRefused, match="another account is connected than the one this desk works on"):
        gate.check(reducing=reducing)
    gate.account = (pool.account.server, pool.account.login)
    gate.check(reducing=reducing)


@pytest.mark.parametrize("changes", [{"login": 8}, {"server": "Elsewhere"}])
def test_orders_leave_for_the_desks_own_account_only(pool: LivePool, changes: dict[str, object]) -> None:
    """Another login, or the same login at another server, is another account."""
    pool.account_mode = AccountMode.DEMO
    gate = make_gate(pool)
    gate.account = (pool.account.server, pool.account.login)
    gate.check()
    pool.account = replace(pool.account, **changes)
    with pytest.raises(CommandRefused, match="another account"):
        gate.check()


def test_a_check_says_what_the_gate_says(gate: Gate) -> None:
    """A check refuses in the gate's own words, and lets what reduces pass a halt."""
    gate.account = ("Arbitrex-Simulated", 50_000_001)
    gate.halt.engage("news")
    with pytest.raises(CommandRefused, match=r"^trading is halted: news$"):
        gate.check()
    gate.check(reducing=True)
    gate.halt.lift("calm", gate.halt.engaged)
    gate.check()


@pytest.mark.parametrize("changes", [{"login": 8}, {"server": "Elsewhere"}])
def test_an_arming_is_for_login_and_server(gate: Gate, pool: LivePool, changes: dict[str, object]) -> None:
    """Either part of another account ends the arming for good, also when the first account comes back."""
    own = pool.account
    pool.account = replace(own, **changes)
    assert gate.armed() is None
    pool.account = own
    assert gate.armed() is None


def test_an_account_that_is_no_longer_live_is_not_armed(gate: Gate, pool: LivePool) -> None:
    """An arming does not survive a change of the account's mode, there and back."""
    pool.account_mode = None
    assert gate.armed() is None
    pool.account_mode = AccountMode.LIVE
    assert gate.blocker() == NOT_ARMED


def test_an_arming_says_what_it_is_for(pool: LivePool) -> None:
    """Account, connection and both ends of its time; the login may be typed with blanks around, and no other one."""
    gate = make_gate(pool)
    pool.connections = 3
    with pytest.raises(CommandRefused, match="not the connected account's"):
        gate.arm("50000002", 60.0)
    assert gate.armed() is None
    start, now = pool.clock.monotonic(), pool.clock.now()
    arming = gate.arm(" 50000001 ", 60.0)
    assert arming == Arming(50_000_001, pool.account.server, 3, start + 60.0, now + timedelta(seconds=60))
    assert gate.armed() is arming
