# SPDX-License-Identifier: MIT
"""What can be wrong with a file that is to be replayed."""

from __future__ import annotations


class ReplayError(ValueError):
    """Files cannot be replayed; the text names the file, the line where there is one, what was expected and found."""


class RowError(ValueError):
    """A row of a part of a file is not as expected.

    Attributes:
        row: its index among the part's rows, blank lines not counted
    """

    def __init__(self, row: int, message: str) -> None:
        super().__init__(message)
        self.row = row
