# SPDX-License-Identifier: MIT
"""The Risk & Portfolio Manager: strategies propose trades, it decides whether they may live."""
