# SPDX-License-Identifier: MIT
"""The local channel for strategies: endpoint, sessions, messages, rates."""
