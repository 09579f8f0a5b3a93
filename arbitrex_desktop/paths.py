# SPDX-License-Identifier: MIT
"""Where the program keeps its files on the user's machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from platformdirs import user_data_path

DATA_DIR_VARIABLE = "ARBITREX_DATA_DIR"
_APP_NAME = "Arbitrex Desktop"


def data_dir() -> Path:
    """Return the folder for journals, risk state, logs and layout; the environment may name another.

    The folder is not created here: who writes makes it, so that reading never leaves traces.
    """
    chosen = os.environ.get(DATA_DIR_VARIABLE, "").strip()
    return Path(chosen).expanduser() if chosen else user_data_path(_APP_NAME, appauthor=False, roaming=False)


def keep_private(folder: Path) -> None:
    """Make the data folder, for its owner only, and have this process's files be so from now on; raise OSError.

    On Windows the user's own folder has an access list of its own, and permission bits say nothing.
    """
    if sys.platform == "win32":
        return
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid == os.getuid():
        folder.chmod(0o700)


def open_mark(folder: Path) -> Path:
    """Return the file that is in a data folder while a window uses it, and after a window that was killed."""
    return folder / "window.open"


def account_file_stem(server: str, login: int) -> str:
    """Return `server_login` with what a file name cannot hold replaced; one account, one stem."""
    safe = "".join(letter if letter.isalnum() or letter in "-." else "_" for letter in server)
    return f"{safe}_{login}"
