# SPDX-License-Identifier: MIT
"""The gauges show what the rules say of the account, and turn amber before it is too late."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect
from pytestqt.qtbot import QtBot

from arbitrex_desktop.risk_portfolio_manager import Outcome, Verdict
from arbitrex_desktop.ui.bars.gauges import TITLES, GaugeStrip, gauges_of
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.desk_data import account_row, risk_row

Make = Callable[..., Freshness]


def limit(code: str, observed: float, most: float, unit: str = "share") -> Verdict:
    """Return how much of a limit is used."""
    return Verdict(code, Outcome.PASS, observed, most, unit, f"{code} {observed}, limit {most}")


def near(share: float) -> object:
    """Return what a share may be."""
    return pytest.approx(share, abs=1e-4)


def gauge(verdict: Verdict) -> tuple[str, str, str, float | None, Tone]:
    """Return what a limit's gauge shows."""
    found = gauges_of(account_row(), risk_row(limits=(verdict,)))[1]
    return found.title, found.value, found.limit, found.share, found.tone


@pytest.mark.parametrize(
    ("verdict", "shown"),
    [
        (limit("MAX_DRAWDOWN_EXCEEDED", 0.012, 0.1), ("Drawdown", "1.2 %", "of 10.0 %", near(0.12), Tone.TEXT)),
        (limit("DAILY_LOSS_LIMIT", 0.016, 0.02), ("Day loss", "1.6 %", "of 2.0 %", near(0.8), Tone.WARN)),
        (limit("WEEKLY_LOSS_LIMIT", 0.05, 0.05), ("Week loss", "5.0 %", "of 5.0 %", 1.0, Tone.BAD)),
        (limit("TOTAL_EXPOSURE_LIMIT", 0.307, 15.0), ("Exposure", "0.3x", "of 15.0x", near(0.0205), Tone.TEXT)),
        (limit("TOTAL_EXPOSURE_LIMIT", 9.1, 15.0), ("Exposure", "9.1x", "of 15.0x", near(0.6067), Tone.TEXT)),
        (limit("MARGIN_LEVEL_LIMIT", 230.0, 200.0, "%"), (
            "Margin level", "230 %", "\N{GREATER-THAN OR EQUAL TO} 200 %", near(0.8696), Tone.WARN,
        )),
        (limit("OPEN_RISK_LIMIT", 1_640.0, 20_000.0, "money"), (
            "Open risk", "1,640", "of 20,000", near(0.082), Tone.TEXT,
        )),
        (limit("OPEN_RISK_LIMIT", 164_000.0, 2_000_000.0, "money"), (
            "Open risk", "164k", "of 2.0M", near(0.082), Tone.TEXT,
        )),
        (limit("OPEN_RISK_LIMIT", 21_640_000.0, 122_000_000.0, "money"), (
            "Open risk", "21.6M", "of 122M", near(0.1774), Tone.TEXT,
        )),
        (limit("MAX_POSITIONS_REACHED", 8.0, 8.0, "count"), ("Positions", "8", "of 8", 1.0, Tone.WARN)),
        (limit("VALUE_AT_RISK_LIMIT", 0.0, 0.0), ("VaR 1 day", "0.0 %", "of 0.0 %", 0.0, Tone.TEXT)),
    ],
)  # fmt: skip
def test_a_limit_says_how_much_of_it_is_used(verdict: Verdict, shown: tuple[object, ...]) -> None:
    """Figure, limit, share and colour: amber from 80 %, red at the limit; all places taken is no breach."""
    assert gauge(verdict) == shown


def test_figure_and_limit_have_room_side_by_side_in_any_currency(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """A sum in yen, too, stands beside what it is held against: without that it says nothing."""
    strip = GaugeStrip(theme)
    qtbot.addWidget(strip)
    pictures = []
    for most in (30_000_000.0, 33_000_000.0):
        verdict = limit("OPEN_RISK_LIMIT", 21_640_000.0, most, "money")
        strip.resize(400, strip.height())
        strip.show_state(fresh(risk=risk_row(limits=(verdict,))))
        # The figures above the bar, which differs in any case.
        pictures.append(strip.grab(QRect(0, 0, 400, 32)).toImage())
    assert pictures[0] != pictures[1]


def test_equity_stands_first_with_the_days_result() -> None:
    """Measured from the day's anchor, floating profit included."""
    first = gauges_of(account_row(equity=100_412.35), risk_row(day_anchor=100_000.0))[0]
    assert (first.title, first.value, first.limit) == ("Equity", "100,412.35", "today +412.35 EUR")
    unknown = gauges_of(account_row(), risk_row(day_anchor=None))[0]
    assert unknown.limit == "EUR"


def test_without_an_account_there_are_none() -> None:
    """Zeros would be numbers that lie."""
    assert gauges_of(None, risk_row()) == ()
    assert gauges_of(account_row(), None) == ()


def test_what_has_no_room_is_left_out_the_calmest_first(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """Narrow, the strip shows the most telling gauges whole; it paints fresh and stale figures differently."""
    strip = GaugeStrip(theme)
    qtbot.addWidget(strip)
    limits = tuple(limit(code, 0.5, 1.0) for code in TITLES)
    strip.resize(1400, strip.height())
    strip.show_state(fresh(risk=risk_row(limits=limits)))
    assert [each.title for each in strip.shown] == ["Equity", *TITLES.values()]
    bright = strip.grab().toImage()
    strip.show_state(fresh(age=60.0, risk=risk_row(limits=limits)))
    assert strip.grab().toImage() != bright
    strip.resize(260, strip.height())
    assert [each.title for each in strip.shown] == ["Equity", "Drawdown"]
    assert "Drawdown 50.0 % of 100.0 %" in strip.accessibleDescription()
    near_its_limit = (*limits[1:], limit("MAX_DRAWDOWN_EXCEEDED", 0.5, 1.0), limit("NET_EXPOSURE_LIMIT", 0.9, 1.0))
    strip.show_state(fresh(risk=risk_row(limits=near_its_limit)))
    assert [each.title for each in strip.shown] == ["Equity", "Net exposure"]
