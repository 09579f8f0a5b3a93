# SPDX-License-Identifier: MIT
"""A trade intent: its states, its events, and the tags by which its orders are known at the broker."""
