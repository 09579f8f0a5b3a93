# SPDX-License-Identifier: MIT
"""How programs and spreadsheets of all the world write times, decimals and names; a packed file says that it is one."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError
from arbitrex_desktop.mt5.simulator.replay.export_file import ExportFile
from arbitrex_desktop.mt5.simulator.replay.file_names import symbol_of
from arbitrex_desktop.mt5.simulator.replay.formats import FileClock

TEN = round(datetime(2026, 3, 2, 10, tzinfo=UTC).timestamp() * 1000)


def written(folder: Path, text: str | bytes, name: str = "EURUSD.csv") -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    ("first", "second", "after"),
    [
        ("2026-03-02 10:00:00", "2026-03-02 10:00:01.500000", 1500),
        ("2026-03-02T10:00:00.5Z", "2026-03-02T10:00:00.75Z", 750),
        ("2026-03-02T10:00:00,500", "2026-03-02T10:00:01,250", 1250),
        ("2026-03-02 10:00:00 UTC", "2026-03-02 10:00:01 UTC", 1000),
        ("2026-03-02 10:00:00+00", "2026-03-02 10:00:01.5+00", 1500),
        ("2026-3-2 10:00:00", "2026-3-2 10:00:09", 9000),
        ("2.3.2026 9:59", "2.3.2026 10:00", 0),
        ("1772445600", "1772445601", 1000),
        ("1772445600.086", "1772445601.5", 1500),
        ("1772445600086000", "1772445600087999", 87),
        ("1772445600086000000", "1772445600087999999", 87),
    ],
)
def test_moments_are_read_however_they_are_written(tmp_path: Path, first: str, second: str, after: int) -> None:
    """Parts of a second of any length or none, lone digits, zones and units; what is finer than that is cut."""
    rows = ExportFile(written(tmp_path, f"Time;Bid;Ask\n{first};1.1;1.2\n{second};1.1;1.2\n")).part(0)
    assert int(rows["time_msc"][-1]) == TEN + after


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("2026-03-02 25:00:00.5", "a time of day, found '2026-03-02 25:00:00.5'"),
        ("2026-03-02 10:00:00 CET", "found '2026-03-02 10:00:00 CET'"),
        ("3/2/2026 10:00:00", "found '3/2/2026 10:00:00'"),
        ("177244560", "found '177244560'"),
        ("02-Mar-2026", "expected a date and a time, or seconds"),
    ],
)
def test_a_moment_that_is_none_is_shown_as_it_stands(tmp_path: Path, row: str, found: str) -> None:
    """Also a date between strokes, in which the month may come first; never another time."""
    with pytest.raises(ReplayError) as caught:
        ExportFile(written(tmp_path, f"Time;Bid;Ask\n{row};1.1;1.2\n")).part(0)
    assert str(caught.value).startswith(f"{tmp_path / 'EURUSD.csv'}, line 2: ")
    assert found in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "Date;Time;Bid;Ask\n02.03.2026;10:00:00;1,10101;1,1011\n02.03.2026;10:00:01,5;1,1;1,2\n",
        "<DATE>;<TIME>;<BID>;<ASK>;<LAST>;<VOLUME>;<FLAGS>\n2026.03.02;9:59:59;1,10101;1,1011;;0,5;6\n",
        "Ask;Bid;Date Time\n1,1011;1,10101;2026-03-02 10:00:00\n",
    ],
)
def test_decimals_may_stand_behind_a_comma_where_semicolons_separate(tmp_path: Path, text: str) -> None:
    """As spreadsheets of much of Europe save them; there a comma means nothing else."""
    file = ExportFile(written(tmp_path, text))
    assert (file.digits, file.part(0)["bid"][0], file.part(0)["ask"][0]) == (5, 1.10101, 1.1011)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Date\tTime\tBid\tAsk\n2026.03.02\t10:00:00\t1,101\t1,102\n", "'1,101'"),
        ('Date,Time,Bid,Ask\n2026.03.02,10:00:00,"1,101","1,102"\n', "'1,101'"),
        ("Date;Time;Bid;Ask\n02.03.2026;10:00:00;18.101,5;18.102,5\n", "'18.101,5'"),
    ],
)
def test_a_comma_that_could_part_thousands_is_refused(tmp_path: Path, text: str, found: str) -> None:
    """A thousand and one, or one and a tenth: the line is named."""
    with pytest.raises(ReplayError, match=f"line 2: expected BID to be a price, found {found}"):
        ExportFile(written(tmp_path, text)).part(0)


@pytest.mark.parametrize(
    ("header", "row", "clock"),
    [
        ("Time (UTC)\tAsk\tBid\tAskVolume\tBidVolume ", "2026.03.02 10:00:00.000\t1.2\t1.1\t1\t2", FileClock.UTC),
        ("Time (EET),Bid,Ask", "2026.03.02 10:00:00,1.1,1.2", FileClock.SERVER),
        ("Flags,Volume,Last,Ask,Bid,Time,Date", "6,0,0,1.2,1.1,10:00:00,2026.03.02", FileClock.SERVER),
        ("Date,Time,Price,Volume", "2026.03.02,10:00:00,1.1,5", FileClock.SERVER),
        (
            "Open time,Open,High,Low,Close,Volume,Close time",
            "1772445600000,1.1,1.2,1.0,1.15,8,1772445659999",
            FileClock.UTC,
        ),
        ("Date,Open,High,Low,Close,Adj Close,Volume", "2026-03-02,1.1,1.2,1.0,1.15,1.15,8", FileClock.SERVER),
    ],
)
def test_headings_in_any_order_and_with_their_zone(tmp_path: Path, header: str, row: str, clock: FileClock) -> None:
    """What Dukascopy's platform, exchanges and Yahoo write above their columns."""
    file = ExportFile(written(tmp_path, f"{header}\n{row}\n"))
    assert (file.clock, float(file.part(0)["bid"][0])) == (clock, 1.1)
    assert int(file.part(0)["time_msc"][0]) == (TEN if "ime" in header else TEN - 10 * 3_600_000)


@pytest.mark.parametrize(
    "name", ["EURUSD.tsv", "EURUSD.TAB", "EURUSD_M1.prn", "EURUSD.csv.txt", "EURUSD.log", "EURUSD"]
)
def test_the_ending_of_a_text_is_no_part_of_the_symbol(name: str) -> None:
    """Whatever a text file ends with; a broker's own suffix stays."""
    assert symbol_of(Path(name)) == "EURUSD"
    assert symbol_of(Path(name.replace("EURUSD", "EURUSD.raw"))) == "EURUSD.raw"


def test_a_packed_file_is_called_packed(tmp_path: Path) -> None:
    """What a source hands out in an archive is to be unpacked first, and so it says."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("EURUSD.csv", "x")
    for content, kind in ((gzip.compress(b"x"), "packed by gzip"), (archive.getvalue(), "a zip archive")):
        with pytest.raises(ReplayError, match=f"is {kind}.*unpack it"):
            ExportFile(written(tmp_path, content))


TICKS = (
    "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>\n" + "2026.03.02\t10:00:00\t1.10101\t1.10104\t\t\t6\n" * 3
)


@pytest.mark.parametrize("missing", [1, 2, 4, 5, 8, 12])
def test_a_row_in_which_the_file_ends_is_played_whole_or_not(tmp_path: Path, missing: int) -> None:
    """A copy that broke off may have cut a price short: `1.101` of `1.10104` is another number."""
    path = written(tmp_path, TICKS[:-missing])
    if missing <= 2:  # the end of the line, and the flags that stand for what has changed
        assert len(ExportFile(path).part(0)) == 3
        return
    with pytest.raises(ReplayError, match="line 4: expected 7 fields"):
        ExportFile(path).part(0)


def test_a_copy_that_ends_within_a_letter_says_so(tmp_path: Path) -> None:
    """Of a file with two bytes a letter one is missing."""
    with pytest.raises(ReplayError, match="not copied whole"):
        ExportFile(written(tmp_path, TICKS.encode("utf-16")[:-1]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_separator_that_a_spreadsheet_names_is_no_row(tmp_path: Path, encoding: str) -> None:
    """Lines are still counted from the file's first one; a blank may stand at their ends."""
    rows = "sep=;\r\nDate;Time;Bid;Ask \r\n02.03.2026;10:00:00;1,1;1,2 \r\n02.03.2026;10:00:01;{};1,2\r\n"
    file = ExportFile(written(tmp_path, rows.format("1,1").encode(encoding)))
    assert file.part(0)["bid"].tolist() == [1.1, 1.1]
    with pytest.raises(ReplayError, match="line 4: expected BID"):
        ExportFile(written(tmp_path, rows.format("x").encode(encoding)))
