# SPDX-License-Identifier: MIT
"""Trade intents and their life: journal, execution, and the channel for strategies."""
