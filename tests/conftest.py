# SPDX-License-Identifier: MIT
"""What all tests share: nothing stray is forgiven, nothing of the developer's machine is seen or touched.

Nothing here imports Qt, so that the core's tests run without it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["pytester", *(f"tests.hygiene.{name}" for name in ("environment", "logs", "leftovers", "slow"))]

ROOT = Path(__file__).resolve().parent.parent

# "ci" gives the same examples in every run, so that a red build can be looked into; "dev" looks further each time.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=40, print_blob=True)
settings.register_profile("dev", deadline=None, max_examples=40, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Return the checkout's folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Return the folder beside the checkout with real market data and the MT5 reference; skip where it is not."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"needs the folder of shared data beside the checkout: {folder.name}/ is not there")
    return folder


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """Return the arguments of the tests' Qt application: the program's style."""
    return ["pytest", "-style", "Fusion"]
