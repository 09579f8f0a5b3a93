# SPDX-License-Identifier: MIT
"""Sentences say what was checked, of what, in the trader's units, for the size that was approved; no settings' keys."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.risk_portfolio_manager import Outcome, Position, RPMConfig, RPMOutput
from arbitrex_desktop.risk_portfolio_manager.config import PARAMETERS
from arbitrex_desktop.risk_portfolio_manager.config.profiles import firm_profiles
from arbitrex_desktop.risk_portfolio_manager.decision.format import Decimals
from arbitrex_desktop.risk_portfolio_manager.decision.result import PlainCheck, Stage
from arbitrex_desktop.risk_portfolio_manager.rules.registry import ALL_RULES
from arbitrex_desktop.risk_portfolio_manager.rules.volume_limits import VolumeLimits
from tests.fakes.broker_data import make_account, make_position
from tests.fakes.clock import START
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import check, intent, pooled, reason, static, units, wide

KEYS = [name for name in PARAMETERS if "_" in name]


def outputs() -> Iterator[RPMOutput]:
    """Yield answers of all kinds: approved, cut, refused, halted, without a pool, with a firm's account."""
    for changes in (
        {},
        {"atr": 0.001},
        {"atr": 5.0},
        {"confidence_score": 0.1, "regime": "CRISIS", "vol_percentile": 1.0},
    ):
        for config in (RPMConfig(), RPMConfig.preset("Conservative"), RPMConfig.preset("Topstep Combine 50K")):
            yield static(config).evaluate(**intent(**changes))
            yield pooled(FakePool(), config).evaluate(**intent(**changes))
    bad: dict[str, Any] = {
        "win_rate": 0.2,
        "num_trades": 3,
        "adv_units": 5.0,
        "requested_volume": 900.0,
        "stop_loss": 2.0,
    }
    for name, value in bad.items():
        yield static(wide()).evaluate(**intent(**{name: value}))
    for name in firm_profiles():
        yield pooled(FakePool(), RPMConfig.preset(name)).evaluate(**intent())
    counts = ("max_concurrent_positions", "max_positions_per_symbol", "max_positions_per_strategy")
    tight: dict[str, Any] = {**dict.fromkeys(counts, 0), "max_symbol_exposure_units": 1.0, "max_consecutive_losses": 1}
    tight |= {"max_lots_per_order": 0.001, "session_end": "00:00", "enforce_time_spacing": True}
    rpm = static(RPMConfig.from_dict({**tight, "duplicate_window_seconds": 60.0}))
    rpm.portfolio_state.consecutive_losses = 3
    for _ in range(2):
        yield rpm.process_trade_intent(**intent(strategy_id="alpha"))
    rpm.portfolio_state.equity = 1.0
    for _ in range(2):
        yield rpm.process_trade_intent(**intent())


def test_no_sentence_holds_a_key_of_the_settings() -> None:
    """Whatever is answered: words of the field, for every rule and every step of the sizing."""
    seen: set[str] = set()
    for output in outputs():
        refused = output.decision.rejected_trade
        sentences = [each.message for each in output.decision.checks]
        sentences += [refused.rejection_details] if refused is not None else []
        for sentence in sentences:
            assert not [key for key in KEYS if key in sentence], sentence
        seen |= {each.name for each in output.decision.checks}
    assert {rule.subject for rule in ALL_RULES} <= seen, "every rule was heard"


def test_every_check_has_a_name_that_is_no_refusal() -> None:
    """A check is called by what it looks at; the code is for those that refuse."""
    verdict = check(static(wide()).evaluate(**intent()), "MAX_DRAWDOWN_EXCEEDED")
    assert verdict.name == "drawdown"
    assert all((each.name and each.name == each.name.lower()) or "-" in each.name for each in
               static(wide()).evaluate(**intent()).decision.checks)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "of"),
    [
        ("SYMBOL_EXPOSURE_LIMIT", "of capital"),
        ("TOTAL_EXPOSURE_LIMIT", "of capital"),
        ("MAX_DRAWDOWN_EXCEEDED", "of the peak"),
        ("DAILY_LOSS_LIMIT", "of the day's anchor"),
        ("WEEKLY_LOSS_LIMIT", "of the week's anchor"),
        ("RISK_PER_TRADE_LIMIT", "of capital"),
    ],
)
def test_shares_say_of_what(code: str, of: str) -> None:
    """A percentage alone means nothing."""
    words = [each.message for each in static(wide()).evaluate(**intent()).decision.checks if each.code == code]
    assert any(of in each for each in words)


@pytest.mark.parametrize(
    ("symbol", "digits", "price", "stop", "pips"),
    [
        ("EURUSD", 5, 1.15, 1.145, "50 pips"),
        ("USDJPY", 3, 150.0, 149.5, "50 pips"),
        ("XAUUSD", 2, 2600.0, 2590.0, "1000 pips"),
    ],
)
def test_stops_are_told_in_pips(symbol: str, digits: int, price: float, stop: float, pips: str) -> None:
    """Ten points of a price with three or five digits, one of others."""
    pool = FakePool()
    pool.infos[symbol] = replace(pool.infos[symbol], digits=digits, point=10.0**-digits)
    pool.set_quote(symbol, price, spread=0.0)
    output = pooled(pool, wide()).evaluate(
        **intent(symbol=symbol, current_price=price, stop_loss=stop, atr=price / 200)
    )
    words = check(output, "INVALID_STOPS", "distance of the stop").message
    assert words.startswith(f"distance of the stop {pips}, minimum")


def test_after_a_cut_every_line_shows_the_approved_size() -> None:
    """No line speaks of the size that was wanted, but that which cut it, and it says to what."""
    rpm = static(wide(max_symbol_exposure_pct=0.5, max_positions_per_symbol=9))
    output = rpm.evaluate(**intent(atr=0.01))
    assert output.decision.status == "ADJUSTED"
    lots, capital = units(output) / 100_000, 100_000.0
    assert check(output, "ZERO_POSITION_SIZE", "position size").observed == lots
    assert check(output, "TOTAL_EXPOSURE_LIMIT").observed == pytest.approx(units(output) * 1.15 / capital)
    cut = check(output, "SYMBOL_EXPOSURE_LIMIT", "symbol exposure would")
    assert cut.outcome is Outcome.ADJUST
    assert cut.message.endswith(f"size cut to fit ({amounts.lots(lots)} lots)")


def test_one_line_says_what_decided_and_what_would_pass() -> None:
    """The tightest limit by its name, and the largest size, whether more was wanted, less, or nothing passes."""
    free = {"max_positions_per_symbol": 9}
    by_risk = static(wide(**free)).evaluate(**intent())
    size = units(by_risk) / 100_000
    promise = f"the largest size that would pass is {amounts.lots(size)} lots, by risk per trade"
    assert largest(by_risk) == f"size {amounts.lots(size)} lots, decided by risk per trade; {promise}"
    cut = static(wide(max_symbol_exposure_pct=0.5, **free)).evaluate(**intent(atr=0.01))
    assert "decided by symbol exposure; the largest size that would pass is 0.43 lots, by symbol exposure" in largest(
        cut
    )
    small = static(wide(max_symbol_exposure_pct=0.5, **free)).evaluate(**intent(atr=0.01, requested_volume=0.1))
    assert "size 0.10 lots, as asked for; the largest size that would pass is 0.43 lots" in largest(small)
    none = static(wide(max_symbol_exposure_pct=0.001, **free)).evaluate(**intent(atr=0.01))
    assert reason(none) == "SYMBOL_EXPOSURE_LIMIT"
    assert largest(none) == "the largest size that would pass is 0.00 lots, by symbol exposure"
    rpm = static(wide(**free))
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "x")
    assert largest(rpm.evaluate(**intent())) == "no size would pass: trading state"


def test_the_largest_size_passes_and_the_next_does_not() -> None:
    """What the line promises holds: asked for it is approved, a step more is cut to it."""
    pool = FakePool()
    pool.positions = (make_position("GBPUSD", 1, 0.3, ticket=1), make_position("USDJPY", -1, 0.2, ticket=2))
    config = RPMConfig.preset("Standard FX")
    said = largest(pooled(pool, config).evaluate(**intent(atr=0.0006, requested_volume=0.01)))
    most = float(said.partition("pass is ")[2].partition(" lots")[0])
    for asked, status in ((most, "APPROVED"), (most + 0.01, "ADJUSTED")):
        output = pooled(pool, config).evaluate(**intent(atr=0.0006, requested_volume=asked))
        assert output.decision.status == status
        assert units(output) == pytest.approx(most * 100_000)


def test_reductions_have_no_such_line() -> None:
    """They are as large as what is open."""
    rpm = static(wide())
    rpm.portfolio_state.open_positions["EURUSD"] = Position("EURUSD", 1, 1_000.0, 1.15, START)
    assert not [each for each in rpm.evaluate(**intent(direction=-1)).decision.checks if each.name == "largest size"]


@pytest.mark.parametrize(("currency", "digits"), [("JPY", 0), ("USD", 2), ("USD", 3)])
def test_money_has_currency_and_decimals_of_the_account(currency: str, digits: int) -> None:
    """Yen have none: in checks, in the refusal, in the reason of a halt, and of limits in use."""

    def told(amount: float) -> str:
        return f"{amount:,.{digits}f} {currency}"

    account = make_account(
        currency=currency, currency_digits=digits, balance=1e7, equity=1e7, margin_free=1e7, profit=0.0
    )
    pool = FakePool(account=account)
    firm = {"initial_balance": 1e7, "firm_max_loss": 0.1, "firm_buffer": 0.0}
    rpm = pooled(pool, wide(**firm, max_drawdown=1.0, max_daily_drawdown=1.0))
    free, floor = told(1e6), told(9e6)
    verdict = check(rpm.evaluate(**intent()), "FREE_MARGIN_LIMIT")
    assert verdict.message.endswith(f"minimum {free}")
    used = next(each for each in rpm.limits_in_use() if each.code == "ACCOUNT_FLOOR")
    assert f"minimum {floor} (" in used.message
    pool.account = replace(account, equity=8e6)
    assert rpm.sync_with_mt5_account()
    said = f"equity {told(8e6)} is under the minimum of {floor}"
    assert said in str(rpm.portfolio_state.halt_reason)
    rpm.kill_switches.manual_resume(rpm.portfolio_state)
    refused = rpm.evaluate(**intent()).decision.rejected_trade
    assert refused is not None
    assert said in refused.rejection_details
    small = pooled(FakePool(account=replace(account, balance=1e3, equity=1e3)), wide()).evaluate(**intent(atr=5.0))
    note = check(small, "ZERO_POSITION_SIZE", "position size").message
    risk = note.partition("would risk ")[2].partition(" at the stop")[0]
    assert risk == told(float(risk.partition(" ")[0].replace(",", "")))


@pytest.mark.parametrize(
    ("step", "smallest", "ten"), [(1.0, "1", "10"), (0.1, "0.1", "10.0"), (0.001, "0.001", "10.000")]
)
def test_lots_have_the_decimals_of_the_symbols_step(step: float, smallest: str, ten: str) -> None:
    """In checks, in the line of the size, in the refusal of what is too small, and of a reversal."""
    pool = FakePool(account=make_account(balance=1e7, equity=1e7, margin_free=1e7, margin_mode=0))
    pool.infos["EURUSD"] = replace(pool.infos["EURUSD"], volume_step=step, volume_min=step)
    rpm = pooled(pool, wide(max_lots_per_order=10.0, max_positions_per_symbol=9))
    output = rpm.evaluate(**intent(atr=0.001, requested_volume=10.0))
    assert check(output, "ZERO_POSITION_SIZE", "position size").message == (
        f"position size {ten} lots, minimum {smallest} lots"
    )
    assert check(output, "MAX_LOTS").message == f"lots {ten} lots, limit {ten} lots (of one order)"
    assert largest(output).startswith(f"size {ten} lots, as asked for; the largest size that would pass is {ten} lots")
    pool.positions = (make_position("EURUSD", -1, 10.0, ticket=3),)
    assert rpm.sync_with_mt5_account()
    words = check(rpm.evaluate(**intent(atr=0.0001, requested_volume=20.0)), "NOTHING_TO_REDUCE").message
    assert f"it closes the {ten} lots that are held" in words
    rpm.config.max_lots_per_order = step / 2
    refused = rpm.evaluate(**intent(atr=0.0001, requested_volume=20.0)).decision.rejected_trade
    assert refused is not None
    assert f"the limit is {format(step / 2, 'g')} lots" in refused.rejection_details


@pytest.mark.parametrize(
    ("currency", "digits", "scale", "said"),
    [
        ("BTC", 8, 1e-5, "0.90000000"),
        ("JPY", 0, 150.0, "13,500,000"),
        ("USC", 2, 100.0, "9,000,000.00"),
        ("KWD", 3, 0.3, "27,000.000"),
    ],
)
def test_money_of_any_account_is_told_in_its_decimals(currency: str, digits: int, scale: float, said: str) -> None:
    """No amount is told by powers of ten, whatever the account keeps; a firm's floor has the account's decimals."""
    account = make_account(
        currency=currency, currency_digits=digits, balance=1e5 * scale, equity=1e5 * scale, margin_free=1e5 * scale
    )
    pool = FakePool(account=account)
    rpm = pooled(pool, wide(initial_balance=1e5 * scale, firm_max_loss=0.1, firm_buffer=0.0, profit_target=0.5))
    messages = [each.message for each in rpm.evaluate(**intent()).decision.checks]
    messages += [each.message for each in rpm.limits_in_use()]
    assert not [each for each in messages if re.search(r"\de[-+]\d", each)]
    floor = amounts.money(9e4 * scale, currency, digits)
    assert floor == f"{said} {currency}"
    assert any(f"minimum {floor} (the firm's floor" in each for each in messages)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("atr", None, "atr must be a number above zero, of ordinary size (it is not given)"),
        ("atr", [1.0], "atr must be a number above zero, of ordinary size (it is of type list)"),
        ("symbol", object(), "symbol must be a name (it is of type object)"),
        ("regime", "calm", "regime must be one of"),
    ],
)
def test_what_cannot_be_used_is_told_without_pythons_words(field: str, value: Any, said: str) -> None:
    """No None, no address of an object."""
    refused = static(wide()).evaluate(**intent(**{field: value})).decision.rejected_trade
    assert refused is not None
    assert said in refused.rejection_details
    assert not any(each in refused.rejection_details for each in ("None", "object at", "<"))


def test_a_setting_that_is_wrong_is_told_by_its_label() -> None:
    """Not by its key."""
    rpm = static(wide())
    rpm.config.max_drawdown = 5.0
    refused = rpm.evaluate(**intent()).decision.rejected_trade
    assert refused is not None
    assert refused.rejection_details == '"Greatest drawdown from the peak" must be in (0, 1.0] (it is 5.0)'


def largest(output: RPMOutput) -> str:
    """Return the line about the largest size."""
    return next(each.message for each in output.decision.checks if each.name == "largest size")


@pytest.mark.parametrize(("step", "decimals"), [(0.01, 2), (0.1, 1), (0.001, 3)])
@pytest.mark.parametrize("asked", [5.0, 5.0005])
def test_lots_have_the_decimals_of_the_volume_step(step: float, decimals: int, asked: float) -> None:
    """What was reckoned is told in steps that can be traded, downwards; what was asked for is told as it was."""
    pool = FakePool()
    pool.infos["EURUSD"] = replace(pool.infos["EURUSD"], volume_step=step, volume_min=step)
    found = check(pooled(pool, wide()).evaluate(**intent(atr=0.0029, requested_volume=asked)), "REQUESTED_VOLUME")
    assert found.limit is not None
    most = f"{math.floor(found.limit / step) * step:.{decimals}f}"
    assert float(most) < found.limit, "the case needs a limit between two steps"
    said = amounts.lots(asked, decimals)
    assert found.message.startswith(f"requested volume would be {said} lots, the limit is {most} lots: size cut to fit")


@given(
    seen=st.floats(0.0, 500.0), limit=st.floats(0.0, 500.0), decimals=st.integers(0, 3),
    typed=st.booleans(), minimum=st.booleans(),
)  # fmt: skip
@example(seen=0.5, limit=0.5, decimals=0, typed=False, minimum=True)
def test_lots_in_steps_never_contradict_the_outcome(
    *, seen: float, limit: float, decimals: int, typed: bool, minimum: bool
) -> None:
    """What is above its limit is told above it, what is not is not; what was reckoned has the step's decimals.

    Where both are the same, both are told in full: half a lot would not read as none.
    """
    rule = PlainCheck(Stage.PORTFOLIO, VolumeLimits.code, "volume", "lots", minimum=minimum)
    rule.typed = typed
    seen, limit = (round(seen, 8), limit) if typed else (seen, round(limit, 8))
    passes = seen >= limit if minimum else seen <= limit
    message = (rule.passed(seen, limit) if passes else rule.failed(seen, limit)).message(Decimals(2, decimals, "USD"))
    first, second = re.findall(r"([\d.]+) lots", message)
    assert typed or seen == limit or len(first.partition(".")[2]) == decimals
    assert (float(first) > float(second)) <= (seen > limit)
    assert (float(first) < float(second)) <= (seen < limit)
