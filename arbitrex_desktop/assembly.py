# SPDX-License-Identifier: MIT
"""Puts the core together, without a window: pool, risk manager, journal, desk."""

from __future__ import annotations

from arbitrex_desktop.clock import Clock, SystemClock
from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.gateway.gateway import Gateway
from arbitrex_desktop.desk.halt_note import HaltNote
from arbitrex_desktop.desk.journal.journal import journal_opener
from arbitrex_desktop.desk.pool_protocol import TradingPool
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.raw_layer.recording.background_sink import BackgroundSink
from arbitrex_desktop.raw_layer.recording.sqlite_sink import SqliteTickSink
from arbitrex_desktop.raw_layer.ticks.tick_sinks import TickSink
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager, RPMConfig
from arbitrex_desktop.settings import Settings

RISK_FILE = "risk.toml"
"""The risk manager's limits, in the data folder; without it the preset for ordinary currency trading counts."""

DEFAULT_PRESET = "Standard FX"


def risk_config(settings: Settings) -> RPMConfig:
    """Return the trader's own limits; raises ValueError, in words, for a file that cannot be used."""
    path = settings.data_dir / RISK_FILE
    config = RPMConfig.from_toml(path) if path.is_file() else RPMConfig.preset(DEFAULT_PRESET)
    config.validate()
    return config


def tick_sinks(settings: Settings, clock: Clock) -> tuple[TickSink, ...]:
    """Return what takes the ticks besides the board: a recording in the data folder where that is asked for."""
    if not settings.record:
        return ()
    return (BackgroundSink(SqliteTickSink(settings.data_dir / "recordings", "ticks", clock)),)


def build_core(settings: Settings, clock: Clock | None = None) -> TradingCore:
    """Build the core that the settings ask for; nothing is connected yet.

    Raises `SessionConfigError` or ValueError in words for the trader when the account, the risk limits or a file
    named on the command line cannot be used.
    """
    clock = clock or SystemClock()
    config = risk_config(settings)
    pool = MT5ConnectionPool(
        settings.sessions(),
        session_logs_dir=settings.data_dir / "logs" / "mt5",
        simulation=settings.simulation(),
        sinks=tick_sinks(settings, clock),
        clock=clock,
    )

    def make_rpm(shared: TradingPool) -> RiskPortfolioManager:
        return RiskPortfolioManager(config, mt5_pool=shared, sync_with_mt5=True, clock=clock)

    core = TradingCore(
        pool,
        make_rpm,
        clock=clock,
        journal=journal_opener(settings.data_dir),
        halt_note=HaltNote(settings.data_dir / "halt.note"),
    )
    core.attach(Gateway(core, settings.data_dir, clock))
    return core
