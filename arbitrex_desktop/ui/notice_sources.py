# SPDX-License-Identifier: MIT
"""What goes to the notice bar: results of commands, the connection, a silent core, and the core's own notices."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.core_text import core_text
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.snapshot import Notice
from arbitrex_desktop.raw_layer.views import NOTHING_WATCHED, ConnectionState
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.bars.notice_bar import NoticeBar
from arbitrex_desktop.ui.commands import CommandResult, Phase
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.models.desk import notice_text

_PHASE_FAILURES: Final = {
    Phase.CONNECT: N_("Connecting failed"),
    Phase.STEP: N_("The trading core failed to update"),
    Phase.REPORT: N_("The trading core failed to report"),
    Phase.STOP: N_("The trading core failed to stop"),
}

_CONNECTION: Final = "connection"
"""The topic of what the core, and this bar, say of the connection."""

_TROUBLE: Final = frozenset(
    {
        ConnectionState.STALE,
        ConnectionState.UNRESPONSIVE,
        ConnectionState.LOST,
        ConnectionState.WRONG_ACCOUNT,
        ConnectionState.RECONNECTING,
        ConnectionState.DISCONNECTED,
    }
)


def _level_of(fresh: Freshness) -> str:
    """Return how grave it is that the core is busy or silent."""
    if fresh.starting or fresh.lacks_account:
        return "info"
    return "error" if fresh.core_silent or fresh.broken else "warning"


def _journal_problem(fresh: Freshness) -> tuple[str, ...]:
    """Return why nothing can be journalled, and so nothing sent."""
    problem = fresh.snapshot.journal_problem if fresh.snapshot else ""
    return (_("Nothing can be sent: {problem}.").format(problem=core_text(problem)),) if problem else ()


def _nothing_watched(fresh: Freshness) -> str:
    """Return what to do where the account stands and no symbol is watched."""
    pool = fresh.snapshot.pool if fresh.snapshot else None
    empty = pool is not None and pool.state is ConnectionState.CONNECTED and not pool.symbols
    return NOTHING_WATCHED[:1].upper() + NOTHING_WATCHED[1:] if empty else ""


def _blocked_symbols(fresh: Freshness) -> tuple[str, ...]:
    """Return which symbols are blocked by an order of unknown fate."""
    intents = fresh.snapshot.intents if fresh.snapshot else ()
    symbols = sorted({row.symbol for row in intents if row.state is IntentState.UNKNOWN})
    names = ", ".join(symbols)
    message = _("{names} blocked: the fate of an order is UNKNOWN. See it, and answer, in Pending intents.").format(
        names=names
    )
    return (message,) if symbols else ()


class NoticeSources:
    """Decides what the notice bars say; each standing trouble is told once, and again only when its words change.

    `bar` has messages that the trader may close; `fixed` has what keeps orders from being sent, and stays as long as
    it does.
    """

    def __init__(self, bar: NoticeBar, fixed: NoticeBar) -> None:
        self._bar = bar
        self._fixed = fixed
        self._standing: dict[str, tuple[str, str] | None] = {}
        self._posted: frozenset[Notice] = frozenset()

    def phase_failed(self, phase: Phase, message: str) -> None:
        """Say that the core itself failed."""
        self._bar.post("error", f"{_(_PHASE_FAILURES.get(phase, phase))}: {core_text(message)}", phase)

    def command_done(self, result: CommandResult) -> None:
        """Say that a command failed; what came of one that did not is in the core's notices."""
        command = result.command
        if result.error:
            self._bar.post(
                "error", f"{_(command.failure)}: {core_text(result.error)}", f"{command.activity} {command.subject}"
            )

    def refresh(self, fresh: Freshness, *, halt_overdue: bool) -> None:
        """Tell what stands at this moment, and take away what no longer does."""
        self._stand(self._bar, "core", _level_of(fresh), fresh.blocking_reason)
        overdue = _("HALT was asked for, and sending is blocked, but the trading core has not confirmed it yet")
        self._stand(self._bar, "halt-overdue", "error", overdue if halt_overdue else "")
        self._stand(self._bar, _CONNECTION, "warning", self._trouble(fresh))
        self._stand(self._bar, "symbols", "error", _nothing_watched(fresh))
        self._stand(self._fixed, "blocked", "error", " ".join((*_journal_problem(fresh), *_blocked_symbols(fresh))))
        self._post_new_notices(fresh)

    def _stand(self, bar: NoticeBar, topic: str, level: str, text: str) -> None:
        stands = (level, text) if text else None
        if stands == self._standing.get(topic):
            return
        self._standing[topic] = stands
        if text:
            bar.post(level, text, topic, stands=True)
        else:
            bar.clear(topic)

    def _trouble(self, fresh: Freshness) -> str:
        pool = fresh.snapshot.pool if fresh.snapshot else None
        if pool is None or pool.state not in _TROUBLE:
            return ""
        message = pool.reason or pool.last_error
        since = formats.clock_time(pool.since)
        return (
            _("{state} since {since}: {message}").format(
                state=core_text(pool.state), since=since, message=core_text(message)
            )
            if message
            else ""
        )

    def _post_new_notices(self, fresh: Freshness) -> None:
        """Tell the core's notices that were not there before, oldest first."""
        notices = fresh.snapshot.notices if fresh.snapshot else ()
        for notice in reversed(notices):
            # That the connection is gone stands in the bar already, for as long as it is.
            stands = notice.topic.subject is NoticeSubject.CONNECTION and notice.level != "info"
            if notice not in self._posted and not stands:
                self._bar.post(notice.level, notice_text(notice), str(notice.topic))
        self._posted = frozenset(notices)
