# SPDX-License-Identifier: MIT
"""`python -m arbitrex_desktop.mt5.host`: the host process, started by `HostProcess` only."""

import sys

from arbitrex_desktop.mt5.host.server import main

sys.exit(main())
