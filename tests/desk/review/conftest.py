# SPDX-License-Identifier: MIT
"""The desk of the tests of the desk, with Review on the same folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.desk.review.review_desk import ReviewDesk
from tests.desk.conftest import BuildDesk, Desk, build, desk
from tests.fakes.broker import FakeBroker

__all__ = ["build", "desk"]


@pytest.fixture
def reviewed(build: BuildDesk, tmp_path: Path) -> Desk:
    """Give a started desk whose core has Review."""
    broker = FakeBroker()
    return build(broker, review=ReviewDesk(broker, broker.clock, tmp_path))
