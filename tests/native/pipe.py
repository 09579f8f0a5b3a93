# SPDX-License-Identifier: MIT
"""A named pipe of Windows, as a terminal opens it for the MetaTrader5 package."""

from __future__ import annotations

import ctypes
import hashlib
import sys
from collections.abc import Callable
from ctypes import wintypes
from pathlib import Path
from struct import unpack
from threading import Thread
from typing import Any, Final

from tests.native.protocol import frame

assert sys.platform == "win32"  # tells the type checker which half of ctypes this is

_kernel: Final = ctypes.WinDLL("kernel32", use_last_error=True)
_HANDLE: Final = wintypes.HANDLE
_DWORD: Final = wintypes.DWORD
_INVALID: Final = _HANDLE(-1).value
_READ: Final = 0x80000000
_BOTH_WAYS: Final = 3
_SHARED: Final = 3
_EXISTING: Final = 3
_MANY: Final = 255
_BUFFER: Final = 65_536
_LONGEST_PATH: Final = 600
_TAKEN: Final = 535
"""A client came between the making of the pipe and the waiting for one."""

_SIGNATURES: Final[tuple[tuple[Any, ...], ...]] = (
    (_kernel.CreateNamedPipeW, _HANDLE, wintypes.LPCWSTR, *[_DWORD] * 6, wintypes.LPVOID),
    (_kernel.ConnectNamedPipe, wintypes.BOOL, _HANDLE, wintypes.LPVOID),
    (_kernel.DisconnectNamedPipe, wintypes.BOOL, _HANDLE),
    (_kernel.ReadFile, wintypes.BOOL, _HANDLE, wintypes.LPVOID, _DWORD, wintypes.LPDWORD, wintypes.LPVOID),
    (_kernel.WriteFile, wintypes.BOOL, _HANDLE, wintypes.LPCVOID, _DWORD, wintypes.LPDWORD, wintypes.LPVOID),
    (_kernel.CreateFileW, _HANDLE, wintypes.LPCWSTR, _DWORD, _DWORD, wintypes.LPVOID, _DWORD, _DWORD, _HANDLE),
    (_kernel.GetFinalPathNameByHandleW, _DWORD, _HANDLE, wintypes.LPWSTR, _DWORD, _DWORD),
    (_kernel.CloseHandle, wintypes.BOOL, _HANDLE),
)
for _function, _result, *_arguments in _SIGNATURES:
    _function.restype = _result
    _function.argtypes = _arguments


class Closed(Exception):  # noqa: N818 - what happened
    """The other end of the pipe is gone."""


def pipe_name(program: Path) -> str:
    """Return the name under which the package looks for the terminal that is this program."""
    handle = _kernel.CreateFileW(str(program), _READ, _SHARED, None, _EXISTING, 0, None)
    if handle == _INVALID:
        raise ctypes.WinError(ctypes.get_last_error())
    name = ctypes.create_unicode_buffer(_LONGEST_PATH)
    _kernel.GetFinalPathNameByHandleW(handle, name, _LONGEST_PATH, 0)
    _kernel.CloseHandle(handle)
    return r"\\.\pipe\MT5.Terminal." + hashlib.sha256(name.value.lower().encode("utf-16-le")).hexdigest().upper()


class Client:
    """One connection of the package.  For one thread."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def request(self) -> bytes:
        """Return the body of the next request; raises `Closed`."""
        (length,) = unpack("<I", self._read(4))
        return self._read(length)

    def reply(self, body: bytes) -> None:
        """Send the body of an answer; raises `Closed`."""
        data, written = frame(body), _DWORD()
        if not _kernel.WriteFile(self._handle, data, len(data), ctypes.byref(written), None):
            raise Closed

    def close(self) -> None:
        """End the connection."""
        _kernel.DisconnectNamedPipe(self._handle)
        _kernel.CloseHandle(self._handle)

    def _read(self, length: int) -> bytes:
        found = b""
        while len(found) < length:
            buffer, count = ctypes.create_string_buffer(length - len(found)), _DWORD()
            if not _kernel.ReadFile(self._handle, buffer, length - len(found), ctypes.byref(count), None):
                raise Closed
            found += buffer.raw[: count.value]
        return found


def serve(name: str, talk: Callable[[Client], None]) -> None:
    """Wait for clients for ever, and talk with each on a thread of its own."""
    while True:
        handle = _kernel.CreateNamedPipeW(name, _BOTH_WAYS, 0, _MANY, _BUFFER, _BUFFER, 0, None)
        if handle == _INVALID:
            raise ctypes.WinError(ctypes.get_last_error())
        if not _kernel.ConnectNamedPipe(handle, None) and ctypes.get_last_error() != _TAKEN:
            _kernel.CloseHandle(handle)
            continue
        Thread(target=talk, args=(Client(handle),), daemon=True).start()
