# SPDX-License-Identifier: MIT
"""The command line for intents: `arbitrex-desktop submit EURUSD buy --confidence 0.8`."""

from __future__ import annotations

import argparse
import contextlib
import math
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

from arbitrex_desktop.client import DeskClient, DeskClientError, IntentStatus
from arbitrex_desktop.raw_layer import amounts

if TYPE_CHECKING:
    # argparse has no public name for what `add_subparsers` gives.
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - as said above

_REGIMES = ("TRENDING", "RANGING", "VOLATILE", "STRESSED", "CRISIS")


def add_parser(subparsers: Subparsers) -> None:
    """Add the command `submit` to the program's command line."""
    submit = subparsers.add_parser("submit", help="hand a trade intent to the running desk")
    submit.add_argument("symbol")
    submit.add_argument("direction", choices=("buy", "sell"))
    submit.add_argument("--confidence", type=_finite, required=True, metavar="0..1")
    submit.add_argument("--regime", choices=_REGIMES, default="TRENDING")
    submit.add_argument("--vol-percentile", type=_finite, default=0.5, metavar="0..1")
    submit.add_argument("--atr", type=_finite, help="in price units; measured by the desk when left out")
    submit.add_argument("--stop", type=_finite, metavar="PRICE")
    submit.add_argument("--target", type=_finite, metavar="PRICE")
    entry = submit.add_mutually_exclusive_group()
    entry.add_argument("--limit", type=_finite, metavar="PRICE", help="rest at this price, better than the market's")
    entry.add_argument("--stop-entry", type=_finite, metavar="PRICE", help="rest at this price, beyond the market")
    rests = submit.add_mutually_exclusive_group()
    rests.add_argument("--day", action="store_true", help="an order that rests is good for the day only")
    rests.add_argument("--until", type=_moment, metavar="TIME", help="... until then, such as 2030-01-31T17:00+01:00")
    submit.add_argument(
        "--oco-with", default="", metavar="INTENT", help="the first one filled of both cancels the other"
    )
    submit.add_argument("--reduce-only", action="store_true", help="take off an open position, never open one")
    submit.add_argument("--position", type=int, metavar="TICKET", help="the position to take from")
    submit.add_argument("--lots", type=_finite, help="sized by the risk manager when left out")
    submit.add_argument("--expires", type=_finite, default=120.0, metavar="SECONDS")
    submit.add_argument("--client-id", default="", help="your own name for it; the same twice is one intent")
    submit.add_argument("--strategy", default="command-line")
    submit.add_argument("--wait", type=_finite, default=0.0, metavar="SECONDS", help="wait for what the trader decides")


def _finite(text: str) -> float:
    """Read a number; raise `ArgumentTypeError` in words for what is none, or has no end."""
    with contextlib.suppress(ValueError):
        if math.isfinite(float(text)):
            return float(text)
    raise argparse.ArgumentTypeError(f"must be a finite number, not {text!r}")


def _moment(text: str) -> datetime:
    """Read a moment with its time zone; raise `ArgumentTypeError` in words for what is none."""
    with contextlib.suppress(ValueError):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment
    raise argparse.ArgumentTypeError(f"must be a moment with its time zone, not {text!r}")


def _entry(args: argparse.Namespace) -> dict[str, Any]:
    """Return the fields of an order that rests, none for one at the market."""
    kind = "LIMIT" if args.limit is not None else "STOP" if args.stop_entry is not None else "MARKET"
    good_for = "DAY" if args.day else "TIME" if args.until else "CANCELLED"
    price = args.limit if args.limit is not None else args.stop_entry
    entry = {"order_kind": kind, "order_price": price, "oco_with": args.oco_with}
    return {**entry, "good_for": good_for, "good_until": args.until}


def run(args: argparse.Namespace) -> int:
    """Submit one intent and print what the desk says; return 0, 1 when it was refused, 2 when no desk answers."""
    try:
        with DeskClient(args.strategy) as desk:
            status = desk.submit(
                args.symbol,
                args.direction,
                confidence_score=args.confidence,
                regime=args.regime,
                vol_percentile=args.vol_percentile,
                atr=args.atr,
                stop_loss=args.stop,
                take_profit=args.target,
                requested_volume=args.lots,
                time_to_live=args.expires,
                client_id=args.client_id,
                reduce_only=args.reduce_only,
                position_ticket=args.position,
                **_entry(args),
            )
            _show(status)
            if args.wait > 0.0 and not status.ended:
                status = desk.wait(status.intent_id, args.wait)
                _show(status)
    except (DeskClientError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 1 if status.state in ("REJECTED", "FAILED", "EXPIRED", "CANCELLED") else 0


def _show(status: IntentStatus) -> None:
    """Print how the intent stands."""
    message = f": {status.details}" if status.details else ""
    closes = f", closes #{status.closes}" if status.closes is not None else ""
    changing = " (not final)" if status.state == "FAILED" and not status.final else ""
    sys.stdout.write(f"{status.intent_id} {status.state}{changing} {amounts.lots(status.lots)} lots{closes}{message}\n")
