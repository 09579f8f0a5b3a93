# SPDX-License-Identifier: MIT
"""A pytest plugin: a test fails when anything logs at ERROR or above that the test did not announce.

A test announces it with the marker `expects_log_errors`: without arguments any error may be logged, with regular
expressions only messages that one of them is found in.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator

import pytest

MARKER = "expects_log_errors"


class ErrorCollector(logging.Handler):
    """Keeps every record at ERROR or above; records come from any thread.

    Attributes: `records`, in the order in which they came.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.records.append(record)


def unexpected(records: Iterable[logging.LogRecord], patterns: Iterable[str]) -> list[str]:
    """Return as text those records that no pattern is found in."""
    expected = [re.compile(pattern) for pattern in patterns]
    return [
        f"{record.levelname} {record.name}: {record.getMessage()}"
        for record in records
        if not any(pattern.search(record.getMessage()) for pattern in expected)
    ]


def announced(node: pytest.Item) -> list[str]:
    """Return the patterns of errors that a test announces; a bare marker announces every error."""
    return [pattern for mark in node.iter_markers(MARKER) for pattern in (mark.args or ("",))]


@pytest.fixture(autouse=True)
def no_unexpected_log_errors(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test when it logged an error that it did not announce."""
    collector = ErrorCollector()
    root = logging.getLogger()
    root.addHandler(collector)
    try:
        yield
    finally:
        root.removeHandler(collector)
    lines = unexpected(collector.records, announced(request.node))
    if lines:
        pytest.fail("errors were logged that the test did not announce:\n" + "\n".join(lines), pytrace=False)
