# SPDX-License-Identifier: MIT
"""The core that the window drives: pool, risk manager and desk behind one small set of methods.

`submit`, `reject`, `preview`, `snapshot`, `halt` and `disarm` may be called from any thread, the last two never wait;
all else runs on the window's worker thread, and may block for a round trip to the terminal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.account_desk import POLICY, AccountDesk
from arbitrex_desktop.desk.active_account import ActiveAccount
from arbitrex_desktop.desk.alerts.alert_desk import AlertDesk
from arbitrex_desktop.desk.background import BackgroundWork
from arbitrex_desktop.desk.context import Announce, DeskContext
from arbitrex_desktop.desk.errors import CommandRefused, JournalError
from arbitrex_desktop.desk.execution.positions import PositionActions, Which
from arbitrex_desktop.desk.gate import Gate
from arbitrex_desktop.desk.halt import HALTED_ANEW, TradingHalt
from arbitrex_desktop.desk.intent_queue.shares import PendingShare
from arbitrex_desktop.desk.intents.events import Event, EventKind, Intent
from arbitrex_desktop.desk.intents.exit_rules import ExitRulesRequest
from arbitrex_desktop.desk.intents.intent import TRADER, IntentRequest, IntentState, SeenTrade
from arbitrex_desktop.desk.intents.order_tags import new_intent_id
from arbitrex_desktop.desk.journal.halt_note import HaltNote
from arbitrex_desktop.desk.journal.journal import JournalOpener
from arbitrex_desktop.desk.journal.reserve import ReserveOpener
from arbitrex_desktop.desk.limit_actions import LimitActions
from arbitrex_desktop.desk.pool_protocol import TradingPool
from arbitrex_desktop.desk.presentation import rows
from arbitrex_desktop.desk.presentation.bar_history import BarHistory
from arbitrex_desktop.desk.presentation.connection_notices import ConnectionNews
from arbitrex_desktop.desk.presentation.equity import EquityTrack
from arbitrex_desktop.desk.presentation.limits import WorstOfDay
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.notices import NoticeBoard
from arbitrex_desktop.desk.presentation.snapshot import ArmingRow, DeskSnapshot, Preview, RiskRow
from arbitrex_desktop.desk.presentation.step_guard import StepGuard
from arbitrex_desktop.desk.presentation.watch import symbol_days
from arbitrex_desktop.desk.preview import preview
from arbitrex_desktop.desk.review.review_desk import ReviewDesk
from arbitrex_desktop.desk.risk.risk_client import RiskClient, broker_symbol
from arbitrex_desktop.desk.risk.risk_view import RiskManagerView
from arbitrex_desktop.desk.services import Service, Services
from arbitrex_desktop.desk.settings import DeskSettings
from arbitrex_desktop.desk.settings_desk import SettingsDesk, SettingsEditor
from arbitrex_desktop.desk.switch_desk import NO_REASON, SwitchDesk
from arbitrex_desktop.desk.watch_list import WatchList
from arbitrex_desktop.mt5.replay_control import ReplayStep, SteerReplay
from arbitrex_desktop.raw_layer.price_demand import PriceDemand
from arbitrex_desktop.raw_layer.quote_board import QuoteBoard
from arbitrex_desktop.raw_layer.views import AccountMode

_SYNC_SECONDS: Final = 0.9
"""A little less than what lies between steps in which a sync is due: each second."""


class TradingCore:
    """Implements `ui.seam.Core`.

    Attributes:
        demand: who needs prices while nobody looks

    `rpm_factory` is called once, after the first attempt to connect; `journal` opens the account's; `new_id` makes
    intents' ids; `halt_note` keeps a halt, and `reserves` has room for exits, on a full disk; `settings_editor` has the
    settings; `watch_list` changes the symbols; `review` reads trades; `alerts`, set before `start`, calls the trader.
    """

    alerts: AlertDesk | None = None

    def __init__(
        self,
        pool: TradingPool,
        rpm_factory: Callable[[TradingPool], RiskManagerView],
        *,
        clock: Clock,
        journal: JournalOpener,
        settings: DeskSettings | None = None,
        new_id: Callable[[], str] = new_intent_id,
        halt_note: HaltNote | None = None,
        settings_editor: SettingsEditor | None = None,
        reserves: ReserveOpener | None = None,
        watch_list: WatchList | None = None,
        review: ReviewDesk | None = None,
    ) -> None:
        self.watch_list, self.review = watch_list, review
        self._pool, self._clock, self._notices = pool, clock, NoticeBoard(clock)
        self._connection = ConnectionNews(self._notices, clock)
        pool.subscribe(self._connection.take)
        chosen = settings or DeskSettings()
        self._risk = RiskClient(pool, clock, chosen, partial(rpm_factory, pool))
        self._halt = TradingHalt(self._risk, halt_note)
        self._gate = Gate(pool, clock, self._halt, chosen.max_messages_per_minute)
        self._listeners: list[Announce] = []
        self._context = DeskContext(
            pool,
            clock,
            chosen,
            self._gate,
            self._risk,
            self._notices.post,
            journal_failed=lambda error: self._accounts.report_error(error),  # noqa: PLW0108 - made below
            announce=self._announce,
        )
        self._limits, self._equity, self._worst = LimitActions(self._context), EquityTrack(), WorstOfDay()
        self._accounts = ActiveAccount(self._context, self._notices, journal, new_id, reserves)
        self._guard = StepGuard(self._notices, self._accounts.report_error)
        self.switches, editor = SwitchDesk(self._accounts, self._risk, self._notices), settings_editor
        self._settings_desk = SettingsDesk(editor, self._accounts, self._risk, clock) if editor is not None else None
        self._next_sync, self._background, self.demand = -math.inf, BackgroundWork(), PriceDemand(pool.set_pace)
        self.demand.followers.append(self._has_pending)
        self._services, self.awaited = Services(clock, self._guard), self._context.awaited

    @property
    def board(self) -> QuoteBoard:
        """Return the pool's tick board."""
        return self._pool.board

    @property
    def settings_desk(self) -> SettingsDesk:
        """Return what reads and changes the settings (worker thread); `CommandRefused` where there is no file."""
        if self._settings_desk is None:
            raise CommandRefused("this desk has no file of settings")
        return self._settings_desk

    @property
    def rpm(self) -> RiskManagerView | None:
        """Return the risk manager, None before `start`."""
        return self._risk.rpm

    @property
    def desk(self) -> AccountDesk | None:
        """Return the desk of the connected account, None before the first."""
        return self._accounts.desk

    def attach(self, service: Service) -> None:
        """Let something live and end with the core, such as the gateway for strategies; before `start`."""
        self._services.attach(service)

    def start(self) -> None:
        """Start the pool and do a first step; a terminal that takes its time to connect is not waited for."""
        self._guard("halt", self._remember_halt)
        self._guard("connection", partial(self._pool.start_tick_collection, 0.0))
        self.step()
        self._services.start()

    def step(self) -> bool:
        """Do what is due, a little of it at a time; return whether more is due at once.

        Whatever fails is told and does not keep the rest from being done.
        """
        if self.rpm is None and (self._pool.is_connected() or self._pool.stats().last_error):
            self._guard("risk manager", self._make_rpm)
        self._guard("journal", self._accounts.follow)
        self._services.retry()
        if self._clock.monotonic() >= self._next_sync:
            self._next_sync = self._clock.monotonic() + _SYNC_SECONDS
            self._guard("sync", self._sync)
            self._guard("bars", self._risk.read_bars)
            self._guard("intents", self._reevaluate)
            self._guard("prices", self.demand.look)
            if self._settings_desk is not None:
                self._guard("settings", self._settings_desk.end_override)
        if self.desk is not None:
            self._guard("intents", self.desk.pending.go_on)
        if not self._accounts.sending.acquire(blocking=False):
            return False
        try:
            self._guard("orders", self._settle)
            self._guard("positions", self._accounts.reconcile_actions)
            if self.desk is not None:
                self._guard("orders unknown", self.desk.unjournalled.look)
                self._guard("orders missing", self.desk.missing.look)
                self._guard("limits", partial(self._limits.step, self.desk))
            self._guard("policy", self._apply_policy)
        finally:
            self._accounts.sending.release()
        return self.desk is not None and self.desk.has_more_to_do

    def stop(self) -> None:
        """Stop the pool and close the journal; nothing is left running."""
        self._services.stop()
        self._guard("stop", self._pool.stop)
        self._background.join()
        with self._accounts.sending:
            self._guard("stop", self._accounts.leave)
        self._guard("stop", self._risk.close)

    def snapshot(self) -> DeskSnapshot:
        """Return all that the window draws besides quotes; what alerts call for is judged by it."""
        desk, reading, rpm, pool = self.desk, self._pool.latest_account(), self.rpm, self._pool.stats()
        held = self._accounts.position_rows(reading)
        seen = DeskSnapshot(
            taken_at=self._clock.now(),
            pool=pool,
            sync=rpm.get_mt5_sync_stats() if rpm is not None else {},
            account=rows.account_row(reading) if reading is not None else None,
            risk=self._risk_row(),
            positions=held if self.review is None or reading is None else self.review.with_commission(held, reading),
            orders=self._accounts.order_rows(reading),
            intents=desk.intent_rows() if desk is not None else (),
            equity=self._equity.points(reading),
            notices=self._notices.newest(),
            arming=ArmingRow(self._pool.mode is AccountMode.LIVE, self._gate.armed_until),
            takes_intents=desk is not None,
            journal_problem=self._accounts.problem or self._connection.problem,
            watch=symbol_days(self._pool, pool.symbols),
        )
        return seen if self.alerts is None else replace(seen, alerts=self.alerts.take(seen))

    def submit(self, request: IntentRequest, shares: tuple[PendingShare, ...] = ()) -> str:
        """Journal an intent, have the RPM judge it, and return its id; raise `DeskError` when that cannot be done.

        `ExitSent`, when it could not be journalled and was a strategy's exit that needs no person.
        """
        return self._accounts.submit(request, shares)

    def preview(self, request: IntentRequest, number: int) -> Preview:
        """Return what the RPM would answer now; nothing is recorded."""
        return preview(self._context, self.desk, request, number)

    def approve(self, intent_id: str, seen: SeenTrade | None = None) -> None:
        """Judge an intent once more and send it; raise `CommandRefused` with the reason when it may not be sent.

        `seen`, what the trader had before the eyes: another kind of trade is refused, and never more lots are sent.
        """
        self._approve(intent_id, TRADER, seen)

    def reject(self, intent_id: str, reason: str = "") -> None:
        """End a pending intent by the trader's will."""
        with self._accounts.journal_session() as desk:
            desk.reject(intent_id, TRADER, reason)

    def cancel(self, intent_id: str, actor: str) -> None:
        """Let the sender of an intent withdraw it while it waits, or cancel its order while that rests."""
        if self.intent(intent_id).state is not IntentState.PLACED:
            with self._accounts.journal_session() as desk:
                desk.cancel(intent_id, actor)
            return
        with self._accounts.journal_session() as desk, self._managing():
            desk.cancel(intent_id, actor)
        with self._accounts.sending:
            self._guard("orders", self._settle)

    def intent(self, intent_id: str) -> Intent:
        """Return an intent as its events left it; raise `UnknownIntent`."""
        return self._accounts.connected().book.get(intent_id)

    def broker_symbol(self, name: str) -> str:
        """Return the broker's symbol that a plain name means; the name as it is where it means none or several."""
        return broker_symbol(self._pool, name)

    def listen(self, listener: Announce) -> None:
        """Call back with each journalled event of an intent, on whichever thread it happens; it may not block."""
        self._listeners.append(listener)

    def resolve(self, intent_id: str, *, executed: bool, reason: str, ticket: int = 0) -> None:
        """Take the trader's word for what became of an UNKNOWN intent."""
        with self._accounts.journal_session() as desk, self._accounts.sending:
            desk.recovery.resolve(intent_id, executed=executed, reason=reason, ticket=ticket)

    def take_in_unknown(self) -> int:
        """Take the trades that bear this desk's mark and that the journal lacks into it; return how many."""
        with self._accounts.journal_session() as desk, self._accounts.sending:
            return desk.unjournalled.take_in(TRADER)

    def halt(self, reason: str) -> None:
        """Stop all sending from this moment; the RPM and the journal learn of it beside, without being waited for."""
        self._halt.engage(reason)
        self._notices.post("warning", NoticeSubject.HALT.of(), f"HALTED: {reason}", reason=reason)
        self._background.begin("desk-halt", self._persist_halt)

    def resume(self, reason: str) -> None:
        """Lift the halt; the reason is journalled and may not be empty."""
        if refusal := self._limits.lock_reason() if reason.strip() else NO_REASON:
            raise CommandRefused(refusal)
        seen = self._halt.engaged
        self._background.join()
        with self._accounts.journal_session() as desk:
            desk.book.note(EventKind.RESUMED, actor=TRADER, reason=reason)
        self._guard("halt", self._halt.clear_note)
        self._halt.lift(reason, seen)
        if self._halt.engaged is not None:
            self._background.begin("desk-halt", self._persist_halt)
            raise CommandRefused(HALTED_ANEW)
        self._notices.resolve(NoticeSubject.HALT.of(), f"trading resumed: {reason}")

    def arm(self, typed_login: str) -> None:
        """Arm the connected LIVE account for a time by its login; raise `CommandRefused` if it is not the right one."""
        with self._accounts.journal_session() as desk:
            arming = self._gate.arm(typed_login, self._context.settings.arming_seconds)
            try:
                desk.book.note(EventKind.ARMED, actor=TRADER, reason=f"until {arming.until_utc.isoformat()}")
            except JournalError:
                self._gate.disarm()
                raise

    def disarm(self) -> None:
        """Take the arming back at once; the journal learns of it beside, without being waited for."""
        self._gate.disarm()
        self._background.begin("desk-disarm", partial(self._journal_note, "disarming", EventKind.DISARMED))

    def set_seen(self, *, seen: bool) -> None:
        """Have prices as they come while the window can be seen, and less often otherwise."""
        self.demand.set_seen(seen=seen)

    def close_position(self, ticket: int, lots: float | None = None) -> None:
        """Close a position, or `lots` of it; works while halted."""
        with self._managing() as actions:
            actions.close(ticket, lots)

    def close_many(self, which: Which, symbol: str = "") -> None:
        """Close all positions, the losing or winning ones, or those of a symbol; works while halted."""
        with self._managing() as actions:
            actions.close_many(which, symbol)

    def move_stops(self, ticket: int, stop_loss: float | None, take_profit: float | None) -> None:
        """Set a position's stop and target as prices."""
        with self._managing() as actions:
            actions.move_stops(ticket, stop_loss, take_profit)

    def break_even(self, ticket: int) -> None:
        """Move a position's stop to its opening price."""
        with self._managing() as actions:
            actions.break_even(ticket)

    def set_exit_rules(self, ticket: int, wanted: ExitRulesRequest) -> None:
        """Give a position exit rules, in place of those that it has."""
        with self._accounts.journal_session() as desk, self._managing():
            desk.exit_rules.set(ticket, wanted)

    def bars(self, symbol: str, timeframe: int, count: int, start: int = 0) -> BarHistory:
        """Read bars for a chart (any thread; waits for the terminal); raises `PoolUnavailable` or `MT5Error`."""
        rows = self._pool.read_rates(symbol, timeframe, count, start)
        return BarHistory(rows, self._pool.server_zone)

    def steer_replay(self, speed: float | None = None, to_msc: int | None = None, step: str = "") -> None:
        """Change how a replay goes on."""
        self._pool.steer_replay(SteerReplay(speed, to_msc, ReplayStep(step) if step else None))

    def cancel_order(self, ticket: int) -> None:
        """Cancel a pending order at the broker."""
        with self._managing() as actions:
            actions.cancel(ticket)

    def modify_order(self, ticket: int, price: float, stop_loss: float | None, take_profit: float | None) -> None:
        """Move a pending order, its stop and its target, as prices."""
        with self._managing() as actions:
            actions.modify(ticket, price, stop_loss, take_profit)

    def _approve(self, intent_id: str, actor: str, seen: SeenTrade | None = None) -> None:
        """Approve for the trader or a policy, one at a time."""
        with self._accounts.journal_session() as desk, self._accounts.sending:
            desk.approve(intent_id, actor, self._sync, seen)
            self._guard("sync", self._sync)

    def _announce(self, intent: Intent, event: Event) -> None:
        """Tell everybody who listens."""
        for listener in self._listeners:
            listener(intent, event)

    @contextmanager
    def _managing(self) -> Iterator[PositionActions]:
        """Give what acts on positions, one order at a time, and sync afterwards."""
        with self._accounts.sending:
            try:
                yield self._accounts.position_actions()
            finally:
                self._guard("sync", self._sync)

    def _sync(self) -> bool:
        """Let the RPM read the account; a failed sync is told and changes nothing."""
        rpm = self.rpm
        if rpm is None or not self._pool.is_connected():
            return False
        if not rpm.sync_with_mt5_account(measure=False):
            message = rpm.get_mt5_sync_stats().get("last_error") or "no reason given"
            self._notices.post("error", NoticeSubject.SYNC.of(), f"the account could not be synced: {message}")
            return False
        self._notices.resolve(NoticeSubject.SYNC.of(), "the account is synced again")
        self._context.synced.at = self._clock.monotonic()
        if (reading := self._pool.latest_account()) is not None:
            self._equity.add(reading)
            if self.review is not None:
                self._guard("review", partial(self.review.take, reading, rpm.portfolio_state.day_anchor))
        return True

    def _has_pending(self) -> bool:
        """Return whether an intent waits for a decision, which depends on its price."""
        return self.desk is not None and bool(self.desk.book.in_state(IntentState.PENDING))

    def _reevaluate(self) -> None:
        """Expire and judge again what is pending."""
        if self.desk is not None:
            self.desk.pending.expire()
            self.desk.pending.reevaluate()

    def _settle(self) -> None:
        """Bring orders of unknown fate to an end."""
        if self.desk is None:
            return
        if (halted := self._halt.reason) and self._context.settings.cancel_on_halt:
            self.desk.cancel_all(f"trading was halted: {halted}")
        self.desk.settle(self._sync)

    def _apply_policy(self) -> None:
        """Approve the next one that a policy lets pass without a person."""
        if self.desk is not None and (intent := self.desk.policy.next()) is not None:
            self._approve(intent.intent_id, POLICY)

    def _remember_halt(self) -> None:
        """Be halted as the program was when it ended."""
        if reason := self._halt.read_note():
            self.halt(reason)

    def _make_rpm(self) -> None:
        """Make the risk manager, once, halted if trading was halted meanwhile."""
        if self._risk.start():
            self._context.synced.at = self._clock.monotonic()
        self._halt.latch()

    def _persist_halt(self) -> None:
        """Have the halt outlive the program: in the note, in the RPM's state and in the journal."""
        if (reason := self._halt.reason) is not None:
            self._guard("halt", self._halt.write_note)
            self._guard("halt", self._halt.latch)
            self._journal_note("halt", EventKind.HALTED, reason)

    def _journal_note(self, topic: str, kind: EventKind, reason: str = "") -> None:
        """Journal what the trader did; nobody waits for it, and a failure is told."""
        if (desk := self.desk) is not None:
            self._guard(topic, lambda: desk.book.note(kind, actor=TRADER, reason=reason))

    def _risk_row(self) -> RiskRow | None:
        """Return the portfolio's risk, None before the first sync."""
        if self.rpm is None or self._context.synced.at is None:
            return None
        row = rows.risk_row(self.rpm.portfolio_state, self.rpm.config, self._halt.reason, self.rpm.limits_in_use())
        return rows.with_figures(row, self.rpm.portfolio_figures(), self.rpm.kill_switches.active(), self._worst)
