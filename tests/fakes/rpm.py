# SPDX-License-Identifier: MIT
"""A risk manager whose answers are set by the test."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from threading import Event, RLock
from typing import Any

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.raw_layer.errors import PoolError
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.decision import (
    ApprovedTrade,
    RejectedTrade,
    RiskMetrics,
    RPMOutput,
    TradeApprovalStatus,
    TradeDecision,
)
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.risk_portfolio_manager.figures import PortfolioFigures
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState
from arbitrex_desktop.risk_portfolio_manager.state.kill_switches import KillSwitches
from tests.fakes.clock import START


class ScriptedDecision(TradeDecision, frozen=True, dict=True):
    """A decision whose checks are set by the test."""

    scripted: tuple[Verdict, ...] = ()

    @cached_property
    def checks(self) -> tuple[Verdict, ...]:
        """Return them."""
        return self.scripted


class FakeKillSwitches(KillSwitches):
    """The real ones, which remember the reasons of resumes besides."""

    def __init__(self) -> None:
        super().__init__(SystemClock(), RLock(), lambda: None, lambda: 0.0)
        self.resumed: list[str] = []

    def manual_resume(self, portfolio_state: PortfolioState, reason: str = "") -> None:
        """Resume trading."""
        super().manual_resume(portfolio_state, reason)
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
        self.portfolio_state = PortfolioState(0.0)
        self.config = RPMConfig(max_drawdown=0.1)
        self.kill_switches = FakeKillSwitches()
        self.recorded: list[TradeIntent] = []
        self.evaluated: list[TradeIntent] = []
        self.sync_failures = 0
        self.bars_read = False
        self.bars_come = Event()
        self.bars_come.set()
        self._synced_at: datetime | None = None
        self._last_error = ""
        self.sync_with_mt5_account()

    def judge(self, intent: TradeIntent, *, record: bool) -> RPMOutput:
        """Judge an intent, and remember whether it was recorded."""
        (self.recorded if record else self.evaluated).append(intent)
        return RPMOutput(
            self._decide(intent), self.portfolio_state.copy(), RiskMetrics(), "", "", self._synced_at or START
        )

    def limits_in_use(self, config: RPMConfig | None = None) -> tuple[Verdict, ...]:
        """Return two figures, whatever the limits."""
        del config
        return (
            Verdict("MAX_DRAWDOWN_EXCEEDED", Outcome.PASS, 0.012, 0.1, "share", "drawdown 1.2%, limit 10.0%"),
            Verdict("MAX_POSITIONS_REACHED", Outcome.PASS, 2.0, 8.0, "count", "position count 2, limit 8"),
        )

    def portfolio_figures(self) -> PortfolioFigures:
        """Return two positions of which one moves half against the other."""
        return PortfolioFigures(
            {"EURUSD": 50_000.0, "USDJPY": -10_000.0}, ("EURUSD", "USDJPY"), ((1.0, -0.5), (-0.5, 1.0))
        )

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

    def bars_due(self) -> bool:
        """Return whether its bars were not read yet."""
        return not self.bars_read

    def read_bars(self) -> None:
        """Wait until they come, and remember that they were read."""
        self.bars_come.wait(10.0)
        self.bars_read = True

    def get_mt5_sync_stats(self) -> dict[str, Any]:
        """Return the figures of the sync."""
        return {
            "using_mt5_pool": True,
            "initialized_by_sync": False,
            "last_sync_time": self._synced_at.isoformat() if self._synced_at else None,
            "last_error": self._last_error,
        }

    def _decide(self, intent: TradeIntent) -> TradeDecision:
        """Say yes, unless told otherwise or halted."""
        if self.error is not None:
            raise self.error
        refusal = self.refusal
        if self.portfolio_state.trading_halted and not self.reducing:
            refusal = ("TRADING_HALTED", f"trading is halted: {self.portfolio_state.halt_reason}")
        if refusal is not None:
            return _refused(intent, *refusal)
        if self.reducing:
            return _approved(intent, lots=intent.requested_volume or self.lots, stop=None, loss=0.0, reducing=True)
        price = intent.order_price or intent.current_price or 0.0
        stop = intent.stop_loss or price - intent.direction * self.stop_distance
        passed = Verdict("CONFIDENCE", Outcome.PASS, intent.confidence_score, 0.6, "", "confident enough")
        return _approved(intent, passed, lots=intent.requested_volume or self.lots, stop=stop, loss=50.0)


def _refused(intent: TradeIntent, reason: Any, message: str) -> TradeDecision:
    """Return a refusal for any code, known to the real risk manager or not."""
    trade = RejectedTrade(
        intent.symbol, intent.direction, reason, message, intent.confidence_score, intent.regime, intent.atr,
        intent.vol_percentile,
    )  # fmt: skip
    checks = (Verdict(reason, Outcome.FAIL, 2.0, 1.0, "", message),)
    return ScriptedDecision(TradeApprovalStatus.REJECTED, rejected_trade=trade, scripted=checks)


def _approved(
    intent: TradeIntent, *checks: Verdict, lots: float, stop: float | None, loss: float, reducing: bool = False
) -> TradeDecision:
    """Return an approval; a trade that reduces has no stop and no target."""
    trade = ApprovedTrade(
        symbol=intent.symbol,
        direction=intent.direction,
        position_units=lots * 100_000.0,
        lots=lots,
        confidence_score=intent.confidence_score,
        regime=intent.regime,
        base_units=lots * 100_000.0,
        confidence_adjustment=1.0,
        regime_adjustment=1.0,
        correlation_adjustment=1.0,
        atr=intent.atr,
        vol_percentile=intent.vol_percentile,
        risk_per_trade=0.01,
        entry_price=intent.current_price,
        stop_loss=stop,
        take_profit=None if reducing else intent.take_profit,
        expected_loss=loss,
        reducing=reducing,
    )
    return ScriptedDecision(TradeApprovalStatus.APPROVED, approved_trade=trade, scripted=checks)
