# SPDX-License-Identifier: MIT
"""Frozen results of the MetaTrader5 API with plausible numbers, to be changed field by field in a test."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final, TypeVar

from arbitrex_desktop.mt5.constants import DealEntry, DealType, PositionType, SymbolTradeExecution, SymbolTradeMode
from arbitrex_desktop.mt5.results import (
    AccountInfo,
    ModuleResult,
    SymbolInfo,
    TradeDeal,
    TradeOrder,
    TradePosition,
    TradeRequest,
)

USD_PRICE: Final[dict[str, float]] = {
    "USD": 1.0,
    "EUR": 1.15,
    "GBP": 1.30,
    "JPY": 1.0 / 150.0,
    "CHF": 1.10,
    "AUD": 0.65,
    "CAD": 0.72,
    "NZD": 0.60,
    "XAU": 2_600.0,
    "XAG": 31.0,
    "XPD": 1_000.0,
    "XPT": 980.0,
    "BTC": 100_000.0,
    "KWD": 3.25,
    "USC": 0.01,
}
"""One unit of each currency, of cents or of a metal, in US dollars."""

_CONTRACT: Final[dict[str, float]] = {"XAU": 100.0, "XAG": 5_000.0, "XPD": 100.0, "XPT": 100.0}
_EMPTY: Final[dict[str, Any]] = {"int": 0, "float": 0.0, "bool": False, "str": "", "TradeRequest": None}
R = TypeVar("R", bound=ModuleResult)


def make(result_type: type[R], **values: Any) -> R:
    """Return a result with the given fields; the others are zero, False or empty."""
    blank = {field.name: _EMPTY[str(field.type)] for field in fields(result_type)}
    return result_type(**{**blank, **values})


def price_of(symbol: str) -> float:
    """Return the middle price of a six-letter symbol in its quote currency."""
    return USD_PRICE[symbol[:3]] / USD_PRICE[symbol[3:6]]


def make_account(**changes: Any) -> AccountInfo:
    """Return an account of 100 000 USD without positions, leverage 100, hedging."""
    values: dict[str, Any] = {
        "login": 50_000_001,
        "server": "Arbitrex-Simulated",
        "company": "Arbitrex",
        "name": "Tester",
        "currency": "USD",
        "currency_digits": 2,
        "leverage": 100,
        "margin_mode": 2,
        "trade_allowed": True,
        "trade_expert": True,
        "balance": 100_000.0,
        "equity": 100_000.0,
        "margin_free": 100_000.0,
        "margin_so_call": 100.0,
        "margin_so_so": 50.0,
    }
    return make(AccountInfo, **{**values, **changes})


def make_symbol(name: str, account_currency: str = "USD", **changes: Any) -> SymbolInfo:
    """Return the properties of a currency pair or metal, its tick values in the account's currency."""
    base, profit = name[:3], name[3:6]
    digits = 2 if base in _CONTRACT else 3 if profit == "JPY" else 5
    contract = _CONTRACT.get(base, 100_000.0)
    tick = 10.0**-digits
    value = tick * contract * USD_PRICE[profit] / USD_PRICE[account_currency]
    values: dict[str, Any] = {
        "name": name,
        "select": True,
        "visible": True,
        "digits": digits,
        "point": tick,
        "spread": 12,
        "trade_mode": SymbolTradeMode.FULL,
        "trade_exemode": SymbolTradeExecution.MARKET,
        "filling_mode": 3,
        "order_mode": 127,
        "expiration_mode": 15,
        "trade_contract_size": contract,
        "trade_tick_size": tick,
        "trade_tick_value": value,
        "trade_tick_value_profit": value,
        "trade_tick_value_loss": value,
        "trade_stops_level": 10,
        "volume_min": 0.01,
        "volume_max": 100.0,
        "volume_step": 0.01,
        "currency_base": base,
        "currency_profit": profit,
        "currency_margin": base,
        "description": f"{base} against {profit}",
    }
    return make(SymbolInfo, **{**values, **changes})


def make_position(symbol: str, direction: int, volume: float, *, ticket: int = 1, **changes: Any) -> TradePosition:
    """Return an open position at the symbol's middle price; `volume` in lots."""
    kind = PositionType.BUY if direction > 0 else PositionType.SELL
    price = price_of(symbol)
    values: dict[str, Any] = {
        "ticket": ticket,
        "identifier": ticket,
        "time": 1_741_770_000,
        "time_msc": 1_741_770_000_000,
        "type": kind,
        "volume": volume,
        "price_open": price,
        "price_current": price,
        "symbol": symbol,
    }
    return make(TradePosition, **{**values, **changes})


def make_order(symbol: str, kind: int, volume: float, *, ticket: int = 1, **changes: Any) -> TradeOrder:
    """Return a pending order of a kind of `OrderType`; `volume` in lots."""
    values: dict[str, Any] = {
        "ticket": ticket,
        "type": kind,
        "volume_initial": volume,
        "volume_current": volume,
        "price_open": price_of(symbol),
        "symbol": symbol,
    }
    return make(TradeOrder, **{**values, **changes})


def make_deal(ticket: int, seconds: int, **changes: Any) -> TradeDeal:
    """Return a closing deal made at a moment of the server clock (seconds since 1970)."""
    values: dict[str, Any] = {
        "ticket": ticket,
        "order": ticket,
        "position_id": ticket,
        "time": seconds,
        "time_msc": seconds * 1000,
        "type": DealType.SELL,
        "entry": DealEntry.OUT,
        "volume": 0.1,
        "price": 1.15,
        "symbol": "EURUSD",
    }
    return make(TradeDeal, **{**values, **changes})


def make_request(**values: Any) -> TradeRequest:
    """Return a trade request as the terminal echoes it."""
    return make(TradeRequest, **values)
