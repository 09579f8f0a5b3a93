# SPDX-License-Identifier: MIT
"""What is to go wrong with a simulated terminal, as one picklable value; `fault_injector` makes it happen."""

from __future__ import annotations

import json
import math
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec


class FaultPlanError(ValueError):
    """A file of faults that cannot be used; the text names the file, the entry and what was expected."""


class FaultKind(StrEnum):
    """Everything that can be made to go wrong.

    HANG blocks with Python's global lock held, as the real module does.  CRASH ends the process.  SLOW delays calls
    without the lock.  IPC_LOST breaks the pipe: -10002 once, then `code` (-10004 or -10001) until `initialize()`.
    BROKER_LINK_LOST: the terminal lives but has no broker.  INITIALIZE_BLOCKS and TIMEOUT hit `initialize()` only,
    AUTH_FAILED refuses it with -6.  ACCOUNT_SWITCHED answers for another `login`.  SYMBOLS_VANISHED empties Market
    Watch once.  FROZEN_TICKS holds ticks back till the fault ends.  CRAZY_PRICES, DUPLICATED_TICKS, LATE_TICKS
    spoil the tick stream.  CLOCK_JUMP moves the server clock by `value` seconds.  The others are the trade server's
    refusals; REPLY_LOST fills the order and loses the answer; API_OFF is the terminal's own refusal (-8).
    """

    HANG = "HANG"
    CRASH = "CRASH"
    SLOW = "SLOW"
    IPC_LOST = "IPC_LOST"
    BROKER_LINK_LOST = "BROKER_LINK_LOST"
    INITIALIZE_BLOCKS = "INITIALIZE_BLOCKS"
    TIMEOUT = "TIMEOUT"
    AUTH_FAILED = "AUTH_FAILED"
    ACCOUNT_SWITCHED = "ACCOUNT_SWITCHED"
    SYMBOLS_VANISHED = "SYMBOLS_VANISHED"
    FROZEN_TICKS = "FROZEN_TICKS"
    CRAZY_PRICES = "CRAZY_PRICES"
    DUPLICATED_TICKS = "DUPLICATED_TICKS"
    LATE_TICKS = "LATE_TICKS"
    CLOCK_JUMP = "CLOCK_JUMP"
    REQUOTE = "REQUOTE"
    PRICE_CHANGED = "PRICE_CHANGED"
    PARTIAL_FILL = "PARTIAL_FILL"
    NO_MONEY = "NO_MONEY"
    REPLY_LOST = "REPLY_LOST"
    MARKET_CLOSED = "MARKET_CLOSED"
    TRADE_DISABLED = "TRADE_DISABLED"
    AUTOTRADING_OFF = "AUTOTRADING_OFF"
    API_OFF = "API_OFF"
    TOO_MANY_REQUESTS = "TOO_MANY_REQUESTS"


ONE_SHOT: Final = frozenset({FaultKind.HANG, FaultKind.CRASH, FaultKind.SYMBOLS_VANISHED})
"""Kinds that strike one host process once: the process that takes its place is spared."""


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that goes wrong.

    Attributes:
        kind: what goes wrong
        start: wall-clock seconds after the plan's zero (`SimulationSpec.epoch`, or the host's start when the spec has
            none)
        duration: seconds that it lasts; 0 strikes one call only, and `math.inf` never ends
        call: strike at this call of the host (the first is 1) instead of at a time
        function: only this function of the module (`order_send`), any when empty
        symbols: only these, all when empty
        seconds: how long a call is held up (HANG, SLOW, INITIALIZE_BLOCKS, REPLY_LOST, and how late LATE_TICKS are), 0
            meaning till the fault ends
        share: which part of the ticks is spoilt or of the volume is filled (0 to 1)
        value: seconds of a CLOCK_JUMP
        code: the lasting error code of IPC_LOST
        login: the account of ACCOUNT_SWITCHED
    """

    kind: FaultKind
    start: float = 0.0
    duration: float = 0.0
    call: int | None = None
    function: str = ""
    symbols: tuple[str, ...] = ()
    seconds: float = 0.0
    share: float = 0.5
    value: float = 3600.0
    code: int = -10004
    login: int = 99_999_999

    def __post_init__(self) -> None:
        if self.start < 0 or self.duration < 0 or self.seconds < 0:
            raise FaultPlanError(f"{self.kind}: start, duration and seconds must not be negative")
        if math.isnan(self.start + self.duration + self.seconds + self.value) or not 0 < self.share <= 1:
            raise FaultPlanError(f"{self.kind}: times must be numbers, and share above 0 and at most 1")

    @property
    def end(self) -> float:
        """Return the seconds after the plan's zero at which the fault is over."""
        return self.start + self.duration


class FaultPlan(msgspec.Struct, frozen=True):
    """All that is to go wrong, in no particular order."""

    faults: tuple[Fault, ...] = ()


def load_fault_plan(path: Path) -> FaultPlan:
    """Read a plan from a TOML or JSON file: a list `fault` of tables with the fields of `Fault`.

    Raises `FaultPlanError` for a file that cannot be read, and for unknown kinds, fields and types.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise FaultPlanError(f"{path}: cannot be read as TOML or JSON: {error}") from error
    entries = content.get("fault") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        raise FaultPlanError(f"{path}: expected a list named 'fault', such as [[fault]] kind = 'HANG'")
    return FaultPlan(tuple(_fault(f"{path}: fault {number}", entry) for number, entry in enumerate(entries, 1)))


def _fault(where: str, entry: object) -> Fault:
    """Build one fault from its table; `where` begins the message."""
    try:
        return msgspec.convert(entry, Fault)
    except msgspec.ValidationError as error:
        has = f"a fault has {', '.join(Fault.__struct_fields__)}; its kind is one of {', '.join(FaultKind)}"
        raise FaultPlanError(f"{where}: {error} ({has})") from error
