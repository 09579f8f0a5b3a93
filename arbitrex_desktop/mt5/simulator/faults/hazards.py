# SPDX-License-Identifier: MIT
"""The harm that a fault does to its own process: hanging with the global lock held, sleeping, dying."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from typing import Final, Protocol

_LONGEST_SECONDS: Final = 86_400.0
_CRASHED: Final = 70


class Hazards(Protocol):
    """What faults may do to the process; tests put a harmless one in its place."""

    def hold(self, seconds: float) -> None:
        """Block with Python's global lock held, so that no thread of the process runs."""

    def pause(self, seconds: float) -> None:
        """Block this thread only."""

    def crash(self) -> None:
        """End the process at once, with nothing tidied up."""


class RealHazards:
    """Does it."""

    def hold(self, seconds: float) -> None:
        """Block in a C call that keeps the global lock, as every call of the real module does; a day at most."""
        milliseconds = int(min(seconds, _LONGEST_SECONDS) * 1000)
        # PyDLL, unlike CDLL, does not release the lock around a call.
        if sys.platform == "win32":
            ctypes.PyDLL("kernel32").Sleep(ctypes.c_uint32(milliseconds))
        else:
            ctypes.PyDLL(None).poll(None, ctypes.c_ulong(0), ctypes.c_int(milliseconds))

    def pause(self, seconds: float) -> None:
        """Sleep; a day at most."""
        time.sleep(min(seconds, _LONGEST_SECONDS))

    def crash(self) -> None:
        """Leave without a word."""
        os._exit(_CRASHED)
