# SPDX-License-Identifier: MIT
"""The alerts of a desk, living: judged at each change of a price, on a thread of their own, and with each snapshot."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from threading import Event, Lock, Thread
from typing import Final

from arbitrex_desktop.causes import error_text, os_error_text
from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.alerts.book import AlertBook
from arbitrex_desktop.desk.alerts.facts import Facts, Price
from arbitrex_desktop.desk.alerts.messengers import (
    TELEGRAM,
    WEBHOOK,
    SecretStore,
    TelegramMessenger,
    WebhookMessenger,
)
from arbitrex_desktop.desk.alerts.outbox import AlertMessage, Messenger, Outbox, SendError
from arbitrex_desktop.desk.alerts.store import AlertStore
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.presentation.alert_rows import (
    OF_SYMBOL,
    AlertCall,
    AlertKind,
    AlertRule,
    AlertsView,
    AlertWays,
)
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.raw_layer.quote_board import QuoteBoard

_LEAST_S: Final = 0.03
"""Prices may change a thousand times a second; they are judged no oftener than a screen shows them."""
_JOIN_S: Final = 2.0
_log: Final = logging.getLogger(__name__)


class AlertDesk:
    """A service of the core: `take` is given what is judged, and `board` has the prices.  Safe from any thread.

    `hide` is told of each secret that must not be logged; `meant_by` gives the broker's symbol of a plain name, or
    raises ValueError with the candidates.
    """

    name = "alerts"

    def __init__(
        self,
        board: QuoteBoard,
        store: AlertStore,
        secrets: SecretStore,
        clock: Clock,
        *,
        hide: Callable[[Sequence[str]], None] = lambda _texts: None,
        meant_by: Callable[[str], str] = str,
    ) -> None:
        self._meant_by = meant_by
        self._board, self._store = board, store
        self._secrets, self._clock, self._hide = secrets, clock, hide
        self._book = AlertBook()
        self._lock = Lock()
        self._since = clock.now()
        self._prices: dict[str, Price] = {}
        self._revision = 0
        self._seen: DeskSnapshot | None = None
        self._troubles: dict[str, str] = {}
        self._messengers: dict[str, Messenger | None] = {}
        self._outboxes = {
            way: Outbox(way, partial(self._messenger, way), clock, partial(self._take_trouble, way))
            for way in (TELEGRAM, WEBHOOK)
        }
        self._wake, self._stopping = Event(), Event()
        self._thread: Thread | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        store.load(self._book)

    # A service's life

    def start(self) -> None:
        """Begin to judge and to send."""
        self._stopping.clear()
        self._unsubscribe = self._board.subscribe(self._on_prices)
        for outbox in self._outboxes.values():
            outbox.start()
        self._thread = Thread(target=self._run, name="alerts", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; nothing of it is left running."""
        self._stopping.set()
        self._wake.set()
        self._unsubscribe()
        self._unsubscribe = lambda: None
        if self._thread is not None:
            self._thread.join(_JOIN_S)
        for outbox in self._outboxes.values():
            outbox.stop()

    # What the trader asks for

    @property
    def follows_prices(self) -> bool:
        """Return whether a rule is judged by prices."""
        return self._book.follows_prices

    def view(self) -> AlertsView:
        """Return all alerts as they stand."""
        with self._lock:
            return self._book.view("; ".join(filter(None, self._troubles.values())))

    def put(self, rule: AlertRule) -> None:
        """Add a rule or change one, under the broker's name of its symbol.

        Raises `CommandRefused` when it cannot be kept, and for one that would never call: of a symbol that the broker
        does not have, or whose price nobody watches.
        """
        if rule.symbol and rule.is_on:
            rule = replace(rule, symbol=self._seen_symbol(rule))
        with self._lock:
            self._book.put(rule)
            self._save()

    def _seen_symbol(self, rule: AlertRule) -> str:
        try:
            symbol = self._meant_by(rule.symbol)
        except ValueError as unknown:
            raise CommandRefused(f"{rule.symbol}: {unknown}") from unknown
        watched = self._board.symbols
        if rule.kind in OF_SYMBOL and watched and symbol not in watched:
            raise CommandRefused(f"{symbol} is not watched, so nothing would call: add it in Market Watch first")
        return symbol

    def remove(self, rule_id: str) -> None:
        """Take a rule away."""
        with self._lock:
            self._book.remove(rule_id)
            self._save()

    def snooze(self, rule_id: str, minutes: float) -> None:
        """Have a rule sleep for a time."""
        with self._lock:
            self._book.snooze(rule_id, self._clock.now(), minutes)
            self._save()

    def set_ways(self, ways: AlertWays, token: str | None = None, address: str | None = None) -> None:
        """Choose how the trader is called; secrets go to the credential store, None leaves the one that is there.

        Raises `CommandRefused`, or the store's own error, in words.
        """
        if address and (not address.startswith("https://") or any(map(str.isspace, address))):
            raise CommandRefused("the webhook's address must begin with https:// and have no blanks")
        self._hide([secret for secret in (token, address) if secret])
        for name, secret in ((TELEGRAM, token), (WEBHOOK, address)):
            if secret is not None:
                self._secrets.put(name, secret)
        with self._lock:
            self._book.ways = ways
            self._messengers.clear()
            self._save()

    def test_ways(self) -> None:
        """Send a message by every way out of the computer that is on; raise `CommandRefused` when none is."""
        message = AlertMessage(self._clock.now(), "Test", "Arbitrex Desktop can reach you.")
        sent = self._send_out(message)
        if not sent:
            raise CommandRefused("no way out of this computer is on")

    # Judging

    def take(self, snapshot: DeskSnapshot) -> AlertsView:
        """Judge what a snapshot shows, and return all alerts as they stand then."""
        self._seen = snapshot
        self._check_or_report()
        return self.view()

    def look(self) -> tuple[AlertCall, ...]:
        """Judge what there is now, and send what calls; return the calls."""
        with self._lock:
            self._revision, quotes = self._board.changed_since(self._revision)
            for quote in quotes:
                self._prices[quote.symbol] = Price(quote.bid, quote.ask, self._board.digits(quote.symbol))
            before = dict(self._book.states)
            calls = self._book.judge(Facts(self._clock.now(), self._since, self._seen, self._prices))
            if self._book.states != before:
                self._try_to_save()
        for call in calls:
            _log.info("alert: %s", call.text)
            if not call.is_quiet:
                self._send_out(AlertMessage(call.at, _title(call.kind), call.text, call.is_urgent))
        return calls

    def _check_or_report(self) -> None:
        """Judge; one look that fails must not end all of them, nor hide what else a snapshot shows."""
        try:
            self.look()
        except Exception as error:  # noqa: BLE001 - whatever it was, the next look may succeed
            _log.exception("judging the alerts failed")
            self._take_trouble("", f"alerts cannot be judged: {error_text(error)}")

    def _on_prices(self) -> None:
        """Have prices judged where a rule is about them (on the thread that changed them); snapshots do for others."""
        if self._book.follows_prices:
            self._wake.set()

    def _run(self) -> None:
        """Judge prices as they come; without one nothing is woken."""
        while not self._stopping.is_set():
            self._check_or_report()
            self._stopping.wait(_LEAST_S)
            self._wake.wait()
            self._wake.clear()

    def _send_out(self, message: AlertMessage) -> bool:
        """Put a message into the outbox for each way that is on; return whether there is one."""
        with self._lock:
            ways = self._book.ways
        chosen = [name for name, on in ((TELEGRAM, ways.telegram), (WEBHOOK, ways.webhook)) if on]
        for name in chosen:
            self._outboxes[name].put(message)
        return bool(chosen)

    def _messenger(self, way: str) -> Messenger | None:
        """Return a way out as it is set up, None when it is off; asks the credential store once for each setting.

        On the way's sending thread; raises `SendError`.
        """
        with self._lock:
            ways, made = self._book.ways, self._messengers
            if way in made:
                return made[way]
        messenger: Messenger | None = None
        if way == TELEGRAM and ways.telegram:
            messenger = TelegramMessenger(self._secret(way), ways.chat)
        elif way == WEBHOOK and ways.webhook:
            messenger = WebhookMessenger(self._secret(way))
        with self._lock:
            if self._book.ways is ways:
                made[way] = messenger
        return messenger

    def _secret(self, name: str) -> str:
        """Return a way's secret; raises `SendError` where there is none, or the store cannot be asked."""
        try:
            secret = self._secrets.get(name)
        except Exception as error:
            raise SendError(error_text(error)) from error
        if not secret:
            raise SendError(f"{name} has no secret set up", is_final=True)
        self._hide([secret])
        return secret

    def _take_trouble(self, way: str, message: str) -> None:
        with self._lock:
            self._troubles[way] = message

    def _save(self) -> None:
        """Write all of it down (under the lock); raise `CommandRefused` where that cannot be done."""
        try:
            self._store.save(self._book)
        except OSError as error:
            raise CommandRefused(f"the alerts cannot be kept: {os_error_text(error)}") from error

    def _try_to_save(self) -> None:
        try:
            self._save()
        except CommandRefused as error:
            self._troubles[""] = str(error)


def _title(kind: AlertKind) -> str:
    """Return a kind as the first word of a message."""
    return kind.value[:1].upper() + kind.value[1:]
