# SPDX-License-Identifier: MIT
"""Sizes and levels of the ticket in the trader's units: what is sent is lots and prices, and never a guess."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from arbitrex_desktop.desk.presentation.snapshot import Preview
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.ui.commands import PreviewIntent
from arbitrex_desktop.ui.formats import DASH
from arbitrex_desktop.ui.models.quotes import QuoteRow
from arbitrex_desktop.ui.models.ticket import LevelUnit, SizeUnit
from arbitrex_desktop.ui.panels.intent_form import IntentFormPanel
from tests.fakes.desk_data import intent_row, quote


def answer(form: IntentFormPanel, **changes: Any) -> None:
    """Have the RPM answer to what stands in the form now."""
    form._awaited = form._number
    form.show_preview(Preview(form._number, intent_row(**changes)))


def put_quote(form: IntentFormPanel, bid: float = 1.1) -> None:
    """Let a fresh price of EURUSD be shown; the ask is a pip higher."""
    form.show_quote(QuoteRow("EURUSD", 5, quote(bid=bid), 0.2, live=True))


def reply(form: IntentFormPanel, asked: list[PreviewIntent], **changes: Any) -> None:
    """Have the RPM answer to what was asked last."""
    form.show_preview(Preview(asked[-1].number, intent_row(**changes)))


def test_pips_and_r_are_sent_as_prices(form: IntentFormPanel) -> None:
    """They count from the price at which the trade would be made, R from the stop; the other forms stand below."""
    put_quote(form)
    form.fields.stop_loss.put("10", LevelUnit.PIPS)
    form.fields.take_profit.put("2", LevelUnit.R)
    request = form.request()
    assert (request.stop_loss, request.take_profit) == (1.0991, 1.1021)
    assert form.fields.stop_loss.note.text() == "1.09910"
    assert form.fields.take_profit.note.text() == "1.10210 · 20.0 pips"
    form.sell.click()
    request = form.request()
    assert (request.stop_loss, request.take_profit) == (1.101, 1.098)


def test_another_unit_says_the_same_level(form: IntentFormPanel) -> None:
    """The number is turned into the unit chosen, and the request stays."""
    put_quote(form)
    form.fields.stop_loss.field.setText("1.0991")
    form.fields.stop_loss.unit.setCurrentText(LevelUnit.PIPS)
    assert form.fields.stop_loss.field.text() == "10.0"
    assert form.request().stop_loss == 1.0991


def test_a_line_dragged_is_a_price_whatever_the_unit(form: IntentFormPanel) -> None:
    """What the chart puts in is a price."""
    put_quote(form)
    form.fields.stop_loss.put("10", LevelUnit.PIPS)
    form.set_stop(1.098, 5)
    form.set_target(1.11, 5)
    assert (form.request().stop_loss, form.request().take_profit) == (1.098, 1.11)


def test_a_distance_without_a_fresh_price_is_not_sent(form: IntentFormPanel) -> None:
    """An old price is none to count from."""
    form.show_quote(QuoteRow("EURUSD", 5, quote(), 99.0, live=True))
    form.fields.stop_loss.put("10", LevelUnit.PIPS)
    assert not form.submit.isEnabled()
    assert form.fields.stop_loss.note.text() == "no fresh price to count pips from"


def test_what_is_wrong_stands_at_its_field(form: IntentFormPanel) -> None:
    """The field is marked with the words below it, and no other; right again, the mark goes."""
    put_quote(form)
    form.fields.stop_loss.field.setText("1,1")
    form.fields.take_profit.field.setText("1.05")
    assert form.fields.stop_loss.field._mark is not None
    assert "Stop must be" in form.fields.stop_loss.note.text()
    assert form.fields.take_profit.note.text() == "on the wrong side of 1.10010"
    assert form.fields.volume.field._mark is None
    form.fields.stop_loss.field.setText("1.09")
    assert form.fields.stop_loss.field._mark is None


def test_a_risk_becomes_lots_by_the_rpms_own_size(form: IntentFormPanel, asked: list[PreviewIntent]) -> None:
    """The trade is asked about without a size first, then with the lots that lose as much as was typed."""
    form._awaited = None
    form.fields.volume.put("0.1", SizeUnit.PERCENT)
    form._ask()
    reply(form, asked, lots=0.6, risk_amount=300.0, risk_pct=0.003)
    seen = [form.card.is_current, form.submit.isEnabled()]
    assert [each.request.requested_volume for each in asked] == [None, 0.2]
    assert form.request().requested_volume == 0.2
    assert form.fields.volume.note.text() == "= 0.20 lots"
    reply(form, asked, lots=0.2, risk_amount=100.0, risk_pct=0.001)
    assert [*seen, form.card.is_current] == [False, True, True]
    assert form.submit.text() == "Submit ▲ BUY 0.20 EURUSD"


def test_a_preset_is_a_share_of_what_the_rpm_allows(form: IntentFormPanel, asked: list[PreviewIntent]) -> None:
    """Half of what it sized is half, all of it is what it sizes by itself, and another stop is asked about anew."""
    form._awaited = None
    form._ask()
    reply(form, asked, lots=0.6)
    form.fields.shares[1].click()
    assert form.request().requested_volume == 0.3
    form.fields.stop_loss.field.setText("1.09")
    with pytest.raises(ValueError, match="is asked how many lots"):
        form.request()
    form.fields.shares[2].click()
    assert form.request().requested_volume is None


def test_a_refusal_of_any_size_is_shown_as_such(form: IntentFormPanel, asked: list[PreviewIntent]) -> None:
    """Where the RPM allows none there is nothing to take a share of, and its reason is in sight."""
    form._awaited = None
    form.fields.volume.put("0.5", SizeUnit.PERCENT)
    form._ask()
    reply(form, asked, decision="REJECTED", lots=0.0, risk_amount=None, details="too many positions")
    assert form.card.decision.text() == "would be refused"
    assert form.card.reasons.text() == "too many positions"
    assert not form.submit.isEnabled()


def test_r_counts_to_the_rpms_stop_once_it_is_known(form: IntentFormPanel, asked: list[PreviewIntent]) -> None:
    """Without a stop of one's own, the RPM is asked for its stop first; a target in R is never guessed."""
    put_quote(form)
    form._awaited = None
    form.fields.take_profit.put("2", LevelUnit.R)
    form._ask()
    assert asked[-1].request.take_profit is None
    reply(form, asked, price=1.1001, stop_loss=1.0951)
    assert asked[-1].request.take_profit == 1.1101


def test_an_atr_is_the_one_that_the_rpm_measured(form: IntentFormPanel, asked: list[PreviewIntent]) -> None:
    """Until it is known the RPM is asked without the stop."""
    put_quote(form)
    form._awaited = None
    form.fields.stop_loss.put("2", LevelUnit.ATR)
    form._ask()
    assert asked[-1].request.stop_loss is None
    reply(form, asked, atr=0.001)
    assert asked[-1].request.stop_loss == 1.0981


def test_return_goes_to_submit_and_submits_nothing(form: IntentFormPanel, asked: list[object]) -> None:
    """Return in a field is no order."""
    answer(form)
    before = len(asked)
    form.fields.volume.field.setFocus()
    QTest.keyClick(form.fields.volume.field, Qt.Key.Key_Return)
    assert form.submit.hasFocus()
    assert len(asked) == before


def test_the_signal_is_folded_away_and_then_not_given(form: IntentFormPanel) -> None:
    """One line says what is sent: nothing of the signal, or, unfolded, each of it."""
    assert not form.fields.regime.isVisible()
    assert form.fields.summary.text() == "not given, not judged, ATR measured; valid 120 s"
    form.fields.fold.click()
    assert form.fields.regime.isVisible()
    form.fields.regime.setCurrentText("CRISIS")
    assert "crisis" in form.fields.summary.text()


def test_the_answer_has_loss_in_money_and_percent(form: IntentFormPanel) -> None:
    """What is lost at the stop; how many times that the target brings stands at its field."""
    form.card.show_preview(intent_row(price=1.1, stop_loss=1.095, take_profit=1.11))
    assert form.card.values["Loss at stop"].text() == "300.00 · 0.30 %"


def test_the_answer_has_the_margin_level_with_the_trade(form: IntentFormPanel) -> None:
    """Before it is submitted, as in every terminal's ticket; a dash where the RPM did not look at it."""
    assert form.card.values["Margin level"].text() == DASH
    margin = Verdict("MARGIN_LEVEL_LIMIT", Outcome.PASS, 2653.4, 200.0, "%", "")
    form.card.show_preview(intent_row(checks=(margin,)))
    assert form.card.values["Margin level"].text() == "2,653 % after it"
