# SPDX-License-Identifier: MIT
"""A credential store of secrets, in memory."""

from __future__ import annotations


class FakeSecretStore:
    """Implements `desk.alerts.messengers.SecretStore`.

    Attributes:
    - `kept`: secrets by name
    - `broken`: when set, every call fails with these words
    """

    def __init__(self, broken: str = "") -> None:
        self.kept: dict[str, str] = {}
        self.broken = broken

    def get(self, name: str) -> str:
        """Return what is kept."""
        self._check()
        return self.kept.get(name, "")

    def put(self, name: str, secret: str) -> None:
        """Keep it, or forget an empty one."""
        self._check()
        self.kept[name] = secret
        if not secret:
            del self.kept[name]

    def _check(self) -> None:
        if self.broken:
            raise RuntimeError(self.broken)
