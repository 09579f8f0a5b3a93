# SPDX-License-Identifier: MIT
"""The simulated module against our own recording of the real one, which has a few calls for each of its rules.

How the recording is made anew for another version of the package is told in `tests/mt5/conformance/record.py`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5
from tests.mt5.conformance.outcome import outcome
from tests.mt5.conformance.recording import Program, differences, load
from tests.mt5.simulator.recording_backend import connected_module

RECORDING = load(Path(__file__).resolve().parents[2] / "data" / "mt5_no_terminal_calls.json.gz")
GROUPS = sorted({program.group for program in RECORDING.programs})
INVALID = -2


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let local time be UTC, as it was where the calls were recorded."""
    if not hasattr(time, "tzset"):
        if time.localtime().tm_gmtoff:
            pytest.skip("the time zone of a process cannot be changed here")
        yield
        return
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def _of(group: str) -> list[Program]:
    return [program for program in RECORDING.programs if program.group == group]


@pytest.mark.parametrize("group", GROUPS)
def test_recorded_calls(group: str) -> None:
    """Without a terminal each call gives the result, exception type and last error that the real module gave."""
    assert list(differences(_of(group), SimulatedMetaTrader5())) == []


@pytest.mark.parametrize("group", GROUPS)
def test_refusals_are_the_same_with_a_terminal(group: str) -> None:
    """With a terminal connected, arguments that the real module refused are refused, and the terminal is not asked."""
    module, backend = connected_module()
    for program in _of(group):
        first, call = program.outcomes[0], program.steps[0]
        if first["last_error"][0] == INVALID and not call.startswith(("m.Buy", "m.Sell", "m.Close")):
            module.initialize()
            backend.calls.clear()
            assert outcome(module, call) == first
            assert set(backend.asked()) <= {"shutdown"}


def test_before_any_call() -> None:
    """Before the first call there is neither an error nor a success."""
    assert list(SimulatedMetaTrader5().last_error()) == RECORDING.at_first


def test_it_is_the_version_that_is_simulated() -> None:
    """The recording was made with the version of the package that the simulated module says it is."""
    assert RECORDING.about["MetaTrader5"] == SimulatedMetaTrader5.__version__
