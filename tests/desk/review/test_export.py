# SPDX-License-Identifier: MIT
"""What is exported is what was shown."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from arbitrex_desktop import texts
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.review.export import FIELDS, ExportKind, export, write_csv, write_json
from arbitrex_desktop.desk.review.report import duration, write_report
from arbitrex_desktop.desk.review.views import ReviewData, ReviewQuery
from tests.fakes.review import BEGIN, TRADES, FakeReview


def data(query: ReviewQuery | None = None, review: FakeReview | None = None) -> ReviewData:
    """Return what Review says of the fake's trades."""
    return (review or FakeReview([])).read(query or ReviewQuery(), lambda _words, _share: None)


@pytest.fixture
def private_texts() -> Iterator[None]:
    """Speak German."""
    texts.speak(Path(__file__).parents[3] / "resources" / "texts" / "de.mo")
    yield
    texts.speak(None)


def report(of: ReviewData) -> str:
    """Return the page."""
    out = io.StringIO()
    write_report(of, out)
    return out.getvalue()


def test_csv_has_every_trade_and_field() -> None:
    """A row for each, newest first, with times in UTC and the result with all costs."""
    out = io.StringIO()
    write_csv(data(), out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert list(rows[0]) == list(FIELDS)
    assert [int(row["position"]) for row in rows] == [trade.position for trade in reversed(TRADES)]
    assert float(rows[-1]["net"]) == pytest.approx(TRADES[0].net)
    assert rows[-1]["opened_at"] == BEGIN.isoformat(timespec="milliseconds")


def test_a_note_is_no_formula() -> None:
    """A spreadsheet must not run what somebody wrote."""
    review = FakeReview([], (replace(TRADES[0], note="=HYPERLINK(1)"),))
    out = io.StringIO()
    write_csv(data(review=review), out)
    assert next(csv.DictReader(io.StringIO(out.getvalue())))["note"] == "'=HYPERLINK(1)"


def test_json_has_figures_and_curve() -> None:
    """All that is shown is there, and the filter that was set."""
    out = io.StringIO()
    shown = data(ReviewQuery(symbol="EURUSD"))
    write_json(shown, out)
    read = json.loads(out.getvalue())
    assert (read["filter"]["symbol"], len(read["trades"])) == ("EURUSD", len(shown.trades))
    assert read["figures"]["net"] == shown.figures.net
    assert read["figures"]["expectancy"] == shown.figures.expectancy
    assert len(read["balance"]) == len(shown.balance)
    assert sum(group["net"] for group in read["groups"]["weekday"]) == pytest.approx(shown.figures.net)


def test_the_report_stands_alone() -> None:
    """Its plots are in it, as drawings that can be read, and it loads nothing."""
    page = report(data())
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) == 6
    for drawing in drawings:
        ET.fromstring(drawing)
    assert not re.search(r"(src|href)=", page)
    assert page.count("<tr>") == len(TRADES) + 7 + 2 + sum(len(each) for each in data().groups.values())


def test_the_report_quotes_what_was_written() -> None:
    """A note is text, whatever stands in it."""
    page = report(data(review=FakeReview([], (replace(TRADES[0], note="<script>x</script>"),))))
    assert "&lt;script&gt;x" in page
    assert "<script>" not in page


def test_the_report_tells_times_by_the_traders_clock() -> None:
    """The zone that was asked for counts."""
    page = report(data(ReviewQuery(zone=timezone(timedelta(hours=14)))))
    assert (TRADES[0].closed_at + timedelta(hours=14)).strftime("%Y-%m-%d %H:%M") in page


def test_the_last_day_that_is_named_is_the_last_one_asked_for() -> None:
    """A period ends with the midnight after it, which is of no day of the trades."""
    day = datetime(2026, 3, 4, tzinfo=UTC)
    asked = ReviewQuery(since=day, until=day + timedelta(days=1), zone=UTC)
    assert "Closed from 2026-03-04 to 2026-03-04" in report(replace(data(), query=asked))


def test_the_report_is_in_the_windows_language(private_texts: None) -> None:
    """Headings, figures, groups and rules: no sentence of another language is left."""
    page = report(data())
    assert '<html lang="de">' in page
    for text in ("Nettoergebnis", "Montag", "Von Regeln abgelehnt", "Geschlossen vom"):
        assert text in page
    for text in ("Net result", "Monday", "Refused", "Closed from", "balance"):
        assert text not in page


def test_a_report_of_nothing_can_be_read() -> None:
    """No trade, no figure, and no plot of nothing."""
    empty = replace(data(review=FakeReview([], ())), balance=(), equity=(), flows=())
    page = report(empty)
    assert "Nothing was booked in this time" in page
    assert "<svg" not in page


@pytest.mark.parametrize("kind", list(ExportKind))
def test_a_file_is_whole_or_not_there(kind: ExportKind, tmp_path: Path) -> None:
    """It is moved into place when it is written; a folder that is not there is said in words."""
    export(data(), kind, tmp_path / f"a.{kind}")
    assert [path.name for path in tmp_path.iterdir()] == [f"a.{kind}"]
    with pytest.raises(DeskError, match="cannot be written"):
        export(data(), kind, tmp_path / "missing" / f"a.{kind}")


@pytest.mark.parametrize("kind", list(ExportKind))
def test_an_export_tells_how_far_it_is_and_is_given_up(kind: ExportKind, tmp_path: Path) -> None:
    """Each share is larger than the one before; what is given up leaves the old file, and no half of the new one."""
    many = replace(data(), trades=data().trades * 400)
    shares: list[float] = []
    export(many, kind, tmp_path / "a", lambda _words, share: shares.append(share))
    assert shares == sorted(set(shares))
    assert len(shares) > 3
    before = (tmp_path / "a").read_bytes()

    def give_up(_words: str, share: float) -> None:
        if share > shares[1]:
            raise RuntimeError("given up")

    with pytest.raises(RuntimeError, match="given up"):
        export(many, kind, tmp_path / "a", give_up)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == before


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "\N{EN DASH}"), (5, "0 min 5 s"), (3_700, "1 h 1 min"), (200_000, "2 d 7 h")]
)
def test_durations(seconds: float | None, words: str) -> None:
    """The two largest units are enough."""
    assert duration(seconds) == words
