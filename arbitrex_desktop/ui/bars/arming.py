# SPDX-License-Identifier: MIT
"""Arming of a LIVE account: whether orders may leave, always in sight, and the bar in which the login is typed."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.bars.prompt_bar import PromptBar
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.theme.colours import Colours, FillColours, Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.badges import Badge, FilledButton, quiet

NOT_ARMED = N_("NOT ARMED")
UNARMED_MESSAGE = N_("NOT ARMED: nothing is sent to this LIVE account, a close included")


class ArmingState(NamedTuple):
    """Whether arming is needed, as on LIVE accounts only; until when it holds, None when it does not; in words."""

    needed: bool = False
    until: datetime | None = None
    message: str = ""


def arming_state(fresh: Freshness) -> ArmingState:
    """Return the arming as of now: one that ran out since the snapshot holds no longer."""
    row = fresh.snapshot.arming if fresh.snapshot else None
    if row is None or not row.needed:
        return ArmingState()
    past = fresh.seconds_since(row.until)
    if row.until is None or past is None or past >= 0:
        return ArmingState(needed=True, message=_(NOT_ARMED))
    message = _("ARMED until {until} ({left})").format(
        until=formats.clock_time(row.until), left=formats.countdown(-past)
    )
    return ArmingState(needed=True, until=row.until, message=message)


def not_armed(fresh: Freshness) -> str:
    """Return in words why nothing leaves to a LIVE account, a close included; empty where orders may leave."""
    state = arming_state(fresh)
    return _(UNARMED_MESSAGE) if state.needed and state.until is None else ""


def _armed_fill(colours: Colours) -> FillColours:
    return colours.live


class ArmingView(QWidget):
    """ARMED until when, or NOT ARMED, and the button for the other; hidden where no arming is needed.

    Signals: `arm_asked()`, to open the bar; `disarm_asked()`, at one click.
    """

    arm_asked = Signal()
    disarm_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.badge = Badge(theme)
        self.arm = FilledButton(_("Arm\N{HORIZONTAL ELLIPSIS}"), theme, quiet)
        self.disarm = FilledButton(_("Disarm"), theme, quiet)
        self.arm.setToolTip(_("Let orders leave to this LIVE account for a time; you type its login"))
        self.disarm.setToolTip(_("Let nothing leave to this LIVE account any more"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.badge, self.arm, self.disarm):
            layout.addWidget(widget)
        self.arm.clicked.connect(self.arm_asked)
        self.disarm.clicked.connect(self.disarm_asked)
        self.hide()

    def show_state(self, state: ArmingState) -> None:
        """Show whether orders may leave."""
        self.badge.show_word(state.message, _armed_fill if state.until else quiet)
        self.arm.setVisible(state.until is None)
        self.disarm.setVisible(state.until is not None)
        self.setVisible(state.needed)


class ArmingBar(PromptBar):
    """Arms by typing the account's login; the field is never filled in for the trader.

    Signals: `arm_asked(str)` with what was typed; the core compares it.
    """

    arm_asked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        self.login = QLineEdit()
        self.login.setPlaceholderText(_("Login"))
        self.login.setMaxLength(20)
        self.login.setMinimumWidth(110)
        self.login.setAccessibleName(_("Login of the account to arm"))
        self.arm = FilledButton(_("Arm"), theme, _armed_fill)
        super().__init__(theme, _("Arm this LIVE account by its login:"), self.login, self.arm, beside=True)
        self.message.show_text(
            _(
                "Orders that you approve then reach the broker, with real money, until it lapses: after a time, or "
                "with another connection or account."
            ),
            Tone.WARN,
        )
        self._account: tuple[int | None, str] | None = None
        self.login.textChanged.connect(self._check)
        self.login.returnPressed.connect(self._ask_to_arm)
        self.arm.clicked.connect(self._ask_to_arm)
        self._check()

    def open(self, fresh: Freshness) -> None:
        """Start anew for the connected account, with the keyboard on the empty field."""
        self._account = _account_of(fresh)
        self.login.clear()
        self.login.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self, fresh: Freshness) -> None:
        """Go away when another account is connected, or none, or when nothing is left to arm."""
        state = arming_state(fresh)
        if self._account is not None and (_account_of(fresh) != self._account or state.until or not state.needed):
            self._close()

    def _check(self) -> None:
        typed = self.login.text().strip()
        self.arm.setEnabled(typed.isascii() and typed.isdecimal())

    def _ask_to_arm(self) -> None:
        if self.arm.isEnabled():
            typed = self.login.text().strip()
            self._close()
            self.arm_asked.emit(typed)

    def _close(self) -> None:
        self._account = None
        self.login.clear()
        self.closed.emit()


def _account_of(fresh: Freshness) -> tuple[int | None, str] | None:
    pool = fresh.snapshot.pool if fresh.snapshot else None
    return None if pool is None else (pool.login, pool.server)
