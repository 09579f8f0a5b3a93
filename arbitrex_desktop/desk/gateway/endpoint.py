# SPDX-License-Identifier: MIT
"""Where strategies find the desk: an address and a token, in files that only this user can read."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LONGEST_SOCKET_PATH: Final = 100
"""Bytes; the systems' limit is 104 or 108."""
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address to listen at, its family for `multiprocessing.connection`, and the token that clients must know."""

    address: str
    family: str
    token: bytes


def prepare_endpoint(data_dir: Path) -> Endpoint:
    """Make address and token for a data folder; raise OSError when the files cannot be written.

    The token is made anew each time, so that one that leaked does not last.
    """
    folder = data_dir / "gateway"
    private_folder(folder)
    token = secrets.token_bytes(_TOKEN_BYTES)
    address, family = endpoint_address(data_dir)
    write_private(folder / "token", token.hex())
    # Its name is of the protocol: copies of `client.py` stand beside strategies and look for it.
    write_private(folder / "door.json", json.dumps({"version": 1, "address": address, "family": family}))
    return Endpoint(address, family, token)


def remove_endpoint(data_dir: Path) -> None:
    """Take the files away, so that clients see at once that no desk is running."""
    for name in ("door.json", "token"):
        with contextlib.suppress(OSError):
            (data_dir / "gateway" / name).unlink()


def endpoint_address(data_dir: Path) -> tuple[str, str]:
    """Return address and family of a data folder's channel: a named pipe on Windows, a Unix-domain socket elsewhere."""
    if sys.platform == "win32":
        digest = hashlib.sha256(str(data_dir.absolute()).encode()).hexdigest()[:16]
        return rf"\\.\pipe\arbitrex-desktop-{digest}", "AF_PIPE"
    return _socket_path(data_dir), "AF_UNIX"


def _socket_path(data_dir: Path) -> str:
    """Return where the Unix-domain socket of a data folder is; deep folders get one in the temporary folder."""
    path = str(data_dir / "gateway" / "desk.sock")
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    private = Path(tempfile.gettempdir()) / f"arbitrex-{os.getuid() if hasattr(os, 'getuid') else 0}"
    private_folder(private)
    return str(private / f"{digest}.sock")


def private_folder(folder: Path) -> None:
    """Make a folder that only this user can enter; raise PermissionError if somebody else's, or a link, is there."""
    if folder.is_symlink():
        raise PermissionError(f"{folder} is a link, and is not followed")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if sys.platform == "win32":
        # The user's own data folder is private by its access list; permission bits say nothing there.
        return
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    folder.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user can read, whole or not at all."""
    temporary = path.with_suffix(".new")
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
    temporary.replace(path)
