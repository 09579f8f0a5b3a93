# SPDX-License-Identifier: MIT
"""Sets of limits in TOML files: the rules of firms that lend accounts, and a trader's own.

A file names the firm, where its rules were read and when, what all of its accounts have in common, and each kind of
account with its own limits.  `based_on` names the preset from which they depart.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.risk_portfolio_manager.config.presets import FOLDER as SHIPPED
from arbitrex_desktop.risk_portfolio_manager.config.presets import PRESETS, PRESETS_FILE

FOLDER: Final = "profiles"
"""Where those of one's own are, in the data folder."""


class _Account(msgspec.Struct, forbid_unknown_fields=True):
    """One kind of account."""

    name: str
    limits: dict[str, Any] = {}
    unverified: list[str] = []


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """What a file says."""

    firm: str
    profile: list[_Account]
    based_on: str = "Standard FX"
    common: dict[str, Any] = {}
    sources: list[str] = []
    read_on: date | None = None


class Profile(msgspec.Struct, frozen=True):
    """A set of limits with a name.

    Attributes:
        name: what it is chosen by.
        firm: whose rules they are.
        sources: where they were read.
        read_on: when; None for one's own.
        unverified: what in it no source was found for.
        limits: every limit that is no default, by name.
    """

    name: str
    firm: str
    sources: tuple[str, ...]
    read_on: date | None
    unverified: tuple[str, ...]
    limits: Mapping[str, Any]


def read_profiles(folder: Path) -> dict[str, Profile]:
    """Return the profiles of a folder's TOML files by name, none where there is no folder.

    Raises ValueError, with the file's name first, for one that cannot be used.
    """
    found: dict[str, Profile] = {}
    for path in sorted({*folder.glob("*.toml")} - {PRESETS_FILE}):
        try:
            found |= _profiles_in(path, found)
        except (OSError, ValueError, msgspec.ValidationError) as error:
            message = error_text(error) if isinstance(error, OSError | UnicodeError) else error
            raise ValueError(f"{path.name}: {message}") from error
    return found


@cache
def firm_profiles() -> dict[str, Profile]:
    """Return the profiles that come with the program, by name."""
    return read_profiles(SHIPPED)


def all_presets(own: Path | None = None) -> dict[str, Mapping[str, Any]]:
    """Return the limits of every preset and profile by name, with those of a folder of one's own; raises ValueError."""
    profiles = {**firm_profiles(), **(read_profiles(own) if own is not None else {})}
    return {**PRESETS, **{name: each.limits for name, each in profiles.items()}}


def _profiles_in(path: Path, known: Mapping[str, Profile]) -> dict[str, Profile]:
    """Return the profiles of a file."""
    file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8-sig")), _File)
    if file.based_on not in PRESETS:
        raise ValueError(f"based_on must be one of {', '.join(PRESETS)} (it is {file.based_on!r})")
    found: dict[str, Profile] = {}
    for each in file.profile:
        if not each.name or each.name in (*known, *found, *PRESETS):
            raise ValueError(f"there are two sets of limits named {each.name!r}")
        limits = {**PRESETS[file.based_on], **file.common, **each.limits}
        about = (tuple(file.sources), file.read_on, tuple(each.unverified))
        found[each.name] = Profile(each.name, file.firm, *about, limits)
    return found
