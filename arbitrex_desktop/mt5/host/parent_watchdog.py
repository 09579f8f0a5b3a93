# SPDX-License-Identifier: MIT
"""The host ends with the program that started it, even while the module holds the GIL.

A hung call holds Python's global lock, so no Python code in the host can notice that the program is gone.  The
operating system must: on Linux closing the write end of a pipe sends SIGIO, set here to SIGKILL, to the host; on
Windows the host belongs to a job object that dies with its last handle.  Elsewhere a thread watches the pipe, which
is good unless a call hangs.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

if sys.platform == "win32":  # pragma: no cover - proven by the Windows smoke test
    import ctypes
    from ctypes import wintypes

    _KILL_ON_JOB_CLOSE = 0x2000
    # The terminal itself may be launched by the host; it must not die with it.
    _SILENT_BREAKAWAY_OK = 0x1000
    _EXTENDED_LIMIT_INFORMATION = 9

    class _BasicLimits(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", ctypes.c_int64),
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = (
            ("Basic", _BasicLimits),
            ("IoInfo", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    class ParentWatchdog:
        """Program's end: a job object that kills the host when this process ends, however it ends."""

        def __init__(self) -> None:
            self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            self._kernel.CreateJobObjectW.restype = wintypes.HANDLE
            self._job = wintypes.HANDLE(self._kernel.CreateJobObjectW(None, None))
            limits = _ExtendedLimits()
            limits.Basic.LimitFlags = _KILL_ON_JOB_CLOSE | _SILENT_BREAKAWAY_OK
            self._kernel.SetInformationJobObject(
                self._job, _EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), ctypes.sizeof(limits)
            )

        @property
        def descriptor(self) -> int | None:
            """Return None: the host needs to know nothing."""
            return None

        def popen_options(self) -> dict[str, Any]:
            """Return nothing special but no console window for the child."""
            return {"creationflags": 0x08000000}

        def hold(self, process_handle: int) -> None:
            """Put the started host under the job."""
            self._kernel.AssignProcessToJobObject(self._job, wintypes.HANDLE(process_handle))

        def release(self) -> None:
            """Close the job, which kills the host if it still runs."""
            if self._job:
                self._kernel.CloseHandle(self._job)
                self._job = wintypes.HANDLE(0)

else:

    class ParentWatchdog:
        """Program's end: the write end of a pipe that is only ever closed."""

        def __init__(self) -> None:
            self._read, self._write = os.pipe()

        @property
        def descriptor(self) -> int | None:
            """Return the read end's number, which the host inherits."""
            return self._read

        def popen_options(self) -> dict[str, Any]:
            """Return the options with which the host inherits the read end and takes no Ctrl+C of ours."""
            return {"pass_fds": (self._read,), "start_new_session": True}

        def hold(self, process_handle: int) -> None:  # noqa: ARG002 - Windows needs it
            """Drop our copy of the read end once the host has it."""
            os.close(self._read)
            self._read = -1

        def release(self) -> None:
            """Close the pipe, which kills the host if it still runs."""
            for descriptor in (self._read, self._write):
                if descriptor >= 0:
                    os.close(descriptor)
            self._read = self._write = -1


def bind(descriptor: int | None) -> None:
    """Host's end: arrange to be killed when the program closes the pipe or dies."""
    if descriptor is None:
        return
    if sys.platform == "linux":
        _kill_me_on_hangup(descriptor)
    else:  # pragma: no cover - macOS
        threading.Thread(target=_exit_on_hangup, args=(descriptor,), daemon=True, name="parent-watchdog").start()


if sys.platform == "linux":
    import fcntl
    import select

    def _kill_me_on_hangup(descriptor: int) -> None:
        """Let the kernel send SIGKILL on any event of the pipe; the only event there will be is its end."""
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGKILL)
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)
        # The program may have died before the signal was armed.
        if select.select([descriptor], [], [], 0)[0]:
            os._exit(1)


def _exit_on_hangup(descriptor: int) -> None:
    """Wait for the pipe's end and leave at once."""
    os.read(descriptor, 1)
    os._exit(1)
