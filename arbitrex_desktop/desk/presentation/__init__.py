# SPDX-License-Identifier: MIT
"""What the desk shows, as frozen rows."""
