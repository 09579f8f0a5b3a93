# SPDX-License-Identifier: MIT
"""A web server on this computer, encrypted, that answers as it is told: as Telegram does, late, in nonsense, or not."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

OK = b'{"ok":true,"result":{"message_id":7}}'


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """What the server does with one request.

    Attributes:
        code: of HTTP
        body: what it says
        headers: that it adds
        hangs: it says nothing before it is closed
        raw: bytes in place of an answer of HTTP; empty ones cut the line
    """

    code: int = 200
    body: bytes = OK
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    raw: bytes | None = None


def telegram_error(code: int, words: str, retry_after: int | None = None) -> WebAnswer:
    """Return an error as the Bot API words it: the code twice, and how long to wait in the body only."""
    said: dict[str, Any] = {"ok": False, "error_code": code, "description": words}
    if retry_after is not None:
        said["parameters"] = {"retry_after": retry_after}
    return WebAnswer(code, json.dumps(said).encode())


class _QuietServer(ThreadingHTTPServer):
    """Says nothing of lines that are cut: that is what is tried."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


class WebServer:
    """Takes POSTs; the last of its answers is given for good.  Its threads end with `close`.

    Attributes:
        address: how it is reached
        asked: path and JSON of each request, oldest first
    """

    def __init__(self, certificate: Path, answers: tuple[WebAnswer, ...]) -> None:
        self.asked: list[tuple[str, Any]] = []
        self._answers, self._closed, self._came = list(answers), threading.Event(), threading.Condition()
        self._http = _QuietServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # Each connection shakes hands on its own thread.
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
        self.address = f"https://localhost:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), name="web-server")
        self._thread.start()

    def wait_for(self, count: int, seconds: float = 10.0) -> bool:
        """Wait until so many requests came; return whether they did."""
        with self._came:
            return self._came.wait_for(lambda: len(self.asked) >= count, seconds)

    def close(self) -> None:
        """Let all go, and end."""
        self._closed.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _answer(self, path: str, body: bytes) -> WebAnswer:
        with self._came:
            answer = self._answers[min(len(self.asked), len(self._answers) - 1)]
            self.asked.append((path, json.loads(body)))
            self._came.notify_all()
        if answer.hangs:
            self._closed.wait()
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = server._answer(self.path, self.rfile.read(int(self.headers["Content-Length"])))
                if answer.raw is not None or answer.hangs:
                    self.wfile.write(answer.raw or b"")
                    self.close_connection = True
                    return
                self.send_response(answer.code)
                for name, value in ({"Content-Length": str(len(answer.body))} | answer.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_words: object) -> None:
                pass

        return Handler


@contextmanager
def web_server(folder: Path, *answers: WebAnswer, trusted: bool = True) -> Iterator[WebServer]:
    """Run a server whose certificate this process trusts, by the variable that OpenSSL reads, or does not."""
    authority = trustme.CA()
    certificate, trust = folder / "server.pem", folder / "trusted.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(certificate)
    (authority if trusted else trustme.CA()).cert_pem.write_to_path(trust)
    server = WebServer(certificate, answers or (WebAnswer(),))
    try:
        yield server
    finally:
        server.close()
