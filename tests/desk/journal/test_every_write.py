# SPDX-License-Identifier: MIT
"""Every write to the disk fails, one trial each: the file system's own, below SQLite, and not only our statements."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "fakes" / "failing_disk.c"
FOR_GOOD = 1_000_000
PARTS = 8

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or shutil.which("cc") is None, reason="needs a C compiler and LD_PRELOAD"
    ),
]


@pytest.mark.parametrize("first", range(1, PARTS + 1))
@pytest.mark.parametrize("many", [1, FOR_GOOD], ids=["once", "from then on"])
def test_every_nth_write_fails(tmp_path: Path, many: int, first: int) -> None:
    """For every n, a part of them at a time: a position closes, all agree with room again, and after a restart."""
    library = tmp_path / "failing_disk.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"], check=True)
    command = [sys.executable, "-m", "tests.desk.journal.every_write", str(library), str(tmp_path)]
    done = subprocess.run(
        [*command, str(errno.ENOSPC), str(many), "0", str(first), str(PARTS)],
        env={**os.environ, "LD_PRELOAD": str(library)},
        cwd=SOURCE.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert int(done.stdout.split()[0]) > 150 / PARTS
