# SPDX-License-Identifier: MIT
"""What a symbol is worth: contract size, volume steps, and the value of a price move in account currency.

With a pool everything comes from the symbol's own properties.  Without one, contract sizes come from the symbol's
class, and values from the prices that the program itself gave.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Final

from arbitrex_desktop.mt5.constants import SymbolCalcMode, SymbolSwapMode, SymbolTradeMode
from arbitrex_desktop.mt5.results import SymbolInfo
from arbitrex_desktop.raw_layer.amounts import money_of_any_account, step_decimals
from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.texts import N_

PriceOf = Callable[[str], float | None]
"""Gives a symbol's middle price, None when there is none."""

CURRENCIES: Final = frozenset(
    "AUD CAD CHF CNH CZK DKK EUR GBP HKD HUF ILS JPY MXN NOK NZD PLN SEK SGD THB TRY USD ZAR".split()  # noqa: SIM905 - reads better
)
METALS: Final[dict[str, float]] = {"XAU": 100.0, "XAG": 5_000.0, "XPD": 100.0, "XPT": 100.0}
"""Contract sizes of metals, in ounces per lot."""
FX_CONTRACT: Final = 100_000.0
_PIVOTS: Final = ("USD", "EUR", "GBP", "JPY")
_PAIR: Final = re.compile(
    f"(?={'|'.join([*METALS, *sorted(CURRENCIES)])})(?P<base>...)[/_ -]?(?P<profit>{'|'.join(sorted(CURRENCIES))})",
    re.IGNORECASE,
)
"""Two codes, wherever they stand among a broker's prefix and suffix."""
_PAIRS: Final = frozenset({"fx", "metal"})
_EXTRA_DIGITS: Final = (3, 5)
"""Digits of prices that have one digit more than a pip."""
_LINEAR: Final = frozenset({SymbolCalcMode.FOREX, SymbolCalcMode.FOREX_NO_LEVERAGE})
_BELIEVED: Final = 0.1
"""By so much a broker's tick value of a pair may differ from what the rates say, spreads and old rates included."""
_PARTS: Final = 1e8
_MOST_ROUNDED: Final = 2**53 / _PARTS
"""From here on a float has no eight decimals."""
_BANK_DAYS: Final = 360.0
"""Days of the year by which MetaTrader divides a yearly interest."""
_OWN_PRICE_COUNTS: Final = N_(
    "the broker's tick value of {stated} {currency} a lot contradicts contract size and rates, which make it "
    "{by_rates} {currency}; the value by its own price counts"
)
_WORSE_COUNTS: Final = N_(
    "the broker's tick value of {stated} {currency} a lot contradicts contract size and rates, which make it "
    "{by_rates} {currency}; the worse of both counts"
)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A symbol, as far as risk is concerned.

    Attributes:
        kind: fx, metal or other
        base: what one unit is
        profit: the currency of its price
        contract: units per lot
        value: account currency that one unit gains when its price rises by 1 (NaN when not known)
        tick: the price step (0 when not known)
        volume_min, volume_max, volume_step, volume_limit: lots, a limit of 0 for none
        stops_distance: least distance of stops from the price (nearer than the freeze level a position could
            neither be closed nor its stop be moved)
        trade_mode: a `SymbolTradeMode`
        swap_buy, swap_sell: what holding a unit over night costs, in account currency, never below 0
        triple_day: the day whose night counts three times, 0 is Sunday
        doubt: why the broker's own tick value is not believed; empty when it is
        counter: the currency that a purchase sells; empty for what is no pair: an index in euros is no short euro
        pip: a difference of prices: ten of the last digit where there are three or five
        decimals: those of the volume step
    """

    symbol: str
    kind: str
    base: str
    profit: str
    contract: float
    value: float
    tick: float = 0.0
    digits: int = 8
    volume_min: float = 0.01
    volume_step: float = 0.01
    volume_max: float = math.inf
    volume_limit: float = 0.0
    stops_distance: float = 0.0
    trade_mode: int = SymbolTradeMode.FULL
    swap_buy: float = 0.0
    swap_sell: float = 0.0
    triple_day: int = 3
    doubt: str | Phrase = ""
    counter: str = field(init=False)
    pip: float = field(init=False)
    decimals: int = field(init=False)

    def __post_init__(self) -> None:
        derive = partial(object.__setattr__, self)
        derive("counter", self.profit if self.kind in _PAIRS else "")
        derive("pip", 10.0 ** (-self.digits + (self.digits in _EXTRA_DIGITS)))
        derive("decimals", step_decimals(self.volume_step))

    def swap_cost(self, direction: int, now: datetime) -> float:
        """Return what a unit's swap at the end of this day costs, in account currency."""
        nights = 3 if now.isoweekday() % 7 == self.triple_day else 1
        return nights * (self.swap_buy if direction > 0 else self.swap_sell)


def without_residue(amount: float) -> float:
    """Return lots or units to eight decimals, without what binary fractions leave: 0.7 - 0.6 lots are 0.1."""
    return round(amount * _PARTS) / _PARTS if abs(amount) < _MOST_ROUNDED else amount


InstrumentOf = Callable[[str], Instrument | None]
"""Gives a symbol's instrument, None when it is not known."""


@lru_cache(maxsize=4096)
def split_symbol(symbol: str) -> tuple[str, str, str]:
    """Return kind, base and profit currency of a symbol by its name; profit is empty when the name does not say."""
    pair = _PAIR.search(symbol)
    if pair is None:
        return "other", symbol, ""
    base, profit = pair["base"].upper(), pair["profit"].upper()
    return "metal" if base in METALS else "fx", base, profit


@lru_cache(maxsize=4096)
def _named_like(name: str, symbol: str) -> str:
    """Return what a broker calls a pair who calls another one `symbol`; the pair itself where that is none."""
    pair = _PAIR.search(symbol)
    if pair is None:
        return name
    own = name.lower() if pair["base"].islower() else name
    return symbol[: pair.start()] + own + symbol[pair.end() :]


def conversion_rate(source: str, target: str, price_of: PriceOf) -> float:
    """Return how much of `target` one unit of `source` is worth, directly or through one other currency; else NaN."""
    direct = _pair_rate(source, target, price_of)
    crosses = (_pair_rate(source, pivot, price_of) * _pair_rate(pivot, target, price_of) for pivot in _PIVOTS)
    return direct if direct > 0.0 else next((rate for rate in crosses if rate > 0.0), math.nan)


def _pair_rate(source: str, target: str, price_of: PriceOf) -> float:
    """Return the rate from one symbol's price, either way round; NaN where there is none."""
    if source == target:
        return 1.0
    price = price_of(source + target)
    if price is not None and price > 0.0:
        return price
    price = price_of(target + source)
    return 1.0 / price if price is not None and price > 0.0 else math.nan


def instrument_by_class(
    symbol: str, account_currency: str, price_of: PriceOf, volume_min: float = 0.01, volume_step: float = 0.01
) -> Instrument:
    """Return a symbol's instrument by its class, for programs without a pool.

    FX has 100 000 units a lot, metals their usual ounces, all else one unit a lot and its price in account currency.
    The value is NaN when the prices given cannot convert it.
    """
    kind, base, profit = split_symbol(symbol)
    profit = profit or account_currency
    return Instrument(
        symbol=symbol,
        kind=kind,
        base=base,
        profit=profit,
        contract={"fx": FX_CONTRACT}.get(kind, METALS.get(base, 1.0)),
        value=conversion_rate(profit, account_currency, price_of),
        volume_min=volume_min,
        volume_step=volume_step,
    )


class PoolInstruments:
    """Instruments from the symbol properties that the pool holds; converted once per reading of them.

    What rates convert is converted each time, by quotes that are not older than `oldest` seconds by `monotonic`.
    """

    def __init__(self, pool: PoolReader, monotonic: Callable[[], float]) -> None:
        self.pool = pool
        self._monotonic = monotonic
        self._known: dict[str, tuple[SymbolInfo, Instrument]] = {}
        self._pair = ""
        self.account_currency = ""
        self.oldest = math.inf

    def get(self, symbol: str) -> Instrument | None:
        """Return a symbol's instrument; None when the pool does not know the symbol."""
        info = self.pool.symbol_info(symbol)
        if info is None:
            return None
        known = self._known.get(symbol)
        if known is not None and known[0] is info:
            return known[1]
        if not _has_usable_numbers(info):
            return None
        instrument = self._instrument_of(info)
        stated = _tick_value(info)
        if stated is not None and not instrument.doubt and self._is_checked(info):
            self._known[symbol] = (info, instrument)
        return instrument

    def _instrument_of(self, info: SymbolInfo) -> Instrument:
        """Return the instrument of a symbol's properties."""
        kind, _, _ = split_symbol(info.name)
        value, doubt = self._value_and_doubt(info)
        return Instrument(
            symbol=info.name,
            doubt=doubt,
            kind=kind if info.currency_base != info.currency_profit else "other",
            base=info.currency_base if info.currency_base != info.currency_profit else info.name,
            profit=info.currency_profit,
            contract=info.trade_contract_size,
            value=value,
            tick=info.trade_tick_size,
            digits=info.digits,
            volume_min=info.volume_min,
            volume_step=info.volume_step,
            volume_max=info.volume_max,
            volume_limit=info.volume_limit,
            stops_distance=max(info.trade_stops_level, info.trade_freeze_level) * info.point,
            trade_mode=info.trade_mode,
            swap_buy=_swap_cost(info, info.swap_long, value),
            swap_sell=_swap_cost(info, info.swap_short, value),
            triple_day=info.swap_rollover3days,
        )

    def _is_checked(self, info: SymbolInfo) -> bool:
        """Return whether the rates have been held against the broker's tick value, as far as they can be."""
        return not self.account_currency or self._by_rates(info) > 0.0

    def _value_and_doubt(self, info: SymbolInfo) -> tuple[float, str | Phrase]:
        """Return what a price move of 1 is worth for a unit, in account currency, and why the broker is not believed.

        NaN when it cannot be known.

        The broker's tick value, but for a pair whose rates contradict it: some servers report a tenth or a whole unit
        of account currency per tick.  Where the pair's own price converts, that is the value; where other symbols'
        prices do, the worse of both counts.
        """
        stated, by_rates = _tick_value(info), self._by_rates(info)
        if stated is None:
            return by_rates, ""
        wrong = info.trade_calc_mode in _LINEAR and abs(stated - by_rates) > _BELIEVED * by_rates
        if not wrong:
            return stated, ""
        own = self.account_currency in (info.currency_base, info.currency_profit)
        a_tick = info.trade_tick_size * info.trade_contract_size
        ticks = [money_of_any_account(value * a_tick) for value in (stated, by_rates)]
        values = {"stated": ticks[0], "by_rates": ticks[1], "currency": self.account_currency}
        if own:
            return by_rates, Phrase(_OWN_PRICE_COUNTS, values)
        return max(by_rates, stated), Phrase(_WORSE_COUNTS, values)

    def _by_rates(self, info: SymbolInfo) -> float:
        """Return the value by the cross rates on the board, NaN when they do not reach the account's currency."""
        if not self.account_currency or not info.currency_profit:
            return math.nan
        return conversion_rate(
            info.currency_profit, self.account_currency, lambda name: self._mid_price(name, info.name)
        )

    def _mid_price(self, name: str, beside: str) -> float | None:
        """Return a quote's middle, under a name as the broker gives the symbol beside it, or else another pair."""
        quote = self.pool.quote(name) or self.pool.quote(_named_like(name, self._pair_of(beside)))
        return quote.mid if quote is not None and quote.age(self._monotonic()) <= self.oldest else None

    def _pair_of(self, symbol: str) -> str:
        """Return the symbol if it is a pair, else the last one that was, else one that the pool watches."""
        if _PAIR.search(symbol):
            self._pair = symbol
        elif not self._pair:
            self._pair = next(filter(_PAIR.search, self.pool.stats().symbols), "")
        return self._pair


def _has_usable_numbers(info: SymbolInfo) -> bool:
    """Return whether the properties that risk is computed from are numbers at all."""
    numbers = (info.trade_contract_size, info.volume_min, info.volume_step, info.volume_max, info.volume_limit)
    prices = (info.point, info.trade_tick_size, info.trade_tick_value_loss)
    return all(map(math.isfinite, (*numbers, *prices))) and info.trade_contract_size > 0.0


def _tick_value(info: SymbolInfo) -> float | None:
    """Return the value by the broker's own tick value for losses; None when it gives none."""
    if not (info.trade_tick_value_loss > 0.0 and info.trade_tick_size > 0.0):
        return None
    return info.trade_tick_value_loss / info.trade_tick_size / info.trade_contract_size


def _swap_cost(info: SymbolInfo, rate: float, value: float) -> float:
    """Return what a night costs for a unit, in account currency; 0 for a swap that is paid out, or is no number."""
    kind, notional = info.swap_mode, info.bid * value
    cost = -rate * info.point * value
    if kind in (SymbolSwapMode.CURRENCY_SYMBOL, SymbolSwapMode.CURRENCY_MARGIN):
        cost = -rate / info.trade_contract_size * notional
    elif kind == SymbolSwapMode.CURRENCY_DEPOSIT:
        cost = -rate / info.trade_contract_size
    elif kind in (SymbolSwapMode.INTEREST_CURRENT, SymbolSwapMode.INTEREST_OPEN):
        cost = -rate / 100.0 / _BANK_DAYS * notional
    return cost if kind != SymbolSwapMode.DISABLED and 0.0 < cost < math.inf else 0.0
