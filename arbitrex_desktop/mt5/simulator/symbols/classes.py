# SPDX-License-Identifier: MIT
"""The conditions of symbols that a file brings: from a `symbols.toml` beside it, or from what class the name is of.

A broker's prefix and suffix do not matter: `mEURUSD`, `EURUSD.raw` and `#EURUSD` are the same pair.  What a class gives
is usual with retail brokers, not any one's own: who knows better writes it into `symbols.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from math import inf, isfinite
from pathlib import Path
from typing import Any, Final, NamedTuple

from arbitrex_desktop.mt5.constants import SymbolCalcMode, SymbolSwapMode, SymbolTradeExecution
from arbitrex_desktop.mt5.simulator.symbols.specs import SYMBOLS, SymbolSpec

SIDECAR: Final = "symbols.toml"

_CURRENCIES: Final = frozenset(
    (
        *("USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK", "PLN", "HUF", "CZK", "RON"),
        *("TRY", "ZAR", "MXN", "SGD", "HKD", "CNH", "CNY", "INR", "RUB", "THB", "ILS", "BRL", "KRW"),
    )
)
_METALS: Final[dict[str, tuple[str, float]]] = {
    "XAU": ("XAU", 100.0),
    "XAG": ("XAG", 5000.0),
    "XPT": ("XPT", 100.0),
    "XPD": ("XPD", 100.0),
    "GOLD": ("XAU", 100.0),
    "SILVER": ("XAG", 5000.0),
}
_CRYPTO: Final = frozenset(
    (
        *("BTC", "ETH", "LTC", "XRP", "BCH", "ADA", "DOT", "SOL", "DOGE", "BNB", "XLM", "EOS", "TRX", "AVAX", "LINK"),
        *("UNI", "XMR", "DASH", "ETC", "ZEC", "NEO", "ATOM", "SHIB", "XTZ"),
    )
)
_STABLE: Final = {"USDT": "USD", "USDC": "USD"}
_OIL: Final = ("USOIL", "UKOIL", "XTIUSD", "XBRUSD", "WTI", "BRENT", "XNGUSD", "NGAS")
_INDICES: Final[dict[str, str]] = {
    **dict.fromkeys(("US30", "DJ30", "DJI", "WS30", "USA30", "US500", "SPX500", "SP500", "USA500", "SPX"), "USD"),
    **dict.fromkeys(("NAS100", "US100", "USTEC", "NDX", "USA100", "US2000", "RTY", "VIX", "CHINA50", "CN50"), "USD"),
    **dict.fromkeys(("GER40", "GER30", "DE40", "DE30", "DAX", "FRA40", "CAC40", "EU50", "EUSTX50", "STOXX50"), "EUR"),
    **dict.fromkeys(("ESP35", "SPA35", "ITA40", "NETH25", "NED25"), "EUR"),
    **dict.fromkeys(("UK100", "FTSE100", "FTSE"), "GBP"),
    **dict.fromkeys(("JP225", "JPN225", "NIK225", "NI225", "N225"), "JPY"),
    **dict.fromkeys(("AUS200", "AU200", "ASX200"), "AUD"),
    **dict.fromkeys(("HK50", "HKG50", "HSI"), "HKD"),
    **dict.fromkeys(("SWI20", "SMI20", "CH20"), "CHF"),
}
_SHARE: Final = re.compile(r"#[A-Z]{1,6}|[A-Z]{1,6}\.(?:US|NAS|NYSE|NYS|OQ|N|DE|UK|L|PA|AS|MC|MI|HK)")
_MONEY: Final = frozenset({"base", "profit", "margin"})
_CURRENCY: Final = re.compile(r"[A-Z][A-Z0-9]{2,4}")
_LEAST: Final = 1e-8
_ABOVE: Final = ("contract_size", "volume_min", "volume_max", "volume_step", "ticks_per_second")
_FROM_ZERO: Final = (
    "spread",
    "stops_level",
    "freeze_level",
    "margin_initial",
    "face_value",
    "volume_limit",
    "commission",
)
_BOUNDS: Final[dict[str, tuple[float, float]]] = {
    **dict.fromkeys(_ABOVE, (_LEAST, inf)),
    **dict.fromkeys(_FROM_ZERO, (0.0, inf)),
    "digits": (0, 10),
    "triple_swap_day": (0, 6),
}
_EXPECTED: Final[dict[str, str]] = {
    **dict.fromkeys(_MONEY, "a currency in capitals"),
    **dict.fromkeys(_ABOVE, "a number above 0"),
    **dict.fromkeys(_FROM_ZERO, "0 or more"),
    "digits": "from 0 to 10",
    "triple_swap_day": "from 0, Sunday, to 6",
}
_NUMBERED: Final = frozenset({"calc_mode", "execution", "filling", "swap_mode", "driver"})


class FoundSpec(NamedTuple):
    """The conditions of a symbol, and where they come from as a text; `sure` is False where nothing was known of it."""

    spec: SymbolSpec
    origin: str
    sure: bool = True


class SidecarError(ValueError):
    """A `symbols.toml` cannot be used; the text names the file, and what was expected."""


def read_sidecar(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return the properties by symbol that a folder's `symbols.toml` gives, none without one.

    A table a symbol, with fields of `SymbolSpec`.  Raises `SidecarError`.
    """
    path = folder / SIDECAR
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise SidecarError(f"{path}: expected TOML: {error}") from error
    known = {field.name: field for field in fields(SymbolSpec)}
    for symbol, table in tables.items():
        if not isinstance(table, dict):
            raise SidecarError(f"{path}: expected a table [{symbol}], found {table!r}")
        for name, value in table.items():
            _check(f"{path}, [{symbol}]", name, value, known)
        _check_volumes(f"{path}, [{symbol}]", table)
    return tables


def _check(where: str, name: str, value: object, known: Mapping[str, Any]) -> None:
    if name not in known or name == "name" or name in _NUMBERED:
        allowed = ", ".join(sorted({*known} - {"name"} - _NUMBERED))
        raise SidecarError(f"{where}: expected one of {allowed}; found {name!r}")
    kind = str(known[name].type)
    fits = isinstance(value, str) if kind == "str" else isinstance(value, int | float) and not isinstance(value, bool)
    if not fits or (kind == "int" and not isinstance(value, int)):
        raise SidecarError(f"{where}: expected {name} to be of kind {kind}, found {value!r}")
    if isinstance(value, str):
        sound = bool(_CURRENCY.fullmatch(value)) if name in _MONEY else True
    else:
        least, most = _BOUNDS.get(name, (-inf, inf))
        sound = isinstance(value, int | float) and isfinite(value) and least <= value <= most
    if not sound:
        raise SidecarError(f"{where}: expected {name} to be {_EXPECTED.get(name, 'a number')}, found {value!r}")


def _check_volumes(where: str, table: Mapping[str, Any]) -> None:
    least, most = table.get("volume_min", 0.0), table.get("volume_max", inf)
    if least > most:
        raise SidecarError(f"{where}: expected volume_min to be no more than volume_max, found {least:g} and {most:g}")


def spec_of(name: str, digits: int, given: Mapping[str, Any] | None = None) -> FoundSpec:
    """Return the conditions of a symbol whose prices have so many digits; `given` are properties from a sidecar."""
    found = _classified(name)
    spec = replace(found.spec, name=name, digits=digits)
    if not given:
        return found._replace(spec=spec)
    return FoundSpec(replace(spec, **given), f"as {SIDECAR} says", sure=True)


def _classified(name: str) -> FoundSpec:
    if name in SYMBOLS:
        return FoundSpec(SYMBOLS[name], "the simulated broker's own symbol")
    upper = name.upper()
    for found in (_index(upper), _metal(upper), _crypto(upper), _pair(upper), _oil(upper), _share(upper)):
        if found is not None:
            return found
    plain = _cfd(upper, "Other", "USD", 1.0)
    origin = f"unknown: taken for a contract for difference of 1 unit in USD; put what it is into {SIDECAR}"
    return FoundSpec(plain, origin, sure=False)


def _starts(upper: str, names: Iterable[str]) -> str | None:
    """Return which of some names a symbol begins with, after marks and perhaps a letter; the longest one."""
    bare = upper.lstrip(".#@_")
    fitting = [name for name in names if bare.startswith(name) and not bare[len(name) : len(name) + 1].isdigit()]
    return max(fitting, key=len, default=None)


def _index(upper: str) -> FoundSpec | None:
    found = _starts(upper, _INDICES)
    if found is None:
        return None
    return FoundSpec(_cfd(upper, "Indices", _INDICES[found], 1.0), f"an index, 1 {_INDICES[found]} a point and lot")


def _metal(upper: str) -> FoundSpec | None:
    found = next((name for name in _METALS if name in upper), None)
    if found is None:
        return None
    base, contract = _METALS[found]
    quote = next((code for code in _CURRENCIES if f"{found}{code}" in upper), "USD")
    known = SYMBOLS.get(base + quote, SYMBOLS[f"{base}USD"])
    spec = replace(known, base=base, profit=quote, margin=quote, contract_size=contract)
    return FoundSpec(spec, f"a metal, {contract:g} ounces a lot, in {quote}")


def _crypto(upper: str) -> FoundSpec | None:
    match = re.search(rf"({'|'.join(sorted(_CRYPTO, key=len, reverse=True))})[/_.-]?(USDT|USDC|[A-Z]{{3}})", upper)
    if match is None or (match[2] not in _STABLE and match[2] not in _CURRENCIES):
        return None
    quote = _STABLE.get(match[2], match[2])
    spec = replace(_cfd(upper, "Crypto", quote, 1.0), base=match[1], volume_min=0.01, volume_step=0.01)
    return FoundSpec(spec, f"a crypto currency, 1 {match[1]} a lot, in {quote}")


def _pair(upper: str) -> FoundSpec | None:
    letters = re.sub(r"[/_-]", "", upper)
    windows = (letters[place : place + 6] for place in range(len(letters) - 5))
    found = next((pair for pair in windows if {pair[:3], pair[3:]} <= _CURRENCIES and pair[:3] != pair[3:]), None)
    if found is None:
        return None
    base, quote = found[:3], found[3:]
    known = SYMBOLS.get(found, SYMBOLS["AUDCAD"])
    spec = replace(known, description=f"{base} against {quote}", base=base, profit=quote, margin=base)
    return FoundSpec(spec, f"a currency pair, {spec.contract_size:g} {base} a lot, in {quote}")


def _oil(upper: str) -> FoundSpec | None:
    if _starts(upper, _OIL) is None:
        return None
    return FoundSpec(_cfd(upper, "Energies", "USD", 1000.0), "oil or gas, 1000 units a lot, in USD")


def _share(upper: str) -> FoundSpec | None:
    if _SHARE.fullmatch(upper) is None:
        return None
    shares = replace(_cfd(upper, "Shares", "USD", 1.0), volume_min=1.0, volume_step=1.0, calc_mode=SymbolCalcMode.CFD)
    return FoundSpec(shares, "a share, 1 a lot, in USD")


def _cfd(name: str, group: str, currency: str, contract: float) -> SymbolSpec:
    """Return a contract for difference with usual conditions."""
    return SymbolSpec(
        name=name,
        group=group,
        description=f"{name}, replayed",
        base=currency,
        profit=currency,
        margin=currency,
        digits=2,
        contract_size=contract,
        spread=1,
        ticks_per_second=1.0,
        calc_mode=SymbolCalcMode.CFDLEVERAGE,
        execution=SymbolTradeExecution.MARKET,
        volume_min=0.1,
        volume_max=1000.0,
        volume_step=0.1,
        swap_mode=SymbolSwapMode.INTEREST_CURRENT,
        swap_long=-6.5,
        swap_short=1.5,
        commission=0.0,
    )
