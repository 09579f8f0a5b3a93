# SPDX-License-Identifier: MIT
"""The ticket while its lines are dragged on the chart: the RPM is asked again and again, and the plan has that."""

from __future__ import annotations

import pytest

from arbitrex_desktop.desk.presentation.snapshot import Preview
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from arbitrex_desktop.ui.chart.desk_lines import TradePlan
from arbitrex_desktop.ui.commands import PreviewIntent
from arbitrex_desktop.ui.models.quotes import QuoteRow
from arbitrex_desktop.ui.panels.intent_form import IntentFormPanel
from tests.fakes.desk_data import intent_row, quote


@pytest.fixture
def plans(form: IntentFormPanel) -> list[TradePlan | None]:
    """Return a list that fills with the plans told of."""
    plans: list[TradePlan | None] = []
    # The question of the fixture's refresh is answered.
    form.show_preview(Preview(form._number, intent_row()))
    form.plan_changed.connect(plans.append)
    return plans


def newest(plans: list[TradePlan | None]) -> TradePlan:
    """Return the newest plan."""
    plan = plans[-1]
    assert plan is not None
    return plan


def answer(form: IntentFormPanel, request: PreviewIntent, lots: float) -> None:
    """Let the RPM answer a question with a size."""
    stop = request.request.stop_loss
    form.show_preview(
        Preview(request.number, intent_row(decision="APPROVED", lots=lots, stop_loss=stop, take_profit=None))
    )


def test_the_answer_follows_a_stop_in_the_hand(
    form: IntentFormPanel, asked: list[PreviewIntent], plans: list[TradePlan | None]
) -> None:
    """Asked at once, not when the hand rests; meanwhile the plan has the newest answer with its own stop."""
    form.set_stop(1.09, 5)
    assert asked[-1].request.stop_loss == 1.09
    answer(form, asked[-1], 0.6)
    for stop, lots in ((1.091, 0.7), (1.092, 0.8)):
        before = len(asked)
        form.set_stop(stop, 5)
        assert len(asked) == before + 1
        form.set_stop(stop + 0.0001, 5)
        assert len(asked) == before + 1, "one question is on its way at a time"
        assert newest(plans).stop_loss == pytest.approx(stop + 0.0001)
        assert newest(plans).lots > 0.0
        assert not form.card.is_current
        answer(form, asked[-1], lots)
        assert newest(plans).lots == lots
        assert asked[-1].request.stop_loss == pytest.approx(stop + 0.0001)
        answer(form, asked[-1], lots + 0.01)
        assert newest(plans).lots == lots + 0.01
        assert form.card.is_current


def test_a_change_by_keyboard_has_no_answer_of_another_trade(
    form: IntentFormPanel, asked: list[PreviewIntent], plans: list[TradePlan | None]
) -> None:
    """Only while a line is dragged an older answer stands beside it."""
    form.set_stop(1.09, 5)
    answer(form, asked[-1], 0.6)
    form.set_stop(1.091, 5)
    form.sell.click()
    assert newest(plans).answer == ""
    assert newest(plans).lots == 0.0


@pytest.mark.parametrize(
    ("is_buy", "price", "kind"),
    [
        (True, 1.09, OrderKind.LIMIT),
        (True, 1.11, OrderKind.STOP),
        (False, 1.09, OrderKind.STOP),
        (False, 1.11, OrderKind.LIMIT),
    ],
)
def test_an_entry_pulled_off_the_market_rests(
    form: IntentFormPanel, asked: list[PreviewIntent], *, is_buy: bool, price: float, kind: OrderKind
) -> None:
    """As a limit where the price is better than the market's, as a stop where it is worse."""
    form.choose_symbol("EURUSD")
    form.show_quote(QuoteRow("EURUSD", 5, quote("EURUSD", 1.1), 0.2, live=True))
    (form.buy if is_buy else form.sell).click()
    form.set_entry(price, 5)
    plan = form.plan()
    assert plan is not None
    assert (plan.order_kind, plan.entry) == (kind.value, price)


def test_without_a_fresh_price_an_entry_is_not_moved(form: IntentFormPanel) -> None:
    """Nobody could say whether it would be a limit or a stop."""
    form.set_entry(1.09, 5)
    assert form.entry.order_kind is OrderKind.MARKET
