# SPDX-License-Identifier: MIT
"""Exits that a strategy asks for while the journal takes nothing: sent as the trader's would be, or told."""

from __future__ import annotations

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import ExitSent, JournalError
from arbitrex_desktop.desk.execution.positions import PositionActions
from arbitrex_desktop.desk.intent_queue.policy import ApprovalPolicy
from arbitrex_desktop.desk.intents.intent import MANUAL, IntentRequest
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.raw_layer import amounts


class LostExits:
    """Closes what a policy would let a strategy close without the trader, written down in the reserve.

    Any other exit needs a person, who can close without the journal, and is told which one it is.  One order at a
    time, which the caller sees to.
    """

    def __init__(self, positions: PositionActions, policy: ApprovalPolicy | None, context: DeskContext) -> None:
        self._positions = positions
        self._policy = policy
        self._context = context

    def take(self, request: IntentRequest, error: JournalError) -> None:
        """Close for a strategy whose intent could not be journalled, and raise `ExitSent`; or tell the trader.

        Returns when it is no exit, or one that a policy does not let pass.  Raises `CommandRefused` when the close
        failed, or its fate is not known.
        """
        if request.source == MANUAL or request.rests:
            return
        answer = self._context.risk.evaluate(request, "")
        allowed = self._policy is not None and not answer.refused and self._policy.allows(request.source, answer)
        if answer.closes is not None and allowed:
            self._positions.close(answer.closes, answer.lots, actor=request.source)
            what = f"{amounts.lots(answer.lots)} lots of {request.symbol} #{answer.closes}"
            raise ExitSent(f"{what} closed at the market, but there is no intent of it: {error}") from error
        if answer.closes is not None or request.reduce_only or request.position_ticket is not None:
            which = f" #{request.position_ticket}" if request.position_ticket is not None else ""
            message = f"{request.source} wants to close {request.symbol}{which}, which was not taken: {error}"
            self._context.post(
                "error", NoticeSubject.EXIT.of(request.source), f"{message}; close it in Positions if it is to go"
            )
