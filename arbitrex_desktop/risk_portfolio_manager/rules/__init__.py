# SPDX-License-Identifier: MIT
"""One rule, one file: its parameters declared, its answer a verdict."""
