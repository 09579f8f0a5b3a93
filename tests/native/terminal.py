# SPDX-License-Identifier: MIT
"""A terminal for the genuine MetaTrader5 package: our simulated broker behind the package's own pipe.

It proves what the package makes of a call, how both sides write it down, and that the program survives; what a real
terminal and a real broker decide it cannot prove.  `launcher.py` makes the `terminal64.exe` that the package starts.
Its folder holds `trouble.txt`, what goes wrong at the moment (see `trouble.py`); `terminal.jsonl`, a line for each
start, login and order; and the broker's books, which outlive the process.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.mt5.simulator.market.server_clock import DAY_MSC
from tests.mt5.conformance import connected
from tests.native import layouts, pipe
from tests.native.launcher import MORE_FILE
from tests.native.protocol import Arguments, Command
from tests.native.trouble import Trouble, TroubledTerminal

assert sys.platform == "win32"  # the pipe is Windows'

LOGIN: Final = connected.LOGIN
PASSWORD: Final = connected.PASSWORD
SERVER: Final = connected.SERVER
TROUBLE_FILE: Final = "trouble.txt"
LOG_FILE: Final = "terminal.jsonl"
FROZEN_FILE: Final = "frozen"
_EPOCH_FILE: Final = "epoch.txt"
_LOOK_AGAIN: Final = 0.02
_SLOW: Final = 0.5
"""Seconds after which an answer counts as slow and is written down."""
_DIED: Final = 7
_WRITTEN: Final = frozenset({Command.HELLO, Command.LOGIN, Command.ORDER_CHECK, Command.ORDER_SEND})


class Terminal:
    """The process: its folder, its broker on one thread, and what it does to those who ask."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log_lock = Lock()
        self._broker = ThreadPoolExecutor(1)
        self._terminal = self._broker.submit(self._open).result()

    def trouble(self) -> Trouble:
        """Return what goes wrong at the moment."""
        try:
            return Trouble.read((self._folder / TROUBLE_FILE).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return Trouble()

    def talk(self, client: pipe.Client) -> None:
        """Answer a client until it is gone."""
        try:
            while True:
                self._answer(client, client.request())
        except pipe.Closed:
            client.close()
        except Exception as error:
            # Whoever asked must not wait for ever for an answer that our broker could not give.
            self.log("broken", error=repr(error))
            client.close()
            raise

    def log(self, event: str, **fields: Any) -> None:
        """Write a line down."""
        line = json.dumps({"at": time.time(), "pid": os.getpid(), "event": event, **fields})
        with self._log_lock, (self._folder / LOG_FILE).open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    def _open(self) -> TroubledTerminal:
        """Open the account, with the broker's clock on this day even when its market is that of a day before.

        Beside a file named `frozen` it is the broker of the recorded calls, whose clock stands still.
        """
        if (self._folder / FROZEN_FILE).is_file():
            return TroubledTerminal(connected.open_broker().terminal)
        more = self._folder / MORE_FILE
        spec = SimulationSpec(
            login=LOGIN,
            server=SERVER,
            password=PASSWORD,
            epoch=self._epoch(),
            store=self._folder / "books.sqlite3",
            more_symbols=int(more.read_text(encoding="ascii")) if more.is_file() else 0,
        )
        simulation = build_simulation(spec, SystemClock())
        behind = time.time() * 1000 - simulation.terminal.market_time_msc()
        simulation.terminal.time.jump_msc = round(behind / DAY_MSC) * DAY_MSC
        return TroubledTerminal(simulation.terminal)

    def _epoch(self) -> datetime:
        """Return the moment at which this broker's market began, the same after a restart."""
        path = self._folder / _EPOCH_FILE
        if not path.is_file():
            path.write_text(SystemClock().now().isoformat(), encoding="ascii")
        return datetime.fromisoformat(path.read_text(encoding="ascii"))

    def _answer(self, client: pipe.Client, request: bytes) -> None:
        command, trouble = Arguments(request).take("I"), self.trouble()
        self._spoil(command, trouble, "hang")
        begun = time.perf_counter()
        answer = self._broker.submit(self._terminal.answer, request, trouble).result()
        seconds = time.perf_counter() - begun
        if command in _WRITTEN:
            self.log(Command(command).name, **_words(command, request, answer))
        elif seconds > _SLOW:
            self.log("slow", command=command, seconds=round(seconds, 3))
        self._spoil(command, trouble, "lose")
        client.reply(answer)

    def _spoil(self, command: int, trouble: Trouble, held_up_by: str) -> None:
        """End the process or the connection, or wait till the trouble is over, if that is what goes wrong now."""
        if trouble.strikes("die", command):
            self.log("died", command=command)
            os._exit(_DIED)
        if trouble.strikes("close", command):
            self.log("closed", command=command)
            raise pipe.Closed
        if trouble.strikes(held_up_by, command):
            self.log(held_up_by, command=command)
            while self.trouble() == trouble:
                time.sleep(_LOOK_AGAIN)


def _words(command: int, request: bytes, answer: bytes) -> dict[str, Any]:
    """Return what is worth writing down of a request and its answer."""
    status = int.from_bytes(answer[4:8], "little", signed=True)
    if command == Command.LOGIN:
        return {"login": Arguments(request[8:]).take("Q"), "status": status}
    if command not in {Command.ORDER_CHECK, Command.ORDER_SEND}:
        return {"status": status}
    asked = asdict(layouts.REQUEST.unpack(request[4:]))
    layout = layouts.SENT if command == Command.ORDER_SEND else layouts.CHECKED
    return {"status": status, "request": asked, "answer": layout.read(answer[8:]) if status > 0 else None}


def main() -> None:
    """Be the terminal whose program stands in the folder."""
    program = Path(sys.argv[0])
    terminal = Terminal(program.parent)
    terminal.log("started", arguments=sys.argv[1:], environment=dict(os.environ), folder=str(Path.cwd()))
    pipe.serve(pipe.pipe_name(program), terminal.talk)


if __name__ == "__main__":
    main()
