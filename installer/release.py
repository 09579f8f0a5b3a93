# SPDX-License-Identifier: MIT
"""Pack what people download: the portable zip, the SBOM, and the checksums of all.

    python -m installer.release STAGE DIST --python VERSION [--epoch SECONDS]

DIST already holds the setup program.  The same input gives the same bytes on every machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import time
import uuid
import zipfile
from pathlib import Path
from typing import Any, Final

from installer.libraries import libraries_in
from installer.pinned import Pin, read_pins
from installer.stage import tree_files
from installer.version_info import PRODUCT, about

HERE: Final = Path(__file__).resolve().parent
SBOM_NAME: Final = "Arbitrex-{version}-sbom.cdx.json"
ZIP_NAME: Final = "Arbitrex-{version}-portable.zip"
_PORTABLE_START: Final = '@start "" "%~dp0Arbitrex.exe" --data-dir "%~dp0data" %*\r\n'
_NAMESPACE: Final = uuid.UUID("5b0d7f52-6f0e-5bd5-9d3c-6a6f2f4f3a11")
_LICENCES: Final = {
    "PySide6-Essentials": "LGPL-3.0-only",
    "shiboken6": "LGPL-3.0-only",
    "pyqtgraph": "MIT",
    "numpy": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    "platformdirs": "MIT",
    "msgspec": "BSD-3-Clause",
    "tomlkit": "MIT",
    "psutil": "BSD-3-Clause",
    "keyring": "MIT",
    "jaraco.classes": "MIT",
    "jaraco.context": "MIT",
    "jaraco.functools": "MIT",
    "more-itertools": "MIT",
    "pywin32-ctypes": "BSD-3-Clause",
    "tzdata": "Apache-2.0",
    "MetaTrader5": "MIT",
    "pyinstaller": "GPL-2.0-or-later WITH Bootloader-exception",
}


def write_zip(tree: Path, target: Path, epoch: int) -> None:
    """Write the program's folder as a zip, with a starter that keeps the user's data beside the program."""
    moment = time.gmtime(max(epoch, 315532800))[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        contents = {str(file): (tree / file).read_bytes() for file in tree_files(tree)}
        contents["Arbitrex-portable.cmd"] = _PORTABLE_START.encode("ascii")
        for name in sorted(contents):
            entry = zipfile.ZipInfo(f"Arbitrex/{name}", moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 0, 0
            archive.writestr(entry, contents[name])


def component(pin: Pin) -> dict[str, Any]:
    """Return one package as the SBOM lists it; raises KeyError for a package whose licence nobody looked up."""
    purl = f"pkg:pypi/{pin.name.lower()}@{pin.version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": pin.name,
        "version": pin.version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in pin.hashes],
        "licenses": [{"expression": _LICENCES[pin.name]}],
    }


def make_sbom(tree: Path, python_version: str, epoch: int) -> dict[str, Any]:
    """Return the CycloneDX description of all that is inside the program, whose folder is `tree`."""
    info = about()
    packages = read_pins(HERE / "pins" / "windows.txt")
    parts = [component(pin) for pin in packages]
    # Of PyInstaller only the start program is inside.
    parts.append(component(next(pin for pin in read_pins(HERE / "pins" / "freeze.txt") if pin.name == "pyinstaller")))
    parts += libraries_in(tree, python_version)
    name = f"arbitrex-desktop@{info.version}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{name} {epoch}')}",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch)),
            "component": {
                "type": "application",
                "bom-ref": name,
                "name": PRODUCT,
                "version": info.version,
                "publisher": info.publisher,
                "licenses": [{"expression": info.licence}],
            },
        },
        "components": parts,
        "dependencies": [{"ref": name, "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def write_sums(dist: Path) -> None:
    """Write SHA256SUMS over all other files, in the form that `sha256sum --check` reads."""
    files = sorted(path for path in dist.iterdir() if path.is_file() and path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (dist / "SHA256SUMS").write_text("".join(lines), encoding="ascii", newline="\n")


def main() -> None:
    """Write zip, SBOM and checksums."""
    parser = argparse.ArgumentParser()
    parser.add_argument("stage", type=Path)
    parser.add_argument("dist", type=Path)
    parser.add_argument("--python", required=True, help="version of the Python that is inside")
    parser.add_argument("--epoch", type=int, default=int(os.environ.get("SOURCE_DATE_EPOCH", "315532800")))
    given = parser.parse_args()
    version = about().version
    write_zip(given.stage / "tree", given.dist / ZIP_NAME.format(version=version), given.epoch)
    sbom = json.dumps(make_sbom(given.stage / "tree", given.python, given.epoch), indent=2) + "\n"
    (given.dist / SBOM_NAME.format(version=version)).write_text(sbom, encoding="utf-8", newline="\n")
    write_sums(given.dist)


if __name__ == "__main__":
    main()
