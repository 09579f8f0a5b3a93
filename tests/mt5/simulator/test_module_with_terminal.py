# SPDX-License-Identifier: MIT
"""The simulated module against a recording of the genuine package with our broker behind its pipe.

Both are before the same broker in the same state (`tests/mt5/conformance/connected.py`), so results, types, array
layouts, exceptions and last errors are equal, call by call.  How it is recorded anew: `tests/native/record.py`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mt5.conformance.connected import ACCOUNT, NOW, SETTINGS, open_broker, programs
from tests.mt5.conformance.outcome import outcome
from tests.mt5.conformance.recording import load

RECORDING = load(Path(__file__).resolve().parents[2] / "data" / "mt5_connected_calls.json.gz")


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


def test_the_recording_is_of_this_broker() -> None:
    """The state that the recording was made in goes with it, and is the one that it is replayed in."""
    assert RECORDING.about["broker"] == repr(SETTINGS)
    assert RECORDING.about["now"] == NOW.isoformat()


@pytest.mark.slow
def test_every_call_is_answered_as_the_genuine_package_answered_it() -> None:
    """Thousands of calls, sound and unsound, one after the other on one broker."""
    simulation = open_broker()
    assert simulation.module.initialize(**ACCOUNT)
    recorded = {group: iter([each for each in RECORDING.programs if each.group == group]) for group, _ in programs()}
    different = []
    for group, steps in programs():
        program = next(recorded[group])
        assert program.steps == steps
        for step, was in zip(steps, program.outcomes, strict=True):
            now = outcome(simulation.module, step)
            if now != was:
                different.append(f"{step}\n    recorded {was}\n    now      {now}")
    simulation.close()
    assert different == []
