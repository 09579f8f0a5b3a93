# SPDX-License-Identifier: MIT
"""The few things that the smoke test needs of Windows: processes, windows, and a look at the screen."""

from __future__ import annotations

import ctypes
import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

assert sys.platform == "win32"  # tells the type checker which half of ctypes this is

_kernel: Final = ctypes.WinDLL("kernel32", use_last_error=True)
_user: Final = ctypes.WinDLL("user32", use_last_error=True)
_gdi: Final = ctypes.WinDLL("gdi32", use_last_error=True)
_native: Final = ctypes.WinDLL("ntdll")

_SEES_WINDOW: Final = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
_SNAP_PROCESS: Final = 0x2
_ALL_ACCESS: Final = 0x1F0FFF
_COPY: Final = 0x00CC0020
_GONE: Final = 1
_BYTES_A_PIXEL: Final = 4
_SAMPLE: Final = 7
_KEY_DOWN: Final = 0x100
_KEY_UP: Final = 0x101
_SCREEN_WIDTH: Final = 0
_SCREEN_HEIGHT: Final = 1


class _ProcessEntry(ctypes.Structure):
    _fields_ = (
        ("size", wintypes.DWORD),
        ("usage", wintypes.DWORD),
        ("pid", wintypes.DWORD),
        ("heap", ctypes.c_size_t),
        ("module", wintypes.DWORD),
        ("threads", wintypes.DWORD),
        ("parent", wintypes.DWORD),
        ("priority", wintypes.LONG),
        ("flags", wintypes.DWORD),
        ("name", wintypes.WCHAR * 260),
    )


_SIGNATURES: Final[tuple[tuple[Any, ...], ...]] = (
    (_kernel.CreateToolhelp32Snapshot, wintypes.HANDLE, wintypes.DWORD, wintypes.DWORD),
    (_kernel.Process32FirstW, wintypes.BOOL, wintypes.HANDLE, ctypes.c_void_p),
    (_kernel.Process32NextW, wintypes.BOOL, wintypes.HANDLE, ctypes.c_void_p),
    (_kernel.OpenProcess, wintypes.HANDLE, wintypes.DWORD, wintypes.BOOL, wintypes.DWORD),
    (_kernel.TerminateProcess, wintypes.BOOL, wintypes.HANDLE, wintypes.UINT),
    (_kernel.CloseHandle, wintypes.BOOL, wintypes.HANDLE),
    (_native.NtSuspendProcess, wintypes.LONG, wintypes.HANDLE),
    (_user.GetDC, wintypes.HDC, wintypes.HWND),
    (_user.ReleaseDC, ctypes.c_int, wintypes.HWND, wintypes.HDC),
    (_user.GetClientRect, wintypes.BOOL, wintypes.HWND, ctypes.c_void_p),
    (_user.ClientToScreen, wintypes.BOOL, wintypes.HWND, ctypes.c_void_p),
    (
        _user.SendMessageTimeoutW,
        wintypes.LPARAM,
        wintypes.HWND,
        wintypes.UINT,
        wintypes.WPARAM,
        wintypes.LPARAM,
        wintypes.UINT,
        wintypes.UINT,
        ctypes.c_void_p,
    ),
    (_user.PostMessageW, wintypes.BOOL, wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM),
    (_gdi.CreateCompatibleDC, wintypes.HDC, wintypes.HDC),
    (_gdi.CreateCompatibleBitmap, wintypes.HBITMAP, wintypes.HDC, ctypes.c_int, ctypes.c_int),
    (_gdi.SelectObject, wintypes.HANDLE, wintypes.HDC, wintypes.HANDLE),
    (_gdi.DeleteObject, wintypes.BOOL, wintypes.HANDLE),
    (_gdi.DeleteDC, wintypes.BOOL, wintypes.HDC),
    (
        _gdi.BitBlt,
        wintypes.BOOL,
        wintypes.HDC,
        ctypes.c_int,
        ctypes.c_int,
        ctypes.c_int,
        ctypes.c_int,
        wintypes.HDC,
        ctypes.c_int,
        ctypes.c_int,
        wintypes.DWORD,
    ),
    (
        _gdi.GetDIBits,
        ctypes.c_int,
        wintypes.HDC,
        wintypes.HBITMAP,
        wintypes.UINT,
        wintypes.UINT,
        ctypes.c_void_p,
        ctypes.c_void_p,
        wintypes.UINT,
    ),
)
for _function, _result, *_arguments in _SIGNATURES:
    _function.restype = _result
    _function.argtypes = _arguments


@dataclass(frozen=True, slots=True)
class Process:
    """A running process: `pid`, its parent's pid, the name of its file."""

    pid: int
    parent: int
    name: str


@dataclass(frozen=True, slots=True)
class Window:
    """A visible top-level window; `box` is its inside in screen pixels: left, top, right, bottom."""

    handle: int
    pid: int
    title: str
    box: tuple[int, int, int, int]


def processes() -> list[Process]:
    """Return all running processes."""
    snapshot = _kernel.CreateToolhelp32Snapshot(_SNAP_PROCESS, 0)
    entry = _ProcessEntry(size=ctypes.sizeof(_ProcessEntry))
    found = []
    more = _kernel.Process32FirstW(snapshot, ctypes.byref(entry))
    while more:
        found.append(Process(entry.pid, entry.parent, entry.name))
        more = _kernel.Process32NextW(snapshot, ctypes.byref(entry))
    _kernel.CloseHandle(snapshot)
    return found


@contextmanager
def _opened(pid: int) -> Iterator[int]:
    """Yield a handle of a process; raises OSError when there is none."""
    handle = _kernel.OpenProcess(_ALL_ACCESS, False, pid)
    if not handle:
        raise ctypes.WinError(ctypes.get_last_error())
    try:
        yield handle
    finally:
        _kernel.CloseHandle(handle)


def terminate(pid: int) -> None:
    """End a process as the Task Manager does."""
    with _opened(pid) as handle:
        _kernel.TerminateProcess(handle, _GONE)


def suspend(pid: int) -> None:
    """Stop all threads of a process, so that it hangs."""
    with _opened(pid) as handle:
        _native.NtSuspendProcess(handle)


def windows(pid: int) -> list[Window]:
    """Return the visible top-level windows of a process."""
    found: list[Window] = []

    def look(handle: int, _: int) -> bool:
        owner, inside, corner = wintypes.DWORD(), wintypes.RECT(), wintypes.POINT()
        _user.GetWindowThreadProcessId(wintypes.HWND(handle), ctypes.byref(owner))
        if owner.value == pid and _user.IsWindowVisible(wintypes.HWND(handle)):
            title = ctypes.create_unicode_buffer(256)
            _user.GetWindowTextW(wintypes.HWND(handle), title, 256)
            _user.GetClientRect(handle, ctypes.byref(inside))
            _user.ClientToScreen(handle, ctypes.byref(corner))
            box = (corner.x, corner.y, corner.x + inside.right, corner.y + inside.bottom)
            found.append(Window(handle, pid, title.value, box))
        return True

    _user.EnumWindows(_SEES_WINDOW(look), 0)
    return found


def close(window: Window) -> None:
    """Ask a window to close, as its close button does."""
    _user.PostMessageW(window.handle, 0x0010, 0, 0)


def press(window: Window, key: int) -> None:
    """Give a window a key, by its virtual code, as the keyboard does."""
    for message in (_KEY_DOWN, _KEY_UP):
        _user.PostMessageW(window.handle, message, key, 0)


def answers(window: Window) -> bool:
    """Return whether a window's thread takes a message within a second."""
    taken = ctypes.c_size_t()
    return bool(_user.SendMessageTimeoutW(window.handle, 0, 0, 0, 0x2, 1000, ctypes.byref(taken)))


def screen(box: tuple[int, int, int, int] | None = None) -> tuple[int, int, bytes]:
    """Return width, height and pixels (blue, green, red, unused; rows from above) of the screen or a part of it."""
    left, top, right, bottom = box or (
        0,
        0,
        _user.GetSystemMetrics(_SCREEN_WIDTH),
        _user.GetSystemMetrics(_SCREEN_HEIGHT),
    )
    width, height = right - left, bottom - top
    source = _user.GetDC(None)
    memory = _gdi.CreateCompatibleDC(source)
    bitmap = _gdi.CreateCompatibleBitmap(source, width, height)
    before = _gdi.SelectObject(memory, bitmap)
    _gdi.BitBlt(memory, 0, 0, width, height, source, left, top, _COPY)
    _gdi.SelectObject(memory, before)
    header = struct.pack("<IiiHHIIiiII", 40, width, -height, 1, 32, 0, 0, 0, 0, 0, 0)
    pixels = ctypes.create_string_buffer(width * height * _BYTES_A_PIXEL)
    _gdi.GetDIBits(memory, bitmap, 0, height, pixels, ctypes.create_string_buffer(header, 64), 0)
    _gdi.DeleteObject(bitmap)
    _gdi.DeleteDC(memory)
    _user.ReleaseDC(None, source)
    return width, height, pixels.raw


def colours(box: tuple[int, int, int, int]) -> int:
    """Return how many different colours a sample of a part of the screen shows; an unpainted window shows one."""
    pixels = memoryview(screen(box)[2]).cast("I")
    return len(set(pixels[::_SAMPLE]))


def save_screenshot(path: Path) -> None:
    """Save the whole screen as a PNG."""
    width, height, pixels = screen()
    rows = []
    for row in range(height):
        line = pixels[row * width * _BYTES_A_PIXEL : (row + 1) * width * _BYTES_A_PIXEL]
        rgb = bytearray(width * 3)
        rgb[0::3], rgb[1::3], rgb[2::3] = line[2::4], line[1::4], line[0::4]
        rows.append(b"\0" + bytes(rgb))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(rows), 6)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
