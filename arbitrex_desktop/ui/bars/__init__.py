# SPDX-License-Identifier: MIT
"""Bars across the window: header, status, notices, prompts."""
