# SPDX-License-Identifier: MIT
"""Review with trades that never change, and notes that last as long as it does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from arbitrex_desktop.desk.review.statistics import DecisionCount, deepest_share, grouped, statistics
from arbitrex_desktop.desk.review.store import Annotation, EquityMoment
from arbitrex_desktop.desk.review.trades import DEPOSIT, ClosedTrade, MoneyFlow
from arbitrex_desktop.desk.review.views import PastIntent, ReportProgress, ReviewData, ReviewQuery, strategy_of
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from tests.fakes.records import replace

BEGIN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
_DEPOSIT = 100_000.0
_RESULTS = (120.5, -80.25, 310.0, -45.0, 15.75, -210.4, 95.0, 60.1, -30.0, 402.9, -12.5, 88.0)
_SYMBOLS = (("EURUSD", 1.16, 5), ("GBPUSD", 1.33, 5), ("USDJPY", 151.2, 3), ("XAUUSD", 4052.5, 2))
_SOURCES = ("manual", "trend-follow", "", "manual")
_REASONS = ("target", "stop", "by hand", "program")


def closed_trade(number: int = 0, result: float = 120.5) -> ClosedTrade:
    """Return one of the trades: the higher the number, the later."""
    symbol, price, digits = _SYMBOLS[number % len(_SYMBOLS)]
    direction = 1 if number % 3 else -1
    step = 10.0**-digits
    opened = BEGIN + timedelta(hours=19 * number)
    source = _SOURCES[number % len(_SOURCES)]
    return ClosedTrade(
        position=100_002 + 7 * number,
        life=0,
        symbol=symbol,
        direction=direction,
        volume=0.1 * (1 + number % 3),
        closed_volume=0.1 * (1 + number % 3),
        opened_at=opened,
        closed_at=opened + timedelta(minutes=25 + 11 * number),
        entry=price,
        exit=price + direction * result * step,
        profit=result + 1.4,
        commission=-1.0,
        swap=-0.4,
        fee=0.0,
        reason=_REASONS[number % len(_REASONS)],
        exits=1 + number % 2,
        orders=(100_002 + 7 * number,),
        exit_orders=(100_005 + 7 * number,),
        intent_id="7KQ2M4XW9T0A" if source else "",
        source=source,
        first_stop=price - direction * 98 * step if source else None,
        slippage_points=1.0 if source else None,
        slippage_amount=0.1 if source else None,
    )


TRADES = tuple(closed_trade(number, result) for number, result in enumerate(_RESULTS))


INTENTS = (
    PastIntent("7KQ2M4XW9T0B", BEGIN + timedelta(hours=2), "GBPUSD", -1, "trend-follow", "REJECTED", "desk", "no room"),
    PastIntent("7KQ2M4XW9T0A", BEGIN, "EURUSD", 1, "manual", "FILLED", "trader", "filled 0.10 lots"),
)


class FakeReview:
    """Implements `ui.seam.ReviewAccess`.

    Attributes: `trades`, what there is, oldest first; `failure`, what `read` raises; `asked`, each call in order.
    """

    def __init__(self, asked: list[tuple[object, ...]], trades: tuple[ClosedTrade, ...] = TRADES) -> None:
        self.trades = trades
        self.failure: Exception | None = None
        self.asked = asked

    def read(self, query: ReviewQuery, report: ReportProgress) -> ReviewData:
        """Return the trades that fit, with their figures."""
        self.asked.append(("review", query))
        report("Reading the broker's deals", 0.0)
        if self.failure is not None:
            raise self.failure
        ends = [trade.closed_at + timedelta(days=1) for trade in self.trades]
        first, last = query.since or BEGIN, query.until or max(ends, default=BEGIN)
        there = [trade for trade in self.trades if first <= trade.closed_at < last]
        chosen = tuple(trade for trade in there if query.fits(trade))
        level, balance = _DEPOSIT, [(BEGIN - timedelta(hours=1), _DEPOSIT)]
        for trade in there:
            level += trade.net
            balance.append((trade.closed_at, level))
        equity = tuple(
            EquityMoment(at + timedelta(minutes=minutes), level - 40.0 + minutes, _DEPOSIT)
            for at, level in balance
            for minutes in (5, 60)
        )
        names = {"symbol": lambda trade: trade.symbol, "strategy": strategy_of, "reason": lambda trade: trade.reason}
        groups = {name: grouped(chosen, named) for name, named in names.items()}
        groups["hour"] = grouped(chosen, lambda trade: trade.opened_at.hour if trade.opened_at else None)
        groups["weekday"] = grouped(chosen, lambda trade: trade.opened_at.weekday() if trade.opened_at else None)
        return ReviewData(
            query=query,
            account="50000001 @ Arbitrex-Simulated",
            currency="USD",
            money_digits=2,
            began=BEGIN,
            read_at=BEGIN + timedelta(days=20),
            trades=chosen[::-1],
            figures=statistics(chosen),
            drawdown_share=deepest_share(_DEPOSIT, [(trade.net, False) for trade in there]),
            groups=groups,
            decisions=DecisionCount(9, (("MAX_EXPOSURE_EXCEEDED", 4), ("MIN_INTERVAL", 2)), 3),
            intents=tuple(each for each in INTENTS if query.fits_intent(each)),
            balance=tuple(balance),
            equity=equity,
            flows=(MoneyFlow(100_001, BEGIN - timedelta(hours=1), _DEPOSIT, DEPOSIT, "Deposit"),),
            symbols=tuple(sorted({trade.symbol for trade in there})),
            strategies=tuple(sorted({strategy_of(trade) for trade in there})),
            price_digits={symbol: digits for symbol, _, digits in _SYMBOLS},
        )

    def checks(self, intent_id: str) -> tuple[Verdict, ...]:
        """Return one check that passed, for any intent."""
        self.asked.append(("checks", intent_id))
        return (Verdict("MAX_LOTS", Outcome.PASS, 0.1, 5.0, "lots", "0.10 lots of at most 5.00", "position size"),)

    def annotate(self, trade: str, annotation: Annotation) -> None:
        """Keep a note."""
        self.asked.append(("annotate", trade, annotation))
        self.trades = tuple(
            replace(each, note=annotation.note, tags=annotation.tags) if each.key == trade else each
            for each in self.trades
        )
