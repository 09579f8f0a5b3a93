# SPDX-License-Identifier: MIT
"""Access to a folder on Windows: for its user and the system alone, whatever the folder above says."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_TOKEN_QUERY: Final = 0x0008
_TOKEN_USER: Final = 1
_SDDL_REVISION: Final = 1
_DACL: Final = 0x4
_PROTECTED: Final = 0x80000000


def access_rule(user_sid: str, *, inherited: bool = True) -> str:
    """Return who may do what, as Windows writes it: the user, the system and administrators all, nobody else anything.

    Not taken from the folder above (`P`); `inherited`, by what comes into the folder.
    """
    everything = (f"(A;{'OICI' if inherited else ''};FA;;;{who})" for who in (user_sid, "SY", "BA"))
    return "D:P" + "".join(everything)


def keep_to_owner(folder: Path) -> None:
    """Give a folder and all in it to this user; raises OSError for the folder itself.  Windows only."""
    security, kernel = _libraries()
    user = _user_sid(security, kernel)
    with _descriptor(access_rule(user), security, kernel) as for_folders:
        _check(security.SetFileSecurityW(str(folder), _DACL | _PROTECTED, for_folders))
        # Another user's file in there cannot be changed, and cannot be reached by others through the folder.
        for path in _inside(folder, files=False):
            security.SetFileSecurityW(str(path), _DACL | _PROTECTED, for_folders)
    with _descriptor(access_rule(user, inherited=False), security, kernel) as for_files:
        for path in _inside(folder):
            security.SetFileSecurityW(str(path), _DACL | _PROTECTED, for_files)


def access_list(path: Path) -> str:
    """Return who may do what with a file or folder, as Windows writes it; raises OSError.  Windows only."""
    security, kernel = _libraries()
    size = ctypes.c_uint32()
    security.GetFileSecurityW(str(path), _DACL, None, 0, ctypes.byref(size))
    found, text = ctypes.create_string_buffer(size.value), ctypes.c_wchar_p()
    _check(security.GetFileSecurityW(str(path), _DACL, found, size, ctypes.byref(size)))
    convert = security.ConvertSecurityDescriptorToStringSecurityDescriptorW
    _check(convert(found, _SDDL_REVISION, _DACL, ctypes.byref(text), None))
    value = text.value or ""
    kernel.LocalFree(ctypes.cast(text, ctypes.c_void_p))
    return value


def _libraries() -> tuple[Any, Any]:
    """Return Windows' libraries for access and for the rest."""
    libraries = ctypes.WinDLL  # type: ignore[attr-defined,unused-ignore]  # Windows has it
    security, kernel = libraries("advapi32", use_last_error=True), libraries("kernel32", use_last_error=True)
    kernel.LocalFree.argtypes = [ctypes.c_void_p]
    security.SetFileSecurityW.argtypes = [ctypes.c_wchar_p, ctypes.c_uint32, ctypes.c_void_p]
    return security, kernel


@contextmanager
def _descriptor(rule: str, security: Any, kernel: Any) -> Iterator[ctypes.c_void_p]:
    """Give a rule as Windows takes it; raises OSError."""
    descriptor = ctypes.c_void_p()
    convert = security.ConvertStringSecurityDescriptorToSecurityDescriptorW
    _check(convert(rule, _SDDL_REVISION, ctypes.byref(descriptor), None))
    try:
        yield descriptor
    finally:
        kernel.LocalFree(descriptor)


def _inside(folder: Path, *, files: bool = True) -> Iterator[Path]:
    """Give the files, or the folders, in a folder; links are not followed."""
    for above, folders, names in os.walk(folder):
        yield from (Path(above, name) for name in (names if files else folders))


def _user_sid(security: Any, kernel: Any) -> str:
    """Return this process's user, as Windows writes it; raises OSError."""
    token, size = ctypes.c_void_p(), ctypes.c_uint32()
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    security.OpenProcessToken.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p]
    _check(security.OpenProcessToken(kernel.GetCurrentProcess(), _TOKEN_QUERY, ctypes.byref(token)))
    try:
        security.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(size))
        found = ctypes.create_string_buffer(size.value)
        _check(security.GetTokenInformation(token, _TOKEN_USER, found, size, ctypes.byref(size)))
        text = ctypes.c_wchar_p()
        # A TOKEN_USER begins with the pointer to its SID.
        sid = ctypes.c_void_p.from_buffer(found)
        _check(security.ConvertSidToStringSidW(sid, ctypes.byref(text)))
        value = text.value or ""
        kernel.LocalFree(ctypes.cast(text, ctypes.c_void_p))
        return value
    finally:
        kernel.CloseHandle(token)


def _check(done: int) -> None:
    """Raise OSError with Windows' own reason unless a call was carried out."""
    if not done:
        raise ctypes.WinError(ctypes.get_last_error())  # type: ignore[attr-defined,unused-ignore]  # Windows has them
