# SPDX-License-Identifier: MIT
"""The local door for strategies: endpoint, sessions, messages, rates."""
