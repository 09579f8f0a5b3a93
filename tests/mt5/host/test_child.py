# SPDX-License-Identifier: MIT
"""A host that is started before anybody knows what it should hold."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from arbitrex_desktop.mt5.host.child import EarlyHost
from arbitrex_desktop.mt5.host.client import HostProcess
from arbitrex_desktop.mt5.host.messages import HostSpec
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec

pytestmark = pytest.mark.slow


def test_the_first_start_takes_the_host_that_runs_already() -> None:
    """The process is the early one; the next start has one of its own."""
    early = EarlyHost()
    (child,) = early._child
    host = HostProcess(HostSpec(SimulationSpec()), early=early)
    host.start()
    assert host.pid == child.process.pid
    host.start()
    assert host.pid not in {None, child.process.pid}
    assert not child.is_running
    host.stop()
    early.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the mask of another process is told on Linux")
def test_what_a_host_writes_is_its_owners() -> None:
    """The simulated broker's books lie in the data folder; the host may be there before the program has its mask."""
    before = os.umask(0)
    try:
        early = EarlyHost()
    finally:
        os.umask(before)
    (child,) = early._child
    status = Path(f"/proc/{child.process.pid}/status").read_text("ascii")
    early.close()
    assert "Umask:\t0077" in status


def test_an_early_host_that_died_is_not_used() -> None:
    """A host that was killed while it waited is replaced, not asked."""
    early = EarlyHost()
    (child,) = early._child
    child.kill()
    host = HostProcess(HostSpec(SimulationSpec()), early=early)
    host.start()
    assert host.pid != child.process.pid
    host.stop()


def test_an_early_host_that_nobody_took_ends() -> None:
    """Where the settings cannot be used, no host is left behind."""
    early = EarlyHost()
    (child,) = early._child
    early.close()
    assert not child.is_running
    assert early.take() is None
