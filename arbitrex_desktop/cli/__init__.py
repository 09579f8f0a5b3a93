# SPDX-License-Identifier: MIT
"""Commands of the command line that hand something to a running desk or let somebody in."""
