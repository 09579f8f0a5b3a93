# SPDX-License-Identifier: MIT
"""Changing settings.toml: checked as a whole, written at once, and told to the journals."""

from __future__ import annotations

from collections.abc import Callable

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.errors import JournalError
from arbitrex_desktop.desk.intents.intent import TRADER
from arbitrex_desktop.desk.journal.journal import Journal
from arbitrex_desktop.desk.journal.settings_record import record_settings
from arbitrex_desktop.paths import data_dir
from arbitrex_desktop.settings.in_force import SettingsInForce, defaults, in_force, settings_path
from arbitrex_desktop.settings.start import Settings, parse
from arbitrex_desktop.settings.toml_file import SettingsError, TomlFile


def change(edit: Callable[[TomlFile], TomlFile], say: Callable[[str], object]) -> SettingsInForce:
    """Edit the data folder's settings.toml; return what is in force from the next start on.

    Raises `SettingsError` when the file would be wrong afterwards, and OSError; then nothing has changed.  `say` is
    told of each journal that hears of the change later.
    """
    file = TomlFile.read(settings_path(data_dir()))
    new = edit(file)
    chosen = checked(file, new, parse([]))
    new.save()
    _journal_change(chosen, say)
    return chosen


def checked(before: TomlFile, after: TomlFile, start: Settings) -> SettingsInForce:
    """Return what a changed file would give a start; raises `SettingsError`."""
    try:
        return in_force(after, start)
    except SettingsError as error:
        # What was wrong before is told with the line that it has; what is new has no line yet.
        in_force(before, start)
        raise SettingsError(error.message) from error


def _journal_change(chosen: SettingsInForce, say: Callable[[str], object]) -> None:
    """Tell every account's journal; one that a desk holds learns of it when that desk starts again."""
    for path in sorted((data_dir() / "journal").glob("*.sqlite3")):
        try:
            journal = Journal(path)
        except JournalError as error:
            say(f"{path.name} learns of it at the next start: {error}\n")
            continue
        try:
            record_settings(journal, chosen.plain(), defaults(), SystemClock(), TRADER)
        finally:
            journal.close()
