# SPDX-License-Identifier: MIT
"""MetaTrader's exports are read whole, or refused with file, line and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from arbitrex_desktop.mt5.simulator.replay.replay_files import ReplayError, read_export

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
    file = read_export(path)
    assert (file.symbol, file.digits) == ("EURUSD", 5)
    assert file.rows["bid"].tolist() == [1.14605, 1.14605, 1.146, 1.146]
    assert file.rows["ask"].tolist() == [1.14643, 1.1465, 1.1465, 1.1465]
    assert file.rows["last"].tolist() == [0.0, 0.0, 1.1462, 1.1462]
    assert file.rows["volume"].tolist() == [0, 0, 3, 3]
    assert file.rows["flags"].tolist() == [6, 4, 26, 0]
    assert (file.rows["time_msc"] % 86_400_000).tolist() == [82_800_078, 82_800_078, 82_801_000, 82_801_000]


def test_a_file_that_begins_without_a_bid_takes_the_first_one(tmp_path: Path) -> None:
    """Before the first bid there is none to repeat, so the first that comes stands for it."""
    path = write(tmp_path, TICKS, "2019.01.01\t23:00:00\t\t1.14650\t\t\t4", GOOD.replace("00.078", "01.078"))
    assert read_export(path).rows["bid"].tolist() == [1.14605, 1.14605]


def test_bars_become_four_ticks(tmp_path: Path) -> None:
    """A rising bar sees its low first, a falling one its high; the ask is the bid and the bar's spread."""
    falling = "2012.02.01\t00:01:00\t1.57580\t1.57590\t1.57550\t1.57560\t4\t0\t12"
    file = read_export(write(tmp_path, BARS, BAR.replace("1.57580\t4", "1.57600\t4"), falling, name="GBPUSD_M1.csv"))
    assert file.rows["bid"].tolist() == [1.57597, 1.57576, 1.57606, 1.576, 1.5758, 1.5759, 1.5755, 1.5756]
    assert file.rows["ask"].tolist()[3:5] == [1.57609, 1.57592]
    offsets = file.rows["time_msc"] - file.rows["time_msc"][0]
    assert offsets.tolist() == [0, 20_000, 40_000, 59_999, 60_000, 80_000, 100_000, 119_999]


def test_daily_bars_have_no_time(tmp_path: Path) -> None:
    """Bars of a day are exported without a time column and last a day."""
    rows = [f"2012.02.0{day}\t1.5\t1.6\t1.4\t1.55\t4\t0\t9" for day in (1, 2, 3)]
    file = read_export(write(tmp_path, DAYS, *rows, name="GBPUSD.daily.csv"))
    assert file.symbol == "GBPUSD"
    assert file.rows["time_msc"][4] - file.rows["time_msc"][0] == 86_400_000


BAD_TICKS = [
    ("2019.01.01\t23:00:00.078\t1.1\t1.2\t\t6", "expected 7 fields separated by tabs, found 6"),
    ("2019-01-01\t23:00:00.078\t1.1\t1.2\t\t\t6", "expected a date such as 2019.01.01, found '2019-01-01'"),
    ("2019.02.30\t23:00:00.078\t1.1\t1.2\t\t\t6", "expected a date"),
    ("2019.01.01\t23:00\t1.1\t1.2\t\t\t6", "expected a time such as 23:00:00"),
    ("2019.01.01\t23:00:00.7\t1.1\t1.2\t\t\t6", "expected a time such as 23:00:00"),
    ("2019.01.01\t23:00:60\t1.1\t1.2\t\t\t6", "expected a time of day"),
    ("2019.01.01\t23:00:00\t1,1\t1.2\t\t\t6", "could not convert string to float: '1,1'"),
    ("2019.01.01\t23:00:00\t-1.1\t1.2\t\t\t6", "expected BID to be a price above 0"),
    ("2019.01.01\t23:00:00\t1.1\tnan\t\t\t6", "expected ASK to be a price above 0"),
    ("2019.01.01\t23:00:00\t1.1\t1.2\t-1\t\t6", "expected LAST to be 0 or more"),
    ("2019.01.01\t23:00:00\t1.1\t1.2\t\t\t", "expected FLAGS to be a whole number"),
    ("2019.01.01\t22:59:59\t1.1\t1.2\t\t\t6", "expected a time no earlier than the one of the line before"),
    ("", "expected 7 fields"),
]


@pytest.mark.parametrize(("row", "expected"), BAD_TICKS)
def test_bad_rows_are_named(tmp_path: Path, row: str, expected: str) -> None:
    """A bad row in the middle of good ones refuses the file, by name, line, and what was expected."""
    path = write(tmp_path, TICKS, GOOD, row, GOOD.replace("23:00:00", "23:30:00"))
    with pytest.raises(ReplayError) as caught:
        read_export(path)
    assert str(caught.value).startswith(f"{path}, line 3: ")
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
        read_export(path)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Date,Time,Bid,Ask", "x"], "line 1: expected the header <DATE> <TIME> <BID>"),
        ([TICKS.replace("\t", ","), GOOD], "line 1: expected the header"),
        ([TICKS], "line 2: expected at least one row"),
        ([BARS], "line 2: expected at least one row"),
        ([], "line 1: expected the header"),
        ([TICKS, "2019.01.01\t23:00:00\t\t1.1\t\t\t4"], "expected at least one <BID>"),
    ],
)
def test_wrong_headers_and_empty_files_are_named(tmp_path: Path, lines: list[str], expected: str) -> None:
    """A file of something else, or of nothing, is refused."""
    path = write(tmp_path, *lines)
    with pytest.raises(ReplayError) as caught:
        read_export(path)
    assert str(path) in str(caught.value)
    assert expected in str(caught.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """A missing file and a binary one are errors with the file's name, not crashes."""
    binary = tmp_path / "EURUSD.csv"
    binary.write_bytes(b"\xff\xff\x00\x80" * 10)
    for path in (tmp_path / "none.csv", binary):
        with pytest.raises(ReplayError, match=path.name):
            read_export(path)
