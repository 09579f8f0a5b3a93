# SPDX-License-Identifier: MIT
"""Small files of what the trader chose."""
