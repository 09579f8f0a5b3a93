# SPDX-License-Identifier: MIT
"""The private surroundings of each test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from arbitrex_desktop.paths import data_dir


def test_the_data_folder_is_the_tests_own(private_environment: Path, tmp_path: Path) -> None:
    """What asks for the data folder gets one below the test's own, and it is not there yet."""
    assert data_dir() == private_environment
    assert tmp_path in private_environment.parents
    assert not private_environment.exists()


def test_account_settings_of_the_machine_are_not_seen() -> None:
    """No variable of the program is set but the data folder."""
    assert [name for name in os.environ if name.startswith(("MT5_", "ARBITREX_"))] == ["ARBITREX_DATA_DIR"]


def test_settings_are_taken_away(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password in the developer's environment is not in a test's."""
    monkeypatch.setenv("MT5_PASSWORD", "hunter2")
    pytester.makepyfile("import os\ndef test_it():\n    assert 'MT5_PASSWORD' not in os.environ\n")
    result = pytester.runpytest_inprocess(
        "-p", "tests.hygiene.environment", "-p", "no:pytest-qt", "-p", "no:cacheprovider"
    )
    result.assert_outcomes(passed=1)
