# SPDX-License-Identifier: MIT
"""The fake web behaves as the tests rely on."""

from __future__ import annotations

import pytest

from tests.fakes.web import FakeWeb


def test_it_answers_from_the_address_that_was_asked() -> None:
    """A response comes from its own address unless another was named, and is cut to what is asked for."""
    web = FakeWeb(b"body")
    response = web("https://here.example")
    assert (response.geturl(), response.read(2)) == ("https://here.example", b"bo")
    assert FakeWeb(b"", answered="https://there.example")("https://here.example").geturl() == "https://there.example"


def test_it_fails_as_told() -> None:
    """A failure is raised when the address is opened, and the attempt is remembered."""
    web = FakeWeb(b"", failure=OSError("away"))
    with pytest.raises(OSError, match="away"):
        web("https://here.example")
    assert web.asked == ["https://here.example"]
