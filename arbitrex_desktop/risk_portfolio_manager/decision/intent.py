# SPDX-License-Identifier: MIT
"""A trade intent as the risk manager takes it in: every field checked, or the first bad one named."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

import msgspec

from arbitrex_desktop.risk_portfolio_manager.decision.regime import Regime
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import plain_number

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


_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=_LONGEST_NAME)]
_Name = Annotated[_Text, msgspec.Meta(pattern=r"\S")]
_Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
_Positive = Annotated[float, msgspec.Meta(ge=_SMALLEST, lt=_LARGEST)]
_NotNegative = Annotated[float, msgspec.Meta(ge=0.0, lt=_LARGEST)]
_Count = Annotated[int, msgspec.Meta(ge=0)]
_Ticket = Annotated[int, msgspec.Meta(gt=0)]
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_RegimeName = Literal["TRENDING", "RANGING", "VOLATILE", "STRESSED", "CRISIS"]
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

    symbol: _Text
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
    strategy_id: _Text | None = None
    stop_loss: _Positive | None = None
    take_profit: _Positive | None = None
    requested_volume: _Positive | None = None
    intent_id: _Text | None = None
    source: IntentSource = IntentSource.STRATEGY
    order_kind: OrderKind = OrderKind.MARKET
    order_price: _Positive | None = None
    expires_at: _Moment | None = None
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


class _OfPerson(TradeIntent, frozen=True, array_like=True):
    """A person's intent whose fields hold what they must; nothing need be said of a signal, and is not judged then.

    It is made of the fields in order, which takes a third of the time of asking for each by its name.
    """

    direction: Literal[1, -1]
    regime: _RegimeName | None
    instead_of: tuple[_Name, ...] = ()


class _OfProgram(_OfPerson, frozen=True, array_like=True):
    """The same of a program, which must say what its signal is."""

    confidence_score: _Share
    regime: _RegimeName
    vol_percentile: _Share


def checked(intent: TradeIntent) -> TradeIntent:
    """Return the intent with plain numbers; raise `InvalidField` for the first field that cannot be used."""
    kind = _OfPerson if intent.source is _TRADER else _OfProgram
    try:
        sound = msgspec.convert(msgspec.structs.astuple(intent), kind)
    except msgspec.ValidationError:
        intent = _with_plain_numbers(intent)
        try:
            sound = msgspec.convert(msgspec.structs.astuple(intent), kind)
        except msgspec.ValidationError as bad:
            raise _invalid_field(intent, FIELDS[int(_FIELD_AT.findall(str(bad))[0])]) from bad
    if (type(intent.source), type(intent.order_kind), type(intent.instead_of)) != _KINDS:
        # A text or a list that became one of these is not what was meant.
        raise _invalid_field(
            intent, next(name for name, kind in _OWN_KINDS.items() if type(getattr(intent, name)) is not kind)
        )
    # A pattern that finds what is blank takes ten times as long.
    if sound.symbol.isspace() or (sound.strategy_id or "-").isspace() or (sound.intent_id or "-").isspace():
        raise _invalid_field(intent, next(name for name in _NAMES if (getattr(sound, name) or "-").isspace()))
    if fault := _order_fault(sound):
        raise InvalidField(fault)
    return sound


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


def _show_value(value: Any) -> str:
    """Return a value for a message, cut to a readable length; of anything but text and numbers, what kind it is."""
    if value is None:
        return "not given"
    return repr(value)[:60] if type(value) in (str, int, float, bool) else f"of type {type(value).__name__}"


def _invalid_field(intent: TradeIntent, name: str) -> InvalidField:
    """Return what is said of a field that cannot be used."""
    return InvalidField(f"{name} must be {_MUST.get(name, _ABOVE_ZERO)} (it is {_show_value(getattr(intent, name))})")


def _with_plain_numbers(intent: TradeIntent) -> TradeIntent:
    """Return the intent with plain numbers for those of numpy, fractions and decimals, and a loss as a positive one."""
    values = {name: plain_number(getattr(intent, name)) for name in FIELDS}
    loss = values["avg_loss"]
    return TradeIntent(**{**values, "avg_loss": abs(loss) if type(loss) in (int, float) else loss})


def _order_fault(intent: TradeIntent) -> str:
    """Return what does not fit how the trade is entered, empty when all does."""
    if intent.order_kind is _MARKET:
        if intent.order_price is None and intent.expires_at is None:
            return ""
        given = "expires_at" if intent.order_price is None else "order_price"
        return f"{given} must be left out of an order at the market (it is {_show_value(getattr(intent, given))})"
    if intent.order_price is None:
        return "order_price must be given for an order that rests"
    if intent.reduce_only:
        return "reduce_only must be False for an order that rests (it is True)"
    if intent.position_ticket is not None:
        return f"position_ticket must be left out of an order that rests (it is {intent.position_ticket})"
    return ""


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


FIELDS: Final = TradeIntent.__struct_fields__
_NAMES: Final = ("symbol", "strategy_id", "intent_id")
_OWN_KINDS: Final = {"source": IntentSource, "order_kind": OrderKind, "instead_of": tuple}
_KINDS: Final = tuple(_OWN_KINDS.values())
_FIELD_AT: Final = re.compile(r"\$\[(\d+)\]")
_ABOVE_ZERO: Final = "a number above zero, of ordinary size"
_MUST: Final = {
    **dict.fromkeys(_NAMES, "a name"),
    **dict.fromkeys(("confidence_score", "vol_percentile", "win_rate"), "a number in [0, 1]"),
    **dict.fromkeys(("adv_units", "spread_pct", "daily_volatility"), "a number of 0 or more, of ordinary size"),
    **dict.fromkeys(("position_ticket", "magic"), "a whole number above zero"),
    "direction": "1 or -1",
    "regime": f"one of {', '.join(Regime)}",
    "num_trades": "a whole number of 0 or more",
    "source": f"one of {', '.join(IntentSource)}",
    "order_kind": f"one of {', '.join(OrderKind)}",
    "expires_at": "a moment with its time zone",
    "reduce_only": "True or False",
    "instead_of": "a tuple of names",
}
"""What a field must be, in words; all others must be above zero."""
_NO_MATTER_TO_AN_EXIT: Final = (
    *("current_price", "win_rate", "avg_win", "avg_loss", "num_trades", "adv_units", "spread_pct", "daily_volatility"),
    *("take_profit", "magic"),
)
