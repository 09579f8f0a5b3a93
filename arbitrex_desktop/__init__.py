# SPDX-License-Identifier: MIT
"""Arbitrex Desktop: one MetaTrader 5 connection, a risk manager on top of it, and a desk for the trader."""

__version__ = "0.1.0"
