# SPDX-License-Identifier: MIT
"""Plain names on brokers that call their symbols otherwise."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.commands import ListedSymbol
from arbitrex_desktop.raw_layer.symbols import SymbolBook, UnknownSymbol


def pair(
    name: str, base: str = "EUR", profit: str = "USD", *, visible: bool = False, full: bool = True
) -> ListedSymbol:
    """Return a listed currency pair."""
    return ListedSymbol(name, base, profit, visible, full)


def book(*symbols: ListedSymbol) -> SymbolBook:
    """Return the book of a broker."""
    return SymbolBook(symbols)


@pytest.mark.parametrize(
    "name",
    [
        "EURUSDm",
        "EURUSD.r",
        "mEURUSD",
        "#EURUSD",
        "EURUSD.£",
        "GBPUSD!EURUSD",
        "EUR/USD",
        "eurusd_i",
        "EURUSD-ECN",
        "EUR.USD",
        "OANDA:EUR~USD",
    ],
)
def test_a_pair_is_found_whatever_its_prefix_or_suffix(name: str) -> None:
    """Name and currencies tell which pair it is."""
    assert book(pair("GBPUSD", "GBP"), pair(name)).resolve("EURUSD") == name


@pytest.mark.parametrize(
    ("plain", "listed"),
    [
        *[("US30", "DJ30"), ("US30", "US30.cash"), ("US30", "WS30m"), ("GDAXIm", "GER40"), ("US30.cash", "US30.cash")],
        *[("US30", "FX.US30"), ("US30", "C_WS30"), ("MAYM", "FX.MAYM.pro"), ("WTI", "USOIL.cash"), ("AAPL", "AAPL.US")],
        *[
            ("BRENT", "XBRUSD_i"),
            ("BTCUSD", "BTCUSD#"),
            ("GDAXIm", "GDAXIm.r"),
            ("CHINAH", "CHINAH.r"),
            ("MXSHAR", "MXSHAR_x"),
            ("NIFTYX", "NIFTYX-ECN"),
            ("US30", "US30USD"),
            ("US500", "SPX500USD.r"),
        ],
    ],
)
def test_an_index_is_found_by_its_usual_names(plain: str, listed: str) -> None:
    """Brokers give one index many names."""
    assert book(ListedSymbol(listed, "USD", "USD", visible=True, tradable=True)).resolve(plain) == listed


@pytest.mark.parametrize(
    ("plain", "listed"),
    [
        ("US30", ListedSymbol("US3000", "USD", "USD", visible=True, tradable=True)),
        ("DAX", ListedSymbol("DAXHOLDING", "EUR", "EUR", visible=True, tradable=True)),
        ("XAUUSD", ListedSymbol("GOLD.US", "USD", "USD", visible=True, tradable=True)),
        ("EURUSD", ListedSymbol("EURUSDX-GBP", "EUR", "GBP", visible=True, tradable=True)),
        ("AAPL", ListedSymbol("AAPLX", "USD", "USD", visible=True, tradable=True)),
        ("META", ListedSymbol("METAL", "USD", "USD", visible=True, tradable=True)),
        ("F", ListedSymbol("FX", "USD", "USD", visible=True, tradable=True)),
        ("EURUSD", ListedSymbol("EURUSD_VOL", "USD", "USD", visible=True, tradable=True)),
        ("B", ListedSymbol("BRK.B", "USD", "USD", visible=True, tradable=True)),
        ("", ListedSymbol("EURUSD", "EUR", "USD", visible=True, tradable=True)),
    ],
)
def test_what_only_looks_alike_is_not_taken(plain: str, listed: ListedSymbol) -> None:
    """Another instrument is never traded because its name begins alike."""
    with pytest.raises(UnknownSymbol, match="does not have it"):
        book(listed).resolve(plain)


def test_the_very_letters_go_before_another_name() -> None:
    """Where a broker lists gold twice, `XAUUSD` is the one that is called so, though the other's name is shorter."""
    listed = [ListedSymbol(name, "XAU", "USD", visible=True, tradable=True) for name in ("GOLD", "XAUUSD.")]
    assert book(*listed).resolve("XAUUSD") == "XAUUSD."
    assert book(*listed).resolve("gold") == "GOLD"
    assert book(*listed).in_words("XAUUSD", "XAUUSD.") == "XAUUSD., rather than GOLD"


def test_a_name_that_may_be_the_metal_is_told() -> None:
    """`GOLD` in dollars may be the metal or a mine: it is not taken, and is named as the nearest."""
    mine = ListedSymbol("GOLD", "USD", "USD", visible=True, tradable=True)
    with pytest.raises(UnknownSymbol, match="nearest: GOLD"):
        book(mine).resolve("XAUUSD")


def test_the_exact_name_wins() -> None:
    """What the broker lists under the very name is that, though another be in Market Watch."""
    assert book(pair("EURUSDm", visible=True), pair("EURUSD")).resolve("EURUSD") == "EURUSD"


def test_of_several_the_watched_the_visible_the_tradable_and_the_shortest_go_first() -> None:
    """In that order, and what else it could have been is said."""
    several = book(pair("EURUSDm", full=False), pair("EURUSD.raw"), pair("EURUSD.pro.x", visible=True))
    assert several.resolve("EURUSD", watched=("EURUSDm",)) == "EURUSDm"
    assert several.resolve("EURUSD") == "EURUSD.pro.x"
    assert book(*several.listed[:2]).resolve("EURUSD") == "EURUSD.raw"
    assert book(pair("EURUSD.raw"), pair("EURUSDm")).resolve("EURUSD") == "EURUSDm"
    assert several.in_words("EURUSD", "EURUSDm") == "EURUSDm, rather than EURUSD.raw, EURUSD.pro.x"


def test_an_ambiguous_name_is_refused_with_the_candidates() -> None:
    """Where none goes first, the trader says which."""
    with pytest.raises(UnknownSymbol, match=r"several of that name: EURUSDm, EURUSDr; use"):
        book(pair("EURUSDm"), pair("EURUSDr")).resolve("EURUSD")


def test_a_missing_name_is_told_with_the_nearest() -> None:
    """A trader who mistypes sees what is there."""
    with pytest.raises(UnknownSymbol, match="nearest: EURUSDm"):
        book(pair("EURUSDm"), pair("GBPUSD", "GBP")).resolve("EURUSE")


def test_without_a_list_every_name_is_its_own() -> None:
    """A terminal too old to list its symbols is asked for the names as they are."""
    assert SymbolBook().resolve("EURUSD") == "EURUSD"


def test_the_watch_list_has_market_watch_beside_what_is_wanted() -> None:
    """Found by plain name, shown by the terminal, or told as missing."""
    listed = book(pair("EURUSDm"), pair("BTCUSD", "BTC", visible=True))
    found, missing = listed.watch_list(("EURUSD", "GBPUSD"), (), shown=True)
    assert found == {"EURUSD": "EURUSDm", "BTCUSD": "BTCUSD"}
    assert set(missing) == {"GBPUSD"}
    assert listed.watch_list(("EURUSD",), (), shown=False)[0] == {"EURUSD": "EURUSDm"}


@given(st.text(max_size=8), st.lists(st.text(max_size=8), max_size=5))
def test_only_listed_symbols_come_out(name: str, names: list[str]) -> None:
    """Whatever is asked of whatever list: one of the list, or a refusal in words."""
    listed = book(*(pair(each) for each in names), pair("EURUSDm"))
    with suppress(UnknownSymbol):
        assert listed.resolve(name) in {one.name for one in listed.listed}
