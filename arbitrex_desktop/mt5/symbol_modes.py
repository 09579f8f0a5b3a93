# SPDX-License-Identifier: MIT
"""Flags of a symbol's properties that the MetaTrader5 package does not export, from the MQL5 reference."""

from __future__ import annotations

from enum import IntFlag


class SymbolExpiration(IntFlag):
    """How long orders of a symbol may rest, the bits of `SymbolInfo.expiration_mode`."""

    GTC = 1
    DAY = 2
    SPECIFIED = 4
    SPECIFIED_DAY = 8


class SymbolOrderMode(IntFlag):
    """Orders that a symbol allows, the bits of `SymbolInfo.order_mode`."""

    MARKET = 1
    LIMIT = 2
    STOP = 4
    STOP_LIMIT = 8
    SL = 16
    TP = 32
    CLOSE_BY = 64
