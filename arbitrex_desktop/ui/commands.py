# SPDX-License-Identifier: MIT
"""What the trader asks of the core, as values, and what came of each.

A panel emits a command; `CoreWorker.send` takes it to the core's thread; `HANDLERS` names the method of the core that
carries it out; a `CommandResult` that holds the command comes back.  HALT and disarming are no commands: they do not
wait in a queue (see `ui.seam`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Final

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.exit_rules import ExitRulesRequest
from arbitrex_desktop.desk.intents.intent import IntentRequest, SeenTrade, Which
from arbitrex_desktop.desk.presentation.alert_rows import AlertRule, AlertWays
from arbitrex_desktop.desk.presentation.snapshot import SwitchRow
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.seam import AlertAccess, Core


@dataclass(frozen=True, slots=True)
class TraderCommand:
    """Base of the commands.

    Attributes:
        activity: what the core does while it carries the command out, in words.
        failure: how the message begins when that failed.
    """

    activity: ClassVar[str] = ""
    failure: ClassVar[str] = ""

    @property
    def subject(self) -> str:
        """What it is about: an intent's id or a ticket; empty where there is only one."""
        return ""


@dataclass(frozen=True, slots=True)
class SubmitIntent(TraderCommand):
    """Have an intent judged and queued; answered by its id."""

    request: IntentRequest
    activity: ClassVar[str] = N_("submitting an intent")
    failure: ClassVar[str] = N_("The intent was not submitted")


@dataclass(frozen=True, slots=True)
class PreviewIntent(TraderCommand):
    """Ask what the RPM would answer now; answered by a `Preview` with the same number."""

    request: IntentRequest
    number: int
    activity: ClassVar[str] = N_("previewing an intent")
    failure: ClassVar[str] = N_("No preview")


@dataclass(frozen=True, slots=True)
class _OnIntent(TraderCommand):
    """Base of the commands about one intent."""

    intent_id: str

    @property
    def subject(self) -> str:
        """The intent's id."""
        return self.intent_id


@dataclass(frozen=True, slots=True)
class ApproveIntent(_OnIntent):
    """Send the intent's order, if it may still live; `seen`, what the trader had before the eyes."""

    seen: SeenTrade | None = None
    activity: ClassVar[str] = N_("approving an intent")
    failure: ClassVar[str] = N_("Not approved")


@dataclass(frozen=True, slots=True)
class RejectIntent(_OnIntent):
    """End the intent by the trader's will."""

    reason: str = ""
    activity: ClassVar[str] = N_("rejecting an intent")
    failure: ClassVar[str] = N_("Not rejected")


@dataclass(frozen=True, slots=True)
class ResolveIntent(_OnIntent):
    """Say what became of an UNKNOWN intent; `ticket` 0 when it is not known."""

    executed: bool
    reason: str
    ticket: int = 0
    activity: ClassVar[str] = N_("resolving an intent")
    failure: ClassVar[str] = N_("Not resolved")


@dataclass(frozen=True, slots=True)
class TakeInUnknown(TraderCommand):
    """Take the trades that bear the desk's mark and that the journal does not know into it."""

    activity: ClassVar[str] = N_("taking orders into the journal")
    failure: ClassVar[str] = N_("No orders were taken into the journal")


@dataclass(frozen=True, slots=True)
class ResumeTrading(TraderCommand):
    """Lift the halt, for a reason."""

    reason: str
    activity: ClassVar[str] = N_("resuming trading")
    failure: ClassVar[str] = N_("Not resumed")


@dataclass(frozen=True, slots=True)
class LiftSwitch(TraderCommand):
    """Lift a kill switch that a person has set, as it was seen, for a reason."""

    seen: SwitchRow
    reason: str
    activity: ClassVar[str] = N_("lifting a kill switch")
    failure: ClassVar[str] = N_("The kill switch was not lifted")

    @property
    def subject(self) -> str:
        """What the switch is set on."""
        return self.seen.scope


@dataclass(frozen=True, slots=True)
class ArmAccount(TraderCommand):
    """Arm the LIVE account by its login, which no message or log repeats."""

    typed_login: str = field(repr=False)
    activity: ClassVar[str] = N_("arming the account")
    failure: ClassVar[str] = N_("Not armed")


@dataclass(frozen=True, slots=True)
class _OnTicket(TraderCommand):
    """Base of the commands about one position or order; what failed may have been carried out all the same."""

    ticket: int

    @property
    def subject(self) -> str:
        """The ticket."""
        return str(self.ticket)


@dataclass(frozen=True, slots=True)
class ClosePosition(_OnTicket):
    """Close a position at the market, or `lots` of it."""

    lots: float | None = None
    activity: ClassVar[str] = N_("closing a position")
    failure: ClassVar[str] = N_("Closing a position")


@dataclass(frozen=True, slots=True)
class ClosePositions(TraderCommand):
    """Close several positions at the market."""

    which: Which
    symbol: str = ""
    activity: ClassVar[str] = N_("closing several positions")
    failure: ClassVar[str] = N_("Closing several positions")


@dataclass(frozen=True, slots=True)
class MoveStops(_OnTicket):
    """Set a position's stop and target as prices, None for none."""

    stop_loss: float | None
    take_profit: float | None
    activity: ClassVar[str] = N_("setting stop and target")
    failure: ClassVar[str] = N_("Stop and target")


@dataclass(frozen=True, slots=True)
class MoveToBreakEven(_OnTicket):
    """Move a position's stop to its opening price."""

    activity: ClassVar[str] = N_("moving a stop to break-even")
    failure: ClassVar[str] = N_("Stop to break-even")


@dataclass(frozen=True, slots=True)
class CancelOrder(_OnTicket):
    """Cancel a pending order at the broker."""

    activity: ClassVar[str] = N_("cancelling an order")
    failure: ClassVar[str] = N_("Cancelling an order")


@dataclass(frozen=True, slots=True)
class ModifyOrder(_OnTicket):
    """Move a pending order, its stop and its target, as prices; None for none."""

    price: float
    stop_loss: float | None
    take_profit: float | None
    activity: ClassVar[str] = N_("moving an order")
    failure: ClassVar[str] = N_("Moving an order")


@dataclass(frozen=True, slots=True)
class SetExitRules(_OnTicket):
    """Give a position exit rules, in place of those that it has."""

    wanted: ExitRulesRequest
    activity: ClassVar[str] = N_("setting exit rules")
    failure: ClassVar[str] = N_("Exit rules")


@dataclass(frozen=True, slots=True)
class WatchSymbol(TraderCommand):
    """Watch a symbol from now on, or no longer."""

    symbol: str
    watched: bool
    activity: ClassVar[str] = N_("changing the watch list")
    failure: ClassVar[str] = N_("The watch list")


@dataclass(frozen=True, slots=True)
class PutAlert(TraderCommand):
    """Be called for something, or for something else than before."""

    rule: AlertRule
    activity: ClassVar[str] = N_("saving an alert")
    failure: ClassVar[str] = N_("The alert was not saved")


@dataclass(frozen=True, slots=True)
class RemoveAlert(TraderCommand):
    """Be called for it no longer."""

    rule_id: str
    activity: ClassVar[str] = N_("removing an alert")
    failure: ClassVar[str] = N_("The alert was not removed")


@dataclass(frozen=True, slots=True)
class SnoozeAlert(TraderCommand):
    """Be called for it no earlier than after some minutes."""

    rule_id: str
    minutes: float
    activity: ClassVar[str] = N_("snoozing an alert")
    failure: ClassVar[str] = N_("The alert was not snoozed")


@dataclass(frozen=True, slots=True)
class SetAlertWays(TraderCommand):
    """Choose how to be called; secrets, which no message or log repeats, are None where they stay."""

    ways: AlertWays
    token: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    activity: ClassVar[str] = N_("setting the notifications")
    failure: ClassVar[str] = N_("The notifications were not changed")


@dataclass(frozen=True, slots=True)
class TryAlertWays(TraderCommand):
    """Send a message by every way out of the computer that is on."""

    activity: ClassVar[str] = N_("sending a message")
    failure: ClassVar[str] = N_("No message was sent")


@dataclass(frozen=True, slots=True)
class DirectReplay(TraderCommand):
    """Change how a replay goes on: its speed (0 pauses), a later moment in UTC milliseconds, `tick` or `end`."""

    speed: float | None = None
    to_msc: int | None = None
    step: str = ""
    activity: ClassVar[str] = N_("steering the replay")
    failure: ClassVar[str] = N_("The replay")


@dataclass(frozen=True, slots=True)
class ReadSettings(TraderCommand):
    """Read every setting; answered by a tuple of `SettingRow`."""

    activity: ClassVar[str] = N_("reading the settings")
    failure: ClassVar[str] = N_("The settings")


@dataclass(frozen=True, slots=True)
class CheckSettings(TraderCommand):
    """Ask whether changes could be saved; answered by a `SettingsCheck`."""

    changes: tuple[tuple[str, str | None], ...]
    number: int
    activity: ClassVar[str] = N_("checking settings")
    failure: ClassVar[str] = N_("The settings")


@dataclass(frozen=True, slots=True)
class ChangeSettings(TraderCommand):
    """Save changes of settings, None for the default; answered by the names that count from the next start.

    With `minutes`, limits count for so long only, and nothing is saved.
    """

    changes: tuple[tuple[str, str | None], ...]
    reason: str
    minutes: int = 0
    activity: ClassVar[str] = N_("changing settings")
    failure: ClassVar[str] = N_("The settings were not changed")


def _alerts(core: Core) -> AlertAccess:
    if core.alerts is None:
        raise CommandRefused(_("this desk has no alerts"))
    return core.alerts


def _watch(core: Core, command: WatchSymbol) -> None:
    if core.watch_list is not None:
        core.watch_list.choose(command.symbol, watched=command.watched)


HANDLERS: Final[Mapping[type[TraderCommand], Callable[[Core, Any], object]]] = {
    SubmitIntent: lambda core, command: core.submit(command.request),
    PreviewIntent: lambda core, command: core.preview(command.request, command.number),
    ApproveIntent: lambda core, command: core.approve(command.intent_id, command.seen),
    RejectIntent: lambda core, command: core.reject(command.intent_id, command.reason),
    ResolveIntent: lambda core, command: core.resolve(
        command.intent_id, executed=command.executed, reason=command.reason, ticket=command.ticket
    ),
    TakeInUnknown: lambda core, _command: core.take_in_unknown(),
    ResumeTrading: lambda core, command: core.resume(command.reason),
    LiftSwitch: lambda core, command: core.switches.lift(command.seen, command.reason),
    ArmAccount: lambda core, command: core.arm(command.typed_login),
    ClosePosition: lambda core, command: core.close_position(command.ticket, command.lots),
    ClosePositions: lambda core, command: core.close_many(command.which, command.symbol),
    MoveStops: lambda core, command: core.move_stops(command.ticket, command.stop_loss, command.take_profit),
    MoveToBreakEven: lambda core, command: core.break_even(command.ticket),
    ModifyOrder: lambda core, command: core.modify_order(
        command.ticket, command.price, command.stop_loss, command.take_profit
    ),
    SetExitRules: lambda core, command: core.set_exit_rules(command.ticket, command.wanted),
    CancelOrder: lambda core, command: core.cancel_order(command.ticket),
    WatchSymbol: _watch,
    PutAlert: lambda core, command: _alerts(core).put(command.rule),
    RemoveAlert: lambda core, command: _alerts(core).remove(command.rule_id),
    SnoozeAlert: lambda core, command: _alerts(core).snooze(command.rule_id, command.minutes),
    SetAlertWays: lambda core, command: _alerts(core).set_ways(command.ways, command.token, command.address),
    TryAlertWays: lambda core, _command: _alerts(core).test_ways(),
    DirectReplay: lambda core, command: core.steer_replay(command.speed, command.to_msc, command.step),
    ReadSettings: lambda core, _command: core.settings_desk.rows(),
    CheckSettings: lambda core, command: core.settings_desk.check(dict(command.changes)),
    ChangeSettings: lambda core, command: (
        core.settings_desk.change_for(dict(command.changes), command.reason, command.minutes)
        if command.minutes
        else core.settings_desk.change(dict(command.changes), command.reason)
    ),
}
"""What the core does for each command."""


SENDS_NOTHING: Final = (PreviewIntent, SubmitIntent, RejectIntent)
"""Commands that never reach the broker, and so need not wait for orders that are on their way."""
LETS_SEND: Final = (ResumeTrading, ArmAccount)
"""Commands that HALT and disarming are meant to outdo, also where they came first and wait still."""
QUIET: Final = (PreviewIntent, ReadSettings, CheckSettings, ChangeSettings)
"""Commands whose panel or window says itself what came of them; the strip of notices says nothing."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What came of a command.

    Attributes:
        command: the one that was given.
        answer: what the core answered: the id of a submitted intent, a `Preview`; None otherwise.
        error: why it failed, in words for the trader; empty when it did not.
    """

    command: TraderCommand
    answer: object = None
    error: str = ""


class Phase(StrEnum):
    """What the core's threads do besides commands."""

    START = N_("start")
    ACCOUNT = N_("choice of an account")
    CONNECT = N_("connect")
    STEP = N_("update")
    REPORT = N_("report")
    STOP = N_("stop")


Task = TraderCommand | Phase
"""What the core's thread can be busy with."""
