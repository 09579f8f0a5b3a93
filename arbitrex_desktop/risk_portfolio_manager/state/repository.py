# SPDX-License-Identifier: MIT
"""Puts the risk state on disk and takes it up again.

What is to be written is taken down under the engine's lock and written without it: a `StateChange` is free of the
state it came from.
"""

from __future__ import annotations

import logging
import math
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

import msgspec

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.clock import Clock
from arbitrex_desktop.risk_portfolio_manager.decision.decision import RiskMetrics
from arbitrex_desktop.risk_portfolio_manager.state.kill_switches import STATE_DAMAGED, end_halt
from arbitrex_desktop.risk_portfolio_manager.state.persistence import (
    SqliteStateStore,
    StateDamaged,
    StateInUse,
    StateUnread,
    Stored,
)
from arbitrex_desktop.risk_portfolio_manager.state.recording import Effect
from arbitrex_desktop.risk_portfolio_manager.state.risk_state import RiskState
from arbitrex_desktop.risk_portfolio_manager.state.saved_state import (
    SavedApproval,
    SavedState,
    SavedStops,
    dump_approval,
    dump_state,
    dump_stops,
    restore_approval,
    restore_state,
    restore_stops,
    stops_in,
)

EVERY_ACCOUNT: Final = ""
"""Stands for what a person has stopped, also before an account is known."""
NOT_SAVED: Final = SavedStops(code="?")
"""Equals nothing that can be saved."""
_SAVE_EVERY: Final = 5.0
"""Seconds between saves of what may be lost by a crash: counters of refusals, and what the next sync reckons anew, or,
without a pool, who set it."""
_encode: Final = msgspec.json.Encoder().encode
_log = logging.getLogger(__name__)


class StateChange(NamedTuple):
    """Something to be written: a whole state, what a person has stopped, or one approval.

    `number`, the newest approval that is in it; `made`, when it was taken down: what is older is not written after it.
    """

    account: str
    number: int
    record: SavedState | SavedStops | SavedApproval
    made: int = 0


class Loaded(NamedTuple):
    """What was on disk of an account.

    `damage`, why it cannot be trusted, empty when it can; `unread`, whether that is only so for now; `taken`, whether
    it is ours to write.
    """

    account: str
    state: SavedState | SavedStops | None = None
    approvals: tuple[SavedApproval, ...] = ()
    number: int = 0
    damage: str = ""
    unread: bool = False
    taken: bool = True


class StateRepository:
    """Keeps what it is given in `store`, nothing without one.

    Safe to call from any thread: `changes` and `whole` under the engine's lock, the others without it.

    Attributes:
        error: why the last write failed; empty when it did not.
        unread: accounts whose saved state could not be read yet; it is not overwritten.
    """

    def __init__(self, store: SqliteStateStore | None, clock: Clock) -> None:
        self.error = ""
        self.unread: dict[str, str] = {}
        self._unsaved = False
        self._store = store
        self._clock = clock
        self._number = 0
        self._saved_at = -math.inf
        self._writing = Lock()
        self._written: dict[str, tuple[int, int]] = {}
        self._made = 0
        self._stops = SavedStops()
        self._taken_up: set[str] = set()

    def in_use(self, account: str) -> str:
        """Return who else keeps an account's state, so that nothing of it can be kept here; empty for nobody."""
        return "" if self._store is None else self._store.holder(account)

    def is_amiss(self, account: str) -> bool:
        """Return whether an account's state has to be read again before it may be written."""
        return account in self.unread or bool(self.in_use(account))

    def load(self, account: str, *, again: bool = False) -> Loaded:
        """Read what was kept of an account, and take the right to write it (blocks).

        `again`, because it could not be read or taken before: what another manager of this program has stays its own.
        """
        taken = self._take_right_to_write(account, over=not again)
        return self._read_saved(account)._replace(taken=taken)

    def _take_right_to_write(self, account: str, *, over: bool) -> bool:
        """Take the right to write; what keeps it from being taken will keep a save from being made as well."""
        try:
            return self._store is None or not self._store.take(account, over=over)
        except OSError:
            return True

    def _read_saved(self, account: str) -> Loaded:
        """Read what was kept of an account."""
        try:
            stored = Stored() if self._store is None else self._store.load(account)
            kind: type[SavedState | SavedStops] = SavedState if account else SavedStops
            state = None if stored.body is None else msgspec.json.decode(stored.body, type=kind)
            approvals = tuple(msgspec.json.decode(each, type=SavedApproval) for each in stored.approvals)
        except (StateUnread, OSError) as failure:
            return Loaded(account, damage=str(failure), unread=True)
        except StateDamaged as damage:
            return Loaded(account, damage=str(damage))
        except (msgspec.MsgspecError, ValueError) as error:
            return Loaded(
                account, damage=f"the saved risk state of this account has the wrong form ({error_text(error)})"
            )
        return Loaded(account, state, approvals, stored.number)

    def take_up(self, loaded: Loaded, state: RiskState, *, figures: bool) -> None:
        """Take up what was loaded; damage halts trading until a person resumes.  Under the engine's lock.

        Of what another program or manager keeps, halts and switches count here as well.
        """
        damage = loaded.damage
        if state.portfolio.halt_reason == self.unread.pop(loaded.account, ""):
            end_halt(state.portfolio)
        if loaded.unread:
            self.unread[loaded.account] = damage
        self._number = max(self._number, loaded.number)
        try:
            self._restore(loaded, state, figures=figures)
        except ZeroDivisionError as error:
            damage = f"the saved risk state of this account has the wrong form ({error_text(error)})"
        if damage:
            _log.error("%s", damage)
            state.switches.latch(state.portfolio, STATE_DAMAGED, damage)

    def _restore(self, loaded: Loaded, state: RiskState, *, figures: bool) -> None:
        """Take up halts and switches, and all else of what is ours to write."""
        if isinstance(loaded.state, SavedStops):
            self._stops = loaded.state
            restore_stops(loaded.state, state)
        elif loaded.state is not None and not loaded.taken:
            restore_stops(stops_in(loaded.state), state)
        elif loaded.state is not None:
            if loaded.account in self._taken_up:  # what was counted since is in what was saved
                state.metrics = RiskMetrics()
            restore_state(loaded.state, state, figures=figures)
        if loaded.taken and not loaded.damage:
            self._taken_up.add(loaded.account)
            for each in loaded.approvals:
                restore_approval(each, state)

    def changes(self, state: RiskState, effect: Effect, named: str | None = None) -> list[StateChange]:
        """Return what must be written after a decision: the approval, and all when it is urgent or time for it."""
        found = []
        if effect.reservation is not None and state.account and self._store is not None:
            self._number += 1
            approval = dump_approval(state, effect.reservation, named, effect.metrics)
            found.append(StateChange(state.account, self._number, approval))
        if effect.urgent or self._unsaved or self._clock.monotonic() - self._saved_at >= _SAVE_EVERY:
            found += self.whole(state)
        return found

    def whole(self, state: RiskState) -> list[StateChange]:
        """Return the whole state to be written, and what a person has stopped since; nothing where nothing is kept."""
        if self._store is None:
            return []
        self._saved_at = self._clock.monotonic()
        self._made += 1
        try:
            stops = dump_stops(state)
            found = [] if stops == self._stops else [StateChange(EVERY_ACCOUNT, 0, stops, self._made)]
            if state.account:
                found.append(StateChange(state.account, self._number, dump_state(state), self._made))
        except (ValueError, TypeError, AttributeError) as error:  # a program may have put anything in there
            self._note_failure(str(error))
            return []
        self._stops = stops
        return found

    def write(self, changes: list[StateChange]) -> bool:
        """Write changes durably, in order (blocks); return whether all are on disk.

        A failure is logged, shown in the health, and tried again with the next save; until then no approval counts as
        written.  What could not be read is not overwritten.
        """
        store = self._store
        if store is None or not changes:
            return False
        unread = next((self.unread[change.account] for change in changes if change.account in self.unread), "")
        if unread:
            self._note_failure(unread)
            return False
        try:
            with self._writing:
                for change in changes:
                    self._write_change(store, change)
        except (OSError, ValueError, TypeError, msgspec.MsgspecError) as error:
            self._note_failure(str(error), in_use=isinstance(error, StateInUse))
            self._unsaved, self._stops = True, NOT_SAVED
            return False
        self.error, self._unsaved = "", False
        return True

    def backup(self) -> Path | None:
        """Copy what was written aside (blocks); return where to, None when there is none or it failed."""
        try:
            return None if self._store is None else self._store.backup(self._clock.now())
        except OSError as error:
            self._note_failure(str(error))
            return None

    def close(self) -> None:
        """Let go of the file."""
        if self._store is not None:
            self._store.close()

    def _write_change(self, store: SqliteStateStore, change: StateChange) -> None:
        """Write one change, unless a newer whole state is on disk already."""
        account, number, record, made = change
        newest, last = self._written.get(account, (-1, -1))
        if isinstance(record, SavedApproval):
            if number > newest:
                store.append(account, _encode(record), number)
        elif made > last:
            store.save(account, _encode(record), number, self._clock.now())
            self._written[account] = number, made

    def _note_failure(self, error: str, *, in_use: bool = False) -> None:
        """Log a failure that is new."""
        if error != self.error:
            _log.log(logging.WARNING if in_use else logging.ERROR, "the risk state is not being kept: %s", error)
        self.error = error
