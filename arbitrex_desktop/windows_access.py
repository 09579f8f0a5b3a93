# SPDX-License-Identifier: MIT
"""Access to a folder on Windows: for its user and the system alone, whatever the folder above says."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any, Final

_TOKEN_QUERY: Final = 0x0008
_TOKEN_USER: Final = 1
_SDDL_REVISION: Final = 1
_FILE_OBJECT: Final = 1
_DACL: Final = 0x4
_PROTECTED: Final = 0x80000000


def access_rule(user_sid: str) -> str:
    """Return who may do what, as Windows writes it: the user, the system and administrators all, nobody else anything.

    Inherited by what is in the folder, and not taken from the folder above (`P`).
    """
    everything = (f"(A;OICI;FA;;;{who})" for who in (user_sid, "SY", "BA"))
    return "D:P" + "".join(everything)


def keep_to_owner(folder: Path) -> None:
    """Give a folder and all in it to this user; raises OSError.  Windows only."""
    libraries = ctypes.WinDLL  # type: ignore[attr-defined,unused-ignore]  # Windows has it
    security, kernel = libraries("advapi32", use_last_error=True), libraries("kernel32", use_last_error=True)
    kernel.LocalFree.argtypes = [ctypes.c_void_p]
    descriptor, dacl = ctypes.c_void_p(), ctypes.c_void_p()
    rule = access_rule(_user_sid(security, kernel))
    convert = security.ConvertStringSecurityDescriptorToSecurityDescriptorW
    _check(convert(rule, _SDDL_REVISION, ctypes.byref(descriptor), None))
    try:
        present, defaulted = ctypes.c_int(), ctypes.c_int()
        get = security.GetSecurityDescriptorDacl
        _check(get(descriptor, ctypes.byref(present), ctypes.byref(dacl), ctypes.byref(defaulted)))
        set_access = security.SetNamedSecurityInfoW
        set_access.argtypes = [ctypes.c_wchar_p, ctypes.c_int, ctypes.c_uint32, *[ctypes.c_void_p] * 4]
        code = set_access(str(folder), _FILE_OBJECT, _DACL | _PROTECTED, None, None, dacl, None)
        if code:
            raise OSError(0, "its access list cannot be set", str(folder), code)
    finally:
        kernel.LocalFree(descriptor)


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
