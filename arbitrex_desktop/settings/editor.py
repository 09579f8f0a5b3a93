# SPDX-License-Identifier: MIT
"""The file of settings, as the window reads and changes it."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from typing import Any, Literal, get_origin

from arbitrex_desktop.desk.settings_desk import Changes, NewSettings, SettingRow
from arbitrex_desktop.settings.catalogue import CATALOGUE, PRESET, Setting
from arbitrex_desktop.settings.changes import checked
from arbitrex_desktop.settings.expected import bare, unit_text
from arbitrex_desktop.settings.in_force import (
    OF_PRESET,
    SettingsInForce,
    Value,
    defaults,
    load,
    presets_in,
    settings_path,
    written,
)
from arbitrex_desktop.settings.start import Settings
from arbitrex_desktop.settings.toml_file import SettingsError, TomlFile
from arbitrex_desktop.texts import _


def typed_value(setting: Setting, text: str) -> Any:
    """Return what was typed: as TOML reads it, or the text itself where a text is wanted."""
    if setting.is_text or get_origin(setting.type) is Literal:
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def edited(start: Settings, changes: Changes) -> tuple[TomlFile, SettingsInForce]:
    """Return the file with changes, not saved yet, and what it gives; raises `SettingsError`.

    `changes` are by the way to a value, `desk.max_pending` or, of a table, `desk.magic_numbers.alpha`.
    """
    before = TomlFile.read(settings_path(start.data_dir))
    after = before
    for name, text in changes.items():
        setting, keys = find(name)
        after = after.without(keys) if text is None else after.with_value(keys, typed_value(setting, text))
    return after, checked(before, after, start)


def find(name: str) -> tuple[Setting, tuple[str, ...]]:
    """Return the setting of a name and the way to its value; raises `SettingsError` with the nearest name."""
    if name in CATALOGUE:
        return CATALOGUE[name], CATALOGUE[name].keys
    for setting in CATALOGUE.values():
        if setting.is_table and name.startswith(f"{setting.name}."):
            return setting, (*setting.keys, name.removeprefix(f"{setting.name}."))
    nearest = get_close_matches(name, CATALOGUE, 1)
    hint = f"is {nearest[0]} meant?" if nearest else "`arbitrex-desktop settings show` lists them"
    raise SettingsError(f"there is no setting named {name!r}; {hint}")


class FileSettingsEditor:
    """Implements `desk.settings_desk.SettingsEditor` on the data folder of one start."""

    def __init__(self, start: Settings) -> None:
        self._start = start

    def rows(self) -> tuple[SettingRow, ...]:
        """Return every setting with its present value; raises `SettingsError`."""
        presets = tuple(presets_in(self._start.data_dir))
        return tuple(_editor_row(value, presets) for value in load(self._start).values.values())

    def check(self, changes: Changes) -> NewSettings:
        """Return what the settings would be; raises `SettingsError`."""
        _, chosen = edited(self._start, changes)
        return NewSettings(chosen.plain(), defaults(), chosen.risk)

    def save(self, changes: Changes) -> None:
        """Write the changes, all or none; raises `SettingsError` or OSError."""
        edited(self._start, changes)[0].save()


def _editor_row(value: Value, presets: tuple[str, ...]) -> SettingRow:
    setting = value.setting
    return SettingRow(
        setting.name,
        _typed_value(setting, value.value),
        _typed_value(setting, setting.default),
        _source_of_value(value.source),
        "%" if setting.is_share else unit_text(setting.unit),
        setting.expected,
        _(setting.meaning),
        presets if setting.name == PRESET else setting.choices,
        is_share=setting.is_share,
    )


def _source_of_value(source: str) -> str:
    """Return where a value comes from, in words."""
    if source.startswith(OF_PRESET):
        return _("the set of limits {name}").format(name=_(source.removeprefix(OF_PRESET)))
    return _(source)


def _typed_value(setting: Setting, value: Any) -> str:
    """Return a value as it is typed."""
    return str(value) if setting.is_text or get_origin(bare(setting.type)[0]) is Literal else written(value)
