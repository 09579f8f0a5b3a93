# SPDX-License-Identifier: MIT
"""A newcomer's way in: setting up the account, the tour, and what empty places offer."""
