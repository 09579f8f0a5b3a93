# SPDX-License-Identifier: MIT
"""A market made of recorded files."""
