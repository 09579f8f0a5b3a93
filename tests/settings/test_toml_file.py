# SPDX-License-Identifier: MIT
"""TOML files that people edit: what is wrong is told with its line, and a change loses no comment."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.settings.toml_file import SettingsError, TomlFile, line_of

PATH = Path("settings.toml")
TEXT = """# mine
[desk]
max_pending = 5  # few

# the pool's own
[pool]
poll_interval = 0.1
sizes = [
  1,  # one
  2,
]
[[account]]
name = "a"

[[account]]
name = "b"
risk = { x = 1, y = 2 }
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (["desk"], 2),
        (["desk", "max_pending"], 3),
        (["pool", "sizes"], 8),
        (["account", 0, "name"], 13),
        (["account", 1], 15),
        (["account", 1, "name"], 16),
        (["account", 1, "risk", "y"], 17),
        (["nowhere"], None),
        ([], None),
    ],
)
def test_a_value_knows_its_line(keys: list[str | int], line: int | None) -> None:
    """Headers, entries of arrays and inline tables included; what is not there has none."""
    assert line_of(TEXT, keys) == line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a = 1\nb = "C:\\MT5"\n', r"settings.toml, line 2: .*single quotes"),
        ("a = 1\na = 2\n", "settings.toml, line 2: expected TOML"),
        ("a = ", "settings.toml, line 1: expected TOML"),
        ("[desk", "settings.toml, line 1: expected TOML"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(text: str, words: str) -> None:
    """The commonest mistake, a Windows path in double quotes, brings its cure."""
    with pytest.raises(SettingsError, match=words):
        TomlFile.parse(PATH, text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_is_read_with_or_without_a_mark(encoding: str, tmp_path: Path) -> None:
    """An old Notepad's byte order mark is no part of the first name."""
    path = tmp_path / "settings.toml"
    path.write_text('name = "Ä"\r\n', encoding=encoding, newline="")
    assert TomlFile.read(path).values == {"name": "Ä"}


def test_a_file_in_utf_16_is_refused_in_words(tmp_path: Path) -> None:
    """The words name the encoding, not a column of zeros."""
    path = tmp_path / "settings.toml"
    path.write_text("a = 1", encoding="utf-16")
    with pytest.raises(SettingsError, match=r"settings\.toml: its encoding is UTF-16"):
        TomlFile.read(path)


def test_a_file_that_is_not_there_is_empty_and_can_be_made(tmp_path: Path) -> None:
    """Its folder is made with it, and nothing but the file is left there."""
    path = tmp_path / "new" / "settings.toml"
    TomlFile.read(path).with_value(["desk", "max_pending"], 5).save()
    assert path.read_text(encoding="utf-8") == "[desk]\nmax_pending = 5\n"
    assert [each.name for each in path.parent.iterdir()] == ["settings.toml"]


def test_a_new_value_stands_in_its_own_section() -> None:
    """It comes below the section's header, so that a comment above the next section stays above that."""
    text = TomlFile.parse(PATH, TEXT).with_value(["desk", "lots", "my.bot"], 0.5).text
    assert text == TEXT.replace("[desk]\n", '[desk]\nlots."my.bot" = 0.5\n')


def test_a_changed_value_keeps_its_comment() -> None:
    """Only the value is another."""
    text = TomlFile.parse(PATH, TEXT).with_value(["desk", "max_pending"], 9).text
    assert text == TEXT.replace("= 5  # few", "= 9  # few")


def test_line_ends_of_windows_stay() -> None:
    """A file with carriage returns has them on new lines, too."""
    file = TomlFile.parse(PATH, "[desk]\r\na = 1\r\n").with_value(["desk", "b"], 2)
    assert file.text == "[desk]\r\nb = 2\r\na = 1\r\n"


def test_a_line_end_is_a_line_feed_only() -> None:
    """A text with another character that some take for a line end does not move what is inserted."""
    file = TomlFile.parse(PATH, "[desk]\na = 'x\x85y'\n[pool]\n").with_value(["pool", "b"], 1)
    assert file.text == "[desk]\na = 'x\x85y'\n[pool]\nb = 1\n"


NAMES = st.sampled_from(["a", "b", "my bot", "x.y", "ü"])
VALUES = st.one_of(st.integers(-5, 5), st.booleans(), st.text(max_size=5), st.floats(0, 1), st.just([1, 2]))
WAYS = st.tuples(st.sampled_from(["desk", "pool", "new"]), NAMES) | st.tuples(
    st.sampled_from(["desk", "new"]), st.just("table"), NAMES
)
STARTS = st.sampled_from(
    [
        TEXT,
        "",
        "# only this",
        "desk.a = 1  # dotted\n",
        "desk = { a = 1 }  # inline\n[pool]\n",
        '[desk.table]\n"my bot" = 1  # sub\n',
        "[desk]\na = 1\n[pool]\nb = 1\n[desk.table]\na = 2  # late\n",
    ]
)


@given(STARTS, st.lists(st.tuples(WAYS, VALUES), max_size=5))
def test_setting_values_changes_nothing_else(text: str, changes: list[tuple[tuple[str, ...], object]]) -> None:
    """After any row of changes each value is what was set, all others are what they were, and no comment is lost.

    A change that cannot be made so is refused, and leaves the file as it was; only dotted names at the top bring that.
    """
    file = TomlFile.parse(PATH, text)
    wanted = tomllib.loads(text)
    for keys, value in changes:
        try:
            file = file.with_value(keys, value)
        except SettingsError:
            assert text.startswith(("desk.", "desk ="))
            continue
        table = wanted
        for key in keys[:-1]:
            table = table.setdefault(key, {})
        table[keys[-1]] = value
    assert file.values == wanted
    comments = [line.partition("#")[2] for line in text.splitlines() if "#" in line]
    assert all(f"#{comment}" in file.text for comment in comments)


@given(STARTS, WAYS, VALUES)
def test_what_was_set_can_be_taken_out_again(text: str, keys: tuple[str, ...], value: object) -> None:
    """Without the value the rest is what it was."""
    file = TomlFile.parse(PATH, text)
    again = file.with_value(keys, value).without(keys)
    table: object = again.values
    for key in keys[:-1]:
        table = table.get(key, {}) if isinstance(table, dict) else {}
    assert keys[-1] not in table  # type: ignore[operator] # a table of a TOML file
