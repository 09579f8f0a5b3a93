# SPDX-License-Identifier: MIT
"""Lanes: what each sender may use of the desk, cut so that what one uses is never taken from another.

Every registered strategy has a lane of its own.  Programs that are not registered share two parts of all that there
is, and each process of them has half of that, under however many names it comes.  The trader's own intents pass no
lane.  The parts depend on how many strategies are registered, never on what any of them does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.gateway.messages import ProtocolError
from arbitrex_desktop.desk.gateway.rate_limit import TokenBucket
from arbitrex_desktop.desk.gateway.strategies import RegisterError, Strategy, StrategyRegister
from arbitrex_desktop.desk.intent_queue.shares import PendingShare
from arbitrex_desktop.desk.intents.intent import MANUAL, IntentRequest
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.amounts import VOLUME_TOLERANCE

INTENTS_A_SECOND_TOGETHER: Final = 20.0
_UNREGISTERED_SHARES: Final = 2
_MESSAGES_A_SECOND: Final = 100.0
_REFUSED_AT_ONCE: Final = 60.0
_REFUSED_A_SECOND: Final = 0.5
_MOST_PROCESSES: Final = 100


@dataclass(frozen=True, slots=True)
class Lane:
    """What one sender may use.

    Attributes:
        whose: the strategy's name, or the process in words
        names: under which it has said hello
        registered: the strategy's entry, None for a program that is not registered
        intents: buckets that every intent takes from
        messages: bucket of messages of any kind
        refusals: buckets of intents that the risk manager refuses, since each is journalled all the same
        shares: of the pending queue
        turn: held while an intent is taken in: one at a time, over however many connections they come
    """

    whose: str
    names: set[str]
    registered: Strategy | None
    intents: tuple[TokenBucket, ...]
    messages: TokenBucket
    refusals: tuple[TokenBucket, ...]
    shares: tuple[PendingShare, ...]
    turn: Lock = field(default_factory=Lock, compare=False)

    def take_intent(self) -> None:
        """Take one intent's place; raise `ProtocolError` when it comes too fast, or too many were refused."""
        wait = max(bucket.missing() for bucket in self.refusals)
        if wait > 0.0:
            raise ProtocolError("TOO_MANY_REFUSED", f"too many of your intents were refused; the next in {wait:.1f} s")
        for bucket in self.intents:
            wait = bucket.take()
            if wait > 0.0:
                raise ProtocolError("TOO_FAST", f"too many intents; the next one in {wait:.2f} s")

    def note_refusal(self) -> None:
        """Count an intent that the risk manager refused."""
        for bucket in self.refusals:
            bucket.take()

    def allowed(self, request: IntentRequest, broker_symbol: Callable[[str], str]) -> IntentRequest:
        """Return an intent within the strategy's own limits; raise `ProtocolError` for one that is outside.

        `broker_symbol` gives the broker's name for a plain one: the limits and the intent may use either.
        """
        limits = self.registered
        if limits is None:
            return request
        if limits.symbols and broker_symbol(request.symbol) not in map(broker_symbol, limits.symbols):
            raise ProtocolError("NOT_ALLOWED", f"{self.whose} may not trade {request.symbol}")
        if limits.max_lots is None:
            return request
        if request.requested_volume is not None and request.requested_volume > limits.max_lots + VOLUME_TOLERANCE:
            most, asked = amounts.lots(limits.max_lots), amounts.lots(request.requested_volume)
            raise ProtocolError("NOT_ALLOWED", f"{self.whose} may trade {most} lots at most, not {asked} lots")
        return replace(request, requested_volume=request.requested_volume or limits.max_lots)


class Lanes:
    """Gives every sender its lane.  Safe from any thread.

    `intents_a_second` and `burst` are what one sender may have at most; `max_pending`, what may wait in all.
    """

    def __init__(
        self, clock: Clock, register: StrategyRegister, *, intents_a_second: float, burst: float, max_pending: int
    ) -> None:
        self._clock = clock
        self._register = register
        self._rate = intents_a_second
        self._burst = burst
        self._max_pending = max_pending
        self._lock = Lock()
        self._lanes: dict[Strategy | int, Lane] = {}
        self._parts = 0

    def lane(self, name: str, token: str, process: int) -> Lane:
        """Return the lane of who says hello; raise `ProtocolError` for a registered name without its token."""
        try:
            registered = self._register.all()
        except RegisterError as error:
            raise ProtocolError("NOT_REGISTERED", str(error)) from error
        strategy = registered.get(name)
        if strategy is not None and not strategy.admits(token):
            raise ProtocolError("BAD_TOKEN", f"{name} is registered, and this is not its token")
        if strategy is None and token:
            raise ProtocolError("NOT_REGISTERED", f"{name} is not registered, or was revoked")
        with self._lock:
            self._follow(registered)
            key = strategy if strategy is not None else process
            lane = self._lanes.get(key)
            if lane is None:
                lane = self._own(strategy) if strategy is not None else self._of_process()
                self._lanes[key] = lane
            lane.names.add(name)
            return lane

    def revoked(self, lane: Lane) -> bool:
        """Return whether a lane's strategy is registered no longer, or otherwise than it was."""
        if lane.registered is None:
            return False
        try:
            return self._register.all().get(lane.registered.name) != lane.registered
        except RegisterError:
            return True

    def _follow(self, registered: dict[str, Strategy]) -> None:
        """Cut anew when another number of strategies is registered; forget processes when there are very many.

        What those have used together is not forgotten: a program that starts others over and over gains nothing.
        """
        parts = len(registered) + _UNREGISTERED_SHARES
        if len(self._lanes) > _MOST_PROCESSES + len(registered):
            self._lanes = {key: lane for key, lane in self._lanes.items() if lane.registered is not None}
        if parts != self._parts:
            self._parts = parts
            self._lanes.clear()
            self._unregistered = self._bucket(_UNREGISTERED_SHARES * self._rate_each(), 2.0 * self._burst)
            self._refused = self._bucket(4.0 * _REFUSED_A_SECOND, 4.0 * _REFUSED_AT_ONCE)
            self._known = frozenset(registered)

    def _own(self, strategy: Strategy) -> Lane:
        """Make the lane of a registered strategy."""
        rate = min(strategy.intents_a_second or self._rate, self._rate_each())
        name = strategy.name
        return Lane(
            whose=name,
            names=set(),
            registered=strategy,
            intents=(self._bucket(rate, self._burst),),
            messages=self._bucket(_MESSAGES_A_SECOND, 2.0 * _MESSAGES_A_SECOND),
            refusals=(self._bucket(_REFUSED_A_SECOND, _REFUSED_AT_ONCE),),
            shares=(PendingShare(name, self._capacity_each(), lambda source: source == name),),
        )

    def _of_process(self) -> Lane:
        """Make the lane of a program that is not registered."""
        names: set[str] = set()
        together = _UNREGISTERED_SHARES * self._capacity_each()
        return Lane(
            whose="this program",
            names=names,
            registered=None,
            intents=(self._bucket(self._rate, self._burst), self._unregistered),
            messages=self._bucket(_MESSAGES_A_SECOND, 2.0 * _MESSAGES_A_SECOND),
            refusals=(self._bucket(_REFUSED_A_SECOND, _REFUSED_AT_ONCE), self._refused),
            shares=(
                PendingShare("this program", self._capacity_each(), names.__contains__),
                PendingShare("programs that are not registered", together, self._is_unregistered),
            ),
        )

    def _is_unregistered(self, source: str) -> bool:
        """Return whether a source is neither the trader nor registered."""
        return source != MANUAL and source not in self._known

    def _bucket(self, rate: float, burst: float) -> TokenBucket:
        """Make a bucket."""
        return TokenBucket(self._clock, rate, burst)

    def _rate_each(self) -> float:
        """Return one part of the rate of all together, in intents a second."""
        return INTENTS_A_SECOND_TOGETHER / self._parts

    def _capacity_each(self) -> int:
        """Return one part of the pending queue."""
        return max(1, self._max_pending // self._parts)
