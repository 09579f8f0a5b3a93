# SPDX-License-Identifier: MIT
"""Every command of the host, in the forms of call that the genuine package takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.execution.retcodes import RetcodeAction, failure_meaning
from arbitrex_desktop.mt5.clock_shift import FindClockShift, Tail
from arbitrex_desktop.mt5.commands import (
    CalcMargins,
    CheckOrder,
    Command,
    Connect,
    CopyRates,
    CountHistory,
    Disconnect,
    ListSymbols,
    MarginQuery,
    Priority,
    ReadAccount,
    ReadHistory,
    ReadSymbols,
    SelectSymbols,
    SendOrder,
)
from arbitrex_desktop.mt5.errors import AccountChanged, CallFailed
from arbitrex_desktop.mt5.polling import Poll
from arbitrex_desktop.mt5.replay_control import SteerReplay
from arbitrex_desktop.mt5.tick_cursor import TickCursor
from tests.fakes.c_module import CModule
from tests.fakes.module import AsTuple, FakeModule, tick_rows
from tests.fakes.records import replace
from tests.fakes.transport import FakeTransport

BEGIN = 1_790_000_000_000
REQUEST: dict[str, Any] = {"action": 1, "symbol": "EURUSD", "volume": 0.1, "type": 0, "type_filling": 1}
ACCOUNT = FakeModule().account
COMMANDS: tuple[Command[Any], ...] = (
    Connect(None, None, None, None),
    Connect("C:/terminal64.exe", 5, "secret", "Broker-Demo"),
    ListSymbols(),
    SelectSymbols(("EURUSD",)),
    ReadSymbols(("EURUSD",)),
    ReadAccount(),
    SendOrder(REQUEST, ACCOUNT.key),
    CheckOrder(REQUEST),
    CalcMargins((MarginQuery("EURUSD", 0, 1.0, 1.15),)),
    CopyRates("EURUSD", 15, 10),
    ReadHistory(ACCOUNT.key, 0, BEGIN // 1000),
    CountHistory(ACCOUNT.key, 0, BEGIN // 1000),
    Poll((TickCursor("EURUSD", BEGIN),), audit="EURUSD"),
    FindClockShift((Tail("EURUSD", tick_rows((BEGIN, 1.15, 1.1501)), 1000),)),
    Disconnect(),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_no_function_gets_empty_keywords(command: Command[Any]) -> None:
    """A command succeeds on a module of C functions, which see an empty dict of keywords and refuse it."""
    inner = FakeModule()
    inner.add_tick("EURUSD", BEGIN)
    module = CModule(inner)
    command.run(module)
    assert module.called
    assert module.empty_keywords == []


def test_every_command_of_the_product_is_tried() -> None:
    """A new command must be added to the list above."""
    ours = {one for one in Command.__subclasses__() if one.__module__.startswith("arbitrex_desktop.")}
    ours.discard(SteerReplay)  # the host answers it itself; no module gets to see it
    assert ours == {type(command) for command in COMMANDS}


def test_a_slow_history_is_no_hang() -> None:
    """Commands that read the past have longer than any other but `Connect`, and orders go before everything else."""
    past = (CopyRates, ReadHistory, CountHistory)
    others = {type(command) for command in COMMANDS} - {Connect, *past}
    assert min(kind.deadline for kind in past) >= max(kind.deadline for kind in others)
    assert {kind.priority for kind in past} == {max(Priority)}
    assert {kind.priority for kind in (SendOrder, CheckOrder)} == {min(Priority)}


def test_a_failure_to_connect_never_repeats_the_password() -> None:
    """What the module says may hold what it was given; nothing that is logged or shown afterwards does."""
    module = FakeModule()
    module.failing["initialize"] = (-6, "Terminal: authorization failed for 5 with hunter2, hunter2")
    with pytest.raises(CallFailed) as caught:
        Connect(None, 5, "hunter2", "Broker-Demo").run(module)
    assert str(caught.value) == "initialize failed: Terminal: authorization failed for 5 with ***, *** (-6)"
    assert "hunter2" not in repr(caught.value)
    assert caught.value.__cause__ is None


class _Switching(FakeModule):
    """A terminal whose account a person changes right after `account_info` was answered so often."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def account_info(self) -> Any:
        """Answer for the account, and go over to another one without positions when its time has come."""
        answer = super().account_info()
        self.looks -= 1
        if self.looks == 0:
            self.account, self.positions = replace(self.account, login=99), []
        return answer


PAST = (ACCOUNT.key, 0, BEGIN // 1000)


@pytest.mark.parametrize("command", [ReadAccount(), ReadHistory(*PAST), CountHistory(*PAST)])
def test_what_is_read_of_another_account_is_not_taken_for_this_one_s(command: Command[Any]) -> None:
    """The right account beside none of its positions, or with another's deals, would be believed by every limit."""
    with pytest.raises(AccountChanged, match="is on account 99") as failure:
        command.run(_Switching(1))
    assert not failure.value.connection_lost


def test_the_history_of_another_account_is_not_read_at_all() -> None:
    """The terminal is on another account than the one that was asked for."""
    with pytest.raises(CallFailed, match="is on account"):
        ReadHistory(("Elsewhere", ACCOUNT.login), 0, BEGIN // 1000).run(FakeModule())


def test_an_order_during_which_the_account_changed_is_of_unknown_fate() -> None:
    """What was answered may have been done on the other account: the order is looked for, and not taken for filled."""
    module = _Switching(1)
    with pytest.raises(CallFailed, match="answered with 10009, and then the terminal is on account 99") as failure:
        SendOrder(REQUEST, ACCOUNT.key).run(module)
    assert module.sent == [REQUEST]
    assert failure_meaning(failure.value).answer is RetcodeAction.RECONCILE


def test_an_order_is_not_sent_to_another_account() -> None:
    """That nothing was sent is known for sure, so that nobody looks for it."""
    module = FakeModule()
    with pytest.raises(CallFailed) as failure:
        SendOrder(REQUEST, ("Elsewhere", ACCOUNT.login)).run(module)
    assert module.sent == []
    assert failure_meaning(failure.value).answer is RetcodeAction.REFUSED


def test_an_answer_that_cannot_be_read_is_of_an_order_that_left() -> None:
    """A build of the package whose results lack a field: the host's own fault hides an order that was carried out."""

    class WithoutRetcode(FakeModule):
        """A module that answers an order with what is no result of one."""

        def order_send(self, request: Mapping[str, Any], /) -> AsTuple | None:
            """Carry it out."""
            super().order_send(request)
            return self.account_info()

    module = WithoutRetcode()
    host = FakeTransport(module, SystemClock())
    host.start()
    with pytest.raises(CallFailed, match="KeyError: 'request'") as failure:
        host.execute(SendOrder(REQUEST, ACCOUNT.key))
    assert module.sent == [REQUEST]
    assert failure_meaning(failure.value).answer is RetcodeAction.RECONCILE
