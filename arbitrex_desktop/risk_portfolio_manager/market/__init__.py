# SPDX-License-Identifier: MIT
"""What is known of prices: statistics, correlation, tail risk, calendar."""
