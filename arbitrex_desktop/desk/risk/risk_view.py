# SPDX-License-Identifier: MIT
"""What the desk needs of a Risk & Portfolio Manager, and all it uses.

`RiskPortfolioManager` fits; tests use `tests.fakes.rpm.FakeRiskManager`.  Safe to call from any thread; only
`sync_with_mt5_account` asks the terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.decision import RPMOutput
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.kill_switch import KillSwitch, SwitchLevel
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.risk_portfolio_manager.figures import PortfolioFigures
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState


class HaltSwitch(Protocol):
    """What a person halts and resumes the risk manager with."""

    def manual_halt(self, portfolio_state: PortfolioState, reason: str) -> None:
        """Let only risk-reducing trades pass until `manual_resume`."""

    def manual_resume(self, portfolio_state: PortfolioState, reason: str) -> None:
        """Let trading go on."""

    def lift(self, level: SwitchLevel | str, name: str, reason: str) -> bool:
        """Lift a switch that a person has set; return whether there was one."""

    def active(self) -> tuple[KillSwitch, ...]:
        """Return every switch that is set."""


class RiskManagerView(Protocol):
    """The RPM as the desk sees it.

    Attributes:
        config: the limits; may be replaced at any time, and count from the next decision on.
    """

    config: RPMConfig

    @property
    def portfolio_state(self) -> PortfolioState:
        """Return the portfolio as last synced; also what the kill switches change."""

    @property
    def kill_switches(self) -> HaltSwitch:
        """Return what halts and resumes."""

    def limits_in_use(self, config: RPMConfig | None = None) -> tuple[Verdict, ...]:
        """Return how much of each limit is used as things stand, of those of `config` where one is given."""

    def portfolio_figures(self) -> PortfolioFigures:
        """Return what is held by symbol, and how it moves together."""

    def judge(self, intent: TradeIntent, *, record: bool) -> RPMOutput:
        """Judge an intent; with `record`, the decision counts from now on, without it nothing changes."""

    def release_intent(self, intent_id: str) -> bool:
        """Forget an approved trade that will not happen; return whether it was reserved."""

    def sync_with_mt5_account(self, *, measure: bool = True) -> bool:
        """Read the account through the pool; False when that failed, and then nothing changed.

        With `measure`, `read_bars` follows.
        """

    def bars_due(self) -> bool:
        """Return whether statistics of the market are due."""

    def read_bars(self) -> None:
        """Bring some of them up to date, which may take its time (blocks); on a thread of its own."""

    def get_mt5_sync_stats(self) -> dict[str, Any]:
        """Return the figures of the sync."""

    def close(self) -> None:
        """Save what must outlive the program."""


RiskManagerFactory = Callable[[], RiskManagerView]
"""Makes the RPM once the pool has started, since its constructor syncs."""
