# SPDX-License-Identifier: MIT
"""What the pool may ask of the host: one frozen command, one typed answer.

A command runs in the host process, against the module that lives there.  Commands and answers cross a pipe, so
both are picklable; passwords are kept out of every `repr`.  A command raises `CallFailed` when the module says no.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any, ClassVar, Generic, Self, TypeVar

from arbitrex_desktop.mt5.calls import call, call_initialize, freeze_all
from arbitrex_desktop.mt5.constants import ResultCode, SymbolTradeMode
from arbitrex_desktop.mt5.errors import AccountChanged, CallFailed
from arbitrex_desktop.mt5.module import MetaTrader5Module, Rows
from arbitrex_desktop.mt5.results import (
    AccountInfo,
    AccountKey,
    OrderCheckResult,
    OrderSendResult,
    SymbolInfo,
    TerminalInfo,
    TradeDeal,
    TradeOrder,
    TradePosition,
)

T = TypeVar("T")
_HISTORY_SECONDS = 30.0
"""A terminal that fetches history from its broker takes its time and is no hung one."""


@dataclass(frozen=True, slots=True)
class ReplayStatus:
    """What is replayed, and what was found in its files.

    Attributes:
        first_msc, last_msc: the moments of the first and the last tick of all files, UTC milliseconds
        position_msc: the present moment of the market, UTC milliseconds
        speed: market seconds per second, 0 while it is paused
        began_msc: the moment at which the replay began, on the server's clock as shown
        share_read: how much of the files has been read and found sound, 0 to 1; reading goes on while they play
        notes: what a user should know: what each symbol was taken for, rows that were sorted, where a file ends early
    """

    first_msc: int
    last_msc: int
    position_msc: int
    speed: float
    began_msc: int
    share_read: float
    notes: tuple[str, ...]

    @property
    def ended(self) -> bool:
        """Whether the last tick has been played."""
        return self.position_msc >= self.last_msc


@dataclass(frozen=True, slots=True)
class Observed(Generic[T]):
    """An answer of the terminal, with the moment it was observed.

    Attributes:
        value: the answer
        observed_at: when the host had it, UTC on this computer's clock
        seconds: how long the call took in the host
        market_time_msc, server_time_msc: the simulated terminal's own clock in milliseconds, UTC and as the broker's
            server shows it; None on a real terminal, which has no clock to ask
        waited: seconds that it waited for something to happen, which are no part of `seconds`
        replay: how a replay stands; None where nothing is replayed, and of a poll for ticks alone
        received: when the program had it, in monotonic seconds; of two answers the later one's is not smaller
    """

    value: T
    observed_at: datetime
    seconds: float
    market_time_msc: int | None = None
    server_time_msc: int | None = None
    waited: float = 0.0
    replay: ReplayStatus | None = None
    received: float = 0.0


class Priority(IntEnum):
    """Whose turn at the host comes first when several wait: a smaller number, then who came first."""

    ORDER = 0
    USUAL = 1
    POLL = 2
    HISTORY = 3


class Command(ABC, Generic[T]):
    """A request to the host.

    Attributes:
        deadline: seconds after which the host counts as hung
        priority: who goes first when several wait for the host
    """

    deadline: ClassVar[float] = 5.0
    priority: ClassVar[Priority] = Priority.USUAL

    @property
    def longest_wait(self) -> float:
        """Return for how many seconds the host may wait for something to happen before it answers."""
        return 0.0

    def at_once(self) -> Self:
        """Return the command without any waiting."""
        return self

    @abstractmethod
    def run(self, module: MetaTrader5Module) -> T:
        """Carry it out on the module, in the host; raise `CallFailed` when the module refuses."""


@dataclass(frozen=True, slots=True)
class ConnectResult:
    """What a new connection found: terminal version and build, terminal and account."""

    version: tuple[int, int, str]
    terminal: TerminalInfo
    account: AccountInfo


@dataclass(frozen=True)
class Connect(Command[ConnectResult]):
    """Initialize the module, once.  `initialize` itself may block for 100 s while a terminal starts."""

    terminal_path: str | None
    login: int | None
    password: str | None = field(repr=False)
    server: str | None
    timeout_ms: int = 60_000

    deadline: ClassVar[float] = 170.0

    def run(self, module: MetaTrader5Module) -> ConnectResult:
        """Call `initialize` and read who we are; what the module says of a failure never repeats the password."""
        try:
            call_initialize(
                module,
                self.terminal_path,
                self.timeout_ms,
                login=self.login,
                password=self.password,
                server=self.server,
            )
        except CallFailed as failure:
            message = failure.message.replace(self.password, "***") if self.password else failure.message
            raise CallFailed(failure.call, failure.code, message) from None
        return ConnectResult(
            version=call(module, "version"),
            terminal=TerminalInfo.from_module(call(module, "terminal_info")),
            account=AccountInfo.from_module(call(module, "account_info")),
        )


@dataclass(frozen=True)
class Disconnect(Command[bool]):
    """Shut the module's connection down; the terminal itself keeps running."""

    deadline: ClassVar[float] = 3.0

    def run(self, module: MetaTrader5Module) -> bool:
        """Call `shutdown`, which always succeeds."""
        return module.shutdown()


@dataclass(frozen=True, slots=True)
class ListedSymbol:
    """A symbol that the broker lists: what tells which it is.

    Attributes:
        name: the broker's
        base, profit: currencies; those of an index or a share are often the same
        visible: whether Market Watch shows it
        tradable: whether it may be traded without restriction
    """

    name: str
    base: str
    profit: str
    visible: bool
    tradable: bool


@dataclass(frozen=True)
class ListSymbols(Command[tuple[ListedSymbol, ...]]):
    """List all symbols of the broker, which may be thousands; none where the terminal cannot list them."""

    deadline: ClassVar[float] = 30.0

    def run(self, module: MetaTrader5Module) -> tuple[ListedSymbol, ...]:
        """Call `symbols_get`; an old terminal's refusal (-5) is an empty answer, a lost connection is `CallFailed`."""
        try:
            rows = call(module, "symbols_get")
        except CallFailed as failure:
            if failure.connection_lost:
                raise
            return ()
        return tuple(_listed(row._asdict()) for row in rows)


@dataclass(frozen=True)
class SelectSymbols(Command[dict[str, SymbolInfo | str]]):
    """Show symbols in Market Watch and read their properties.

    The answer has a `SymbolInfo` for each symbol that the broker has, and the reason for each that it has not.
    """

    symbols: tuple[str, ...]
    deadline: ClassVar[float] = 30.0

    def run(self, module: MetaTrader5Module) -> dict[str, SymbolInfo | str]:
        """Select and read each symbol in turn."""
        return {symbol: _select(module, symbol) for symbol in self.symbols}


@dataclass(frozen=True)
class ReadSymbols(Command[dict[str, SymbolInfo]]):
    """Read the properties of symbols again (tick values and session figures move); failing ones are left out."""

    symbols: tuple[str, ...]
    deadline: ClassVar[float] = 10.0

    def run(self, module: MetaTrader5Module) -> dict[str, SymbolInfo]:
        """Read each symbol in turn."""
        found = ((symbol, module.symbol_info(symbol)) for symbol in self.symbols)
        return {symbol: SymbolInfo.from_module(raw) for symbol, raw in found if raw is not None}


@dataclass(frozen=True, slots=True)
class AccountState:
    """The account with what is open on it, read in one step."""

    account: AccountInfo
    positions: tuple[TradePosition, ...]
    orders: tuple[TradeOrder, ...]


@dataclass(frozen=True)
class ReadAccount(Command[AccountState]):
    """Read account, positions and pending orders; a failure of any of them fails the whole.

    A person can change the terminal's account between two of the calls: what is open on another account, often
    nothing, must not be taken for this one's.
    """

    deadline: ClassVar[float] = 3.0

    def run(self, module: MetaTrader5Module) -> AccountState:
        """Read all three; an empty tuple is an answer, None is a failure; -6 for an account that changed."""
        read = AccountState(
            account=AccountInfo.from_module(call(module, "account_info")),
            positions=freeze_all(TradePosition, call(module, "positions_get")),
            orders=freeze_all(TradeOrder, call(module, "orders_get")),
        )
        _check_account(module, read.account.key, "account_info")
        return read


@dataclass(frozen=True)
class SendOrder(Command[OrderSendResult]):
    """Send a trade request (the package's own keys and types); sent at most once, never repeated by the host.

    `account` is the one it is meant for.  It is looked at in the step before, since a person can change the terminal's
    account between two polls, and in the step after: what the answer speaks of was then done on another one, perhaps.
    """

    request: dict[str, Any]
    account: AccountKey
    deadline: ClassVar[float] = 20.0
    priority: ClassVar[Priority] = Priority.ORDER

    def run(self, module: MetaTrader5Module) -> OrderSendResult:
        """Call `order_send` if the account is the right one; `CallFailed` with -6 and no call if it is not.

        With -1 of `order_send` where it is no longer the right one afterwards: what became of the order is not known.
        """
        _check_account(module, self.account, "order_send")
        result = OrderSendResult.from_module(call(module, "order_send", self.request))
        try:
            _check_account(module, self.account, "order_send")
        except CallFailed as failure:
            message = f"answered with {result.retcode}, and then {failure.message}"
            raise CallFailed("order_send", ResultCode.E_FAIL, message) from failure
        return result


@dataclass(frozen=True)
class CheckOrder(Command[OrderCheckResult]):
    """Ask what the account would look like after a trade request."""

    request: dict[str, Any]
    deadline: ClassVar[float] = 5.0
    priority: ClassVar[Priority] = Priority.ORDER

    def run(self, module: MetaTrader5Module) -> OrderCheckResult:
        """Call `order_check`."""
        return OrderCheckResult.from_module(call(module, "order_check", self.request))


@dataclass(frozen=True, slots=True)
class MarginQuery:
    """One deal whose margin is asked: `order_type` 0 buy or 1 sell, volume in lots, price in quote currency."""

    symbol: str
    order_type: int
    volume: float
    price: float


@dataclass(frozen=True)
class CalcMargins(Command[tuple[float | None, ...]]):
    """Compute the margin of several deals in account currency; None where the terminal does not know."""

    queries: tuple[MarginQuery, ...]
    deadline: ClassVar[float] = 10.0

    def run(self, module: MetaTrader5Module) -> tuple[float | None, ...]:
        """Call `order_calc_margin` for each query."""
        return tuple(module.order_calc_margin(q.order_type, q.symbol, q.volume, q.price) for q in self.queries)


@dataclass(frozen=True)
class CopyRates(Command[Rows]):
    """Read `count` bars of a symbol, oldest first, dtype `RATE_DTYPE`; times on the server clock.

    `start` bars are left out at the new end, the bar that is being made being the first of them.
    """

    symbol: str
    timeframe: int
    count: int
    start: int = 0
    deadline: ClassVar[float] = _HISTORY_SECONDS
    priority: ClassVar[Priority] = Priority.HISTORY

    def run(self, module: MetaTrader5Module) -> Rows:
        """Call `copy_rates_from_pos`."""
        rows: Rows = call(module, "copy_rates_from_pos", self.symbol, self.timeframe, self.start, self.count)
        return rows


@dataclass(frozen=True, slots=True)
class History:
    """Orders and deals of an account in a stretch of time, on the server clock."""

    account: AccountKey
    orders: tuple[TradeOrder, ...]
    deals: tuple[TradeDeal, ...]


@dataclass(frozen=True)
class ReadHistory(Command[History]):
    """Read an account's orders and deals from `since` to `until`, both included, in seconds on the server clock.

    As with `ReadAccount`, those of an account to which a person changed meanwhile are no answer.
    """

    account: AccountKey
    since: int
    until: int
    deadline: ClassVar[float] = _HISTORY_SECONDS
    priority: ClassVar[Priority] = Priority.HISTORY

    def run(self, module: MetaTrader5Module) -> History:
        """Read both; `CallFailed` with -6 when the account is another one before or afterwards."""
        _check_account(module, self.account, "history_deals_get")
        read = History(
            account=self.account,
            orders=freeze_all(TradeOrder, call(module, "history_orders_get", self.since, self.until)),
            deals=freeze_all(TradeDeal, call(module, "history_deals_get", self.since, self.until)),
        )
        _check_account(module, self.account, "history_deals_get")
        return read


@dataclass(frozen=True)
class CountHistory(Command[tuple[int, int]]):
    """Count an account's orders and deals from `since` to `until`, which costs a terminal next to nothing.

    None of them changes, as a rule, and each that comes is one more.
    """

    account: AccountKey
    since: int
    until: int
    deadline: ClassVar[float] = _HISTORY_SECONDS
    priority: ClassVar[Priority] = Priority.HISTORY

    def run(self, module: MetaTrader5Module) -> tuple[int, int]:
        """Count both; `CallFailed` with -6 when the account is another one before or afterwards."""
        _check_account(module, self.account, "history_deals_total")
        orders = call(module, "history_orders_total", self.since, self.until)
        deals = call(module, "history_deals_total", self.since, self.until)
        _check_account(module, self.account, "history_deals_total")
        return orders, deals


def _check_account(module: MetaTrader5Module, wanted: AccountKey, name: str) -> None:
    """Raise `AccountChanged` with -6, as of the function `name`, when the terminal is on another account."""
    found = AccountInfo.from_module(call(module, "account_info"))
    if found.key != wanted:
        message = f"the terminal is on account {found.login} at {found.server!r}, not on {wanted[1]}"
        raise AccountChanged(name, ResultCode.E_AUTH_FAILED, message)


def _listed(row: dict[str, Any]) -> ListedSymbol:
    """Return of a symbol's properties what tells which it is."""
    tradable = row["trade_mode"] == SymbolTradeMode.FULL
    return ListedSymbol(row["name"], row["currency_base"], row["currency_profit"], bool(row["visible"]), tradable)


def _select(module: MetaTrader5Module, symbol: str) -> SymbolInfo | str:
    """Select one symbol; return its properties, or why it is not to be had."""
    if not module.symbol_select(symbol, True):
        return "the broker does not have it: {1} ({0})".format(*module.last_error())
    raw = module.symbol_info(symbol)
    if raw is None:
        return "no properties: {1} ({0})".format(*module.last_error())
    return SymbolInfo.from_module(raw)
