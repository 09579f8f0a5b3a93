# SPDX-License-Identifier: MIT
"""The face of the MetaTrader5 package: functions, argument rules, result tuples."""
