# SPDX-License-Identifier: MIT
"""`RiskPortfolioManager`: strategies propose trades, it decides whether they may live."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from threading import Lock, RLock
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self

from arbitrex_desktop import __version__
from arbitrex_desktop.clock import Clock, SystemClock
from arbitrex_desktop.paths import data_dir
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision.decision import RiskMetrics, RPMOutput, TradeDecision, made
from arbitrex_desktop.risk_portfolio_manager.decision.intent import InvalidField, TradeIntent, checked
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsSource
from arbitrex_desktop.risk_portfolio_manager.pipeline.context_builder import ContextBuilder, Sources
from arbitrex_desktop.risk_portfolio_manager.pipeline.pipeline import decide, judge
from arbitrex_desktop.risk_portfolio_manager.pipeline.refusal import refuse_outright, state_fault
from arbitrex_desktop.risk_portfolio_manager.portfolio.account_sync import MT5AccountSync, SyncFailed
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import PortfolioState
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.registry import limits_of
from arbitrex_desktop.risk_portfolio_manager.state.decision_recorder import DecisionRecorder
from arbitrex_desktop.risk_portfolio_manager.state.kill_switches import KillSwitches
from arbitrex_desktop.risk_portfolio_manager.state.persistence import NoStateStore, SqliteStateStore, StateStore
from arbitrex_desktop.risk_portfolio_manager.state.state_manager import StateManager

_log = logging.getLogger(__name__)
P = ParamSpec("P")


def _judging(
    read: Callable[Concatenate[RiskPortfolioManager, P], TradeIntent], name: str, words: str
) -> Callable[Concatenate[RiskPortfolioManager, P], RPMOutput]:
    """Return the method that judges the intent which `read` makes of its arguments."""
    record = name == "process_trade_intent"

    @wraps(read)
    def method(self: RiskPortfolioManager, /, *args: P.args, **kwargs: P.kwargs) -> RPMOutput:
        return self.judge(read(self, *args, **kwargs), record=record)

    method.__name__, method.__qualname__, method.__doc__ = name, f"RiskPortfolioManager.{name}", words
    return method


class RiskPortfolioManager:
    """Judges trade intents against the portfolio; cannot be bypassed, and refuses what it cannot check.

    `config`, settings (the defaults when None; ValueError when they do not pass their validation);
    `enable_persistence`, whether halts, peaks and counters are kept on disk; `sync_with_mt5`, whether the account
    is read, at once and with `sync_with_mt5_account`; `mt5_pool`, the pool to read through.  With `sync_with_mt5`
    and no pool a connection of its own is opened, for trying out; `close()` ends it.

    Keyword-only: `clock`; `store`, where state is kept (SQLite in `data_dir`, the user's data folder when None);
    `calendar`, news that block trades; `account_sync`, in place of one made from the above.

    Attributes:
        config: may be changed at any time
        portfolio_state: may be set up by hand
        kill_switches: the trading state of account, symbols and strategies

    All methods may be called from any thread; a decision reads memory only and takes microseconds.
    """

    def __init__(
        self,
        config: RPMConfig | None = None,
        enable_persistence: bool = True,  # noqa: FBT001, FBT002 - the contract's position
        sync_with_mt5: bool = False,  # noqa: FBT001, FBT002 - the contract's position
        mt5_pool: PoolReader | None = None,
        *,
        clock: Clock | None = None,
        store: StateStore | None = None,
        data_dir: Path | None = None,
        calendar: NewsSource | None = None,
        account_sync: MT5AccountSync | None = None,
    ) -> None:
        self.config = config or RPMConfig()
        self.config.validate()
        self._clock = clock or SystemClock()
        self._lock = RLock()
        self._sync_lock = Lock()
        self.portfolio_state = PortfolioState(self.config.total_capital)
        self.kill_switches = KillSwitches(self._clock, self._lock, self._on_switch, self._cooldown)
        self._sync = account_sync or MT5AccountSync(mt5_pool, auto_initialize=sync_with_mt5, clock=self._clock)
        sources = Sources(self._clock, mt5_pool, calendar, syncs=sync_with_mt5)
        self._finder = ContextBuilder(sources, self.kill_switches)
        self._recorder = DecisionRecorder(self._finder, self.kill_switches)
        kept = store or (SqliteStateStore(data_dir or _default_folder()) if enable_persistence else NoStateStore())
        self._keeper = StateManager(kept, self._clock, self._finder, self._recorder, self.kill_switches)
        self._checked: tuple[RPMConfig | None, int] = (None, 0)
        self._config_fault = ""
        self._config_hash = ""
        self._state_checked: tuple[object, ...] = ()
        self._state_fault_found = ""
        self._capital_set = self.config.total_capital
        self._snapshot: tuple[tuple[object, ...] | None, PortfolioState | None] = (None, None)
        self._keeper.begin(self.portfolio_state, self.config, syncs=sync_with_mt5 or mt5_pool is not None)
        if sync_with_mt5:
            self.sync_with_mt5_account(measure=False)

    @property
    def risk_metrics(self) -> RiskMetrics:
        """Return how many decisions were recorded, and how they went."""
        return self._recorder.metrics

    def judge(self, intent: TradeIntent, *, record: bool) -> RPMOutput:
        """Judge an intent; with `record`, the decision counts from now on, without it nothing changes.

        An approved trade counts as under way until it appears among the positions, `release_intent` is called for
        its `intent_id`, or `pending_ttl_seconds` have passed; it is not counted against itself when it is judged
        again.  Never raises for what an intent holds.
        """
        return self._answer(intent, record=record)

    def _by_fields(  # noqa: PLR0917 - the contract's arguments
        self,
        symbol: str,
        direction: int,
        confidence_score: float,
        regime: str,
        atr: float,
        vol_percentile: float,
        current_price: float | None = None,
        win_rate: float | None = None,
        avg_win: float | None = None,
        avg_loss: float | None = None,
        num_trades: int | None = None,
        adv_units: float | None = None,
        spread_pct: float | None = None,
        daily_volatility: float | None = None,
        *,
        strategy_id: str | None = None,
        stop_loss: float | None = None,
        take_profit: float | None = None,
        requested_volume: float | None = None,
        intent_id: str | None = None,
    ) -> TradeIntent:
        """Return the intent of these fields."""
        statistics = (win_rate, avg_win, avg_loss, num_trades, adv_units, spread_pct, daily_volatility)
        more = (strategy_id, stop_loss, take_profit, requested_volume, intent_id)
        market = (symbol, direction, confidence_score, regime, atr, vol_percentile, current_price)
        return TradeIntent(*market, *statistics, *more)

    process_trade_intent = _judging(
        _by_fields, "process_trade_intent", "Judge an intent by its fields (see `TradeIntent`), and record it."
    )
    evaluate = _judging(
        _by_fields, "evaluate", "Give the answer that `process_trade_intent` would give, and change nothing."
    )

    def release_intent(self, intent_id: str) -> bool:
        """Forget an approved trade that will not happen; tell whether it was under way."""
        with self._lock:
            return self._finder.book.release(intent_id)

    def sync_with_mt5_account(self, *, measure: bool = True) -> bool:
        """Read the account and take it over; on failure change nothing, count it and return False (blocks).

        With `measure`, the daily bars of up to two symbols are read besides, each once an hour; a terminal that has
        to fetch them first may take its time, so who waits for the account alone leaves them out.
        """
        with self._sync_lock:
            try:
                synced = self._read_account()
            except SyncFailed as failure:
                self._sync.note_failure(str(failure))
                return False
            except Exception as error:  # noqa: BLE001 - a sync must never break the loop that calls it
                _log.exception("the account sync failed in an unforeseen way")
                self._sync.note_failure(type(error).__name__)
                return False
            if synced:
                self._sync.note_success()
            if synced and measure:
                self._keeper.measure(self._sync.pool, self.portfolio_state, self._lock)
            return synced

    def get_mt5_sync_stats(self) -> dict[str, Any]:
        """Return how the connection is shared and how the syncs went; see `MT5AccountSync.get_stats`."""
        return self._sync.get_stats()

    def get_health_status(self) -> dict[str, Any]:
        """Return version, settings' hash, portfolio, figures, kill switches, limits and an overall `health`."""
        with self._lock:
            state = self.portfolio_state
            return {
                "rpm_version": __version__,
                "config_hash": self.config.get_config_hash(),
                "portfolio_state": state.to_dict(),
                "risk_metrics": self.risk_metrics.to_dict(),
                "kill_switches": {**self.kill_switches.get_status(), "trading_halted": state.trading_halted},
                "portfolio_constraints": limits_of(self.config),
                "persistence_error": self._keeper.error,
                "health": self._health(),
            }

    def reset_daily_metrics(self) -> None:
        """Begin the trading day anew, by hand: no loss yet, measured from what the account holds now."""
        self._reset(day=True)

    def reset_weekly_metrics(self) -> None:
        """Begin the trading week anew, by hand."""
        self._reset(day=False)

    def save_state(self) -> bool:
        """Save what must outlive the program; tell whether that went well."""
        with self._lock:
            return self._keeper.save(self.portfolio_state)

    def create_backup(self) -> Path | None:
        """Save, and copy the saved state aside; return where to, None when there is none or it failed."""
        with self._lock:
            return self._keeper.backup(self.portfolio_state)

    def close(self) -> None:
        """Save, and let go of file and own connection; a pool that was given goes on."""
        with self._lock:
            self._keeper.close(self.portfolio_state)
        self._sync.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _answer(self, intent: TradeIntent, *, record: bool) -> RPMOutput:
        """Judge under the lock; whatever goes wrong inside is a refusal."""
        started = self._clock.monotonic()
        with self._lock:
            timestamp = self._clock.now()
            order_id = f"RPM-{int(timestamp.timestamp() * 1e6):x}-{self._recorder.metrics.total_decisions + 1}"
            try:
                decision, urgent = self._decide(intent, order_id, started, timestamp, record=record)
            except Exception:  # noqa: BLE001 - whatever fails in here must refuse, not raise
                _log.exception("a decision failed; the intent is refused")
                words = "the risk manager failed on this intent, and so refuses it"
                decision, urgent = (
                    self._outright(intent, RejectionReason.INTERNAL_ERROR, words, order_id, started),
                    False,
                )
                if record:
                    self._recorder.count(decision)
            output = made(
                RPMOutput,
                {
                    "decision": decision,
                    "portfolio_state": self._state_copy(),
                    "risk_metrics": self._recorder.metrics,
                    "config_hash": self._config_hash,
                    "rpm_version": __version__,
                    "timestamp": timestamp,
                },
            )
            if record:
                self._keeper.after_decision(self.portfolio_state, urgent=urgent)
        return output

    def _decide(
        self, intent: TradeIntent, order_id: str, started: float, wall: datetime, *, record: bool
    ) -> tuple[TradeDecision, bool]:
        """Judge an intent; return the decision and whether it must be saved at once."""
        self._check_config()
        try:
            intent = checked(intent)
        except InvalidField as bad:
            return self._refused(intent, RejectionReason.INVALID_INPUT, str(bad), order_id, started, record=record)
        capital = self._capital(record=record)
        case = None
        fault = self._config_fault
        code = RejectionReason.INVALID_CONFIGURATION if fault else RejectionReason.INVALID_STATE
        fault = fault or self._state_fault(capital)
        if not fault or self._only_reduces(intent):
            case = self._finder.case(intent, self.portfolio_state, self.config, capital, wall)
        if case is None or (fault and not case.reducing):
            return self._refused(intent, code, fault, order_id, started, record=record)
        judgement = judge(case)
        decision = decide(case, judgement, order_id, (self._clock.monotonic() - started) * 1e3)
        urgent = self._recorder.record(case, decision, order_id) if record else False
        return decision, urgent

    def _refused(
        self, intent: TradeIntent, code: RejectionReason, words: str, order_id: str, started: float, *, record: bool
    ) -> tuple[TradeDecision, bool]:
        """Refuse before any rule was run."""
        decision = self._outright(intent, code, words, order_id, started)
        if record:
            self._recorder.count(decision)
        return decision, False

    def _outright(
        self, intent: TradeIntent, code: RejectionReason, words: str, order_id: str, started: float
    ) -> TradeDecision:
        """Return the refusal."""
        return refuse_outright(intent, code, words, order_id, (self._clock.monotonic() - started) * 1e3)

    def _only_reduces(self, intent: TradeIntent) -> bool:
        """Tell whether an intent goes against an open position, by what is known of the positions."""
        return self._finder.book.reducible(intent.symbol, intent.direction, intent.intent_id) > 0.0

    def _check_config(self) -> None:
        """Validate the settings anew when one was changed."""
        config, count = self.config, self.config.change_count()
        if config is self._checked[0] and count == self._checked[1]:
            return
        try:
            self.config.validate()
            self._config_fault = ""
        except (ValueError, AttributeError, TypeError) as fault:
            self._config_fault = str(fault)
        self._config_hash = self.config.get_config_hash()
        self._checked = (config, count)

    def _state_fault(self, capital: float) -> str:
        """Return what is wrong with the portfolio's figures; looked at anew when one was set."""
        state = self.portfolio_state
        key = (state, state.version, capital)
        if key != self._state_checked:
            self._state_fault_found = state_fault(state, capital)
            self._state_checked = key
        return self._state_fault_found

    def _capital(self, *, record: bool) -> float:
        """Return the capital; without a synced account, one that was changed in the settings counts at once."""
        state, wanted = self.portfolio_state, self.config.total_capital
        if wanted == self._capital_set or self._finder.sources.reading is not None:
            return state.total_capital
        if record:
            state.total_capital = self._capital_set = self._keeper.settings_capital = wanted
        return wanted

    def _state_copy(self) -> PortfolioState:
        """Return a copy of the portfolio, made anew only when something in it changed."""
        state = self.portfolio_state
        key = state.change_count()
        kept_key, kept = self._snapshot
        if kept is None or key is None or key != kept_key:
            kept = state.copy()
            self._snapshot = (key, kept)
        return kept

    def _read_account(self) -> bool:
        """Read the account and take it over under the lock; tell whether it was newer than what is known."""
        started = self._clock.monotonic()
        synced = self._sync.read(lambda account, now: self._keeper.deals_from(account, now, self.config))
        pool = self._sync.pool
        if pool is None:
            return False
        with self._lock:
            self._finder.use_pool(pool)
            return self._keeper.take(synced, pool, self.portfolio_state, self.config, started)

    def _reset(self, *, day: bool) -> None:
        """Begin a day or a week anew."""
        with self._lock:
            self._keeper.reset(self.portfolio_state, self.config, day=day)

    def _on_switch(self, words: str) -> None:
        """Log and save a change of halts or switches."""
        _log.warning("%s", words)
        self._keeper.save(self.portfolio_state)

    def _cooldown(self) -> float:
        """Return for how long only reducing trades pass after an automatic halt; 0 while time spacing is off."""
        return self.config.halt_cooldown_seconds if self.config.enforce_time_spacing else 0.0

    def _health(self) -> str:
        """Return HALTED, DEGRADED (something is not kept or not synced) or HEALTHY."""
        if self.portfolio_state.trading_halted:
            return "HALTED"
        stats = self._sync.get_stats()
        degraded = self._keeper.error or self._config_fault or (self._finder.sources.syncs and stats["last_error"])
        return "DEGRADED" if degraded else "HEALTHY"


def _default_folder() -> Path:
    """Return the user's data folder."""
    return data_dir()
