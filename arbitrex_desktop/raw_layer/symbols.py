# SPDX-License-Identifier: MIT
"""Which of a broker's symbols a plain name means: `EURUSD` where the broker lists `EURUSDm` or `EURUSD.r`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from arbitrex_desktop.mt5.commands import ListedSymbol

_NAMED: Final = 5
"""How many candidates a message names."""

_QUOTED_IN: Final = (
    *("USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK", "PLN", "HUF", "CZK", "RON", "TRY"),
    *("ZAR", "MXN", "BRL", "SGD", "HKD", "CNH", "CNY", "INR", "KRW", "THB", "ILS", "RUB", "BTC", "ETH"),
)
_PAIR: Final = re.compile(f"[A-Z]{{3}}(?:{'|'.join(_QUOTED_IN)})")
"""A name in capitals that ends with a currency; `GDAXIM` and `CHINAH` have six letters and are none."""
_MARKS: Final = re.compile(r"[/_\- ]")
_NO_LETTERS: Final = re.compile(r"[^A-Z0-9]")
_SUFFIX: Final = re.compile(r"[^A-Z0-9].*|[A-Z]{1,2}[^A-Z0-9]*|(?:CASH|MINI|MICRO|CENT|SPOT|PRO|ECN|RAW|STD)[^A-Z0-9]*")
"""What may follow an index's name, so that `DAX` is no `DAXONE`: a mark with anything, or a usual ending."""

_PREFIX: Final = re.compile(r"\A[A-Z]{1,3}[._-]+(?=[A-Z0-9]{3})")
"""What may stand before an index's name, as in `FX.US30`."""
_COINS: Final = frozenset(("BTC", "ETH", "LTC", "XRP", "BCH", "ADA", "DOT", "SOL", "DOGE", "BNB"))

_METALS: Final = {"GOLD": "XAU", "SILVER": "XAG"}

# fmt: off
_SAME: Final[tuple[frozenset[str], ...]] = tuple(map(frozenset, (
    ("US30", "DJ30", "DJI30", "WS30", "USA30", "DJIA", "WALLSTREET30"),
    ("US500", "SPX500", "SP500", "USA500", "SPX"),
    ("US100", "NAS100", "USTEC", "NDX100", "NDX", "USA100", "USTECH100"),
    ("GER40", "DE40", "DAX40", "GER30", "DE30", "DAX", "GDAXI", "GDAXIM"),
    ("UK100", "FTSE100", "FTSE"),
    ("FRA40", "CAC40", "FR40"),
    ("EU50", "EUSTX50", "STOXX50", "EURO50", "ESTX50"),
    ("JP225", "JPN225", "NIK225", "NI225", "N225"),
    ("AUS200", "AU200", "ASX200"),
    ("HK50", "HKG50", "HSI"),
    ("CHINA50", "CN50", "CHINAA50"),
    ("CHINAH", "CHN.H", "HSCEI"),
    ("XAUUSD", "GOLD"),
    ("XAGUSD", "SILVER"),
    ("XTIUSD", "USOIL", "WTI", "USCRUDE"),
    ("XBRUSD", "UKOIL", "BRENT", "UKBRENT"),
)))
# fmt: on
"""Names that brokers give to the same index, metal or oil, in capitals."""
_KNOWN: Final = frozenset().union(*_SAME)


@dataclass(frozen=True, slots=True)
class SymbolChoice:
    """What a person added to the symbols that are watched, and took away from them; the broker's names."""

    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()


class UnknownSymbol(ValueError):  # noqa: N818 - a finding, named as one
    """A name that means none of the broker's symbols, or several; the text says so, with the nearest candidates."""


@dataclass(frozen=True, slots=True)
class SymbolBook:
    """All symbols that a broker lists; frozen, so that any thread may ask.

    Attributes:
        listed: the symbols; empty where the terminal could not list them, so that every name is taken as it is
    """

    listed: tuple[ListedSymbol, ...] = ()

    def resolve(self, name: str, watched: Collection[str] = ()) -> str:
        """Return the broker's symbol of that name, exactly or in plain words.

        Of several candidates one that is watched goes first, then one in Market Watch, one that may be traded in full,
        one that has the very letters (`XAUUSD.` before `GOLD`), the shortest.  Raises `UnknownSymbol` where there is
        none, or none goes first.
        """
        if not self.listed or name in watched or any(one.name == name for one in self.listed):
            return name
        found = self.candidates(name)
        if not found:
            raise UnknownSymbol(f"the broker does not have it{self._nearest(name)}")

        letters = _MARKS.sub("", name.strip().upper())

        def order(one: ListedSymbol) -> tuple[bool, bool, bool, bool, int]:
            other = letters not in _MARKS.sub("", one.name.upper())
            return one.name not in watched, not one.visible, not one.tradable, other, len(one.name)

        ranked = sorted(found, key=order)
        first = [one.name for one in ranked if order(one) == order(ranked[0])]
        if len(first) > 1:
            raise UnknownSymbol(f"the broker has several of that name: {_some(first)}; use the name of one")
        return first[0]

    def candidates(self, name: str) -> list[ListedSymbol]:
        """Return the symbols that a plain name may mean, in the broker's order."""
        plain = _MARKS.sub("", name.strip().upper())
        names = next((same for same in _SAME if plain in same), frozenset((plain,)))
        return [one for one in self.listed if any(_means(one, each) for each in names)] if plain else []

    def watch_list(
        self, wanted: Sequence[str], watched: Collection[str], *, shown: bool
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return the broker's symbol by name that is wanted, and the reason by name that cannot be had.

        With `shown` the symbols that Market Watch shows are among them, under their own names.
        """
        found: dict[str, str] = {}
        missing: dict[str, str] = {}
        for name in wanted:
            try:
                found[name] = self.resolve(name, watched)
            except UnknownSymbol as unknown:
                missing[name] = str(unknown)
        return found | ({one.name: one.name for one in self.listed if one.visible} if shown else {}), missing

    def in_words(self, name: str, symbol: str) -> str:
        """Return which symbol a plain name was taken for, and what else it could have been."""
        others = [one.name for one in self.candidates(name) if one.name != symbol]
        return f"{symbol}, rather than {_some(others)}" if others else symbol

    def _nearest(self, name: str) -> str:
        names = {one.name.upper(): one.name for one in self.listed if name[:3].upper() in one.name.upper()}
        close = [names[each] for each in get_close_matches(name.upper(), names, _NAMED, 0.5)]
        same = next((each for each in _SAME if name.upper() in each), frozenset())
        close += [one.name for one in self.listed if _bare(one.name.upper()) in same and one.name not in close]
        return f"; nearest: {_some(close)}" if close else ""


@lru_cache(maxsize=4096)
def is_called(symbol: str, base: str, profit: str, name: str) -> bool:
    """Return whether a symbol, with its currencies, is of that name, exactly or in plain words."""
    plain = _MARKS.sub("", name.strip().upper())
    one = ListedSymbol(symbol, base, profit, visible=True, tradable=True)
    names = next((same for same in _SAME if plain in same), frozenset((plain,)))
    return symbol == name or (bool(plain) and any(_means(one, each) for each in names))


def _means(one: ListedSymbol, plain: str) -> bool:
    """Return whether a symbol is what a plain name says: a pair by its currencies, all else by how its name begins."""
    name = _letters(one.name)
    base, profit = plain[:3], plain[3:]
    if _PAIR.fullmatch(plain) and plain in name:
        # Some brokers give a metal or a coin the currency of its price as the base.
        own_price = (base.startswith("X") or base in _COINS) and one.base == one.profit
        if one.profit == profit and (one.base == base or own_price):
            return True
    bare = _bare(one.name.upper())
    rest = bare.removeprefix(plain)
    # `GOLD` is a mining share with some brokers: a metal's word counts only where the metal is what is bought.
    if one.base != _METALS.get(plain, one.base):
        return False
    if not bare.startswith(plain) or _PAIR.fullmatch(plain):
        return False
    if _is_index(plain):  # `US30USD`, `DE30EUR`
        rest = rest.removeprefix(one.profit)
    return not rest or (bool(_SUFFIX.fullmatch(rest)) and (_is_marked(one.name, rest) or _is_index(plain)))


@lru_cache(maxsize=8192)
def _letters(name: str) -> str:
    """Return letters and digits of a name, in capitals; kept, since thousands are looked at for each that is typed."""
    return _NO_LETTERS.sub("", name.upper())


@lru_cache(maxsize=8192)
def _bare(upper: str) -> str:
    """Return a name in capitals without what stands before it, and without strokes."""
    return _MARKS.sub("", _PREFIX.sub("", upper.lstrip(".#@["), count=1))


def _is_index(plain: str) -> bool:
    """Return whether capitals right behind a name are the broker's: `US30M` is `US30`, but `AAPLX` is no `AAPL`."""
    return plain in _KNOWN or plain[-1].isdigit()


def _is_marked(name: str, rest: str) -> bool:
    """Return whether the rest of a name begins with a mark, or is in small letters."""
    ending = _MARKS.sub("", name)[-len(rest) :]
    return not ending[0].isalnum() or ending.lower() == ending or name[-len(rest) - 1] in "_- "


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
