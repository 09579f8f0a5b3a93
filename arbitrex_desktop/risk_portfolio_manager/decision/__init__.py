# SPDX-License-Identifier: MIT
"""The values of a decision: intent, context, results, outcome."""
