# SPDX-License-Identifier: MIT
"""The whole contract between the core and the window.

Life: `CoreWorker` calls its factory on the worker thread; from then on the core exists.  Then `start` once, then
`step` about four times a second, or each second and after news while the window is out of sight, with commands in
between, then `stop` once.  All of these run on the worker thread, one at a time, and may block on the terminal for as
long as its deadlines allow.

Seven things do not wait for the worker, whatever it is doing: `halt`, `disarm` and `set_seen`, which the window calls
on the GUI thread; `board`, which the window reads when it changes; `bars` and `review`, which the charts and Review
read on threads of their own; and `snapshot`, which a thread of its own takes about four times a second from the moment
the core exists (before `start` it says DISCONNECTED), so that the window can say what is going on while the worker is
blocked.

What a command raises is shown to the trader as its text, so that text is plain and has no secrets.
`arbitrex_desktop.desk.core.TradingCore` implements `Core`; tests use `tests.fakes.core.FakeCore`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from arbitrex_desktop.desk.intents.exit_rules import ExitRulesRequest
from arbitrex_desktop.desk.intents.intent import IntentRequest, SeenTrade, Which
from arbitrex_desktop.desk.presentation.alert_rows import AlertRule, AlertWays
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot, Preview, SwitchRow
from arbitrex_desktop.raw_layer.quote_board import QuoteBoard

if TYPE_CHECKING:
    # At run time they load numpy and the core, which the window's first picture must not wait for.
    from arbitrex_desktop.desk.background import AwaitedAnswers
    from arbitrex_desktop.desk.intents.events import Event, Intent
    from arbitrex_desktop.desk.presentation.bar_history import BarHistory
    from arbitrex_desktop.desk.review.store import Annotation
    from arbitrex_desktop.desk.review.views import ReportProgress, ReviewData, ReviewQuery
    from arbitrex_desktop.desk.settings_desk import SettingRow, SettingsCheck
    from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict


class SettingsAccess(Protocol):
    """The settings (worker thread); a new value is what is typed, None the default."""

    def rows(self) -> tuple[SettingRow, ...]:
        """Return every setting with its present value."""

    def check(self, changes: Mapping[str, str | None]) -> SettingsCheck:
        """Return why changes could not be saved, or what they would mean for what is open."""

    def change_for(self, changes: Mapping[str, str | None], reason: str, minutes: int) -> None:
        """Journal changes of limits and let them hold for some minutes; nothing is saved."""

    def change(self, changes: Mapping[str, str | None], reason: str) -> tuple[str, ...]:
        """Journal and save changes; limits count at once, and the names of the others are returned."""


class WatchListAccess(Protocol):
    """The symbols that are watched."""

    def choose(self, symbol: str, *, watched: bool) -> None:
        """Watch a symbol from now on, or no longer; remembered for the account, raises with the reason if not."""

    def meant_by(self, name: str) -> str:
        """Return the broker's symbol that a plain name means; ValueError with the candidates for none (any thread)."""


class ReviewAccess(Protocol):
    """What became of trades (a thread of Review's own; may block on the terminal, raises with the reason)."""

    def read(self, query: ReviewQuery, report: ReportProgress) -> ReviewData:
        """Return trades, figures and curve of a time; `report` hears how far it is, and what it raises gives up."""

    def checks(self, intent_id: str) -> tuple[Verdict, ...]:
        """Return the risk manager's checks of an intent."""

    def annotate(self, trade: str, annotation: Annotation) -> None:
        """Keep what the trader wrote on a trade, by its key."""


class AlertAccess(Protocol):
    """What calls the trader (any thread; each may wait for the disk, and raises with the reason)."""

    def put(self, rule: AlertRule) -> None:
        """Add a rule, or change the one with its id."""

    def remove(self, rule_id: str) -> None:
        """Take a rule away."""

    def snooze(self, rule_id: str, minutes: float) -> None:
        """Have a rule sleep for a time."""

    def set_ways(self, ways: AlertWays, token: str | None = None, address: str | None = None) -> None:
        """Choose how the trader is called; a secret that is None stays as it is."""

    def test_ways(self) -> None:
        """Send a message by every way out of the computer that is on."""


class SwitchAccess(Protocol):
    """Kill switches (worker thread)."""

    def lift(self, seen: SwitchRow, reason: str) -> None:
        """Journal the reason, which may not be empty, and lift a person's switch if it is still as it was seen."""


class Core(Protocol):
    """What the window drives: the pool, the RPM and the desk as one."""

    @property
    def board(self) -> QuoteBoard:
        """The pool's tick board (any thread, at once)."""

    awaited: AwaitedAnswers
    """Counts what the form waits for, so that what nobody waits for gives way (any thread, at once)."""

    def halt(self, reason: str) -> None:
        """Stop all sending from this moment on (any thread, at once, also while the worker is blocked)."""

    def listen(self, listener: Callable[[Intent, Event], None]) -> None:
        """Call back with each journalled event of an intent, on whichever thread it happens; it may not block."""

    def start(self) -> None:
        """Connect; may block for as long as a first connection attempt takes.  No connection is no error."""

    def step(self) -> bool:
        """Do what is due: sync, expiry, re-judging, reconciling; return whether more is due at once."""

    def snapshot(self) -> DeskSnapshot:
        """Return all that the window draws besides quotes (any thread but the GUI's, soon)."""

    def submit(self, request: IntentRequest) -> str:
        """Have the RPM judge an intent and queue it for the trader; return its id."""

    def preview(self, request: IntentRequest, number: int) -> Preview:
        """Return what the RPM would answer now, recording nothing; `number` comes back in the answer."""

    def approve(self, intent_id: str, seen: SeenTrade | None = None) -> None:
        """Judge the intent once more and send its order if it still may live; raise with the reason if not.

        `seen`, what the trader had before the eyes: nothing more than that is sent, and no other kind of trade.
        """

    def reject(self, intent_id: str, reason: str = "") -> None:
        """End an intent by the trader's will."""

    def resume(self, reason: str) -> None:
        """Lift the halt; the reason is recorded and may not be empty."""

    def resolve(self, intent_id: str, *, executed: bool, reason: str, ticket: int = 0) -> None:
        """Take the trader's word for what became of an UNKNOWN intent; `ticket` 0 when it is not known."""

    def take_in_unknown(self) -> int:
        """Take the trades that bear this desk's mark and that the journal does not know into it; return how many."""

    def arm(self, typed_login: str) -> None:
        """Arm the connected LIVE account for a time; raise unless the login is its own."""

    def set_seen(self, *, seen: bool) -> None:
        """Note whether the window can be seen: prices are asked for seldom while it cannot (any thread, at once)."""

    def disarm(self) -> None:
        """Take the arming back (any thread, at once, also while the worker is blocked)."""

    def close_position(self, ticket: int, lots: float | None = None) -> None:
        """Close a position, or `lots` of it, at the market; works while halted, since it only reduces risk."""

    def close_many(self, which: Which, symbol: str = "") -> None:
        """Close all positions, the losing or winning ones, or those of a symbol; works while halted."""

    def move_stops(self, ticket: int, stop_loss: float | None, take_profit: float | None) -> None:
        """Set a position's stop and target as prices, None for none; one that adds risk is refused while halted."""

    def break_even(self, ticket: int) -> None:
        """Move a position's stop to its opening price."""

    def modify_order(self, ticket: int, price: float, stop_loss: float | None, take_profit: float | None) -> None:
        """Move a pending order, its stop and its target; one that risks more goes to the RPM, none while halted."""

    def set_exit_rules(self, ticket: int, wanted: ExitRulesRequest) -> None:
        """Give a position exit rules, in place of those that it has; they are carried out by `step`."""

    def steer_replay(self, speed: float | None = None, to_msc: int | None = None, step: str = "") -> None:
        """Change how a replay goes on: speed (0 pauses), a later moment in UTC milliseconds, or a `ReplayStep`."""

    def cancel_order(self, ticket: int) -> None:
        """Cancel a pending order at the broker."""

    @property
    def settings_desk(self) -> SettingsAccess:
        """What reads and changes the settings; raises where there is no file of them."""

    @property
    def switches(self) -> SwitchAccess:
        """What lifts the kill switches that a person has set."""

    @property
    def watch_list(self) -> WatchListAccess | None:
        """What adds symbols to those watched and takes them away; None where it cannot be changed."""

    @property
    def review(self) -> ReviewAccess | None:
        """What reads closed trades and their figures; None where nothing is kept of them."""

    @property
    def alerts(self) -> AlertAccess | None:
        """What calls the trader; None where nothing does."""

    def bars(self, symbol: str, timeframe: int, count: int, start: int = 0) -> BarHistory:
        """Read the last `count` bars but `start` (any thread but the GUI's; may block on the terminal)."""

    def stop(self) -> None:
        """Stop ticks and close the journal; afterwards nothing of the core is left running."""


CoreFactory = Callable[[], Core]
"""Builds the core on the worker thread; what it raises is shown in the window, which stays usable."""
