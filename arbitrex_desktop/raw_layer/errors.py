# SPDX-License-Identifier: MIT
"""What the pool raises.

PoolError
├── SessionConfigError   the sessions given cannot be used; raised before anything starts
└── PoolUnavailable      no connection now, so no answer
"""

from __future__ import annotations


class PoolError(Exception):
    """Base of the pool's failures; its text is fit for the user and has no secrets."""


class SessionConfigError(PoolError, ValueError):
    """A session's settings are missing or wrong; the text names the session and the key."""


class NoAccountError(SessionConfigError):
    """No account is set up at all; the text says how one is."""


class PoolUnavailable(PoolError):  # noqa: N818 - a state, named as one
    """The pool is not connected, so it cannot ask the terminal; the text gives state and reason."""
