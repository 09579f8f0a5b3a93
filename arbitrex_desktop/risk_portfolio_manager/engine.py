# SPDX-License-Identifier: MIT
"""`RiskPortfolioManager`: strategies propose trades, it decides whether they may live."""

from __future__ import annotations

import logging
import math
from datetime import datetime
from pathlib import Path
from threading import Lock, RLock
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from arbitrex_desktop import __version__
from arbitrex_desktop.clock import Clock, SystemClock
from arbitrex_desktop.paths import data_dir as default_data_dir
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import AccountMode, AccountReading
from arbitrex_desktop.risk_portfolio_manager import intent_methods
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.decision import reason as reasons
from arbitrex_desktop.risk_portfolio_manager.decision.context import NO_LIMITS
from arbitrex_desktop.risk_portfolio_manager.decision.decision import RiskMetrics, RPMOutput, TradeDecision, metrics_of
from arbitrex_desktop.risk_portfolio_manager.decision.intent import InvalidField, TradeIntent, checked_or_exit
from arbitrex_desktop.risk_portfolio_manager.figures import RiskFigures
from arbitrex_desktop.risk_portfolio_manager.market.bar_reader import BarReader
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsCalendar
from arbitrex_desktop.risk_portfolio_manager.parameters import InvalidParameter
from arbitrex_desktop.risk_portfolio_manager.pipeline.context_builder import account_view, build_context
from arbitrex_desktop.risk_portfolio_manager.pipeline.pipeline import decide
from arbitrex_desktop.risk_portfolio_manager.pipeline.refusal import refuse_outright, state_fault
from arbitrex_desktop.risk_portfolio_manager.portfolio.account_sync import MT5AccountSync, SyncedAccount, SyncFailed
from arbitrex_desktop.risk_portfolio_manager.portfolio.portfolio_state import ChangeCount, PortfolioState
from arbitrex_desktop.risk_portfolio_manager.rules.registry import limits_of, plan_of
from arbitrex_desktop.risk_portfolio_manager.state.kill_switches import KillSwitches
from arbitrex_desktop.risk_portfolio_manager.state.persistence import SqliteStateStore
from arbitrex_desktop.risk_portfolio_manager.state.recording import (
    Effect,
    end_what_has_passed,
    latch,
    lift_explained,
    may_be_explained,
    withdraw,
)
from arbitrex_desktop.risk_portfolio_manager.state.recording import record as _record
from arbitrex_desktop.risk_portfolio_manager.state.repository import EVERY_ACCOUNT, Loaded, StateChange, StateRepository
from arbitrex_desktop.risk_portfolio_manager.state.risk_state import RiskState
from arbitrex_desktop.risk_portfolio_manager.state.saved_state import SavedState
from arbitrex_desktop.risk_portfolio_manager.state.shared_account import SharedAccount
from arbitrex_desktop.risk_portfolio_manager.state.sources import Sources
from arbitrex_desktop.risk_portfolio_manager.state.sync import (
    account_name,
    forget_account,
    ledger_of,
    take_over,
    take_polled,
)

_WITHOUT_ACCOUNT: Final = "static"
_READ_AGAIN_AFTER: Final = 5.0
"""Seconds between attempts to read a saved state that another program has locked."""
_log = logging.getLogger(__name__)


class RiskPortfolioManager(RiskFigures):
    """Judges trade intents against the portfolio; cannot be bypassed, and refuses what it cannot check.

    `config`, settings (None: the defaults, from the first sync on, unless changed, limits that fit the account's
    leverage; ValueError when they do not pass their validation);
    `enable_persistence`, whether halts, peaks and counters are kept on disk; `sync_with_mt5`, whether the account
    is read, at once and with `sync_with_mt5_account`; `mt5_pool`, the pool to read through.  With `sync_with_mt5`
    and no pool a connection of its own is opened, for trying out; `close()` ends it.

    Keyword-only: `clock`; `store`, where state is kept (SQLite in `data_dir`, the user's data folder when None);
    `calendar`, news that block trades; `account_sync`, in place of one made from the above.

    Attributes:
        config: may be changed at any time
        portfolio_state: may be set up by the program
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
        store: SqliteStateStore | None = None,
        data_dir: Path | None = None,
        calendar: NewsCalendar | None = None,
        account_sync: MT5AccountSync | None = None,
    ) -> None:
        self.config = config or RPMConfig()
        self.config.validate()
        self._unfitted = self.config if config is None else None
        self._clock = clock or SystemClock()
        self._lock = RLock()
        self._sync_lock = Lock()
        self.kill_switches = KillSwitches(self._clock, self._lock, self.save_state, self._cooldown_seconds)
        self._sync = account_sync or MT5AccountSync(mt5_pool, auto_initialize=sync_with_mt5, clock=self._clock)
        sources = Sources(self._clock, mt5_pool, calendar, syncs=sync_with_mt5)
        self._state = RiskState(PortfolioState(self.config.total_capital), sources, self.kill_switches, self.config)
        kept = store or (SqliteStateStore(data_dir or default_data_dir()) if enable_persistence else None)
        self._repository = StateRepository(kept, self._clock)
        self._shared = SharedAccount()
        self._bars = BarReader(self._clock)
        self._looked_at = ""
        self._read_again_at = -math.inf
        self._checked: tuple[RPMConfig | None, int] = (None, 0)
        self._config_fault = self._config_hash = ""
        self._copied: tuple[ChangeCount, PortfolioState] = (None, PortfolioState())
        self._repository.take_up(self._repository.load(EVERY_ACCOUNT), self._state, figures=False)
        if not sync_with_mt5:  # otherwise the account must be known first
            self._state.roll_over(self._state.resets(sources.market_now(), self.config), self.config)
            self._state.account = _WITHOUT_ACCOUNT
            self._repository.take_up(self._repository.load(_WITHOUT_ACCOUNT), self._state, figures=True)
        if sync_with_mt5:
            self.sync_with_mt5_account(measure=False)

    @property
    def portfolio_state(self) -> PortfolioState:
        """Return the portfolio, which may also be set up or replaced by the program."""
        return self._state.portfolio

    @portfolio_state.setter
    def portfolio_state(self, portfolio: PortfolioState) -> None:
        self._state.portfolio = portfolio

    @property
    def risk_metrics(self) -> RiskMetrics:
        """Return how many decisions were recorded, and how they went."""
        return self._state.metrics

    def judge(self, intent: TradeIntent, *, record: bool) -> RPMOutput:
        """Judge an intent by what the pool has polled; the decision counts from now on with `record`, and only then.

        An approved trade counts as in flight until it appears among the positions, `release_intent` is called for
        its `intent_id`, or `pending_ttl_seconds` have passed; it is not counted against itself when it is judged
        again.  Never raises for what an intent holds.
        """
        self._read_again()
        with self._lock:
            # Its bars are read soon, or a size that a form showed would become another one once it is submitted.
            self._looked_at = intent.symbol
            output, effect, changes = self._judge_locked(intent, record=record)
        if not changes or self._repository.write(changes) or effect is None or effect.reservation is None:
            return output
        # What takes off risk is never held up.
        return output if effect.reservation.reducing else self._refusal_of_unsaved(intent, output, effect)

    process_trade_intent = intent_methods.process_trade_intent
    evaluate = intent_methods.evaluate

    def release_intent(self, intent_id: str) -> bool:
        """Forget an approved trade that will not happen; return whether it was in flight.  Its name is free again."""
        with self._lock:
            self._state.activity.admitted.pop(intent_id, None)
            return self._state.book.release(intent_id)

    def sync_with_mt5_account(self, *, measure: bool = True) -> bool:
        """Read the account and take it over; on failure change nothing, count it and return False (blocks).

        With `measure`, `read_bars` follows; a terminal that has to fetch bars first may take its time, so who waits for
        the account alone leaves them out and reads them on a thread of its own.
        """
        with self._sync_lock:
            self._read_again()
            try:
                self._read_account()
            except SyncFailed as failure:
                self._sync.note_failure(str(failure))
                return False
            except Exception as error:  # noqa: BLE001 - a sync must never break the loop that calls it
                _log.exception("the account sync failed in an unforeseen way")
                self._sync.note_failure(type(error).__name__)
                return False
            self._sync.note_success()
            if measure:
                self.read_bars()
            return True

    def bars_due(self) -> bool:
        """Return whether daily bars of what is held, asked for or looked at are due; each symbol's are once an hour."""
        return bool(self._bars.due(self._symbols_to_measure()))

    def read_bars(self) -> None:
        """Read the daily bars of up to two symbols that are due, for volatility and correlation (blocks)."""
        if (pool := self._sync.pool) is None:
            return
        for symbol, bars in self._bars.read_due(pool, self._symbols_to_measure()).items():
            with self._lock:
                self._state.stats.set_bars(symbol, bars)

    def get_mt5_sync_stats(self) -> dict[str, Any]:
        """Return how the connection is shared and how the syncs went; see `MT5AccountSync.get_stats`.

        `account_traded_by_others`, who else trades a real account from this computer, empty for nobody that is known.
        """
        return {**self._sync.get_stats(), "account_traded_by_others": self._shared.message}

    def get_health_status(self) -> dict[str, Any]:
        """Return version, settings' hash, portfolio, figures, kill switches, limits and an overall `health`."""
        with self._lock:
            portfolio, switches = self.portfolio_state, self.kill_switches.get_status()
            return {
                "rpm_version": __version__,
                "config_hash": self.config.get_config_hash(),
                "portfolio_state": portfolio.to_dict(),
                "risk_metrics": self.risk_metrics.to_dict(),
                "kill_switches": switches
                | {name: getattr(portfolio, name) for name in ("halt_code", "trading_halted")},
                "portfolio_constraints": limits_of(self.config),
                "persistence_error": self._repository.error,
                "health": self._overall_health(),
            }

    def reset_daily_metrics(self) -> None:
        """Begin the trading day anew, manually: no loss yet, measured from what the account holds now."""
        with self._lock:
            self._state.begin_day(self.config)
        self.save_state()

    def reset_weekly_metrics(self) -> None:
        """Begin the trading week anew, manually."""
        with self._lock:
            self._state.begin_week(self.config)
        self.save_state()

    def save_state(self) -> bool:
        """Save what must outlive the program (blocks); return whether that went well."""
        self._read_again()
        with self._lock:
            changes = self._repository.whole(self._state)
        return self._repository.write(changes)

    def create_backup(self) -> Path | None:
        """Save, and copy the saved state aside; return where to, None when there is none or it failed."""
        self.save_state()
        return self._repository.backup()

    def close(self) -> None:
        """Save, and let go of file and own connection; a pool that was given goes on."""
        self.save_state()
        self._repository.close()
        self._shared.leave()
        self._sync.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read_again(self) -> None:
        """Take up a saved state that could not be read or written before (blocks, at most every few seconds)."""
        name = self._state.account
        if not (self._repository.unread or self._repository.in_use(name)):
            return
        now = self._clock.monotonic()
        if now < self._read_again_at:
            return
        self._read_again_at = now + _READ_AGAIN_AFTER
        amiss = filter(self._repository.is_amiss, dict.fromkeys((EVERY_ACCOUNT, name)))
        found = [self._repository.load(each, again=True) for each in amiss]
        if any(loaded.unread or not loaded.taken for loaded in found):
            return
        with self._lock:
            for loaded in found:
                if isinstance(loaded.state, SavedState):
                    self._state.ledger = loaded.state.ledger
                self._repository.take_up(loaded, self._state, figures=not self._state.sources.syncs)

    def _judge_locked(self, intent: TradeIntent, *, record: bool) -> tuple[RPMOutput, Effect | None, list[StateChange]]:
        """Judge under the lock; whatever goes wrong inside is a refusal.  Return what must be written, too."""
        started = self._clock.monotonic()
        timestamp, seen = self._clock.now(), None
        order_id = f"RPM-{int(started * 1e6):x}-{self._state.metrics.total_decisions + 1}"
        try:
            take_polled(self._state, self.config)
            seen = self._state.portfolio.change_count()
            decision, effect = self._decide_and_record(intent, order_id, timestamp, seen, record=record)
        except Exception:  # noqa: BLE001 - whatever fails in here must refuse, not raise
            _log.exception("a decision failed; the intent is refused")
            message = "the risk manager failed on this intent, and so refuses it"
            decision, effect = self._refusal_outright(intent, reasons.INTERNAL_ERROR, message, order_id, record=record)
        decision = msgspec.structs.replace(decision, processing_time_ms=(self._clock.monotonic() - started) * 1e3)
        changes = [] if effect is None else self._repository.changes(self._state, effect, intent.intent_id)
        return self._output_with_state(decision, timestamp, None if record else seen), effect, changes

    def _decide_and_record(
        self, intent: TradeIntent, order_id: str, wall: datetime, seen: ChangeCount, *, record: bool
    ) -> tuple[TradeDecision, Effect | None]:
        """Judge an intent, and take the decision down if it is to be recorded."""
        self._check_config()
        asked, code = intent, reasons.INVALID_INPUT
        try:
            intent, fault = checked_or_exit(self._state.sources.under_broker_name(intent))
        except InvalidField as bad:
            return self._refusal_outright(asked, code, str(bad), order_id, record=record)
        state, context = self._state, None
        if not fault:
            code, fault = reasons.INVALID_CONFIGURATION, self._config_fault
        if not fault:
            code, fault = reasons.INVALID_STATE, state_fault(state.portfolio, state.capital(self.config))
        if not fault and seen is None:  # what counts its changes is what it must be
            fault = state.portfolio.fault()
        if not fault:
            code, fault = reasons.STATE_IN_USE, self._repository.in_use(state.account)
        if record:
            state.take_capital(self.config)
        if not fault or any(getattr(each, "symbol", "") == intent.symbol for each in state.portfolio.positions()):
            state.refresh(self.config, intent, seen)
            context = build_context(state, intent, self.config, wall, record=record)
        if context is None or (fault and not context.exposure.reducing):
            return self._refusal_outright(asked, code, fault, order_id, record=record)
        limits = NO_LIMITS if context.exposure.reducing else state.limits(context.account, self.config)
        decision, context = decide(context, order_id, state.plan, limits)
        return decision, _record(state, context, decision, order_id) if record else None

    def _refusal_outright(
        self, intent: TradeIntent, code: reasons.RejectionReason, message: str, order_id: str, *, record: bool
    ) -> tuple[TradeDecision, Effect | None]:
        """Refuse before any rule was run."""
        decision = refuse_outright(intent, code, message, order_id)
        if not record:
            return decision, None
        metrics = metrics_of(decision)
        self._state.metrics = self._state.metrics.plus(metrics)
        return decision, Effect(metrics)

    def _refusal_of_unsaved(self, intent: TradeIntent, output: RPMOutput, effect: Effect) -> RPMOutput:
        """Refuse after all: an approval that is not on disk would be forgotten by a restart."""
        message = f"the approval could not be written to disk: {self._repository.error}"
        code = reasons.STATE_IN_USE if self._repository.in_use(self._state.account) else reasons.STATE_NOT_SAVED
        refusal = refuse_outright(intent, code, message, output.decision.order_id or "")
        with self._lock:
            withdraw(self._state, effect, refusal)
            return self._output_with_state(refusal, output.timestamp)

    def _output_with_state(self, decision: TradeDecision, timestamp: datetime, seen: ChangeCount = None) -> RPMOutput:
        """Return a decision with the state it was made in."""
        seen = seen or self._state.portfolio.change_count()
        if seen is None or seen != self._copied[0]:  # the copy is made anew when something has changed
            self._copied = (seen, self._state.portfolio.copy())
        return RPMOutput(decision, self._copied[1], self._state.metrics, self._config_hash, __version__, timestamp)

    def _check_config(self) -> None:
        """Validate the settings anew when one was changed."""
        config, revision = self.config, self.config.revision
        if config is self._checked[0] and revision == self._checked[1]:
            return
        try:
            config.validate()
            self._config_fault, self._state.plan = "", plan_of(config)
        except (ValueError, AttributeError, TypeError) as fault:
            self._config_fault = fault.labelled if isinstance(fault, InvalidParameter) else str(fault)
        self._config_hash = config.get_config_hash()
        self._checked = (config, revision)

    def _read_account(self) -> None:
        """Read the account and its deals, and take them over (blocks)."""
        started = self._clock.monotonic()
        reading, now = self._sync.read_account()
        name = account_name(reading)
        loaded = None if name == self._state.account else self._repository.load(name)
        with self._lock:
            ledger = self._state.ledger if loaded is None else ledger_of(loaded)
            whole = (known := self._sync.knows_clock) and self.config.initial_balance > 0.0
            since = ledger.read_from(self._state.resets(now, self.config)[1], whole=whole)
            since = self._state.resets(since, self.config)[0]  # a part of a day would count as all of it
        history = self._sync.read_history(reading, since, now)
        synced = SyncedAccount(reading, history.deals, now, history.orders, known)
        pool = self._sync.pool
        if pool is None:
            raise SyncFailed("there is no pool to sync through")
        with self._lock:
            changes = self._take_over(synced, loaded, pool, started)
        self._repository.write(changes)
        self._shared.look("" if pool.mode in (None, AccountMode.SIMULATED) else name)

    def _take_over(
        self, synced: SyncedAccount, loaded: Loaded | None, pool: PoolReader, started: float
    ) -> list[StateChange]:
        """Take a reading over, unless a newer one is known; return what must be written."""
        state, known = self._state, self._state.sources.reading
        state.sources.pool = pool  # it may be one that the sync has opened by itself
        changes = []
        if loaded is not None:
            changes = self._change_account(synced.reading, loaded)
        elif known is not None and synced.reading.monotonic < known.monotonic:
            return []
        if self.config is self._unfitted and self.config == RPMConfig():  # none were given, and none was changed
            self.config, self._unfitted = RPMConfig.for_leverage(synced.reading.account.leverage), None
        risen = take_over(state, synced, pool, self.config, started)
        passed = end_what_has_passed(state, self.config, state.resets(synced.read_at, self.config)[0])
        halted = self._latch_limits()
        return changes + self._repository.changes(state, Effect(RiskMetrics(), urgent=halted or passed or risen))

    def _change_account(self, reading: AccountReading, loaded: Loaded) -> list[StateChange]:
        """Take up the state of an account that was not the current one; return the old one's to be written."""
        state, changes = self._state, []
        if state.account:
            changes = self._repository.whole(state)
            forget_account(state)
        state.account, state.ledger = account_name(reading), ledger_of(loaded)
        self._repository.take_up(loaded, state, figures=False)
        return changes

    def _latch_limits(self) -> bool:
        """Halt at once when the new figures break a limit that latches, not only with the next intent.

        A halt for a fall of the balance that turned out to be a withdrawal ends.  Return whether something changed.
        """
        state = self._state
        explained = may_be_explained(state)
        if (state.portfolio.trading_halted and not explained) or not state.portfolio.total_capital > 0.0:
            return False
        self._check_config()
        if self._config_fault:  # only exits pass, and no limit can be told
            return False
        account = account_view(state, self.config, state.sources.market_now(), self._clock.now())
        results = state.limits(account, self.config).results
        return lift_explained(state, results) if explained else latch(state, self.config, account, results)

    def _symbols_to_measure(self) -> list[str]:
        """Return the symbols of what is held, was asked for or was looked at last."""
        with self._lock:
            held = (position.symbol for position in self._state.portfolio.positions())
            return [*held, *self._state.activity.symbols, *filter(None, (self._looked_at,))]

    def _cooldown_seconds(self) -> float:
        """Return for how long only reducing trades pass after an automatic halt; 0 while time spacing is off."""
        return self.config.halt_cooldown_seconds if self.config.enforce_time_spacing else 0.0

    def _overall_health(self) -> str:
        """Return HALTED, DEGRADED (something is not kept or not synced) or HEALTHY."""
        if self.portfolio_state.trading_halted:
            return "HALTED"
        unsynced = self._state.sources.syncs and self._sync.get_stats()["last_error"]
        return "DEGRADED" if self._repository.error or self._config_fault or unsynced else "HEALTHY"
