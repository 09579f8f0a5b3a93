# SPDX-License-Identifier: MIT
"""What the account holds and has earned."""
