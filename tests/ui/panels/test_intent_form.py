# SPDX-License-Identifier: MIT
"""The form hands on exactly what stands in it, refuses what it cannot read, and shows only answers to that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.intents.intent import IntentRequest
from arbitrex_desktop.desk.presentation.snapshot import Preview
from arbitrex_desktop.mt5.commands import ListedSymbol
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.ui.chart.desk_lines import TradePlan
from arbitrex_desktop.ui.commands import CommandResult, PreviewIntent, SubmitIntent
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.models.quotes import QuoteRow
from arbitrex_desktop.ui.panels.chart import ChartPanel
from arbitrex_desktop.ui.panels.intent_form import SUBMITTED, IntentFormPanel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.fields import OptionalNumber
from tests.fakes.clock import ManualClock
from tests.fakes.core import FakeWatchList
from tests.fakes.desk_data import account_row, intent_row, pool_stats, quote, risk_row

Make = Callable[..., Freshness]


def test_the_request_is_what_stands_in_the_form(form: IntentFormPanel) -> None:
    """Empty fields are None, as the signal is while folded away, and every other field arrives in its type."""
    assert form.request() == IntentRequest("EURUSD", 1)
    form.fields.fold.click()
    assert form.request() == IntentRequest("EURUSD", 1, 0.7, "TRENDING", 0.5)
    form.sell.click()
    form.fields.regime.setCurrentText("CRISIS")
    form.fields.confidence.setValue(0.85)
    form.fields.volatility.setValue(0.15)
    form.fields.atr.setText("0.0012")
    form.fields.stop_loss.field.setText("1.1")
    form.fields.take_profit.field.setText(" 1.05 ")
    form.fields.volume.field.setText("2")
    form.fields.lifetime.setValue(45)
    assert form.request() == IntentRequest("EURUSD", -1, 0.85, "CRISIS", 0.15, 0.0012, 1.1, 1.05, 2.0, "manual", 45.0)


@pytest.mark.parametrize("text", ["1,5", "1.000,5", "-1", "0", "abc", "1e5", "nan", "inf", "1.2.3", "٣", "."])
def test_unreadable_numbers_are_refused_not_guessed(qtbot: QtBot, text: str) -> None:
    """A comma may mean two things, so it means none; zero, signs and other scripts are no prices."""
    field = OptionalNumber("Stop", "auto")
    qtbot.addWidget(field)
    field.setText(text)
    with pytest.raises(ValueError, match="Stop must be a number above zero"):
        field.number()


def test_what_cannot_be_read_cannot_be_submitted(form: IntentFormPanel) -> None:
    """Submit is off, with the reason, and a preview is not asked for."""
    form.fields.stop_loss.field.setText("1,1")
    assert not form.submit.isEnabled()
    assert "Stop must be" in form.submit.toolTip()
    form._ask()
    assert "Stop must be" in form.card.reasons.text()
    form._submit()
    form.fields.stop_loss.clear()
    assert form.submit.isEnabled()
    form.fields.fold.setChecked(True)
    form.fields.confidence.setValue(1.5)
    assert form.submit.toolTip() == "Confidence must be from 0 to 1"
    form.fields.confidence.setValue(0.5)
    form.symbol.setCurrentText("NOSUCH")
    assert "no symbol of this terminal" in form.submit.toolTip()
    form.symbol.setCurrentText("")
    assert form.submit.toolTip() == "Choose a symbol"


@pytest.mark.parametrize("name", ["EURUSDm", "x.EURUSD", "EURUSD-ECN", "EURUSD#"])
def test_a_plain_name_is_the_terminal_s_symbol(form: IntentFormPanel, name: str) -> None:
    """`EURUSD` is chosen at first and may be typed where the broker calls it otherwise; the chart is told its name."""
    told: list[str] = []
    form.symbol_changed.connect(told.append)
    listed = tuple(
        ListedSymbol(each, each_base, "USD", visible=True, tradable=True)
        for each, each_base in ((name, "EUR"), ("AUDUSD.a", "AUD"), ("AUDUSD.b", "AUD"))
    )
    watch_list = FakeWatchList([], listed)
    form.set_symbols(["AUDUSD.a", "AUDUSD.b", name], watch_list)
    assert (form.chosen, form.request().symbol) == (name, name)
    form.symbol.setCurrentText("AUDUSD")
    assert form.submit.toolTip().startswith("AUDUSD: the broker has several of that name: AUDUSD.a, AUDUSD.b")
    form.symbol.setCurrentText("EURUSD")
    assert (form.chosen, form.request().symbol, told[-1]) == (name, name, name)
    assert form.submit.text() == f"Submit ▲ BUY {name}"
    form.set_symbols(["AUDUSD.a", "AUDUSD.b", name, "GBPUSD.a"], watch_list)
    assert form.request().symbol == name
    form.symbol.setCurrentText("GBPUSD.")
    assert "GBPUSD.: the broker does not have it" in form.submit.toolTip()


def test_nothing_is_submitted_before_the_journal_is_open(
    form: IntentFormPanel, fresh: Callable[..., Freshness]
) -> None:
    """Submit is off for that moment, with the reason; where the journal cannot be used, an exit may be sent still."""
    form.refresh(fresh(takes_intents=False))
    assert (form.submit.isEnabled(), form.submit.toolTip()) == (
        False,
        "The account's journal is not open yet; one moment",
    )
    form.refresh(fresh(takes_intents=False, journal_problem="the disk is full"))
    assert form.submit.isEnabled()
    form.refresh(fresh())
    assert form.submit.isEnabled()


def test_submit_hands_the_request_on(form: IntentFormPanel) -> None:
    """One click, one request."""
    submitted: list[object] = []
    form.asked.connect(submitted.append)
    form.submit.click()
    assert submitted == [SubmitIntent(form.request())]


def test_only_the_newest_question_is_answered(form: IntentFormPanel, asked: list[PreviewIntent], qtbot: QtBot) -> None:
    """An answer to an older form is dropped and the newer one asked for; one question is on its way at a time."""
    form._awaited = None
    form._ask()
    first = asked[-1].number
    form.fields.confidence.setValue(0.9)
    form._ask()
    assert len(asked) == 1
    form.show_preview(Preview(first, intent_row(decision="APPROVED")))
    assert form.card.row is None
    assert len(asked) == 2
    form.show_preview(Preview(asked[-1].number, intent_row(decision="REJECTED")))
    assert form.card.decision.text() == "would be refused"
    assert form.card.is_current
    form.show_preview(Preview(first, intent_row(decision="APPROVED")))
    assert form.card.decision.text() == "would be refused"
    qtbot.waitUntil(lambda: len(asked) == 3)


def test_the_loss_at_the_stop_has_its_currency(form: IntentFormPanel, fresh: Callable[..., Freshness]) -> None:
    """An amount without one could be points, or another account's money."""
    form.refresh(fresh())
    form._awaited = form._number
    form.show_preview(Preview(form._number, intent_row(risk_amount=12.5, risk_pct=0.001)))
    assert form.card.values["Loss at stop"].text() == f"12.50 {account_row().currency} · 0.10 %"


def test_a_change_greys_the_answer_at_once(form: IntentFormPanel) -> None:
    """Between a change and its answer nothing looks current."""
    form._awaited = form._number
    form.show_preview(Preview(form._number, intent_row()))
    tones = [form.card.values["Lots"].tone]
    form.fields.volume.field.setText("3")
    assert not form.card.is_current
    assert [*tones, form.card.values["Lots"].tone] == [Tone.TEXT, Tone.MUTED]


def test_the_preview_is_renewed_while_prices_move(
    form: IntentFormPanel, asked: list[PreviewIntent], fresh: Make, clock: ManualClock
) -> None:
    """Every two seconds the question is asked again, unless the core is silent or an answer is due."""
    form._awaited = None
    clock.advance(3)
    form.refresh(fresh())
    assert len(asked) == 1
    clock.advance(3)
    form.refresh(fresh())
    assert len(asked) == 1
    form.preview_failed("no price")
    assert form.card.reasons.text() == "no price"
    form.refresh(fresh(age=60.0))
    assert len(asked) == 1
    assert not form.submit.isEnabled()
    form.refresh(fresh())
    assert len(asked) == 2


def test_in_a_closed_market_the_preview_is_seldom_renewed(
    form: IntentFormPanel, asked: list[PreviewIntent], fresh: Make, clock: ManualClock
) -> None:
    """Its price stands still for days: the question is asked again four times a minute, not thirty."""
    form.show_quote(QuoteRow("EURUSD", 5, quote("EURUSD"), 600.0, live=True, closed=True))
    asked.clear()
    for _ in range(60):
        form._awaited = None
        clock.advance(1)
        form.refresh(fresh())
    assert len(asked) == 4


def test_an_answer_of_the_past_is_grey(
    form: IntentFormPanel, asked: list[PreviewIntent], fresh: Make, clock: ManualClock
) -> None:
    """Without a connection there is no present answer: the last one greys, and none is asked for until there is one."""
    form.refresh(fresh())
    form._awaited = form._number
    form.show_preview(Preview(form._number, intent_row()))
    seen = [form.card.is_current]
    asked.clear()
    clock.advance(3)
    form.refresh(fresh(pool=pool_stats(state=ConnectionState.LOST)))
    assert [*seen, form.card.is_current] == [True, False]
    assert form.card.decision.tone is Tone.MUTED
    assert asked == []
    form.refresh(fresh())
    assert len(asked) == 1


def test_the_answer_says_what_would_keep_it_from_being_sent(form: IntentFormPanel) -> None:
    """An approval that a halt or a missing arming would stop is not shown as a plain yes."""
    form.card.show_preview(intent_row(decision="APPROVED", checks=(), blocker="trading is halted: news"))
    assert form.card.reasons.text() == "Could not be approved now: trading is halted: news. Every check passes."
    assert form.card.reasons.tone is Tone.WARN
    refused = intent_row(decision="REJECTED", checks=(), blocker="too deep", details="too deep")
    form.card.show_preview(refused)
    assert form.card.reasons.text() == "too deep"


def test_submit_stays_in_sight_in_the_lowest_room(form: IntentFormPanel, qtbot: QtBot) -> None:
    """Symbol, sides, the RPM's answer and Submit are whole however low the panel is; the fields scroll."""
    form.card.show_preview(intent_row(details="a long reason " * 30))
    form.show()
    form.resize(form.minimumSizeHint())
    for widget in (form.symbol, form.buy, form.sell, form.card, form.submit):
        qtbot.waitUntil(
            lambda widget=widget: widget.visibleRegion().boundingRect() == widget.rect()  # type: ignore[misc] # bound now
        )
    assert form.height() < 220
    form.fields.stop_loss.unit.setFocus()
    QTest.keyClick(form.fields.stop_loss.unit, Qt.Key.Key_Tab)
    target = form.fields.take_profit.field
    assert target.hasFocus()
    qtbot.waitUntil(lambda: not target.visibleRegion().isEmpty())


def test_the_answer_names_what_speaks_against_it(form: IntentFormPanel) -> None:
    """Without details in words, the checks that fail or adjust speak; without those, all is well."""
    checks = (
        Verdict("A", Outcome.PASS, None, None, "", "fine"),
        Verdict("B", Outcome.FAIL, 1.0, 2.0, "", "too much"),
    )
    form.card.show_preview(intent_row(checks=checks))
    assert form.card.reasons.text() == "too much"
    form.card.show_preview(intent_row(checks=checks[:1]))
    assert form.card.reasons.text() == "Every check passes."
    form.card.show_preview(intent_row(details="cut to 0.60"))
    assert form.card.reasons.text() == "cut to 0.60"


def test_many_reasons_are_counted_and_do_not_push_the_submit_button_away(form: IntentFormPanel) -> None:
    """Two reasons are shown and the rest counted; all are in the tooltip."""
    checks = tuple(Verdict(name, Outcome.ADJUST, None, None, "", f"limit {name} is met") for name in "ABCDE")
    form.card.show_preview(intent_row(checks=checks))
    assert form.card.reasons.text() == "limit A is met; limit B is met; and 3 more"
    assert form.card.reasons.toolTip().splitlines() == [check.message for check in checks]


def test_the_present_price_is_beside_the_symbol(form: IntentFormPanel) -> None:
    """Fresh in full colour, stale in grey with its age, none as such."""
    form.show_quote(QuoteRow("EURUSD", 5, quote(), 0.2, live=True))
    assert (form.quote.text(), form.quote.tone) == ("1.10000 / 1.10010", Tone.TEXT)
    form.show_quote(QuoteRow("EURUSD", 5, quote(), 7_200.0, live=True, closed=True))
    assert (form.quote.text(), form.quote.tone) == ("1.10000 / 1.10010, closed, 2 h old", Tone.MUTED)
    form.show_quote(QuoteRow("EURUSD", 5, quote(), 99.0, live=True))
    assert (form.quote.text(), form.quote.tone) == ("1.10000 / 1.10010, 99 s old", Tone.MUTED)
    form.show_quote(None)
    assert form.quote.text() == "no price"


def test_a_new_list_of_symbols_keeps_the_choice(form: IntentFormPanel) -> None:
    """The chosen symbol stays while it is offered."""
    form.choose_symbol("AUDUSD")
    form.set_symbols(["AUDUSD", "EURUSD", "XAUUSD"])
    assert form.symbol.currentText() == "AUDUSD"
    form.set_symbols(["XAUUSD"])
    assert form.symbol.currentText() == "XAUUSD"


def test_a_preview_that_closes_says_so(form: IntentFormPanel) -> None:
    """Approved with no stop and no risk is a position that would be closed, and the card names it."""
    words = "CLOSES position #123 (BUY 0.01 XAUUSD)"
    form.card.show_preview(intent_row(lots=0.01, stop_loss=None, closes=123, closing_text=words, checks=()))
    assert form.card.reasons.text() == f"{words}. Every check passes."
    assert form.card.reasons.tone is Tone.WARN


def answer(form: IntentFormPanel, **changes: Any) -> None:
    """Have the RPM answer to what stands in the form now."""
    form._awaited = form._number
    form.show_preview(Preview(form._number, intent_row(**changes)))


def test_submit_says_what_it_will_do(form: IntentFormPanel) -> None:
    """The side before there is an answer, then the lots, or the position that would be closed."""
    assert form.submit.text() == "Submit ▲ BUY EURUSD"
    answer(form)
    assert form.submit.text() == "Submit ▲ BUY 0.60 EURUSD"
    answer(form, closes=7, lots=0.2)
    assert form.submit.text() == "Submit: close #7"
    form.symbol.setCurrentText("FOOBAR")
    assert form.submit.text() == "Submit"


def test_submit_is_off_while_it_cannot(form: IntentFormPanel, fresh: Make) -> None:
    """Where the RPM refuses, and where trading is halted unless the answer says that the trade may pass."""
    answer(form, decision="REJECTED", lots=0.0, details="no new positions in a stressed regime")
    assert not form.submit.isEnabled()
    assert form.submit.text() == "Would be refused: ▲ BUY EURUSD"
    assert "stressed regime" in form.submit.toolTip()
    form.fields.confidence.setValue(0.9)
    assert form.submit.isEnabled()
    halted = fresh(risk=risk_row(trading_state="HALTED"))
    form.refresh(halted)
    assert not form.submit.isEnabled()
    assert "HALTED" in form.submit.toolTip()
    answer(form, closes=7, lots=0.2)
    form.refresh(halted)
    assert form.submit.isEnabled()


def test_a_halt_outdates_the_answer_at_once(form: IntentFormPanel, fresh: Make) -> None:
    """Submit does not stay bright until the next answer comes, and that one is asked for now."""
    form.refresh(fresh())
    answer(form)
    assert form.submit.isEnabled()
    asked: list[object] = []
    form.asked.connect(asked.append)
    form.refresh(fresh(risk=risk_row(trading_state="HALTED")))
    assert not form.submit.isEnabled()
    assert not form.card.is_current
    assert len(asked) == 1


def test_what_was_submitted_is_not_previewed_as_a_repeat(
    form: IntentFormPanel, asked: list[PreviewIntent], fresh: Make, clock: ManualClock
) -> None:
    """The form says that it was submitted until the trader touches it, however long; a failure gives it back."""
    answer(form)
    form.submit.click()
    assert (form.submit.text(), form.submit.isEnabled()) == ("Submitted ▲ BUY EURUSD", False)
    assert form.card.reasons.text() == SUBMITTED
    form.submit.click()
    answer(form, decision="REJECTED", details="time since the same trade was asked for 1.6 s")
    assert form.card.reasons.text() == SUBMITTED
    before = len(asked)
    clock.advance(3.0)
    form.refresh(fresh())
    assert len(asked) == before == 1
    form.command_done(CommandResult(SubmitIntent(form.request()), error="the disk is full"))
    assert form.submit.isEnabled()
    form.submit.click()
    clock.advance(600.0)
    form.refresh(fresh())
    assert not form.submit.isEnabled()
    form.buy.click()
    assert form.submit.text() == "Submit ▲ BUY EURUSD"


def test_a_submitted_trade_is_no_plan_on_the_chart(form: IntentFormPanel, fresh: Make, clock: ManualClock) -> None:
    """There it waits as a ghost, then is a position: a plan that comes back unasked would lie on its lines."""
    plans: list[object] = []
    form.plan_changed.connect(plans.append)
    answer(form)
    assert plans[-1] is not None
    form.submit.click()
    assert plans[-1] is None
    clock.advance(600.0)
    form.refresh(fresh())
    assert plans[-1] is None
    form.choose_symbol("EURUSD")
    assert plans[-1] is not None


def test_nothing_of_one_symbol_carries_to_another(form: IntentFormPanel) -> None:
    """Prices and lots are cleared with the symbol, and only then; offering the same symbols anew clears nothing."""
    levels = (form.fields.stop_loss, form.fields.take_profit, form.fields.volume)
    fields = (form.fields.atr, *(level.field for level in levels))
    for field in fields:
        field.setText("1.2")
    form.set_symbols(["AUDUSD", "EURUSD", "XAUUSD"])
    assert [field.text() for field in fields] == ["1.2"] * 4
    form.choose_symbol("XAUUSD")
    assert [field.text() for field in fields] == [""] * 4


@pytest.mark.parametrize(("typed", "taken"), [("6", 6), ("0", 1), ("3600", 3600)])
def test_a_short_life_is_what_was_typed(form: IntentFormPanel, typed: str, taken: int) -> None:
    """Few seconds are few seconds, not two minutes."""
    form.fields.lifetime.selectAll()
    QTest.keyClicks(form.fields.lifetime, typed)
    form.fields.lifetime.interpretText()
    assert form.fields.lifetime.value() == taken


def test_less_than_was_asked_for_is_said_in_the_answer(form: IntentFormPanel) -> None:
    """Lots rounded to the broker's step are no "every check passes" alone."""
    answer(form, decision="APPROVED", lots=0.01, requested_lots=0.015, checks=())
    assert form.card.reasons.text() == "0.015 lots were asked for, 0.01 remain. Every check passes."
    assert form.card.reasons.tone is Tone.WARN


def test_a_plan_whose_ticket_is_out_of_sight_has_no_answer(
    form: IntentFormPanel, asked: list[PreviewIntent], qtbot: QtBot, theme: Theme
) -> None:
    """Nobody asks the RPM anew meanwhile: the chart would go on saying "would pass" of what is refused by now."""
    plans: list[TradePlan | None] = []
    chart = ChartPanel(theme, ManualClock())
    qtbot.addWidget(chart)
    form.go_with(chart)
    form._awaited = None
    form._ask()
    form.show_preview(Preview(asked[-1].number, intent_row(symbol="AUDUSD")))
    form.plan_changed.connect(plans.append)
    form.plan_changed.emit(form.plan())
    form.hide()
    form.show()
    assert [plan.answer if plan is not None else None for plan in plans] == ["ADJUSTED", "", "ADJUSTED"]
