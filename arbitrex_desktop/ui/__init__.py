# SPDX-License-Identifier: MIT
"""The window: the only layer that knows Qt."""
