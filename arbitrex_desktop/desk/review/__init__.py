# SPDX-License-Identifier: MIT
"""What a trader learns from: closed trades, statistics and the account's curve, from the broker's own deals."""
