# SPDX-License-Identifier: MIT
"""How the libraries below us use memory and processors: in the host, and in the program at its pipe's other end."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_MOST_ARENAS: Final = -8
"""The C library's numbers of the settings."""
_LARGE: Final = 128 * 1024
"""With which glibc begins."""

ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1"}
"""In a process's environment before numpy is loaded: its matrices are computed on the thread that asks.

OpenBLAS starts a thread for each processor, with memory of its own, and each spins for a while before it sleeps: on two
processors 40 ms of the start of both processes.  The largest matrix here has a row for each symbol that is held.
https://github.com/OpenMathLib/OpenBLAS/blob/develop/USAGE.md
"""


def compute_on_one_thread() -> None:
    """Have numpy, once it is loaded, start no threads, unless the user's environment says how many."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)


def return_freed_memory() -> None:
    """Have the C library give memory back to the system when 128 KB or more of it are free; for all threads.

    They share one heap: glibc gives each its own, so that none waits for another, and fills no hole of one from
    another.  Python's lock lets one of ours allocate at a time as it is.

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
        choose(_MOST_ARENAS, 1)
