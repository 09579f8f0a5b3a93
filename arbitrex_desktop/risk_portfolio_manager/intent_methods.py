# SPDX-License-Identifier: MIT
"""The manager's methods that take an intent by its fields: one list of arguments for all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Concatenate, ParamSpec, Protocol

from arbitrex_desktop.risk_portfolio_manager.decision.decision import RPMOutput
from arbitrex_desktop.risk_portfolio_manager.decision.intent import IntentSource, TradeIntent

P = ParamSpec("P")


class _Judge(Protocol):
    """Judges intents."""

    def judge(self, intent: TradeIntent, *, record: bool) -> RPMOutput:
        """Judge one."""


def _judging(
    read: Callable[Concatenate[_Judge, P], TradeIntent], name: str, words: str
) -> Callable[Concatenate[_Judge, P], RPMOutput]:
    """Return the method that judges the intent which `read` makes of its arguments."""
    record = name == "process_trade_intent"

    @wraps(read)
    def method(self: _Judge, /, *args: P.args, **kwargs: P.kwargs) -> RPMOutput:
        return self.judge(read(self, *args, **kwargs), record=record)

    method.__name__, method.__qualname__, method.__doc__ = name, f"RiskPortfolioManager.{name}", words
    method.__signature__ = signature(read).replace(return_annotation="RPMOutput")  # type: ignore[attr-defined] # for help()
    return method


def _by_fields(  # noqa: PLR0917 - the contract's arguments
    self: _Judge,
    symbol: str,
    direction: int,
    confidence_score: float,
    regime: str,
    atr: float,
    vol_percentile: float,
    current_price: float | None = None,
    win_rate: float | None = None,
    avg_win: float | None = None,
    avg_loss: float | None = None,
    num_trades: int | None = None,
    adv_units: float | None = None,
    spread_pct: float | None = None,
    daily_volatility: float | None = None,
    *,
    strategy_id: str | None = None,
    stop_loss: float | None = None,
    take_profit: float | None = None,
    requested_volume: float | None = None,
    intent_id: str | None = None,
    source: IntentSource = IntentSource.STRATEGY,
    reduce_only: bool = False,
    position_ticket: int | None = None,
    magic: int | None = None,
) -> TradeIntent:
    """Return the intent of these fields."""
    del self
    return TradeIntent(
        symbol,
        direction,
        confidence_score,
        regime,
        atr,
        vol_percentile,
        current_price,
        win_rate,
        avg_win,
        avg_loss,
        num_trades,
        adv_units,
        spread_pct,
        daily_volatility,
        strategy_id,
        stop_loss,
        take_profit,
        requested_volume,
        intent_id,
        source=source,
        reduce_only=reduce_only,
        position_ticket=position_ticket,
        magic=magic,
    )


process_trade_intent = _judging(
    _by_fields, "process_trade_intent", "Judge an intent by its fields (see `TradeIntent`), and record it."
)
evaluate = _judging(
    _by_fields, "evaluate", "Give the answer that `process_trade_intent` would give, and change nothing."
)
