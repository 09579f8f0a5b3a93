# SPDX-License-Identifier: MIT
"""Intents that wait for the trader: the store of all intents, and approval of the pending ones."""
