# SPDX-License-Identifier: MIT
"""Intents that wait for the trader: what the RPM found, and Approve or Reject."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QBoxLayout, QHBoxLayout, QLineEdit, QMenu, QSplitter, QVBoxLayout

from arbitrex_desktop.desk.intents.intent import ENDED, IntentState, SeenTrade
from arbitrex_desktop.desk.presentation.core_text import blocker_text, core_text
from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.cards.card import LEAST_WIDTH
from arbitrex_desktop.ui.cards.card_text import CardText, card_text
from arbitrex_desktop.ui.cards.deck import CardDeck
from arbitrex_desktop.ui.cards.pending_text import (
    APPROVE_KEYS,
    CHOICE_IS_GONE,
    NONE_WAITS,
    OUT_OF_SIGHT,
    REJECT_KEYS,
    next_is_yours,
    nothing_chosen,
    text_for,
    trade_text,
)
from arbitrex_desktop.ui.commands import ApproveIntent, CommandResult, RejectIntent, ResolveIntent
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.desk import state_name
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.checks_table import ChecksTable
from arbitrex_desktop.ui.widgets.clamped_label import ClampedLabel
from arbitrex_desktop.ui.widgets.confirm_button import ConfirmButton
from arbitrex_desktop.ui.widgets.empty_offer import NextStep
from arbitrex_desktop.ui.widgets.row_menu import row_menu
from arbitrex_desktop.ui.widgets.unknown_box import UnknownBox

GUARD_MS: Final = 700
"""How long a button that has asked once more does not act: a double click is one press."""
_MORE_RISK: Final = 1.1
"""More than this times the risk that was asked about is asked about anew, as the desk does against what arrived."""

_SHORT: Final = 270
"""Pixels of height with which an order of unknown fate and a whole card have no room one below the other."""


def is_open(row: IntentRow) -> bool:
    """Return whether an intent still waits for somebody here; an order that rests is among the orders."""
    return row.state not in ENDED and row.state is not IntentState.PLACED


def is_unknown(row: IntentRow) -> bool:
    """Return whether it is not known what became of an intent's order."""
    return row.state is IntentState.UNKNOWN


class PendingPanel(Panel):
    """A card per open intent, and below them what there is to say of the chosen one; orders of unknown fate besides.

    No intent is ever chosen but by the trader, by a press on its card or by a key: after a decision none is, so that
    a second press hits nothing.  The first Approve of a run only says that there is no undo, and that of an intent
    which has become more than what arrived says so; the next one of the same intent acts.  Keys act only while the
    keyboard is here, outside of the fields, and on a card that is in sight.
    """

    name = "pending"
    title = N_("Pending intents")

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        self._rows: dict[str, IntentRow] = {}
        self._busy: dict[str, str] = {}
        self._decided: dict[str, str] = {}
        self._choice_is_gone = False
        self._was_out_of_sight = False
        self._decision = ""
        self._warned: IntentRow | None = None
        self._knows_no_undo = False
        self.deck = CardDeck(theme, _(NONE_WAITS))
        self.offer = self.offer_in(self.deck.viewport())
        self.unknown = UnknownBox(theme)
        self.checks = ChecksTable(theme)
        self.checks.hide()
        self.blocker = ClampedLabel(theme, Tone.MUTED)
        self.reject_all = ConfirmButton(_("Reject all"), theme)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("Reason to reject (optional)"))
        self.reason.setMaxLength(200)
        self.reason.setAccessibleName(_("Reason to reject"))
        self._key_widgets = (self.deck, self.checks)
        self._guard = QTimer(self)
        self._guard.setSingleShot(True)
        self._guard.setInterval(GUARD_MS)
        self._lay_out()
        self._connect()
        self._show_choice()

    @property
    def rows(self) -> tuple[IntentRow, ...]:
        """The open intents in the order in which they came."""
        return tuple(self._rows.values())

    @property
    def chosen(self) -> IntentRow | None:
        """The chosen intent as it is now, None when there is none."""
        return self._rows.get(self.deck.chosen or "")

    def refresh(self, fresh: Freshness) -> None:
        """Show open intents; their time left counts down on the core's clock."""
        self._fresh = fresh
        intents = fresh.snapshot.intents if fresh.snapshot else ()
        before = self.deck.chosen
        # Newest first in the snapshot; here what came first, and ends first, stands first.
        self._rows = {row.intent_id: row for row in sorted(intents, key=lambda row: row.created_at) if is_open(row)}
        if before is not None and before not in self._rows and before not in self._decided:
            self._choice_is_gone = True
        self._choice_is_gone = self._choice_is_gone and bool(self._rows)
        known = fresh.snapshot is not None and fresh.snapshot.account is not None
        self.deck.set_empty_text(_(NONE_WAITS) if known else _("Intents are not known yet"))
        self._show_choice()
        self.offer.show_offer(NextStep.INTENT if known and not self.deck.cards else None)
        self._decided = {each: word for each, word in self._decided.items() if each in self.deck.cards}

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put an order of unknown fate beside the cards where below them it would leave no card whole."""
        super().resizeEvent(event)
        beside = event.size().height() < _SHORT and event.size().width() >= 2 * LEAST_WIDTH
        self._body.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        self._body.setStretch(0, int(not beside))
        self._body.setStretch(1, int(beside))
        self.unknown.set_narrow(narrow=beside)

    def choose_first(self) -> None:
        """Choose the first intent that can be decided on, unless one is chosen: a deliberate act of the trader's."""
        if self.chosen is None:
            row = next(iter((*self._rejectable(), *self._rows.values())), None)
            if row is not None:
                self.deck.choose(row.intent_id)
                self.deck.bring_into_sight(row.intent_id)

    def command_done(self, result: CommandResult) -> None:
        """Let an intent's buttons work again: its command has been run."""
        command = result.command
        if isinstance(command, ApproveIntent | RejectIntent | ResolveIntent):
            self._busy.pop(command.intent_id, None)
            self._show_choice()

    def tab_title(self) -> str:
        """Return the title with the number of open intents, and of those of unknown fate."""
        count, unknown = len(self._rows), len(self._unknown())
        more = " ?" if unknown else ""
        return f"{_(self.title)} ({count}{more})" if count else _(self.title)

    def blocker_of(self, row: IntentRow) -> str:
        """Return in words why the intent cannot be approved now, empty when it can."""
        if row.intent_id in self._busy:
            return _("{busy}, waiting for the trading core").format(busy=self._busy[row.intent_id])
        snapshot = self._fresh.snapshot
        journal = (
            _("Nothing can be sent: {journal_problem}").format(journal_problem=snapshot.journal_problem)
            if snapshot and snapshot.journal_problem
            else ""
        )
        if self._fresh.blocking_reason or journal:
            return self._fresh.blocking_reason or journal
        if row.state is not IntentState.PENDING:
            return _("The intent is {state}").format(state=core_text(row.state))
        if not row.can_approve:
            return blocker_text(row) or _("The trading core does not allow it")
        if self._seconds_left(row) <= 0:
            return _("The intent has expired")
        return ""

    def _seconds_left(self, row: IntentRow) -> float:
        past = self._fresh.seconds_since(row.expires_at)
        return 0.0 if past is None else -past

    def _card(self, row: IntentRow, currency: str) -> CardText:
        # The button that asked once more stays on, and only does not act yet.
        settled = self._is_warned(row) or not self._guard.isActive()
        return card_text(
            row,
            self._seconds_left(row),
            currency,
            self.blocker_of(row),
            asked=self._is_warned(row),
            may_press=settled and row.intent_id not in self._busy,
        )

    def _is_warned(self, row: IntentRow) -> bool:
        """Return whether Approve was pressed once for this trade: of its kind, and not riskier by now.

        Its size may have grown since, as one sized by its risk does with every price: no more is sent than was shown.
        """
        warned = self._warned
        if warned is None or (warned.intent_id, warned.closes) != (row.intent_id, row.closes):
            return False
        share = min(1.0, warned.lots / row.lots) if row.lots > 0.0 else 1.0
        return (row.risk_amount or 0.0) * share <= (warned.risk_amount or 0.0) * _MORE_RISK

    def _show_choice(self) -> None:
        """Show cards, checks and words as things stand."""
        row = self.chosen
        if row is not None:
            self._choice_is_gone, self._decision = False, ""
        if row is None or not self._is_warned(row):
            self._warned = None
        self.deck.show_cards([self._card(each, self._fresh.currency) for each in self._rows.values()], self._became())
        self.unknown.show_rows(self._unknown(), row, self._busy)
        self.reject_all.setEnabled(bool(self._rejectable()))
        self.checks.show_checks(row.checks if row else ())
        text, tone = self._text_for(row)
        self.blocker.show_text(text, tone)
        self.blocker.setToolTip(text)

    def _text_for(self, row: IntentRow | None) -> tuple[str, Tone]:
        """Return what there is to say of the chosen intent, or of none being chosen."""
        if row is None:
            if self._decision:
                return self._decision, Tone.TEXT
            if self._choice_is_gone:
                return _(CHOICE_IS_GONE), Tone.WARN
            # An order of unknown fate needs the room, and its own buttons, first.
            return (nothing_chosen() if self._rows and not self._unknown() else ""), Tone.MUTED
        if self._was_out_of_sight:
            return _(OUT_OF_SIGHT), Tone.WARN
        text, tone = text_for(row, self.blocker_of(row), again=self._is_warned(row), keys=self._keys_work())
        if self._warned is not None and row.lots > self._warned.lots:
            text = _("At most {lots} lots are sent, which you were asked about. {text}").format(
                lots=formats.lots(self._warned.lots), text=text
            )
        return text, tone

    def _became(self) -> dict[str, str]:
        """Return in a word what became of the intents whose cards still keep their place."""
        intents = self._fresh.snapshot.intents if self._fresh.snapshot else ()
        ended = (row for row in intents if row.intent_id in self.deck.cards and not is_open(row))
        return self._decided | {row.intent_id: state_name(row.state) for row in ended}

    def _on_choice(self) -> None:
        self._was_out_of_sight = False
        self._show_choice()

    def _fold(self, _intent_id: str) -> None:
        """Show the checks of the card that was pressed, or hide them."""
        self.checks.setVisible(self.checks.isHidden())
        self._splitter.setSizes([self.deck.sizeHint().width(), self.width()])
        if self.deck.chosen is not None:
            self.deck.bring_into_sight(self.deck.chosen)

    def _approve(self, _intent_id: str = "") -> None:
        row = self.chosen
        if row is None or not self._card(row, "").can_approve or self._guard.isActive():
            return
        self._was_out_of_sight = False
        if self._warned is None and (row.escalation or not self._knows_no_undo):
            self._warned = row
            self._guard.start()
            self._show_choice()
            return
        most = row.lots if self._warned is None else min(row.lots, self._warned.lots)
        self._knows_no_undo, self._warned = True, None
        self._decide(row.intent_id, _("Approved"))
        self.asked.emit(ApproveIntent(row.intent_id, SeenTrade(most, row.closes)))
        # At this moment's price and account the risk manager may let through less.
        sized = row.closes is not None or row.requested_lots is not None
        text = _("Approved {trade_text}") if sized else _("Approved, at most {trade_text}")
        self._choose_none(text.format(trade_text=trade_text(replace(row, lots=most))))

    def _reject(self, _intent_id: str = "") -> None:
        row = self.chosen
        if row is None or not self._card(row, "").can_reject:
            return
        self._was_out_of_sight = False
        self._ask_to_reject(row)
        self.reason.clear()
        self._choose_none(_("Rejected {trade_text}").format(trade_text=trade_text(row)))

    def _reject_all(self) -> None:
        for row in self._rejectable():
            self._ask_to_reject(row)
        self.reason.clear()
        self._show_choice()

    def _choose_none(self, decision: str) -> None:
        """Leave none chosen after a decision, and say what was decided."""
        self.deck.choose(None)
        self._decision = f"{decision}. {next_is_yours()}"
        self._show_choice()

    def _ask_to_reject(self, row: IntentRow) -> None:
        self._decide(row.intent_id, _("Rejected"))
        self.asked.emit(RejectIntent(row.intent_id, self.reason.text().strip()))

    def _resolve(self, intent_id: str, executed: bool, reason: str, ticket: int) -> None:  # noqa: FBT001 - a slot
        self._decide(intent_id, _("Answered"))
        self.asked.emit(ResolveIntent(intent_id, executed, reason, ticket))
        self._show_choice()

    def _decide(self, intent_id: str, word: str) -> None:
        self._busy[intent_id] = word
        self._decided[intent_id] = word

    def _keys_work(self) -> bool:
        """Return whether the keyboard is where the keys act."""
        return any(widget.hasFocus() for widget in self._key_widgets)

    def _by_key(self, act: Callable[[], None]) -> None:
        """Act on the chosen card for a key, if the trader sees it; one that was scrolled away is brought back first."""
        row = self.chosen
        if row is not None and not self.deck.is_in_sight(row.intent_id):
            self.deck.bring_into_sight(row.intent_id)
            self._guard.start()
            self._was_out_of_sight = True
            self._show_choice()
            return
        act()

    def menu(self) -> QMenu | None:
        """Return what can be done with the chosen intent, None when none is chosen."""
        row = self.chosen
        if row is None:
            return None
        card = self._card(row, "")
        menu = row_menu(self)
        for text, act, able in (
            (_("Approve {trade_text}").format(trade_text=trade_text(row)), self._approve, card.can_approve),
            (_("Reject {trade_text}").format(trade_text=trade_text(row)), self._reject, card.can_reject),
        ):
            menu.addAction(text, partial(self._act_on, row.intent_id, act)).setEnabled(able)
        menu.addAction(_("Checks"), partial(self._fold, row.intent_id))
        menu.addAction(
            _("Chart and ticket of {symbol}").format(symbol=row.symbol), partial(self.symbol_chosen.emit, row.symbol)
        )
        return menu

    def _act_on(self, intent_id: str, act: Callable[[], None]) -> None:
        """Act for the menu, unless another intent has been chosen since it opened, or none."""
        if self.deck.chosen == intent_id:
            act()

    def _pop_up(self, place: QPoint) -> None:
        menu = self.menu()
        if menu is not None:
            menu.popup(place)

    def _unknown(self) -> list[IntentRow]:
        return [row for row in self._rows.values() if is_unknown(row)]

    def _rejectable(self) -> list[IntentRow]:
        return [
            row for row in self._rows.values() if row.state is IntentState.PENDING and row.intent_id not in self._busy
        ]

    def _connect(self) -> None:
        self.deck.choice_changed.connect(self._on_choice)
        self.deck.approve_pressed.connect(self._approve)
        self.deck.reject_pressed.connect(self._reject)
        self.deck.fold_pressed.connect(self._fold)
        self.deck.menu_asked.connect(self._pop_up)
        self._guard.timeout.connect(self._show_choice)
        self.reject_all.confirmed.connect(self._reject_all)
        self.unknown.resolve_asked.connect(self._resolve)
        for widget, (keys, act) in product(
            self._key_widgets, ((APPROVE_KEYS, self._approve), (REJECT_KEYS, self._reject))
        ):
            # Not in the fields: there the one deletes a word, and the other would approve what is being rejected.
            shortcut = QShortcut(QKeySequence(keys), widget)
            # A key held down is one press.
            shortcut.setAutoRepeat(False)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(partial(self._by_key, act))
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._show_choice)

    def _lay_out(self) -> None:
        bottom = QHBoxLayout()
        bottom.addWidget(self.blocker, 3)
        bottom.addWidget(self.reason, 2)
        bottom.addWidget(self.reject_all)
        self.reject_all.set_subject(_("Reject all"), _("Really reject all?"))
        self.blocker.setFixedHeight(self.blocker.sizeHint().height())
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        for widget in (self.deck, self.checks):
            self._splitter.addWidget(widget)
        self._splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._body.addWidget(self._splitter, 1)
        # Below the cards, so that its coming does not move them.
        self._body.addWidget(self.unknown)
        layout.addLayout(self._body, 1)
        layout.addLayout(bottom)
