# SPDX-License-Identifier: MIT
"""Faults on demand."""
