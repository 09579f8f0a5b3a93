# SPDX-License-Identifier: MIT
"""Memory that is freed goes back to the system."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

LARGE_PIECE = """
import ctypes, sys
from arbitrex_desktop.desktop_session import return_large_pieces
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd a b c d e".split()]
library = ctypes.CDLL(None)
library.mallinfo2.restype = Info
if sys.argv[1] == "returned":
    return_large_pieces()
larger = bytes(16_000_000)
del larger
before = library.mallinfo2().hblks
piece = bytes(1_000_000)
print(library.mallinfo2().hblks - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="tells of glibc's own memory"
)
@pytest.mark.parametrize(("way", "mapped"), [("returned", 1), ("as usual", 0)])
def test_a_large_piece_is_returned_whatever_was_freed_before(project_root: Path, way: str, mapped: int) -> None:
    """A megabyte is mapped by itself, and so unmapped when freed; without asking, one larger piece ends that."""
    done = subprocess.run(
        [sys.executable, "-c", LARGE_PIECE, way], cwd=project_root, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) == mapped
