# SPDX-License-Identifier: MIT
"""The manager's methods that take an intent by its fields: those of `TradeIntent` are their arguments."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Concatenate, ParamSpec, Protocol

from arbitrex_desktop.risk_portfolio_manager.decision.decision import RPMOutput
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent

P = ParamSpec("P")


class _Judge(Protocol):
    """Judges intents."""

    def judge(self, intent: TradeIntent, *, record: bool) -> RPMOutput:
        """Judge one."""


def _judging_method(
    intent_of: Callable[P, TradeIntent], name: str, message: str
) -> Callable[Concatenate[_Judge, P], RPMOutput]:
    """Return the method that judges the intent of its arguments."""
    record = name == "process_trade_intent"

    def method(self: _Judge, /, *args: P.args, **kwargs: P.kwargs) -> RPMOutput:
        return self.judge(intent_of(*args, **kwargs), record=record)

    fields = signature(intent_of).parameters.values()
    taken = signature(method).replace(parameters=[Parameter("self", Parameter.POSITIONAL_ONLY), *fields])
    method.__name__, method.__qualname__, method.__doc__ = name, f"RiskPortfolioManager.{name}", message
    method.__signature__ = taken  # type: ignore[attr-defined] # for help()
    return method


process_trade_intent = _judging_method(
    TradeIntent, "process_trade_intent", "Judge an intent by its fields (see `TradeIntent`), and record it."
)
evaluate = _judging_method(
    TradeIntent, "evaluate", "Give the answer that `process_trade_intent` would give, and change nothing."
)
