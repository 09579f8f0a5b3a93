# SPDX-License-Identifier: MIT
"""What a process does with memory that it no longer needs: the host, and the program at the other end of its pipe."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
"""The C library's numbers of the settings."""
_LARGE: Final = 128 * 1024
"""With which glibc begins."""


def return_freed_memory() -> None:
    """Have the C library give memory back to the system when 128 KB or more of it are free; for all threads.

    WORKAROUND: glibc raises the size from which a piece is mapped by itself to that of the largest piece freed so far,
    up to 32 MB, and what it holds back at an end to twice as much.  Answers of the host, read and thrown away, then
    lie among what is kept and leave holes: 15 MB in a week.  Once they are set, the sizes stay.
    https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    if sys.platform != "linux":
        return
    choose = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    if choose is not None:
        choose(_MMAP_THRESHOLD, _LARGE)
        choose(_TRIM_THRESHOLD, _LARGE)
