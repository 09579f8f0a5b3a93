# SPDX-License-Identifier: MIT
"""The portfolio as the risk manager sees it: a plain object that a program may also set up itself.

Whatever is changed here, by assignment or in place, counts at the next decision: positions, the state and its
dictionaries count their changes, and the engine recounts its sums when a count moved.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from numbers import Integral, Real
from operator import methodcaller
from typing import Any, Final
from weakref import ref

from arbitrex_desktop.risk_portfolio_manager.portfolio.tracking import TrackedDict, next_version

ChangeCount = tuple[object, ...] | None
"""What moves with every change of a `PortfolioState`; None where a part of it cannot count its changes."""
_HOLDERS: Final = (
    ("open_positions", (dict, Mapping, list, tuple), "a mapping or a list"),
    ("symbol_exposure", (dict, Mapping), "a mapping"),
    ("currency_exposure", (dict, Mapping), "a mapping"),
)
_BOOKS: Final = "_books"
"""Where a position keeps by whom it is held."""
_there: Final = methodcaller("__call__")
_RESULTS: Final = ("unrealized_pnl", "realized_pnl", "daily_pnl", "weekly_pnl")
_FIGURES: Final = frozenset((*_RESULTS, "total_capital", "equity", "peak_equity", "current_drawdown"))
_ANCHORS: Final = ("day_anchor", "week_anchor")
_NUMBERS: Final = (float, int)
_PLAIN: Final = frozenset({float, int, str, bool, type(None), datetime})


class TradingState(StrEnum):
    """ACTIVE: all is judged. REDUCING and HALTED: only what reduces risk passes; HALTED is left manually only."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"


@dataclass
class Position:
    """An open position.

    Attributes:
        symbol: the broker's name.
        direction: 1 long, -1 short.
        units: lots times the symbol's contract size, never negative; NaN when that size is not known.
        entry_price: in quote currency.
        entry_time: UTC; a naive one is taken for UTC.
        unrealized_pnl: floating profit in account currency.
        ticket: the broker's; 0 for a position that the program set up itself.
        lots: its volume; None when not known.
        current_price: in quote currency; None to value it at its entry.
        stop_loss: price of its stop; None for none.
        take_profit: price of its target; None for none.
        strategy_id: whose it is; empty when not known.
    """

    symbol: str
    direction: int
    units: float
    entry_price: float
    entry_time: datetime
    unrealized_pnl: float = 0.0
    ticket: int = 0
    lots: float | None = None
    current_price: float | None = None
    stop_loss: float | None = None
    take_profit: float | None = None
    strategy_id: str = ""

    def __setattr__(self, name: str, value: Any) -> None:
        values = vars(self)
        values[name] = plain_number(value)
        for book in map(_there, values.get(_BOOKS, ())):
            if book is not None:
                TrackedDict.note_change(book)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != _BOOKS}

    def copy(self) -> Position:
        """Return an independent copy."""
        twin = object.__new__(Position)
        values = vars(twin)
        values.update(vars(self))
        values.pop(_BOOKS, None)
        return twin

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-safe values."""
        return {name: json_safe(value) for name, value in self.__getstate__().items()}


class OpenPositions(TrackedDict[str, Position]):
    """Open positions by name: a symbol's first under the symbol itself, further ones under `SYMBOL#2` and so on.

    Changes of the positions count as changes of their own, once it listens to them.
    """

    def __init__(self, positions: Any = (), **more: Position) -> None:
        super().__init__(positions, **more)
        self._listens = self._whole = False

    def note_change(self) -> None:
        """Count a change that was made; another position may have come in by it."""
        self._listens = False
        super().note_change()

    def listen(self) -> bool:
        """Have every position tell of its changes from now on; return whether all are positions.

        What is none may change without being noticed.
        """
        if self._listens:
            return self._whole
        self._listens = True  # before, since others may change it meanwhile
        own, held = (ref(self),), list[Any](self.values())
        for values in (vars(each) for each in held if isinstance(each, Position)):
            books = values.setdefault(_BOOKS, own)
            if books is not own and not any(each is own[0] for each in books):  # references of equal books are equal
                values[_BOOKS] = books + own
        self._whole = all(isinstance(each, Position) for each in held)
        return self._whole

    def append(self, position: Position) -> None:
        """Add a position under the first free name of its symbol."""
        self[_free_name(position.symbol, self)] = position

    @classmethod
    def of(cls, positions: Iterable[Position]) -> OpenPositions:
        """Build from positions in order."""
        named: dict[str, Position] = {}
        for position in positions:
            named[_free_name(position.symbol, named)] = position
        return cls(named)


def _free_name(symbol: str, taken: Mapping[str, Position]) -> str:
    """Return the first free name of a symbol's positions."""
    name, number = symbol, 1
    while name in taken:
        number += 1
        name = f"{symbol}#{number}"
    return name


class PortfolioState:
    """Account, positions and profit; money in account currency, shares as fractions.

    Numbers of numpy and decimals become plain ones when they are set; a figure that is set to no number is none at all.

    Attributes:
        total_capital: the balance.
        equity: the balance with floating profit.
        unrealized_pnl: that floating profit.
        realized_pnl: realised since the account was first seen.
        daily_pnl: realised since the day's reset.
        weekly_pnl: realised since the week's reset.
        peak_equity: the highest equity seen.
        current_drawdown: fall from the peak as a share of it.
        open_positions: by name.
        symbol_exposure: net signed units by symbol.
        currency_exposure: net and signed, by currency.
        trading_halted: whether the risk manager halts; a desk's own halt is above it.
        halt_reason: why.
        halt_timestamp: since when, UTC.
        halt_code: reason code of the limit that halted, or MANUAL.
        reducing_reason: set while only risk-reducing trades pass.
        reducing_until: when that ends, UTC; None when a person must end it.
        day_anchor: what the day's loss is measured from; None before a reset was seen.
        week_anchor: the same for the week.
        consecutive_losses: closing deals with a loss since the last profit or reset.
        last_update: when it was last synced, UTC.
    """

    def __init__(
        self,
        total_capital: float = 100_000.0,
        equity: float | None = None,
        peak_equity: float | None = None,
        open_positions: Mapping[str, Position] | None = None,
        **more: Any,
    ) -> None:
        self.version = 0
        self.total_capital = total_capital
        self.equity = total_capital if equity is None else equity
        self.peak_equity = self.equity if peak_equity is None else peak_equity
        self.unrealized_pnl = 0.0
        self.realized_pnl = 0.0
        self.daily_pnl = 0.0
        self.weekly_pnl = 0.0
        self.current_drawdown = 0.0
        self.open_positions: dict[str, Position] = OpenPositions(open_positions or {})
        self.symbol_exposure: dict[str, float] = TrackedDict()
        self.currency_exposure: dict[str, float] = TrackedDict()
        self.trading_halted = False
        self.halt_reason: str | None = None
        self.halt_code = ""
        self.halt_timestamp: datetime | None = None
        self.reducing_reason: str | None = None
        self.reducing_until: datetime | None = None
        self.day_anchor: float | None = None
        self.week_anchor: float | None = None
        self.consecutive_losses = 0
        self.last_update: datetime | None = None
        self._set_fields(more)

    def _set_fields(self, more: Mapping[str, Any]) -> None:
        """Set further fields by name; raise TypeError for one that does not exist."""
        for name, value in more.items():
            if name not in vars(self):
                raise TypeError(f"PortfolioState has no field {name!r}")
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        value = plain_number(value)
        if type(value) not in _NUMBERS and (name in _FIGURES or (name in _ANCHORS and value is not None)):
            value = math.nan
        vars(self)[name] = value
        vars(self)["version"] = next_version()

    @property
    def trading_state(self) -> TradingState:
        """Return what is let through; a halt outweighs everything."""
        if self.trading_halted:
            return TradingState.HALTED
        return TradingState.REDUCING if self.reducing_reason else TradingState.ACTIVE

    def positions(self) -> Iterable[Position]:
        """Return the open positions, whether the program keeps them in a mapping or in a sequence.

        None at all when it keeps them in something else, which `fault` tells.
        """
        found: Any = self.open_positions
        if isinstance(found, Mapping):
            return found.values()
        return found if isinstance(found, (list, tuple)) else ()

    def fault(self) -> str:
        """Return in words what cannot be read because the program put something else in its place, or nothing."""
        for name, kinds, what in _HOLDERS:
            found = vars(self)[name]
            if not isinstance(found, kinds):
                return f"{name} must be {what} (it is a {type(found).__name__})"
        return ""

    def change_count(self) -> ChangeCount:
        """Return what moves with every change of this state, and is another for another state; None where it cannot.

        What comes after the second moves with changes of positions and exposures alone.  Every version is given out
        once, so that no change leaves it as it was, however many threads make some.
        """
        positions, symbols, currencies = self.open_positions, self.symbol_exposure, self.currency_exposure
        if not (
            isinstance(positions, OpenPositions)
            and positions.listen()
            and isinstance(symbols, TrackedDict)
            and isinstance(currencies, TrackedDict)
        ):
            return None
        holders = id(positions), id(symbols), id(currencies)
        return self, self.version, holders, positions.version, symbols.version, currencies.version

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-safe values; positions as a list."""
        plain = {
            name: json_safe(value) for name, value in vars(self).items() if name not in ("version", "open_positions")
        }
        plain["trading_state"] = self.trading_state.value
        plain["open_positions"] = [each.to_dict() for each in real_positions(self)]
        return plain

    def copy(self) -> PortfolioState:
        """Return an independent copy, its positions copied too and under the same names.

        What is no position is left out, and what is no mapping of exposures is empty there.
        """
        twin = object.__new__(PortfolioState)
        values = vars(twin)  # filled past the count of changes, of which a new object has none: 30 us
        values.update(vars(self))
        values["open_positions"] = self._copied_positions()
        values["symbol_exposure"] = _copied_exposures(self.symbol_exposure)
        values["currency_exposure"] = _copied_exposures(self.currency_exposure)
        return twin

    def _copied_positions(self) -> OpenPositions:
        """Return copies of the positions, by name."""
        found: Any = self.open_positions
        if isinstance(found, Mapping):
            return OpenPositions({name: each.copy() for name, each in found.items() if isinstance(each, Position)})
        return OpenPositions.of(each.copy() for each in real_positions(self))


def real_positions(state: PortfolioState) -> list[Position]:
    """Return the open positions without what a program put among them that is none."""
    held: Iterable[Any] = state.positions()
    return [each for each in list(held) if isinstance(each, Position)]


def _copied_exposures(exposures: Any) -> TrackedDict[str, float]:
    """Return a copy of exposures by name."""
    return TrackedDict(exposures) if isinstance(exposures, Mapping) else TrackedDict()


def plain_number(value: Any) -> Any:
    """Return numbers of numpy, fractions and decimals as plain ones, everything else as it is.

    They would be computed in their own precision, and neither JSON nor the database can hold them.
    """
    if type(value) in _PLAIN:
        return value
    if not isinstance(value, (Real, Decimal)):
        return value.item() if getattr(value, "ndim", None) == 0 else value  # a truth value of numpy is no Real
    try:
        return int(value) if isinstance(value, Integral) else float(value)
    except (ValueError, OverflowError):
        return math.nan


def json_safe(value: Any) -> Any:
    """Return a value that JSON can hold: moments as ISO text, not-a-number and infinity as None.

    What has no form of its own in JSON becomes its text.
    """
    if value is None or isinstance(value, (str, int)):
        return str.__str__(value) if isinstance(value, str) else value
    if isinstance(value, (Real, Decimal)):
        number = plain_number(value)
        return number if math.isfinite(number) else None
    if isinstance(value, datetime):
        return as_utc(value).isoformat()
    if isinstance(value, Mapping):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_safe(item) for item in value]
    return str(value)


def as_utc(moment: datetime) -> datetime:
    """Return a moment in UTC; a naive one is taken for UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
