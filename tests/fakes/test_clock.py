# SPDX-License-Identifier: MIT
"""The manual clock keeps wall and monotonic time apart."""

from __future__ import annotations

from datetime import timedelta

from tests.fakes.clock import START, ManualClock


def test_time_passes_only_when_told() -> None:
    """Both clocks advance by the same seconds."""
    clock = ManualClock()
    before = clock.monotonic()
    clock.advance(90)
    assert clock.now() == START + timedelta(seconds=90)
    assert clock.monotonic() - before == 90


def test_setting_the_wall_clock_leaves_monotonic_time_alone() -> None:
    """A jump of the computer's clock changes no age."""
    clock = ManualClock()
    before = clock.monotonic()
    clock.set_wall(START - timedelta(days=1))
    assert clock.now() < START
    assert clock.monotonic() == before
