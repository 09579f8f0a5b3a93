# SPDX-License-Identifier: MIT
"""Puts the core together, without a window: pool, risk manager, journal, desk."""

from __future__ import annotations

import importlib
import logging
from dataclasses import replace
from functools import partial
from pathlib import Path

from arbitrex_desktop import logs
from arbitrex_desktop.causes import error_text
from arbitrex_desktop.clock import Clock, SystemClock
from arbitrex_desktop.desk.alerts.alert_desk import AlertDesk
from arbitrex_desktop.desk.alerts.messengers import SecretStore
from arbitrex_desktop.desk.alerts.store import AlertStore
from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.gateway.gateway import Gateway
from arbitrex_desktop.desk.gateway.strategies import AutoApproval, StrategyRegister
from arbitrex_desktop.desk.intent_queue.intent_store import DESK
from arbitrex_desktop.desk.journal.halt_note import HaltNote
from arbitrex_desktop.desk.journal.journal import Journal, JournalOpener, journal_opener
from arbitrex_desktop.desk.journal.reserve import reserve_opener
from arbitrex_desktop.desk.journal.settings_record import record_settings
from arbitrex_desktop.desk.pool_protocol import TradingPool
from arbitrex_desktop.desk.review.review_desk import ReviewDesk
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.desk.watch_list import WatchList
from arbitrex_desktop.mt5.host.child import EarlyHost
from arbitrex_desktop.mt5.host.client import HostProcess
from arbitrex_desktop.raw_layer.connection.environment import others_may_read, read_environment
from arbitrex_desktop.raw_layer.connection.sessions import parse_sessions
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.raw_layer.recording.background_sink import BackgroundSink
from arbitrex_desktop.raw_layer.recording.sqlite_sink import SqliteTickSink
from arbitrex_desktop.raw_layer.settings import PoolSettings, TickSettings
from arbitrex_desktop.raw_layer.ticks.tick_sinks import TickSink
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsCalendar
from arbitrex_desktop.settings import Settings
from arbitrex_desktop.settings.accounts import Sessions, sessions_of
from arbitrex_desktop.settings.catalogue import NewsSettings
from arbitrex_desktop.settings.editor import FileSettingsEditor
from arbitrex_desktop.settings.in_force import DEFAULT, SettingsInForce, defaults, load, shown
from arbitrex_desktop.settings.passwords import PasswordStore
from arbitrex_desktop.settings.terminal_use import TerminalsInUse
from arbitrex_desktop.settings.toml_file import SettingsError

_log = logging.getLogger(__name__)
REDIS_PASSWORD = "ARBITREX_REDIS_PASSWORD"  # noqa: S105 - a name
"""The variable of the environment or of `.env` with the password of `ticks.redis_url`."""


def risk_config(settings: Settings) -> RPMConfig:
    """Return the trader's own limits, for a script with a risk manager of its own; raises ValueError in words."""
    return load(settings).risk


def tick_sinks(chosen: TickSettings, folder: Path, clock: Clock, redis_password: str = "") -> tuple[TickSink, ...]:
    """Return what takes the ticks besides the board: a recording in the data folder, a Redis; where asked for.

    Raises `SettingsError` where a Redis is asked for and the program has no client for one.
    """
    sinks: list[TickSink] = []
    if chosen.record:
        sinks.append(BackgroundSink(SqliteTickSink(folder / "recordings", "ticks", clock)))
    if chosen.redis_url:
        try:
            # An extra: most programs have no Redis, and no client for one.
            redis_sink = importlib.import_module("arbitrex_desktop.raw_layer.recording.redis_sink")
        except ImportError as error:
            raise SettingsError(
                "ticks.redis_url is set, but this program has no client for Redis: pip install arbitrex-desktop[redis]"
            ) from error
        sink = redis_sink.RedisStreamSink(chosen.redis_url, chosen.redis_prefix, chosen.redis_keep, redis_password)
        sinks.append(BackgroundSink(sink))
    return tuple(sinks)


def news_calendar(chosen: NewsSettings, folder: Path) -> NewsCalendar | None:
    """Return the calendar that is set, None for none; raises `SettingsError` for one that cannot be used."""
    if not chosen.calendar:
        return None
    path = folder / chosen.calendar
    try:
        return NewsCalendar.from_csv(path)
    except (OSError, ValueError) as error:
        raise SettingsError(f"news.calendar: '{path}' cannot be used: {error_text(error)}") from error


def recording_opener(settings: Settings, chosen: SettingsInForce, clock: Clock) -> JournalOpener:
    """Return what opens the journals below the data folder, each told of the settings in force."""
    opener = journal_opener(settings.data_dir)

    def open_account(server: str, login: int) -> Journal:
        journal = opener(server, login)
        try:
            record_settings(journal, chosen.plain(), defaults(), clock, DESK)
        except BaseException:
            journal.close()
            raise
        return journal

    return open_account


def _symbols_in(replay: Path) -> tuple[str, ...]:
    """Return the symbols that files have; the simulated terminal, which reads them, is loaded only then."""
    module = importlib.import_module("arbitrex_desktop.mt5.simulator.replay.replay")
    found: tuple[str, ...] = module.symbols_in((replay,))
    return found


def _log_departures(chosen: SettingsInForce) -> None:
    """Log every setting that is not the default, and where it comes from."""
    for name, each in chosen.values.items():
        if each.source != DEFAULT:
            _log.info("setting %s = %s (%s)", name, shown(each.value), each.source)


def _password_store(chosen: SettingsInForce) -> PasswordStore | None:
    """Return the system's credential store, where there are accounts that may have a password in it."""
    if not chosen.accounts:
        return None
    # The library takes a tenth of a second to load.
    store: PasswordStore = importlib.import_module("arbitrex_desktop.settings.system_passwords").SystemPasswordStore()
    return store


class _LateSecrets:
    """The system's credential store, whose library takes a tenth of a second and is loaded when it is first asked."""

    def get(self, name: str) -> str:
        """Return a secret, empty when none is kept."""
        return self._store.get(name)

    def put(self, name: str, secret: str) -> None:
        """Keep a secret, or forget it when it is empty."""
        self._store.put(name, secret)

    @property
    def _store(self) -> SecretStore:
        store: SecretStore = importlib.import_module("arbitrex_desktop.settings.system_passwords").SystemSecretStore()
        return store


class PrivacyCheck:
    """Tells the trader, once, of a `.env` that other users of the computer may read."""

    name = ".env"

    def __init__(self, env_file: Path) -> None:
        self._env_file = env_file

    def start(self) -> None:
        """Look at the file; raises `DeskError` with the warning, which the core shows."""
        if others_may_read(self._env_file):
            raise DeskError(f"other users of this computer may read {self._env_file.absolute()}: chmod 600 mends that")

    def stop(self) -> None:
        """Do nothing; there is nothing to end."""


def _build_pool(  # noqa: PLR0917 - what a pool is made of
    settings: Settings,
    chosen: SettingsInForce,
    sessions: Sessions,
    sinks: tuple[TickSink, ...],
    clock: Clock,
    early: EarlyHost | None,
) -> MT5ConnectionPool:
    """Return the pool of the accounts; it is not started yet."""
    return MT5ConnectionPool(
        sessions,
        symbols=_symbols_in(settings.replay) if settings.replay is not None else (),
        session_logs_dir=settings.data_dir / "logs" / "mt5",
        simulation=settings.simulation(),
        sinks=sinks,
        settings=chosen.section(PoolSettings),
        clock=clock,
        transport_factory=partial(HostProcess, early=early),
    )


def build_core(settings: Settings, clock: Clock | None = None, early: EarlyHost | None = None) -> TradingCore:
    """Build the core that the settings ask for; nothing is connected yet.  `early`: a host that was started already.

    Raises `SessionConfigError` or ValueError in words for the trader when the account, the risk limits or a file
    named on the command line cannot be used.
    """
    clock = clock or SystemClock()
    chosen = load(settings)
    _log_departures(chosen)
    environment = read_environment(settings.env_file)
    calendar = news_calendar(chosen.section(NewsSettings), settings.data_dir)
    sessions = sessions_of(settings, environment, chosen.accounts, _password_store(chosen))
    logs.hide(str(session["password"]) for session in sessions.values() if session.get("password"))
    sinks = tick_sinks(chosen.section(TickSettings), settings.data_dir, clock, environment.get(REDIS_PASSWORD, ""))
    pool = _build_pool(settings, chosen, sessions, sinks, clock, early)

    def make_rpm(shared: TradingPool) -> RiskPortfolioManager:
        return RiskPortfolioManager(chosen.risk, mt5_pool=shared, sync_with_mt5=True, clock=clock, calendar=calendar)

    desk, register = chosen.section(DeskSettings), StrategyRegister(settings.data_dir)
    watch_list = WatchList(settings.data_dir / "watch", pool)
    pool.subscribe(watch_list.take)
    core = TradingCore(
        pool,
        make_rpm,
        clock=clock,
        journal=recording_opener(settings, chosen, clock),
        settings=replace(desk, auto_approve_lots=AutoApproval(desk.auto_approve_lots, register)),
        halt_note=HaltNote(settings.data_dir / "halt.note"),
        settings_editor=FileSettingsEditor(settings),
        watch_list=watch_list,
        review=ReviewDesk(pool, clock, settings.data_dir),
        reserves=reserve_opener(settings.data_dir),
    )
    alerts = core.alerts = AlertDesk(
        core.board, AlertStore(settings.data_dir / "alerts.json"), _LateSecrets(), clock,
        hide=logs.hide, meant_by=pool.resolve,
    )  # fmt: skip
    core.attach(alerts)
    core.demand.followers.append(lambda: alerts.follows_prices)
    core.attach(TerminalsInUse(parse_sessions(sessions)))
    core.attach(PrivacyCheck(settings.env_file or Path(".env")))
    gateway = Gateway(core, settings.data_dir, clock, max_pending=desk.max_pending, came=core.demand.look)
    core.attach(gateway)
    core.demand.followers.append(lambda: gateway.clients > 0)
    return core
