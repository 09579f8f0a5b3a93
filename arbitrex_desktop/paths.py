# SPDX-License-Identifier: MIT
"""Where the program keeps its files on the user's machine."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

DATA_DIR_VARIABLE = "ARBITREX_DATA_DIR"
_APP_NAME = "Arbitrex Desktop"
_OTHERS: Final = 0o077


def data_dir() -> Path:
    """Return the folder for journals, risk state, logs and layout; the environment may name another.

    The folder is not created here: who writes makes it, so that reading never leaves traces.
    """
    chosen = os.environ.get(DATA_DIR_VARIABLE, "").strip()
    return Path(chosen).expanduser() if chosen else user_data_path(_APP_NAME, appauthor=False, roaming=False)


def keep_private(folder: Path, *, make: bool = True) -> None:
    """Have the data folder and all in it for its owner only, and this process's new files too, whatever the umask.

    `make` False leaves a folder alone that is not there.  Raises OSError when it cannot be done, PermissionError when
    the folder is somebody else's.
    """
    if sys.platform != "win32":
        os.umask(0o077)
    if make:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not folder.is_dir():
        return
    if sys.platform == "win32":
        importlib.import_module("arbitrex_desktop.windows_access").keep_to_owner(folder)
        return
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(errno.EPERM, "it belongs to another user of this computer", str(folder))
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            _take_from_others(path)


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a draft to write, which takes the file's place in the end; whatever fails leaves the file as it was.

    Raises OSError.
    """
    draft = path.with_name(f"{path.name}.new")
    try:
        yield draft
        draft.replace(path)
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def set_aside(path: Path) -> Path:
    """Move a damaged file away, so that the next writing does not take what a person may still read in it.

    Returns where it is now; raises OSError.
    """
    return path.replace(path.with_suffix(".damaged"))


def _take_from_others(path: Path) -> None:
    """Take every right on one of our own files or folders from others; links are left alone.  Raises OSError."""
    status = path.lstat()
    mode = stat.S_IMODE(status.st_mode)
    if status.st_uid == os.getuid() and not stat.S_ISLNK(status.st_mode) and mode & _OTHERS:
        path.chmod(mode & ~_OTHERS)


def window_lock(folder: Path) -> Path:
    """Return the file that the one window of a data folder holds locked, from its first moment on."""
    return folder / "window.lock"


def account_file_stem(server: str, login: int) -> str:
    """Return `server_login` with what a file name cannot hold replaced; one account, one stem."""
    safe = "".join(letter if letter.isalnum() or letter in "-." else "_" for letter in server)
    return f"{safe}_{login}"
