# SPDX-License-Identifier: MIT
"""What this start of the program was asked to do on the command line."""

from __future__ import annotations

import argparse
import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import arbitrex_desktop
from arbitrex_desktop.paths import DATA_DIR_VARIABLE, data_dir
from arbitrex_desktop.raw_layer.errors import SessionConfigError

if TYPE_CHECKING:
    # The window's first picture must not wait for what makes the simulated terminal.
    from arbitrex_desktop.mt5.fault_plan import FaultPlan
    from arbitrex_desktop.mt5.simulation_spec import SimulationSpec

_MOST_SYMBOLS = 10_000
_FASTEST = 1e6
_LONGEST_SOAK = 10_000.0


@dataclass(frozen=True, slots=True)
class Settings:
    """One start of the program.

    Attributes:
        env_file: the `.env` that was named
        data_dir: folder of journals, risk state, logs and layout
        replay: tick or bar files to play on the simulated terminal
        speed: simulated seconds per second of a replay
        replay_from: the date, on the broker's clock, at which a replay begins; None is its first tick
        strict: whether files with rows in the wrong order are refused instead of sorted
        realistic: whether the simulated market has crypto, shares and futures, sessions, slippage and a limited depth
        broker_prefix, broker_suffix: with what the simulated broker's names begin and end
        broker_symbols: how many symbols the simulated broker lists besides the usual ones
        faults: a file of faults for hand tests
        simulated: whether this start takes the simulated terminal, whatever account is set up
        screenshot: where to put a picture of the window
        window_size: width and height in pixels, None for the usual one
        theme: dark or light, None for the one chosen in the window
        language: en or de, None for the one in settings.toml
        record: whether ticks are recorded to disk
        self_test: whether the program tests itself and ends
        soak_hours: for how long the window is watched, None not at all
        demo_login: the DEMO account that the self-test may trade on instead of the simulator
        report: where the observations of the self-test or of the long run go
    """

    env_file: Path | None = None
    data_dir: Path = field(default_factory=data_dir)
    replay: Path | None = None
    speed: float = 1.0
    replay_from: datetime | None = None
    strict: bool = False
    realistic: bool = False
    broker_prefix: str = ""
    broker_suffix: str = ""
    broker_symbols: int = 0
    faults: Path | None = None
    simulated: bool = False
    screenshot: Path | None = None
    window_size: tuple[int, int] | None = None
    theme: str | None = None
    language: str | None = None
    record: bool = False
    self_test: bool = False
    soak_hours: float | None = None
    demo_login: int | None = None
    report: Path | None = None

    @property
    def alone(self) -> bool:
        """Whether this start has nothing to do with the trader's own window: a picture or a self-test."""
        return self.self_test or self.screenshot is not None

    def simulation(self) -> SimulationSpec | None:
        """Return what the simulated terminal is made of, None for the usual one.

        A replay has books of its own, kept in memory: yesterday's replay is no part of today's.  Raises
        `SessionConfigError` for a file of faults that cannot be used.
        """
        usual = not (self.realistic or self.broker_prefix or self.broker_suffix or self.broker_symbols)
        if self.replay is None and self.faults is None and usual:
            return None
        plan = _fault_plan(self.faults) if self.faults is not None else None
        replay = () if self.replay is None else (self.replay,)
        module = importlib.import_module("arbitrex_desktop.mt5.simulation_spec")
        spec: SimulationSpec = module.SimulationSpec(
            realistic=self.realistic,
            prefix=self.broker_prefix,
            suffix=self.broker_suffix,
            more_symbols=self.broker_symbols,
            replay=replay,
            replay_from=self.replay_from,
            strict=self.strict,
            speed=self.speed,
            demo_positions=not replay,
            faults=plan,
        )
        return spec


def _fault_plan(path: Path) -> FaultPlan:
    """Load the file of faults that the command line names; modules by name, since a usual start needs none of them."""
    try:
        plan: FaultPlan = importlib.import_module("arbitrex_desktop.mt5.fault_plan").load_fault_plan(path)
    except (OSError, ValueError) as error:
        message = importlib.import_module("arbitrex_desktop.causes").error_text(error)
        raise SessionConfigError(f"the faults in '{path}' cannot be used: {message}") from error
    return plan


def _parse_speed(text: str) -> float:
    """Parse a replay's speed."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value <= _FASTEST:
        raise argparse.ArgumentTypeError(f"the speed must be a number above 0 and at most {_FASTEST:.0f}")
    return value


def _symbol_count(text: str) -> int:
    """Parse how many further symbols a broker lists."""
    if not text.isdecimal() or int(text) > _MOST_SYMBOLS:
        raise argparse.ArgumentTypeError(f"expected a number of symbols, {_MOST_SYMBOLS} at most")
    return int(text)


def _parse_hours(text: str) -> float:
    """Parse how long to watch."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value <= _LONGEST_SOAK:
        raise argparse.ArgumentTypeError(f"the hours must be a number above 0 and at most {_LONGEST_SOAK:.0f}")
    return value


def _parse_date(text: str) -> datetime:
    """Parse a date, perhaps with a time of day."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise argparse.ArgumentTypeError("the date is written 2026-03-02 or 2026-03-02T10:30") from None


def _parse_window_size(text: str) -> tuple[int, int]:
    """Parse WIDTHxHEIGHT."""
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise argparse.ArgumentTypeError("the size is written WIDTHxHEIGHT, for example 1280x720")
    return int(width), int(height)


def make_parser() -> argparse.ArgumentParser:
    """Return the command line of the window."""
    parser = argparse.ArgumentParser(prog="arbitrex-desktop", description=arbitrex_desktop.__doc__, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"Arbitrex Desktop {arbitrex_desktop.__version__}")
    parser.add_argument(
        "--env",
        type=Path,
        metavar="FILE",
        help="read the account from this file; otherwise from .env in the working folder, or in the data folder",
    )
    parser.add_argument(
        "--data-dir", type=Path, metavar="DIR", help=f"keep the program's files here (also {DATA_DIR_VARIABLE})"
    )
    _add_market(parser)
    parser.add_argument("--record", action="store_true", help="record all ticks in the data folder, for --replay")
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="save a picture of the window and exit")
    parser.add_argument("--size", type=_parse_window_size, metavar="WxH", help="size of the window")
    parser.add_argument("--theme", choices=("dark", "light"), help="colours of the window, this time")
    parser.add_argument("--language", choices=("en", "de"), help="language of the window, this time")
    parser.add_argument("--self-test", action="store_true", help="start everything, trade on the simulator, report")
    parser.add_argument(
        "--demo-login", type=int, metavar="LOGIN", help="let the self-test trade on this DEMO account instead"
    )
    parser.add_argument(
        "--soak",
        type=_parse_hours,
        dest="soak_hours",
        metavar="HOURS",
        help="watch the window for so long, on any account and without a trade: memory, handles, faults, pauses",
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write what --self-test or --soak observed, as JSON"
    )
    parser.add_argument("--faults", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    return parser


def _add_market(parser: argparse.ArgumentParser) -> None:
    """Add what says which market the simulated terminal has: files to replay, or a broker of some kind."""
    parser.add_argument(
        "--replay",
        type=Path,
        metavar="PATH",
        help="play MT5 tick or bar exports or a recording: a file, or a folder of SYMBOL*.csv",
    )
    parser.add_argument(
        "--from",
        type=_parse_date,
        dest="replay_from",
        metavar="DATE",
        help="begin the replay at this date of its files, such as 2026-03-02T10:30; what is before is history",
    )
    parser.add_argument("--strict", action="store_true", help="refuse to replay rows that are not in order of time")
    parser.add_argument("--speed", type=_parse_speed, default=1.0, metavar="N", help="play N seconds per second")
    parser.add_argument(
        "--realistic",
        action="store_true",
        help="simulated terminal: crypto, shares, futures, sessions, holidays, slippage and partial fills;"
        " the account is not kept",
    )
    parser.add_argument(
        "--broker-prefix", default="", metavar="TEXT", help="simulated broker: begins every name, as x."
    )
    parser.add_argument("--broker-suffix", default="", metavar="TEXT", help="simulated broker: ends every name, as .r")
    parser.add_argument(
        "--broker-symbols",
        type=_symbol_count,
        default=0,
        metavar="N",
        help="simulated broker: lists so many more symbols",
    )


def _env_in(folder: Path) -> Path | None:
    """Return the data folder's `.env` when the working folder has none: an installed program has no folder to start in.

    None means the working folder's own.
    """
    stored = folder / ".env"
    return stored if stored.is_file() and not Path(".env").is_file() else None


def parse(arguments: Sequence[str]) -> Settings:
    """Read the command line; exits with a message for what it does not know.

    The data folder becomes part of the process's environment, so that everything in it finds the same one.
    """
    given = make_parser().parse_args(arguments)
    if given.data_dir is not None:
        os.environ[DATA_DIR_VARIABLE] = str(given.data_dir.expanduser().absolute())
    return Settings(
        env_file=given.env or _env_in(data_dir()),
        data_dir=data_dir(),
        replay=given.replay,
        speed=given.speed,
        replay_from=given.replay_from,
        strict=given.strict,
        realistic=given.realistic,
        broker_prefix=given.broker_prefix,
        broker_suffix=given.broker_suffix,
        broker_symbols=given.broker_symbols,
        faults=given.faults,
        screenshot=given.screenshot,
        window_size=given.size,
        theme=given.theme,
        language=given.language,
        record=given.record,
        self_test=given.self_test,
        soak_hours=given.soak_hours,
        demo_login=given.demo_login,
        report=given.report,
    )
