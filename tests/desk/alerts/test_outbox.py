# SPDX-License-Identifier: MIT
"""Messages out of the computer: tried again with growing waits, bounded, encrypted, no secret in any word."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.desk.alerts.messengers import TelegramMessenger, WebhookMessenger
from arbitrex_desktop.desk.alerts.outbox import MOST_TRIES, MOST_WAITING, AlertMessage, Outbox, RetryQueue, SendError
from tests.fakes.clock import START, ManualClock

TOKEN = "123456:very-secret-token"
HELLO = AlertMessage(START, "Price", "EURUSD rose")


class FakeMessenger:
    """Fails as often as told, then takes what it is given."""

    name = "Telegram"

    def __init__(self, failures: int = 0, *, is_final: bool = False) -> None:
        self.failures, self.is_final = failures, is_final
        self.taken: list[AlertMessage] = []
        self.tries = 0

    def send(self, message: AlertMessage) -> None:
        """Fail, or take it."""
        self.tries += 1
        if self.tries <= self.failures:
            raise SendError("no answer", is_final=self.is_final)
        self.taken.append(message)


def outbox_of(messenger: FakeMessenger, clock: ManualClock, said: list[str]) -> Outbox:
    """Return an outbox with one way."""
    return Outbox("Telegram", lambda: messenger, clock, said.append)


def test_a_message_is_tried_again_until_taken() -> None:
    """Waits double from two seconds; the trouble is told, and that it is over."""
    clock, messenger = ManualClock(), FakeMessenger(failures=3)
    said: list[str] = []
    outbox = outbox_of(messenger, clock, said)
    outbox.put(HELLO)
    tries = []
    for _second in range(20):
        outbox.send_due()
        tries.append(messenger.tries)
        clock.advance(1.0)
    assert tries == [1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4]
    assert messenger.taken == [HELLO]
    assert said == ["Telegram: no answer; it is tried again"] * 3 + [""]


@pytest.mark.parametrize(("is_final", "tries"), [(False, MOST_TRIES), (True, 1)])
def test_what_never_arrives_is_given_up_and_told(*, is_final: bool, tries: int) -> None:
    """A refusal for good is not repeated; silence is, a few times."""
    clock = ManualClock()
    said: list[str] = []
    messenger = FakeMessenger(failures=99, is_final=is_final)
    outbox = outbox_of(messenger, clock, said)
    outbox.put(HELLO)
    for _minute in range(20):
        outbox.send_due()
        clock.advance(60.0)
    assert messenger.tries == tries
    assert said[-1] == "Telegram: no answer; given up"


def test_a_way_that_was_switched_off_takes_its_messages_along() -> None:
    """Nothing is sent by a way that is no more."""
    outbox = Outbox("Telegram", lambda: None, ManualClock(), lambda _words: None)
    outbox.put(HELLO)
    outbox.send_due()


@given(st.lists(st.sampled_from(["put", "take", "fail"]), max_size=400))
def test_the_queue_is_bounded_whatever_comes(steps: list[str]) -> None:
    """Never more than its bound and one that failed; what is taken was due."""
    queue, now = RetryQueue(most=10), 0.0
    for step in steps:
        now += 1.0
        if step == "put":
            queue.put(HELLO)
        taken = queue.take_due(now) if step != "put" else None
        if taken is not None:
            assert taken.due <= now
            if step == "fail":
                queue.put_back(taken, now)
        assert len(queue) <= 10


def test_what_has_no_room_is_told() -> None:
    """The oldest goes, and the trader hears of it."""
    said: list[str] = []
    outbox = outbox_of(FakeMessenger(), ManualClock(), said)
    for _number in range(MOST_WAITING + 1):
        outbox.put(HELLO)
    assert said == ["too many messages wait to be sent; the oldest was given up"]


def refusing(code: int | None) -> Callable[[str, bytes], None]:
    """Return a post that fails with a server's answer, or none, and names the address as libraries do."""

    def post(address: str, _body: bytes) -> None:
        error = OSError(f"cannot open {address}")
        if code is not None:
            error.code = code  # type: ignore[attr-defined] # as urllib's own
        raise error

    return post


@pytest.mark.parametrize(("code", "is_final"), [(None, False), (401, True), (429, False), (503, False)])
def test_no_word_has_the_secret(code: int | None, caplog: pytest.LogCaptureFixture, *, is_final: bool) -> None:
    """Neither token nor address is in a message or the log, whatever the library says."""
    said: list[str] = []
    hook = "https://example.org/hooks/very-secret"
    for messenger in (TelegramMessenger(TOKEN, "42", refusing(code)), WebhookMessenger(hook, refusing(code))):
        with pytest.raises(SendError) as raised:
            messenger.send(HELLO)
        assert raised.value.is_final is is_final
        assert raised.value.__cause__ is None
        said.append(str(raised.value))
        with caplog.at_level(logging.INFO):
            outbox = Outbox(messenger.name, lambda messenger=messenger: messenger, ManualClock(), said.append)  # type: ignore[misc]
            outbox.put(HELLO)
            outbox.send_due()
    assert "very-secret" not in " ".join([*said, caplog.text])


def test_what_is_posted() -> None:
    """Telegram gets chat and words; a webhook gets moment, kind, words and whether it is urgent."""
    posted: list[tuple[str, dict[str, object]]] = []

    def post(address: str, body: bytes) -> None:
        posted.append((address, json.loads(body)))

    TelegramMessenger(TOKEN, "42", post).send(HELLO)
    WebhookMessenger("https://example.org/h", post).send(HELLO)
    assert posted == [
        (f"https://api.telegram.org/bot{TOKEN}/sendMessage", {"chat_id": "42", "text": "Price: EURUSD rose"}),
        (
            "https://example.org/h",
            {"at": "2025-03-12T10:00:00+00:00", "kind": "Price", "text": "EURUSD rose", "urgent": False},
        ),
    ]


def test_nothing_leaves_in_clear() -> None:
    """An address that is not encrypted is refused, for good, before anything is opened."""
    with pytest.raises(SendError, match="https") as raised:
        WebhookMessenger("http://example.org", lambda _address, _body: pytest.fail("opened")).send(HELLO)
    assert raised.value.is_final
