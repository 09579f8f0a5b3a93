# SPDX-License-Identifier: MIT
"""Commands with which a test makes a real host process misbehave."""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from typing import ClassVar

from arbitrex_desktop.mt5.calls import call
from arbitrex_desktop.mt5.commands import Command
from arbitrex_desktop.mt5.module import MetaTrader5Module, Rows


@dataclass(frozen=True)
class HoldTheGil(Command[bool]):
    """Sleep in C without letting go of Python's lock, as a hung call of the real module does."""

    seconds: int
    deadline: ClassVar[float] = 0.2

    def run(self, module: MetaTrader5Module) -> bool:
        """Hang."""
        if sys.platform == "win32":
            ctypes.PyDLL("kernel32").Sleep(self.seconds * 1000)
        else:
            ctypes.PyDLL(None).sleep(self.seconds)
        return True


@dataclass(frozen=True)
class Crash(Command[bool]):
    """End the host in the middle of a command."""

    def run(self, module: MetaTrader5Module) -> bool:
        """Die."""
        os._exit(3)


@dataclass(frozen=True)
class FailInside(Command[bool]):
    """Raise what no command should raise."""

    def run(self, module: MetaTrader5Module) -> bool:
        """Raise."""
        raise ZeroDivisionError("a fault of ours")


@dataclass(frozen=True)
class ReportEnvironment(Command[dict[str, object]]):
    """Report what the host can see of us."""

    def run(self, module: MetaTrader5Module) -> dict[str, object]:
        """Return its environment, command line and loaded Qt modules."""
        return {
            "environment": dict(os.environ),
            "arguments": sys.orig_argv,
            "qt": [name for name in sys.modules if name.startswith(("PySide6", "pyqtgraph"))],
            "real": "MetaTrader5" in sys.modules,
        }


@dataclass(frozen=True)
class ReadTicks(Command[Rows]):
    """Read all ticks of a symbol from a second of the server clock on, as the terminal has them now."""

    symbol: str
    since: int

    def run(self, module: MetaTrader5Module) -> Rows:
        """Call `copy_ticks_from` with a count that is never reached."""
        rows: Rows = call(module, "copy_ticks_from", self.symbol, self.since, 1_000_000, -1)
        return rows
