# SPDX-License-Identifier: MIT
"""The command line of the settings: `settings show`, `settings set NAME VALUE` and `settings reset NAME`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arbitrex_desktop.paths import DATA_DIR_VARIABLE, data_dir
from arbitrex_desktop.raw_layer.connection.environment import read_env_file
from arbitrex_desktop.raw_layer.errors import SessionConfigError
from arbitrex_desktop.settings.changes import change
from arbitrex_desktop.settings.editor import find, typed_value
from arbitrex_desktop.settings.in_force import (
    COMMAND_LINE,
    DEFAULT,
    SETTINGS_FILE,
    SettingsInForce,
    load,
    presets_in,
    profiles_in,
    shown,
)
from arbitrex_desktop.settings.start import Settings, parse
from arbitrex_desktop.settings.toml_file import SettingsError

if TYPE_CHECKING:
    # argparse has no public name for what `add_subparsers` gives.
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - as said above

Row = tuple[str, str, str, str, str]
"""Name, value, default, where the value comes from, meaning."""
_ENVIRONMENT: Final = "environment"


def add_parser(subparsers: Subparsers) -> None:
    """Add the command `settings` with its actions to the program's command line."""
    settings = subparsers.add_parser("settings", help="show or change what is set in the data folder's settings.toml")
    actions = settings.add_subparsers(dest="settings_action", required=True)
    show = actions.add_parser("show", help="every setting: value, default, where the value comes from, meaning")
    show.add_argument("prefix", nargs="?", default="", metavar="SECTION", help="only those whose name begins so")
    show.add_argument("--record", action="store_true", help="as for the window")
    show.add_argument("--env", type=Path, metavar="FILE", help="as for the window")
    change = actions.add_parser("set", help="change a setting; it counts from the next start of the window")
    change.add_argument("name", help="as `settings show` names it; for one of a table SECTION.TABLE.NAME")
    change.add_argument("value", help="a number, true or false, a text, or a value as TOML has it")
    actions.add_parser(
        "profiles", help="the sets of limits that risk.preset may name, whose they are, and their sources"
    )
    reset = actions.add_parser("reset", help="go back to the default")
    reset.add_argument("name", help="as `settings show` names it")


def run(args: argparse.Namespace) -> int:
    """Carry out what the command line asks; return 0, or 2 when it cannot be done."""
    try:
        if args.settings_action == "show":
            _show_settings(args)
        elif args.settings_action == "profiles":
            _show_profiles()
        else:
            _change_setting(args.name, args.value if args.settings_action == "set" else None)
    except (SettingsError, SessionConfigError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _show_settings(args: argparse.Namespace) -> None:
    """Print every setting, the accounts, and what the environment says."""
    options = ["--record"] if args.record else []
    start = parse([*options, *(["--env", str(args.env)] if args.env else [])])
    rows = [row for row in _setting_rows(load(start), start, args) if row[0].startswith(args.prefix)]
    rows.insert(0, ("name", "value", "default", "from", "meaning"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        sys.stdout.write("  ".join((*cells, row[4])).rstrip() + "\n")


def _show_profiles() -> None:
    """Print every set of limits; of a firm's, where and when it was read, and what of it no source was found for."""
    profiles = profiles_in(data_dir())
    for name in presets_in(data_dir()):
        profile = profiles.get(name)
        sys.stdout.write(
            name + (f" ({profile.firm}, read on {profile.read_on or 'no date'})" if profile else "") + "\n"
        )
        for source in profile.sources if profile else ():
            sys.stdout.write(f"    {source}\n")
        for doubt in profile.unverified if profile else ():
            sys.stdout.write(f"    not verified: {doubt}\n")


def _setting_rows(chosen: SettingsInForce, start: Settings, args: argparse.Namespace) -> Iterator[Row]:
    """Yield what is shown of each setting."""
    folder_from = COMMAND_LINE if args.data_dir else _ENVIRONMENT if os.environ.get(DATA_DIR_VARIABLE) else DEFAULT
    yield "data-dir", str(start.data_dir), "", folder_from, "the folder of all the program's files"
    for name, each in chosen.values.items():
        unit = f" {each.setting.unit}" if each.setting.unit not in ("", "count") else ""
        yield name, shown(each.value) + unit, shown(each.setting.default), each.source, each.setting.meaning
    for account in chosen.accounts:
        message = f"{account.login or 'its own login'} at {account.server or 'its own server'}"
        yield f"account.{account.name}", message, "", SETTINGS_FILE, account.terminal or "on the terminal used last"
    in_file = read_env_file(start.env_file)
    for name, value in (in_file | dict(os.environ)).items():
        if name.startswith(("MT5_", "ARBITREX_")) and name != DATA_DIR_VARIABLE:
            source = _ENVIRONMENT if name in os.environ else ".env"
            yield name, "(not shown)" if "PASSWORD" in name else value, "", source, "see .env.example"


def _change_setting(name: str, text: str | None) -> None:
    """Set a value, or take it out of the file when `text` is None; raises `SettingsError`, and then nothing changed."""
    setting, keys = find(name)
    if text is None:
        chosen = change(lambda file: file.without(keys), sys.stdout.write)
    else:
        value = typed_value(setting, text)
        chosen = change(lambda file: file.with_value(keys, value), sys.stdout.write)
    now = chosen.values[setting.name]
    sys.stdout.write(f"{setting.name} is {shown(now.value)} from the next start on ({now.source})\n")
