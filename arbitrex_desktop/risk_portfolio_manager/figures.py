# SPDX-License-Identifier: MIT
"""What the risk manager tells of the portfolio without an intent: limits in use, sizes, and what moves together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.risk_portfolio_manager.pipeline.context_builder import build_context
from arbitrex_desktop.risk_portfolio_manager.rules.base import AccountRule
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES, limits_of_account, rules_of_account
from arbitrex_desktop.risk_portfolio_manager.state.recording import with_rise_as_profit
from arbitrex_desktop.risk_portfolio_manager.state.risk_state import RiskState
from arbitrex_desktop.risk_portfolio_manager.state.sync import take_polled

NOBODY: Final = TradeIntent("-", 1, 1.0, "TRENDING", 1.0, 0.0)
"""Stands for an intent where only the portfolio is looked at."""
_MOST_CORRELATED: Final = 12


@dataclass(frozen=True, slots=True)
class PortfolioFigures:
    """What is held, and how it moves together.

    Attributes:
        notional: net by symbol in account currency, long positive.
        correlated: up to twelve of its symbols, the largest positions first.
        correlations: of their daily returns, row by row, each in the direction held: 1 moves with it, -1 against it.
    """

    notional: dict[str, float]
    correlated: tuple[str, ...] = ()
    correlations: tuple[tuple[float, ...], ...] = ()


class RiskFigures:
    """The part of `RiskPortfolioManager` that only tells; reads memory only, and may be called from any thread."""

    config: RPMConfig
    _lock: Any
    _clock: Clock
    _state: RiskState

    def limits_in_use(self, config: RPMConfig | None = None) -> tuple[Verdict, ...]:
        """Return how much of each limit is used as things stand, in the order of the rules; reads memory only.

        A limit whose figure is not known is left out, and so is one of the day that is broken while yesterday's deals
        may count as today's, since the server's clock is not known.

        Value at risk and shortfall are of what is held and in flight.
        With a `config` the same portfolio is held against its limits, which do not come into force by that.  A rise of
        the balance that no deal explains yet counts as profit here: nothing is to be closed for it.
        """
        with self._lock:
            take_polled(self._state, self.config)
            self._state.refresh(self.config)
            held = [position.symbol for position in self._state.portfolio.positions()]
            nobody = msgspec.structs.replace(NOBODY, symbol=held[0]) if held else NOBODY
            context = build_context(self._state, nobody, self.config, self._clock.now())
            account, limits = with_rise_as_profit(self._state, context.account), config or self.config
            stands = limits_of_account(rules_of_account(limits), account, limits)
            context = msgspec.structs.replace(context, config=limits, account=account, limits=stands)
            shown = (rule for rule in ALL_RULES if rule.is_on(limits) or not isinstance(rule, AccountRule))
            found = [(rule, rule.in_use(context)) for rule in shown]
            doubted = frozenset() if self._state.knows_clock else frozenset({Outcome.FAIL})
        return tuple(
            result.verdict(context.decimals)
            for rule, result in found
            if result is not None and result.observed is not None and not (rule.daily and result.outcome in doubted)
        )

    def portfolio_figures(self) -> PortfolioFigures:
        """Return what is held by symbol, and how it moves together."""
        with self._lock:
            self._state.refresh(self.config)
            held = {name: size for name, size in self._state.book.total.held.notional.items() if size}
            names = sorted(held, key=lambda name: -abs(held[name]))[:_MOST_CORRELATED]
            weight = self.config.correlation_prior_weight
            rows = tuple(tuple(self._correlation_as_held(held, one, other, weight) for other in names) for one in names)
        return PortfolioFigures(held, tuple(names), rows)

    def _correlation_as_held(self, held: dict[str, float], one: str, other: str, weight: int) -> float:
        """Return the correlation of two positions, in the direction of each."""
        side = 1.0 if held[one] * held[other] > 0.0 else -1.0
        return 1.0 if one == other else side * self._state.stats.correlation(one, other, weight)
