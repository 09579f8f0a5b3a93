# SPDX-License-Identifier: MIT
"""The Market Watch's rows follow the board, repaint what changed, and never show an old price as a new one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from arbitrex_desktop.desk.presentation.snapshot import SymbolDay
from arbitrex_desktop.ui.freshness import QUOTE_STALE_S
from arbitrex_desktop.ui.models.quotes import AGE_COLUMN, TREND, QuoteModel, QuoteRow
from arbitrex_desktop.ui.models.table import SORT_ROLE, TONE_ROLE
from arbitrex_desktop.ui.theme.colours import Tone
from tests.fakes.desk_data import quote

NOW = 1_000.0


@pytest.fixture
def model(qapp: QApplication) -> QuoteModel:
    """Return a model of three symbols."""
    del qapp
    model = QuoteModel()
    model.set_symbols([("EURUSD", 5), ("USDJPY", 3), ("XAUUSD", 2)])
    return model


def watch(model: QuoteModel) -> list[tuple[int, int, int]]:
    """Return a list that fills with (row, first column, last column) of cells side by side that read differently."""
    seen: list[tuple[int, int, int]] = []

    def note(changes: Sequence[tuple[int, QuoteRow, QuoteRow]]) -> None:
        for place, before, now in changes:
            differs = [now.cell(column) != before.cell(column) for column in range(model.columnCount())]
            for is_other, group in groupby(range(len(differs)), differs.__getitem__):
                if is_other:
                    columns = list(group)
                    seen.append((place, columns[0], columns[-1]))

    model.rows_changed.connect(note)
    return seen


def cells(model: QuoteModel, row: int) -> list[str]:
    """Return the texts of a row."""
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def test_only_cells_that_read_differently_are_reported(model: QuoteModel) -> None:
    """A tick of one symbol reports its own prices, and not the name, spread, time and age that stayed."""
    model.merge([quote("EURUSD"), quote("USDJPY", 150.0)], NOW, live=True)
    seen = watch(model)
    model.merge([quote("USDJPY", 150.1)], NOW, live=True)
    assert seen == [(1, 2, 3)]
    model.merge([quote("USDJPY", 150.2, ticks=99)], NOW + 5, live=True)
    assert seen[1:] == [(1, 2, 3), (1, AGE_COLUMN, AGE_COLUMN)]


def test_rows_are_told_at_once_for_all_quotes_of_a_frame(model: QuoteModel) -> None:
    """However many quotes came, the view is told once, and of shown rows only; of no change it is not told."""
    told: list[list[tuple[int, QuoteRow, QuoteRow]]] = []
    model.rows_changed.connect(told.append)
    model.set_filter("usd")
    model.set_filter("jp")
    model.merge([quote("EURUSD"), quote("USDJPY", 150.0), quote("XAUUSD")], NOW, live=True)
    assert [[(place, now.symbol) for place, _before, now in changes] for changes in told] == [[(0, "USDJPY")]]
    model.merge([quote("EURUSD", 1.3)], NOW, live=True)
    model.set_days([])
    assert len(told) == 1


def test_a_row_shows_prices_in_the_symbols_digits(model: QuoteModel) -> None:
    """Bid and ask have the symbol's decimals, the spread is in pips, the arrow tells the move."""
    model.merge([quote("USDJPY", 150.0, ask=150.012)], NOW + 2, live=True)
    assert cells(model, 1)[:5] == ["USDJPY", "▲", "150.000", "150.012", "1.2"]
    assert cells(model, 1)[AGE_COLUMN] == "2.0 s"
    assert model.index(1, 2).data(TONE_ROLE) == Tone.UP


def test_stale_quotes_turn_grey_and_lose_their_arrow(model: QuoteModel) -> None:
    """Old, or not connected: both are grey, and both come back."""
    model.merge([quote()], NOW, live=True)
    model.age_all(NOW + QUOTE_STALE_S + 1, live=True)
    assert model.index(0, 2).data(TONE_ROLE) == Tone.MUTED
    assert cells(model, 0)[1] == ""
    assert "STALE" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    model.age_all(NOW, live=True)
    assert model.index(0, 2).data(TONE_ROLE) == Tone.UP
    model.age_all(NOW, live=False)
    assert model.index(0, 2).data(TONE_ROLE) == Tone.MUTED


def test_a_name_is_repainted_when_its_price_turns_grey_and_when_it_comes_back(model: QuoteModel) -> None:
    """A fresh price never stands beside a name that is still grey, nor the other way round."""
    model.set_days([DAY])
    whole = (0, 0, AGE_COLUMN)
    seen = watch(model)
    model.merge([quote()], NOW, live=True)
    model.age_all(NOW + QUOTE_STALE_S + 1, live=True)
    model.age_all(NOW, live=True)
    model.age_all(NOW, live=False)
    model.merge([quote(bid=1.2)], NOW, live=True)
    assert seen == [whole] * 5


def test_an_old_quote_of_a_closed_market_is_closed_not_stale(model: QuoteModel) -> None:
    """At the weekend the age column says closed, and the price is grey all the same."""
    model.merge([quote()], NOW, live=True)
    model.age_all(NOW + 1, live=True, market_open=False)
    assert cells(model, 0)[AGE_COLUMN] != "closed"
    model.age_all(NOW + QUOTE_STALE_S + 1, live=True, market_open=False)
    assert cells(model, 0)[AGE_COLUMN] == "closed"
    assert model.index(0, 2).data(TONE_ROLE) == Tone.MUTED
    assert "market closed" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_ageing_repaints_ages_only(model: QuoteModel) -> None:
    """While a quote stays fresh, a second more touches one cell."""
    model.merge([quote()], NOW, live=True)
    seen = watch(model)
    model.age_all(NOW + 1, live=True)
    assert seen == [(0, AGE_COLUMN, AGE_COLUMN)]


def test_a_closed_market_s_rows_are_not_read_again(model: QuoteModel) -> None:
    """For days nothing in them reads differently but at the moments at which it opens or the connection is lost."""
    model.merge([quote()], NOW, live=True)
    model.age_all(NOW + 60, live=True, market_open=False)
    told: list[object] = []
    model.rows_changed.connect(told.append)
    for hour in range(1, 48):
        model.age_all(NOW + 3600 * hour, live=True, market_open=False)
    assert told == []
    assert model.index(0, AGE_COLUMN).data(SORT_ROLE) == pytest.approx(47 * 3600)
    model.age_all(NOW + 3600 * 48, live=False, market_open=False)
    assert cells(model, 0)[AGE_COLUMN] == "2 d"


def test_symbols_sort_by_price_not_by_text(model: QuoteModel) -> None:
    """9 comes before 10; a symbol without a price stands last."""
    model.merge([quote("EURUSD", 10.0), quote("XAUUSD", 9.0)], NOW, live=True)
    model.sort(2, Qt.SortOrder.AscendingOrder)
    assert [row.symbol for row in model.rows] == ["XAUUSD", "EURUSD", "USDJPY"]


def test_the_filter_hides_but_does_not_forget(model: QuoteModel) -> None:
    """A filtered symbol keeps its quotes coming."""
    model.set_filter(" usd ")
    model.set_filter("jpy")
    assert [row.symbol for row in model.rows] == ["USDJPY"]
    model.merge([quote("EURUSD", 1.5)], NOW, live=True)
    model.set_filter("")
    assert len(model.rows) == 3
    row = model.quote_of("EURUSD")
    assert row is not None
    assert row.quote is not None
    assert row.quote.bid == 1.5
    assert model.quoted == 1


def test_quotes_of_unknown_symbols_are_ignored_and_new_lists_keep_prices(model: QuoteModel) -> None:
    """The list of symbols is the board's; a changed list keeps what is known."""
    model.merge([quote("NOSUCH"), quote("EURUSD")], NOW, live=True)
    assert model.quote_of("NOSUCH") is None
    model.set_symbols([("GBPUSD", 5), ("EURUSD", 4)])
    assert model.listed == [("GBPUSD", 5), ("EURUSD", 4)]
    assert model.quoted == 1
    assert model.newest_age(NOW + 3) == 3.0
    assert QuoteModel().newest_age(NOW) == float("inf")


def test_a_symbol_without_price_shows_dashes(model: QuoteModel) -> None:
    """Nothing is known, nothing is invented."""
    assert set(cells(model, 0)[2:]) == {"\N{EN DASH}", "", "no price"}
    assert "no price yet" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    model.age_all(NOW, live=True)


DAY = SymbolDay("EURUSD", "Forex", "Euro against US Dollar", 1.0, 1.15, 0.98)


def row_of(model: QuoteModel, symbol: str = "EURUSD") -> QuoteRow:
    """Return a symbol's row."""
    row = model.quote_of(symbol)
    assert row is not None
    return row


def test_the_day_goes_on_with_the_bid(model: QuoteModel) -> None:
    """Change from the day before; high and low as the broker told, or the present bid where it is beyond them."""
    model.merge([quote("EURUSD", 1.1)], NOW, live=True)
    model.set_days([DAY])
    assert row_of(model).change == pytest.approx(0.1)
    assert (row_of(model).high, row_of(model).low) == (1.15, 0.98)
    model.merge([quote("EURUSD", 1.2)], NOW, live=True)
    assert (row_of(model).high, row_of(model).low) == (1.2, 0.98)
    model.age_all(NOW + 1, live=True)
    assert row_of(model).day == DAY


def test_a_day_that_the_broker_does_not_tell_is_not_made_up(model: QuoteModel) -> None:
    """No change and no range from a quote alone."""
    model.merge([quote("EURUSD", 1.1)], NOW, live=True)
    model.set_days([SymbolDay("EURUSD")])
    assert (row_of(model).change, row_of(model).high, row_of(model).low) == (None, None, None)


def test_new_days_repaint_what_reads_differently(model: QuoteModel) -> None:
    """The same day again paints nothing; the columns of the day are reported once."""
    model.merge([quote("EURUSD", 1.1)], NOW, live=True)
    seen = watch(model)
    model.set_days([DAY])
    first = len(seen)
    assert first > 0
    model.set_days([DAY])
    assert len(seen) == first


@pytest.mark.parametrize(
    ("text", "found"), [("usd jp", ["USDJPY"]), ("jp usd", ["USDJPY"]), ("euro DOLLAR", ["EURUSD"]), ("usd xx", [])]
)
def test_the_filter_takes_parts_in_any_order(model: QuoteModel, text: str, found: list[str]) -> None:
    """Every part has to be in the name or in the broker's words for it."""
    model.set_days([DAY])
    model.set_filter(text)
    assert [row.symbol for row in model.rows] == found


def test_a_group_narrows_the_list(model: QuoteModel) -> None:
    """Groups are the broker's; a symbol without one is in none."""
    model.set_days([DAY])
    assert model.groups == ["Forex"]
    model.set_group("Forex")
    assert [row.symbol for row in model.rows] == ["EURUSD"]


def test_what_may_be_done_in_a_symbol_is_told(model: QuoteModel) -> None:
    """No price, open, stale, closed, or what the broker restricts."""
    assert row_of(model).market == "no price"
    model.merge([quote()], NOW, live=True)
    assert row_of(model).market == "open"
    model.age_all(NOW + QUOTE_STALE_S + 1, live=True)
    assert row_of(model).market == "stale"
    model.age_all(NOW + QUOTE_STALE_S + 1, live=True, market_open=False)
    assert row_of(model).market == "closed"
    model.set_days([SymbolDay("EURUSD", restriction="close only")])
    assert row_of(model).market == "close only"


def test_the_curve_ends_at_the_present_bid(model: QuoteModel) -> None:
    """Its place within the curve is told in steps, so that it is painted anew when it has moved by a pixel."""
    model.merge([quote("EURUSD", 1.5)], NOW, live=True)
    model.set_closes("EURUSD", (1.0, 2.0))
    assert cells(model, 0)[TREND] == "50 %"
    model.merge([quote("EURUSD", 3.0)], NOW, live=True)
    assert cells(model, 0)[TREND] == "100 %"
