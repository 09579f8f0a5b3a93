# SPDX-License-Identifier: MIT
"""The desk's side of the Risk & Portfolio Manager."""
