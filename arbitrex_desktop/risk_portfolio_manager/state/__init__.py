# SPDX-License-Identifier: MIT
"""What outlives a decision: activity, switches, saved state."""
