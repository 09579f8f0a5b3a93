# SPDX-License-Identifier: MIT
"""Columns of closed trades: words for what is there, a dash for what is not, and room for any month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from arbitrex_desktop.desk.review.views import ReviewQuery
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.models.closed import ClosedRow, closed_columns, closed_rows, trade_text
from arbitrex_desktop.ui.models.desk import notice_columns
from tests.fakes.review import FakeReview, closed_trade

NOW = datetime(2026, 12, 31, 12, 0, tzinfo=UTC)


def texts(row: ClosedRow) -> dict[str, str]:
    """Return a row's cells by their titles."""
    columns = closed_columns(lambda moment: formats.short_time(moment, NOW))
    return {column.title: column.text(row) for column in columns}


@pytest.mark.parametrize("month", range(1, 13))
def test_a_moment_of_any_month_has_room(month: int, qapp: QApplication) -> None:
    """The column's sample is as wide as the widest month, or its numbers would be hidden."""
    metrics = QFontMetrics(qapp.font())
    said = formats.short_time(datetime(2026, month, 28, 8, 8, tzinfo=UTC), NOW)
    for column in (closed_columns(str)[0], notice_columns(str)[0]):
        assert metrics.horizontalAdvance(said) <= metrics.horizontalAdvance(column.sample)


def test_amounts_in_the_tip_have_their_currency() -> None:
    """No heading says there of what they are."""
    trade = replace(closed_trade(1), profit=-120.0, commission=-1.0, swap=0.5, fee=0.0)
    tip = closed_columns(str)[0].tip
    assert tip is not None
    minus = "\N{MINUS SIGN}"
    costs = f"commission {minus}1.00 EUR, swap +0.50 EUR, fees 0.00 EUR"
    assert f"Price {minus}120.00 EUR, {costs}" in tip(ClosedRow(trade, 5, 2, "EUR"))


def test_a_part_and_an_unknown_entry_are_said() -> None:
    """Nothing is made up."""
    trade = replace(closed_trade(1), volume=0.5, entry=None, opened_at=None, first_stop=None, slippage_points=None)
    cells = texts(ClosedRow(trade, 5, 2))
    assert (cells["Entry"], cells["R"], cells["Slip"], cells["Open for"]) == (formats.DASH,) * 4
    assert cells["Closed by"] == "stop, partly"
    assert "of 0.50 GBPUSD" in trade_text(ClosedRow(trade, 5, 2))


def test_money_has_the_accounts_decimals() -> None:
    """Yen have none, and gains bear a sign."""
    data = FakeReview([]).read(ReviewQuery(), lambda _words, _share: None)
    yen = replace(data, money_digits=0)
    rows = closed_rows(yen)
    assert texts(rows[0])["Result"] == "+88"
    assert len(rows) == len(yen.trades)


@pytest.mark.parametrize(
    ("price", "digits", "text"), [(0.00012, 5, "+12.0"), (-0.03, 3, "\N{MINUS SIGN}30.0"), (None, 5, formats.DASH)]
)
def test_the_slippage_of_an_exit_is_told_in_points(price: float | None, digits: int, text: str) -> None:
    """Above zero is worse than the stop or target stood; an exit by hand has none."""
    trade = replace(closed_trade(1, 5.0), exit_slippage=price)
    assert texts(ClosedRow(trade, digits, 2))["Exit slip"] == text
