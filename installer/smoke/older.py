# SPDX-License-Identifier: MIT
"""Stage a small program that calls itself an older version, for the smoke test to upgrade.

    python -m installer.smoke.older STAGE OLDER_STAGE

It has a few of the real program's files, and one that the real one does not have.  It is installed, never started.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

from installer.stage import definitions, install_list, tree_files, uninstall_list
from installer.version_info import about

VERSION: Final = "0.0.1"
_KEPT: Final = ("Arbitrex.exe", "LICENSE.txt", "_internal/arbitrex_desktop/resources/icons/arbitrex.ico")


def main() -> None:
    """Make the older stage."""
    stage, older = Path(sys.argv[1]), Path(sys.argv[2])
    shutil.rmtree(older, ignore_errors=True)
    tree = older / "tree"
    for name in _KEPT:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(stage / "tree" / name, tree / name)
    (tree / "stale.txt").write_text("gone in the next version\n", encoding="ascii")
    files = tree_files(tree)
    (older / "install.nsh").write_text(install_list(files), encoding="utf-8")
    (older / "uninstall.nsh").write_text(uninstall_list(files), encoding="utf-8")
    present = f'!define VERSION "{about().version}"'
    (older / "defines.nsh").write_text(
        definitions(files, tree).replace(present, f'!define VERSION "{VERSION}"'), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
