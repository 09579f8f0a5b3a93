# SPDX-License-Identifier: MIT
"""Pictures of what the account is exposed to."""
