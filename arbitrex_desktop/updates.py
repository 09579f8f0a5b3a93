# SPDX-License-Identifier: MIT
"""Ask whether there is a newer version: only when the user wants it, only compared, never downloaded.

Nobody is asked until the user has named an address and pressed the button, or chosen to ask at each start.  The
request carries nothing about the user or the program.  The address answers with a version alone, such as `1.2.0`, or
with a JSON object that has one under `version` or `tag_name`.
"""

from __future__ import annotations

import importlib
import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Protocol

from arbitrex_desktop.causes import why_no_answer

FILE_NAME: Final = "updates.toml"
"""The user's choice, in the data folder."""

_TIMEOUT_SECONDS: Final = 10.0
_MOST_BYTES: Final = 256 * 1024
_VERSION: Final = re.compile(r"v?(\d{1,6}(?:\.\d{1,6}){0,3})")


class UpdateCheckError(Exception):
    """The question could not be asked or the answer not understood; the text is for the user."""


@dataclass(frozen=True, slots=True)
class UpdateChoice:
    """What the user chose: `address`, whom to ask, empty for nobody; `at_start`, ask at each start of the program."""

    address: str = ""
    at_start: bool = False


@dataclass(frozen=True, slots=True)
class UpdateAnswer:
    """The newest version there is, and whether that is newer than the one that runs."""

    newest: str
    is_newer: bool


class Response(Protocol):
    """As much of an HTTP response as is used here."""

    def read(self, amount: int) -> bytes:
        """Return at most `amount` bytes of the body."""

    def geturl(self) -> str:
        """Return the address that answered in the end."""

    def close(self) -> None:
        """Let the connection go."""


OpenAddress = Callable[[str], Response]


def load_choice(folder: Path) -> UpdateChoice:
    """Return the user's choice; a file that is not there or cannot be read means that nobody is asked."""
    try:
        stored = tomllib.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return UpdateChoice()
    address, at_start = stored.get("address"), stored.get("at_start")
    return UpdateChoice(address if isinstance(address, str) else "", at_start is True)


def save_choice(folder: Path, choice: UpdateChoice) -> None:
    """Keep the user's choice; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    # A text of JSON is a text of TOML, too, but for the one control character that JSON does not escape.
    texts = {
        name: json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f") for name, value in asdict(choice).items()
    }
    lines = (f"{name} = {text}\n" for name, text in texts.items())
    (folder / FILE_NAME).write_text("".join(lines), encoding="utf-8")


def ask(address: str, present: str, open_address: OpenAddress | None = None) -> UpdateAnswer:
    """Ask the address for the newest version and compare it with the present one; blocks for up to 10 s or so.

    Raises `UpdateCheckError` in words for the user.
    """
    if not address.startswith("https://"):
        raise UpdateCheckError("the address must begin with https://")
    try:
        response = (open_address or _open)(address)
        try:
            body, answered = response.read(_MOST_BYTES + 1), response.geturl()
        finally:
            response.close()
    except Exception as error:
        # urllib lets through what http.client raises, which is no OSError.
        raise UpdateCheckError(why_no_answer(error)) from error
    if not answered.startswith("https://"):
        raise UpdateCheckError("the address leads to one that is not encrypted")
    newest = _version_in(body)
    return UpdateAnswer(newest, _numbers(newest) > _numbers(present))


def _open(address: str) -> Response:
    """Open an address that has been checked to be https."""
    # Loaded only when asked for: HTTP and encryption would delay every start for what few ever use.
    web = importlib.import_module("urllib.request")
    request = web.Request(address, headers={"User-Agent": "Arbitrex-Desktop"})
    response: Response = encrypted_only(web).open(request, timeout=_TIMEOUT_SECONDS)
    return response


def encrypted_only(web: ModuleType, *, follows: bool = True) -> Any:
    """Return what opens https addresses and no other: nothing is fetched in clear.

    `web`, the module `urllib.request`; `follows`, whether redirects to such addresses are followed.
    """
    opener = web.OpenerDirector()
    for handler in (
        web.ProxyHandler,
        web.UnknownHandler,
        web.HTTPSHandler,
        web.HTTPDefaultErrorHandler,
        web.HTTPErrorProcessor,
        *((web.HTTPRedirectHandler,) if follows else ()),
    ):
        opener.add_handler(handler())
    return opener


def _version_in(body: bytes) -> str:
    """Return the version that an answer names; raises `UpdateCheckError` when it names none."""
    text = body.decode("utf-8", errors="replace").strip() if len(body) <= _MOST_BYTES else ""
    if text.startswith("{"):
        text = _version_field(text)
    found = _VERSION.fullmatch(text)
    if found is None:
        raise UpdateCheckError("the address answers with something that is no version")
    return found[1]


def _version_field(text: str) -> str:
    """Return the field of a JSON object that names the version, empty when there is none."""
    try:
        stored: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    named = stored.get("version", stored.get("tag_name"))
    return named.strip() if isinstance(named, str) else ""


def _numbers(version: str) -> tuple[int, ...]:
    """Return a version as numbers that compare; trailing zeros do not count, nor what follows the numbers."""
    found = _VERSION.match(version)
    numbers = [int(number) for number in found[1].split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
