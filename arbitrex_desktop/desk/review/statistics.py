# SPDX-License-Identifier: MIT
"""What closed trades come to: expectancy, win rate, profit factor, drawdown, and the same by group."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from arbitrex_desktop.desk.review.trades import ClosedTrade


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures of trades that are wholly closed; money in account currency, with all costs.

    Attributes:
        trades: how many
        wins, losses: with a result above and below zero
        net: sum of the results
        won, lost: sums of the results above and below zero; `lost` is negative or zero
        costs: commission, swap and fees in all
        best, worst: greatest and least result
        max_drawdown: greatest fall of the running sum of results below its peak, in the order of closing; 0 or more
        losing_run: most losses in a row
        mean_r: mean of the results in R, None where no trade has one
        mean_seconds: mean time that they were open, None where it is not known of any
    """

    trades: int = 0
    wins: int = 0
    losses: int = 0
    net: float = 0.0
    won: float = 0.0
    lost: float = 0.0
    costs: float = 0.0
    best: float | None = None
    worst: float | None = None
    max_drawdown: float = 0.0
    losing_run: int = 0
    mean_r: float | None = None
    mean_seconds: float | None = None

    @property
    def win_rate(self) -> float | None:
        """Share of the trades that won, None for no trade."""
        return self.wins / self.trades if self.trades else None

    @property
    def expectancy(self) -> float | None:
        """What a trade brought on average, None for no trade."""
        return self.net / self.trades if self.trades else None

    @property
    def profit_factor(self) -> float | None:
        """What was won for each unit lost, None where nothing was lost."""
        return self.won / -self.lost if self.lost < 0.0 else None

    @property
    def mean_win(self) -> float | None:
        """What a winning trade brought on average, None for none."""
        return self.won / self.wins if self.wins else None

    @property
    def mean_loss(self) -> float | None:
        """What a losing trade cost on average, negative; None for none."""
        return self.lost / self.losses if self.losses else None


@dataclass(frozen=True, slots=True)
class Group:
    """The trades of one kind: what they have in common, and their figures."""

    name: str | int
    figures: Statistics


@dataclass(frozen=True, slots=True)
class DecisionCount:
    """How often intents of a time were approved, and refused by each rule.

    Attributes:
        approved: intents that were approved, by the trader or a policy
        refused: the risk manager's refusals by reason code, the most frequent first
        rejected: intents that a person or a strategy turned down
    """

    approved: int = 0
    refused: tuple[tuple[str, int], ...] = ()
    rejected: int = 0


def statistics(trades: Iterable[ClosedTrade], digits: int = 2) -> Statistics:
    """Return the figures of the trades that are wholly closed; results are rounded to the currency's decimals."""
    closed = sorted((trade for trade in trades if trade.whole), key=lambda trade: trade.closed_at)
    results = [round(trade.net, digits) for trade in closed]
    wins = [result for result in results if result > 0.0]
    losses = [result for result in results if result < 0.0]
    costs = [amount for trade in closed for amount in (trade.commission, trade.swap, trade.fee)]
    return Statistics(
        trades=len(closed),
        wins=len(wins),
        losses=len(losses),
        net=_sum(results, digits),
        won=_sum(wins, digits),
        lost=_sum(losses, digits),
        costs=_sum(costs, digits),
        best=max(results, default=None),
        worst=min(results, default=None),
        max_drawdown=round(deepest_fall(results), digits),
        losing_run=longest_run(result < 0.0 for result in results),
        mean_r=_mean([trade.r for trade in closed if trade.r is not None]),
        mean_seconds=_mean([trade.seconds for trade in closed if trade.seconds is not None]),
    )


def grouped(
    trades: Iterable[ClosedTrade], name: Callable[[ClosedTrade], str | int | None], digits: int = 2
) -> tuple[Group, ...]:
    """Return figures by what `name` calls a trade, in the order of the names; one that it calls None is left out."""
    found: dict[str | int, list[ClosedTrade]] = defaultdict(list)
    for trade in trades:
        key = name(trade)
        if key is not None and trade.whole:
            found[key].append(trade)
    return tuple(Group(key, statistics(found[key], digits)) for key in sorted(found, key=_order))


def deepest_fall(results: Iterable[float]) -> float:
    """Return the greatest fall of a running sum, which begins with zero, below its peak."""
    level = peak = fall = 0.0
    for result in results:
        level += result
        peak = max(peak, level)
        fall = max(fall, peak - level)
    return fall


def deepest_share(start: float, steps: Iterable[tuple[float, bool]]) -> float | None:
    """Return the greatest fall of a balance below its peak as a share of it, None where it was never above zero.

    `steps` are amounts, each with whether it was paid in or out: that moves the peak along and is no loss or gain.
    """
    balance = peak = start
    fall = 0.0 if start > 0.0 else None
    for amount, paid in steps:
        if paid and balance > 0.0:
            peak *= max(0.0, balance + amount) / balance
        balance += amount
        peak = max(peak, balance)
        if peak > 0.0:
            fall = max(fall or 0.0, (peak - balance) / peak)
    return fall


def longest_run(found: Iterable[bool]) -> int:
    """Return the most that are true in a row."""
    longest = run = 0
    for each in found:
        run = run + 1 if each else 0
        longest = max(longest, run)
    return longest


def _order(name: str | int) -> tuple[int, str]:
    return (name, "") if isinstance(name, int) else (0, name)


def _sum(amounts: Iterable[float], digits: int) -> float:
    return round(math.fsum(amounts), digits)


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None
