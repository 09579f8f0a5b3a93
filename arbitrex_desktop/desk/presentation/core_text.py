# SPDX-License-Identifier: MIT
"""What the core says, in the language that is spoken: it speaks English, which journal and logs keep.

States are known by their names, sentences by their forms; one of no known form stays English.
"""

from __future__ import annotations

import re
from typing import Final

from arbitrex_desktop.desk.presentation.check_text import check_text, note_text, pattern_of, sentence_of_a_check
from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.texts import N_, _, spoken

STATES: Final = (
    N_("DISCONNECTED"), N_("CONNECTING"), N_("CONNECTED"), N_("STALE"), N_("UNRESPONSIVE"), N_("LOST"),
    N_("WRONG_ACCOUNT"), N_("RECONNECTING"), N_("RECONCILING"), N_("STOPPED"), N_("SIMULATED"), N_("DEMO"), N_("LIVE"),
    N_("RECEIVED"), N_("PENDING"), N_("APPROVED"), N_("ADJUSTED"), N_("REJECTED"), N_("EXPIRED"), N_("CANCELLED"),
    N_("SENDING"), N_("PLACED"), N_("FILLED"), N_("PARTIAL"), N_("FAILED"), N_("UNKNOWN"), N_("THROTTLE"),
    N_("SUSPEND"), N_("SHUTDOWN"),
)  # fmt: skip
"""Of the connection, the account, intents, the risk manager's answers and kill switches."""

SENTENCES: Final = (
    # Why an intent, an order or a position is not acted upon.
    N_("the intent has expired"),
    N_("the intent is {state}; only a pending one is approved"),
    N_("the intent is {state}; only a pending one is rejected"),
    N_("the intent is {state} by now"),
    N_("the intent is {state}"),
    N_("the risk manager now refuses it: {reason}"),
    N_("the risk manager refuses it: {reason}"),
    N_("the risk manager failed ({reason})"),
    N_("there is no risk manager yet, so nothing can be judged"),
    N_("no account has been connected yet"),
    N_("not connected ({state}: {reason})"),
    N_("not connected ({state})"),
    N_("not connected: {reason}"),
    N_("nothing was sent: {reason}"),
    N_("nothing is sent on LIVE accounts yet: arming comes first (type the account's login to arm)"),
    N_("another account is connected than the one this desk works on; one moment"),
    N_("trading is halted: {reason}"),
    N_("trading was halted: {reason}"),
    N_("say why trading may go on; it is written to the journal"),
    N_("a limit has set this kill switch: Resume lifts it"),
    N_("this kill switch was lifted or set again meanwhile"),
    N_("a limit has locked trading until the day's reset, as the settings ask for"),
    N_("the account was not synced yet"),
    N_("the account was not synced for {seconds} s"),
    N_("the account could not be read just now, so nothing was sent"),
    N_("the price is {seconds} s old"),
    N_("there is no price of {symbol}; is it shown in the terminal's Market Watch?"),
    N_("there is no price of {symbol}"),
    N_("the trade has no stop, and no order is sent without one"),
    N_("there is no open position #{ticket}"),
    N_("there is no pending order #{ticket}"),
    N_("the position is closed"),
    N_("that changes nothing"),
    N_("position #{ticket} is not in profit, so its stop cannot be at the opening price"),
    N_("the part to close must be more than nothing and less than all"),
    N_("the fate of the last order on #{ticket} is not known yet"),
    N_("the last fill is not in the broker's books yet; one moment"),
    N_("the login typed is not the connected account's; nothing was armed"),
    N_("only a connected LIVE account is armed; others need none"),
    N_("the broker has disabled trading on {symbol}"),
    N_("the broker allows only buying {symbol}"),
    N_("the broker allows only selling {symbol}"),
    N_("the broker allows only closing positions of {symbol}"),
    N_("the {name} is on the wrong side of the price of {symbol}"),
    N_("it now {effect}, while what was shown {before}; please look again"),
    N_("as things are now: {reason}"),
    # How an intent is more than what arrived, and what it closes.
    N_("it now {effect}; when it arrived it was to {before}"),
    N_("it is larger now: {before} \N{RIGHTWARDS ARROW} {now} lots"),
    N_("it risks more now: {before} \N{RIGHTWARDS ARROW} {now}"),
    N_("CLOSES {lots} of position #{ticket} ({position}), which {source} did not open"),
    N_("CLOSES {lots} of position #{ticket} ({position})"),
    N_("CLOSES position #{ticket} ({position}), which {source} did not open"),
    N_("CLOSES position #{ticket} ({position})"),
    N_("CLOSES the position ({position})"),
    N_("REVERSES the position ({position}): {opens} will be open"),
    # What became of it.
    N_("decided by the trader: {reason}"),
    N_("decided by the trader"),
    N_("nobody decided in time"),
    N_("withdrawn"),
    N_("order #{ticket} rests at the broker"),
    N_("no answer came: {reason}"),
    N_("the order could not be checked, so nothing was sent: {reason}"),
    N_("the terminal's check refused it: {reason}"),
    N_("the price moved away between tries, by more than the deviation that is allowed"),
    N_("the broker's positions, orders and deals show no trace of it"),
    N_("no trace of it for a day: nothing was executed, and that is final"),
    N_("it was executed: position #{ticket}, {lots} lots"),
    N_("it was executed: {deals}, {lots} lots"),
    N_("it was approved but never sent: the desk was interrupted before"),
    N_("the desk was interrupted before it was judged"),
    N_("the desk was interrupted while it was being sent; looking for it at the broker"),
    N_("the connection to the broker was lost"),
    N_("a new day has begun: the halt by a limit of the day before has ended"),
    N_("the account could not be synced: {reason}"),
    N_("the account is synced again"),
    N_("trading resumed: {reason}"),
    N_("kill switch lifted: {what}; {reason}"),
    # The connection.
    N_("not started"),
    N_("the host process ended"),
    N_("the host process ended before it answered"),
    N_("the host process is not running"),
    N_("no answer within {seconds} s"),
    N_("connecting to session {name}"),
    N_("terminal build {build} answers; verifying the account"),
    N_("the terminal has lost its broker"),
    N_("the broker is back; verifying"),
    N_("the right account is back; verifying"),
    N_("the account cannot be read: {reason}"),
    N_("the terminal hangs: {what} got {reason}; its host was ended"),
    N_("there is no terminal at '{path}', which account {name} names"),
    N_("the terminal is on account {login}, session {name} wants {wanted}"),
    N_("the terminal is on {server}, session {name} wants {wanted}"),
    N_("the journal is being checked; until that is done only exits are sent"),
    N_("another window of this program uses this data folder"),
    # Why trading is halted or only reduces, and why a limit has set a switch.
    N_("halted manually"),
    N_("reducing, set manually"),
    N_("cooling down after an automatic halt"),
    N_("{count} trades in a short time; look at it, then resume trading"),
    N_("LIMIT {limit}: {action}"),
    N_("CONNECTED again after {time} ({before}); {now}"),
    N_("{state}: {reason}"),
)
"""How the core words what it says; a form holds for its figures, and for what it says of other sentences."""


def core_text(text: str) -> str:
    """Return a sentence or a state of the core in the language that is spoken."""
    if spoken() == "en" or not text:
        return text
    whole = _(text)
    if whole != text:
        return whole
    for form in SENTENCES:
        if text.startswith(form.partition("{")[0]) and (found := re.fullmatch(pattern_of(form), text, re.DOTALL)):
            parts = {name: core_text(part) for name, part in found.groupdict().items()}
            if form != _OF_STATE or parts["state"] != found["state"]:
                return _(form).format(**parts)
    of_check = sentence_of_a_check(text)
    return note_text(text) if of_check == text else of_check


def reason_text(row: IntentRow) -> str:
    """Return why an intent was refused or failed in the language that is spoken, empty where nothing is said."""
    return check_text(row.refused_by) if row.refused_by is not None else core_text(row.details or row.reason)


def blocker_text(row: IntentRow) -> str:
    """Return why an intent cannot be approved now in the language that is spoken, empty when it can."""
    return reason_text(row) if row.blocker and row.blocker == row.details else core_text(row.blocker)


_OF_STATE: Final = SENTENCES[-1]
"""Any sentence with a colon would have this form: what stands before it has to be a state."""
