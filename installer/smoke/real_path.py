# SPDX-License-Identifier: MIT
"""The program on the genuine MetaTrader5 package, with our simulated broker behind the package's own pipe.

    python -m installer.smoke.real_path PROGRAM FOLDER [CASE...]

What was observed goes to FOLDER/real-path.json.

It proves calls, encoding and survival: what a real terminal and a real broker decide is not in it.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from arbitrex_desktop.desk.intents.order_tags import marked_intent
from arbitrex_desktop.desk.journal.export import JournalFilter, export_events
from arbitrex_desktop.mt5.constants import OrderFilling, OrderType, TradeAction, TradeRetcode
from installer.smoke import steps, win32
from tests.native import terminal as native
from tests.native.launcher import make_terminal

assert sys.platform == "win32"  # tells the type checker which half of the libraries this is

REPORT: Final = "real-path.json"
_CHECKOUT: Final = Path(__file__).resolve().parents[2]
_PATIENCE: Final = 60.0
_CLOSES_WITHIN: Final = 2.0
_F12: Final = 0x7B
_THREE_DAYS: Final = 3 * 86_400
_NOT_OURS: Final = ("PYTHON", "_PYI_", "_MEIPASS", "QT_PLUGIN_PATH", "QML2_IMPORT_PATH", "MT5_PASSWORD")
_HALVES: Final = ("lose order_send", "hang order_send")
_BUTTONS: Final = ("autotrading", "api")


@dataclass
class Trial:
    """One program and one terminal, with all that they leave behind in a folder of their own.

    Attributes:
        observed: what goes into the report.
    """

    program: Path
    folder: Path
    observed: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.terminal = make_terminal(
            self.folder / "terminal", Path(sys.executable).with_name("pythonw.exe"), _CHECKOUT
        )
        account = {
            "MT5_LOGIN": native.LOGIN,
            "MT5_PASSWORD": native.PASSWORD,
            "MT5_SERVER": native.SERVER,
            "MT5_TERMINAL": self.terminal,
        }
        lines = "".join(f"{name}={value}\n" for name, value in account.items())
        (self.folder / "account.env").write_text(lines, encoding="utf-8")

    @property
    def arguments(self) -> list[str]:
        """The command line that every start has."""
        return ["--data-dir", str(self.folder / "data"), "--env", str(self.folder / "account.env")]

    @property
    def self_test(self) -> list[str]:
        """The command line of a self-test that trades on this broker."""
        return [*self.arguments, "--self-test", "--demo-login", str(native.LOGIN), "--report", str(self.report)]

    @property
    def report(self) -> Path:
        """Where the program's own observations go."""
        return self.folder / "report.json"

    def trouble(self, words: str = "") -> None:
        """Let the terminal go wrong in a way, or in none."""
        (self.terminal.parent / native.TROUBLE_FILE).write_text(words, encoding="ascii")

    def said(self, event: str) -> list[dict[str, Any]]:
        """Return what the terminal wrote down of one kind."""
        return [line for line in _lines(self.terminal.parent / native.LOG_FILE) if line["event"] == event]

    def states(self) -> list[dict[str, Any]]:
        """Return the connection's states so far, as the program logged them."""
        logs = sorted((self.folder / "data/logs/mt5").glob("*.jsonl"))
        return [line for path in logs for line in _lines(path) if line["event"] == "state"]

    def wait_for_state(self, state: str, after: int) -> float:
        """Wait until a state is entered that is not among the first `after`; return the seconds waited."""
        begun = time.monotonic()
        steps.wait_for(
            lambda: any(entry["after"] == state for entry in self.states()[after:]), f"state {state}", _PATIENCE
        )
        return round(time.monotonic() - begun, 2)

    def fills(self) -> Counter[str]:
        """Return how many orders the broker filled for each of the program's intents."""
        with self.at_the_terminal() as module:
            deals = module.history_deals_get(0, int(time.time()) + _THREE_DAYS) or ()
        orders = {(marked_intent(deal.comment), deal.order) for deal in deals if deal.entry == 0}
        return Counter(intent for intent, _ in orders if intent)

    def intents(self) -> dict[str, str]:
        """Return the state of each intent as the journal has it."""
        (journal,) = (self.folder / "data/journal").glob("*.sqlite3")
        events = export_events(journal, JournalFilter())
        return {event["intent_id"]: event["after"] for event in events if event["intent_id"] and event["after"]}

    @contextmanager
    def at_the_terminal(self) -> Iterator[Any]:
        """Give the package itself, connected, as somebody else who works with this terminal."""
        module = importlib.import_module("MetaTrader5")
        account = {"login": native.LOGIN, "password": native.PASSWORD, "server": native.SERVER}
        steps.check(module.initialize(str(self.terminal), **account), f"the package connects: {module.last_error()}")
        try:
            yield module
        finally:
            module.shutdown()

    def end(self) -> None:
        """End the terminal."""
        self.trouble()
        for started in self.said("started"):
            if steps.is_running(started["pid"]):
                win32.terminate(started["pid"])


def _lines(path: Path) -> list[dict[str, Any]]:
    """Return a file's JSON lines; one that is being written is left out."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def _run_self_test(trial: Trial) -> dict[str, Any]:
    """Run the self-test to its end and return what it saw."""
    code = steps.run(trial.program, *trial.self_test)
    return _judged(trial, code)


def _judged(trial: Trial, code: int) -> dict[str, Any]:
    """Check that a self-test passed and that each intent was filled at most once, and the one that counts once."""
    seen: dict[str, Any] = json.loads(trial.report.read_text(encoding="utf-8"))
    intents, fills = trial.intents(), trial.fills()
    trial.observed |= {"self_test": seen, "intents": intents, "orders_filled": fills, "states": _short(trial)}
    steps.check(code == 0 and seen["passed"], f"the self-test passes: {seen['failure'] or 'yes'}")
    _check_once(intents, fills)
    return seen


def _check_once(intents: dict[str, str], fills: Counter[str]) -> None:
    """Check that the journal and the broker agree: no order twice, none lost."""
    filled = sorted(intent for intent, state in intents.items() if state == "FILLED")
    steps.check(filled == sorted(fills), f"filled in the journal and at the broker: {filled}")
    steps.check(filled and set(fills.values()) == {1}, "each exactly once")


def _short(trial: Trial) -> list[str]:
    return [f"{entry['after']}: {entry['reason']}" for entry in trial.states()]


def trades(trial: Trial) -> None:
    """Check the whole way from the launch of the terminal to the cancelled order, and what the terminal inherits."""
    with trial.at_the_terminal() as module:
        bid = module.symbol_info_tick("EURUSD").bid
        resting = {
            "action": int(TradeAction.PENDING),
            "symbol": "EURUSD",
            "volume": 0.1,
            "type": int(OrderType.BUY_LIMIT),
            "type_filling": int(OrderFilling.RETURN),
            "price": round(bid * 0.98, 5),
            "comment": "self-test",
        }
        placed = module.order_send(resting)
        steps.check(placed.retcode == TradeRetcode.DONE, f"somebody else's order rests at the broker: {placed.comment}")
    trial.end()
    seen = _run_self_test(trial)
    steps.check(seen["mode"] == "DEMO" and seen["using_mt5_pool"], "on a DEMO account, synced through the pool")
    counts = {name: seen[name] for name in ("fills", "stops_moved", "parts_closed", "orders_cancelled", "halted")}
    steps.check(all(counts.values()), f"it did all of it: {counts}")
    steps.check(seen["initialize_calls"] == 1, "with one connection")
    environment = trial.said("started")[-1]["environment"]
    inside = str(trial.program.parent).lower()
    ours = [name for name in environment if name.upper().startswith(_NOT_OURS)]
    ours += [folder for folder in environment["PATH"].lower().split(";") if folder.startswith(inside)]
    trial.observed["terminal_inherits"] = sorted(environment)
    steps.check(not ours, f"the terminal that it started has nothing of ours in its environment: {ours}")


def sends_once(trial: Trial, trouble: str) -> None:
    """Check that an order whose answer never comes is found again, and not sent a second time."""
    trial.trouble(trouble)
    process = subprocess.Popen([str(trial.program), *trial.self_test])
    kind = trouble.split(maxsplit=1)[0]
    steps.wait_for(lambda: trial.said(kind), f"terminal that hangs ({trouble})", _PATIENCE)
    trial.observed["noticed_after"] = trial.wait_for_state("UNRESPONSIVE", 0)
    trial.trouble()
    _judged(trial, process.wait(120.0))


def finds_its_order_after_a_kill(trial: Trial) -> None:
    """Check that a program that was killed while its order was under way finds it when it starts again."""
    trial.trouble("lose order_send")
    process = subprocess.Popen([str(trial.program), *trial.self_test])
    steps.wait_for(lambda: trial.said("lose"), "order under way", _PATIENCE)
    win32.terminate(process.pid)
    process.wait()
    trial.trouble()
    before = trial.intents()
    steps.check("SENDING" in before.values(), f"killed while an order was under way: {sorted(before.values())}")
    with steps.started(trial.program, *trial.arguments) as app:
        steps.wait_for(lambda: "SENDING" not in trial.intents().values(), "word of the order", _PATIENCE)
        steps.wait_for(lambda: "FILLED" in trial.intents().values(), "order found", _PATIENCE)
        steps.check(steps.leave(app) == 0, "asked twice, since a position of its own is open, the window closes with 0")
    intents, fills = trial.intents(), trial.fills()
    trial.observed |= {"before": before, "intents": intents, "orders_filled": fills}
    _check_once(intents, fills)


def recovers(trial: Trial) -> None:
    """Check what becomes of the connection, and of the window, while the terminal goes wrong in every way."""
    cases = (
        ("hang symbol_tick", "UNRESPONSIVE"),
        ("close account_info", "LOST"),
        ("die account_info", "LOST"),
        ("account", "WRONG_ACCOUNT"),
        ("broker", "STALE"),
    )
    with steps.started(trial.program, *trial.arguments) as app:
        trial.observed["connected_after"] = trial.wait_for_state("CONNECTED", 0)
        for trouble, state in cases:
            before = len(trial.states())
            trial.trouble(trouble)
            noticed = trial.wait_for_state(state, before)
            steps.check(win32.answers(app.window), f"{trouble}: {state} after {noticed} s, and the window answers")
            trial.trouble()
            back = trial.wait_for_state("CONNECTED", before)
            steps.check(True, f"CONNECTED again after {back} s")
            trial.observed[trouble] = {"state": state, "noticed_after": noticed, "connected_again_after": back}
        steps.check(steps.leave(app) == 0, "the window closes with 0")
    trial.observed["states"] = _short(trial)
    steps.wait_for(lambda: not steps.ours(), "end of its host", _PATIENCE)
    alive = [each["pid"] for each in trial.said("started") if steps.is_running(each["pid"])]
    steps.check(len(alive) == 1, "the terminal is left alone")


def waits_for_the_terminal(trial: Trial, trouble: str, event: str) -> None:
    """Check that a terminal that does not let the program in is told, and that it connects once it is let in."""
    trial.trouble(trouble)
    with steps.started(trial.program, *trial.arguments) as app:
        steps.wait_for(lambda: trial.said(event), f"knock at a terminal ({trouble})", _PATIENCE)
        if trouble == "refused":
            trial.wait_for_state("DISCONNECTED", 0)
        steps.check(win32.answers(app.window), f"{trouble}: the window answers while it waits: {_short(trial)[-1]}")
        steps.check(
            "CONNECTED" not in {entry["after"] for entry in trial.states()}, "it does not take it for connected"
        )
        trial.trouble()
        trial.observed["connected_after"] = trial.wait_for_state("CONNECTED", 0)
        steps.check(steps.leave(app) == 0, "CONNECTED once it may; the window closes with 0")
    trial.observed["states"] = _short(trial)
    steps.wait_for(lambda: not steps.ours(), "end of its host", _PATIENCE)


def fills_nothing(trial: Trial, trouble: str) -> None:
    """Check that with one of a terminal's two buttons for trading off nothing is filled, and the trader is told why."""
    trial.trouble(trouble)
    code = steps.run(trial.program, *trial.self_test)
    seen: dict[str, Any] = json.loads(trial.report.read_text(encoding="utf-8"))
    trial.observed |= {"self_test": seen, "intents": trial.intents(), "states": _short(trial)}
    steps.check(code != 0 and "should be filled is" in seen["failure"], f"{trouble} off is told: {seen['failure']}")
    trial.trouble()
    steps.check(not trial.fills(), "nothing was filled")


def halts_and_closes_while_it_hangs(trial: Trial) -> None:
    """Check that HALT counts while `initialize` hangs, and that a window closed then ends at once and in order."""
    trial.trouble("hang hello")
    with steps.started(trial.program, *trial.arguments) as app:
        steps.wait_for(lambda: trial.said("hang"), "terminal that hangs in initialize", _PATIENCE)
        note = trial.folder / "data/halt.note"
        begun = time.monotonic()
        win32.press(app.window, _F12)
        steps.wait_for(lambda: note.is_file() and b"HALTED" in note.read_bytes(), "HALT by its key", _PATIENCE)
        halted = round(time.monotonic() - begun, 2)
        begun = time.monotonic()
        win32.close(app.window)
        code = app.process.wait(steps.LONGEST_WAIT)
        seconds = round(time.monotonic() - begun, 2)
    trial.observed |= {"exit_code": code, "halted_within": halted, "closed_within": seconds}
    steps.check(halted <= _CLOSES_WITHIN, f"HALT is kept on disk after {halted} s while initialize hangs")
    steps.check(code == 0, f"closed while initialize hangs, the program ends with {code}")
    steps.check(seconds <= _CLOSES_WITHIN, f"after {seconds} s, at most {_CLOSES_WITHIN}")
    steps.wait_for(lambda: not steps.ours(), "end of its host", _PATIENCE)


CASES: Final[tuple[tuple[str, Callable[[Trial], None]], ...]] = (
    ("trades", trades),
    *((f"sends once, {words}", lambda trial, words=words: sends_once(trial, words)) for words in _HALVES),
    ("finds its order after a kill", finds_its_order_after_a_kill),
    ("recovers", recovers),
    ("waits for the password", lambda trial: waits_for_the_terminal(trial, "refused", "LOGIN")),
    ("waits for a terminal that loads", lambda trial: waits_for_the_terminal(trial, "loading", "HELLO")),
    *((f"fills nothing, {words} off", lambda trial, words=words: fills_nothing(trial, words)) for words in _BUTTONS),
    ("halts and closes while it hangs", halts_and_closes_while_it_hangs),
)


def works_on_the_genuine_package(program: Path, folder: Path, chosen: Sequence[str] = ()) -> None:
    """Run all cases, or the chosen ones; raise `SmokeError` at the first thing that is not so.

    The report is written in any case.
    """
    observed: dict[str, Any] = {}
    try:
        for name, case in CASES:
            if chosen and name not in chosen:
                continue
            print(f" {name}:", flush=True)
            trial = Trial(program, folder / name.replace(" ", "-").replace(",", ""))
            observed[name] = trial.observed
            try:
                case(trial)
            finally:
                trial.end()
    finally:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / REPORT).write_text(json.dumps(observed, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Run all cases on one program; return the exit code."""
    try:
        works_on_the_genuine_package(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
    except steps.SmokeError as error:
        print(f"FAILED: {error}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
