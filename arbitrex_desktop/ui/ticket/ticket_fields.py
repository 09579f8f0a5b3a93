# SPDX-License-Identifier: MIT
"""The ticket's fields: size, stop and target in units of choice, and what only a strategy knows, folded away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.models.ticket import (
    LevelUnit,
    Market,
    NotYetKnownError,
    SizeUnit,
    in_unit,
    is_amiss,
    lots_of,
    other_forms,
)
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import SMALL, Theme, tabular
from arbitrex_desktop.ui.ticket.unit_field import UnitField
from arbitrex_desktop.ui.widgets.clamped_label import ClampedLabel
from arbitrex_desktop.ui.widgets.fields import OptionalNumber, Share

REGIMES: Final = ("TRENDING", "RANGING", "VOLATILE", "STRESSED", "CRISIS")
_SHARES: Final = (25, 50, 100)
_STOP_UNITS: Final = (LevelUnit.PRICE, LevelUnit.PIPS, LevelUnit.ATR)
_STOP_SIDE, _TARGET_SIDE = -1, 1


class TicketFields(QWidget):
    """Reads prices and lots out of whatever units they were typed in; `market` and `sized` say what those mean.

    Signals:
        changed(): something about the trade itself was changed.
        size_changed(): only its size was.
        returned(): Return was pressed in a field.
    """

    changed = Signal()
    size_changed = Signal()
    returned = Signal()

    def __init__(self, theme: Theme, above: Sequence[QWidget] = ()) -> None:
        super().__init__()
        self.market = Market()
        self.sized: IntentRow | None = None
        self.volume = UnitField(theme, _("Size"), _("auto"), list(SizeUnit))
        self.stop_loss = UnitField(theme, _("Stop"), _("auto"), _STOP_UNITS)
        self.take_profit = UnitField(theme, _("Target"), _("none"), list(LevelUnit))
        self.shares = [QPushButton(f"{share} %") for share in _SHARES]
        self.fold = QToolButton()
        self.summary = ClampedLabel(theme, Tone.MUTED)
        self.summary.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.signal = QWidget()
        self._make_signal()
        self._explain()
        self._lay_out(above)
        self._connect()
        self._on_fold(is_open=False)

    @property
    def is_sized_by_risk(self) -> bool:
        """Whether the size can be told only from the risk manager's own."""
        return bool(self.volume.field.text().strip()) and self.volume.unit.currentData() != SizeUnit.LOTS

    def clear(self) -> None:
        """Forget what was about another symbol: its prices and its size mean nothing here."""
        self.atr.clear()
        for each in (self.stop_loss, self.take_profit, self.volume):
            each.clear()

    def stop_price(self) -> float | None:
        """Return the stop's price, None for one of the risk manager; raise ValueError in words."""
        return self._price(self.stop_loss, _STOP_SIDE, self.market)

    def target_price(self) -> float | None:
        """Return the target's price, None for none; raise ValueError in words."""
        return self._price(self.take_profit, _TARGET_SIDE, self._measured())

    def lots(self) -> float | None:
        """Return the volume, None for one of the risk manager; raise ValueError in words."""
        value = self.volume.number()
        return None if value is None else lots_of(value, SizeUnit(self.volume.unit.currentData()), self.sized)

    def show_notes(self) -> None:
        """Say below each field what it means now, or what is wrong with it."""
        self._note_level(self.stop_loss, _STOP_SIDE, self.market)
        self._note_level(self.take_profit, _TARGET_SIDE, self._measured())
        self._note_size()
        self._summarise()
        for share in self.shares:
            share.setEnabled(self.sized is None or self.sized.lots > 0.0)

    def known_levels(self) -> tuple[float | None, float | None]:
        """Return stop and target, each None also while what it is measured by is not known; raise ValueError."""
        levels: list[float | None] = []
        for read in (self.stop_price, self.target_price):
            try:
                levels.append(read())
            except NotYetKnownError:
                levels.append(None)
        return levels[0], levels[1]

    @property
    def has_own_stop(self) -> bool:
        """Whether a stop was typed, so that it is not the risk manager's."""
        return bool(self.stop_loss.field.text().strip())

    def _price(self, level: UnitField, side: int, market: Market) -> float | None:
        value = level.number()
        return None if value is None else market.price(value, LevelUnit(level.unit.currentData()), side)

    def _measured(self) -> Market:
        """Return the market with R counted to the stop that stands in the form, else to the risk manager's."""
        market = self.market
        try:
            stop = self.stop_price()
        except ValueError:
            stop, market = None, Market(market.direction, market.entry, market.digits, market.atr)
        if stop is None or market.entry is None:
            return market
        risk = (market.entry - stop) * market.direction
        return Market(market.direction, market.entry, market.digits, market.atr, risk if risk > 0.0 else None)

    def _note_level(self, level: UnitField, side: int, market: Market) -> None:
        unit = LevelUnit(level.unit.currentData())
        try:
            price = self._price(level, side, market)
        except ValueError as error:
            level.say(str(error), problem=not isinstance(error, NotYetKnownError))
            return
        if price is not None and is_amiss(price, side, market):
            level.say(
                _("on the wrong side of {price}").format(price=formats.price(market.entry, market.digits)), problem=True
            )
        elif price is not None:
            level.say(other_forms(price, unit, side, market))
        elif side == _STOP_SIDE and market.entry is not None and market.risk:
            automatic = market.entry - market.risk * market.direction
            level.say(
                _("by the RPM: {other_forms}").format(other_forms=other_forms(automatic, LevelUnit.R, side, market))
            )
        else:
            level.say("")

    def _note_size(self) -> None:
        allowed = self.sized
        try:
            lots = self.lots()
        except ValueError as error:
            self.volume.say(str(error), problem=not isinstance(error, NotYetKnownError))
            return
        if self.is_sized_by_risk:
            self.volume.say(_("= {lots} lots").format(lots=formats.lots(lots)))
        else:
            has_headroom = allowed is not None and allowed.lots > 0.0
            self.volume.say(
                _("the RPM allows {lots} lots").format(lots=formats.lots(allowed.lots))
                if allowed and has_headroom
                else ""
            )

    def signal_values(self) -> dict[str, Any]:
        """Return the fields about the signal; none while it is folded away: what is not given is not judged."""
        if not self.fold.isChecked():
            return {}
        return {
            "confidence_score": self.confidence.share(),
            "regime": self.regime.currentText(),
            "vol_percentile": self.volatility.share(),
        }

    def _summarise(self) -> None:
        try:
            atr = self.atr.number()
        except ValueError as error:
            self.summary.show_text(str(error), Tone.WARN)
            return
        given = _("not given, not judged")
        if self.fold.isChecked():
            given = _("confidence {confidence:.2f}, {regime}, ").format(
                confidence=self.confidence.value(), regime=self.regime.currentText().lower()
            )
            given += _("volatility {volatility:.2f}").format(volatility=self.volatility.value())
        measured = _("ATR measured") if atr is None else _("ATR {atr:g}").format(atr=atr)
        self.summary.show_text(
            _("{given}, {measured}; valid {lifetime} s").format(
                given=given, measured=measured, lifetime=self.lifetime.value()
            ),
            Tone.MUTED,
        )
        self.summary.setToolTip(self.summary.text())

    def _on_unit(self, level: UnitField, side: int, old: str) -> None:
        """Say the same level in the unit that was chosen; where that cannot be said, the field is emptied."""
        text, market = "", self.market if side == _STOP_SIDE else self._measured()
        try:
            value = level.number()
            if value is not None:
                price = market.price(value, LevelUnit(old), side)
                text = in_unit(price, LevelUnit(level.unit.currentData()), side, market)
        except ValueError:
            pass
        with QSignalBlocker(level.field):
            level.field.setText(text)

    def _on_size_unit(self, _old: str) -> None:
        """Empty the size: a number of lots is none of percent."""
        with QSignalBlocker(self.volume.field):
            self.volume.field.clear()

    def _on_share(self, share: int) -> None:
        """Ask for a share of what the risk manager allows; all of it is what it sizes by itself."""
        self.volume.put("" if share == _SHARES[-1] else str(share), SizeUnit.SHARE)

    def _on_fold(self, *, is_open: bool) -> None:
        self.signal.setVisible(is_open)
        self._summarise()
        self.changed.emit()
        self.fold.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)

    def _make_signal(self) -> None:
        self.confidence = Share(_("Confidence"), 0.7)
        self.volatility = Share(_("Volatility percentile"), 0.5)
        self.regime = QComboBox()
        self.regime.addItems(REGIMES)
        self.regime.setAccessibleName(_("Regime"))
        self.atr = OptionalNumber(_("ATR"), _("measured"))
        self.lifetime = QSpinBox()
        self.lifetime.setRange(1, 3600)
        self.lifetime.setCorrectionMode(QSpinBox.CorrectionMode.CorrectToNearestValue)
        self.lifetime.setValue(120)
        self.lifetime.setSuffix(" s")
        self.lifetime.setAccessibleName(_("Valid for"))

    def _explain(self) -> None:
        self.fold.setText(_("Signal"))
        self.fold.setAccessibleName(_("Signal"))
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setAutoRaise(True)
        self.fold.setCheckable(True)
        self.fold.setToolTip(_("What a strategy says of its signal; while folded away it is not given, and not judged"))
        self.confidence.setToolTip(_("How sure you are, 0 to 1"))
        self.volatility.setToolTip(_("Volatility percentile, 0 to 1: today's volatility among past days'"))
        self.regime.setToolTip(_("State of the market that the risk manager assumes"))
        self.atr.setToolTip(_("Average true range in price units; empty: measured from the last bars"))
        self.stop_loss.field.setToolTip(_("Empty: set by the Risk & Portfolio Manager from the ATR"))
        self.take_profit.field.setToolTip(_("Empty: none"))
        self.volume.field.setToolTip(_("Empty: sized by the Risk & Portfolio Manager"))
        self.lifetime.setToolTip(_("How long the intent waits for your decision"))
        for share, button in zip(_SHARES, self.shares, strict=True):
            button.setToolTip(_("{share} % of the lots that the Risk & Portfolio Manager allows").format(share=share))
            button.setFont(tabular(self.font(), SMALL))

    def _connect(self) -> None:
        self.fold.toggled.connect(lambda is_open: self._on_fold(is_open=is_open))
        self.volume.changed.connect(self.size_changed)
        self.volume.unit_chosen.connect(self._on_size_unit)
        self.stop_loss.unit_chosen.connect(lambda old: self._on_unit(self.stop_loss, _STOP_SIDE, old))
        self.take_profit.unit_chosen.connect(lambda old: self._on_unit(self.take_profit, _TARGET_SIDE, old))
        for level in (self.stop_loss, self.take_profit):
            level.changed.connect(self.changed)
        self.atr.textChanged.connect(self.changed)
        self.regime.currentTextChanged.connect(self.changed)
        for number in (self.confidence, self.volatility):
            number.valueChanged.connect(self.changed)
        self.lifetime.valueChanged.connect(self._summarise)
        for share, button in zip(_SHARES, self.shares, strict=True):
            button.clicked.connect(lambda _on, share=share: self._on_share(share))
        for line in self.findChildren(QLineEdit):
            line.returnPressed.connect(self.returned)

    def _lay_out(self, above: Sequence[QWidget]) -> None:
        """Place all; Tab goes through them in the order in which they are placed here."""
        presets, folded = QHBoxLayout(), QHBoxLayout()
        presets.setSpacing(4)
        for button in self.shares:
            presets.addWidget(button, 1)
        folded.addWidget(self.fold)
        folded.addWidget(self.summary, 1)
        self._lay_out_signal()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        for widget in (*above, self.volume):
            column.addWidget(widget)
        column.addLayout(presets)
        for level in (self.stop_loss, self.take_profit):
            column.addWidget(level)
        column.addLayout(folded)
        column.addWidget(self.signal)
        column.addStretch(1)

    def _lay_out_signal(self) -> None:
        fields = {
            _("Confidence"): self.confidence, _("Volatility"): self.volatility, _("Regime"): self.regime,
            _("ATR"): self.atr, _("Valid for"): self.lifetime,
        }  # fmt: skip
        grid = QGridLayout(self.signal)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(3)
        for place, (name, field) in enumerate(fields.items()):
            caption = QLabel(name)
            caption.setBuddy(field)
            field.setMinimumWidth(60)
            grid.addWidget(caption, place, 0)
            grid.addWidget(field, place, 1)
        grid.setColumnStretch(1, 1)
