# SPDX-License-Identifier: MIT
"""Schedules from a seed: the desk in one process, on a clock and a broker that lose, delay and rename what is sent.

    python -m tests.trials.schedules --schedules 200 --seed 1

Each schedule opens, closes, moves and cancels in an order drawn from its seed, restarts or crashes the desk, and has
orders lost, executed without an answer, or executed up to two hours later, under their own comment, the broker's, or
that of the position that they close.  Deals reach the history late.  The broker knows what it executed of each
request; in the end journal, desk and broker must agree on each order and each volume.  The same seed is the same
schedule, so that a fault is seen again.  Exits 1 if one is not told as it was.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.desk.intents.events import Event, EventKind
from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState
from arbitrex_desktop.desk.intents.order_tags import marked_intent
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.desk.journal.journal import journal_opener, journal_path
from arbitrex_desktop.mt5.commands import History
from arbitrex_desktop.mt5.constants import TradeAction, TradeRetcode
from arbitrex_desktop.mt5.errors import DeadlineExceeded
from arbitrex_desktop.mt5.results import OrderSendResult
from arbitrex_desktop.mt5.transport import Permit
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from tests.fakes.broker import FakeBroker
from tests.fakes.disk import Killed
from tests.fakes.records import replace
from tests.fakes.rpm import FakeRiskManager

_SYMBOLS = ("EURUSD", "GBPUSD")
_LOTS = (0.01, 0.02, 0.03)
_LATE = (0.5, 3.0, 8.0, 25.0, 40.0, 600.0, 7_200.0)
_EXECUTED = (IntentState.FILLED, IntentState.PARTIAL)
_UNSETTLED = (IntentState.RECEIVED, IntentState.APPROVED, IntentState.SENDING, IntentState.UNKNOWN)
_OTHERS = "broker's own words"


@dataclass
class Sent:
    """A request as the broker got it, and the orders by which it was executed."""

    request: dict[str, Any]
    orders: list[int] = field(default_factory=list)
    lots: float = 0.0
    done: bool = False


class LossyBroker(FakeBroker):
    """Does with each request what `fate` says, and knows what it did.

    `fate` returns "fill", "unanswered" (done, no answer), "never" (gets lost) or "late" (done after `delay` seconds);
    `comments` is "kept", "renamed" (all), "renamed late" or "repeated" (a close has that of its position).
    """

    def __init__(self, random: Random) -> None:
        super().__init__()
        self.random = random
        self.fate: Callable[[], str] = lambda: "fill"
        self.comments = random.choice(("kept", "renamed", "renamed late", "repeated"))
        self.history_delay = random.choice((0.0, 1.0, 3.0))
        self.requests: list[Sent] = []
        self.waiting: list[tuple[float, Sent]] = []
        self._seen_at: dict[int, float] = {}

    def send_order(self, request: Mapping[str, Any], permit: Permit | None = None) -> OrderSendResult:
        """Take a request in."""
        self._ask("send_order")
        if permit is not None:
            permit()
        sent = Sent(dict(request))
        self.requests.append(sent)
        fate = self.fate()
        self.step("before")
        if fate == "late":
            self.waiting.append((self.clock.monotonic() + self.random.choice(_LATE), sent))
        if fate in ("late", "never"):
            raise DeadlineExceeded("no answer came")
        result = self._carry_out(sent, late=False)
        self.step("after")
        if fate == "unanswered":
            raise DeadlineExceeded("no answer came")
        return result

    def arrive(self) -> None:
        """Carry out what has been on its way long enough."""
        due = [each for each in self.waiting if each[0] <= self.clock.monotonic()]
        self.waiting = [each for each in self.waiting if each not in due]
        for _, sent in due:
            self._carry_out(sent, late=True)

    def read_history(self, since: Any, until: Any) -> History:
        """Return what has reached the history."""
        found, now = super().read_history(since, until), self.clock.monotonic()
        seen = tuple(deal for deal in found.deals if self._seen_at[deal.ticket] <= now)
        return replace(found, deals=seen)

    def _carry_out(self, sent: Sent, *, late: bool) -> OrderSendResult:
        """Execute a request as a broker would, or refuse it where it no longer fits."""
        request = sent.request
        position = next((each for each in self.positions if each.ticket == request.get("position")), None)
        if request.get("position") and position is None:
            return self._answer(request, TradeRetcode.POSITION_CLOSED)
        if (
            request["action"] == TradeAction.DEAL
            and position is not None
            and position.volume < request["volume"] - 1e-9
        ):
            return self._answer(request, TradeRetcode.INVALID_CLOSE_VOLUME)
        if request["action"] != TradeAction.DEAL:
            result = self._manage(request)
            sent.done = result.retcode == TradeRetcode.DONE
            return result
        deal = self._deal({**request, "comment": self._comment(request, position, late=late)}, request["volume"])
        sent.orders.append(deal.order)
        sent.lots, sent.done = round(sent.lots + deal.volume, 8), True
        self._seen_at[deal.ticket] = self.clock.monotonic() + self.random.uniform(0.0, self.history_delay)
        return self._answer(request, TradeRetcode.DONE, deal)

    def _comment(self, request: Mapping[str, Any], position: Any, *, late: bool) -> str:
        """Return what the broker makes of a comment."""
        if self.comments == "renamed" or (late and self.comments == "renamed late"):
            return _OTHERS
        repeats = self.comments == "repeated" and position is not None
        return str(position.comment if repeats else request.get("comment", ""))


class Schedule:
    """One schedule on a data folder of its own."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random = folder, Random(seed)
        self.broker = LossyBroker(self.random)
        self.broker.fate = lambda: self.random.choice(("fill", "fill", "fill", "unanswered", "never", "late", "late"))
        self.ids = count(1)
        self.done: Counter[str] = Counter()
        self.strange = set[str]()
        self.core, self.rpm = self._start()

    def run(self, steps: int) -> list[str]:
        """Play it, let everything come to its end, and return what was not told as it was."""
        for _ in range(steps):
            self._act()
            self._wait(self.random.choice((0.3, 1.0, 1.0, 3.0, 20.0)))
        self.broker.fate = lambda: "fill"
        for seconds in (1.0,) * 60 + (400.0,) * 20 + (1.0,) * 30:
            self._wait(seconds)
        wrong = [*Judge(self).wrong(), *(f"not known as ours: {each}" for each in sorted(self.strange))]
        self.core.stop()
        return wrong

    def _start(self) -> tuple[TradingCore, FakeRiskManager]:
        """Start a desk on what there is."""
        self.broker.connected, self.broker.state = True, ConnectionState.CONNECTED
        rpm = FakeRiskManager(self.broker)
        opener, new_id = journal_opener(self.folder), lambda: f"TEST{next(self.ids):08d}"
        core = TradingCore(self.broker, lambda _: rpm, clock=self.broker.clock, journal=opener, new_id=new_id)
        core.start()
        return core, rpm

    def _wait(self, seconds: float) -> None:
        """Let time pass, orders arrive, and the desk do what is due."""
        self.broker.clock.advance(seconds)
        self.broker.arrive()
        self.broker.refresh_quotes()
        self.core.step()
        if self.core.desk is not None:
            self.strange.update(each.message for each in self.core.desk.unjournalled.found)

    def _act(self) -> None:
        """Do one thing that a trader, a strategy or a power cut does."""
        acts: dict[str, Callable[[], None]] = {
            "open": self._open,
            "reduce": self._reduce,
            "close": self._close,
            "stop": self._move,
            "rest": self._rest,
            "cancel": self._cancel,
            "restart": self._restart,
        }
        name = self.random.choice(
            ("open", "open", "reduce", "reduce", "close", "close", "stop", "rest", "cancel", "restart")
        )
        self.done[name] += 1
        if self.random.random() < 0.1:
            self.broker.step = self._killer(self.random.choice(("before", "after")))
        try:
            with suppress(DeskError):
                acts[name]()
        except Killed:
            self.done["killed"] += 1
            self.broker.step = lambda _: None
            self._restart()
        self.broker.step = lambda _: None

    @staticmethod
    def _killer(at: str) -> Callable[[str], None]:
        """Return what ends the desk at a step of the send."""

        def kill(step: str) -> None:
            if step == at:
                raise Killed

        return kill

    def _open(self) -> None:
        """Open a position."""
        self._trade(self.random.choice((1, -1)))

    def _reduce(self) -> None:
        """Have a strategy close a part of what it holds."""
        if not self.broker.positions:
            return
        position = self.random.choice(self.broker.positions)
        self.rpm.reducing = True
        try:
            self._trade(-1 if position.type == 0 else 1, symbol=position.symbol)
        finally:
            self.rpm.reducing = False

    def _rest(self) -> None:
        """Place an order that rests, far from the market."""
        self._trade(1, order_kind=OrderKind.LIMIT, order_price=1.0, stop_loss=0.9)

    def _trade(self, direction: int, symbol: str = "", **changes: Any) -> None:
        """Hand an intent in, and approve it."""
        request = IntentRequest(
            symbol or self.random.choice(_SYMBOLS), direction, 0.8, "TRENDING", 0.4,
            source=self.random.choice(("alpha", "beta")), requested_volume=self.random.choice(_LOTS), **changes,
        )  # fmt: skip
        self.core.approve(self.core.submit(request))

    def _close(self) -> None:
        """Close a position, or a part of it."""
        if self.broker.positions:
            ticket = self.random.choice(self.broker.positions).ticket
            self.core.close_position(ticket, self.random.choice((None, *_LOTS)))

    def _move(self) -> None:
        """Move a stop."""
        if self.broker.positions:
            position = self.random.choice(self.broker.positions)
            side = 1 if position.type == 0 else -1
            self.core.move_stops(
                position.ticket, round(position.price_open - side * self.random.uniform(0.01, 0.1), 5), None
            )

    def _cancel(self) -> None:
        """Cancel an order that rests."""
        if self.broker.orders:
            self.core.cancel_order(self.random.choice(self.broker.orders).ticket)

    def _restart(self) -> None:
        """End the desk and start it again."""
        self.core.stop()
        self.core, self.rpm = self._start()


class Judge:
    """Holds what the journal says of each request against what the broker did with it."""

    def __init__(self, schedule: Schedule) -> None:
        assert schedule.core.desk is not None
        self._desk, self._broker = schedule.core.desk, schedule.broker
        self._core = schedule.core
        self._folder = schedule.folder

    def wrong(self) -> list[str]:
        """Return what was not told as it was, in words."""
        journal = self._desk.book.journal
        path = journal_path(self._folder, self._broker.account.server, self._broker.account.login)
        unsettled = [f"{each.intent_id} is {each.state}" for each in self._desk.book.in_state(*_UNSETTLED)]
        events = journal.events()
        return [*unsettled, *self._told_wrongly(events), *self._changes_told_wrongly(events), *verify(path).problems]

    def _told_wrongly(self, events: tuple[Event, ...]) -> list[str]:
        """Return each group of requests that look the same at the broker of which other lots were told than done."""
        told, done = (
            defaultdict[tuple[object, ...], list[float]](list),
            defaultdict[tuple[object, ...], list[float]](list),
        )
        for sent in self._broker.requests:
            if sent.request["action"] == TradeAction.DEAL and sent.done:
                done[self._key(sent.request)].append(sent.lots)
        for intent in self._desk.book.intents():
            if intent.state in _EXECUTED and intent.fill and intent.attempt and not intent.request.rests:
                told[self._key(intent.attempt.request)].append(intent.fill.volume)
        for key, lots in self._told_of_actions(events):
            told[key].append(lots)
        keys = {*told, *done}
        return [f"{key}: told {told[key]}, done {done[key]}" for key in keys if sorted(told[key]) != sorted(done[key])]

    def _changes_told_wrongly(self, events: tuple[Event, ...]) -> list[str]:
        """Return the stops and orders that were moved or cancelled, and told as not, or the other way round.

        A stop whose position is gone by now may be told as not known.
        """
        ends = {each.body["of"]: each.reason for each in events if each.kind == EventKind.ACTION_ENDED}
        told = defaultdict[str, list[str]](list)
        for event in events:
            if event.kind == EventKind.ACTION_SUBMITTED:
                action = event.body["action"]
                told[str(action["request"])].append(ends.get(action["name"], "it was not carried out"))
        wrong = []
        for request, words in told.items():
            sent = [each for each in self._broker.requests if str(each.request) == request]
            if not sent or sent[0].request["action"] == TradeAction.DEAL:
                continue
            claimed = sum("it was carried out" in each or ": done (" in each for each in words)
            denied = sum("it was not carried out" in each for each in words)
            done = sum(each.done for each in sent)
            if claimed > done or denied > len(sent) - done:
                wrong.append(f"{request}: done {done} times of {len(sent)}, told {words}")
        return wrong

    def _told_of_actions(self, events: tuple[Event, ...]) -> list[tuple[tuple[object, ...], float]]:
        """Return what the journal says that closes took, by what they look like."""
        requests: dict[str, dict[str, Any]] = {}
        told = []
        for event in events:
            if event.kind.value == "ACTION_SENDING":
                requests[event.body["action"]["name"]] = event.body["action"]["request"]
            elif event.kind.value == "ACTION_ENDED" and event.body.get("lots"):
                told.append((self._key(requests[event.body["of"]]), event.body["lots"]))
        return told

    def _key(self, request: Mapping[str, Any]) -> tuple[object, ...]:
        """Return what the broker's books show of a request: nobody can tell two apart that have it in common."""
        names = ("symbol", "type", "volume", "magic", "position")
        plain = tuple(request.get(name) for name in names)
        return plain if self._broker.comments != "kept" else (*plain, marked_intent(request.get("comment", "")))


def main() -> int:
    """Run the trial."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--schedules", type=int, default=200)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    acts, bad = Counter[str](), 0
    for seed in range(given.seed, given.seed + given.schedules):
        with tempfile.TemporaryDirectory() as name:
            schedule = Schedule(Path(name), seed)
            wrong = schedule.run(given.steps)
            acts.update(schedule.done)
            bad += bool(wrong)
            for words in wrong:
                print(f"seed {seed} ({schedule.broker.comments}): {words}", flush=True)
    print(f"{given.schedules} schedules from seed {given.seed}, {bad} told otherwise than done; {dict(acts)}")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
