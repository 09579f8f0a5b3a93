# SPDX-License-Identifier: MIT
"""A pytest plugin: each test has a data folder of its own and sees nothing of the developer's account settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from arbitrex_desktop import file_lock
from arbitrex_desktop.paths import DATA_DIR_VARIABLE

PREFIXES = ("MT5_", "ARBITREX_")


@pytest.fixture(autouse=True)
def private_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take away all settings from the environment, and name a data folder that does not exist yet; return it."""
    for name in [name for name in os.environ if name.startswith(PREFIXES)]:
        monkeypatch.delenv(name)
    folder = tmp_path / "data"
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(folder))
    monkeypatch.setattr(file_lock, "_root", lambda: tmp_path / "locks")
    return folder
