# SPDX-License-Identifier: MIT
"""A few of the trial's schedules in the suite: what was lost, late, renamed or interrupted is told as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trials.schedules import Schedule

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [3, 8, 9, 12, 13, 17, 20, 29])
def test_what_was_done_is_told_of_each_order(tmp_path: Path, seed: int) -> None:
    """Those whose faults were found first: each order and each lot once, of the one that did it."""
    assert Schedule(tmp_path, seed).run(60) == []
