# SPDX-License-Identifier: MIT
"""A core without a terminal: shows what it is told to show, notes what it is asked to do, and can hang on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from arbitrex_desktop.desk.background import AwaitedAnswers
from arbitrex_desktop.desk.execution.positions import Which
from arbitrex_desktop.desk.intents.events import Event, Intent
from arbitrex_desktop.desk.intents.exit_rules import ExitRulesRequest
from arbitrex_desktop.desk.intents.intent import IntentRequest, SeenTrade
from arbitrex_desktop.desk.presentation.alert_rows import AlertRule, AlertWays
from arbitrex_desktop.desk.presentation.bar_history import BarHistory
from arbitrex_desktop.desk.presentation.snapshot import ArmingRow, DeskSnapshot, Preview, SwitchRow
from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.commands import ListedSymbol
from arbitrex_desktop.raw_layer.server_zone import ServerZone
from arbitrex_desktop.raw_layer.symbols import SymbolBook
from arbitrex_desktop.raw_layer.views import Quote
from arbitrex_desktop.ui.seam import AlertAccess, ReviewAccess, WatchListAccess
from tests.fakes.bars import bar_rows
from tests.fakes.desk_data import desk_snapshot, intent_row, risk_row
from tests.fakes.review import FakeReview
from tests.fakes.settings import FakeSettings

HANG_LIMIT_S = 20.0
"""A held call ends by itself after this, so that a failing test leaves no thread behind."""


class FakeBoard:
    """Implements `raw_layer.quote_board.QuoteBoard`; every `put` is a new revision."""

    def __init__(self, digits: dict[str, int]) -> None:
        self._digits = digits
        self._lock = threading.Lock()
        self._revision = 0
        self._quotes: dict[str, tuple[int, Quote]] = {}
        self.listeners: list[Callable[[], None]] = []

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols given at the start."""
        return tuple(self._digits)

    def digits(self, symbol: str) -> int:
        """Return a symbol's decimals."""
        return self._digits[symbol]

    def put(self, quote: Quote) -> None:
        """Let a tick arrive."""
        with self._lock:
            self._revision += 1
            self._quotes[quote.symbol] = (self._revision, quote)
        for listener in self.listeners:
            listener()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a listener after each `put`."""
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def changed_since(self, revision: int) -> tuple[int, tuple[Quote, ...]]:
        """Return what changed."""
        with self._lock:
            return self._revision, tuple(quote for at, quote in self._quotes.values() if at > revision)


class FakeWatchList:
    """Implements `ui.seam.WatchListAccess`: notes what is asked; a plain name means what `listed` says."""

    def __init__(self, asked: list[tuple[object, ...]], listed: tuple[ListedSymbol, ...] = ()) -> None:
        self._asked = asked
        self._book = SymbolBook(listed)

    def meant_by(self, name: str) -> str:
        """Return the symbol of that name among those listed."""
        return self._book.resolve(name)

    def choose(self, symbol: str, *, watched: bool) -> None:
        """Note the choice."""
        self._asked.append(("watch", symbol, watched))


class FakeAlerts:
    """Implements `ui.seam.AlertAccess`: notes what is asked."""

    def __init__(self, asked: list[tuple[object, ...]]) -> None:
        self._asked = asked

    def put(self, rule: AlertRule) -> None:
        """Note a rule."""
        self._asked.append(("put_alert", rule))

    def remove(self, rule_id: str) -> None:
        """Note what goes."""
        self._asked.append(("remove_alert", rule_id))

    def snooze(self, rule_id: str, minutes: float) -> None:
        """Note what sleeps."""
        self._asked.append(("snooze_alert", rule_id, minutes))

    def set_ways(self, ways: AlertWays, token: str | None = None, address: str | None = None) -> None:
        """Note the ways."""
        self._asked.append(("alert_ways", ways, token, address))

    def test_ways(self) -> None:
        """Note a try."""
        self._asked.append(("test_alert_ways",))


class FakeSwitches:
    """Implements `ui.seam.SwitchAccess`: notes what is asked."""

    def __init__(self, asked: list[tuple[object, ...]]) -> None:
        self._asked = asked

    def lift(self, seen: SwitchRow, reason: str) -> None:
        """Note what is lifted."""
        self._asked.append(("lift_switch", seen, reason))


class FakeCore:
    """Implements `ui.seam.Core`.

    Attributes: `shown`, the snapshot it gives; `asked`, the commands received in order, as (name, arguments...);
    `failures`, what a method raises, by its name; `halts`, reasons of halts; `threads`, the idents of the
    threads each method was called on (a thread that Qt made has a new name at each entry on Python 3.13);
    `history`, bars by symbol and timeframe, and `server_offset`, what `bars` answers from;
    `settings_desk`, the settings; `review`, closed trades.
    """

    def __init__(self, board: FakeBoard | None = None, shown: DeskSnapshot | None = None) -> None:
        self.awaited = AwaitedAnswers()
        self._board = board if board is not None else FakeBoard({"EURUSD": 5, "USDJPY": 3, "XAUUSD": 2})
        self.shown = shown if shown is not None else desk_snapshot()
        self.asked: list[tuple[object, ...]] = []
        self.failures: dict[str, Exception] = {}
        self.halts: list[str] = []
        self.threads: dict[str, set[int]] = {}
        self.history: dict[tuple[str, int], Rows] = {}
        self.server_offset = 0
        self.seen: list[bool] = []
        self.settings_desk = FakeSettings(self.asked)
        self.switches = FakeSwitches(self.asked)
        self.alerts: AlertAccess | None = FakeAlerts(self.asked)
        self.watch_list: WatchListAccess | None = FakeWatchList(self.asked)
        self.review: ReviewAccess | None = FakeReview(self.asked)
        self.steps = self.more_due = 0
        self.hearers: list[Callable[[Intent, Event], None]] = []
        self.reached = threading.Event()
        self._held: str | None = None
        self._release = threading.Event()

    @property
    def board(self) -> FakeBoard:
        """The fake board."""
        return self._board

    def hold(self, method: str) -> None:
        """Let the next call of a method hang until `release`; `reached` is set once it hangs."""
        self.reached.clear()
        self._release.clear()
        self._held = method

    def release(self) -> None:
        """Let a held call go on."""
        self._held = None
        self._release.set()

    def halt(self, reason: str) -> None:
        """Note a halt and show it, at once."""
        self._note("halt")
        self.halts.append(reason)
        risk = self.shown.risk if self.shown.risk is not None else risk_row()
        self.shown = replace(self.shown, risk=replace(risk, trading_state="HALTED", halt_reason=reason))

    def listen(self, listener: Callable[[Intent, Event], None]) -> None:
        """Keep who wants to hear of intents, of which there is no news here."""
        self.hearers.append(listener)

    def start(self) -> None:
        """Note a start."""
        self._note("start")
        self.asked.append(("start",))

    def step(self) -> bool:
        """Count a step; say that more is due as often as `more_due` says."""
        self._note("step")
        self.steps += 1
        self.more_due -= 1
        return self.more_due >= 0

    def snapshot(self) -> DeskSnapshot:
        """Return `shown`."""
        self._note("snapshot")
        return self.shown

    def submit(self, request: IntentRequest) -> str:
        """Note an intent."""
        self._note("submit")
        self.asked.append(("submit", request))
        return f"intent-{len(self.asked)}"

    def preview(self, request: IntentRequest, number: int) -> Preview:
        """Answer as if the RPM approved."""
        self._note("preview")
        self.asked.append(("preview", request, number))
        row = intent_row(symbol=request.symbol, direction=request.direction, intent_id="preview")
        return Preview(number, row)

    def approve(self, intent_id: str, seen: SeenTrade | None = None) -> None:
        """Note an approval, and what the trader saw where that is said."""
        self._note("approve")
        self.asked.append(("approve", intent_id, *([] if seen is None else [seen])))

    def reject(self, intent_id: str, reason: str = "") -> None:
        """Note a rejection."""
        self._note("reject")
        self.asked.append(("reject", intent_id, reason))

    def resume(self, reason: str) -> None:
        """Note a resume, and show ACTIVE again."""
        self._note("resume")
        self.asked.append(("resume", reason))
        if self.shown.risk is not None:
            risk = replace(self.shown.risk, trading_state="ACTIVE", halt_reason="")
            self.shown = replace(self.shown, risk=risk)

    def take_in_unknown(self) -> int:
        """Note that unknown orders are to be taken in."""
        self._note("take_in_unknown")
        self.asked.append(("take_in_unknown",))
        return 1

    def resolve(self, intent_id: str, *, executed: bool, reason: str, ticket: int = 0) -> None:
        """Note the trader's word."""
        self._note("resolve")
        self.asked.append(("resolve", intent_id, executed, reason, ticket))

    def arm(self, typed_login: str) -> None:
        """Note an arming, and show it for 15 minutes."""
        self._note("arm")
        self.asked.append(("arm", typed_login))
        until = self.shown.taken_at + timedelta(minutes=15)
        self.shown = replace(self.shown, arming=ArmingRow(needed=True, until=until))

    def disarm(self) -> None:
        """Note a disarming, and show it."""
        self._note("disarm")
        self.asked.append(("disarm",))
        self.shown = replace(self.shown, arming=replace(self.shown.arming, until=None))

    def set_seen(self, *, seen: bool) -> None:
        """Note whether the window can be seen."""
        self.seen.append(seen)

    def close_position(self, ticket: int, lots: float | None = None) -> None:
        """Note a closing."""
        self._note("close_position")
        self.asked.append(("close_position", ticket, lots))

    def close_many(self, which: Which, symbol: str = "") -> None:
        """Note a closing of several."""
        self._note("close_many")
        self.asked.append(("close_many", which, symbol))

    def move_stops(self, ticket: int, stop_loss: float | None, take_profit: float | None) -> None:
        """Note a stop and a target."""
        self._note("move_stops")
        self.asked.append(("move_stops", ticket, stop_loss, take_profit))

    def break_even(self, ticket: int) -> None:
        """Note a stop at the opening price."""
        self._note("break_even")
        self.asked.append(("break_even", ticket))

    def modify_order(self, ticket: int, price: float, stop_loss: float | None, take_profit: float | None) -> None:
        """Note a moved order."""
        self._note("modify_order")
        self.asked.append(("modify_order", ticket, price, stop_loss, take_profit))

    def set_exit_rules(self, ticket: int, wanted: ExitRulesRequest) -> None:
        """Note exit rules."""
        self._note("set_exit_rules")
        self.asked.append(("set_exit_rules", ticket, wanted))

    def steer_replay(self, speed: float | None = None, to_msc: int | None = None, step: str = "") -> None:
        """Note how a replay is to go on."""
        self._note("steer_replay")
        self.asked.append(("steer_replay", speed, to_msc, step))

    def cancel_order(self, ticket: int) -> None:
        """Note a cancelling."""
        self._note("cancel_order")
        self.asked.append(("cancel_order", ticket))

    def bars(self, symbol: str, timeframe: int, count: int, start: int = 0) -> BarHistory:
        """Return bars out of `history`, on the server clock of `server_offset`."""
        self._note("bars")
        known = self.history.get((symbol, timeframe), bar_rows(0))
        return BarHistory(known[: max(0, len(known) - start)][-count:], ServerZone(self.server_offset))

    def stop(self) -> None:
        """Note the end."""
        self._note("stop")
        self.asked.append(("stop",))

    def _note(self, method: str) -> None:
        self.threads.setdefault(method, set()).add(threading.get_ident())
        if self._held == method:
            self.reached.set()
            self._release.wait(HANG_LIMIT_S)
        if method in self.failures:
            raise self.failures[method]
