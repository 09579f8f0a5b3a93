# SPDX-License-Identifier: MIT
"""The simulated market: prices, bars, hours."""
