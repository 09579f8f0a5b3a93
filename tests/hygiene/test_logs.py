# SPDX-License-Identifier: MIT
"""The watch for errors in the log."""

from __future__ import annotations

import logging

import pytest

from tests.hygiene.logs import unexpected


def record(message: str) -> logging.LogRecord:
    """Return an error record."""
    return logging.LogRecord("desk", logging.ERROR, __file__, 1, message, None, None)


def test_without_patterns_every_error_is_unexpected() -> None:
    """Nothing announced, nothing forgiven; the line names level, logger and message."""
    assert unexpected([record("disk full")], []) == ["ERROR desk: disk full"]


def test_a_pattern_lets_its_own_message_pass_and_no_other() -> None:
    """A pattern is looked for anywhere in the message."""
    records = [record("the disk is full"), record("no such table")]
    assert unexpected(records, ["disk .* full"]) == ["ERROR desk: no such table"]


@pytest.mark.expects_log_errors("announced")
def test_an_announced_error_passes() -> None:
    """The marker lets this very test pass."""
    logging.getLogger("desk").error("an announced error")


def test_an_unannounced_error_fails_the_test_even_from_a_thread(pytester: pytest.Pytester) -> None:
    """Errors of all threads count, warnings do not, a bare marker forgives all, a pattern only its own."""
    pytester.makeini("[pytest]\nmarkers = expects_log_errors(*patterns): announces errors\n")
    pytester.makepyfile(
        """
        import logging, threading
        import pytest

        def test_warning():
            logging.warning("only a warning")

        def test_error_in_a_thread():
            thread = threading.Thread(target=logging.error, args=("said in %s", "a thread"))
            thread.start()
            thread.join()

        @pytest.mark.expects_log_errors
        def test_bare_marker():
            logging.critical("anything")

        @pytest.mark.expects_log_errors("this")
        def test_other_error():
            logging.error("not that")
        """
    )
    result = pytester.runpytest_inprocess("-p", "tests.hygiene.logs", "-p", "no:pytest-qt", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=4, errors=2)
    result.stdout.fnmatch_lines(["*ERROR root: said in a thread*", "*ERROR root: not that*"])


@pytest.fixture(autouse=True)
def quiet_outer_watch(request: pytest.FixtureRequest) -> None:
    """Announce the errors of the inner run to the watch over the outer one, which sees the same root logger."""
    if "pytester" in request.fixturenames:
        request.node.add_marker(pytest.mark.expects_log_errors)
