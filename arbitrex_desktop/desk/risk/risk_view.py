# SPDX-License-Identifier: MIT
"""What the desk needs of a Risk & Portfolio Manager, and all it uses.

`RiskPortfolioManager` fits; tests use `tests.fakes.rpm.FakeRiskManager`.  Safe to call from any thread; only
`sync_with_mt5_account` asks the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from arbitrex_desktop.desk.pool_protocol import TradingPool
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict


class ApprovedView(Protocol):
    """The trade that may live: `lots`, stop and target as prices, and the loss at the stop in account currency."""

    @property
    def lots(self) -> float:
        """Return the volume in lots."""

    @property
    def stop_loss(self) -> float | None:
        """Return the stop's price."""

    @property
    def take_profit(self) -> float | None:
        """Return the target's price."""

    @property
    def expected_loss(self) -> float | None:
        """Return what is lost at the stop, in account currency."""

    @property
    def reducing(self) -> bool:
        """Tell whether the trade only reduces an open position: it then closes, and has no stop."""


class RejectedView(Protocol):
    """Why a trade may not live."""

    @property
    def rejection_reason(self) -> str:
        """Return the stable code."""

    @property
    def rejection_details(self) -> str:
        """Return the reason in words."""


class DecisionView(Protocol):
    """The RPM's answer."""

    @property
    def status(self) -> str:
        """Return APPROVED, ADJUSTED or REJECTED."""

    @property
    def approved_trade(self) -> ApprovedView | None:
        """Return the trade, None when it was refused."""

    @property
    def rejected_trade(self) -> RejectedView | None:
        """Return the refusal, None when it was approved."""

    @property
    def checks(self) -> tuple[Verdict, ...]:
        """Return every check that was made."""


class OutputView(Protocol):
    """What the RPM hands back."""

    @property
    def decision(self) -> DecisionView:
        """Return the answer."""


class PortfolioView(Protocol):
    """The portfolio as last synced; money in account currency, drawdown as a fraction."""

    @property
    def total_capital(self) -> float:
        """Return the balance."""

    @property
    def equity(self) -> float:
        """Return the balance with floating profit."""

    @property
    def day_anchor(self) -> float | None:
        """Return what the day's loss is measured from, None before a daily reset was seen."""

    @property
    def week_anchor(self) -> float | None:
        """Return what the week's loss is measured from, None before a weekly reset was seen."""

    @property
    def peak_equity(self) -> float:
        """Return the highest equity seen."""

    @property
    def current_drawdown(self) -> float:
        """Return the fall from the peak, as a fraction."""

    @property
    def daily_pnl(self) -> float:
        """Return the profit realised today."""

    @property
    def weekly_pnl(self) -> float:
        """Return the profit realised this week."""

    @property
    def trading_halted(self) -> bool:
        """Tell whether trading is halted."""

    @property
    def halt_reason(self) -> str | None:
        """Return why."""

    @property
    def halt_timestamp(self) -> datetime | None:
        """Return since when."""

    @property
    def trading_state(self) -> str:
        """Return ACTIVE, REDUCING or HALTED."""

    @property
    def symbol_exposure(self) -> Mapping[str, float]:
        """Return signed units by symbol."""

    @property
    def currency_exposure(self) -> Mapping[str, float]:
        """Return signed, netted exposure by currency."""


class LimitsView(Protocol):
    """The limits that the window shows, as fractions of what each is measured from."""

    @property
    def max_drawdown(self) -> float:
        """Return the drawdown at which trading halts."""

    @property
    def max_daily_drawdown(self) -> float:
        """Return the day's drawdown, floating loss included, at which trading halts."""

    @property
    def daily_loss_limit(self) -> float:
        """Return the day's loss at which trading halts."""

    @property
    def weekly_loss_limit(self) -> float:
        """Return the week's loss at which trading halts."""


class RiskManagerView(Protocol):
    """The RPM as the desk sees it."""

    @property
    def portfolio_state(self) -> Any:
        """Return the portfolio, a `PortfolioView`; also what the kill switches change."""

    @property
    def config(self) -> LimitsView:
        """Return the limits."""

    @property
    def kill_switches(self) -> Any:
        """Return what has `manual_halt(portfolio_state, reason)` and `manual_resume(portfolio_state)`."""

    @property
    def process_trade_intent(self) -> Callable[..., OutputView]:
        """Judge an intent and record the decision."""

    @property
    def evaluate(self) -> Callable[..., OutputView]:
        """Judge an intent and change nothing."""

    def release_intent(self, intent_id: str) -> bool:
        """Forget an approved trade that will not happen; tell whether it was under way."""

    def sync_with_mt5_account(self, *, measure: bool = True) -> bool:
        """Read the account through the pool; False when that failed, and then nothing changed.

        With `measure`, statistics of the market are brought up to date besides, which may take its time.
        """

    def get_mt5_sync_stats(self) -> dict[str, Any]:
        """Return the figures of the sync."""

    def close(self) -> None:
        """Save what must outlive the program."""


RiskManagerFactory = Callable[[TradingPool], RiskManagerView]
"""Makes the RPM once the pool has started, since its constructor syncs."""
