# SPDX-License-Identifier: MIT
"""Requests as the genuine package sent them, answered by the simulated broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from struct import pack, unpack_from
from typing import Any

import numpy as np
import pytest

from arbitrex_desktop.mt5 import results
from arbitrex_desktop.mt5.arrays import RATE_DTYPE, TICK_DTYPE, Rows
from arbitrex_desktop.mt5.constants import CopyTicks, OrderType, ResultCode, Timeframe, TradeAction, TradeRetcode
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.mt5.simulator.terminal import SimulatedTerminal
from tests.fakes.clock import ManualClock
from tests.mt5.simulator.recording_backend import connected_module, sample
from tests.native import layouts
from tests.native.protocol import READY, Arguments, Command, answer, frame
from tests.native.trouble import KINDS, OTHER_LOGIN, Trouble, TroubledTerminal

LOGIN, SERVER, PASSWORD = 12345678, "Broker-Demo", "hunter2é"
A_WEEK = 7 * 86_400

RECORDED = {
    "version": "01000000 00000000",
    "hello": "04000000 03000000 06000000 5000 7900 7400 6800 6f00 6e00",
    "login": "05000000 00000000 4e61bc0000000000 08000000 680075006e007400650072003200e900"
    " 0b000000 420072006f006b00650072002d00440065006d006f00",
    "state": "6d000000",
    "symbol_info": "aa000000 06000000 450055005200550053004400",
    "symbol_select": "ab000000 06000000 450055005200550053004400 01",
    "symbols_get": "af000000 05000000 2a00550053004400 2a00",
    "rates": "6c000000 06000000 450055005200550053004400 04400000 03000000 07000000",
    "position": "7b000000 4d00000000000000",
}
"""What the package wrote: `m.login(12345678, "hunter2é", "Broker-Demo")`, `positions_get(ticket=77)` and so on."""


@pytest.fixture
def terminal() -> Iterator[SimulatedTerminal]:
    """Give a broker with a few positions open."""
    spec = SimulationSpec(login=LOGIN, server=SERVER, password=PASSWORD)
    simulation = build_simulation(spec, ManualClock())
    yield simulation.terminal
    simulation.close()


def data(found: bytes, command: int) -> bytes:
    """Return the data of an answer that must be a success."""
    assert unpack_from("<Ii", found) == (command, ResultCode.S_OK)
    return found[8:]


def text(words: str) -> bytes:
    """Return a text as it stands in a request."""
    return pack("<I", len(words)) + words.encode("utf-16-le")


def ask(terminal: SimulatedTerminal, command: Command, arguments: bytes = b"") -> bytes:
    """Ask something that must succeed, and return its data."""
    return data(answer(terminal, pack("<I", command) + arguments), command)


def status(terminal: SimulatedTerminal, command: Command, arguments: bytes = b"") -> int:
    """Ask and return how it went."""
    return int(unpack_from("<Ii", answer(terminal, pack("<I", command) + arguments))[1])


def rows(layout: layouts.Layout[Any], found: bytes) -> list[Any]:
    """Return the structures of an answer that begins with their count."""
    (count,) = unpack_from("<I", found)
    assert len(found) == 4 + count * layout.size
    return [layout.unpack(found[4 + at * layout.size :][: layout.size]) for at in range(count)]


def array(found: bytes, dtype: np.dtype[Any]) -> Rows:
    """Return the ticks or bars of an answer."""
    return np.frombuffer(found[4:], dtype, count=unpack_from("<I", found)[0])


@pytest.mark.parametrize("name", RECORDED)
def test_what_the_package_wrote_is_understood(terminal: SimulatedTerminal, name: str) -> None:
    """Requests recorded from the genuine package are answered; a position that is not there is not found."""
    request = bytes.fromhex(RECORDED[name])
    (command, how) = unpack_from("<Ii", answer(terminal, request))
    assert command == unpack_from("<I", request)[0]
    assert how == (ResultCode.E_NOT_FOUND if name == "position" else ResultCode.S_OK)


def test_a_request_of_every_kind_reaches_the_terminal() -> None:
    """No command is without an answer: each of them asks the terminal behind it."""
    _, backend = connected_module()
    special = {
        Command.ORDER_CHECK: layouts.REQUEST.pack(sample(results.TradeRequest)),
        Command.ORDER_SEND: layouts.REQUEST.pack(sample(results.TradeRequest)),
        Command.CALC_MARGIN: pack("<I", 0) + text("EURUSD") + bytes(16),
        Command.CALC_PROFIT: pack("<I", 0) + text("EURUSD") + bytes(24),
        Command.LOGIN: pack("<IQ", 0, LOGIN) + text("a") + text("b"),
    }
    for command in Command:
        arguments = special.get(command, text("EURUSD") + bytes(64))
        backend.calls.clear()
        assert unpack_from("<Ii", answer(backend, pack("<I", command) + arguments)) == (command, ResultCode.S_OK)
        assert backend.calls or command == Command.STATE


def test_an_unknown_command_is_unsupported(terminal: SimulatedTerminal) -> None:
    """What a newer package may ask does not end the terminal."""
    assert unpack_from("<Ii", answer(terminal, pack("<I", 0x7777))) == (0x7777, ResultCode.E_UNSUPPORTED)


def test_a_wrong_password_is_refused(terminal: SimulatedTerminal) -> None:
    """The password crosses the pipe as text and is compared."""
    assert (
        status(terminal, Command.LOGIN, pack("<IQ", 0, LOGIN) + text("no") + text(SERVER)) == ResultCode.E_AUTH_FAILED
    )


def test_the_account_and_the_terminal(terminal: SimulatedTerminal) -> None:
    """Both come back field by field."""
    assert layouts.ACCOUNT.unpack(ask(terminal, Command.ACCOUNT_INFO)) == terminal.account_info()
    assert layouts.TERMINAL.unpack(ask(terminal, Command.TERMINAL_INFO)) == terminal.terminal_info()


def test_symbols(terminal: SimulatedTerminal) -> None:
    """One symbol, all of them, those of a group, and how many there are."""
    info = layouts.SYMBOL.unpack(ask(terminal, Command.SYMBOL_INFO, text("EURUSD")))
    assert info == terminal.symbol_info("EURUSD")
    found = rows(layouts.SYMBOL, ask(terminal, Command.SYMBOLS))
    assert unpack_from("<I", ask(terminal, Command.SYMBOLS_TOTAL)) == (len(found),)
    some = rows(layouts.SYMBOL, ask(terminal, Command.SYMBOLS_OF_GROUP, text("*USD*,!EUR*")))
    assert {each.name for each in some} == {
        each.name for each in found if "USD" in each.name and not each.name.startswith("EUR")
    }
    assert status(terminal, Command.SYMBOL_INFO, text("NOSUCH")) == ResultCode.E_NOT_FOUND


def test_ticks_and_bars(terminal: SimulatedTerminal) -> None:
    """Both in all their forms, with times in milliseconds for ticks and in seconds for bars."""
    now = terminal.server_time_msc() // 1000
    every = pack("<I", CopyTicks.ALL & 0xFFFFFFFF)
    ticks = array(
        ask(terminal, Command.TICKS_FROM, text("EURUSD") + pack("<qI", (now - 60) * 1000, 5) + every), TICK_DTYPE
    )
    assert np.array_equal(ticks, terminal.copy_ticks_from("EURUSD", now - 60, 5, CopyTicks.ALL))
    ticks = array(
        ask(terminal, Command.TICKS_RANGE, text("EURUSD") + pack("<qq", (now - 60) * 1000, now * 1000) + every),
        TICK_DTYPE,
    )
    assert np.array_equal(ticks, terminal.copy_ticks_range("EURUSD", now - 60, now, CopyTicks.ALL))
    bars: dict[Command, tuple[bytes, Callable[[], Rows]]] = {
        Command.RATES_FROM: (pack("<qI", now, 7), lambda: terminal.copy_rates_from("EURUSD", Timeframe.M1, now, 7)),
        Command.RATES_RANGE: (
            pack("<qq", now - 600, now),
            lambda: terminal.copy_rates_range("EURUSD", Timeframe.M1, now - 600, now),
        ),
        Command.RATES_FROM_POS: (pack("<II", 2, 7), lambda: terminal.copy_rates_from_pos("EURUSD", Timeframe.M1, 2, 7)),
    }
    for command, (arguments, directly) in bars.items():
        found = array(ask(terminal, command, text("EURUSD") + pack("<I", Timeframe.M1) + arguments), RATE_DTYPE)
        assert len(found)
        assert np.array_equal(found, directly())


def test_an_order_is_checked_sent_and_found_again(terminal: SimulatedTerminal) -> None:
    """A market order becomes a position, a deal and an order of the history, by every way of asking for them."""
    request = sample(
        results.TradeRequest, action=int(TradeAction.DEAL), symbol="EURUSD", volume=0.1, type=int(OrderType.BUY),
        type_filling=1, price=terminal.symbol_info_tick("EURUSD").ask, magic=7, comment="hallo",
    )  # fmt: skip
    checked = layouts.CHECKED.read(ask(terminal, Command.ORDER_CHECK, layouts.REQUEST.pack(request)))
    assert (checked["retcode"], checked["comment"]) == (0, "Done")
    sent = layouts.SENT.read(ask(terminal, Command.ORDER_SEND, layouts.REQUEST.pack(request)))
    assert sent["retcode"] == TradeRetcode.DONE
    ticket = sent["order"]
    position = layouts.POSITION.unpack(ask(terminal, Command.POSITION, pack("<Q", ticket)))
    assert (position.magic, position.comment, position.volume) == (7, "hallo", 0.1)
    assert position in rows(layouts.POSITION, ask(terminal, Command.POSITIONS_OF_SYMBOL, text("EURUSD")))
    span = pack("<qq", position.time - A_WEEK, position.time + A_WEEK)
    deals = rows(layouts.DEAL, ask(terminal, Command.HISTORY_DEALS, span))
    assert unpack_from("<I", ask(terminal, Command.HISTORY_DEALS_TOTAL, span)) == (len(deals),)
    assert rows(layouts.DEAL, ask(terminal, Command.HISTORY_DEALS_OF_POSITION, pack("<Q", ticket))) == [deals[-1]]
    assert layouts.DEAL.unpack(ask(terminal, Command.HISTORY_DEAL, pack("<Q", ticket))) == deals[-1]
    order = layouts.ORDER.unpack(ask(terminal, Command.HISTORY_ORDER, pack("<Q", ticket)))
    assert order == rows(layouts.ORDER, ask(terminal, Command.HISTORY_ORDERS, span))[-1]


def test_a_frame_is_its_length_and_its_body() -> None:
    """The length is that of the body alone."""
    assert frame(b"abc") == b"\x03\0\0\0abc"


def test_arguments_are_read_in_turn() -> None:
    """Numbers, texts and the rest."""
    arguments = Arguments(pack("<I", 7) + text("é") + b"rest")
    assert (arguments.take("I"), arguments.text(), arguments.rest()) == (7, "é", b"rest")


@pytest.mark.parametrize("kind", sorted(KINDS - {""}))
def test_every_trouble_is_read(kind: str) -> None:
    """A trouble is a word, with the command that it concerns behind it where that is not all of them."""
    assert Trouble.read(f"{kind}\n").kind == kind
    assert Trouble.read(f"{kind} order_send").strikes(kind, Command.ORDER_SEND)
    assert not Trouble.read(f"{kind} order_send").strikes(kind, Command.ACCOUNT_INFO)


def test_an_unknown_trouble_is_refused() -> None:
    """A trial with a misspelt trouble must not pass for want of one."""
    for words in ("hung", "hang order_sent"):
        with pytest.raises(ValueError, match="no such trouble"):
            Trouble.read(words)


def test_what_a_trouble_does_to_an_answer(terminal: SimulatedTerminal) -> None:
    """Another account, no broker, both buttons off, a terminal that loads, a password that is refused."""
    troubled = TroubledTerminal(terminal)

    def asked(kind: str, command: Command, arguments: bytes = b"") -> bytes:
        return troubled.answer(pack("<I", command) + arguments, Trouble(kind))

    account = layouts.ACCOUNT.unpack(data(asked("account", Command.ACCOUNT_INFO), Command.ACCOUNT_INFO))
    assert account.login == OTHER_LOGIN
    for kind, name, value in (
        ("broker", "connected", False),
        ("autotrading", "trade_allowed", False),
        ("api", "tradeapi_disabled", True),
    ):
        info = layouts.TERMINAL.read(data(asked(kind, Command.TERMINAL_INFO), Command.TERMINAL_INFO))
        assert info[name] is value
        assert layouts.TERMINAL.read(data(asked("", Command.TERMINAL_INFO), Command.TERMINAL_INFO))[name] is not value
    assert data(asked("loading", Command.STATE), Command.STATE) == pack("<I", READY - 1)
    assert unpack_from("<Ii", asked("refused", Command.LOGIN))[1] == ResultCode.E_AUTH_FAILED
    order = layouts.REQUEST.pack(sample(results.TradeRequest))
    assert unpack_from("<Ii", asked("api", Command.ORDER_SEND, order))[1] == ResultCode.E_AUTO_TRADING_DISABLED
    for kind, retcode in (("broker", TradeRetcode.CONNECTION), ("autotrading", TradeRetcode.CLIENT_DISABLES_AT)):
        sent = layouts.SENT.read(data(asked(kind, Command.ORDER_SEND, order), Command.ORDER_SEND))
        assert sent["retcode"] == retcode
