# SPDX-License-Identifier: MIT
"""What a simulated terminal is made of: picklable, so that it can cross to the host process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from arbitrex_desktop.mt5.fault_plan import FaultPlan

DEFAULT_LOGIN = 50_000_001
DEFAULT_SERVER = "Arbitrex-Simulated"


@dataclass(frozen=True, slots=True)
class SimulationSpec:
    """The settings of one simulated terminal.

    Attributes:
        seed: of the market
        login, server, password: what `initialize` accepts; without a password here, the account's first login fixes it
        currency, deposit, leverage, hedging: of a new account
        epoch: the wall-clock moment (UTC) at which simulated time was anchored: a host that is started again with the
            same epoch goes on where the market is by now; None anchors at the first start
        begins: the market's time (UTC) at the epoch, where it is generated; None is the present, or where that is
            closed a like hour of the last day it was open
        replay: tick or bar files to play instead of the generated market
        replay_from: a naive date on the server's clock, within the files, at which the replay begins; what lies before
            is history.  None begins with the first tick
        strict: whether files with rows in the wrong order are refused instead of sorted
        speed: simulated seconds per real second
        store: the file that keeps the broker's books, so that they survive a killed host; None keeps them in memory
        realistic: whether the market has crypto, shares and futures, sessions, breaks and holidays, and orders meet
            slippage and a limited depth
        prefix, suffix: with what every name of the broker begins and ends
        more_symbols: how many symbols the broker lists besides the usual ones
        demo_positions: whether a new account starts with open positions
        server_clock: the broker's time zone rule ("EET", "NewYork", "UTC")
        faults: what is to go wrong
    """

    seed: int = 7
    login: int = DEFAULT_LOGIN
    server: str = DEFAULT_SERVER
    password: str | None = None
    currency: str = "USD"
    deposit: float = 100_000.0
    leverage: int = 100
    hedging: bool = True
    epoch: datetime | None = None
    begins: datetime | None = None
    replay: tuple[Path, ...] = ()
    replay_from: datetime | None = None
    strict: bool = False
    speed: float = 1.0
    store: Path | None = None
    realistic: bool = False
    prefix: str = ""
    suffix: str = ""
    more_symbols: int = 0
    demo_positions: bool = True
    server_clock: str = "EET"
    faults: FaultPlan | None = None

    def named(self, plain: str) -> str:
        """Return the broker's name of a symbol."""
        return f"{self.prefix}{plain}{self.suffix}"
