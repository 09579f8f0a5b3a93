# SPDX-License-Identifier: MIT
"""How a decision is made: context, stages, sizing."""
