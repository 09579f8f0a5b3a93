# SPDX-License-Identifier: MIT
"""The version, name and publisher that Windows shows of the exe, taken from the project's own files."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent
PRODUCT: Final = "Arbitrex Desktop"
_VERSION: Final = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class About:
    """What the program says of itself: `version` as people read it, `numbers` as Windows wants it."""

    version: str
    numbers: tuple[int, int, int, int]
    publisher: str
    description: str
    licence: str


def about(checkout: Path = CHECKOUT) -> About:
    """Read the project's files; raises ValueError when the package names no version."""
    project: dict[str, Any] = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = _VERSION.search((checkout / "arbitrex_desktop" / "__init__.py").read_text(encoding="utf-8"))
    if found is None:
        raise ValueError("arbitrex_desktop/__init__.py names no version")
    version = found[1]
    numbers = [int(number) for number in re.findall(r"\d+", version)][:4]
    major, minor, patch, build = [*numbers, 0, 0, 0, 0][:4]
    return About(
        version=version,
        numbers=(major, minor, patch, build),
        publisher=project["authors"][0]["name"],
        description=project["description"],
        licence=project["license"],
    )


def resource_script(info: About, file_name: str) -> str:
    """Return the version resource in PyInstaller's own notation (a Python expression)."""
    strings = {
        "CompanyName": info.publisher,
        "FileDescription": PRODUCT,
        "FileVersion": info.version,
        "InternalName": file_name.removesuffix(".exe"),
        "LegalCopyright": f"{info.publisher}. {info.licence} licence.",
        "OriginalFilename": file_name,
        "ProductName": PRODUCT,
        "ProductVersion": info.version,
    }
    table = ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={info.numbers}, prodvers={info.numbers}, mask=0x3F, flags=0x0,"
        " OS=0x40004, fileType=0x1, subtype=0x0, date=(0, 0)),"
        f" kids=[StringFileInfo([StringTable('040904B0', [{table}])]),"
        " VarFileInfo([VarStruct('Translation', [0x409, 0x4B0])])])"
    )
