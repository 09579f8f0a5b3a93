# SPDX-License-Identifier: MIT
"""Memory that is freed goes back to the system, and numpy starts no threads."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

FREED = """
import ctypes, sys
from arbitrex_desktop.mt5.host.memory import return_freed_memory
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd a b c d keepcost".split()]
library = ctypes.CDLL(None)
library.mallinfo2.restype = Info
larger = bytes(16_000_000)
del larger
if sys.argv[1] == "returned":
    return_freed_memory()
before = library.mallinfo2().hblks
piece = bytes(1_000_000)
mapped = library.mallinfo2().hblks - before
small = [bytes(100_000) for _ in range(100)]
del small
print(mapped, library.mallinfo2().keepcost > 1_000_000)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="tells of glibc's own memory"
)
@pytest.mark.parametrize(("way", "found"), [("returned", "1 False"), ("as usual", "0 True")])
def test_freed_memory_is_returned_whatever_was_freed_before(project_root: Path, way: str, found: str) -> None:
    """A megabyte is mapped by itself, and ten in small pieces are given back; one larger piece would end that."""
    command = [sys.executable, "-c", FREED, way]
    done = subprocess.run(command, cwd=project_root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == found


HEAPS = """
import ctypes, sys, tempfile, threading
from arbitrex_desktop.mt5.host.memory import return_freed_memory
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.fopen.restype = ctypes.c_void_p
if sys.argv[1] == "one":
    return_freed_memory()
def take():
    library.malloc(ctypes.c_size_t(5_000))
    together.wait()
together = threading.Barrier(4)
threads = [threading.Thread(target=take) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with tempfile.NamedTemporaryFile() as told:
    file = ctypes.c_void_p(library.fopen(told.name.encode(), b"w"))
    library.malloc_info(0, file)
    library.fclose(file)
    print(told.read().count(b"<heap nr="))
"""


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_info"), reason="tells of glibc's own memory"
)
def test_threads_have_no_memory_of_their_own(project_root: Path) -> None:
    """What one of them frees the others fill; as it is, each of four has a heap beside the main one."""
    found = [
        subprocess.run([sys.executable, "-c", HEAPS, way], cwd=project_root, capture_output=True, check=True).stdout
        for way in ("one", "as usual")
    ]
    assert int(found[0]) == 1
    assert int(found[1]) > 1


COUNTED = """
import sys, psutil
from arbitrex_desktop.mt5.host.child import host_environment
from arbitrex_desktop.mt5.host.memory import compute_on_one_thread
if sys.argv[1] == "one thread":
    compute_on_one_thread()
before = psutil.Process().num_threads()
import numpy
print(psutil.Process().num_threads() - before, host_environment()["OPENBLAS_NUM_THREADS"])
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="needs two processors")
@pytest.mark.parametrize(("way", "given", "found"), [("one thread", None, "0 1"), ("as usual", "2", "1 2")])
def test_numpy_starts_no_thread_unless_the_user_says_so(
    project_root: Path, way: str, given: str | None, found: str
) -> None:
    """Loaded after `compute_on_one_thread` numpy has no thread of its own, neither has the host's; more on request."""
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    if given is not None:
        environment["OPENBLAS_NUM_THREADS"] = given
    command = [sys.executable, "-c", COUNTED, way]
    done = subprocess.run(command, cwd=project_root, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == found
