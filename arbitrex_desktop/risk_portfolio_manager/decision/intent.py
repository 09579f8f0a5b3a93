# SPDX-License-Identifier: MIT
"""A trade intent as the risk manager takes it in: every field checked, or the first bad one named."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from numbers import Integral, Real
from typing import Any, Final

from arbitrex_desktop.risk_portfolio_manager.decision.decision import Regime

REGIMES: Final = frozenset(each.value for each in Regime)
_MAX_NAME = 200
_LARGEST = 1e15
"""No price, volume or money is as large as this; beyond it reckoning would overflow."""
_SMALLEST = 1e-15
"""Nor is anything above zero smaller than this: a risk divided by such a distance overflows as well."""


class InvalidField(ValueError):  # noqa: N818 - what the intent has
    """A field of an intent cannot be used; the text starts with the field's name."""


@dataclass(slots=True)
class TradeIntent:
    """What is asked for.

    Attributes: `direction` 1 or -1; `confidence_score`, `vol_percentile` and `win_rate` in [0, 1]; `regime`, a name
    of `Regime`; `atr`, `current_price`, `stop_loss`, `take_profit` in price units; `avg_win` and `avg_loss`, mean
    result of winning and losing trades as positive shares of what was risked or invested, both in the same measure;
    `num_trades`, the sample behind them; `adv_units`, average daily volume in units; `spread_pct` and
    `daily_volatility` as shares of the price; `requested_volume` in lots.
    """

    symbol: str
    direction: int
    confidence_score: float
    regime: str
    atr: float
    vol_percentile: float
    current_price: float | None = None
    win_rate: float | None = None
    avg_win: float | None = None
    avg_loss: float | None = None
    num_trades: int | None = None
    adv_units: float | None = None
    spread_pct: float | None = None
    daily_volatility: float | None = None
    strategy_id: str | None = None
    stop_loss: float | None = None
    take_profit: float | None = None
    requested_volume: float | None = None
    intent_id: str | None = None


FIELDS: Final = tuple(each.name for each in fields(TradeIntent))
"""In the order in which `read_intent` takes them."""


def read_intent(  # noqa: PLR0917 - the contract's arguments
    symbol: Any,
    direction: Any,
    confidence_score: Any,
    regime: Any,
    atr: Any,
    vol_percentile: Any,
    current_price: Any = None,
    win_rate: Any = None,
    avg_win: Any = None,
    avg_loss: Any = None,
    num_trades: Any = None,
    adv_units: Any = None,
    spread_pct: Any = None,
    daily_volatility: Any = None,
    strategy_id: Any = None,
    stop_loss: Any = None,
    take_profit: Any = None,
    requested_volume: Any = None,
    intent_id: Any = None,
) -> TradeIntent:
    """Return the intent; raise `InvalidField` for the first field that is of the wrong type or out of range."""
    if not isinstance(regime, str) or regime not in REGIMES:
        raise InvalidField(f"regime must be one of {', '.join(each.value for each in Regime)} (it is {_show(regime)})")
    return TradeIntent(
        _name("symbol", symbol),
        _direction(direction),
        _share("confidence_score", confidence_score),
        str(regime),
        _above_zero("atr", atr),
        _share("vol_percentile", vol_percentile),
        None if current_price is None else _above_zero("current_price", current_price),
        None if win_rate is None else _share("win_rate", win_rate),
        None if avg_win is None else _above_zero("avg_win", avg_win),
        None if avg_loss is None else _magnitude("avg_loss", avg_loss),
        None if num_trades is None else _whole("num_trades", num_trades),
        None if adv_units is None else _not_negative("adv_units", adv_units),
        None if spread_pct is None else _not_negative("spread_pct", spread_pct),
        None if daily_volatility is None else _not_negative("daily_volatility", daily_volatility),
        None if strategy_id is None else _name("strategy_id", strategy_id),
        None if stop_loss is None else _above_zero("stop_loss", stop_loss),
        None if take_profit is None else _above_zero("take_profit", take_profit),
        None if requested_volume is None else _above_zero("requested_volume", requested_volume),
        None if intent_id is None else _name("intent_id", intent_id),
    )


def _show(value: Any) -> str:
    """Return a value for a message, whatever it is, cut to a readable length."""
    try:
        return repr(value)[:60]
    except Exception:  # noqa: BLE001 - a foreign object's repr may do anything, and must not break the refusal
        return f"a {type(value).__name__}"


def _number(name: str, value: Any) -> float:
    """Return a finite float; numpy's numbers are numbers, booleans and texts are not."""
    if type(value) is float:
        number = value
    elif isinstance(value, bool) or not isinstance(value, Real):
        raise InvalidField(f"{name} must be a number (it is {_show(value)})")
    else:
        number = _to_float(name, value)
    if not math.isfinite(number):
        raise InvalidField(f"{name} must be finite (it is {number})")
    if abs(number) >= _LARGEST:
        raise InvalidField(f"{name} must be a number of ordinary size (it is {number:g})")
    return number


def _to_float(name: str, value: Real) -> float:
    """Convert a number that is no float; one that is too large is refused like any other bad field."""
    try:
        return float(value)
    except (OverflowError, ValueError, TypeError) as error:
        raise InvalidField(f"{name} must be a number of ordinary size") from error


def _share(name: str, value: Any) -> float:
    """Return a number in [0, 1]."""
    if type(value) is float and 0.0 <= value <= 1.0:
        return value
    number = _number(name, value)
    if not 0.0 <= number <= 1.0:
        raise InvalidField(f"{name} must be in [0, 1] (it is {number:g})")
    return number


def _above_zero(name: str, value: Any) -> float:
    """Return a number above zero."""
    if type(value) is float and _SMALLEST <= value < _LARGEST:
        return value
    number = _number(name, value)
    if not number > 0.0:
        raise InvalidField(f"{name} must be > 0 (it is {number:g})")
    if number < _SMALLEST:
        raise InvalidField(f"{name} must be a number of ordinary size (it is {number:g})")
    return number


def _not_negative(name: str, value: Any) -> float:
    """Return a number at or above zero."""
    number = _number(name, value)
    if number < 0.0:
        raise InvalidField(f"{name} must be >= 0 (it is {number:g})")
    return number


def _magnitude(name: str, value: Any) -> float:
    """Return a loss as a positive number, whichever sign it was given with; zero is refused."""
    return _above_zero(name, abs(_number(name, value)))


def _whole(name: str, value: Any) -> int:
    """Return a whole number at or above zero."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 0:
        raise InvalidField(f"{name} must be a whole number >= 0 (it is {_show(value)})")
    return int(value)


def _direction(value: Any) -> int:
    """Return 1 or -1."""
    if type(value) is int and (value == 1 or value == -1):  # noqa: PLR1714 - the membership test costs three times that
        return value
    if isinstance(value, bool) or not isinstance(value, Integral) or value not in (1, -1):
        raise InvalidField(f"direction must be 1 or -1 (it is {_show(value)})")
    return int(value)


def _name(name: str, value: Any) -> str:
    """Return a text that is not empty and not absurdly long."""
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX_NAME:
        raise InvalidField(f"{name} must be a name (it is {_show(value)})")
    return value
