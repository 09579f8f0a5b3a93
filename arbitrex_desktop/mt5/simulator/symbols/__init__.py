# SPDX-License-Identifier: MIT
"""What the simulated broker trades, and what symbols of files are taken for."""
