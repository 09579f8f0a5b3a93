# SPDX-License-Identifier: MIT
"""Exported files are read part by part, or refused with file, line, what was expected and what was found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.simulator.replay import text_file
from arbitrex_desktop.mt5.simulator.replay.errors import ReplayError
from arbitrex_desktop.mt5.simulator.replay.export_file import ExportFile
from arbitrex_desktop.mt5.simulator.replay.formats import FileClock

TICKS = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>"
BARS = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>"
DAYS = "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>"
GOOD = "2019.01.01\t23:00:00.078\t1.14605\t1.14643\t\t\t6"
BAR = "2012.02.01\t00:00:00\t1.57597\t1.57606\t1.57576\t1.57580\t4\t0\t9"


def write(folder: Path, *lines: str, name: str = "EURUSD_ticks.csv", encoding: str = "utf-8") -> Path:
    """Write a file of lines; return its path."""
    path = folder / name
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return path


def rows_of(path: Path) -> Rows:
    """Return all ticks of a file."""
    file = ExportFile(path)
    return np.concatenate([file.part(index) for index in range(len(file))])


def moment(*parts: int) -> int:
    """Return a time of the file in milliseconds."""
    return round(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc,arg-type]  # year to microsecond


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_empty_fields_repeat_the_tick_before(tmp_path: Path, encoding: str) -> None:
    """What an export leaves out did not change; flags come as exported; the file's encoding does not matter."""
    path = write(
        tmp_path,
        TICKS,
        GOOD,
        "2019.01.01\t23:00:00.078\t\t1.14650\t\t\t4",
        "2019.01.01\t23:00:01\t1.14600\t\t1.1462\t3\t26",
        "2019.01.01\t23:00:01\t\t\t\t\t0",
        encoding=encoding,
    )
    rows = rows_of(path)
    assert ExportFile(path).digits == 5
    assert rows["bid"].tolist() == [1.14605, 1.14605, 1.146, 1.146]
    assert rows["ask"].tolist() == [1.14643, 1.1465, 1.1465, 1.1465]
    assert rows["last"].tolist() == [0.0, 0.0, 1.1462, 1.1462]
    assert rows["volume"].tolist() == [0, 0, 3, 3]
    assert rows["flags"].tolist() == [6, 4, 26, 0]
    assert (rows["time_msc"] % 86_400_000).tolist() == [82_800_078, 82_800_078, 82_801_000, 82_801_000]


def test_a_file_that_begins_without_a_bid_takes_the_first_one(tmp_path: Path) -> None:
    """Before the first bid there is none to repeat, so the first that comes stands for it."""
    path = write(tmp_path, TICKS, "2019.01.01\t23:00:00\t\t1.14650\t\t\t4", GOOD.replace("00.078", "01.078"))
    assert rows_of(path)["bid"].tolist() == [1.14605, 1.14605]


def test_bars_become_four_ticks(tmp_path: Path) -> None:
    """A rising bar sees its low first, a falling one its high; the ask is the bid and the bar's spread."""
    falling = "2012.02.01\t00:01:00\t1.57580\t1.57590\t1.57550\t1.57560\t4\t0\t12"
    rows = rows_of(write(tmp_path, BARS, BAR.replace("1.57580\t4", "1.57600\t4"), falling, name="GBPUSD_M1.csv"))
    assert rows["bid"].tolist() == [1.57597, 1.57576, 1.57606, 1.576, 1.5758, 1.5759, 1.5755, 1.5756]
    assert rows["ask"].tolist()[3:5] == [1.57609, 1.57592]
    offsets = rows["time_msc"] - rows["time_msc"][0]
    assert offsets.tolist() == [0, 20_000, 40_000, 59_999, 60_000, 80_000, 100_000, 119_999]


def test_daily_bars_have_no_time(tmp_path: Path) -> None:
    """Bars of a day are exported without a time column and last a day."""
    lines = [f"2012.02.0{day}\t1.5\t1.6\t1.4\t1.55\t4\t0\t9" for day in (1, 2, 3)]
    rows = rows_of(write(tmp_path, DAYS, *lines, name="GBPUSD.daily.csv"))
    assert rows["time_msc"][4] - rows["time_msc"][0] == 86_400_000


FORMATS = [
    (f"{TICKS}\n{GOOD}", FileClock.SERVER, moment(2019, 1, 1, 23, 0, 0, 78_000), 1.14605, 1.14643),
    (f"{TICKS}\n{GOOD}".replace("\t", ","), FileClock.SERVER, moment(2019, 1, 1, 23, 0, 0, 78_000), 1.14605, 1.14643),
    (f"{TICKS}\n{GOOD}".replace("\t", ";"), FileClock.SERVER, moment(2019, 1, 1, 23, 0, 0, 78_000), 1.14605, 1.14643),
    (
        "<DATE>\t<TIME>\t<BID>\t<ASK>\n2026.03.02\t10:00:00.000\t150.101\t150.104",
        FileClock.SERVER,
        moment(2026, 3, 2, 10),
        150.101,
        150.104,
    ),
    (
        "Date;Time;Bid;Ask\n2026-03-02;10:00:00;150.101;150.104",
        FileClock.SERVER,
        moment(2026, 3, 2, 10),
        150.101,
        150.104,
    ),
    ("2026.03.02,18:49,1.10,1.12,1.09,1.11,30", FileClock.SERVER, moment(2026, 3, 2, 18, 49), 1.10, 1.11),
    ("20260302 000003660,1.106600,1.106770,0", FileClock.EST, moment(2026, 3, 2, 0, 0, 3, 660_000), 1.1066, 1.10677),
    ("20260302 000400;1.10;1.12;1.09;1.11;0", FileClock.EST, moment(2026, 3, 2, 0, 4), 1.10, 1.11),
    (
        "Gmt time,Ask,Bid,AskVolume,BidVolume\n02.03.2026 00:00:00.086,1.1011,1.1010,0.75,1.5",
        FileClock.UTC,
        moment(2026, 3, 2, 0, 0, 0, 86_000),
        1.1010,
        1.1011,
    ),
    (
        "Gmt time,Open,High,Low,Close,Volume\n02.03.2026 00:01:00.000,1.10,1.12,1.09,1.11,75.5",
        FileClock.UTC,
        moment(2026, 3, 2, 0, 1),
        1.10,
        1.11,
    ),
    (
        "timestamp,askPrice,bidPrice,askVolume,bidVolume\n1772409600123,1.1011,1.1010,0.75,1.5",
        FileClock.UTC,
        1_772_409_600_123,
        1.1010,
        1.1011,
    ),
    ("time,open,high,low,close\n1772409600,1.10,1.12,1.09,1.11", FileClock.UTC, 1_772_409_600_000, 1.10, 1.11),
    (
        "Timestamp,Bid price,Ask price,Bid volume,Ask volume\n20260302 00:00:01:500,1.1010,1.1011,1,2",
        FileClock.UTC,
        moment(2026, 3, 2, 0, 0, 1, 500_000),
        1.1010,
        1.1011,
    ),
    ("20260302 00:00:01.500,1.1010,1.1011,1,2", FileClock.UTC, moment(2026, 3, 2, 0, 0, 1, 500_000), 1.101, 1.1011),
    (
        "Local time,Open,High,Low,Close,Volume\n02.03.2026 00:01:00.000 GMT+0530,1.10,1.12,1.09,1.11,75.5",
        FileClock.UTC,
        moment(2026, 3, 1, 18, 31),
        1.10,
        1.11,
    ),
    (
        "time,bid,ask\n2026-03-02T10:00:01.500Z,1.1010,1.1011",
        FileClock.UTC,
        moment(2026, 3, 2, 10, 0, 1, 500_000),
        1.101,
        1.1011,
    ),
    (
        "time,bid,ask\n2026-03-02 10:00:01.500999-05:00,1.1010,1.1011",
        FileClock.UTC,
        moment(2026, 3, 2, 15, 0, 1, 500_000),
        1.101,
        1.1011,
    ),
    (
        ",time,bid,ask,last,volume,time_msc,flags,volume_real\n0,1772409600,1.101,1.1011,0.0,0,1772409600500,6,0.0",
        FileClock.SERVER,
        1_772_409_600_500,
        1.101,
        1.1011,
    ),
    (
        "time,open,high,low,close,tick_volume,spread,real_volume\n2026-03-02 10:00:00,1.10,1.12,1.09,1.11,5,3,0",
        FileClock.SERVER,
        moment(2026, 3, 2, 10),
        1.10,
        1.11,
    ),
    (
        "Date; Time; Bid; Ask\n2026-03-02; 10:00:00.500; 1.1010; 1.1011",
        FileClock.SERVER,
        moment(2026, 3, 2, 10, 0, 0, 500_000),
        1.101,
        1.1011,
    ),
    ("2026.03.02,10:00:01.500,1.1010,1.1011", FileClock.SERVER, moment(2026, 3, 2, 10, 0, 1, 500_000), 1.101, 1.1011),
    (
        "Date,Timestamp,Open,High,Low,Close,Volume\n20260302,10:01:00,1.10,1.12,1.09,1.11,75",
        FileClock.UTC,
        moment(2026, 3, 2, 10, 1),
        1.10,
        1.11,
    ),
    (GOOD, FileClock.SERVER, moment(2019, 1, 1, 23, 0, 0, 78_000), 1.14605, 1.14643),
    ("2026.03.02\t10:01:00\t1.10\t1.12\t1.09\t1.11\t75\t0\t3", FileClock.SERVER, moment(2026, 3, 2, 10, 1), 1.10, 1.11),
]


@pytest.mark.parametrize(("text", "clock", "time", "bid", "other"), FORMATS)
def test_formats_are_told_by_their_content(  # noqa: PLR0917 - a row of the table
    tmp_path: Path, text: str, clock: FileClock, time: int, bid: float, other: float
) -> None:
    """Each source's rows are read for what they are, with the clock that it writes; no name has to tell."""
    file = ExportFile(write(tmp_path, *text.split("\n"), name="some file.csv"))
    rows = file.part(0)
    assert (file.clock, int(rows["time_msc"][0]), float(rows["bid"][0])) == (clock, time, bid)
    assert other == (rows["bid"][-1] if file.format.bars else rows["ask"][0])


@pytest.mark.parametrize(
    ("prices", "digits"),
    [
        (("1.101E+00", "1.1020e0"), 4),
        (("1.2345e-05", "0.00001236"), 9),
        (("6.70e4", "67010"), 0),
        (("67000.0", "67001"), 1),
    ],
)
def test_decimals_are_those_of_the_prices(tmp_path: Path, prices: tuple[str, str], digits: int) -> None:
    """Also where a program wrote them with an exponent."""
    path = write(tmp_path, TICKS, "2026.03.02\t10:00:00\t{}\t{}\t\t\t6".format(*prices))
    assert ExportFile(path).digits == digits


@pytest.mark.parametrize("first", ["0", "0.00", ""])
def test_a_price_of_zero_is_none(tmp_path: Path, first: str) -> None:
    """An exchange's symbol may have had no deal yet: the first one stands for what was before; 0 is not played."""
    lines = [
        f"2026.03.02\t10:00:0{second}\t0\t0\t{last}\t5\t24" for second, last in enumerate((first, "67001.5", "67002"))
    ]
    rows = rows_of(write(tmp_path, TICKS, *lines))
    assert rows["bid"].tolist() == rows["ask"].tolist() == [67001.5, 67001.5, 67002.0]


def test_rows_may_be_cut_where_only_empty_fields_follow(tmp_path: Path) -> None:
    """Without flags a row may end after its prices, or after its volume; the flags are what changed."""
    path = write(
        tmp_path,
        TICKS.removesuffix("\t<FLAGS>"),
        "2026.03.02\t10:00:00.000\t150.101\t150.104",
        "2026.03.02\t10:00:01.120\t150.102\t150.104\t\t100",
        "",
        "2026.03.02\t10:00:02.450\t150.102\t150.106",
        "",
    )
    rows = rows_of(path)
    assert rows["bid"].tolist() == [150.101, 150.102, 150.102]
    assert rows["flags"].tolist() == [6, 2, 4]
    assert rows["volume"].tolist() == [0, 100, 100]


@pytest.mark.parametrize("zero", ["", "0", "0.00"])
def test_symbols_of_an_exchange_may_have_deals_alone(tmp_path: Path, zero: str) -> None:
    """Where there is neither bid nor ask, the last deal's price stands for both; its volume is a fraction if it is."""
    lines = [f"2026.03.02\t10:00:0{second}\t{zero}\t{zero}\t{67001 + second}.50\t0.0025\t24" for second in range(3)]
    rows = rows_of(write(tmp_path, TICKS, *lines))
    for name in ("bid", "ask", "last"):
        assert rows[name].tolist() == [67001.5, 67002.5, 67003.5]
    assert rows["volume_real"].tolist() == [0.0025] * 3
    assert ExportFile(tmp_path / "EURUSD_ticks.csv").digits == 2


BAD_TICKS = [
    ("2019.01.01\t23:00:00.078\t1.1\t1.2\t\t6", "expected 7 fields separated by tabs, found 6"),
    ("2019.01.01\t23:00:00.078\t1.1\t1.2\t\t\t6\t", "expected 7 fields separated by tabs, found 8"),
    ("01.01.2019\t23:00:00.078\t1.1\t1.2\t\t\t6", "expected a date such as 2019.01.01, found '01.01.2019'"),
    ("03/02/2026\t23:00:00.078\t1.1\t1.2\t\t\t6", "expected a date such as 2019.01.01, found '03/02/2026'"),
    ("1969.12.31\t23:00:00.078\t1.1\t1.2\t\t\t6", "expected a date since 1970, found '1969.12.31'"),
    ("2019.02.30\t23:00:00.078\t1.1\t1.2\t\t\t6", "expected a date such as 2019.01.01, found '2019.02.30'"),
    ("2019.01.01\t23:00\t1.1\t1.2\t\t\t6", "expected a time such as 23:00:00 or 23:00:00.078, found '23:00'"),
    ("2019.01.01\t23:00:00.7x\t1.1\t1.2\t\t\t6", "expected a time such as 23:00:00"),
    ("2019.01.01\t23:00:60\t1.1\t1.2\t\t\t6", "expected a time of day, found '23:00:60'"),
    ("2019.01.01\t23:00:00\t1,1\t1.2\t\t\t6", "expected BID to be a price, found '1,1'"),
    ("2019.01.01\t23:00:00\t1.1.2\t1.2\t\t\t6", "expected BID to be a price, found '1.1.2'"),
    ("2019.01.01\t23:00:00\t-1.1\t1.2\t\t\t6", "expected BID to be a price above 0, found '-1.1'"),
    ("2019.01.01\t23:00:00\t1.1\tnan\t\t\t6", "expected ASK to be a price, found 'nan'"),
    ("2019.01.01\t23:00:00\t1.1\t1e999\t\t\t6", "expected ASK to be a price above 0, found '1e999'"),
    ("2019.01.01\t23:00:00\t1.1\t1.2\t-1\t\t6", "expected LAST to be 0 or more, found '-1'"),
    ("2019.01.01\t23:00:00\t1.1\t1.2\t\t\t6.5", "expected FLAGS to be a whole number of 0 or more, found '6.5'"),
    (f"2019.01.01\t23:00:00\t1.1\t1.2{'0' * 30}\t\t\t6", "expected fields of less than 24 letters"),
]


@pytest.mark.parametrize(("row", "expected"), BAD_TICKS)
def test_bad_rows_are_named(tmp_path: Path, row: str, expected: str) -> None:
    """A bad row among good ones and a blank line refuses the part, by file, line, what was expected and found."""
    path = write(tmp_path, TICKS, GOOD, "", row, GOOD.replace("23:00:00", "23:30:00"))
    with pytest.raises(ReplayError) as caught:
        rows_of(path)
    assert str(caught.value).startswith(f"{path}, line 4: ")
    assert expected in str(caught.value)


BAD_BARS = [
    (BAR, "expected a time later than the one of the line before"),
    (BAR.replace("1.57606", "1.57500").replace("00:00:00", "00:01:00"), "expected LOW <= OPEN, CLOSE <= HIGH"),
    (BAR.replace("\t9", "\t9.5").replace("00:00:00", "00:01:00"), "expected SPREAD to be a whole number"),
]


@pytest.mark.parametrize(("row", "expected"), BAD_BARS)
def test_bad_bars_are_named(tmp_path: Path, row: str, expected: str) -> None:
    """Bars must follow one another and make sense."""
    path = write(tmp_path, BARS, BAR, row)
    with pytest.raises(ReplayError, match=r"line 3") as caught:
        rows_of(path)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Datum,Zeit,Geld,Brief", "x"], "line 1: expected the header <DATE> <TIME> <BID>"),
        (["nonsense"], "found 'nonsense'"),
        ([TICKS], "line 2: expected at least one row"),
        ([BARS], "line 2: expected at least one row"),
        ([], "line 1: expected the header"),
        ([TICKS, "2019.01.01\t23:00:00\t\t1.1\t\t\t4"], "expected at least one <BID>"),
        ([TICKS, "2019.01.01\t23:00:00\t0\t0.0\t0\t0\t6"], "expected at least one <BID>, found none"),
        ([TICKS, "03/02/2026\t23:00:00\t1.1\t1.2\t\t\t6"], "expected a date such as 2019.01.01, found '03/02/2026'"),
        (["Date,Time,Bid,Ask", "x"], "line 2: expected 4 fields separated by commas, found 1"),
    ],
)
def test_wrong_headers_and_empty_files_are_named(tmp_path: Path, lines: list[str], expected: str) -> None:
    """A file of something else, or of nothing, is refused."""
    path = write(tmp_path, *lines)
    with pytest.raises(ReplayError) as caught:
        ExportFile(path)
    assert str(path) in str(caught.value)
    assert expected in str(caught.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """A missing file and a binary one are errors with the file's name, not crashes."""
    binary = tmp_path / "EURUSD.csv"
    binary.write_bytes(b"\xff\xff\x00\x80" * 10)
    for path in (tmp_path / "none.csv", binary):
        with pytest.raises(ReplayError, match=path.name):
            ExportFile(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@given(part=st.integers(150, 4000), bids=st.lists(st.integers(0, 3), min_size=1, max_size=60))
@settings(max_examples=40, deadline=None)
def test_parts_of_any_size_are_the_whole_file(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, part: int, bids: list[int]
) -> None:
    """However a file is cut, and in whatever order its parts are read, its ticks are those of one piece."""
    start = datetime(2026, 3, 2, tzinfo=UTC)
    lines = [f"{start:%Y.%m.%d}\t00:00:00\t1.5\t1.6\t\t\t6"]
    for number, kind in enumerate(bids):
        at = start + timedelta(seconds=number)
        bid = f"1.1{number:04d}" if kind & 1 else ""
        ask = f"1.2{number:04d}" if kind & 2 else ""
        lines.append(f"{at:%Y.%m.%d\t%H:%M:%S}\t{bid}\t{ask}\t\t\t{kind}")
    path = write(tmp_path_factory.mktemp("parts"), TICKS, *lines, encoding=encoding)
    whole = rows_of(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_file, "PART_BYTES", part * 2)
        file = ExportFile(path)
        backward = [file.part(index) for index in reversed(range(len(file)))]
    assert np.concatenate(backward[::-1]).tolist() == whole.tolist()
    assert file.starts.tolist() == [int(rows["time_msc"][0]) for rows in backward[::-1]]
    assert file.last_msc == whole["time_msc"][-1]
