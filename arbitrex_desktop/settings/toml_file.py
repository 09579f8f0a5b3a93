# SPDX-License-Identifier: MIT
"""TOML files that people edit: read with words for what is wrong and where, changed without losing a comment."""

from __future__ import annotations

import contextlib
import copy
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.raw_layer.text_files import read_text

Keys = Sequence[str | int]
"""The way to a value: names of tables, numbers of entries, and the value's own name."""
_MARK: Final = "\N{SECTION SIGN}here\N{SECTION SIGN}"
_TOML_LINE: Final = re.compile(r"\(at line (\d+)")


class SettingsError(ValueError):
    """A setting or a file of settings cannot be used; the text names file, line, what was found and expected.

    Attributes:
        message: the text without file and line
    """

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.message = message


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A TOML file as it was read.

    Attributes:
        path: where it is; it need not exist
        text: what it holds, without byte order mark, its line ends as they are; empty for a file that is not there
        values: the same as plain values
    """

    path: Path
    text: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> TomlFile:
        """Read a file; one that is not there is empty.  Raises `SettingsError` for one that cannot be understood."""
        if not path.exists():
            return cls(path)
        try:
            return cls.parse(path, read_text(path))
        except OSError as error:
            raise SettingsError(f"{path.name} cannot be read: {error_text(error)}") from error
        except UnicodeError as error:
            raise SettingsError(f"{path.name}: {error_text(error)}") from error

    @classmethod
    def parse(cls, path: Path, text: str) -> TomlFile:
        """Understand a text as the file's; raises `SettingsError`."""
        try:
            return cls(path, text, tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            found = _TOML_LINE.search(str(error))
            line = int(found[1]) if found else text.count("\n") + 1
            raise SettingsError(f"{path.name}, line {line}: {_toml_error(error, text, line)}") from error

    def error(self, keys: Keys, message: str) -> SettingsError:
        """Return the error of a value, which names the file and the value's line."""
        line = line_of(self.text, keys)
        return SettingsError(message, f"{self.path.name}, line {line}" if line else self.path.name)

    def with_value(self, keys: Sequence[str], value: Any) -> TomlFile:
        """Return the file with a value set, all else and every comment as they are; raises `SettingsError`."""
        wanted = copy.deepcopy(dict(self.values))
        table: Any = wanted
        for key in keys[:-1]:
            table = table.setdefault(key, {}) if isinstance(table, dict) else {}
        table[keys[-1]] = value
        return self._proven(_with_value(self.text, keys, value), keys, wanted)

    def without(self, keys: Sequence[str]) -> TomlFile:
        """Return the file without a value, the same file when it has none; raises `SettingsError`."""
        document: Any = tomlkit.parse(self.text)
        table = _table_of_document(document, keys[:-1])
        if table is None or keys[-1] not in table:
            return self
        wanted = copy.deepcopy(dict(self.values))
        del _table_of_document(wanted, keys[:-1])[keys[-1]]
        del table[keys[-1]]
        return self._proven(tomlkit.dumps(document), keys, wanted)

    def with_entry(self, name: str, entry: Mapping[str, Any], *, first: bool = False) -> TomlFile:
        """Return the file with a table more in an array of tables, its last or its first; raises `SettingsError`."""
        others = self.values.get(name, [])
        wanted = {**self.values, name: [dict(entry), *others] if first else [*others, dict(entry)]}
        added = f"\n[[{name}]]\n" + "".join(_assignment_line([key], value) for key, value in entry.items())
        line = line_of(self.text, [name, 0]) if first and others else None
        if line is not None:
            return self._proven(_with_lines_behind(self.text, line - 1, f"{added.lstrip()}\n"), [name], wanted)
        return self._proven(_with_lines_behind(self.text, self.text.count("\n") + 1, added), [name], wanted)

    def without_entry(self, name: str, number: int) -> TomlFile:
        """Return the file without one table of an array of tables; raises `SettingsError`."""
        entries = list(self.values[name])
        del entries[number]
        wanted = {**self.values, name: entries}
        document: Any = tomlkit.parse(self.text)
        del document[name][number]
        if not entries:
            wanted.pop(name)
            document.pop(name, None)
        return self._proven(tomlkit.dumps(document), [name], wanted)

    def _proven(self, text: str, keys: Sequence[str], wanted: Mapping[str, Any]) -> TomlFile:
        """Return a changed file that says what is wanted; raises `SettingsError` where tomlkit lost its way.

        It does with a section that is written as `desk.a = 1` at the top level and changed several times.
        """
        with contextlib.suppress(SettingsError):
            file = self.parse(self.path, text)
            if _without_empty_tables(file.values) == _without_empty_tables(wanted):
                return file
        raise SettingsError(
            f"{'.'.join(keys)} cannot be changed without disturbing the rest; write it by hand", self.path.name
        )

    def save(self) -> None:
        """Write the file, whole or not at all; raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(self.text.encode())
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def line_of(text: str, keys: Keys) -> int | None:
    """Return the line, from 1, on which a value stands, None when it cannot be told.

    No parser tells positions, but tomlkit writes a document as it was: so a mark is put where the value is, and
    looked for.
    """
    document: Any = tomlkit.parse(text)
    with contextlib.suppress(KeyError, IndexError, TypeError, TOMLKitError):
        table = document
        for key in keys[:-1]:
            table = table[key]
        item = table[keys[-1]]
        if isinstance(item, Table):
            item.comment(_MARK)
        else:
            table[keys[-1]] = _MARK
    before, found, _ = tomlkit.dumps(document).partition(_MARK)
    return before.count("\n") + 1 if found else None


def _with_value(text: str, keys: Sequence[str], value: Any) -> str:
    """Return a text with a value set."""
    document: Any = tomlkit.parse(text)
    table = _table_of_document(document, keys[:-1])
    if table is not None and keys[-1] in table:
        table[keys[-1]] = value
        return tomlkit.dumps(document)
    for depth in range(len(keys) - 1, 0, -1):
        line = line_of(text, keys[:depth]) if isinstance(_table_of_document(document, keys[:depth]), Table) else None
        if line is not None:
            return _with_lines_behind(text, line, _assignment_line(keys[depth:], value))
    if table is None and keys[0] not in document:
        return _with_lines_behind(text, text.count("\n") + 1, f"\n[{keys[0]}]\n{_assignment_line(keys[1:], value)}")
    table = document
    for key in keys[:-1]:
        table = table.setdefault(key, {})
    table[keys[-1]] = value
    return tomlkit.dumps(document)


def _assignment_line(keys: Sequence[str], value: Any) -> str:
    """Return `key.key = value` as one line."""
    return f"{tomlkit.key(list(keys)).as_string()} = {tomlkit.item(value).as_string()}\n"


def _with_lines_behind(text: str, line: int, added: str) -> str:
    """Return a text with lines added behind a line: at a table's end they would follow the next table's comment."""
    # Not `splitlines`: a text may hold other characters that it takes for line ends.
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    lines.insert(line, added)
    text_now = "".join(lines).lstrip("\n") if not text else "".join(lines)
    return text_now.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in text else text_now


def _table_of_document(document: Any, keys: Sequence[str]) -> Any:
    """Return a table of a document, None when there is none."""
    for key in keys:
        document = document.get(key)
        if not isinstance(document, Mapping):
            return None
    return document


def _without_empty_tables(table: Any) -> Any:
    """Return a table without the tables in it that are empty, which say nothing."""
    if not isinstance(table, Mapping):
        return table
    full = {key: _without_empty_tables(value) for key, value in table.items()}
    return {key: value for key, value in full.items() if value != {}}


def _toml_error(error: tomllib.TOMLDecodeError, text: str, line: int) -> str:
    """Return what is wrong with a TOML text, with a hint for what is wrong most often."""
    lines = text.split("\n")
    hint = ""
    if line <= len(lines) and '"' in lines[line - 1] and "\\" in lines[line - 1]:
        hint = "; a path with \\ is written in single quotes"
    return f"expected TOML: {_TOML_LINE.sub('(at line ' + str(line), str(error))}{hint}"
