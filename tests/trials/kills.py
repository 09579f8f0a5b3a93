# SPDX-License-Identifier: MIT
"""Kills the program at named steps while intents flow, with a broker that lives outside the host; then counts.

    python -m tests.trials.kills --rounds 200 --seed 1

Each round starts the whole program on one data folder, with its window in some rounds, and a registered strategy's
client hands intents in through the channel.  A plan drawn from the seed kills the program or its host at one step;
lost orders may be executed up to 40 s later, with the comment overwritten.  At the end the program is left to settle.
Then the broker's deals, the journal, and what the client was told must agree: no order twice, none lost, none untold,
every volume right.  Prints the steps that were hit and what was counted; exits 1 if they do not agree.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from arbitrex_desktop.assembly import build_core
from arbitrex_desktop.client import DeskClient, DeskClientError, IntentStatus
from arbitrex_desktop.desk.core import TradingCore
from arbitrex_desktop.desk.gateway.strategies import Strategy, StrategyRegister
from arbitrex_desktop.desk.intents.events import Intent
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.intents.order_tags import marked_intent
from arbitrex_desktop.desk.journal.check import verify
from arbitrex_desktop.mt5.commands import History
from arbitrex_desktop.mt5.constants import DealEntry, DealReason
from arbitrex_desktop.mt5.results import TradeDeal
from arbitrex_desktop.settings import parse
from tests.trials.plan import RANDOM_STEP, Plan, hits, note_hit
from tests.trials.program import set_up

_SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "USDCAD", "EURGBP")
_EXECUTED = (IntentState.FILLED, IntentState.PARTIAL)
_UNSETTLED = (IntentState.SENDING, IntentState.UNKNOWN, IntentState.APPROVED, IntentState.RECEIVED)
_OF_THE_BROKER = (DealReason.SL, DealReason.TP, DealReason.SO)
_ROUND_SECONDS = 20.0
_LINGER_SECONDS = 1.0
_SETTLE_SECONDS = 150.0
SETTINGS = """
[risk]
enforce_time_spacing = false
max_concurrent_positions = 1000
max_positions_per_symbol = 1000
max_positions_per_strategy = 1000
duplicate_window_seconds = 0
max_intents_per_minute = 0
max_orders_per_minute = 0
max_exposure_velocity_pct = 0
rejection_velocity_count = 0
max_consecutive_losses = 0
"""


class Client:
    """The strategy: hands intents in while it can, and keeps what it was told last of each."""

    def __init__(self, folder: Path, random: Random) -> None:
        self._folder = folder
        self._random = random
        self._desk: DeskClient | None = None
        self.sent = 0
        self.told: dict[str, IntentStatus] = {}

    def act(self) -> None:
        """Connect if need be, submit one intent, and take the news."""
        try:
            if self._desk is None:
                self._desk = DeskClient("bot", self._folder, timeout=3.0)
            if self._random.random() < 0.5:
                self._submit(self._desk)
            for news in self._desk.events(0.05):
                self.told[news.intent_id] = news
        except (DeskClientError, OSError):
            self.leave()

    def leave(self) -> None:
        """Let go of a connection that broke."""
        if self._desk is not None:
            self._desk.close()
        self._desk = None

    def ask_all(self) -> dict[str, IntentStatus]:
        """Return how every intent stands in the end, as the channel says."""
        with DeskClient("bot", self._folder) as desk:
            return {intent_id: desk.status(intent_id) for intent_id in self.told}

    def _submit(self, desk: DeskClient) -> None:
        """Hand one intent in, of a small size; its volatility is given, so that bars need not be read first."""
        self.sent += 1
        symbol = self._random.choice(_SYMBOLS)
        answer = desk.submit(
            symbol,
            self._random.choice(("buy", "sell")),
            confidence_score=0.9,
            regime="TRENDING",
            vol_percentile=0.4,
            atr=0.3 if symbol.endswith("JPY") else 0.002,
            requested_volume=self._random.choice((0.01, 0.02, 0.03)),
            client_id=f"signal-{self.sent}",
            reduce_only=self.sent % 2 == 0,
        )
        self.told[answer.intent_id] = answer


def play(folder: Path, number: int, plan: Plan, client: Client) -> None:
    """Run one round: start the program, let it trade until the plan has struck, then end it."""
    plan.write(folder)
    arguments = [sys.executable, "-m", "tests.trials.program", str(folder), str(number)]
    before, struck = sum(hits(folder).values()), 0.0
    with (folder / "program.log").open("ab") as log:
        program = subprocess.Popen([*arguments, "window" if plan.window else "core"], stdout=log, stderr=log)
        connected, end = 0.0, time.monotonic() + _ROUND_SECONDS
        while program.poll() is None and time.monotonic() < end:
            client.act()
            now = time.monotonic()
            connected = connected or (now if client.told or (folder / "gateway" / "door.json").exists() else 0.0)
            struck = struck or (now if sum(hits(folder).values()) > before else 0.0)
            if struck and now - struck > _LINGER_SECONDS:
                break
            if plan.step == RANDOM_STEP and connected and now - connected > plan.delay:
                note_hit(folder, RANDOM_STEP)
                break
        program.kill()
        program.wait()
    client.leave()
    (folder / "plan.json").unlink(missing_ok=True)


def settle(folder: Path, client: Client) -> tuple[TradingCore, History, dict[str, IntentStatus]]:
    """Start once more, let everything come to its end, and return the desk, the broker's history, the client's view."""
    core = build_core(parse(["--data-dir", str(folder)]))
    core.start()
    core.halt("the trial is over")
    end, quiet = time.monotonic() + _SETTLE_SECONDS, 0
    while time.monotonic() < end and quiet < 40:
        core.step()
        time.sleep(0.1)
        quiet = quiet + 1 if _is_quiet(folder, core) else 0
    pool = core._pool  # the trial reads the broker's own history
    history = pool.read_history(pool.market_now() - timedelta(days=9), pool.market_now() + timedelta(hours=1))
    return core, history, client.ask_all()


def _is_quiet(folder: Path, core: TradingCore) -> bool:
    """Return whether nothing is on its way, and nothing is looked for that may still be found."""
    desk = core.desk
    if desk is None or any(folder.glob("transit-*.json")) or core.snapshot().pool.state != "CONNECTED":
        return False
    # A waiting intent that closes is carried out in the halt, too, and its deal comes to the history later.
    recent = desk.book.changed_since(datetime.now(UTC) - timedelta(seconds=60), *_EXECUTED)
    unseen = any(each.fill and not each.fill.confirmed for each in recent)
    return not unseen and not desk.book.in_state(*_UNSETTLED) and not _unanswered(core)


def _unanswered(core: TradingCore) -> list[str]:
    """Return the positions and orders on which an order of ours has no end yet, and nothing was said of it."""
    assert core.desk is not None
    tickets = {event.ticket or 0 for event in core.desk.book.journal.unended_actions()}
    return [f"#{ticket}" for ticket in tickets if ticket in core.desk.positions.unanswered]


def judge(folder: Path, core: TradingCore, history: History, client: Client, last: dict[str, IntentStatus]) -> int:
    """Hold broker, journal and client against each other; print what was counted."""
    assert core.desk is not None
    journal = core.desk.book.journal
    intents = [core.desk.book.get(each) for each in {e.intent_id for e in journal.events()} if each]
    deals: defaultdict[int, list[TradeDeal]] = defaultdict(list)
    for deal in history.deals:
        if deal.entry in (DealEntry.IN, DealEntry.OUT) and deal.reason not in _OF_THE_BROKER:
            deals[deal.order].append(deal)
    owners: defaultdict[int, list[str]] = defaultdict(list)
    for each in intents:
        if each.state in _EXECUTED and each.fill is not None:
            owners[each.fill.order].append(each.intent_id)
    marks = Counter(marked_intent(some[0].comment) for some in deals.values())
    volumes = {order: round(sum(deal.volume for deal in some), 8) for order, some in deals.items()}
    wrong: dict[str, list[Any]] = {
        "twice": [each for each, times in marks.items() if each and times > 1]
        + [order for order, some in owners.items() if len(some) > 1],
        "lost (at the broker, no intent has it)": [
            order
            for order, some in deals.items()
            if order not in owners and some[0].entry == DealEntry.IN and some[0].magic
        ],
        "on the desk, not at the broker": sorted(set(owners) - set(deals)),
        "volume wrong": [
            each.intent_id
            for each in intents
            if each.state in _EXECUTED
            and each.fill
            and abs(volumes.get(each.fill.order, -1.0) - each.fill.volume) > 1e-6
        ],
        "untold (of unknown fate)": [each.intent_id for each in intents if each.state in _UNSETTLED]
        + _unanswered(core),
        "closes told otherwise than done": _closes_told_wrongly(core, deals, owners),
        "told as unknown, and ours": [each.message for each in core.desk.unjournalled.found],
        "client: told an end that was none": [
            each
            for each, told in client.told.items()
            if told.final and (last[each].state, last[each].filled_lots) != (told.state, told.filled_lots)
        ],
        "client: sees another state than the desk": [
            each for each, told in last.items() if told.state != core.desk.book.get(each).state
        ],
        "journal": list(verify(journal.path).problems),
    }
    states = Counter(each.state.value for each in intents)
    via = sum(1 for each in intents if any(e.kind.value == "UNKNOWN" for e in journal.events(intent_id=each.intent_id)))
    print(
        json.dumps(
            {
                "intents": len(intents),
                "orders": len(deals),
                **states,
                "by way of UNKNOWN": via,
                "events": journal.head[0],
            }
        )
    )
    print(json.dumps({"client": {"sent": client.sent, "told of": len(client.told)}}))
    print(json.dumps(wrong))
    for intent in intents:
        order = intent.fill.order if intent.fill else 0
        if any(intent.intent_id in each or order in each for each in wrong.values()):
            _print_intent(core, intent, history)
    return int(any(wrong.values()))


def _print_intent(core: TradingCore, intent: Intent, history: History) -> None:
    """Print all that journal and broker have of an intent whose end is wrong."""
    assert core.desk is not None
    for event in core.desk.book.journal.events(intent_id=intent.intent_id):
        body = {name: part for name, part in event.body.items() if name in ("attempt", "fill", "tickets")}
        print(f"  {event.seq} {event.at} {event.kind} {event.ticket} {event.reason} {body}")
    tickets = {intent.fill.order, intent.fill.position} if intent.fill else set()
    print(*(f"  {deal}" for deal in history.deals if tickets & {deal.order, deal.position_id}), sep="\n")
    print(*(f"  {order}" for order in history.orders if tickets & {order.ticket, order.position_id}), sep="\n")


def _closes_told_wrongly(
    core: TradingCore, deals: dict[int, list[TradeDeal]], owners: dict[int, list[str]]
) -> list[str]:
    """Return the positions of which other volumes were closed by us than the journal says."""
    assert core.desk is not None
    told: defaultdict[int, float] = defaultdict(float)
    for event in core.desk.book.journal.events():
        if event.kind.value == "ACTION_ENDED":
            told[event.ticket or 0] += event.body.get("lots", 0.0)
    made: defaultdict[int, float] = defaultdict(float)
    for order, some in deals.items():
        for deal in some:
            if deal.entry == DealEntry.OUT and order not in owners:
                made[deal.position_id] += deal.volume
    wrong = [each for each in {*told, *made} if abs(told[each] - made[each]) > 1e-6]
    for each in wrong:
        for event in core.desk.book.journal.events():
            if event.ticket == each:
                print(f"  {event.seq} {event.kind} {event.intent_id} {event.reason}")
        print(*(f"  {deal}" for some in deals.values() for deal in some if deal.position_id == each), sep="\n")
    return [f"#{each}: told {told[each]:.2f}, done {made[each]:.2f}" for each in wrong]


def main() -> int:
    """Run the trial."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--windows", type=float, default=0.1, help="share of the rounds that have a window")
    parser.add_argument("--minutes", type=float, default=600.0, help="no round begins after this time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, random = Path(name), Random(given.seed)
        os.environ |= {"ARBITREX_DATA_DIR": name, "MT5_TERMINAL": "simulated", "QT_QPA_PLATFORM": "offscreen"}
        os.environ["MT5_PASSWORD"] = os.environ["MT5_LOGIN"] = ""
        (folder / "settings.toml").write_text(SETTINGS)
        StrategyRegister(folder).add(Strategy("bot", "", auto_approve_lots=1.0))
        client, begun, windows, rounds = Client(folder, Random(given.seed)), time.monotonic(), 0, 0
        for number in range(given.rounds):
            if time.monotonic() - begun > given.minutes * 60.0:
                break
            plan = Plan.draw(random, given.windows)
            play(folder, number, plan, client)
            windows, rounds = windows + plan.window, rounds + 1
        struck = hits(folder)
        print(f"seed {given.seed}: {rounds} rounds, {windows} with a window, {time.monotonic() - begun:.0f} s")
        print(f"{sum(struck.values())} kills at their step (every round ends with a kill of the program besides):")
        for step, times in sorted(struck.items()):
            print(f"  {times:4}  {step}")
        set_up(folder)
        core, history, last = settle(folder, client)
        try:
            return judge(folder, core, history, client, last)
        finally:
            core.stop()
            with suppress(OSError):
                sys.stderr.write((folder / "arrived").read_text() if given.rounds < 10 else "")


if __name__ == "__main__":
    sys.exit(main())
