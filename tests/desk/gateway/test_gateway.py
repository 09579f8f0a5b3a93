# SPDX-License-Identifier: MIT
"""The door for strategies: who may come in, what they may say, and that none of them harms the others."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import logging
import os
import sys
from collections.abc import Iterator
from multiprocessing.connection import Client
from pathlib import Path
from threading import active_count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbitrex_desktop import client as client_module
from arbitrex_desktop.client import AsyncDeskClient, DeskClient, DeskRefused, NoDesk
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.gateway.endpoint import endpoint_address
from arbitrex_desktop.desk.gateway.gateway import MOST_CLIENTS, Gateway
from arbitrex_desktop.desk.gateway.messages import MOST_BYTES, ProtocolError, channel_schema, decode
from arbitrex_desktop.paths import data_dir
from tests.desk.conftest import PATIENCE, Desk, intent
from tests.desk.gateway.conftest import SUBMIT, come_in, listen, say, until
from tests.fakes.broker import Mood
from tests.fakes.broker_data import make_position


@pytest.fixture
def strategy(gateway: Gateway, folder: Path) -> Iterator[DeskClient]:
    """Give a strategy that has come in."""
    with DeskClient("bot", folder, timeout=PATIENCE) as connected:
        yield connected


def test_a_strategy_gets_its_decision_and_the_news(strategy: DeskClient, desk: Desk) -> None:
    """A submit is answered with the decision; what the trader does then arrives as news."""
    answer = strategy.submit("EURUSD", "buy", **SUBMIT)
    assert (answer.state, answer.decision, answer.lots, answer.ended) == ("PENDING", "APPROVED", 0.1, False)
    assert desk.row(answer.intent_id).source == "bot"
    desk.core.approve(answer.intent_id)
    final = strategy.wait(answer.intent_id, timeout=PATIENCE)
    assert (final.state, final.filled_lots) == ("FILLED", 0.1)
    assert {"RECEIVED", "PENDING", "APPROVED", "SENDING", "FILLED"} <= {each.state for each in strategy.events()}


def test_a_strategy_waits_past_a_failure_that_may_still_change(strategy: DeskClient, desk: Desk) -> None:
    """No trace of the order is no end: `wait` goes on, and says so when its time is over; the late fill ends it."""
    lost = strategy.submit("EURUSD", "buy", **SUBMIT)
    desk.broker.moods.append(Mood.LOST)
    desk.core.approve(lost.intent_id)
    for _ in range(30):
        desk.step()
    seen = strategy.wait(lost.intent_id, timeout=0.1)
    assert (seen.state, seen.final, seen.ended) == ("FAILED", False, False)
    desk.broker._deal(desk.broker.sent[-1], 0.1)
    desk.broker.poll()
    desk.step()
    seen = strategy.wait(lost.intent_id, timeout=PATIENCE)
    assert (seen.state, seen.final, seen.filled_lots) == ("FILLED", True, 0.1)


def test_a_refused_order_is_final(strategy: DeskClient, desk: Desk) -> None:
    """The broker's no ends a wait at once."""
    refused = strategy.submit("EURUSD", "buy", **SUBMIT)
    desk.broker.moods.append(Mood.REJECT)
    desk.core.approve(refused.intent_id)
    seen = strategy.wait(refused.intent_id, timeout=PATIENCE)
    assert (seen.state, seen.final) == ("FAILED", True)


def test_a_strategy_learns_that_its_trade_closes(strategy: DeskClient, desk: Desk) -> None:
    """A decision names the position that the trade takes from, and none when it opens one."""
    desk.broker.positions = (make_position("EURUSD", 1, 0.3, ticket=11),)
    desk.broker.poll()
    assert strategy.submit("EURUSD", "buy", **SUBMIT).closes is None
    desk.rpm.reducing = True
    assert strategy.submit("EURUSD", "sell", **SUBMIT).closes == 11


def test_a_number_without_end_never_leaves(strategy: DeskClient) -> None:
    """JSON has no word for it, so the client says which one it is."""
    with pytest.raises(ValueError, match=r"^stop_loss must be a finite number, not inf$"):
        strategy.submit("EURUSD", "buy", stop_loss=float("inf"), **SUBMIT)


def test_a_refused_intent_comes_back_with_the_reason(strategy: DeskClient, desk: Desk) -> None:
    """The RPM's no is the answer, with its code, words and checks."""
    desk.rpm.refusal = ("DAILY_LOSS_LIMIT", "lost 2.1% today, the limit is 2.0%")
    answer = strategy.submit("EURUSD", "sell", **SUBMIT)
    assert (answer.state, answer.reason, answer.details) == (
        "REJECTED",
        "DAILY_LOSS_LIMIT",
        "lost 2.1% today, the limit is 2.0%",
    )
    assert answer.raw["checks"][0]["code"] == "DAILY_LOSS_LIMIT"


def test_strategies_see_only_their_own(strategy: DeskClient, folder: Path, desk: Desk) -> None:
    """Another strategy's intent can be neither seen nor taken back."""
    mine = strategy.submit("EURUSD", "buy", **SUBMIT)
    with DeskClient("other", folder) as other:
        with pytest.raises(DeskRefused, match="UNKNOWN_INTENT"):
            other.status(mine.intent_id)
        with pytest.raises(DeskRefused, match="UNKNOWN_INTENT"):
            other.cancel(mine.intent_id)
        assert list(other.events()) == []
    with pytest.raises(DeskRefused, match="UNKNOWN_INTENT"):
        strategy.status(desk.core.submit(intent()))
    assert strategy.cancel(mine.intent_id).state == "CANCELLED"
    with pytest.raises(DeskRefused, match="CANCELLED"):
        strategy.cancel(mine.intent_id)


def test_the_same_client_id_twice_is_one_intent(strategy: DeskClient, desk: Desk) -> None:
    """A strategy that repeats itself after a lost answer does not trade twice."""
    first = strategy.submit("EURUSD", "buy", client_id="signal-1", **SUBMIT)
    assert strategy.submit("EURUSD", "buy", client_id="signal-1", **SUBMIT).intent_id == first.intent_id
    assert len(desk.core.snapshot().intents) == 1


def test_too_fast_is_told_and_passes(strategy: DeskClient, desk: Desk) -> None:
    """Beyond its burst a strategy is told when it may go on, and then it may."""
    for _ in range(20):
        strategy.submit("EURUSD", "buy", **SUBMIT)
    with pytest.raises(DeskRefused, match="TOO_FAST") as caught:
        strategy.submit("EURUSD", "buy", **SUBMIT)
    assert caught.value.code == "TOO_FAST"
    assert len(desk.core.snapshot().intents) == 20
    desk.clock.advance(0.21)
    strategy.submit("EURUSD", "buy", **SUBMIT)


def test_too_late_is_told(gateway: Gateway, folder: Path, desk: Desk) -> None:
    """An intent that was long on its way is not taken any more, nor one that says it comes from tomorrow."""
    with contextlib.closing(come_in(folder)) as raw:
        say(raw, type="hello", v=1, number=1, strategy="bot")
        fields = {**SUBMIT, "symbol": "EURUSD", "direction": 1, "time_to_live": 60.0}
        answer = say(raw, type="submit", v=1, number=2, sent_at="2025-03-12T09:58:00+00:00", **fields)
        assert (answer["code"], answer["number"]) == ("TOO_LATE", 2)
        answer = say(raw, type="submit", v=1, number=3, sent_at="2025-03-12T09:58:00", **fields)
        assert (answer["code"], answer["number"]) == ("MALFORMED", 3)
        answer = say(raw, type="submit", v=1, number=4, sent_at="2999-01-01T00:00:00+00:00", **fields)
        assert (answer["code"], answer["number"]) == ("FROM_THE_FUTURE", 4)
    assert desk.core.snapshot().intents == ()


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [
        (b"not json", "MALFORMED", "JSON"),
        (b'{"type":"status","v":1,"number":1,"intent_id":"a","intent_id":"b"}', "MALFORMED", "there twice"),
        (b'{"type":"status","v":1,"number":1,"intent_id":"a","intent_id":"a"}', "MALFORMED", "there twice"),
        (b'{"type":"status","v":1,"number":1,"intent_id":"a","intent\\u005fid":"b"}', "MALFORMED", "there twice"),
        (b'{"type":"hello","type":"status","v":1,"number":1,"strategy":"a"}', "MALFORMED", ""),
        (b'{"v":1,"type":"status","number":1,"intent_id":"a","v":2}', "MALFORMED", "there twice"),
        (b"\xff\xfe", "MALFORMED", ""),
        (b"[" * 10_000, "MALFORMED", ""),
        (b'{"type":"hello","v":1,"number":1}', "MALFORMED", "strategy"),
        (b'{"type":"fly","v":1,"number":1}', "MALFORMED", "fly"),
        (b'{"type":"hello","v":2,"number":1,"strategy":"bot"}', "BAD_VERSION", "version 1"),
        (b'{"type":"hello","v":1,"number":1,"strategy":"a b"}', "MALFORMED", "strategy"),
        (b'{"type":"hello","v":1,"number":1,"strategy":"Manual"}', "RESERVED_NAME", "Manual"),
        (b'{"type":"status","v":1,"number":1,"intent_id":"x"}', "NO_HELLO", "hello"),
        (b'{"type":"hello","v":1,"number":1,"strategy":"bot","more":1}', "MALFORMED", "more"),
    ],
)
@pytest.mark.usefixtures("gateway")
def test_what_is_wrong_is_said_precisely(
    folder: Path, message: bytes, code: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A bad message gets a precise error, leaves a line in the log, and the next one is heard."""
    with caplog.at_level(logging.WARNING), contextlib.closing(come_in(folder)) as raw:
        raw.send_bytes(message)
        answer = listen(raw)
        assert answer["code"] == code
        assert words in answer["words"]
        assert say(raw, type="hello", v=1, number=9, strategy="bot")["number"] == 9
    assert code in caplog.text


def test_a_direction_of_zero_is_none(gateway: Gateway, folder: Path) -> None:
    """There is no trade that neither buys nor sells."""
    with contextlib.closing(come_in(folder)) as raw:
        say(raw, type="hello", v=1, number=1, strategy="bot")
        assert say(raw, type="submit", v=1, number=2, symbol="EURUSD", direction=0, **SUBMIT)["code"] == "MALFORMED"


def test_an_oversized_message_is_told(gateway: Gateway, folder: Path) -> None:
    """A message that is too long is thrown away and its sender told; one beyond all measure ends the connection."""
    with contextlib.closing(come_in(folder)) as raw, DeskClient("calm", folder) as calm:
        raw.send_bytes(b"x" * (MOST_BYTES + 1))
        assert listen(raw)["code"] == "OVERSIZED"
        assert say(raw, type="hello", v=1, number=1, strategy="bot")["type"] == "hello"
        with contextlib.suppress(OSError):
            raw.send_bytes(b"x" * 2_000_000)
        until(lambda: gateway.clients == 1)
        assert calm.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"


def test_without_the_token_nobody_comes_in(gateway: Gateway, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A wrong token is refused before anything is heard, and logged."""
    (folder / "gateway" / "token").write_text("00" * 32)
    with caplog.at_level(logging.WARNING), pytest.raises(NoDesk, match="token"):
        DeskClient("bot", folder)
    until(lambda: "could not prove" in caplog.text)


def test_who_does_not_prove_itself_is_sent_away(gateway: Gateway, folder: Path, desk: Desk) -> None:
    """A visitor that says nothing keeps nobody out, and does not stay."""
    with contextlib.closing(Client(*endpoint_address(folder))) as silent:
        with DeskClient("bot", folder) as quick:
            assert quick.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"
        until(lambda: gateway.clients == 1)
        desk.clock.advance(6.0)
        until(lambda: gateway.clients == 0)
        assert silent.poll(PATIENCE)


def test_too_many_clients_are_sent_away(gateway: Gateway, folder: Path) -> None:
    """There is room for so many; the next is turned away, and comes in when one has left."""
    with contextlib.ExitStack() as stack:
        inside = [stack.enter_context(DeskClient(f"bot{number}", folder)) for number in range(MOST_CLIENTS)]
        with pytest.raises(NoDesk):
            DeskClient("one-more", folder)
        inside[0].close()
        until(lambda: gateway.clients < MOST_CLIENTS)
        DeskClient("one-more", folder).close()


def test_a_client_that_does_not_read_is_dropped(gateway: Gateway, folder: Path, desk: Desk) -> None:
    """News that nobody reads do not pile up: the connection is closed, and the desk goes on."""
    with contextlib.closing(come_in(folder)) as deaf:
        say(deaf, type="hello", v=1, number=1, strategy="bot")
        for number in range(3000):
            if gateway.clients == 0:
                break
            intent_id = desk.core.submit(intent(source="bot", client_id=f"{number}" + "x" * 10_000))
            desk.core.reject(intent_id, "not now")
        until(lambda: gateway.clients == 0)
    assert desk.core.submit(intent())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists, not permission bits")
def test_the_files_are_the_users_alone(gateway: Gateway, folder: Path) -> None:
    """Nobody else on the machine can read the token or reach the socket."""
    private = folder / "gateway"
    assert private.stat().st_mode & 0o777 == 0o700
    assert all(file.stat().st_mode & 0o077 == 0 for file in private.iterdir() if file.is_file())


def test_a_deep_data_folder_still_has_a_door(desk: Desk, tmp_path: Path) -> None:
    """A socket's path is short; a data folder's may be long."""
    deep = tmp_path / ("deep" * 20) / ("folder" * 10)
    gateway = Gateway(desk.core, deep, desk.clock)
    gateway.start()
    with DeskClient("bot", deep) as strategy:
        assert strategy.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"
    gateway.stop()
    with pytest.raises(NoDesk, match="no desk is running"):
        DeskClient("bot", deep)


def test_a_second_desk_does_not_take_the_door(gateway: Gateway, folder: Path, desk: Desk) -> None:
    """Two windows on one data folder: the first keeps the strategies; a killed one's leftovers hinder nobody."""
    with pytest.raises(CommandRefused, match="another window"):
        Gateway(desk.core, folder, desk.clock).start()
    with DeskClient("bot", folder) as strategy:
        assert strategy.submit("EURUSD", "buy", **SUBMIT).state == "PENDING"


def test_leftovers_of_a_killed_desk_hinder_nobody(desk: Desk, folder: Path) -> None:
    """The files of a door that was never closed are replaced."""
    (folder / "gateway").mkdir(parents=True)
    (folder / "gateway" / "door.json").write_text("{}")
    address, _ = endpoint_address(folder)
    Path(address).touch()
    gateway = Gateway(desk.core, folder, desk.clock)
    gateway.start()
    DeskClient("bot", folder).close()
    gateway.stop()


def test_nothing_is_left_running(desk: Desk, folder: Path) -> None:
    """After stop() no thread of the door is left, clients or not."""
    before = active_count()
    gateway = Gateway(desk.core, folder, desk.clock)
    gateway.start()
    with DeskClient("bot", folder) as strategy:
        gateway.stop()
        assert active_count() == before
        with pytest.raises(NoDesk):
            strategy.submit("EURUSD", "buy", **SUBMIT)


def test_asyncio_strategies_are_served_alike(gateway: Gateway, folder: Path, desk: Desk) -> None:
    """The asynchronous client gives the same answers."""

    async def trade() -> tuple[str, str, int]:
        async with AsyncDeskClient("bot", folder) as strategy:
            answer = await strategy.submit("EURUSD", "buy", **SUBMIT)
            desk.core.approve(answer.intent_id)
            final = await strategy.wait(answer.intent_id, PATIENCE)
            status = await strategy.status(answer.intent_id)
            return final.state, status.state, len(await strategy.events())

    final, status, news = asyncio.run(trade())
    assert (final, status) == ("FILLED", "FILLED")
    assert news >= 5


def test_the_client_finds_the_desks_own_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client, without any package, looks where the desk writes."""
    assert client_module.default_data_dir() == data_dir()
    monkeypatch.delenv("ARBITREX_DATA_DIR")
    assert client_module.default_data_dir() == data_dir()


def test_the_client_needs_the_standard_library_only() -> None:
    """A strategy may copy the file: it imports nothing that Python does not bring."""
    source = Path(client_module.__file__).read_text("utf-8")
    names = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert names - {"arbitrex_desktop"} <= sys.stdlib_module_names
    assert "\nfrom arbitrex_desktop" not in source


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["type", "v", "number", "strategy", "symbol", "x"]), inner, max_size=4
                )
            ),
            max_leaves=10,
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_fuzzed_messages_are_refused_or_understood(data: bytes) -> None:
    """Whatever comes in is either a message of the schema or a `ProtocolError`; nothing else is ever raised."""
    with contextlib.suppress(ProtocolError):
        assert decode(data).v == 1


def test_a_fuzzed_connection_stays_up(gateway: Gateway, folder: Path) -> None:
    """Each piece of rubbish is an error, and the desk serves on."""
    with contextlib.closing(come_in(folder)) as raw:
        for number in range(150):
            raw.send_bytes(os.urandom(number % 97) or b" ")
            assert listen(raw)["type"] == "error"
        assert say(raw, type="hello", v=1, number=1, strategy="bot")["type"] == "hello"


def test_what_the_desk_says_fits_the_schema_that_it_prints(strategy: DeskClient) -> None:
    """Each field of an answer and of its checks stands in the schema, and each that the schema requires is there."""
    answer = strategy.submit("EURUSD", "buy", **SUBMIT)
    parts = channel_schema()["$defs"]
    said = {key: value for key, value in answer.raw.items() if key != "type"}
    assert set(said) <= set(parts["DecisionMessage"]["properties"])
    assert set(parts["DecisionMessage"]["required"]) <= set(answer.raw)
    assert set(answer.raw["checks"][0]) == set(parts["Verdict"]["properties"])
    assert {"Submit", "Status", "Cancel", "ClientHello", "EventMessage", "ErrorMessage"} <= set(parts)


def test_the_client_takes_every_field_of_a_submit_by_name() -> None:
    """What the schema of a submit has, the client has as a typed argument, in both of its kinds."""
    fields = set(channel_schema()["$defs"]["Submit"]["properties"]) - {"v", "type", "number", "sent_at"}
    for kind in (DeskClient, AsyncDeskClient):
        arguments = inspect.signature(kind.submit).parameters
        assert set(arguments) - {"self"} == fields
        assert all(each.annotation is not inspect.Parameter.empty for name, each in arguments.items() if name != "self")
