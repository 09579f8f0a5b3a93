# SPDX-License-Identifier: MIT
"""Takes synced accounts over, and keeps what must outlive the program."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.constants import PositionType, Timeframe
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.mt5.results import AccountInfo, TradePosition
from arbitrex_desktop.paths import account_file_stem
from arbitrex_desktop.raw_layer.errors import PoolError
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.pipeline.context_builder import ContextBuilder
from arbitrex_desktop.risk_portfolio_manager.portfolio.account_sync import SyncedAccount
from arbitrex_desktop.risk_portfolio_manager.portfolio.pnl_ledger import PnlFigures, PnlLedger
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import OpenPositions, PortfolioState, Position
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES
from arbitrex_desktop.risk_portfolio_manager.state.decision_recorder import DecisionRecorder
from arbitrex_desktop.risk_portfolio_manager.state.kill_switches import KillSwitches
from arbitrex_desktop.risk_portfolio_manager.state.persistence import NoStateStore, StateDamaged, StateStore
from arbitrex_desktop.risk_portfolio_manager.state.saved_state import (
    dump_state,
    metrics_from,
    moment_of,
    restore_activity,
    restore_figures,
    restore_halt,
)

_STATIC: Final = "static"
_SAVE_EVERY: Final = 1.0
_MEASURE_EVERY: Final = 3600.0
_MEASURE_AT_ONCE: Final = 2
_BARS: Final = 260
_LATCHING: Final = tuple(rule for rule in ALL_RULES if rule.latches)
_NOBODY: Final = TradeIntent("-", 1, 1.0, "TRENDING", 1.0, 0.0)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What was on disk of an account, read before its first sync is taken over."""

    account: str
    body: dict[str, Any] | None
    damage: str


class StateManager:
    """Not safe for threads, except `deals_from` and `measure`, which only the syncing thread calls."""

    def __init__(
        self,
        store: StateStore,
        clock: Clock,
        finder: ContextBuilder,
        recorder: DecisionRecorder,
        switches: KillSwitches,
    ) -> None:
        self.error = ""
        self._store = store
        self._clock = clock
        self._finder = finder
        self._recorder = recorder
        self._switches = switches
        self._ledger = PnlLedger()
        self._account = ""
        self._loaded: _Loaded | None = None
        self.settings_capital = 0.0
        self._saved_at = -math.inf
        self._measured: dict[str, float] = {}

    def begin(self, state: PortfolioState, cfg: RPMConfig, *, syncs: bool) -> None:
        """Take up what was kept; with an account to sync, that waits until the account is known."""
        self.settings_capital = cfg.total_capital
        if syncs:
            return
        days = self._finder.days
        days.day_start, days.week_start = self._finder.resets(self._finder.market_now(), cfg)
        loaded = self._load(_STATIC)
        self._account = _STATIC
        self._restore(loaded, state, static=True)

    def deals_from(self, account: AccountInfo, now: datetime, cfg: RPMConfig) -> datetime:
        """Return since when an account's deals are needed; reads what was kept of it, the first time."""
        name = account_file_stem(account.server, account.login)
        if name != self._account and (self._loaded is None or self._loaded.account != name):
            self._loaded = self._load(name)
        ledger = self._ledger
        if name != self._account and self._loaded is not None:
            ledger = _ledger_of(self._loaded)
        return ledger.read_from(self._finder.resets(now, cfg)[1])

    def take(
        self, synced: SyncedAccount, pool: PoolReader, state: PortfolioState, cfg: RPMConfig, started: float
    ) -> bool:
        """Take a reading over, unless a newer one is known."""
        sources, reading = self._finder.sources, synced.reading
        name = account_file_stem(reading.account.server, reading.account.login)
        if name != self._account:
            self._change_account(name, state)
        elif sources.reading is not None and reading.monotonic < sources.reading.monotonic:
            return True
        starts = self._finder.resets(synced.read_at, cfg)
        figures = self._ledger.update(reading.account, synced.deals, pool.server_time_to_utc, synced.read_at, starts)
        sources.reading, sources.synced_at = reading, started
        days = self._finder.days
        days.day_start, days.week_start = starts
        self._write(state, synced, figures, cfg)
        state.open_positions = OpenPositions.of(self._position(each, pool, state) for each in reading.positions)
        self._finder.book.forget_hand_values()
        self._finder.refresh_book(state, cfg, self._clock.monotonic(), None)
        self._finder.book.publish(state)
        self._latch_limits(state, cfg)
        self._switches.end_cool_down(state)
        self.after_decision(state, urgent=False)
        return True

    def reset(self, state: PortfolioState, cfg: RPMConfig, *, day: bool) -> None:
        """Begin a day or a week anew by hand, and save."""
        now, anchor = self._finder.market_now(), self._finder.fresh_anchor(state, cfg)
        if day:
            self._ledger.reset_day(now)
            state.daily_pnl, state.consecutive_losses, state.day_anchor = 0.0, 0, anchor
        else:
            self._ledger.reset_week(now)
            state.weekly_pnl, state.week_anchor = 0.0, anchor
        self.save(state)

    def measure(self, pool: PoolReader | None, state: PortfolioState, lock: Any) -> None:
        """Read daily bars of a few symbols that are held or were asked for, each once an hour (asks)."""
        if pool is None:
            return
        moment = self._clock.monotonic()
        with lock:
            wanted = [position.symbol for position in state.positions()]
            wanted += self._finder.activity.symbols
        due = [name for name in dict.fromkeys(wanted) if moment - self._measured.get(name, -math.inf) > _MEASURE_EVERY]
        for symbol in due[:_MEASURE_AT_ONCE]:
            self._measured[symbol] = moment
            try:
                bars = pool.read_rates(symbol, Timeframe.D1, _BARS)
            except (PoolError, MT5Error, OSError) as error:
                _log.info("no bars of %s: %s", symbol, error)
                return
            with lock:
                self._finder.stats.set_bars(symbol, bars)

    def after_decision(self, state: PortfolioState, *, urgent: bool) -> None:
        """Save now when it matters, else at most once a second."""
        if urgent or self._clock.monotonic() - self._saved_at >= _SAVE_EVERY:
            self.save(state)

    def save(self, state: PortfolioState) -> bool:
        """Save the account's state; a failure is logged, shown in the health, and tried again with the next."""
        if not self._account or isinstance(self._store, NoStateStore):
            return False
        moment = self._clock.monotonic()
        self._saved_at = moment
        try:
            body = {
                **dump_state(state, self._finder, moment),
                "settings_capital": self.settings_capital,
                "ledger": self._ledger.to_dict(),
                "switches": self._switches.get_status(),
                "metrics": self._recorder.metrics.to_dict(),
                "saved_at": self._clock.now().isoformat(),
            }
            self._store.save(self._account, body, self._clock.now())
        except (OSError, ValueError, TypeError, AttributeError) as error:  # a program may have put anything in there
            if str(error) != self.error:
                _log.error("the risk state is not being kept: %s", error)
            self.error = str(error)
            return False
        self.error = ""
        return True

    def backup(self, state: PortfolioState) -> Path | None:
        """Save and copy aside."""
        self.save(state)
        try:
            return self._store.backup(self._clock.now())
        except OSError as error:
            self.error = str(error)
            return None

    def close(self, state: PortfolioState) -> None:
        """Save and let go of the file."""
        self.save(state)
        self._store.close()

    def _load(self, account: str) -> _Loaded:
        """Read what was kept of an account; what cannot be trusted is told, not used."""
        try:
            return _Loaded(account, self._store.load(account), "")
        except (StateDamaged, OSError) as damage:
            return _Loaded(account, None, str(damage))

    def _change_account(self, name: str, state: PortfolioState) -> None:
        """Take up the state of an account that was not the current one."""
        loaded = self._loaded if self._loaded is not None and self._loaded.account == name else self._load(name)
        if self._account:
            self.save(state)
            _forget(state, self._finder)
            self._switches.clear()
        self._loaded = None
        self._account = name
        self._ledger = _ledger_of(loaded)
        self._restore(loaded, state, static=False)

    def _restore(self, loaded: _Loaded, state: PortfolioState, *, static: bool) -> None:
        """Take up what was loaded; damage halts trading until a person resumes."""
        body, damage = loaded.body, loaded.damage
        if body is not None:
            try:
                self._restore_body(body, state, static=static)
            except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
                damage = f"the saved risk state of this account has the wrong form ({error!r})"
        if damage:
            _log.error("%s", damage)
            self._switches.latch(state, "STATE_DAMAGED", damage)

    def _restore_body(self, body: dict[str, Any], state: PortfolioState, *, static: bool) -> None:
        """Take up a saved state, halts first."""
        restore_halt(body, state)
        self._switches.restore(body["switches"])
        self._recorder.metrics = metrics_from(body["metrics"]).plus(self._recorder.metrics)
        if static:
            restore_figures(body, state, self._finder)
        saved_at = moment_of(body["saved_at"])
        away = 0.0 if saved_at is None else max(0.0, (self._clock.now() - saved_at).total_seconds())
        restore_activity(body, self._finder, self._clock.monotonic(), away)

    def _write(self, state: PortfolioState, synced: SyncedAccount, figures: PnlFigures, cfg: RPMConfig) -> None:
        """Write a reading's figures to the state."""
        account = synced.reading.account
        state.total_capital, state.equity, state.unrealized_pnl = account.balance, account.equity, account.profit
        state.peak_equity = figures.peak
        state.realized_pnl, state.daily_pnl, state.weekly_pnl = figures.realized, figures.daily_pnl, figures.weekly_pnl
        state.consecutive_losses = figures.consecutive_losses
        state.day_anchor, state.week_anchor = figures.day.by(cfg.loss_anchor), figures.week.by(cfg.loss_anchor)
        state.current_drawdown = self._finder.written_drawdown = self._finder.plain_drawdown(state)
        state.last_update = synced.reading.observed_at

    def _position(self, raw: TradePosition, pool: PoolReader, state: PortfolioState) -> Position:
        """Return a broker's position as the portfolio keeps it; its strategy is that of the trade it came from."""
        info = pool.symbol_info(raw.symbol)
        direction = 1 if raw.type == PositionType.BUY else -1
        return Position(
            symbol=raw.symbol,
            direction=direction,
            units=math.nan if info is None else raw.volume * info.trade_contract_size,
            entry_price=raw.price_open,
            entry_time=pool.server_time_to_utc(raw.time),
            unrealized_pnl=raw.profit,
            ticket=raw.ticket,
            lots=raw.volume,
            current_price=raw.price_current or None,
            stop_loss=raw.sl or None,
            take_profit=raw.tp or None,
            strategy_id=self._strategy(raw.ticket, raw.symbol, direction, state),
        )

    def _strategy(self, ticket: int, symbol: str, direction: int, state: PortfolioState) -> str:
        """Return whose position it is: as known before, else that of a trade under way that it fits."""
        for known in state.positions():
            if known.ticket == ticket:
                return known.strategy_id
        for each in self._finder.book.reservations:
            if (each.symbol, each.direction, each.reducing) == (symbol, direction, False):
                return each.strategy_id
        return ""

    def _latch_limits(self, state: PortfolioState, cfg: RPMConfig) -> None:
        """Halt at once when the new figures break a limit that latches, not only with the next intent."""
        if state.trading_halted or not state.total_capital > 0.0:
            return
        case = self._finder.case(_NOBODY, state, cfg, state.total_capital)
        self._recorder.latch(case, [rule.check(case) for rule in _LATCHING])


def _ledger_of(loaded: _Loaded) -> PnlLedger:
    """Return the ledger that was kept, a new one when there is none or it is damaged (which `_restore` tells)."""
    try:
        return PnlLedger() if loaded.body is None else PnlLedger.from_dict(loaded.body["ledger"])
    except (KeyError, TypeError, ValueError):
        return PnlLedger()


def _forget(state: PortfolioState, finder: ContextBuilder) -> None:
    """Clear what belonged to another account."""
    state.trading_halted, state.halt_reason, state.halt_timestamp = False, None, None
    state.reducing_reason = state.reducing_until = None
    for each in list(finder.book.reservations):
        finder.book.release(each.intent_id)
    finder.activity.last_by_symbol.clear()
