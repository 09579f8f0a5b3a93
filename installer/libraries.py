# SPDX-License-Identifier: MIT
"""The libraries inside the program that are no Python packages, as the SBOM lists them, found by their files."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_FIXED_INFO: Final = struct.pack("<I", 0xFEEF04BD)
"""How the numbers in a Windows version resource begin."""


@dataclass(frozen=True, slots=True)
class Library:
    """One library.

    Attributes:
        name: what it is called
        pattern: its file in the program's folder; the first that fits is hashed
        licence: its SPDX expression
        vendor: maker and product as a vulnerability database names them (CPE)
        version: for a file that bears none; goes with the pins of Python and numpy
        parts: how many numbers of the file's version count
        told: how the code itself tells its version, for one that is linked into a file of another name
    """

    name: str
    pattern: str
    licence: str
    vendor: str
    version: str = ""
    parts: int = 3
    told: bytes = b""


LIBRARIES: Final = (
    Library("OpenSSL", "_internal/libcrypto-*.dll", "Apache-2.0", "openssl:openssl"),
    Library("SQLite", "_internal/sqlite3.dll", "blessing", "sqlite:sqlite"),
    # CPython 3.12 is built with this one; its DLL has no version resource.
    Library("libffi", "_internal/libffi-*.dll", "MIT", "libffi_project:libffi", "3.4.4"),
    # What numpy 2.0.2 says of itself in numpy.__config__.
    Library(
        "OpenBLAS", "_internal/numpy.libs/libscipy_openblas*.dll", "BSD-3-Clause", "openblas_project:openblas", "0.3.27"
    ),
    # What CPython links into its own files.
    Library("expat", "_internal/pyexpat.pyd", "MIT", "libexpat_project:libexpat", told=rb"expat_(\d+\.\d+\.\d+)"),
    Library(
        "bzip2", "_internal/_bz2.pyd", "bzip2-1.0.6", "bzip:bzip2", told=rb"(\d+\.\d+\.\d+), \d+-[A-Z][a-z]{2}-\d{4}"
    ),
    Library("zlib", "_internal/python3?*.dll", "Zlib", "zlib:zlib", told=rb"\0(1\.[2-9]\.\d+)\0"),
    # CPython 3.12 is built with this one, which tells nothing of itself.
    Library("liblzma", "_internal/_lzma.pyd", "LicenseRef-public-domain", "tukaani:xz", "5.2.5"),
    Library("Qt", "_internal/PySide6/Qt6Core.dll", "LGPL-3.0-only", "qt:qt"),
    Library(
        "Microsoft Visual C++ runtime",
        "_internal/VCRUNTIME140.dll",
        "LicenseRef-Microsoft-Visual-C-Runtime",
        "microsoft:visual_c\\+\\+",
        parts=4,
    ),
)


def file_version(data: bytes, parts: int) -> str:
    """Return the first numbers of a Windows file's version resource, empty for a file that has none."""
    at = data.find(_FIXED_INFO)
    if at < 0:
        return ""
    minor, major, last, third = struct.unpack_from("<4H", data, at + 8)
    return ".".join(map(str, (major, minor, third, last)[:parts]))


def version_of(library: Library, data: bytes) -> str:
    """Return the version of a library as its file, or failing that this table, tells it; empty for none."""
    if library.told:
        found = re.search(library.told, data)
        return found[1].decode("ascii") if found else ""
    return library.version or file_version(data, library.parts)


def listed(kind: str, library: Library, version: str, data: bytes) -> dict[str, Any]:
    """Return a library as the SBOM lists it."""
    slug = library.name.lower().replace("+", "p").replace(" ", "-")
    purl = f"pkg:generic/{slug}@{version}"
    return {
        "type": kind,
        "bom-ref": purl,
        "name": library.name,
        "version": version,
        "purl": purl,
        "cpe": f"cpe:2.3:a:{library.vendor}:{version}:*:*:*:*:*:*:*",
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(data).hexdigest()}],
        "licenses": [{"expression": library.licence}],
    }


def libraries_in(tree: Path, python_version: str) -> list[dict[str, Any]]:
    """Return all of them; raises FileNotFoundError for one that is not there, ValueError for one without a version."""
    python = Library("CPython", "_internal/python3?*.dll", "Python-2.0", "python:python", python_version)
    found = []
    for library in (python, *LIBRARIES):
        files = sorted(tree.glob(library.pattern))
        if not files:
            raise FileNotFoundError(f"{library.name}: there is no {library.pattern} in {tree}")
        data = files[0].read_bytes()
        version = version_of(library, data)
        if not version:
            raise ValueError(f"{files[0]} has no version")
        found.append(listed("platform" if library is python else "library", library, version, data))
    return found
