# SPDX-License-Identifier: MIT
"""The commands that need no window: `account`, `journal`, `settings`, `strategy`, `submit` and `schema`."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from arbitrex_desktop.cli import strategy, submit
from arbitrex_desktop.desk.gateway.messages import channel_schema
from arbitrex_desktop.desk.journal import cli as journal_cli
from arbitrex_desktop.paths import DATA_DIR_VARIABLE, data_dir, keep_private
from arbitrex_desktop.settings import account_cli
from arbitrex_desktop.settings import cli as settings_cli


def print_schema(_given: argparse.Namespace) -> int:
    """Print the JSON schema of the strategies' channel; return 0."""
    sys.stdout.write(json.dumps(channel_schema(), indent=2) + "\n")
    return 0


_RUNNERS: Final[dict[str, Callable[[argparse.Namespace], int]]] = {
    "account": account_cli.run,
    "journal": journal_cli.run,
    "settings": settings_cli.run,
    "strategy": strategy.run,
    "submit": submit.run,
    "schema": print_schema,
}


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="arbitrex-desktop", allow_abbrev=False)
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help=f"the program's files (also {DATA_DIR_VARIABLE})")
    commands = parser.add_subparsers(dest="command", required=True)
    account_cli.add_parser(commands)
    journal_cli.add_parser(commands)
    settings_cli.add_parser(commands)
    strategy.add_parser(commands)
    submit.add_parser(commands)
    commands.add_parser("schema", help="print the JSON schema of the strategies' channel")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run one command; return its exit code, 2 for what cannot be meant."""
    given = make_parser().parse_args(arguments)
    if given.data_dir is not None:
        os.environ[DATA_DIR_VARIABLE] = str(given.data_dir.expanduser().absolute())
    with contextlib.suppress(OSError):
        # A folder that is somebody else's is told by whoever reads or writes there.
        keep_private(data_dir(), make=False)
    return _RUNNERS[given.command](given)
