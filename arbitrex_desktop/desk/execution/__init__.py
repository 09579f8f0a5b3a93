# SPDX-License-Identifier: MIT
"""Orders to the broker: requests, return codes, positions, and what became of those whose fate is unknown."""
