# SPDX-License-Identifier: MIT
"""The settings of one start: every value, where it came from, and the typed settings that the program is built with.

Where several have a word, the later wins: the default, the preset or `risk.toml`, `settings.toml`, the command line.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import tomlkit

from arbitrex_desktop.risk_portfolio_manager.config.fields import PARAMETERS
from arbitrex_desktop.risk_portfolio_manager.config.profiles import (
    FOLDER,
    Profile,
    all_presets,
    firm_profiles,
    read_profiles,
)
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.parameters import Number
from arbitrex_desktop.settings.catalogue import (
    ACCOUNT,
    CATALOGUE,
    DEFAULT_PRESET,
    PRESET,
    SECTIONS,
    Account,
    Setting,
    declared,
)
from arbitrex_desktop.settings.expected import percent
from arbitrex_desktop.settings.start import Settings
from arbitrex_desktop.settings.toml_file import Keys, SettingsError, TomlFile
from arbitrex_desktop.texts import N_, _

SETTINGS_FILE: Final = "settings.toml"
RISK_FILE: Final = "risk.toml"
DEFAULT: Final = N_("default")
COMMAND_LINE: Final = N_("command line")
OF_PRESET: Final = "preset "
"""How a source begins that is a set of limits; its name follows."""
_SHOWN: Final = 40
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Value:
    """A setting's value, and the `source` that it came from."""

    setting: Setting
    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class SettingsInForce:
    """All settings of a start.

    Attributes:
        values: by name, in the order in which they are shown
        risk: the risk manager's limits
        accounts: the `[[account]]` entries, in order
    """

    values: Mapping[str, Value]
    risk: RPMConfig
    accounts: tuple[Account, ...]

    def section(self, kind: type[T]) -> T:
        """Return a section's settings, of the class that declares them."""
        prefix = next(f"{name}." for name, each in SECTIONS.items() if each is kind)
        chosen = {
            name.removeprefix(prefix): each.value for name, each in self.values.items() if name.startswith(prefix)
        }
        return kind(**chosen)

    def plain(self) -> dict[str, Any]:
        """Return every value by name, safe for JSON."""
        values = {name: _from_json(each.value) for name, each in self.values.items()}
        return values | {ACCOUNT: [msgspec.to_builtins(account) for account in self.accounts]}


def _from_json(value: Any) -> Any:
    """Return a value as it comes back from JSON."""
    plain = msgspec.to_builtins(value)
    return list(plain) if isinstance(plain, tuple) else plain


def settings_path(folder: Path) -> Path:
    """Return where a data folder's settings are."""
    return folder / SETTINGS_FILE


def defaults() -> dict[str, Any]:
    """Return every value as it is where nothing is set, safe for JSON."""
    return {name: _from_json(setting.default) for name, setting in CATALOGUE.items()} | {ACCOUNT: []}


def load(start: Settings) -> SettingsInForce:
    """Read the settings of a start; raises `SettingsError` in words for the trader."""
    return in_force(TomlFile.read(settings_path(start.data_dir)), start)


def in_force(file: TomlFile, start: Settings) -> SettingsInForce:
    """Return the settings that a file gives a start; raises `SettingsError`."""
    _check_sections(file)
    values = {name: Value(setting, setting.default, DEFAULT) for name, setting in CATALOGUE.items()}
    values |= {value.setting.name: value for value in _checked_settings(file)}
    if start.record:
        values["ticks.record"] = Value(CATALOGUE["ticks.record"], value=True, source=COMMAND_LINE)
    risk, sources = _limits_and_sources(file, TomlFile.read(start.data_dir / RISK_FILE))
    limits = risk.to_dict()
    for name, setting in CATALOGUE.items():
        field = name.removeprefix("risk.")
        if name.startswith("risk.") and name != PRESET:
            values[name] = Value(setting, limits[field], sources.get(field, DEFAULT))
    return SettingsInForce(values, risk, _checked_accounts(file))


def _check_sections(file: TomlFile) -> None:
    """Raise `SettingsError` for a section or a setting that is not known."""
    known = (*SECTIONS, "risk", ACCOUNT)
    for section, content in file.values.items():
        if section not in known:
            raise file.error([section], _unknown_name(section, known, "section"))
        if section == ACCOUNT:
            continue
        if not isinstance(content, Mapping):
            raise file.error([section], f"expected a section [{section}], found {shown(content)}")
        for name in content:
            if f"{section}.{name}" not in CATALOGUE:
                names = [each.removeprefix(f"{section}.") for each in CATALOGUE if each.startswith(f"{section}.")]
                raise file.error([section, name], _unknown_name(name, names, f"setting of [{section}]"))


def _checked_settings(file: TomlFile) -> Iterator[Value]:
    """Yield what the file sets, checked one by one; the limits are checked by the risk manager itself."""
    for name, setting in CATALOGUE.items():
        section, field = setting.keys
        content = file.values.get(section, {})
        if field not in content or (section == "risk" and name != PRESET):
            continue
        yield Value(setting, read_value(file, setting, setting.keys, content[field]), file.path.name)


def read_value(file: TomlFile, setting: Setting, keys: Keys, found: Any) -> Any:
    """Return a value checked; raises `SettingsError` with its line, what was found and what is expected."""
    try:
        return setting.read(found)
    except msgspec.ValidationError as error:
        if setting.is_table and isinstance(found, Mapping):
            # The entry that is wrong has a line of its own.
            key = next(key for key, value in found.items() if not setting.accepts({key: value}))
            keys, found = (*keys, key), found[key]
        raise file.error(keys, _setting_fault(".".join(map(str, keys)), setting, found)) from error


def _setting_fault(name: str, setting: Setting, found: Any) -> str:
    """Return in words what a setting takes, and what was found; not where passwords are put by mistake."""
    if not setting.may_be_shown:
        return _("{name}: expected {expected}").format(name=name, expected=setting.expected)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    value = f"{percent(found)} ({shown(found)})" if setting.is_share and is_number else shown(found)
    return _("{name}: expected {expected}, found {value}").format(name=name, expected=setting.expected, value=value)


def _limits_and_sources(file: TomlFile, own: TomlFile) -> tuple[RPMConfig, dict[str, str]]:
    """Return the limits, and the source of each that is no default."""
    mine = dict(file.values.get("risk", {}))
    preset = mine.pop("preset", None)
    if own.path.is_file() and preset is not None:
        raise file.error(["risk", "preset"], f"{PRESET}: {RISK_FILE} has a whole set of limits already; remove one")
    if own.path.is_file():
        base: Mapping[str, Any] = own.values
        source = RISK_FILE
        _checked_limits(base, own, ())
    else:
        base, source = _limits_of_preset(preset or DEFAULT_PRESET, file), f"{OF_PRESET}{preset}" if preset else DEFAULT
    sources = dict.fromkeys(base, source) | dict.fromkeys(mine, file.path.name)
    return _checked_limits({**base, **mine}, file, ("risk",)), sources


def presets_in(folder: Path) -> dict[str, Mapping[str, Any]]:
    """Return the limits of every preset and profile, those of a data folder too; raises `SettingsError`."""
    try:
        return all_presets(folder / FOLDER)
    except ValueError as error:
        raise SettingsError(f"a profile of limits cannot be used: {error}") from error


def profiles_in(folder: Path) -> dict[str, Profile]:
    """Return the firms' profiles, and those of a data folder; raises `SettingsError`."""
    presets_in(folder)
    return {**firm_profiles(), **read_profiles(folder / FOLDER)}


def _limits_of_preset(name: str, file: TomlFile) -> Mapping[str, Any]:
    """Return the limits of a preset; raises `SettingsError` with its line."""
    known = presets_in(file.path.parent)
    if name not in known:
        raise file.error(["risk", "preset"], f"{PRESET}: {_unknown_name(name, known, 'set of limits')}")
    return known[name]


def _checked_limits(values: Mapping[str, Any], file: TomlFile, prefix: tuple[str, ...]) -> RPMConfig:
    """Return limits that the risk manager accepts; raises `SettingsError` with the line of the one it does not."""
    for field, value in values.items():
        limit = PARAMETERS.get(field)
        if isinstance(limit, Number) and not limit.accepts(value):
            setting = Setting(field, Any, limit.default, limit.unit, limit.label, limit=limit)
            raise file.error((*prefix, field), _setting_fault(".".join((*prefix, field)), setting, value))
    try:
        return RPMConfig.from_dict(values)
    except (ValueError, TypeError) as error:
        message = str(error)
        name = next((each for each in values if message.removeprefix("unknown settings: ").startswith(each)), None)
        raise file.error((*prefix, name) if name else (), ".".join((*prefix, message))) from error


def _checked_accounts(file: TomlFile) -> tuple[Account, ...]:
    """Return the accounts, in order."""
    entries = file.values.get(ACCOUNT, [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise file.error([ACCOUNT], "expected accounts, each under a line [[account]]")
    accounts = tuple(_checked_account(file, number, entry) for number, entry in enumerate(entries))
    for number, account in enumerate(accounts):
        # Names that differ in capitals or strokes only would share the variable of their password.
        same = (other.name for other in accounts[:number] if other.password_variable == account.password_variable)
        other = next(same, None)
        if other is not None:
            raise file.error([ACCOUNT, number, "name"], f"there is another account {other!r} above; name it anew")
        if account.is_simulated is not accounts[0].is_simulated:
            raise file.error([ACCOUNT, number], "real and simulated accounts cannot be mixed")
    return accounts


def _checked_account(file: TomlFile, number: int, entry: Mapping[str, Any]) -> Account:
    """Return one account checked.  What is found is not repeated: people paste passwords into wrong fields."""
    fields = {setting.keys[-1]: setting for setting in declared(ACCOUNT, Account)}
    for key, value in entry.items():
        place: Keys = [ACCOUNT, number, key]
        if key == "password":
            message = "a password is never kept here: `arbitrex-desktop account add` puts it where passwords belong"
            raise file.error(place, message)
        if key not in fields:
            raise file.error(place, _unknown_name(key, fields, "part of an account"))
        try:
            fields[key].read(value)
        except msgspec.ValidationError as error:
            words = _("{name}: expected {expected}").format(name=f"{ACCOUNT}.{key}", expected=fields[key].expected)
            raise file.error(place, words) from error
    if "name" not in entry:
        raise file.error([ACCOUNT, number], "an account needs a name, a word by which you know it")
    return Account(**entry)


def _unknown_name(name: str, known: Iterable[str], what: str) -> str:
    """Return that a name is not known, with the nearest that is."""
    nearest = difflib.get_close_matches(name, known, 1)
    return f"there is no {what} named {name!r}; " + (f"is {nearest[0]!r} meant?" if nearest else _known_names(known))


def _known_names(known: Iterable[str]) -> str:
    """Return the known names."""
    return f"known are {', '.join(known)}"


def shown(value: Any) -> str:
    """Return a value as TOML writes it in one line, cut where it is long."""
    text = written(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def written(value: Any) -> str:
    """Return a value as TOML writes it in one line."""
    if isinstance(value, Mapping):
        pairs = (f"{tomlkit.key(str(name)).as_string()} = {written(each)}" for name, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    return str(tomlkit.item(msgspec.to_builtins(value)).as_string())
