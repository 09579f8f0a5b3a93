# SPDX-License-Identifier: MIT
"""The two ways out of the computer: a Telegram bot, and an address that is told (a webhook).  Encrypted only."""

from __future__ import annotations

import contextlib
import importlib
import json
from collections.abc import Callable
from typing import Any, Final, Protocol

from arbitrex_desktop.causes import why_no_answer
from arbitrex_desktop.desk.alerts.outbox import AlertMessage, SendError
from arbitrex_desktop.updates import encrypted_only
from arbitrex_desktop.visible import Redactor

TELEGRAM: Final = "Telegram"
WEBHOOK: Final = "Webhook"
_TIMEOUT_S: Final = 10.0
_REFUSALS: Final = frozenset(range(300, 500)) - {408, 425, 429}
"""Answers after which trying again is no use; by the others a server asks to be asked again."""

_LONGEST_TEXT: Final = 4_096
"""Characters that Telegram takes."""
_LONGEST_WAIT_S: Final = 3_600.0
_MOST_BYTES: Final = 64 * 1024

Post = Callable[[str, bytes], None]
"""Posts JSON to an address; raises an error whose `code` is the server's answer where there was one."""


class SecretStore(Protocol):
    """The system's credential store; every method raises an error in words where it cannot be used."""

    def get(self, name: str) -> str:
        """Return a secret, empty when none is kept."""

    def put(self, name: str, secret: str) -> None:
        """Keep a secret in place of the one before; an empty one is forgotten."""


def post(address: str, body: bytes) -> None:
    """Post JSON over an encrypted line; blocks for up to 10 s or so.  A redirect is an error: it loses the words."""
    # Loaded only when it is used: HTTP and encryption would delay every start.
    web = importlib.import_module("urllib.request")
    headers = {"User-Agent": "Arbitrex-Desktop", "Content-Type": "application/json"}
    request = web.Request(address, data=body, headers=headers, method="POST")
    encrypted_only(web, follows=False).open(request, timeout=_TIMEOUT_S).close()


class TelegramMessenger:
    """Has a bot write to a chat."""

    name = TELEGRAM

    def __init__(self, token: str, chat: str, send: Post = post) -> None:
        self._token, self._chat, self._post = token, chat, send

    def send(self, message: AlertMessage) -> None:
        """Send the words."""
        body = {"chat_id": self._chat, "text": f"{message.kind}: {message.text}"[:_LONGEST_TEXT]}
        address = f"https://api.telegram.org/bot{self._token}/sendMessage"
        _deliver(self._post, address, body, secrets=(self._token,))


class WebhookMessenger:
    """Tells an address, which is a secret itself: whoever knows it may write there."""

    name = WEBHOOK

    def __init__(self, address: str, send: Post = post) -> None:
        self._address, self._post = address, send

    def send(self, message: AlertMessage) -> None:
        """Send kind, words and moment as JSON."""
        body = {
            "at": message.at.isoformat(),
            "kind": message.kind,
            "text": message.text,
            "urgent": message.is_urgent,
        }
        _deliver(self._post, self._address, body, secrets=(self._address,))


def _deliver(send: Post, address: str, body: dict[str, Any], secrets: tuple[str, ...]) -> None:
    """Post, and say in words without secrets why that failed."""
    if not address.startswith("https://"):
        raise SendError("the address must begin with https://", is_final=True)
    try:
        send(address, json.dumps(body).encode("utf-8"))
    except Exception as error:  # noqa: BLE001 - urllib lets through what http.client raises, which is no OSError
        message, code = Redactor(secrets).text(why_no_answer(error)), getattr(error, "code", None)
        is_final = isinstance(error, ValueError) or code in _REFUSALS or type(error).__name__ == "InvalidURL"
        wait = _wait_of(error)
        with contextlib.suppress(AttributeError, OSError):
            error.close()  # type: ignore[attr-defined] # an answer that is an error, too, holds its connection
        raise SendError(message, is_final=is_final, wait=wait) from None


def _wait_of(error: Exception) -> float:
    """Return for how many seconds a server asks to be left alone, 0 where it does not say."""
    headers, read = getattr(error, "headers", None), getattr(error, "read", None)
    if headers is None or read is None:
        return 0.0
    with contextlib.suppress(Exception):
        said = headers.get("Retry-After") or json.loads(read(_MOST_BYTES))["parameters"]["retry_after"]
        return min(_LONGEST_WAIT_S, max(0.0, float(said)))
    return 0.0
