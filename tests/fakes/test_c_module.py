# SPDX-License-Identifier: MIT
"""The C functions of the tests tell an empty dict of keywords from none."""

from __future__ import annotations

from typing import Any

from tests.fakes.c_module import CFunction, CModule
from tests.fakes.module import FakeModule


def test_empty_keywords_are_not_none() -> None:
    """No keywords, an empty dict and real keywords are three different calls."""
    seen: list[tuple[tuple[Any, ...], dict[str, Any] | None]] = []
    noted = CFunction("noted", lambda args, keywords: seen.append((args, keywords)))
    nothing: dict[str, Any] = {}
    noted.function(1)
    noted.function(1, **nothing)
    noted.function(a=1)
    assert seen == [((1,), None), ((1,), {}), ((), {"a": 1})]


def test_module_refuses_as_the_genuine_one() -> None:
    """With an empty dict of keywords the answer is None and -2, and the function behind it is not called."""
    module = CModule(FakeModule())
    nothing: dict[str, Any] = {}
    assert module.version(**nothing) is None
    assert module.last_error() == (-2, "Unnamed arguments not allowed")
    assert module.empty_keywords == ["version"]
    assert module.version() is not None
    assert module.last_error()[0] == 1
