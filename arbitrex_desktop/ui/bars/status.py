# SPDX-License-Identifier: MIT
"""What is always in sight: the bar on top with mode, account and HALT, and the status bar."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QSizePolicy, QStatusBar, QToolBar, QVBoxLayout, QWidget

from arbitrex_desktop.desk.presentation.core_text import core_text
from arbitrex_desktop.desk.presentation.snapshot import RiskRow
from arbitrex_desktop.raw_layer.views import AccountMode, ConnectionState
from arbitrex_desktop.texts import N_, _, ngettext
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.bars.arming import ArmingView, arming_state
from arbitrex_desktop.ui.bars.gauges import GaugeStrip
from arbitrex_desktop.ui.freshness import STARTING, Freshness
from arbitrex_desktop.ui.theme.colours import Colours, FillColours, Tone
from arbitrex_desktop.ui.theme.theme import LARGE, SMALL, Theme, tabular
from arbitrex_desktop.ui.widgets.badges import Badge, FilledButton, FillOf, quiet
from arbitrex_desktop.ui.widgets.metric import ElidedLabel, TonedLabel

HALT_KEYS: Final = ("F12", "Ctrl+Shift+H")

ACTIVE, REDUCING, HALTED, SUSPENDED = N_("ACTIVE"), N_("REDUCING"), N_("HALTED"), N_("SUSPENDED")
_ACCOUNT_MOST, _REASON_MOST = 320, 460
"""Pixels of width beyond which an account's name and a reason are cut, and told whole by a tool tip."""


class ShownTradingState(NamedTuple):
    """The trading state as the window shows it.

    `word` is ACTIVE, REDUCING or HALTED, SUSPENDED by a kill switch over everything, or NOT SYNCED before the RPM is
    known; `reason` in words; `unconfirmed` while the halt was asked for and no snapshot has told of it yet.
    """

    word: str
    reason: str = ""
    unconfirmed: bool = False


def shown_state(risk: RiskRow) -> ShownTradingState:
    """Return the trading state, which is not ACTIVE while a kill switch lets nothing pass that adds risk."""
    if risk.trading_state == ACTIVE and risk.suspended_by is not None:
        return ShownTradingState(SUSPENDED, risk.suspended_by.reason)
    return ShownTradingState(risk.trading_state, risk.halt_reason or risk.reducing_reason)


def mode_fill(mode: AccountMode | None) -> FillOf:
    """Return the colour of an account's mode."""

    def fill(colours: Colours) -> FillColours:
        fills = {
            AccountMode.SIMULATED: colours.simulated,
            AccountMode.DEMO: colours.demo,
            AccountMode.LIVE: colours.live,
        }
        return quiet(colours) if mode is None else fills[mode]

    return fill


def state_fill(word: str) -> FillOf:
    """Return the colour of a trading state."""

    def fill(colours: Colours) -> FillColours:
        return {ACTIVE: quiet(colours), HALTED: colours.halt}.get(word, colours.warning)

    return fill


def headline_of(fresh: Freshness, state: ShownTradingState) -> str:
    """Return in two words whether there is trading: what the RPM would let through means nothing without a line."""
    if state.word != ACTIVE or fresh.connected:
        return _("TRADING {word}").format(word=_(state.word))
    return _("NO ANSWER") if fresh.core_silent else _("NOT CONNECTED")


class TopBar(QWidget):
    """Mode badge, trading state, arming where it is needed, account, Resume and HALT.

    Signals: `halt_asked()`; `resume_asked()`, when Resume was pressed (the reason is asked for elsewhere).
    """

    halt_asked = Signal()
    resume_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.mode = Badge(theme, LARGE)
        self.state = Badge(theme)
        self.arming = ArmingView(theme)
        self.account = ElidedLabel(theme)
        self.account.setFont(tabular(self.font(), bold=True))
        self.reason = ElidedLabel(theme, Tone.MUTED)
        for label, most in ((self.account, _ACCOUNT_MOST), (self.reason, _REASON_MOST)):
            # Shown whole where the window has room; the gauges take what is left.
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            label.setMaximumWidth(most)
        self.resume = FilledButton(_("Resume\N{HORIZONTAL ELLIPSIS}"), theme, quiet)
        self.halt = FilledButton("", theme, quiet, LARGE)
        self._show_halt(halted=False)
        self.halt.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.halt.clicked.connect(self.halt_asked)
        self.resume.clicked.connect(self.resume_asked)
        self.gauges = GaugeStrip(theme)
        self._lay_out()
        self.show_mode(None)

    def show_mode(self, mode: AccountMode | None) -> None:
        """Say what is at stake."""
        self.mode.show_word(core_text(mode) if mode else _("NO ACCOUNT"), mode_fill(mode))

    def show_state(self, fresh: Freshness, state: ShownTradingState) -> None:
        """Show account, trading state and reason."""
        pool = fresh.snapshot.pool if fresh.snapshot else None
        self.show_mode(pool.mode if pool else None)
        self.arming.show_state(arming_state(fresh))
        account = f"{pool.login} @ {pool.server}" if pool and pool.login else _("Not connected yet")
        self.account.show_text(account, Tone.TEXT if fresh.connected else Tone.MUTED)
        headline = headline_of(fresh, state)
        self.state.show_word(headline, state_fill(state.word if headline.endswith(_(state.word)) else headline))
        self.reason.show_text(*self._reason_of(fresh, state))
        self.reason.setVisible(bool(self.reason.text()))
        self.gauges.show_state(fresh)
        halted = state.word == HALTED and not state.unconfirmed
        self.resume.setVisible(halted)
        self._show_halt(halted=halted)

    def _show_halt(self, *, halted: bool) -> None:
        """Say what HALT does, or that it is done: pressed again it halts again, which is never wrong."""
        keys = " or ".join(HALT_KEYS)
        word = _("HALTED  {halt_keys}") if halted else _("HALT  {halt_keys}")
        self.halt.show_word(word.format(halt_keys=HALT_KEYS[0]), quiet if halted else lambda colours: colours.halt)
        tip = (
            _("All sending is stopped; pressed again, it stays stopped.  Resume lets trading go on ({halt_keys})")
            if halted
            else _("Stop all sending at once ({halt_keys})")
        )
        self.halt.setToolTip(tip.format(halt_keys=keys))

    def _reason_of(self, fresh: Freshness, state: ShownTradingState) -> tuple[str, Tone]:
        if state.unconfirmed:
            return _("{reason} (waiting for the core to confirm)").format(reason=core_text(state.reason)), Tone.WARN
        if state.reason:
            return core_text(state.reason), Tone.WARN
        if fresh.blocking_reason:
            # What was not chosen yet stands in the strip of notices, and is nothing bad.
            if fresh.lacks_account:
                return "", Tone.MUTED
            is_bad = fresh.broken or (fresh.core_silent and not fresh.starting)
            return fresh.blocking_reason, Tone.BAD if is_bad else Tone.WARN
        pool = fresh.snapshot.pool if fresh.snapshot else None
        if pool is not None and pool.state is not ConnectionState.CONNECTED:
            return f"{core_text(pool.state)}: {core_text(pool.reason)}", Tone.WARN
        risk = fresh.snapshot.risk if fresh.snapshot else None
        count = len(risk.switches) if risk is not None else 0
        on = ngettext("{count} kill switch is on, see Risk", "{count} kill switches are on, see Risk", count)
        return (on.format(count=count), Tone.WARN) if count else ("", Tone.MUTED)

    def _lay_out(self) -> None:
        badges, message, left = QHBoxLayout(), QHBoxLayout(), QVBoxLayout()
        badges.setSpacing(8)
        message.setSpacing(12)
        for widget in (self.mode, self.state, self.arming):
            badges.addWidget(widget)
        badges.addStretch(1)
        for label in (self.account, self.reason):
            message.addWidget(label)
        message.addStretch(1)
        left.setSpacing(2)
        left.addLayout(badges)
        left.addLayout(message)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 3, 4, 3)
        layout.setSpacing(14)
        layout.addLayout(left)
        layout.addWidget(self.gauges, 1)
        layout.addWidget(self.resume)
        layout.addWidget(self.halt)


class StatusBar(QStatusBar):
    """Mode, arming on LIVE accounts, connection, the proof of the one, age of the last sync, ticks, trading state.

    Signals: `connection_asked()`, when what it says of the connection was clicked.
    """

    connection_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.mode = Badge(theme, SMALL)
        self.arming = TonedLabel(theme, Tone.WARN)
        self.dot = TonedLabel(theme, Tone.MUTED)
        names = ("connection", "using_mt5_pool", "sync", "ticks", "trading")
        self.labels = {name: TonedLabel(theme, Tone.MUTED) for name in names}
        self.setSizeGripEnabled(False)
        self.addWidget(self.mode)
        for label in (self.arming, self.dot, *self.labels.values()):
            label.setFont(tabular(self.font()))
            label.setContentsMargins(8, 0, 8, 0)
            self.addWidget(label)
        self.labels["connection"].setContentsMargins(0, 0, 8, 0)
        for label in (self.dot, self.labels["connection"], self.labels["using_mt5_pool"], self.labels["sync"]):
            label.setCursor(Qt.CursorShape.PointingHandCursor)
            label.setToolTip(_("Open Connection & sync"))
            label.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Tell of a click on what is said of the connection."""
        if event.type() is QEvent.Type.MouseButtonRelease:
            self.connection_asked.emit()
        return super().eventFilter(watched, event)

    def show_state(self, fresh: Freshness, state: ShownTradingState) -> None:
        """Show the newest figures."""
        snapshot = fresh.snapshot
        self.mode.show_word(
            core_text(snapshot.pool.mode) if snapshot and snapshot.pool.mode else _("NO ACCOUNT"),
            mode_fill(snapshot.pool.mode if snapshot else None),
        )
        arming = arming_state(fresh)
        self.arming.show_text(arming.message, Tone.BAD if arming.until else Tone.WARN)
        self.arming.setVisible(arming.needed)
        connected = fresh.connected
        tone = Tone.GOOD if connected else Tone.BAD if fresh.broken or fresh.core_silent else Tone.WARN
        self.dot.show_text("" if snapshot is None else "\N{BLACK CIRCLE}", tone)
        if snapshot is None:
            self._show_no_snapshot(fresh, state)
            return
        # As the headline: what would be let through means nothing without a line.
        waits = state.word == ACTIVE and not fresh.connected
        word = _("waits for the connection") if waits else _(state.word)
        tone = Tone.TEXT if state.word == ACTIVE and not waits else Tone.WARN
        self._show_label("trading", _("Trading: {word}").format(word=word), tone)
        connection = _("core silent") if fresh.core_silent else core_text(snapshot.pool.state)
        self._show_label(
            "connection",
            _("Connection: {connection}").format(connection=connection),
            _plain_if(connected),
        )
        uses_pool = snapshot.sync.get("using_mt5_pool")
        self._show_label(
            "using_mt5_pool",
            _("using_mt5_pool: {uses_pool}").format(uses_pool=formats.fact(uses_pool)),
            _plain_if(uses_pool is True),
        )
        age = _("never") if fresh.sync_age is None else _("{age} ago").format(age=formats.age(fresh.sync_age))
        self._show_label("sync", _("Last sync: {age}").format(age=age), _plain_if(fresh.account_fresh))
        self._show_label(
            "ticks",
            _("Ticks: {ticks_per_second} /s").format(ticks_per_second=formats.whole(snapshot.pool.ticks_per_second)),
            _plain_if(connected),
        )

    def _show_no_snapshot(self, fresh: Freshness, state: ShownTradingState) -> None:
        """Say that the core starts, or why it does not run."""
        for label in self.labels.values():
            label.clear()
        message = _("The trading core does not run") if fresh.broken else _(STARTING)
        self._show_label("trading", _("Trading: {word}").format(word=_(state.word)), Tone.WARN)
        is_bad = fresh.broken and not fresh.lacks_account
        self._show_label("connection", message, Tone.BAD if is_bad else Tone.MUTED)

    def _show_label(self, name: str, text: str, tone: Tone) -> None:
        self.labels[name].show_text(text, tone)


def _plain_if(good: bool) -> Tone:  # noqa: FBT001 - the whole of it
    return Tone.TEXT if good else Tone.WARN


def stacked(*widgets: QWidget) -> QWidget:
    """Return a widget that holds others, each below the one before."""
    stack = QWidget()
    layout = QVBoxLayout(stack)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget)
    return stack


_BAR_TITLES: Final = {
    "top": N_("Account and limits"),
    "replay": N_("Replay"),
    "fixed": N_("What stays until it is resolved"),
    "resume": N_("Resume"),
    "arming": N_("Arming"),
    "closing": N_("Closing the window"),
}
"""What the bars are called to those who hear them."""


def tool_bar(window: QMainWindow, name: str, content: QWidget) -> QToolBar:
    """Put a widget over the whole width of a window, in a tool bar that nobody can move or close."""
    bar = QToolBar(_(_BAR_TITLES[name]), window)
    bar.setObjectName(f"bar_{name}")
    bar.setMovable(False)
    bar.setFloatable(False)
    bar.toggleViewAction().setVisible(False)
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    bar.addWidget(content)
    window.addToolBar(bar)
    window.addToolBarBreak()
    return bar
