# SPDX-License-Identifier: MIT
"""A risk manager whose answers are set by the test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.raw_layer.errors import PoolError
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict


@dataclass
class FakePortfolio:
    """The portfolio as last synced."""

    total_capital: float = 0.0
    equity: float = 0.0
    peak_equity: float = 0.0
    current_drawdown: float = 0.0
    daily_pnl: float = 0.0
    weekly_pnl: float = 0.0
    day_anchor: float | None = None
    week_anchor: float | None = None
    trading_halted: bool = False
    halt_reason: str | None = None
    halt_timestamp: datetime | None = None
    symbol_exposure: Mapping[str, float] = field(default_factory=dict)
    currency_exposure: Mapping[str, float] = field(default_factory=dict)

    @property
    def trading_state(self) -> str:
        """Return HALTED or ACTIVE."""
        return "HALTED" if self.trading_halted else "ACTIVE"


@dataclass(frozen=True)
class FakeLimits:
    """The limits that the window shows."""

    max_drawdown: float = 0.1
    daily_loss_limit: float = 0.02
    weekly_loss_limit: float = 0.05
    max_daily_drawdown: float = 0.03


@dataclass(frozen=True)
class FakeTrade:
    """An approved trade."""

    lots: float
    stop_loss: float | None
    take_profit: float | None
    expected_loss: float | None
    reducing: bool = False


@dataclass(frozen=True)
class FakeRefusal:
    """A refusal."""

    rejection_reason: str
    rejection_details: str


@dataclass(frozen=True)
class FakeDecision:
    """The answer."""

    status: str
    approved_trade: FakeTrade | None
    rejected_trade: FakeRefusal | None
    checks: tuple[Verdict, ...]


@dataclass(frozen=True)
class FakeOutput:
    """What is handed back."""

    decision: FakeDecision


class FakeKillSwitches:
    """Remembers halts and resumes; a halt refuses every intent."""

    def __init__(self) -> None:
        self.resumed: list[str] = []

    def manual_halt(self, portfolio_state: FakePortfolio, reason: str) -> None:
        """Halt trading."""
        portfolio_state.trading_halted, portfolio_state.halt_reason = True, reason

    def manual_resume(self, portfolio_state: FakePortfolio, reason: str = "") -> None:
        """Resume trading."""
        portfolio_state.trading_halted, portfolio_state.halt_reason = False, None
        self.resumed.append(reason)


class FakeRiskManager:
    """Implements `desk.risk_view.RiskManagerView`: approves `lots` with a stop `stop_distance` away.

    `refusal` (reason and words) makes it say no; `error` makes it raise; `reducing` calls every trade a reduction.
    `recorded` and `evaluated` have the intents asked about, `released` those that will not happen.
    """

    def __init__(self, pool: PoolReader, lots: float = 0.1, stop_distance: float = 0.005) -> None:
        self._pool = pool
        self.lots = lots
        self.stop_distance = stop_distance
        self.refusal: tuple[str, str] | None = None
        self.error: Exception | None = None
        self.reducing = False
        self.released: list[str] = []
        self.closed = False
        self.portfolio_state = FakePortfolio()
        self.config = FakeLimits()
        self.kill_switches = FakeKillSwitches()
        self.recorded: list[dict[str, Any]] = []
        self.evaluated: list[dict[str, Any]] = []
        self.sync_failures = 0
        self._synced_at: datetime | None = None
        self._last_error = ""
        self.sync_with_mt5_account()

    def process_trade_intent(self, **intent: Any) -> FakeOutput:
        """Judge an intent and remember that it was recorded."""
        self.recorded.append(intent)
        return self._answer(intent)

    def evaluate(self, **intent: Any) -> FakeOutput:
        """Judge an intent."""
        self.evaluated.append(intent)
        return self._answer(intent)

    def release_intent(self, intent_id: str) -> bool:
        """Remember what will not happen."""
        self.released.append(intent_id)
        return True

    def close(self) -> None:
        """Remember the end."""
        self.closed = True

    def sync_with_mt5_account(self, *, measure: bool = True) -> bool:
        """Read the account through the pool."""
        try:
            reading = self._pool.read_account()
        except (PoolError, MT5Error) as error:
            self.sync_failures += 1
            self._last_error = str(error)
            return False
        self.portfolio_state.total_capital = reading.account.balance
        self.portfolio_state.equity = reading.account.equity
        self._synced_at = reading.observed_at
        return True

    def get_mt5_sync_stats(self) -> dict[str, Any]:
        """Return the figures of the sync."""
        return {
            "using_mt5_pool": True,
            "initialized_by_sync": False,
            "last_sync_time": self._synced_at.isoformat() if self._synced_at else None,
            "last_error": self._last_error,
        }

    def _answer(self, intent: Mapping[str, Any]) -> FakeOutput:
        """Say yes, unless told otherwise or halted."""
        if self.error is not None:
            raise self.error
        refusal = self.refusal
        if self.portfolio_state.trading_halted and not self.reducing:
            refusal = ("TRADING_HALTED", f"trading is halted: {self.portfolio_state.halt_reason}")
        if refusal is not None:
            checks = (Verdict(refusal[0], Outcome.FAIL, 2.0, 1.0, "", refusal[1]),)
            return FakeOutput(FakeDecision("REJECTED", None, FakeRefusal(*refusal), checks))
        price = float(intent["current_price"])
        if self.reducing:
            trade = FakeTrade(intent["requested_volume"] or self.lots, None, None, 0.0, reducing=True)
            return FakeOutput(FakeDecision("APPROVED", trade, None, ()))
        stop = intent["stop_loss"] or price - intent["direction"] * self.stop_distance
        trade = FakeTrade(intent["requested_volume"] or self.lots, stop, intent["take_profit"], 50.0)
        checks = (Verdict("CONFIDENCE", Outcome.PASS, intent["confidence_score"], 0.6, "", "confident enough"),)
        return FakeOutput(FakeDecision("APPROVED", trade, None, checks))
