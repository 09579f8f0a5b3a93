# SPDX-License-Identifier: MIT
"""Telegram and a webhook against a real server: taken, asked to wait, refused, silent, in nonsense, untrusted, gone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

pytest.importorskip("trustme")

from arbitrex_desktop.desk.alerts import messengers
from arbitrex_desktop.desk.alerts.messengers import TelegramMessenger, WebhookMessenger, post
from arbitrex_desktop.desk.alerts.outbox import MOST_TRIES, AlertMessage, Outbox, SendError
from tests.fakes.clock import START, ManualClock
from tests.fakes.web_server import WebAnswer, WebServer, telegram_error, web_server

pytestmark = pytest.mark.slow

TOKEN = "123456:AAvery-secret-token"
HELLO = AlertMessage(START, "HALT", "Trading is HALTED: by the trader", is_urgent=True)
SPOKEN = {"chat_id": "42", "text": "HALT: Trading is HALTED: by the trader"}
Serve = Callable[..., WebServer]


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Return a starter of a server that gives these answers; this process trusts it unless told otherwise."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    running: list[Any] = []

    def start(*answers: WebAnswer, trusted: bool = True) -> WebServer:
        running.append(web_server(tmp_path, *answers, trusted=trusted))
        server: WebServer = running[-1].__enter__()
        return server

    yield start
    for each in running:
        each.__exit__(None, None, None)


def bot(server: WebServer) -> TelegramMessenger:
    """Return a bot whose Telegram is the server."""
    return TelegramMessenger(
        TOKEN, "42", lambda address, body: post(address.replace("https://api.telegram.org", server.address), body)
    )


def outcome(messenger: TelegramMessenger | WebhookMessenger, message: AlertMessage = HELLO) -> tuple[str, bool, float]:
    """Send, and return the words of what failed, whether for good, and for how long to wait."""
    try:
        messenger.send(message)
    except SendError as error:
        return str(error), error.is_final, error.wait
    return "", False, 0.0


def test_a_message_is_taken_as_it_was_said(serve: Serve) -> None:
    """Telegram gets chat and words by the token's path; a webhook gets moment, kind, words and urgency."""
    server = serve()
    hook = WebhookMessenger(f"{server.address}/hooks/very-secret")
    assert (outcome(bot(server)), outcome(hook)) == (("", False, 0.0),) * 2
    told = {"at": "2025-03-12T10:00:00+00:00", "kind": "HALT", "text": HELLO.text, "urgent": True}
    assert server.asked == [(f"/bot{TOKEN}/sendMessage", SPOKEN), ("/hooks/very-secret", told)]


def test_a_text_longer_than_telegram_takes_is_cut(serve: Serve) -> None:
    """It arrives with the characters that there is room for, and is not refused as a whole."""
    server = serve()
    assert outcome(bot(server), AlertMessage(START, "Price", "x" * 9000)) == ("", False, 0.0)
    assert len(server.asked[0][1]["text"]) == 4096


@pytest.mark.parametrize(
    ("answer", "words", "is_final", "wait"),
    [
        (telegram_error(429, "Too Many Requests: retry after 35", 35), "the server answers 429", False, 35.0),
        (WebAnswer(429, b"slow down", {"Retry-After": "90"}), "the server answers 429", False, 90.0),
        (WebAnswer(503, b"", {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}), "the server answers 503", False, 0.0),
        (WebAnswer(429, b"", {"Retry-After": "999999999"}), "the server answers 429", False, 3600.0),
        (telegram_error(401, "Unauthorized"), "the server answers 401", True, 0.0),
        (telegram_error(400, "Bad Request: chat not found"), "the server answers 400", True, 0.0),
        (telegram_error(403, "Forbidden: bot was blocked by the user"), "the server answers 403", True, 0.0),
        (WebAnswer(500, b"<html>oops"), "the server answers 500", False, 0.0),
        (WebAnswer(302, b"", {"Location": "https://localhost:1/login"}), "the server answers 302", True, 0.0),
        (WebAnswer(raw=b"220 mail.example.org ESMTP\r\n"), "no answer: what it says is no HTTP", False, 0.0),
        (WebAnswer(raw=b""), "no answer: the connection was cut", False, 0.0),
    ],
)
def test_what_a_server_answers_decides_whether_and_when_to_try_again(
    serve: Serve, answer: WebAnswer, words: str, wait: float, *, is_final: bool
) -> None:
    """Asked to wait: as long as it says; refused or sent elsewhere: for good; out of order or in nonsense: again."""
    assert outcome(bot(serve(answer))) == (words, is_final, wait)


def test_a_server_that_says_nothing_is_left_in_time(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence ends with the bound, and is tried again."""
    monkeypatch.setattr(messengers, "_TIMEOUT_S", 0.2)
    assert outcome(bot(serve(WebAnswer(hangs=True)))) == ("no answer: it took too long", False, 0.0)


def test_who_cannot_be_trusted_or_is_not_there_gets_no_word(serve: Serve) -> None:
    """A certificate that nobody vouches for ends it before a word is said; so does a port at which nobody is."""
    server = serve(trusted=False)
    assert outcome(bot(server)) == ("no answer: its certificate is not trusted", False, 0.0)
    assert server.asked == []
    hook = WebhookMessenger("https://localhost:1/very-secret")
    assert outcome(hook) == ("no answer: nobody listens there", False, 0.0)
    nowhere = WebhookMessenger("https://local host/very-secret")
    assert outcome(nowhere)[:2] == ("no answer: the address is none", True)


def test_a_message_goes_out_after_the_wait_that_the_server_asked_for(serve: Serve) -> None:
    """500, then 429 with 35 s, then taken: three requests, the third no sooner than asked; trouble told and ended."""
    server = serve(WebAnswer(500), telegram_error(429, "Too Many Requests: retry after 35", 35), WebAnswer())
    clock, said = ManualClock(), list[str]()
    outbox = Outbox("Telegram", lambda: bot(server), clock, said.append)
    outbox.put(HELLO)
    tries = []
    for _second in range(45):
        outbox.send_due()
        tries.append(len(server.asked))
        clock.advance(1.0)
    assert [tries.index(count) for count in (1, 2, 3)] == [0, 2, 37]
    assert said == [
        "Telegram: the server answers 500; it is tried again",
        "Telegram: the server answers 429; it is tried again",
        "",
    ]
    assert [each for _path, each in server.asked] == [SPOKEN] * 3


def test_a_server_that_hangs_holds_up_neither_the_other_way_nor_the_end(serve: Serve) -> None:
    """Each way has a thread of its own: one message is with the silent server while the other way's arrives."""
    silent = serve(WebAnswer(hangs=True))
    hung = Outbox("Webhook", lambda: WebhookMessenger(f"{silent.address}/h"), ManualClock(), lambda _words: None)
    taker = _Taker()
    other = Outbox("Telegram", lambda: taker, ManualClock(), lambda _words: None)
    for outbox in (hung, other):
        outbox.start()
        outbox.put(HELLO)
    try:
        assert silent.wait_for(1)
        assert taker.done.wait(10.0)
    finally:
        silent.close()
        for outbox in (hung, other):
            outbox.stop()


class _Taker:
    """Takes every message."""

    name = "Telegram"

    def __init__(self) -> None:
        self.done = Event()

    def send(self, message: AlertMessage) -> None:
        """Take it."""
        assert message == HELLO
        self.done.set()


def test_no_secret_is_in_words_or_log(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever fails, at the level of debugging, too."""
    said: list[str] = []
    answers = (telegram_error(401, f"Unauthorized {TOKEN}"), WebAnswer(raw=TOKEN.encode()), WebAnswer(500))
    server = serve(*answers)
    with caplog.at_level(logging.DEBUG):
        for _answer in answers:
            outbox = Outbox("Telegram", lambda: bot(server), ManualClock(), said.append)
            outbox.put(HELLO)
            outbox.send_due()
    assert len(said) == len(answers)
    assert "secret" not in " ".join([*said, caplog.text])


@pytest.mark.expects_log_errors("sending failed")
def test_what_fails_as_nobody_foresaw_does_not_end_the_sending(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, told, tried again, and the next message goes out."""

    class Broken:
        name = "Telegram"
        tries = 0

        def send(self, message: AlertMessage) -> None:
            self.tries += 1
            raise LookupError(message.text)

    clock, broken, said = ManualClock(), Broken(), list[str]()
    outbox = Outbox("Telegram", lambda: broken, clock, said.append)
    outbox.put(HELLO)
    for _minute in range(MOST_TRIES + 2):
        outbox.send_due()
        clock.advance(600.0)
    assert broken.tries == MOST_TRIES
    assert said[-1] == "Telegram: the program itself failed; Help, Report a problem, has the log; given up"
    assert "sending failed" in caplog.text
