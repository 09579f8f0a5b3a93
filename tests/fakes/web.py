# SPDX-License-Identifier: MIT
"""A web that gives one answer."""

from __future__ import annotations


class FakeWeb:
    """Stands for opening an address, and for the response.

    Attributes: `asked`, the addresses that were opened; `closed`, how many responses were let go.
    """

    def __init__(self, body: bytes, *, answered: str = "", failure: OSError | None = None) -> None:
        self._body = body
        self._answered = answered
        self._failure = failure
        self.asked: list[str] = []
        self.closed = 0

    def __call__(self, address: str) -> FakeWeb:
        """Open an address; raises the failure that was asked for."""
        self.asked.append(address)
        if self._failure is not None:
            raise self._failure
        return self

    def read(self, amount: int) -> bytes:
        """Return the body, cut."""
        return self._body[:amount]

    def geturl(self) -> str:
        """Return the address that answered."""
        return self._answered or self.asked[-1]

    def close(self) -> None:
        """Count."""
        self.closed += 1
