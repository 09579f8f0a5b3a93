# SPDX-License-Identifier: MIT
"""The command line of registered strategies: `strategy add`, `list` and `revoke`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from arbitrex_desktop.desk.gateway.strategies import RegisterError, Strategy, StrategyRegister
from arbitrex_desktop.paths import data_dir
from arbitrex_desktop.raw_layer import amounts

if TYPE_CHECKING:
    # argparse has no public name for what `add_subparsers` gives.
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - as said above


def add_parser(subparsers: Subparsers) -> None:
    """Add the command `strategy` with its actions to the program's command line."""
    strategy = subparsers.add_parser("strategy", help="strategies with a token and limits of their own")
    actions = strategy.add_subparsers(dest="strategy_action", required=True)
    add = actions.add_parser("add", help="register a strategy; a running desk knows it at once")
    add.add_argument("name", help="as the strategy says hello: 1 to 32 letters, digits or _.-")
    add.add_argument("--symbols", default="", metavar="A,B", help="the ones it may trade; all when left out")
    add.add_argument("--max-lots", type=_positive, metavar="LOTS", help="its largest intent")
    add.add_argument("--rate", type=_positive, metavar="N", help="intents a second, 5 when left out")
    add.add_argument(
        "--auto-approve",
        type=_positive,
        default=0.0,
        metavar="LOTS",
        help="intents up to this size are approved without you, on SIMULATED and DEMO only",
    )
    actions.add_parser("list", help="the registered strategies and their limits")
    revoke = actions.add_parser("revoke", help="take a strategy's token back; its connections end at once")
    revoke.add_argument("name")


def run(args: argparse.Namespace) -> int:
    """Carry out what the command line asks; return 0, 2 with the reason when it cannot be done."""
    register = StrategyRegister(data_dir())
    try:
        _ACTIONS[args.strategy_action](register, args)
    except RegisterError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _add(register: StrategyRegister, args: argparse.Namespace) -> None:
    """Register a strategy and say where its token is, never the token."""
    symbols = tuple(each.strip() for each in args.symbols.split(",") if each.strip())
    path = register.add(Strategy(args.name, "", symbols, args.max_lots, args.rate, args.auto_approve))
    sys.stdout.write(
        f"{args.name} is registered: {_limits(register.all()[args.name])}\n"
        f"Its token is in {path}, which only you can read; DeskClient({args.name!r}) finds it there.\n"
    )


def _list(register: StrategyRegister, _args: argparse.Namespace) -> None:
    """Print the strategies, one a line."""
    known = register.all()
    for name, strategy in known.items():
        sys.stdout.write(f"{name}: {_limits(strategy)}\n")
    if not known:
        sys.stdout.write("no strategy is registered; programs that are not share one lane of the channel\n")


def _revoke(register: StrategyRegister, args: argparse.Namespace) -> None:
    """Forget a strategy."""
    register.revoke(args.name)
    sys.stdout.write(f"{args.name} is revoked: its token counts no more\n")


_ACTIONS = {"add": _add, "list": _list, "revoke": _revoke}


def _limits(strategy: Strategy) -> str:
    """Return a strategy's limits in words."""
    lots = (
        f"{amounts.lots(strategy.max_lots)} lots at most"
        if strategy.max_lots is not None
        else "any size the limits allow"
    )
    rate = f"{strategy.intents_a_second or 5.0:g} intents a second at most"
    auto = f"approved by itself up to {amounts.lots(strategy.auto_approve_lots)} lots on SIMULATED and DEMO"
    asks = "every intent waits for you"
    symbols = ", ".join(strategy.symbols) or "all symbols"
    return "; ".join((symbols, lots, rate, auto if strategy.auto_approve_lots else asks))


def _positive(text: str) -> float:
    """Read a number above 0; raise `ArgumentTypeError` in words for anything else."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text!r}")
    return number
