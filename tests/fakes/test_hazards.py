# SPDX-License-Identifier: MIT
"""The harmless hazards keep a log."""

from __future__ import annotations

import pytest

from tests.fakes.hazards import Crashed, RecordedHazards


def test_hazards_are_written_down_in_order() -> None:
    """Nothing blocks; a crash leaves the call and passes every `except Exception`."""
    hazards = RecordedHazards()
    hazards.hold(60.0)
    hazards.pause(1.0)
    with pytest.raises(Crashed):
        hazards.crash()
    assert hazards.log == [("hold", 60.0), ("pause", 1.0), ("crash", 0.0)]
    assert not issubclass(Crashed, Exception)
