# SPDX-License-Identifier: MIT
"""Waiting intents as cards."""
