# SPDX-License-Identifier: MIT
"""What Review keeps in the data folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.review.store import Annotation, ReviewStore

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
FAR = BEGIN + timedelta(days=400)


def test_nothing_kept_makes_no_file(tmp_path: Path) -> None:
    """Reading leaves no trace."""
    store = ReviewStore(tmp_path / "new" / "a.sqlite3")
    assert (store.annotations(), store.equity(BEGIN, FAR)) == ({}, ())
    assert list(tmp_path.iterdir()) == []


def test_the_newest_note_counts(tmp_path: Path) -> None:
    """A note is replaced, and the others stay."""
    store = ReviewStore(tmp_path / "a.sqlite3")
    store.annotate("1.0", Annotation("first", ("a",)))
    store.annotate("2.0", Annotation("other"))
    store.annotate("1.0", Annotation("se'cond", ("b", "c")))
    assert store.annotations() == {"1.0": Annotation("se'cond", ("b", "c")), "2.0": Annotation("other")}


def test_a_long_time_keeps_its_extremes(tmp_path: Path) -> None:
    """Of many moments a few are given, among them the lowest and the highest, in their order."""
    store = ReviewStore(tmp_path / "a.sqlite3")
    for minute in range(120):
        equity = 1000.0 + minute % 50
        store.add_equity(BEGIN + timedelta(minutes=minute), 1.0 if minute == 83 else equity, 500.0)
    points = store.equity(BEGIN, FAR, most=12)
    assert len(points) <= 14
    assert [point.at for point in points] == sorted({point.at for point in points})
    assert min(points, key=lambda point: point.equity).at == BEGIN + timedelta(minutes=83)
    assert max(point.equity for point in points) == 1049.0


def test_only_the_time_asked_for(tmp_path: Path) -> None:
    """The end is not in it."""
    store = ReviewStore(tmp_path / "a.sqlite3")
    for minute in range(5):
        store.add_equity(BEGIN + timedelta(minutes=minute), float(minute), None)
    found = store.equity(BEGIN + timedelta(minutes=1), BEGIN + timedelta(minutes=3))
    assert [point.equity for point in found] == [1.0, 2.0]


def test_a_file_that_is_none_of_ours_is_said(tmp_path: Path) -> None:
    """A damaged file is a sentence, never a traceback, and stays as it is."""
    path = tmp_path / "a.sqlite3"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(DeskError, match=r"a\.sqlite3 cannot be used"):
        ReviewStore(path).annotate("1.0", Annotation("x"))
    assert path.read_bytes() == b"no database" * 100
