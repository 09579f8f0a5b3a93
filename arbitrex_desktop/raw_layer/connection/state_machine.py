# SPDX-License-Identifier: MIT
"""The life of the connection as a table: what is not in it raises."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.raw_layer.events import StateChanged, Trigger
from arbitrex_desktop.raw_layer.views import ConnectionState

_S = ConnectionState


_T = Trigger
_WITH_HOST = (_S.CONNECTING, _S.RECONNECTING, _S.RECONCILING, _S.CONNECTED, _S.STALE, _S.WRONG_ACCOUNT)
_GONE = (_S.LOST, _S.UNRESPONSIVE, _S.STOPPED)
_OF_A_HOST = (_T.INITIALIZED, _T.RECONCILED, _T.RECOVERED, _T.WENT_STALE, _T.OTHER_ACCOUNT, _T.FAILED)
_LOSSES = (_T.DROPPED, _T.NO_ANSWER)

TRANSITIONS: Final[dict[tuple[ConnectionState, Trigger], ConnectionState]] = {
    (_S.DISCONNECTED, _T.ATTEMPT): _S.CONNECTING,
    (_S.LOST, _T.ATTEMPT): _S.RECONNECTING,
    (_S.UNRESPONSIVE, _T.ATTEMPT): _S.RECONNECTING,
    (_S.WRONG_ACCOUNT, _T.ATTEMPT): _S.RECONNECTING,
    (_S.CONNECTING, _T.FAILED): _S.DISCONNECTED,
    (_S.RECONNECTING, _T.FAILED): _S.LOST,
    (_S.RECONCILING, _T.FAILED): _S.LOST,
    # The first connection is verified like any other, so it too passes through RECONCILING.
    (_S.CONNECTING, _T.INITIALIZED): _S.RECONCILING,
    (_S.RECONNECTING, _T.INITIALIZED): _S.RECONCILING,
    (_S.RECONCILING, _T.RECONCILED): _S.CONNECTED,
    (_S.CONNECTED, _T.WENT_STALE): _S.STALE,
    (_S.RECONCILING, _T.WENT_STALE): _S.STALE,
    (_S.STALE, _T.RECOVERED): _S.RECONCILING,
    (_S.WRONG_ACCOUNT, _T.RECOVERED): _S.RECONCILING,
    (_S.RECONCILING, _T.OTHER_ACCOUNT): _S.WRONG_ACCOUNT,
    (_S.CONNECTED, _T.OTHER_ACCOUNT): _S.WRONG_ACCOUNT,
    (_S.STALE, _T.OTHER_ACCOUNT): _S.WRONG_ACCOUNT,
    **{(state, _T.NO_ANSWER): _S.UNRESPONSIVE for state in _WITH_HOST},
    **{(state, _T.DROPPED): _S.LOST for state in _WITH_HOST},
    # Two threads may report the same loss; the second report changes nothing.
    **{(state, loss): state for state in (_S.DISCONNECTED, *_GONE) for loss in _LOSSES},
    # Nor does what the pool's thread heard of a host that another thread has found dead since, or that was stopped.
    **{(state, trigger): state for state in _GONE for trigger in _OF_A_HOST},
    (_S.STOPPED, _T.ATTEMPT): _S.STOPPED,
    **{(state, _T.STOP): _S.STOPPED for state in _S},
}
"""The state that a trigger leads to, from each state in which it may come."""


class IllegalConnectionTransition(RuntimeError):  # noqa: N818 - the field's term
    """A trigger came in a state that does not know it: a fault of this program."""


class ConnectionMachine:
    """Holds the state of the one connection.

    Safe from any thread.  The listener is called by the thread that fires, outside the lock, after the change.

    Attributes:
        state: the present one
        since: when it was entered, UTC
        reason: why, human-readable
        entered: how often each state was entered
    """

    def __init__(self, clock: Clock, listener: Callable[[StateChanged], None]) -> None:
        self._clock = clock
        self._listener = listener
        self._lock = threading.Lock()
        self._entered_at = clock.monotonic()
        self.state = ConnectionState.DISCONNECTED
        self.since = clock.now()
        self.reason = "not started"
        self.entered: dict[ConnectionState, int] = dict.fromkeys(ConnectionState, 0)

    def fire(self, trigger: Trigger, reason: str) -> ConnectionState:
        """Apply a trigger and return the new state; raises `IllegalConnectionTransition` when the table has none."""
        with self._lock:
            before = self.state
            after = TRANSITIONS.get((before, trigger))
            if after is None:
                raise IllegalConnectionTransition(f"{trigger} cannot come in state {before}")
            if after is before:
                return after
            now = self._clock.monotonic()
            change = StateChanged(before, after, trigger, reason, self._clock.now(), now - self._entered_at)
            self.state, self.since, self.reason, self._entered_at = after, change.at, reason, now
            self.entered[after] += 1
        self._listener(change)
        return after
