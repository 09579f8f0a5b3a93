# SPDX-License-Identifier: MIT
"""The host: a child process that holds the MetaTrader5 module, real or simulated, and nothing else."""
