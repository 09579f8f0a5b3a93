# SPDX-License-Identifier: MIT
"""Small helpers of smoke_test.sh: forget cached files, and compare measured starts.

python -m installer.smoke.figures forget FOLDER...
python -m installer.smoke.figures compare PROGRAM_SECONDS BARE_SECONDS      files with one figure a line
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path
from typing import Final

assert sys.platform != "win32"  # tells the type checker which half of the libraries this is

MOST_TIMES: Final = 1.3


def forget(folders: list[Path]) -> None:
    """Let the kernel drop the folders' files from its cache, as after a fresh start of the machine."""
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def compare(program: Path, bare: Path) -> int:
    """Print both medians and their ratio; return 1 when the program is too slow."""
    ours, theirs = (statistics.median(map(float, path.read_text().split())) for path in (program, bare))
    ratio = ours / theirs
    print(f"cold start to the first painted window: {ours:.2f} s, bare window with one plot {theirs:.2f} s,", end=" ")
    print(f"ratio {ratio:.2f}, at most {MOST_TIMES}")
    return int(ratio > MOST_TIMES)


def main() -> int:
    """Do what the first word says."""
    names = [Path(name) for name in sys.argv[2:]]
    if sys.argv[1] == "forget":
        forget(names)
        return 0
    return compare(names[0], names[1])


if __name__ == "__main__":
    sys.exit(main())
