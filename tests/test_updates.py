# SPDX-License-Identifier: MIT
"""Asking for a newer version: only https, only a comparison, and nothing unless chosen."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.updates import (
    FILE_NAME,
    UpdateAnswer,
    UpdateCheckError,
    UpdateChoice,
    ask,
    encrypted_only,
    load_choice,
    save_choice,
)
from tests.fakes.web import FakeWeb

ADDRESS = "https://updates.example/newest"
versions = st.lists(st.integers(0, 99), min_size=1, max_size=4)


def spelled(numbers: list[int]) -> str:
    """Return a version as text."""
    return ".".join(map(str, numbers))


@pytest.mark.parametrize(
    "body",
    [b"0.2.0", b" v0.2.0\n", b'{"version": "0.2.0"}', b'{"tag_name": "v0.2.0", "assets": ["https://x/setup.exe"]}'],
)
def test_an_answer_names_the_newest_version_in_any_of_its_forms(body: bytes) -> None:
    """A version alone and a JSON object are understood, and one address is asked, once."""
    web = FakeWeb(body)
    assert ask(ADDRESS, "0.1.0", web) == UpdateAnswer("0.2.0", is_newer=True)
    assert web.asked == [ADDRESS]
    assert web.closed == 1


@given(newest=versions, present=versions)
def test_versions_compare_as_numbers(newest: list[int], present: list[int]) -> None:
    """1.10 is newer than 1.9, and 1.0 is not newer than 1."""
    longest = max(len(newest), len(present))
    padded = [numbers + [0] * (longest - len(numbers)) for numbers in (newest, present)]
    answer = ask(ADDRESS, spelled(present), FakeWeb(spelled(newest).encode()))
    assert answer.is_newer == (padded[0] > padded[1])


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"1.x", b"1.2.3.4.5", b"{", b"{}", b'{"version": 2}', b"[" * 5000, b"9" * 300_000, b"\xff\xfe"],
)
def test_what_is_no_version_is_refused(body: bytes) -> None:
    """An answer that cannot be understood is a failure in words, never an update."""
    with pytest.raises(UpdateCheckError, match="no version"):
        ask(ADDRESS, "0.1.0", FakeWeb(body))


@pytest.mark.parametrize("address", ["", "http://updates.example", "file:///etc/passwd", "ftp://updates.example"])
def test_only_encrypted_addresses_are_asked(address: str) -> None:
    """Nothing is opened for an address that is not https."""
    web = FakeWeb(b"9.9.9")
    with pytest.raises(UpdateCheckError, match="https"):
        ask(address, "0.1.0", web)
    assert web.asked == []


def test_an_answer_from_an_unencrypted_address_does_not_count() -> None:
    """A redirection out of https is a failure."""
    with pytest.raises(UpdateCheckError, match="not encrypted"):
        ask(ADDRESS, "0.1.0", FakeWeb(b"9.9.9", answered="http://elsewhere.example"))


def test_a_server_that_is_away_is_said_in_words() -> None:
    """A failed connection is no crash and no update."""
    with pytest.raises(UpdateCheckError, match="no answer: unreachable"):
        ask(ADDRESS, "0.1.0", FakeWeb(b"", failure=OSError("unreachable")))


def test_nobody_is_asked_unless_the_user_chose_so(tmp_path: Path) -> None:
    """Without a file, and with one that is damaged, there is no address and no asking at the start."""
    assert load_choice(tmp_path) == UpdateChoice(address="", at_start=False)
    for text in ("address = ", 'at_start = "yes"', "address = 5"):
        (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
        assert load_choice(tmp_path) == UpdateChoice()


@given(address=st.text(), at_start=st.booleans())
def test_a_choice_is_kept_as_it_was_made(
    tmp_path_factory: pytest.TempPathFactory, address: str, *, at_start: bool
) -> None:
    """What is saved is what is loaded, whatever the user typed."""
    folder = tmp_path_factory.mktemp("choice") / "new"
    choice = UpdateChoice(json.loads(json.dumps(address)), at_start)
    save_choice(folder, choice)
    assert load_choice(folder) == choice


@pytest.mark.parametrize("scheme", ["http", "ftp", "file", "data"])
def test_nothing_is_fetched_in_clear(scheme: str) -> None:
    """Whatever is not encrypted is not even tried, be it asked for or a redirect leads there."""
    opener = encrypted_only(urllib.request)
    with pytest.raises(urllib.error.URLError, match="unknown url type"):
        opener.open(f"{scheme}://127.0.0.1:9/x")
    assert "https" in opener.handle_open
