# SPDX-License-Identifier: MIT
"""Small files of one value: checked, written whole, and set aside when they are not what they should be."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import pytest

from arbitrex_desktop.desk.storage.json_store import JsonStore


@dataclass(frozen=True)
class Choice:
    """Something to keep."""

    names: frozenset[str]
    price: float = 0.0


STORE = JsonStore(Choice, "the choice")


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    """The folder is made, no draft is left, and the same value is the same file."""
    path = tmp_path / "folder" / "choice.json"
    assert STORE.load(path) is None
    STORE.save(path, Choice(frozenset("cab"), 1.5))
    assert STORE.load(path) == Choice(frozenset("abc"), 1.5)
    assert path.read_text(encoding="utf-8") == '{"names":["a","b","c"],"price":1.5}'
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"names": 7}', b"\xff\xfe", b'{"names": [], "price": NaN}']
)
def test_a_damaged_file_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes) -> None:
    """Nothing is taken from it, it is there to be looked at, and the log says so."""
    path = tmp_path / "choice.json"
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert STORE.load(path) is None
    assert f"the choice was set aside as {tmp_path / 'choice.damaged'}" in caplog.text
    assert (tmp_path / "choice.damaged").read_bytes() == content
    assert not path.exists()


def test_a_folder_in_the_way_is_said_and_no_crash(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What can neither be read nor set aside stays; what cannot be written is the caller's to say."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert STORE.load(tmp_path / "file" / "choice.json") is None
    assert "cannot be set aside either" in caplog.text
    with pytest.raises(OSError, match="file"):
        STORE.save(tmp_path / "file" / "choice.json", Choice(frozenset()))
