# SPDX-License-Identifier: MIT
"""The frozen program's first file; all it does is call the program."""

import sys

from arbitrex_desktop.__main__ import main

sys.exit(main())
