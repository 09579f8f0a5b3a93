# SPDX-License-Identifier: MIT
"""A trade intent as the risk manager takes it in: every field checked, or the first bad one named."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from numbers import Integral, Real
from operator import attrgetter
from typing import Annotated, Any, Final, Literal

import msgspec

from arbitrex_desktop.risk_portfolio_manager.decision.regime import Regime

_LONGEST_NAME: Final = 200
_LARGEST: Final = 1e15
"""No price, volume or money is as large as this; beyond it, arithmetic would overflow."""
_SMALLEST: Final = 1e-15
"""Nor is anything above zero smaller than this: a risk divided by such a distance overflows as well."""


class InvalidField(ValueError):  # noqa: N818 - what the intent has
    """A field of an intent cannot be used; the text starts with the field's name."""


class IntentSource(StrEnum):
    """Who asks: a program, or a person."""

    STRATEGY = "STRATEGY"
    TRADER = "TRADER"


class OrderKind(StrEnum):
    """How the trade is to be entered: at once, or by an order that rests until the price is reached."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP = "STOP"


_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=_LONGEST_NAME, pattern=r"\S")]
_Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
_Positive = Annotated[float, msgspec.Meta(ge=_SMALLEST, lt=_LARGEST)]
_NotNegative = Annotated[float, msgspec.Meta(ge=0.0, lt=_LARGEST)]
_Count = Annotated[int, msgspec.Meta(ge=0)]
_Ticket = Annotated[int, msgspec.Meta(gt=0)]
_MARKET: Final = OrderKind.MARKET
_TRADER: Final = IntentSource.TRADER


class TradeIntent(msgspec.Struct, frozen=True):
    """What is asked for, as one value from the desk to the rules; `checked` tells whether it can be used.

    Attributes:
        symbol: what to trade.
        direction: 1 to buy, -1 to sell.
        confidence_score: how sure the sender is, in [0, 1]; a person may leave it out, as regime and percentile.
        regime: a name of `Regime`.
        atr: average true range, in price units.
        vol_percentile: how volatile the market is against its past, in [0, 1].
        current_price: what the sender believes the price to be.
        win_rate: share of winning trades, in [0, 1].
        avg_win: mean result of winning trades, a positive share of what was risked or invested.
        avg_loss: mean result of losing trades in the same measure, as a positive number.
        num_trades: the sample behind these statistics.
        adv_units: average daily volume, in units.
        spread_pct: spread as a share of the price.
        daily_volatility: standard deviation of daily returns, as a share of the price.
        strategy_id: the strategy's name; None when a person asks.
        stop_loss: price of the stop; None lets the risk manager place it.
        take_profit: price of the target.
        requested_volume: lots; None lets the risk manager size the trade.
        intent_id: the sender's name for this intent.
        source: who asks.
        order_kind: how the trade is entered.
        order_price: price at which a resting order is entered.
        expires_at: when a resting order ends, in UTC; None for never, or where the broker's own day says so.
        reduce_only: whether the trade must only take off an open position.
        position_ticket: the broker's number of the position that is meant.
        instead_of: names of trades in flight of which only this one or they happen, not both; they do not count
            against it.
        magic: what the sender's order will be marked with; None when that is not known.
    """

    symbol: _Name
    direction: int
    confidence_score: _Share | None
    regime: str | None
    atr: _Positive
    vol_percentile: _Share | None
    current_price: _Positive | None = None
    win_rate: _Share | None = None
    avg_win: _Positive | None = None
    avg_loss: _Positive | None = None
    num_trades: _Count | None = None
    adv_units: _NotNegative | None = None
    spread_pct: _NotNegative | None = None
    daily_volatility: _NotNegative | None = None
    strategy_id: _Name | None = None
    stop_loss: _Positive | None = None
    take_profit: _Positive | None = None
    requested_volume: _Positive | None = None
    intent_id: _Name | None = None
    source: IntentSource = IntentSource.STRATEGY
    order_kind: OrderKind = OrderKind.MARKET
    order_price: _Positive | None = None
    expires_at: datetime | None = None
    reduce_only: bool = False
    position_ticket: _Ticket | None = None
    instead_of: tuple[str, ...] = ()
    magic: _Ticket | None = None

    @property
    def is_person_s(self) -> bool:
        """Whether a person asks who names no strategy; programs that name none are one strategy together."""
        return self.strategy_id is None and self.source is _TRADER

    @property
    def rests(self) -> bool:
        """Whether it asks for an order that rests until its price is reached."""
        return self.order_kind is not _MARKET


class _Sound(TradeIntent, frozen=True):
    """A program's intent at the market, as nearly all are."""

    direction: Literal[1, -1]
    confidence_score: _Share
    regime: Literal["TRENDING", "RANGING", "VOLATILE", "STRESSED", "CRISIS"]
    vol_percentile: _Share
    order_price: None = None
    expires_at: None = None


def checked(intent: TradeIntent) -> TradeIntent:
    """Return the intent with plain numbers; raise `InvalidField` for the first field that cannot be used.

    Most hold what the fields' types say; of any other each field is looked at by its name.
    """
    try:
        sound = msgspec.convert(intent, _Sound, from_attributes=True)
    except msgspec.ValidationError:
        return _checked_by_name(intent)
    plain = sound.source is intent.source and intent.order_kind is _MARKET and type(intent.instead_of) is tuple
    return sound if plain and all(sound.instead_of) else _checked_by_name(intent)


def _checked_by_name(intent: TradeIntent) -> TradeIntent:
    """Return the intent with plain numbers; raise `InvalidField` for the first field that cannot be used."""
    amiss = _amiss(intent) or (_resting_amiss(intent) if intent.rests else _market_amiss(intent))
    if amiss:
        raise InvalidField(amiss)
    changes, values = {}, _values_of(intent)
    needed = _NEEDED if intent.source is _TRADER else _NEEDED_OF_STRATEGY
    for value, name, check in zip(values, _FIELD_CHECKS, _FIELD_CHECKS.values(), strict=True):
        if value is not None or name in needed:
            usable = check(name, value)
            if usable is not value:
                changes[name] = usable
    return msgspec.structs.replace(intent, **changes) if changes else intent


def checked_or_exit(intent: TradeIntent) -> tuple[TradeIntent, str]:
    """Return the checked intent and nothing, or what an exit needs of it and why it can be nothing but an exit.

    Raises `InvalidField` for a field that an exit needs, too.
    """
    try:
        return checked(intent), ""
    except InvalidField as bad:
        try:
            return checked(_as_exit(intent)), str(bad)
        except InvalidField:
            raise bad from None


def _show(value: Any) -> str:
    """Return a value for a message, cut to a readable length; of anything but text and numbers, what kind it is."""
    if value is None:
        return "not given"
    return repr(value)[:60] if type(value) in (str, int, float, bool) else f"of type {type(value).__name__}"


def _number(name: str, value: Any) -> float:
    """Return a finite float; numpy's numbers and decimals are numbers, booleans and texts are not."""
    number = value if type(value) is float else _as_float(name, value)
    if -_LARGEST < number < _LARGEST:
        return number
    kind = "a number of ordinary size" if math.isfinite(number) else "finite"
    raise InvalidField(f"{name} must be {kind} (it is {number:g})")


def _as_float(name: str, value: Any) -> float:
    """Return a number that is no float as one."""
    if isinstance(value, bool) or not isinstance(value, (Real, Decimal)):
        raise InvalidField(f"{name} must be a number (it is {_show(value)})")
    try:
        return float(value)
    except (OverflowError, ValueError, TypeError) as error:
        raise InvalidField(f"{name} must be a number of ordinary size") from error


def _within(least: float, bounds: str, most: float, name: str, value: Any) -> float:
    """Return a number from `least` to `most`; `bounds` says so."""
    if type(value) is float and least <= value <= most and value < _LARGEST:
        return value
    number = _number(name, value)
    if not least <= number <= most:
        ordinary = "be a number of ordinary size" if 0.0 < number < least else f"be {bounds}"
        raise InvalidField(f"{name} must {ordinary} (it is {number:g})")
    return number


_share: Final = partial(_within, 0.0, "in [0, 1]", 1.0)
_not_negative: Final = partial(_within, 0.0, ">= 0", _LARGEST)
_above_zero: Final = partial(_within, _SMALLEST, "> 0", _LARGEST)


def _magnitude(name: str, value: Any) -> float:
    """Return a loss as a positive number, whichever sign it was given with; zero is refused."""
    return _above_zero(name, abs(_number(name, value)))


def _whole(name: str, value: Any) -> int:
    """Return a whole number at or above zero."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 0:
        raise InvalidField(f"{name} must be a whole number >= 0 (it is {_show(value)})")
    return int(value)


def _direction(name: str, value: Any) -> int:
    """Return 1 or -1."""
    if isinstance(value, bool) or not isinstance(value, (int, Integral)) or value not in (1, -1):
        raise InvalidField(f"{name} must be 1 or -1 (it is {_show(value)})")
    return int(value)


def _name(name: str, value: Any) -> str:
    """Return a text that is not empty and not absurdly long."""
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_NAME:
        raise InvalidField(f"{name} must be a name (it is {_show(value)})")
    return value


def _regime(name: str, value: Any) -> str:
    """Return a regime's name."""
    if not isinstance(value, str) or value not in _REGIMES:
        raise InvalidField(f"{name} must be one of {', '.join(_REGIMES)} (it is {_show(value)})")
    return value


def _amiss(intent: Any) -> str:
    """Return which field that is no number cannot be used, empty when all can."""
    if not isinstance(intent.source, IntentSource):
        return f"source must be one of {', '.join(IntentSource)} (it is {_show(intent.source)})"
    if not isinstance(intent.order_kind, OrderKind):
        return f"order_kind must be one of {', '.join(OrderKind)} (it is {_show(intent.order_kind)})"
    if not isinstance(intent.reduce_only, bool):
        return f"reduce_only must be True or False (it is {_show(intent.reduce_only)})"
    for name, value in (("position_ticket", intent.position_ticket), ("magic", intent.magic)):
        if value is not None and not _is_ticket(value):
            return f"{name} must be a whole number above zero (it is {_show(value)})"
    names = intent.instead_of
    if not isinstance(names, tuple) or (names and not all(isinstance(name, str) and name for name in names)):
        return f"instead_of must be a tuple of names (it is {_show(names)})"
    return ""


def _market_amiss(intent: Any) -> str:
    """Return which field only a resting order has, empty when there is none."""
    for name, value in (("order_price", intent.order_price), ("expires_at", intent.expires_at)):
        if value is not None:
            return f"{name} must be left out of an order at the market (it is {_show(value)})"
    return ""


def _resting_amiss(intent: Any) -> str:
    """Return which field of a resting order cannot be used, empty when all can."""
    if intent.order_price is None:
        return "order_price must be given for an order that rests"
    _above_zero("order_price", intent.order_price)
    moment = intent.expires_at
    if moment is not None and not (isinstance(moment, datetime) and moment.tzinfo is not None):
        return f"expires_at must be a moment with its time zone (it is {_show(moment)})"
    if intent.reduce_only:
        return "reduce_only must be False for an order that rests (it is True)"
    if intent.position_ticket is not None:
        return f"position_ticket must be left out of an order that rests (it is {_show(intent.position_ticket)})"
    return ""


def _is_ticket(value: Any) -> bool:
    """Return whether a value can be a broker's number."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _as_exit(intent: TradeIntent) -> TradeIntent:
    """Return the intent without what an exit does not need, so that a bad figure among it cannot block one."""
    signal: dict[str, Any] = {
        "confidence_score": 0.0,
        "regime": Regime.TRENDING.value,
        "atr": 1.0,
        "vol_percentile": 0.0,
    }
    if intent.reduce_only is True or intent.position_ticket is not None:  # it opens nothing that needs a stop
        signal["stop_loss"] = None
    return msgspec.structs.replace(intent, **signal, **dict.fromkeys(_NO_MATTER_TO_AN_EXIT))


_REGIMES: Final = tuple(each.value for each in Regime)
_FIELD_CHECKS: Final[dict[str, Callable[[str, Any], Any]]] = {
    "symbol": _name,
    "direction": _direction,
    "confidence_score": _share,
    "regime": _regime,
    "atr": _above_zero,
    "vol_percentile": _share,
    "current_price": _above_zero,
    "win_rate": _share,
    "avg_win": _above_zero,
    "avg_loss": _magnitude,
    "num_trades": _whole,
    "adv_units": _not_negative,
    "spread_pct": _not_negative,
    "daily_volatility": _not_negative,
    "strategy_id": _name,
    "stop_loss": _above_zero,
    "take_profit": _above_zero,
    "requested_volume": _above_zero,
    "intent_id": _name,
    "order_price": _above_zero,
}
FIELDS: Final = TradeIntent.__struct_fields__
_NEEDED: Final = frozenset({"symbol", "direction", "atr"})
_NEEDED_OF_STRATEGY: Final = _NEEDED | {"confidence_score", "regime", "vol_percentile"}
"""A person need not say anything of a signal: what is not given is not judged."""
_NO_MATTER_TO_AN_EXIT: Final = (
    *("current_price", "win_rate", "avg_win", "avg_loss", "num_trades", "adv_units", "spread_pct", "daily_volatility"),
    *("take_profit", "magic"),
)
_values_of: Final = attrgetter(*_FIELD_CHECKS)
