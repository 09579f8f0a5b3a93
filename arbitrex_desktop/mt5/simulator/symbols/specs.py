# SPDX-License-Identifier: MIT
"""The simulated broker's symbols: contracts, trading conditions and the liveliness of their quotes.

The levels and conditions are plausible for 2026, not any broker's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from arbitrex_desktop.mt5.constants import SymbolCalcMode, SymbolFilling, SymbolSwapMode, SymbolTradeExecution

USD_LEVELS: Final[dict[str, float]] = {
    "USD": 1.0,
    "EUR": 1.15,
    "GBP": 1.32,
    "AUD": 0.655,
    "NZD": 0.575,
    "CAD": 0.714,
    "CHF": 1.245,
    "JPY": 0.00658,
    "SEK": 0.105,
    "NOK": 0.099,
    "DKK": 0.154,
    "PLN": 0.27,
    "HUF": 0.003,
    "CZK": 0.047,
    "RON": 0.225,
    "TRY": 0.024,
    "ZAR": 0.058,
    "MXN": 0.054,
    "SGD": 0.77,
    "HKD": 0.1285,
    "CNH": 0.141,
    "CNY": 0.141,
    "INR": 0.0113,
    "RUB": 0.0125,
    "THB": 0.031,
    "ILS": 0.3,
    "BRL": 0.186,
    "KRW": 0.0007,
    "XAU": 4000.0,
    "XAG": 48.0,
    "XPD": 1400.0,
    "XPT": 1550.0,
    "BTC": 90_000.0,
    "ETH": 3_000.0,
}
"""What one unit of each currency and one ounce of each metal is worth in US dollars, about which it swings."""

PATH_LEVELS: Final[dict[str, float]] = {
    "MAYM": 47_000.0,
    "GDAXIm": 24_000.0,
    "MXSHAR": 1_500.0,
    "CHINAH": 9_300.0,
    "BTC": 90_000.0,
    "ETH": 3_000.0,
    "AAPL": 270.0,
    "MSFT": 480.0,
    "CL": 60.0,
    "GC": 4_020.0,
}
"""The price about which swings what has a path of its own: indices, crypto, shares and futures."""

CURRENCIES: Final = ("USD", "EUR", "GBP", "AUD", "NZD", "CAD", "CHF", "JPY")


@dataclass(frozen=True, slots=True)
class SymbolSpec:
    """A symbol's fixed properties.

    Attributes:
        group: the folder in the broker's tree
        base, profit, margin: currencies of one unit, of its price and of its margin
        digits: decimals of the price
        contract_size: units per lot
        volume_min, volume_max, volume_step, volume_limit: lots; a limit of 0 is none
        spread, stops_level, freeze_level: points; the spread is the usual one by day
        ticks_per_second: ticks in a second of an average hour
        swap_long, swap_short: in the unit of `swap_mode` per lot and night
        commission: US dollars per lot and side
        margin_initial: what a lot needs in the margin currency where the broker fixes it, as for futures; 0 where it
            follows from contract and price
        face_value: a bond's, in the profit currency
        triple_swap_day: the day whose night counts three times for the swap, 0 is Sunday
        driver: the price path that moves it, in `PATH_LEVELS`; empty for what is moved by its currencies
    """

    name: str
    group: str
    description: str
    base: str
    profit: str
    margin: str
    digits: int
    contract_size: float
    spread: int
    ticks_per_second: float
    calc_mode: SymbolCalcMode = SymbolCalcMode.FOREX
    execution: SymbolTradeExecution = SymbolTradeExecution.MARKET
    filling: SymbolFilling = SymbolFilling.FOK | SymbolFilling.IOC
    volume_min: float = 0.01
    volume_max: float = 100.0
    volume_step: float = 0.01
    volume_limit: float = 0.0
    stops_level: int = 0
    freeze_level: int = 0
    swap_mode: SymbolSwapMode = SymbolSwapMode.POINTS
    swap_long: float = -3.5
    swap_short: float = -1.2
    commission: float = 3.0
    margin_initial: float = 0.0
    face_value: float = 0.0
    triple_swap_day: int = 3
    driver: str = ""

    @property
    def is_exchange(self) -> bool:
        """Return whether it is dealt in on an exchange, whose ticks tell of deals: their price and volume."""
        return self.calc_mode in (SymbolCalcMode.EXCH_STOCKS, SymbolCalcMode.EXCH_FUTURES)

    @property
    def point(self) -> float:
        """Return the smallest step of the price."""
        return float(round(10.0**-self.digits, self.digits))

    def rounded(self, price: float) -> float:
        """Return the price on the symbol's grid, the very float that its text reads as."""
        return round(price, self.digits)


_FX_SPREADS: Final[dict[str, tuple[int, float]]] = {
    "EURUSD": (6, 3.0),
    "USDJPY": (8, 3.0),
    "GBPUSD": (9, 2.5),
    "AUDUSD": (8, 2.0),
    "USDCHF": (10, 2.0),
    "USDCAD": (10, 2.0),
    "NZDUSD": (12, 1.8),
    "EURJPY": (13, 1.6),
    "GBPJPY": (18, 1.6),
    "EURGBP": (11, 1.6),
    "EURCHF": (15, 1.3),
    "AUDJPY": (15, 1.3),
}
_FX_OTHERS: Final = (
    *("AUDCAD", "AUDCHF", "AUDNZD", "CADCHF", "CADJPY", "CHFJPY", "EURAUD", "EURCAD"),
    *("EURNZD", "GBPAUD", "GBPCAD", "GBPCHF", "NZDCAD", "NZDCHF", "NZDJPY"),
)
_CROSS: Final = (22, 1.1)


def _forex(name: str) -> SymbolSpec:
    """Describe a currency pair; execution and filling differ between families, as they do between brokers."""
    base, quote = name[:3], name[3:]
    spread, ticks = _FX_SPREADS.get(name, _CROSS)
    plain = SymbolSpec(
        name=name,
        group="Forex\\Majors" if "USD" in name else "Forex\\Crosses",
        description=f"{base} against {quote}",
        base=base,
        profit=quote,
        margin=base,
        digits=3 if quote == "JPY" else 5,
        contract_size=100_000.0,
        spread=spread,
        ticks_per_second=ticks,
    )
    if "NZD" in name:
        return replace(plain, filling=SymbolFilling.FOK, stops_level=20, freeze_level=5)
    if "CHF" in name and "USD" not in name:
        return replace(plain, filling=SymbolFilling.IOC, stops_level=15)
    if name in {"GBPAUD", "GBPCAD"}:
        return replace(plain, execution=SymbolTradeExecution.INSTANT, stops_level=30, freeze_level=10)
    return plain


_METALS: Final[dict[str, tuple[str, float, int, float]]] = {
    "XAU": ("Gold", 100.0, 25, 1.8),
    "XAG": ("Silver", 5000.0, 25, 1.2),
    "XPD": ("Palladium", 100.0, 300, 0.8),
    "XPT": ("Platinum", 100.0, 250, 0.8),
}


def _metal(name: str) -> SymbolSpec:
    """Describe a metal: executed instantly, so that requests need a price and a deviation."""
    base, quote = name[:3], name[3:]
    label, contract, spread, ticks = _METALS[base]
    return SymbolSpec(
        name=name,
        group="Metals",
        description=f"{label}, one ounce in {quote}",
        base=base,
        profit=quote,
        margin=quote,
        digits=3 if base == "XAG" else 2,
        contract_size=contract,
        spread=spread if quote == "USD" else spread * 2,
        ticks_per_second=ticks,
        calc_mode=SymbolCalcMode.CFDLEVERAGE,
        execution=SymbolTradeExecution.MARKET if name == "XAUUSD" else SymbolTradeExecution.INSTANT,
        volume_max=50.0,
        volume_limit=150.0,
        stops_level=10,
        swap_long=-12.0,
        swap_short=4.0,
    )


def _index(name: str, description: str, currency: str, *, digits: int, contract: float, spread: int) -> SymbolSpec:
    """Describe an index as a contract for difference, exchange executed."""
    return SymbolSpec(
        name=name,
        group="Indices",
        driver=name,
        description=description,
        base=currency,
        profit=currency,
        margin=currency,
        digits=digits,
        contract_size=contract,
        spread=spread,
        ticks_per_second=1.0,
        calc_mode=SymbolCalcMode.CFDLEVERAGE,
        execution=SymbolTradeExecution.EXCHANGE,
        volume_min=0.1,
        volume_max=200.0,
        volume_step=0.1,
        stops_level=10,
        swap_mode=SymbolSwapMode.INTEREST_CURRENT,
        swap_long=-6.5,
        swap_short=1.5,
        commission=0.0,
    )


_INDICES: Final = (
    _index("MAYM", "Micro Dow Jones", "USD", digits=0, contract=0.5, spread=4),
    _index("GDAXIm", "DAX mini", "EUR", digits=1, contract=1.0, spread=15),
    replace(
        _index("MXSHAR", "Emerging markets shares", "USD", digits=2, contract=10.0, spread=60),
        calc_mode=SymbolCalcMode.CFDINDEX,
        filling=SymbolFilling(0),
        volume_max=20.0,
    ),
    _index("CHINAH", "China H shares", "USD", digits=1, contract=1.0, spread=40),
)
_METAL_NAMES: Final = (
    *("XAUUSD", "XAUEUR", "XAUAUD", "XAGUSD", "XAGEUR"),
    *("XAUCHF", "XAUGBP", "XPDUSD", "XPTUSD", "XAGAUD"),
)

SHOWN_AT_FIRST: Final = ("EURUSD", "GBPUSD", "USDJPY", "USDCHF")
"""What a new terminal's Market Watch shows, under the names without a suffix."""

SYMBOLS: Final[dict[str, SymbolSpec]] = {
    spec.name: spec
    for spec in (
        *(_forex(name) for name in sorted([*_FX_SPREADS, *_FX_OTHERS])),
        *(_metal(name) for name in _METAL_NAMES),
        *_INDICES,
    )
}
"""Every symbol of the simulated broker by name, as its terminal lists them."""


_THURSDAY: Final = 4
_FRIDAY: Final = 5
_NEXT_DAY_PAIRS: Final = frozenset({"USDCAD"})
"""Pairs that settle a day after the deal and not two: their triple night is Thursday's."""


def _crypto(base: str, label: str, spread: int, ticks: float) -> SymbolSpec:
    """Describe a crypto currency: one coin a lot, without holidays or weekends."""
    return SymbolSpec(
        name=f"{base}USD",
        group="Crypto",
        description=f"{label} in US dollars",
        base=base,
        profit="USD",
        margin="USD",
        digits=2,
        contract_size=1.0,
        spread=spread,
        ticks_per_second=ticks,
        calc_mode=SymbolCalcMode.CFDLEVERAGE,
        volume_max=50.0,
        swap_mode=SymbolSwapMode.INTEREST_CURRENT,
        swap_long=-18.0,
        swap_short=2.0,
        commission=0.0,
        triple_swap_day=_FRIDAY,
        driver=base,
    )


def _exchange(name: str, group: str, description: str, *, digits: int, contract: float, margin: float) -> SymbolSpec:
    """Describe what is dealt in on an exchange in US dollars; `margin` of a lot where the exchange fixes it."""
    future = margin > 0.0
    return SymbolSpec(
        name=name,
        group=group,
        description=description,
        base="USD",
        profit="USD",
        margin="USD",
        digits=digits,
        contract_size=contract,
        spread=2,
        ticks_per_second=1.5,
        calc_mode=SymbolCalcMode.EXCH_FUTURES if future else SymbolCalcMode.EXCH_STOCKS,
        execution=SymbolTradeExecution.EXCHANGE,
        volume_min=1.0,
        volume_max=500.0 if future else 10_000.0,
        volume_step=1.0,
        swap_mode=SymbolSwapMode.DISABLED if future else SymbolSwapMode.INTEREST_CURRENT,
        swap_long=0.0 if future else -6.5,
        swap_short=0.0 if future else 1.5,
        commission=1.2 if future else 0.02,
        margin_initial=margin,
        triple_swap_day=_FRIDAY,
        driver=name,
    )


_MORE: Final = (
    _crypto("BTC", "Bitcoin", 1500, 3.0),
    _crypto("ETH", "Ether", 150, 2.0),
    _exchange("AAPL", "Shares", "Apple", digits=2, contract=1.0, margin=0.0),
    _exchange("MSFT", "Shares", "Microsoft", digits=2, contract=1.0, margin=0.0),
    _exchange("CL", "Futures", "Crude oil, 1000 barrels", digits=2, contract=1_000.0, margin=6_000.0),
    _exchange("GC", "Futures", "Gold, 100 ounces", digits=1, contract=100.0, margin=15_000.0),
)


def _with_triple_day(spec: SymbolSpec) -> SymbolSpec:
    """Return a symbol with the day on which realistic brokers charge the weekend's swap."""
    if spec.group == "Indices":
        return replace(spec, triple_swap_day=_FRIDAY)
    return replace(spec, triple_swap_day=_THURSDAY) if spec.name in _NEXT_DAY_PAIRS else spec


def broker_symbols(
    *, realistic: bool = False, named: Callable[[str], str] = str, more: int = 0
) -> dict[str, SymbolSpec]:
    """Return what a simulated broker lists, by name.

    A realistic one has crypto currencies, shares and futures, too, an index's triple swap on Fridays and that of pairs
    that settle on the next day on Thursdays; it lists first what a new terminal shows.  `named` makes the broker's
    names of the plain ones, and `more` further symbols carry a number.
    """
    specs = [*SYMBOLS.values()]
    if realistic:
        specs = sorted([*map(_with_triple_day, specs), *_MORE], key=lambda spec: spec.name not in SHOWN_AT_FIRST)
    numbered = (replace(specs[i % len(specs)], name=f"{specs[i % len(specs)].name}.{i:04d}") for i in range(more))
    called = (replace(spec, name=named(spec.name)) for spec in (*specs, *numbered))
    return {spec.name: spec for spec in called}
