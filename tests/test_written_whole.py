# SPDX-License-Identifier: MIT
"""A file that is written whole or stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.paths import written_whole


def test_a_file_is_replaced_when_all_is_written(tmp_path: Path) -> None:
    """Until then the old one stands; afterwards nothing but the new one is left."""
    file = tmp_path / "trades.csv"
    file.write_text("old", encoding="utf-8")
    with written_whole(file) as draft:
        draft.write_text("new", encoding="utf-8")
        assert file.read_text(encoding="utf-8") == "old"
    assert file.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [file]


def break_off(file: Path) -> None:
    """Write half of a file, and fail."""
    with written_whole(file) as draft:
        draft.write_text("half", encoding="utf-8")
        raise KeyError


def test_what_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    """Whatever was raised while it was written, no half of it is left."""
    file = tmp_path / "trades.csv"
    file.write_text("old", encoding="utf-8")
    with pytest.raises(KeyError):
        break_off(file)
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]
