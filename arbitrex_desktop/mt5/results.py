# SPDX-License-Identifier: MIT
"""Frozen results of the MetaTrader5 API, field by field as the package gives them.

The package's own tuples can neither be pickled nor compared by name, so the host converts them to these before
they cross to the program.  Times are the broker's server clock dressed as UTC: seconds since 1970, `*_msc` in
milliseconds.  The pool converts them, once, at its edge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

AccountKey = tuple[str, int]
"""Server and login, which tell an account from any other."""


class ModuleTuple(Protocol):
    """A result tuple of the package, real or simulated: its fields by name."""

    def _asdict(self) -> dict[str, Any]:
        """Return the fields in order; nested tuples stay tuples."""


@dataclass(frozen=True, slots=True)
class ModuleResult:
    """Base of the frozen results: built by field name, since field order may change between builds."""

    @classmethod
    def from_module(cls, raw: ModuleTuple) -> Self:
        """Convert a tuple of the package.

        Fields that a newer package adds are dropped; one that is missing raises KeyError, since a number we do
        not have must not read as zero.
        """
        return cls.from_mapping(raw._asdict())

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Build from a mapping that has every field (a nested request as a tuple); raise KeyError for a missing one."""
        names: tuple[str, ...] = cls.__match_args__
        return cls(*[values[name] for name in names])

    def changed(self, **values: Any) -> Self:
        """Return the result with other values in some fields; raises TypeError for one that it has not."""
        return replace(self, **values)

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[Any, ...]]:
        """Pickle the values in order: a dataclass with slots does it field by field, in Python, ten times as long."""
        names: tuple[str, ...] = self.__match_args__
        return type(self), tuple([getattr(self, name) for name in names])


class TradeAnswer(ModuleResult):
    """Base of the answers to a request, which they hold."""

    __slots__ = ()

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Build as from any mapping, and freeze the request."""
        return super().from_mapping({**values, "request": TradeRequest.from_module(values["request"])})


@dataclass(frozen=True, slots=True)
class AccountInfo(ModuleResult):
    """The trading account. Money in `currency`, `margin_level` in percent (0 without margin in use)."""

    login: int
    trade_mode: int
    leverage: int
    limit_orders: int
    margin_so_mode: int
    trade_allowed: bool
    trade_expert: bool
    margin_mode: int
    currency_digits: int
    fifo_close: bool
    balance: float
    credit: float
    profit: float
    equity: float
    margin: float
    margin_free: float
    margin_level: float
    margin_so_call: float
    margin_so_so: float
    margin_initial: float
    margin_maintenance: float
    assets: float
    liabilities: float
    commission_blocked: float
    name: str
    server: str
    currency: str
    company: str

    @property
    def key(self) -> AccountKey:
        """Return what tells the account from any other."""
        return self.server, self.login


@dataclass(frozen=True, slots=True)
class TerminalInfo(ModuleResult):
    """State and settings of the terminal program."""

    community_account: bool
    community_connection: bool
    connected: bool
    dlls_allowed: bool
    trade_allowed: bool
    tradeapi_disabled: bool
    email_enabled: bool
    ftp_enabled: bool
    notifications_enabled: bool
    mqid: bool
    build: int
    maxbars: int
    codepage: int
    ping_last: int
    community_balance: float
    retransmission: float
    company: str
    name: str
    language: str
    path: str
    data_path: str
    commondata_path: str


@dataclass(frozen=True, slots=True)
class SymbolInfo(ModuleResult):
    """Properties of a symbol. `trade_*_value*` in account currency per tick and lot; levels and spread in points."""

    custom: bool
    chart_mode: int
    select: bool
    visible: bool
    session_deals: int
    session_buy_orders: int
    session_sell_orders: int
    volume: int
    volumehigh: int
    volumelow: int
    time: int
    digits: int
    spread: int
    spread_float: bool
    ticks_bookdepth: int
    trade_calc_mode: int
    trade_mode: int
    start_time: int
    expiration_time: int
    trade_stops_level: int
    trade_freeze_level: int
    trade_exemode: int
    swap_mode: int
    swap_rollover3days: int
    margin_hedged_use_leg: bool
    expiration_mode: int
    filling_mode: int
    order_mode: int
    order_gtc_mode: int
    option_mode: int
    option_right: int
    bid: float
    bidhigh: float
    bidlow: float
    ask: float
    askhigh: float
    asklow: float
    last: float
    lasthigh: float
    lastlow: float
    volume_real: float
    volumehigh_real: float
    volumelow_real: float
    option_strike: float
    point: float
    trade_tick_value: float
    trade_tick_value_profit: float
    trade_tick_value_loss: float
    trade_tick_size: float
    trade_contract_size: float
    trade_accrued_interest: float
    trade_face_value: float
    trade_liquidity_rate: float
    volume_min: float
    volume_max: float
    volume_step: float
    volume_limit: float
    swap_long: float
    swap_short: float
    margin_initial: float
    margin_maintenance: float
    session_volume: float
    session_turnover: float
    session_interest: float
    session_buy_orders_volume: float
    session_sell_orders_volume: float
    session_open: float
    session_close: float
    session_aw: float
    session_price_settlement: float
    session_price_limit_min: float
    session_price_limit_max: float
    margin_hedged: float
    price_change: float
    price_volatility: float
    price_theoretical: float
    price_greeks_delta: float
    price_greeks_theta: float
    price_greeks_gamma: float
    price_greeks_vega: float
    price_greeks_rho: float
    price_greeks_omega: float
    price_sensitivity: float
    basis: str
    category: str
    currency_base: str
    currency_profit: str
    currency_margin: str
    bank: str
    description: str
    exchange: str
    formula: str
    isin: str
    name: str
    page: str
    path: str


@dataclass(frozen=True, slots=True)
class Tick(ModuleResult):
    """A quote. `time` in seconds and `time_msc` in milliseconds, both on the broker's server clock."""

    time: int
    bid: float
    ask: float
    last: float
    volume: int
    time_msc: int
    flags: int
    volume_real: float


@dataclass(frozen=True, slots=True)
class BookInfo(ModuleResult):
    """One entry of the depth of market."""

    type: int
    price: float
    volume: int
    volume_dbl: float


@dataclass(frozen=True, slots=True)
class TradePosition(ModuleResult):
    """An open position. Prices in quote currency, `profit` and `swap` in account currency, `volume` in lots."""

    ticket: int
    time: int
    time_msc: int
    time_update: int
    time_update_msc: int
    type: int
    magic: int
    identifier: int
    reason: int
    volume: float
    price_open: float
    sl: float
    tp: float
    price_current: float
    swap: float
    profit: float
    symbol: str
    comment: str
    external_id: str


@dataclass(frozen=True, slots=True)
class TradeOrder(ModuleResult):
    """An active or historical order. Volumes in lots."""

    ticket: int
    time_setup: int
    time_setup_msc: int
    time_done: int
    time_done_msc: int
    time_expiration: int
    type: int
    type_time: int
    type_filling: int
    state: int
    magic: int
    position_id: int
    position_by_id: int
    reason: int
    volume_initial: float
    volume_current: float
    price_open: float
    sl: float
    tp: float
    price_current: float
    price_stoplimit: float
    symbol: str
    comment: str
    external_id: str


@dataclass(frozen=True, slots=True)
class TradeDeal(ModuleResult):
    """A deal of the account's history. `profit`, `commission`, `swap` and `fee` in account currency."""

    ticket: int
    order: int
    time: int
    time_msc: int
    type: int
    entry: int
    magic: int
    position_id: int
    reason: int
    volume: float
    price: float
    commission: float
    swap: float
    profit: float
    fee: float
    symbol: str
    comment: str
    external_id: str


@dataclass(frozen=True, slots=True)
class TradeRequest(ModuleResult):
    """A trade request as the terminal echoes it."""

    action: int
    magic: int
    order: int
    symbol: str
    volume: float
    price: float
    stoplimit: float
    sl: float
    tp: float
    deviation: int
    type: int
    type_filling: int
    type_time: int
    expiration: int
    comment: str
    position: int
    position_by: int


@dataclass(frozen=True, slots=True)
class OrderCheckResult(TradeAnswer):
    """What the account would look like after a request; `retcode` 0 means that it passed."""

    retcode: int
    balance: float
    equity: float
    profit: float
    margin: float
    margin_free: float
    margin_level: float
    comment: str
    request: TradeRequest


@dataclass(frozen=True, slots=True)
class OrderSendResult(TradeAnswer):
    """What the trade server answered to a request."""

    retcode: int
    deal: int
    order: int
    volume: float
    price: float
    bid: float
    ask: float
    comment: str
    request_id: int
    retcode_external: int
    request: TradeRequest
