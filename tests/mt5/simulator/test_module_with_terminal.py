# SPDX-License-Identifier: MIT
"""The simulated module against a recording of the genuine package with our broker behind its pipe.

Both are before the same broker in the same state (`tests/mt5/conformance/connected.py`), so results, types, array
layouts, exceptions and last errors are equal, call by call.  How it is recorded anew: `tests/native/record.py`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.mt5.conformance.connected import ACCOUNT, NOW, SETTINGS, open_broker, programs
from tests.mt5.conformance.outcome import outcome
from tests.mt5.conformance.recording import Program, Recording, load

DATA = Path(__file__).resolve().parents[2] / "data"
RECORDING = load(DATA / "mt5_connected_calls.json.gz")
RANDOM = load(DATA / "mt5_random_calls.json.gz")


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


def differences(recorded: Iterable[Program]) -> list[str]:
    """Return, in words, what is answered otherwise than was recorded, one call after the other on one new broker."""
    simulation = open_broker()
    assert simulation.module.initialize(**ACCOUNT)
    different = []
    for program in recorded:
        for step, was in zip(program.steps, program.outcomes, strict=True):
            now = outcome(simulation.module, step)
            if now != was:
                different.append(f"{step}\n    recorded {was}\n    now      {now}")
    simulation.close()
    return different


@pytest.mark.parametrize("recording", [RECORDING, RANDOM])
def test_the_recording_is_of_this_broker(recording: Recording) -> None:
    """The state that the recording was made in goes with it, and is the one that it is replayed in."""
    assert recording.about["broker"] == repr(SETTINGS)
    assert recording.about["now"] == NOW.isoformat()


@pytest.mark.slow
def test_every_call_is_answered_as_the_genuine_package_answered_it() -> None:
    """Thousands of calls, sound and unsound, one after the other on one broker."""
    recorded = {group: iter([each for each in RECORDING.programs if each.group == group]) for group, _ in programs()}
    in_order = [next(recorded[group]) for group, _ in programs()]
    assert [each.steps for each in in_order] == [steps for _, steps in programs()]
    assert differences(in_order) == []


@pytest.mark.slow
def test_every_call_drawn_at_random_is_answered_as_the_genuine_package_answered_it() -> None:
    """Thousands of calls that nobody thought of, on positions and orders that the calls before them made."""
    assert differences(RANDOM.programs) == []
