# SPDX-License-Identifier: MIT
"""What waits for its turn at the host asks whether it may still leave when the turn has come, not before."""

from __future__ import annotations

import threading

import pytest

from arbitrex_desktop.mt5.commands import Connect, Priority
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.mt5.host.client import HostProcess
from arbitrex_desktop.mt5.host.messages import HostSpec
from arbitrex_desktop.mt5.simulation_spec import DEFAULT_LOGIN, DEFAULT_SERVER, SimulationSpec

pytestmark = pytest.mark.slow

_TOO_EARLY_S = 0.1


class WithdrawnError(RuntimeError):
    """What a permit raises that is no longer given."""


def test_a_permit_withdrawn_in_the_queue_keeps_the_command_back() -> None:
    """A command queued behind another asks after it, is refused, reaches no host, and harms the line to it not."""
    host = HostProcess(HostSpec(SimulationSpec()))
    host.start()
    asked, fates = threading.Event(), list[BaseException]()
    allowed = True

    def permit() -> None:
        asked.set()
        if not allowed:
            raise WithdrawnError

    def queue() -> None:
        try:
            host.execute(Connect(None, DEFAULT_LOGIN, "hunter2", DEFAULT_SERVER), permit=permit)
        except (WithdrawnError, MT5Error) as fate:
            fates.append(fate)

    waiting = threading.Thread(target=queue)
    try:
        with host._turns.turn(Priority.ORDER):
            waiting.start()
            assert not asked.wait(_TOO_EARLY_S)
            allowed = False
        waiting.join(10.0)
        assert [type(fate) for fate in fates] == [WithdrawnError]
        allowed = True
        connected = host.execute(Connect(None, DEFAULT_LOGIN, "hunter2", DEFAULT_SERVER), permit=permit)
        assert connected.value.account.login == DEFAULT_LOGIN
    finally:
        host.stop()
